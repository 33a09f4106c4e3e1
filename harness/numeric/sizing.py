"""Sizes for instances: dimensions that are independent differ, and all are at least 2."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

import numpy as np

from harness.claims.model import Claim
from harness.language.types import Matrix, Parameter, Sort, dim_value, function_parts
from harness.numeric.hypotheses import Assignment, Orthogonal


def draw_sizes(
    claim: Claim,
    assignment: Assignment,
    rng: np.random.Generator,
    choices: Sequence[int],
    wide: Container[str] = (),
) -> dict[str, int]:
    """A size out of `choices` for every dimension and type, all different where that can be.

    An isometry has at least as many rows as columns; the matrices `wide` have at least 4.
    """
    names = [p.name for p in claim.parameters if isinstance(p.sort, Sort)]
    limits = list(_limits(claim, assignment))
    broad = [_matrix(p) for p in claim.parameters if p.name in wide]
    for attempt in range(200):
        distinct = attempt < 100 and len(names) <= len(choices)
        numbers = rng.choice(list(choices), len(names), replace=not distinct)
        sizes = dict(zip(names, map(int, numbers), strict=True))
        spacious = all(dim_value(m.rows, sizes) >= 4 for m in broad)
        if spacious and all(_fits(limit, sizes) for limit in limits):
            return sizes
    return dict.fromkeys(names, choices[0])


def misfits(claim: Claim, assignment: Assignment, sizes: Mapping[str, int]) -> Iterator[str]:
    """Why a claim can have no instance of these sizes: isometries with too few rows."""
    for parameter in claim.parameters:
        for form in assignment.forms.get(parameter.name, ()):
            if isinstance(form, Orthogonal) and not _fits((_matrix(parameter), form.rows), sizes):
                many, few = ("columns", "rows") if form.rows else ("rows", "columns")
                yield f"{parameter.name} must have at least as many {many} as {few}"


def _limits(claim: Claim, assignment: Assignment) -> Iterator[tuple[Matrix, bool]]:
    for parameter in claim.parameters:
        for form in assignment.forms.get(parameter.name, ()):
            if isinstance(form, Orthogonal):
                yield _matrix(parameter), form.rows


def _matrix(parameter: Parameter) -> Matrix:
    target = function_parts(parameter.type)[1]
    if not isinstance(target, Matrix):
        raise TypeError(f"{parameter.name} is not a matrix")
    return target


def _fits(limit: tuple[Matrix, bool], sizes: Mapping[str, int]) -> bool:
    matrix, rows = limit
    m, n = dim_value(matrix.rows, sizes), dim_value(matrix.columns, sizes)
    return m <= n if rows else m >= n
