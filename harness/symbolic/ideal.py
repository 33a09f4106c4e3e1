"""Claims at given sizes by ideal membership: for all values that satisfy the hypotheses.

The hypotheses' entries generate an ideal. Numbers that differ by a member of it are equal wherever
the hypotheses hold, so open functions have one value at both, and both sides of the conclusion
must have one remainder modulo a Gröbner basis. Nothing here knows of the rewriter.

    hypotheses   x + y = 10, x − y = 4
    generators   x + y − 10, x − y − 4
    basis        x − 7, y − 3
    goal         x = 7: x − 7 leaves 0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.arrays import Evaluator, Value
from harness.claims.model import Claim, Library
from harness.instances.models import every_choice
from harness.instances.tables import Table, arithmetic, entries, sizes_of, values_of
from harness.language.terms import Equation
from harness.language.transform import free_variables
from harness.symbolic.numbers import Ring, rational_ring

MAX_SYMBOLS = 16
"""Of the hypotheses' variables."""

MAX_DEGREE = 2
"""Of the hypotheses."""

MAX_STEPS = 100_000
"""How often a Gröbner basis may divide monomials. A few random squares in 10 numbers take for ever,
and fewer than a tenth of this do for all claims of orthogonal matrices."""


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

    Nothing where the hypotheses hold nowhere, have too many symbols or too high a degree. Raises
    `harness.arrays.Unsupported` for what arrays cannot hold.
    """
    sizes = sizes_of(claim.parameters, dims)
    assumed = [h.equation for h in claim.hypotheses if h.equation.is_equation]
    names = {name for e in assumed for side in (e.left, e.right) for name in free_variables(side)}
    mentioned = tuple(p for p in claim.parameters if p.name in names)
    if entries(mentioned, sizes) > MAX_SYMBOLS:
        return None
    found: list[Membership] = []
    for places in every_choice(claim, library, sizes):
        reduced = _reduced(claim, library, sizes, assumed, places)
        if reduced is None:
            return None
        found.append(reduced)
        if not reduced.is_member:
            break
    return max(found, key=lambda m: (not m.is_member, m.symbols), default=None)


def _reduced(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    assumed: Sequence[Equation],
    places: Mapping[str, Value[Any]],
) -> Membership | None:
    """The same where indices and positions are these."""

    def rehearse(table: Table, of: Any) -> object:
        values = values_of(claim.parameters, sizes, table) | dict(places)
        walk = Evaluator(library, arithmetic(of, table), sizes)
        return [walk.equation(equation, values) for equation in (*assumed, claim.conclusion)]

    ring = rational_ring(rehearse, divides=claim.scalars.has_characteristic_0)
    # One table for all: a symbol for f(x) in a hypothesis is none for f(y) in the conclusion.
    table = Table(ring.symbol, ring.key, ring.reciprocal)
    values = values_of(claim.parameters, sizes, table) | dict(places)
    generators: list[Any] = []
    for equation in assumed:
        left, right = _sides(equation, library, sizes, table, ring, values)
        generators += [number for number in (left - right).reshape(-1) if number]
    if any(sum(m) > MAX_DEGREE for g in generators for m in g.monoms()):
        return None
    basis = _basis(generators) if generators else []
    if basis is None or any(g.is_ground for g in basis):
        return None
    table.key = lambda number: _remainder(number, basis)
    left, right = _sides(claim.conclusion, library, sizes, table, ring, values)
    is_member = not any(_remainder(number, basis) for number in (left - right).reshape(-1))
    return Membership(sizes, ring.used, len(generators), len(basis), is_member)


def _sides(
    equation: Equation,
    library: Library,
    sizes: Mapping[str, int],
    table: Table,
    ring: Ring,
    values: Mapping[str, Value[Any]],
) -> tuple[Any, Any]:
    return Evaluator(library, arithmetic(ring.of, table), sizes).equation(equation, values)


def _basis(generators: list[Any]) -> list[Any] | None:
    """A Gröbner basis; nothing where it takes more than `MAX_STEPS`."""
    from sympy.polys.groebnertools import groebner

    ring, steps = generators[0].ring, 0
    divide = ring.monomial_div

    def counted(one: Any, other: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps > MAX_STEPS:
            raise _TooLong
        return divide(one, other)

    ring.monomial_div = counted  # SymPy itself knows no end, and asks this at each step
    try:
        found: list[Any] = groebner(generators, ring)
    except _TooLong:
        return None
    finally:
        ring.monomial_div = divide
    return found


class _TooLong(Exception):
    """A Gröbner basis takes too many steps."""


def _remainder(number: Any, basis: list[Any]) -> Any:
    return number.rem(basis) if basis and hasattr(number, "rem") else number
