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

from harness.arrays import Evaluator
from harness.claims.model import Claim, Library
from harness.instances.ordered import is_whole
from harness.instances.tables import Table, arithmetic, sizes_of, values_of
from harness.language.terms import Equation, Relation
from harness.symbolic.numbers import rational_ring

MAX_COLUMNS = 400
MAX_ROWS = 300
MAX_CASES = 24

Monomial = tuple[int, ...]
Poly = Mapping[Monomial, Fraction]
Key = frozenset[tuple[Monomial, Fraction]]


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
    pending: list[Mapping[Key, bool]] = [{}]
    terms: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    symbols = cases = 0
    while pending:
        cases += 1
        case = _Case(pending.pop())
        found = _shown_in(case, claim, library, sizes) if cases <= MAX_CASES else None
        if found is None:
            return None
        terms, used, symbols = terms + found.terms, used | found.used, found.symbols
        pending += case.others()
    return Bound(sizes, symbols, terms, used, cases)


class _Case:
    """One way in which all that is compared may lie.

    What was not `given` is taken to be at most the other, and is a case of its own otherwise.
    """

    def __init__(self, given: Mapping[Key, bool]) -> None:
        self.given = given
        self.taken = dict(given)
        self.gaps: dict[Key, Poly] = {}

    def at_most(self, left: Any, right: Any) -> bool:
        gap = _poly(right - left)
        if not any(map(any, gap)):
            return sum(gap.values()) >= 0
        key = frozenset(gap.items())
        self.gaps[key] = gap
        return self.taken.setdefault(key, True)

    def others(self) -> Iterator[Mapping[Key, bool]]:
        """The cases that lie otherwise, each where this one first took something on its own."""
        known = dict(self.given)
        for key, answer in self.taken.items():
            if key not in self.given:
                yield {**known, key: False}
                known[key] = answer


def _shown_in(
    case: _Case, claim: Claim, library: Library, sizes: Mapping[str, int]
) -> Bound | None:
    """A proof in one case."""

    def rehearse(table: Table, of: Any) -> object:
        return list(_gaps(claim, library, sizes, table, of, lambda left, right: True))

    ring = rational_ring(rehearse)
    table = Table.over(ring)
    found = [
        (name, equation, [_poly(gap) for gap in gaps])
        for name, equation, gaps in _gaps(claim, library, sizes, table, ring.of, case.at_most)
    ]
    *assumed, (_, conclusion, goals) = found
    every = chain(case.gaps.values(), *(gaps for _, _, gaps in found))
    count = next((len(m) for gap in every for m in gap), 0)
    one = {(0,) * count: Fraction(1)}
    least = Fraction(1 if is_whole(claim) else 0)
    parts = [_Part(one, "1", is_strict=True)]
    zeros: list[_Part] = []
    for key, gap in case.gaps.items():
        if case.taken[key]:
            parts.append(_Part(gap, "what is compared"))
        else:
            turned = {m: -c for m, c in gap.items()}
            parts.append(_Part(_sum(turned, one, -least), "what is compared", is_strict=not least))
    for name, equation, gaps in assumed:
        for k, gap in enumerate(gaps):
            says, source = f"{name}[{k}]" if equation.parameters else name, frozenset({name})
            match equation.relation:
                case Relation.EQUAL:
                    zeros.append(_Part(gap, says, source))
                case Relation.AT_MOST:
                    parts.append(_Part(gap, says, source))
                case Relation.LESS:  # between whole numbers there is a gap of one
                    strict = not least
                    parts.append(_Part(_sum(gap, one, -least), says, source, strict))
                case Relation.UNEQUAL:
                    pass
    terms: list[str] = []
    used: frozenset[str] = frozenset()
    is_strict = conclusion.relation is Relation.LESS and not least
    if conclusion.relation is Relation.LESS and least:
        goals = [_sum(goal, one, -least) for goal in goals]
    if conclusion.is_equation:
        goals = [*goals, *({m: -c for m, c in goal.items()} for goal in goals)]
    for goal in goals:
        proof = _shown(goal, parts, zeros, one, is_strict=is_strict)
        if proof is None and case.gaps:  # it may be a case that never occurs
            opposite = ({m: -c for m, c in p.poly.items()} for p in parts if p.is_strict)
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
    table: Table,
    of: Any,
    at_most: Callable[[Any, Any], bool],
) -> Iterator[tuple[str, Equation, list[Any]]]:
    """Right minus left of each hypothesis, and of the conclusion last."""
    values = values_of(claim.parameters, sizes, table)
    walk: Evaluator[Any] = Evaluator(library, arithmetic(of, table, at_most), sizes)
    equations = [*((h.name, h.equation) for h in claim.hypotheses), ("", claim.conclusion)]
    for name, equation in equations:
        left, right = walk.equation(equation, values)
        # Equations of vectors are of use by entries, those of indices of none.
        yield name, equation, list((right - left).reshape(-1))


def _poly(number: Any) -> Poly:
    return {
        tuple(m): Fraction(int(c.numerator), int(c.denominator)) for m, c in number.terms() if c
    }


def _sum(one: Poly, other: Poly, factor: Fraction = Fraction(1)) -> Poly:
    found = dict(one)
    for m, c in other.items():
        found[m] = found.get(m, Fraction(0)) + factor * c
    return {m: c for m, c in found.items() if c}


def _product(one: Poly, other: Poly) -> Poly:
    found: dict[Monomial, Fraction] = {}
    for m, c in one.items():
        for n, d in other.items():
            key = tuple(a + b for a, b in zip(m, n, strict=True))
            found[key] = found.get(key, Fraction(0)) + c * d
    return {m: c for m, c in found.items() if c}


def _shown(
    goal: Poly, parts: Sequence[_Part], zeros: Sequence[_Part], one: Poly, *, is_strict: bool
) -> list[tuple[Fraction, _Part]] | None:
    """Coefficients with which parts and their products add up to the goal.

    With `is_strict` one positive part is among them, and so the goal is positive.
    """
    [unit] = one
    degree = max((sum(m) for m in goal), default=0)
    columns = [
        _Part(
            _product(p.poly, q.poly),
            p.says if q is parts[0] else f"{p.says}·{q.says}",
            p.sources | q.sources,
            p.is_strict and q.is_strict,
        )
        for q, p in combinations_with_replacement(parts, 2)
    ]
    halves = list(dict.fromkeys(_halves((goal, *(p.poly for p in parts)), unit)))
    for m in halves:
        columns.append(_Part(_product({m: Fraction(1)}, {m: Fraction(1)}), "a square"))
    for m, n in combinations(halves, 2):
        for sign in (Fraction(1), Fraction(-1)):
            root = {m: Fraction(1), n: sign}
            columns.append(_Part(_product(root, root), "a square"))
    units = [tuple(int(i == k) for i in range(len(unit))) for k in range(len(unit))]
    for zero in zeros:
        for m in (unit, *units):
            for sign in (Fraction(1), Fraction(-1)):
                poly = _product(zero.poly, {m: sign})
                if max(map(sum, poly), default=0) <= max(degree, 1):
                    columns.append(_Part(poly, f"multiple of {zero.says}", zero.sources))
    columns = [c for c in columns if max(map(sum, c.poly), default=0) <= max(degree, 1)]
    if len(columns) > MAX_COLUMNS:
        return None
    if not is_strict:
        return _solved(columns, goal)
    # t · goal − the rest is a part that is positive: then t is not 0, or the hypotheses are absurd.
    turned = [_Part({m: -c for m, c in p.poly.items()}, p.says, p.sources) for p in columns]
    for part in (p for p in columns if p.is_strict):
        found = _solved([_Part(goal, "the goal"), *turned], part.poly)
        if found is not None:
            return [(Fraction(1), part), *((c, p) for c, p in found if p.says != "the goal")]
    return None


def _halves(polys: Sequence[Poly], unit: Monomial) -> Iterator[Monomial]:
    """Monomials whose squares stand in the goal or a hypothesis, and 1."""
    yield unit
    for m in chain(*polys):
        if any(m) and not any(e % 2 for e in m):
            yield tuple(e // 2 for e in m)


def _solved(columns: Sequence[_Part], goal: Poly) -> list[tuple[Fraction, _Part]] | None:
    """Coefficients that are not negative with which columns add up to the goal."""
    rows = sorted({*goal, *(m for c in columns for m in c.poly)})
    if len(rows) > MAX_ROWS:
        return None
    zero = Fraction(0)
    matrix = [[c.poly.get(m, zero) for c in columns] for m in rows]
    found = feasible(matrix, [goal.get(m, zero) for m in rows])
    if found is None:
        return None
    proof = [(c, part) for c, part in zip(found, columns, strict=True) if c]
    total: Poly = {}
    for c, part in proof:
        assert c > 0
        total = _sum(total, part.poly, c)
    assert total == goal, "what was solved for does not add up"
    return proof


def feasible(
    matrix: Sequence[Sequence[Fraction]], wanted: Sequence[Fraction]
) -> list[Fraction] | None:
    """Some x, no entry of it negative, with `matrix x = wanted`, or nothing if there is none.

    The simplex method's first phase, by Bland's rule, which always ends.
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
