"""Inequalities as sums of what cannot be negative, at given sizes and for all values.

What is to be shown not negative is written as a sum, with positive coefficients, of products of
what the hypotheses say is not negative and of squares, and of multiples of what they say is 0. The
coefficients are the solution of a linear programme, found and checked in exact fractions. Where
none is found, nothing is known.

Where a side is chosen by an order, each way to choose is a case of its own, in which what it was
chosen by is one more hypothesis. For instance `max(a, b) + min(a, b) = a + b` has the cases
0 ≤ b − a, with b + a on the left, and 0 < a − b, with a + b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations, combinations_with_replacement
from typing import Any

from harness.arrays import Evaluator, Value
from harness.claims.model import Claim, Library
from harness.instances.models import every_choice
from harness.instances.ordered import is_whole
from harness.instances.tables import Table, arithmetic, sizes_of, values_of
from harness.language.terms import Equation, Relation
from harness.symbolic.numbers import rational_ring

MAX_COLUMNS = 400
MAX_ROWS = 300
MAX_CASES = 24

Poly = Any
"""A polynomial of SymPy's, with fractions for coefficients."""


@dataclass(frozen=True)
class Bound:
    """How a claim was shown."""

    sizes: Mapping[str, int]
    symbols: int
    terms: tuple[str, ...]
    """What is added up, with its coefficients."""
    used: frozenset[str]
    """The hypotheses that it rests on."""
    cases: int = 1
    """In how many cases, by what choices are made by."""


@dataclass(frozen=True)
class _Part:
    """Something that is not negative, 0, or positive; and what tells so."""

    poly: Poly
    says: str
    sources: frozenset[str] = frozenset()
    is_strict: bool = False


def bounded(claim: Claim, library: Library, dims: Sequence[int]) -> Bound | None:
    """A proof at sizes taken from `dims` in turn, or nothing.

    Raises `harness.arrays.Unsupported` for what arrays cannot hold.
    """
    if claim.conclusion.relation is Relation.UNEQUAL or not claim.scalars.order:
        return None
    sizes = sizes_of(claim.parameters, dims)
    found: list[Bound] = []
    for places in every_choice(claim, library, sizes):
        bound = _bounded_at(claim, library, sizes, places)
        if bound is None:
            return None
        found.append(bound)
    return Bound(
        sizes,
        max((b.symbols for b in found), default=0),
        tuple(chain.from_iterable(b.terms for b in found)),
        frozenset().union(*(b.used for b in found)),
        max((b.cases for b in found), default=1),
    )


def _bounded_at(
    claim: Claim, library: Library, sizes: Mapping[str, int], places: Mapping[str, Value[Any]]
) -> Bound | None:
    """The same where indices and positions are these."""
    pending: list[Mapping[Poly, bool]] = [{}]
    terms: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    symbols = cases = 0
    while pending:
        cases += 1
        case = _Case(pending.pop())
        found = _shown_in(case, claim, library, sizes, places) if cases <= MAX_CASES else None
        if found is None:
            return None
        terms, used, symbols = terms + found.terms, used | found.used, found.symbols
        pending += case.others()
    return Bound(sizes, symbols, terms, used, cases)


class _Case:
    """One way in which all that is compared may lie.

    What was not `given` is taken to be at most the other, and is a case of its own otherwise.
    """

    def __init__(self, given: Mapping[Poly, bool]) -> None:
        self.given = given
        self.taken = dict(given)
        self.gaps: dict[Poly, None] = {}
        """By how much one exceeds another, of all that was compared."""

    def at_most(self, left: Poly, right: Poly) -> bool:
        gap = right - left
        if gap.is_ground:
            return bool(gap.LC >= 0)
        self.gaps[gap] = None
        return self.taken.setdefault(gap, True)

    def others(self) -> Iterator[Mapping[Poly, bool]]:
        """The cases that lie otherwise, each where this one first took something on its own."""
        known = dict(self.given)
        for gap, answer in self.taken.items():
            if gap not in self.given:
                yield {**known, gap: False}
                known[gap] = answer


def _shown_in(
    case: _Case,
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    places: Mapping[str, Value[Any]],
) -> Bound | None:
    """A proof in one case."""

    def rehearse(table: Table, of: Any) -> object:
        return list(_gaps(claim, library, sizes, places, table, of, lambda left, right: True))

    ring = rational_ring(rehearse, divides=claim.scalars.has_characteristic_0)
    table = Table.over(ring)
    found = _gaps(claim, library, sizes, places, table, ring.of, case.at_most)
    *assumed, (_, conclusion, goals) = found
    one = ring.of(1)
    least = int(is_whole(claim))
    parts = [_Part(one, "1", is_strict=True)]
    zeros: list[_Part] = []
    for gap in case.gaps:
        if case.taken[gap]:
            parts.append(_Part(gap, "what is compared"))
        else:
            parts.append(_Part(-gap - least, "what is compared", is_strict=not least))
    for name, equation, gaps in assumed:
        for k, gap in enumerate(gaps):
            says, source = f"{name}[{k}]" if equation.parameters else name, frozenset({name})
            match equation.relation:
                case Relation.EQUAL:
                    zeros.append(_Part(gap, says, source))
                case Relation.AT_MOST:
                    parts.append(_Part(gap, says, source))
                case Relation.LESS:  # between whole numbers there is a gap of one
                    parts.append(_Part(gap - least, says, source, not least))
                case Relation.UNEQUAL:
                    pass
    terms: list[str] = []
    used: frozenset[str] = frozenset()
    is_strict = conclusion.relation is Relation.LESS and not least
    if conclusion.relation is Relation.LESS and least:
        goals = [goal - least for goal in goals]
    if conclusion.is_equation:
        goals = [*goals, *(-goal for goal in goals)]
    for goal in goals:
        proof = _shown(goal, parts, zeros, one, is_strict=is_strict)
        if proof is None and case.gaps:  # it may be a case that never occurs
            opposite = (-part.poly for part in parts if part.is_strict)
            absurd = (_shown(poly, parts, zeros, one, is_strict=False) for poly in opposite)
            proof = next((found for found in absurd if found is not None), None)
        if proof is None:
            return None
        terms += [f"{c}·{part.says}" for c, part in proof]
        used = used.union(*(part.sources for _, part in proof))
    return Bound(sizes, ring.used, tuple(terms), used)


def _gaps(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    places: Mapping[str, Value[Any]],
    table: Table,
    of: Any,
    at_most: Callable[[Any, Any], bool],
) -> Iterator[tuple[str, Equation, list[Poly]]]:
    """Right minus left of each hypothesis, and of the conclusion last."""
    values = values_of(claim.parameters, sizes, table) | dict(places)
    walk: Evaluator[Any] = Evaluator(library, arithmetic(of, table, at_most), sizes)
    equations = [*((h.name, h.equation) for h in claim.hypotheses), ("", claim.conclusion)]
    for name, equation in equations:
        left, right = walk.equation(equation, values)
        # Equations of vectors are of use by entries, those of indices of none.
        yield name, equation, list((right - left).reshape(-1))


def _degree(poly: Poly) -> int:
    return max(map(sum, poly.monoms()), default=0)


def _shown(
    goal: Poly, parts: Sequence[_Part], zeros: Sequence[_Part], one: Poly, *, is_strict: bool
) -> list[tuple[Fraction, _Part]] | None:
    """Coefficients with which parts and their products add up to the goal.

    With `is_strict` one positive part is among them, and so the goal is positive.
    """
    degree = max(_degree(goal), 1)
    columns = [
        _Part(
            p.poly * q.poly,
            p.says if q is parts[0] else f"{p.says}·{q.says}",
            p.sources | q.sources,
            p.is_strict and q.is_strict,
        )
        for q, p in combinations_with_replacement(parts, 2)
    ]
    halves = list(dict.fromkeys(_halves((goal, *(p.poly for p in parts)), one)))
    columns += [_Part(m**2, "a square") for m in halves]
    pairs = combinations(halves, 2)
    columns += [_Part(root**2, "a square") for m, n in pairs for root in (m + n, m - n)]
    for zero in zeros:
        for m in (one, *one.ring.gens):
            multiple = zero.poly * m
            says = f"multiple of {zero.says}"
            columns += [_Part(poly, says, zero.sources) for poly in (multiple, -multiple)]
    columns = [c for c in columns if _degree(c.poly) <= degree]
    if len(columns) > MAX_COLUMNS:
        return None
    if not is_strict:
        return _solved(columns, goal)
    # t · goal − the rest is a part that is positive: then t is not 0, or the hypotheses are absurd.
    turned = [_Part(-p.poly, p.says, p.sources) for p in columns]
    for part in (p for p in columns if p.is_strict):
        found = _solved([_Part(goal, "the goal"), *turned], part.poly)
        if found is not None:
            return [(Fraction(1), part), *((c, p) for c, p in found if p.says != "the goal")]
    return None


def _halves(polys: Sequence[Poly], one: Poly) -> Iterator[Poly]:
    """Monomials whose squares stand in the goal or a hypothesis, and 1."""
    yield one
    for m in (m for poly in polys for m in poly.monoms()):
        if any(m) and not any(e % 2 for e in m):
            yield one.ring.term_new(tuple(e // 2 for e in m), one.ring.domain.one)


def _solved(columns: Sequence[_Part], goal: Poly) -> list[tuple[Fraction, _Part]] | None:
    """Coefficients that are not negative with which columns add up to the goal."""
    wanted, *table = (
        {m: Fraction(int(c.numerator), int(c.denominator)) for m, c in poly.terms()}
        for poly in (goal, *(column.poly for column in columns))
    )
    rows = sorted({*wanted, *chain(*table)})
    if len(rows) > MAX_ROWS:
        return None
    zero = Fraction(0)
    matrix = [[column.get(m, zero) for column in table] for m in rows]
    right = [wanted.get(m, zero) for m in rows]
    found = feasible(matrix, right)
    if found is None:
        return None
    assert min(found, default=zero) >= 0
    sums = [sum(c * x for c, x in zip(found, row, strict=True) if c) for row in matrix]
    assert sums == right, "what was solved for does not add up"
    return [(c, part) for c, part in zip(found, columns, strict=True) if c]


def feasible(
    matrix: Sequence[Sequence[Fraction]], wanted: Sequence[Fraction]
) -> list[Fraction] | None:
    """Some x, no entry of it negative, with `matrix x = wanted`; None if there is none.

    The simplex method's first phase, by Bland's rule, which always ends. It is written out here
    because SymPy's `linprog` (1.14) answers some systems that have no solution with a wrong
    vector.
    """
    width = len(matrix[0]) if matrix else 0
    rows = [
        [-x for x in (*row, right)] if right < 0 else [*row, right]
        for row, right in zip(matrix, wanted, strict=True)
    ]
    basis: list[int | None] = [None] * len(rows)  # what is not yet met has no column
    cost = [sum((row[j] for row in rows), Fraction(0)) for j in range(width + 1)]
    while True:
        enter = next((j for j in range(width) if cost[j] > 0), None)
        if enter is None:
            break
        ratios = [
            (row[width] / row[enter], -1 if basis[i] is None else basis[i], i)
            for i, row in enumerate(rows)
            if row[enter] > 0
        ]
        if not ratios:
            break
        leave = min(ratios)[2]
        lead = rows[leave][enter]
        rows[leave] = [x / lead if x else x for x in rows[leave]]
        for i, row in enumerate(rows):
            if i != leave and (factor := row[enter]):
                rows[i] = [
                    a - factor * x if x else a for a, x in zip(row, rows[leave], strict=True)
                ]
        basis[leave] = enter
        unmet = [row for row, own in zip(rows, basis, strict=True) if own is None]
        cost = [sum((row[j] for row in unmet), Fraction(0)) for j in range(width + 1)]
    if cost[width] != 0:
        return None
    found = [Fraction(0)] * width
    for row, own in zip(rows, basis, strict=True):
        if own is not None:
            found[own] = row[width]
    return found
