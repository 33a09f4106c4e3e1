"""Proofs of equations entry by entry, for claims whose hypotheses say that something is not 0.

An entry of the conclusion has indices, of which any two are equal or not; each such case is proved
by itself. In a case, every hypothesis is taken at the same indices, and the entry is sought as a
combination of the hypotheses' entries: Gaussian elimination over the field of fractions of the
numbers that are known not to be 0. The combination is a proof if the least common denominator
divides a product of such numbers. Only whole numbers and those are multiplied by, so that the proof
holds over every field.

For instance `A @ diagonal(d) = diagonal(d) @ A` with `d[i] - d[j] ≠ 0` for i ≠ j shows that A is
diagonal:

    case i = j    nothing is to be shown of A[i, i]
    case i ≠ j    goal         A[i, j]
                  hypothesis   (d[j] - d[i]) A[i, j] = 0,  its entry at i, j
                  combination  A[i, j] = 1/(d[j] - d[i]) times the hypothesis
                  denominator  d[j] - d[i], which is not 0
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, product
from typing import Any

from harness.claims.model import Hypothesis
from harness.language.types import Matrix, Type, Vector, is_place, resolve
from harness.symbolic import words as w
from harness.symbolic.codes import dim_code, sides
from harness.symbolic.interpret import Environment, UnsupportedTerm
from harness.symbolic.rules import relation

MAX_INSTANCES = 200
"""How many entries of hypotheses are looked at for one entry of the conclusion."""

MAX_PLACES = 5
"""How many indices an entry may have: each two of one type double the cases."""

MAX_KEYS = 40
"""How many monomials, or entries of hypotheses, the linear system may have."""

MAX_SYMBOLS = 8
"""How many different numbers may occur in what is known not to be 0."""


@dataclass(frozen=True)
class Combination:
    """A proof that something is 0: it equals `defect`, and that is 0 where the hypotheses hold.

    `used` names these hypotheses.
    """

    defect: w.Poly
    used: tuple[str, ...]


@dataclass(frozen=True)
class _Fact:
    """`poly = defect`: one entry of the hypothesis called `source`."""

    poly: w.Poly
    defect: w.Poly
    source: str


@dataclass(frozen=True)
class _Places:
    """A kind of entry of a matrix: `rows`ᵀ M `columns`, which are unit columns at `indices`."""

    indices: tuple[w.Atom, ...]
    rows: w.Poly
    columns: w.Poly

    def of(self, p: w.Poly) -> w.Poly:
        """The entry of `p`, a scalar."""
        return w.multiply(w.transpose(self.rows), p, self.columns)

    def put(self, p: w.Poly) -> w.Poly:
        """The matrix with the entries `p`, and 0 for all entries of other kinds."""
        return w.sum_over(self.indices, w.multiply(self.rows, p, w.transpose(self.columns)))


def combination(
    difference: w.Poly,
    type_: Type,
    indices: Sequence[w.Atom],
    hypotheses: Sequence[Hypothesis],
    env: Environment,
) -> Combination | None:
    """A proof that `difference`, of this type, is 0 for all values of `indices`; None if not found.

    Raises `w.BudgetSpent`.
    """
    facts = list(_entries_of(hypotheses, env))
    heads = [h for h in w.heads(difference) if isinstance(h, w.Atom) and h.kind == "a"]
    named = dict.fromkeys([*indices, *(h for h in heads if h.type != "scalar" and not h.args)])
    defect, used = w.ZERO, dict[str, None]()
    for place in _places(type_):
        found = w.ZERO
        own = (*named, *place.indices)
        if len(own) > MAX_PLACES:
            return None
        for names, unequal, indicator in _cases(own):
            case = _Case(names, unequal)
            known = list(dict.fromkeys(names.get((x.kind, x.name), x) for x in own))
            taken = islice(_taken(facts, known, case), MAX_INSTANCES)
            goal = case.of(place.of(difference))
            combined = _combined(goal, list(taken))
            if combined is None:
                return None
            found = w.add(found, w.multiply(indicator, combined.defect))
            used |= dict.fromkeys(combined.used)
        defect = w.add(defect, place.put(found))
    return Combination(defect, tuple(used))


def _entries_of(hypotheses: Sequence[Hypothesis], env: Environment) -> Iterator[_Fact]:
    """The entries of each hypothesis that is an equation, their indices variables of kind `?`."""
    for hypothesis in hypotheses:
        equation = hypothesis.equation
        if not equation.is_equation or not all(is_place(v.type) for v in equation.parameters):
            continue
        try:
            found = relation(hypothesis, env)
        except (UnsupportedTerm, w.BudgetSpent):
            continue
        for place in _places(equation.left.type):
            entry = {("l", x.name): x._replace(kind="?") for x in place.indices}
            pair = (place.of(p) for p in (found.difference, found.defect))
            difference, defect = (w.substitute_poly(p, entry) for p in pair)
            yield _Fact(difference, defect, hypothesis.name)


def _places(type_: Type) -> Iterator[_Places]:
    """The kinds of entries of a type: one for each pair of parts of its sizes."""
    match resolve(type_):
        case Matrix(rows, columns):
            pairs = product(_columns(dim_code(rows)), _columns(dim_code(columns)))
            for (one, row), (other, column) in pairs:
                yield _Places((*one, *other), row, column)
        case Vector(size):
            yield from (_Places(own, row, w.ONE) for own, row in _columns(dim_code(size)))
        case _:
            yield _Places((), w.ONE, w.ONE)


def _columns(code: str) -> Iterator[tuple[tuple[w.Atom, ...], w.Poly]]:
    """Indices and a unit column for each part of a size `a + b`, or for a place within a block."""
    match sides(code):
        case (first, "+", second):
            for name, size in (("1", first), ("2", second)):
                for own, column in _columns(size):
                    yield own, w.multiply(w.of_letter(w.part(name, code, size)), column)
        case (inner, _, count):
            for own, column in _columns(inner):
                block = w.local(f"index {count}")
                yield (
                    (block, *own),
                    w.multiply(w.of_letter(w.injection(block, code, inner)), column),
                )
        case None:
            index = w.local(f"index {code}")
            yield (index,), w.of_letter(w.injection(index, code))


# -- cases ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Case:
    """`names` puts one index for another that is equal; `unequal` holds the deltas that are 0."""

    names: Mapping[tuple[str, str], w.Atom]
    unequal: frozenset[w.Factor]

    def of(self, p: w.Poly) -> w.Poly:
        """What `p` comes to in this case."""
        return self._less(w.substitute_poly(p, self.names))

    def _less(self, p: w.Poly) -> w.Poly:
        """`p` without the summands that have a delta of two unequal indices as a factor."""
        kept = ((c, w.open_binders(m)) for m, c in p.terms)
        return w.total(
            (c, w.sum_over(own, w.multiply(*map(self._factor, factors), w.of_word(word))))
            for c, (own, factors, word) in kept
        )

    def _factor(self, factor: w.Factor) -> w.Poly:
        if factor in self.unequal:
            return w.ZERO
        return (
            w.invert(self._less(factor.of))
            if isinstance(factor, w.Inverse)
            else (w.assemble((), (factor,)))
        )


def _cases(
    indices: Sequence[w.Atom],
) -> Iterator[tuple[dict[tuple[str, str], w.Atom], frozenset[w.Factor], w.Poly]]:
    """All ways in which indices may be equal, as `_Case` takes them, each with its indicator.

    The indicator is 1 where the indices lie so, else 0; the indicators add up to 1.
    """
    if not indices:
        yield {}, frozenset(), w.ONE
        return
    *others, index = indices
    for names, unequal, indicator in _cases(others):
        kept = [x for x in others if (x.kind, x.name) not in names and x.type == index.type]
        apart: list[w.Factor] = []
        none = indicator
        for other in kept if index.type.startswith("index ") else ():
            equal = w.assemble((), w.delta(other, index))
            yield {**names, (index.kind, index.name): other}, unequal, w.multiply(indicator, equal)
            apart += w.delta(other, index)
            none = w.multiply(none, w.subtract(w.ONE, equal))
        yield names, unequal | frozenset(apart), none


def _taken(facts: Iterable[_Fact], known: Sequence[w.Atom], case: _Case) -> Iterator[_Fact]:
    """The facts as they are in this case, with `known` indices for their variables in every way."""
    for fact in facts:
        heads = dict.fromkeys(h for p in (fact.poly, fact.defect) for h in w.heads(p))
        asked = [h for h in heads if h.kind == "?" and isinstance(h, w.Atom)]
        choices = [[x for x in known if x.type == variable.type] for variable in asked]
        for chosen in product(*choices):
            names = {("?", v.name): x for v, x in zip(asked, chosen, strict=True)}
            poly = case.of(w.substitute_poly(fact.poly, names))
            if poly != w.ZERO:
                yield _Fact(poly, case.of(w.substitute_poly(fact.defect, names)), fact.source)


# -- linear algebra ---------------------------------------------------------------------------

Key = tuple[w.Factor, ...] | w.Monomial


@dataclass(frozen=True)
class _Unit:
    """A number that is not 0, since `number * inverse - 1` is the polynomial of `fact`."""

    number: w.Poly
    inverse: w.Poly
    fact: _Fact


def _unit(fact: _Fact) -> _Unit | None:
    """The number that a fact says is not 0; None where it says something else."""
    one = w.Monomial((), (), ())
    terms = dict(fact.poly.terms)
    if terms.pop(one, 0) != -1 or not terms or any(m.binders or m.word for m in terms):
        return None
    first, *others = terms
    common = [f for f in first.factors if isinstance(f, w.Inverse)]
    if not common or any(f not in m.factors for m in others for f in common):
        return None
    left: dict[w.Monomial, int] = {}
    for m, c in terms.items():
        rest = list(m.factors)
        for f in common:
            if f not in rest:
                return None
            rest.remove(f)
        left[m._replace(factors=tuple(rest))] = c
    return _Unit(w.poly(left), w.assemble((), common), fact)


def _combined(goal: w.Poly, facts: Sequence[_Fact]) -> Combination | None:
    """The goal as a combination of facts; None where it is none, or the system is too large."""
    if goal == w.ZERO:
        return Combination(w.ZERO, ())
    units = [found for found in map(_unit, facts) if found is not None]
    symbols = tuple(dict.fromkeys(f for u in units for m, _ in u.number.terms for f in m.factors))
    if len(symbols) > MAX_SYMBOLS:
        return None
    numbers = _Numbers(symbols)
    wanted = numbers.row(goal)
    rows = [(fact, numbers.row(fact.poly)) for fact in facts]
    reached, linked = set(wanted), list[tuple[_Fact, dict[Key, Any]]]()
    while more := [pair for pair in rows if pair not in linked and reached & set(pair[1])]:
        linked += more
        reached |= {key for _, row in more for key in row}
    if max(len(reached), len(linked)) > MAX_KEYS:
        return None
    found = numbers.solved(wanted, [row for _, row in linked])
    if found is None:
        return None
    divisor, factors = found
    covered = _covered(divisor, units, numbers)
    if covered is None:
        return None
    used, rest = covered
    terms = [(numbers.poly(q), fact) for q, (fact, _) in zip(factors, linked, strict=True) if q]
    combined = w.add(*(w.multiply(q, fact.defect) for q, fact in terms))
    whole = [w.add(w.ONE, unit.fact.defect) for unit in used]
    defect = w.subtract(
        w.multiply(*(u.inverse for u in used), rest, combined),
        w.multiply(goal, w.subtract(w.multiply(*whole), w.ONE)),
    )
    sources = (*(fact.source for _, fact in terms), *(unit.fact.source for unit in used))
    return Combination(defect, tuple(dict.fromkeys(sources)))


def _covered(
    divisor: Any, units: Sequence[_Unit], numbers: _Numbers
) -> tuple[list[_Unit], w.Poly] | None:
    """Units whose product is a multiple of `divisor`, and which; None where there are none."""
    left, used, whole = divisor, list[_Unit](), numbers.one
    while not numbers.is_sign(left):
        pairs = ((unit, numbers.common(left, unit.number)) for unit in units)
        unit, shared = next(((u, s) for u, s in pairs if not numbers.is_sign(s)), (None, left))
        if unit is None:
            return None
        used.append(unit)
        whole, left = whole * numbers.of(unit.number), left.exquo(shared)
    return used, numbers.poly(whole.exquo(divisor))


class _Numbers:
    """Coefficients of the linear system: polynomials over ℤ in the factors of what is not 0."""

    def __init__(self, symbols: Sequence[w.Factor]) -> None:
        from sympy import ZZ
        from sympy.polys.rings import ring

        self.places = {symbol: i for i, symbol in enumerate(symbols)}
        # There is always one more, since rings of no symbols are of another kind.
        self.ring, *self.symbols = ring([f"x{i}" for i in range(len(symbols) + 1)], ZZ)
        self.one = self.ring.one

    def row(self, p: w.Poly) -> dict[Key, Any]:
        """`p` as coefficients of the monomials in everything but these factors."""
        found: dict[Key, Any] = {}
        for m, c in p.terms:
            key: Key = m
            coefficient = self.ring.ground_new(c)
            if not m.binders and not m.word:
                key = tuple(f for f in m.factors if f not in self.places)
                own = (self.symbols[self.places[f]] for f in m.factors if f in self.places)
                coefficient = reduce(lambda one, other: one * other, own, coefficient)
            found[key] = found.get(key, self.ring.zero) + coefficient
        return {key: c for key, c in found.items() if c}

    def of(self, p: w.Poly) -> Any:
        """`p` as a coefficient, where it has nothing else in it."""
        return self.row(p).get((), self.ring.zero)

    def poly(self, number: Any) -> w.Poly:
        """A coefficient as a normal form."""
        symbols = list(self.places)
        return w.total(
            (
                int(c),
                w.assemble((), [s for s, e in zip(symbols, m, strict=False) for _ in range(e)]),
            )
            for m, c in number.terms()
        )

    def common(self, number: Any, other: w.Poly) -> Any:
        """The greatest common divisor of two coefficients."""
        return number.gcd(self.of(other))

    def is_sign(self, number: Any) -> bool:
        return bool(number in (self.one, -self.one))

    def solved(
        self, wanted: Mapping[Key, Any], rows: Sequence[Mapping[Key, Any]]
    ) -> tuple[Any, list[Any]] | None:
        """`d ≠ 0` and `q` with `d wanted = Σ qₕ rowsₕ`; None where there are none."""
        from sympy.polys.matrices import DomainMatrix

        keys = list(dict.fromkeys(key for row in (wanted, *rows) for key in row))
        field = self.ring.to_field().to_domain()
        zero = self.ring.zero
        table = [
            [
                field.convert_from(row.get(key, zero), self.ring.to_domain())
                for row in (*rows, wanted)
            ]
            for key in keys
        ]
        count = len(rows)
        reduced, pivots = DomainMatrix(table, (len(keys), count + 1), field).rref()
        if count in pivots:
            return None
        solution = [field.zero] * count
        for i, column in enumerate(pivots):
            solution[column] = reduced.to_list()[i][count]
        divisor = reduce(lambda one, x: one.lcm(x.denom), solution, self.one)
        return divisor, [x.numer * divisor.exquo(x.denom) for x in solution]
