"""Claims at given sizes by ideal membership: for all values that satisfy the hypotheses.

The hypotheses' entries generate an ideal. Numbers that differ by a member of it are equal wherever
the hypotheses hold, so open functions have one value at both, and both sides of the conclusion
must have one remainder modulo a Gröbner basis. Nothing here knows of the rewriter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.arrays import Evaluator
from harness.claims.model import Claim, Library
from harness.instances.tables import Table, arithmetic, entries, sizes_of, values_of
from harness.language.transform import free_variables
from harness.symbolic.numbers import rational_ring

MAX_SYMBOLS = 16
"""Of the hypotheses' variables; Gröbner bases in more take minutes."""

MAX_DEGREE = 2
"""Of the hypotheses."""


@dataclass(frozen=True)
class Membership:
    """What came of reducing both sides."""

    sizes: Mapping[str, int]
    symbols: int
    generators: int
    basis: int
    is_member: bool


def reduce_modulo_hypotheses(
    claim: Claim, library: Library, dims: Sequence[int]
) -> Membership | None:
    """Reduce both sides modulo the hypotheses, at sizes taken from `dims` in turn.

    Nothing where the hypotheses say nothing, hold nowhere, have too many symbols or too high a
    degree. Raises `harness.arrays.Unsupported` for what arrays cannot hold.
    """
    sizes = sizes_of(claim.parameters, dims)
    names = {
        name
        for h in claim.hypotheses
        for side in (h.equation.left, h.equation.right)
        for name in free_variables(side)
    }
    mentioned = tuple(p for p in claim.parameters if p.name in names)
    if not claim.hypotheses or entries(mentioned, sizes) > MAX_SYMBOLS:
        return None
    ring = rational_ring(lambda *numbers: _sides(claim, library, sizes, *numbers))
    values = values_of(claim.parameters, sizes, Table(ring.symbol))
    walk = Evaluator(library, arithmetic(ring.of, Table(ring.symbol)), sizes)
    generators: list[Any] = []
    for hypothesis in (h for h in claim.hypotheses if h.equation.is_equation):
        left, right = walk.equation(hypothesis.equation, values)
        generators += [number for number in (left - right).reshape(-1) if number]
    if not generators or max(sum(m) for g in generators for m in g.monoms()) > MAX_DEGREE:
        return None
    basis = _basis(generators)
    if any(g.is_ground for g in basis):
        return None
    table = Table(ring.symbol, lambda number: _remainder(number, basis), ring.reciprocal)
    ring.used = 0
    left, right = _sides(claim, library, sizes, table, ring.of)
    is_member = not any(_remainder(number, basis) for number in (left - right).reshape(-1))
    return Membership(sizes, ring.used, len(generators), len(basis), is_member)


def _sides(
    claim: Claim, library: Library, sizes: Mapping[str, int], table: Table, of: Any
) -> tuple[Any, Any]:
    values = values_of(claim.parameters, sizes, table)
    return Evaluator(library, arithmetic(of, table), sizes).equation(claim.conclusion, values)


def _basis(generators: list[Any]) -> list[Any]:
    from sympy.polys.groebnertools import groebner

    found: list[Any] = groebner(generators, generators[0].ring)
    return found


def _remainder(number: Any, basis: list[Any]) -> Any:
    return number.rem(basis) if hasattr(number, "rem") else number
