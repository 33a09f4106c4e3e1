"""Sizes for instances: dimensions that are independent differ, and all are at least 2.

Then those that are easily forgotten: 0, 1, and one that is large.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

import numpy as np

from harness.arrays.evaluate import size_of
from harness.claims.forms import Commutes, Inverse, Orthogonal
from harness.claims.hypotheses import Assignment
from harness.claims.model import Claim
from harness.language.types import (
    DimVar,
    Index,
    Matrix,
    Named,
    Parameter,
    dim_value,
    function_parts,
    within,
)


def draw_sizes(
    claim: Claim,
    assignment: Assignment,
    rng: np.random.Generator,
    choices: Sequence[int],
    wide: Container[str] = (),
) -> dict[str, int]:
    """A size out of `choices` for every dimension and type, all different where that can be.

    What has a left inverse has at least as many rows as columns; the matrices `wide` have at
    least 4.
    """
    names = claim.sized
    limits = [(matrix, is_broad) for _, matrix, is_broad in _limits(claim, assignment)]
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
    """Why a claim can have no instance of these sizes: too few rows for a left inverse."""
    for name, matrix, is_broad in _limits(claim, assignment):
        if not _fits((matrix, is_broad), sizes):
            many, few = ("columns", "rows") if is_broad else ("rows", "columns")
            yield f"{name} must have at least as many {many} as {few}"


def edge_sizes(
    claim: Claim, assignment: Assignment, rng: np.random.Generator
) -> list[dict[str, int]]:
    """All sizes 1; all 0, and each alone; each alone large: those at which there are instances."""
    names = claim.sized
    if not names:
        return []
    solved: set[str] = set()
    for p in claim.parameters:
        if any(isinstance(f, Commutes) for f in assignment.forms.get(p.name, ())):
            solved |= {d.name for d in within(_matrix(p).rows) if isinstance(d, DimVar)}
    wanted = [dict.fromkeys(names, 1), dict.fromkeys(names, 0)]
    wanted += [{**dict.fromkeys(names, 2), name: 0} for name in names]
    for name in names:
        for low, high in LARGE_SOLVED if name in solved else LARGE:
            large = int(rng.integers(low, high + 1))
            # Some sizes must grow together, such as the rows and columns of isometries.
            pairs = ({**dict.fromkeys(names, 2), name: large, other: large} for other in names)
            alone = {**dict.fromkeys(names, 2), name: large}
            possible = (s for s in (alone, *pairs) if _is_possible(claim, assignment, s))
            wanted.append(next(possible, alone))
    found: list[dict[str, int]] = []
    for sizes in wanted:
        if sizes not in found and _is_possible(claim, assignment, sizes):
            found.append(sizes)
    return found


LARGE = ((7, 16), (17, 40))
"""From where to where a large size is drawn; it is the only one, so that it costs little."""

LARGE_SOLVED = ((8, 8),)
"""The same where what commutes with a matrix is solved for."""


def _is_possible(claim: Claim, assignment: Assignment, sizes: Mapping[str, int]) -> bool:
    """Whether there are instances: there is no index below 0."""
    for parameter in claim.explicit:
        sources, target = function_parts(parameter.type)
        if isinstance(target, Index | Named) and size_of(target, sizes) == 0:
            data = [s for s in sources if not isinstance(s, Index | Named)]
            places = [size_of(s, sizes) for s in sources if s not in data]
            if data or 0 not in places:
                return False
    return not any(misfits(claim, assignment, sizes))


def _limits(claim: Claim, assignment: Assignment) -> Iterator[tuple[str, Matrix, bool]]:
    """Matrices that cannot have any sizes; with `True`, those that have at least as many columns.

    What is left inverse to another has, and what has a left inverse has as many rows.
    """
    for parameter in claim.parameters:
        for form in assignment.forms.get(parameter.name, ()):
            if isinstance(form, Orthogonal):
                yield parameter.name, _matrix(parameter), form.rows
            elif isinstance(form, Inverse) and _is_matrix(parameter):
                yield parameter.name, _matrix(parameter), form.is_left != form.is_transposed


def _is_matrix(parameter: Parameter) -> bool:
    return isinstance(function_parts(parameter.type)[1], Matrix)


def _matrix(parameter: Parameter) -> Matrix:
    target = function_parts(parameter.type)[1]
    if not isinstance(target, Matrix):
        raise TypeError(f"{parameter.name} is not a matrix")
    return target


def _fits(limit: tuple[Matrix, bool], sizes: Mapping[str, int]) -> bool:
    matrix, rows = limit
    m, n = dim_value(matrix.rows, sizes), dim_value(matrix.columns, sizes)
    return m <= n if rows else m >= n
