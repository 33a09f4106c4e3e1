"""Normal forms of sums, products, transposes and inverses, and of what is put for a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product

from harness.symbolic.codes import is_nothing
from harness.symbolic.words.binders import (
    close_abstraction,
    close_binders,
    open_abstraction,
    open_binders,
)
from harness.symbolic.words.injections import cut_at_ones, join, simplify, split
from harness.symbolic.words.nodes import (
    ONE,
    ONLY,
    UNIT,
    ZERO,
    Abstraction,
    Atom,
    Bracket,
    Delta,
    Factor,
    Inverse,
    Letter,
    Monomial,
    Poly,
    Substitution,
    Value,
    Word,
    bracket,
    delta,
    is_reflexive,
    occurrences,
    of_factor,
    of_letter,
    poly,
    transposed,
)

MAX_TERMS = 20_000
"""Polynomials of more monomials are not multiplied out."""


class BudgetSpent(Exception):
    """A computation was stopped: too many steps, or a term that grew too large; says which."""


def total(parts: Iterable[tuple[int, Poly]]) -> Poly:
    """The sum of these multiples."""
    found: dict[Monomial, int] = {}
    for coefficient, p in parts:
        for monomial, c in p.terms:
            found[monomial] = found.get(monomial, 0) + coefficient * c
    return poly(found)


def add(*polys: Poly) -> Poly:
    """The sum."""
    return total((1, p) for p in polys)


def subtract(p: Poly, q: Poly) -> Poly:
    """The difference."""
    return total(((1, p), (-1, q)))


def scale(number: int, p: Poly) -> Poly:
    """A whole multiple."""
    return Poly(tuple((m, number * c) for m, c in p.terms)) if number else ZERO


def multiply(*polys: Poly) -> Poly:
    """The product, in this order; scalars commute with everything."""
    result = ONE
    for p in polys:
        if result == ONE:
            result = p
        elif p != ONE:
            result = _multiply(result, p)
    return result


def _multiply(p: Poly, q: Poly) -> Poly:
    if len(p.terms) * len(q.terms) > MAX_TERMS:
        raise BudgetSpent(f"a product of more than {MAX_TERMS:,} summands")
    ours = [(c, *open_binders(m)) for m, c in p.terms]
    theirs = [(c, *open_binders(m)) for m, c in q.terms]
    return total(
        (c * e, assemble((*locals_, *more), (*factors, *others), (*word, *rest)))
        for c, locals_, factors, word in ours
        for e, more, others, rest in theirs
    )


def of_word(word: Word) -> Poly:
    """The product of letters."""
    return assemble((), (), word)


def word_of(p: Poly) -> Word | None:
    """The word that a polynomial is; nothing where it is more than one word."""
    if len(p.terms) != 1 or p.terms[0][1] != 1:
        return None
    m = p.terms[0][0]
    return None if m.binders or m.factors else m.word


def transpose(p: Poly) -> Poly:
    """The transpose."""
    return _each(p, lambda locals_, factors, word: assemble(locals_, factors, transposed(word)))


def sum_over(indices: Sequence[Atom], p: Poly) -> Poly:
    """Σ over open indices."""
    if not indices:
        return p
    return _each(p, lambda more, factors, word: assemble((*indices, *more), factors, word))


def _each(p: Poly, change: Callable[[tuple[Atom, ...], tuple[Factor, ...], Word], Poly]) -> Poly:
    """The sum of what becomes of each monomial."""
    return total((c, change(*open_binders(m))) for m, c in p.terms)


def invert(p: Poly) -> Poly:
    """The inverse of a scalar; products are inverted factor by factor.

    So is a sum whose summands have factors in common.
    """
    if p == ZERO:
        return ZERO
    (monomial, coefficient), *others = p.terms
    if others or monomial.binders or abs(coefficient) != 1:
        common, rest = _common(p)
        inverse = of_factor(Inverse("v", rest)) if common else of_factor(Inverse("v", p))
        return multiply(*map(_inverse, common), inverse)
    return scale(coefficient, multiply(*map(_inverse, monomial.factors)))


def _common(p: Poly) -> tuple[tuple[Factor, ...], Poly]:
    """The factors that all monomials have, none of which is summed over, and what they leave."""
    opened = [(c, *open_binders(m)) for m, c in p.terms]
    common: list[Factor] | None = None
    for _, locals_, factors, _ in opened:
        own = [f for f in factors if not any(occurrences(x, f) for x in locals_)]
        common = own if common is None else [f for f in common if f in own]
    shared = tuple(dict.fromkeys(common or ()))
    if not shared or (len(p.terms) == 1 and not p.terms[0][0].binders):
        return (), p
    left = []
    for c, locals_, factors, word in opened:
        rest = list(factors)
        for factor in shared:
            rest.remove(factor)
        left.append((c, assemble(locals_, rest, word)))
    return shared, total(left)


def _inverse(factor: Factor) -> Poly:
    match factor:
        case Inverse(_, of):
            return of
        case Delta() | Atom("m"):
            return of_factor(factor)
        case _:
            return of_factor(Inverse("v", of_factor(factor)))


# -- assembling monomials -------------------------------------------------------------------


def assemble(
    locals_: Sequence[Atom],
    factors: Iterable[Factor],
    word: Word = (),
    scalars: Iterable[Word] = (),
) -> Poly:
    """Σ over open indices of factors, a word and scalar words, as a polynomial."""
    choices = [simplify(cut_at_ones(w)) for w in (*scalars, word)]
    return total(_assembled(locals_, factors, choice) for choice in product(*choices))


def _assembled(
    locals_: Sequence[Atom],
    factors: Iterable[Factor],
    words: Iterable[tuple[int, tuple[Factor, ...], Word]],
) -> tuple[int, Poly]:
    """One summand; the last of the words may be other than a scalar."""
    coefficient, gathered = 1, list(factors)
    rest: Word = ()
    for c, more, word in words:
        assert not rest, rest
        scalars, rest = _cut(word)
        coefficient *= c
        gathered += [*more, *map(bracket, scalars)]
    return coefficient, _contract(tuple(locals_), tuple(gathered), rest)


def _cut(word: Word) -> tuple[list[Word], Word]:
    """Scalars within a word, between a row and a column, and the word without them."""
    segments: list[list[Letter]] = [[]]
    for letter in word:
        if letter.rows == UNIT and segments[-1]:
            segments.append([])
        segments[-1].append(letter)
        if letter.columns == UNIT:
            segments.append([])
    scalars: list[Word] = []
    rest: list[Letter] = []
    for segment in segments:
        if segment and segment[0].rows == UNIT and segment[-1].columns == UNIT:
            scalars.append(tuple(segment))
        else:
            rest.extend(segment)
    return scalars, tuple(rest)


def _contract(locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word) -> Poly:
    """Take out the bound indices that an injection determines, then close the others.

    What has a side of no entries is 0, and so is a sum over none; of one, it is its only summand.
    """
    if _is_empty(locals_, factors, word):
        return ZERO
    # What is 0 or 1 is its own square; and an index is at most itself.
    factors = tuple(
        f
        for i, f in enumerate(factors)
        if not (f.kind in "dm" and f in factors[:i]) and not is_reflexive(f)
    )
    for index in locals_:
        others = tuple(other for other in locals_ if other != index)
        for position, factor in enumerate(factors):
            if isinstance(factor, Delta) and index in (factor.left, factor.right):
                value = factor.left if factor.right == index else factor.right
                if occurrences(index, value):
                    continue  # Σₖ over k = g(k): its fixed points, however many there are
                rest = (*factors[:position], *factors[position + 1 :])
                return substitute_parts(others, rest, word, {("l", index.name): value})
        joined = join(index, factors, word)
        if joined is not None:
            return assemble(others, *joined)
        if index.type == ONLY.type:
            return substitute_parts(others, factors, word, {("l", index.name): ONLY})
        if parts := split(index, (factors, word)):
            # Σ over the whole is the sum of Σ over its parts.
            return total(
                (1, substitute_parts((*others, *own), factors, word, {("l", index.name): column}))
                for own, column in parts
            )
    return Poly(((close_binders(locals_, factors, word), 1),))


def _is_empty(locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word) -> bool:
    words = (word, *(f.word for f in factors if isinstance(f, Bracket)))
    dims = {side for letters in words for x in letters for side in (x.rows, x.columns) if side}
    dims |= {x.type.removeprefix("index ") for x in locals_ if x.type.startswith("index ")}
    return any(map(is_nothing, dims))


# -- substitution ---------------------------------------------------------------------------


def substitute(value: Value, names: Substitution) -> Value:
    """Put values for open, bound or rule names, and normalise again."""
    match value:
        case Atom():
            found = names.get((value.kind, value.name))
            if found is not None:
                return found
            return value._replace(args=_arguments(value, names)) if value.args else value
        case Abstraction(_, type_, _):
            index, body = open_abstraction(value)
            return close_abstraction(index, type_, substitute(body, names))
        case Poly():
            return substitute_poly(value, names)


def substitute_poly(p: Poly, names: Substitution) -> Poly:
    """`substitute` of a polynomial, which is one again."""
    return _each(p, lambda locals_, factors, word: substitute_parts(locals_, factors, word, names))


def substitute_parts(
    locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word, names: Substitution
) -> Poly:
    """Σ over open indices of what the factors and the word become."""
    plain: list[Factor] = []
    scalars: list[Word] = []
    pieces: list[Poly] = []
    for factor in factors:
        match factor:
            case Bracket(_, inner):
                spelled = _spelled(inner, names)
                if isinstance(spelled, Poly):
                    pieces.append(spelled)
                else:
                    scalars.append(spelled)
            case Delta(_, left, right):
                one, two = substitute(left, names), substitute(right, names)
                assert isinstance(one, Atom)
                assert isinstance(two, Atom)
                plain += delta(one, two)
            case Inverse(_, of):
                pieces.append(invert(substitute_poly(of, names)))
            case Atom():
                found = substitute(factor, names)
                if isinstance(found, Poly):
                    pieces.append(found)
                else:
                    assert isinstance(found, Atom)
                    plain.append(found)
    last = _spelled(word, names)
    if not pieces and not isinstance(last, Poly):
        return assemble(locals_, plain, last, scalars)
    if not isinstance(last, Poly):
        last = of_word(last)
    return sum_over(locals_, multiply(assemble((), plain, (), scalars), *pieces, last))


def _spelled(word: Word, names: Substitution) -> Word | Poly:
    """What a word becomes: one again, where letters become letters."""
    letters = [_letter(letter, names) for letter in word]
    if any(isinstance(letter, Poly) for letter in letters):
        return multiply(*(l if isinstance(l, Poly) else of_letter(l) for l in letters))
    return tuple(l for l in letters if isinstance(l, Letter))


def _letter(letter: Letter, names: Substitution) -> Letter | Poly:
    found = names.get((letter.kind, letter.name)) if letter.kind in "bl?" else None
    if letter.kind == "i":
        index = letter.args[0]
        assert isinstance(index, Atom)
        column = names.get((index.kind, index.name))
        found = column if isinstance(column, Poly) else None
    if found is None:
        return letter._replace(args=_arguments(letter, names)) if letter.args else letter
    assert isinstance(found, Poly)
    return transpose(found) if letter.flip else found


def _arguments(item: Atom | Letter, names: Substitution) -> tuple[Value, ...]:
    return tuple(substitute(arg, names) for arg in item.args)
