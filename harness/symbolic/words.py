"""Normal forms: linear combinations of words in matrices.

Every vector or matrix is a sum of monomials, each with bound indices that it is summed over,
commuting scalar factors, and a word of letters. A vector is a word that ends in a column. Blocks
and entries are words too, through *injections*:

    concat(k ↦ v(k))    = Σₖ ιₖ v(k)          blockdiag(k ↦ A(k)) = Σₖ ιₖ A(k) ιₖᵀ
    [j ↦ a(j)]          = Σⱼ a(j) eⱼ          diagonal(v)         = Σⱼ v[j] eⱼ eⱼᵀ
    append(u, v)        = ι₁ u + ι₂ v         v[j] = eⱼᵀ v        dot(u, v) = uᵀ v

so that one algebra does for all of them: ιₖᵀ ιₗ is 1 or 0 as k = l or not, and Σₖ ιₖ ιₖᵀ = 1.
A word from a row to a column is a scalar, and equals its transpose.

Bound indices are named by height: one more than any name bound within their scope. So terms that
differ in the names of bound indices only are equal as data ("canonically locally named" terms,
Pollack, Sato and Ricciotti, https://doi.org/10.1007/s10817-011-9229-y).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count, groupby, permutations, product
from typing import NamedTuple

UNIT = ""
"""The size of the side that a column or a row does not have."""

MAX_PERMUTATIONS = 720
"""Orders of bound indices that are compared to find the least; beyond, equal sums may differ."""


MAX_TERMS = 20_000
"""Polynomials of more monomials are not multiplied out."""


class BudgetSpent(Exception):
    """A computation was stopped: too many steps, or a term that grew too large; says which."""


class Atom(NamedTuple):
    """An index or a scalar: a name, or a named function at arguments.

    The kinds are `a` (a name of the claim), `b` (bound), `l` (a bound index whose binder is open)
    and `?` (a variable of a rule).
    """

    kind: str
    name: str
    args: tuple[Value, ...]
    type: str


class Abstraction(NamedTuple):
    """A function as an argument: its body over the bound name of its height."""

    kind: str
    type: str
    body: Value


class Letter(NamedTuple):
    """A matrix, column or row in a word.

    Kinds as for `Atom`, and `i` (the injection of block `args[0]`), `p` (of part `name`), `e` (a
    2 × 2 matrix with a single 1, at the place `name`).
    """

    kind: str
    name: str
    args: tuple[Value, ...]
    rows: str
    columns: str
    flip: bool

    @property
    def transposed(self) -> Letter:
        if self.kind == "e":
            return self._replace(name=self.name[::-1])
        return self._replace(rows=self.columns, columns=self.rows, flip=not self.flip)


Word = tuple[Letter, ...]


class Bracket(NamedTuple):
    """A word from a row to a column, as a scalar."""

    kind: str
    word: Word


class Delta(NamedTuple):
    """1 where two indices are equal, else 0."""

    kind: str
    left: Atom
    right: Atom


class Inverse(NamedTuple):
    """The inverse of a scalar; that of 0 is 0, as in Lean."""

    kind: str
    of: Poly


Factor = Atom | Bracket | Delta | Inverse


class Monomial(NamedTuple):
    """Σ over the binders (their sizes) of factors times a word; the empty word is 1."""

    binders: tuple[str, ...]
    factors: tuple[Factor, ...]
    word: Word


class Poly(NamedTuple):
    """An integer combination of monomials, sorted; no coefficient is 0."""

    terms: tuple[tuple[Monomial, int], ...]


Value = Poly | Atom | Abstraction
Substitution = Mapping[tuple[str, str], Value]
"""What to put for names, by (kind, name)."""

ZERO = Poly(())
ONE = Poly(((Monomial((), (), ()), 1),))

_fresh = count()


def local(type_: str) -> Atom:
    """A new open index."""
    return Atom("l", f"%{next(_fresh)}", (), type_)


def poly(terms: Mapping[Monomial, int]) -> Poly:
    """The polynomial with these coefficients."""
    return Poly(tuple(sorted((m, c) for m, c in terms.items() if c)))


def of_factor(factor: Factor) -> Poly:
    """A scalar factor alone."""
    return Poly(((Monomial((), (factor,), ()), 1),))


def of_letter(letter: Letter) -> Poly:
    """A letter alone."""
    return Poly(((Monomial((), (), (letter,)), 1),))


def transposed(word: Iterable[Letter]) -> Word:
    """The transpose of a word."""
    return tuple(letter.transposed for letter in reversed(tuple(word)))


# -- the algebra ----------------------------------------------------------------------------


def add(*polys: Poly) -> Poly:
    """The sum."""
    found: dict[Monomial, int] = {}
    for p in polys:
        for monomial, coefficient in p.terms:
            found[monomial] = found.get(monomial, 0) + coefficient
    return poly(found)


def scale(number: int, p: Poly) -> Poly:
    """A whole multiple."""
    return Poly(tuple((m, number * c) for m, c in p.terms)) if number else ZERO


def subtract(p: Poly, q: Poly) -> Poly:
    """The difference."""
    return add(p, scale(-1, q))


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
    found: dict[Monomial, int] = {}
    for first, c in p.terms:
        locals_, factors, word = open_binders(first)
        for second, e in q.terms:
            more, more_factors, more_word = open_binders(second)
            _accumulate(
                found,
                c * e,
                assemble((*locals_, *more), (*factors, *more_factors), (), (*word, *more_word)),
            )
    return poly(found)


def _accumulate(found: dict[Monomial, int], coefficient: int, p: Poly) -> None:
    for monomial, c in p.terms:
        found[monomial] = found.get(monomial, 0) + coefficient * c


def transpose(p: Poly) -> Poly:
    """The transpose."""
    found: dict[Monomial, int] = {}
    for m, c in p.terms:
        locals_, factors, word = open_binders(m)
        _accumulate(found, c, assemble(locals_, factors, (), transposed(word)))
    return poly(found)


def sum_over(index: Atom, p: Poly) -> Poly:
    """Σ over an open index."""
    found: dict[Monomial, int] = {}
    for m, c in p.terms:
        locals_, factors, word = open_binders(m)
        _accumulate(found, c, assemble((index, *locals_), factors, (), word))
    return poly(found)


def invert(p: Poly) -> Poly:
    """The inverse of a scalar; products are inverted factor by factor."""
    if p == ZERO:
        return ZERO
    if len(p.terms) == 1:
        (monomial, coefficient), *_ = p.terms
        if not monomial.binders and abs(coefficient) == 1:
            found = ONE
            for factor in monomial.factors:
                match factor:
                    case Inverse(_, inner):
                        found = multiply(found, inner)
                    case Delta():
                        found = multiply(found, of_factor(factor))
                    case _:
                        found = multiply(found, of_factor(Inverse("v", of_factor(factor))))
            return scale(coefficient, found)
    return of_factor(Inverse("v", p))


# -- injections -----------------------------------------------------------------------------


def injection(index: Atom, whole: str, block: str = UNIT) -> Letter:
    """ι of block `index`; with no `block` size, the unit column e of that entry."""
    return Letter("i", "", (index,), whole, block, False)


def part(name: str, whole: str, block: str) -> Letter:
    """ι₁ or ι₂ of two parts of `whole`."""
    return Letter("p", name, (), whole, block, False)


def unit(name: str, size: str) -> Poly:
    """A 2 × 2 matrix with a single 1; that with the 1 at the end is 1 less the first."""
    if name == "11":
        return subtract(ONE, unit("00", size))
    return of_letter(Letter("e", name, (), size, size, False))


# -- assembling monomials -------------------------------------------------------------------


def _meet(a: Letter, b: Letter) -> list[tuple[int, tuple[Factor, ...], Word]] | None:
    """What two neighbours in a word come to, where the algebra of injections says so."""
    if a.kind != b.kind or a.kind not in "ipe":
        return None
    if a.kind == "e":
        if a.name[1] != b.name[0]:
            return []
        name = a.name[0] + b.name[1]
        first = a._replace(name="00")
        if name == "11":
            return [(1, (), ()), (-1, (), (first,))]
        return [(1, (), (a._replace(name=name),))]
    if a.flip and not b.flip and a.columns == b.rows:
        if a.kind == "p":
            return [(1, (), ())] if a.name == b.name else []
        if a.rows != b.columns:
            return None
        left, right = a.args[0], b.args[0]
        assert isinstance(left, Atom)
        assert isinstance(right, Atom)
        if left == right:
            return [(1, (), ())]
        return [(1, (Delta("d", *sorted((left, right))),), ())]
    if a.kind == "p" and a.name == b.name == "2" and b.flip and not a.flip and a.rows == b.columns:
        # The first part's size is what `whole` holds besides the second's; see `part_sizes`.
        size = part_sizes(a.rows)[0]
        first = part("1", a.rows, size)
        return [(1, (), ()), (-1, (), (first, first.transposed))]
    return None


def part_sizes(whole: str) -> tuple[str, str]:
    """The sizes of the two parts that a sum's code names."""
    depth, text = 0, whole[1:-1]
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "+" and depth == 0:
            return text[:position], text[position + 1 :]
    raise ValueError(f"{whole} is not a sum")


def _simplify(word: Word) -> list[tuple[int, tuple[Factor, ...], Word]]:
    for position in range(len(word) - 1):
        met = _meet(word[position], word[position + 1])
        if met is not None:
            return [
                (c * e, (*factors, *more), rest)
                for c, factors, middle in met
                for e, more, rest in _simplify((*word[:position], *middle, *word[position + 2 :]))
            ]
    return [(1, (), word)]


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


def orientation(word: Word) -> tuple[int, Word]:
    """By which of a scalar word and its transpose the lesser is taken."""
    return sum(letter.flip for letter in word), word


def _bracket(word: Word) -> Bracket:
    return Bracket("k", min(word, transposed(word), key=orientation))


def assemble(
    locals_: Sequence[Atom], factors: Iterable[Factor], brackets: Iterable[Word], word: Word
) -> Poly:
    """Σ over the open indices of factors, scalar words and a word, as a polynomial."""
    found: dict[Monomial, int] = {}
    factors = tuple(factors)
    choices = [_simplify(w) for w in brackets] + [_simplify(word)]
    for choice in product(*choices):
        coefficient = 1
        gathered: list[Factor] = list(factors)
        rest: Word = ()
        for number, (c, more, simplified) in enumerate(choice):
            coefficient *= c
            gathered.extend(more)
            scalars, rest = _cut(simplified)
            gathered.extend(map(_bracket, scalars))
            assert not rest or number == len(choice) - 1, rest
        _accumulate(found, coefficient, _contract(tuple(locals_), tuple(gathered), rest))
    return poly(found)


def _contract(locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word) -> Poly:
    """Take out the bound indices that an injection determines, then close the others."""
    factors = tuple(f for i, f in enumerate(factors) if f.kind != "d" or f not in factors[:i])
    for index in locals_:
        others = tuple(other for other in locals_ if other != index)
        for position, factor in enumerate(factors):
            if isinstance(factor, Delta) and index in (factor.left, factor.right):
                value = factor.left if factor.right == index else factor.right
                if occurrences(index, value):
                    continue  # Σₖ over k = g(k): its fixed points, however many there are
                rest = (*factors[:position], *factors[position + 1 :])
                return substitute_parts(others, rest, word, {("l", index.name): value})
        joined = _join(index, factors, word)
        if joined is not None:
            return assemble(others, *joined)
    return Poly(((_close(locals_, factors, word), 1),))


def _join(
    index: Atom, factors: tuple[Factor, ...], word: Word
) -> tuple[tuple[Factor, ...], tuple[Word, ...], Word] | None:
    """Use Σ ι ιᵀ = 1 for an index that occurs in these two letters and nowhere else."""
    if occurrences(index, factors) + occurrences(index, word) != 2:
        return None

    def is_injection(letter: Letter, *, flip: bool) -> bool:
        return letter.kind == "i" and letter.args[0] == index and letter.flip is flip

    def inner(letters: Word) -> Word | None:
        for i in range(len(letters) - 1):
            if is_injection(letters[i], flip=False) and is_injection(letters[i + 1], flip=True):
                return (*letters[:i], *letters[i + 2 :])
        return None

    found = inner(word)
    if found is not None:
        return factors, (), found
    ends: list[tuple[Word, int]] = []
    """Scalar words, turned to start with the row of the index, and where they stand."""
    for position, factor in enumerate(factors):
        if isinstance(factor, Bracket):
            found = inner(factor.word)
            if found is not None:
                return (*factors[:position], *factors[position + 1 :]), (found,), word
            for turned in (factor.word, transposed(factor.word)):
                if is_injection(turned[0], flip=True) and not occurrences(index, turned[1:]):
                    ends.append((turned, position))
                    break
    kept = tuple(f for i, f in enumerate(factors) if i not in {place for _, place in ends})
    if len(ends) == 2:
        (first, _), (second, _) = ends
        return kept, ((*transposed(first)[:-1], *second[1:]),), word
    if len(ends) == 1:
        ((turned, _),) = ends
        for i, letter in enumerate(word):
            if is_injection(letter, flip=False) and letter.columns == UNIT:
                return kept, (), (*word[:i], *turned[1:], *word[i + 1 :])
            if is_injection(letter, flip=True) and letter.rows == UNIT:
                return kept, (), (*word[:i], *transposed(turned)[:-1], *word[i + 1 :])
    return None


def occurrences(index: Atom, node: object) -> int:
    """How often an index stands in a normal form."""
    if node == index:
        return 1
    return sum(occurrences(index, item) for item in node) if isinstance(node, tuple) else 0


# -- binders --------------------------------------------------------------------------------


def height(node: object) -> int:
    """The greatest number of binders of a normal form, one within the other."""
    if isinstance(node, Monomial):
        inner = max(height(node.factors), height(node.word))
        return inner + len(node.binders)
    if isinstance(node, Abstraction):
        return height(node.body) + 1
    return max(map(height, node), default=0) if isinstance(node, tuple) else 0


def is_closed(node: object) -> bool:
    """Whether every bound index in a part of a normal form is bound within that part."""
    return not _escaping(node)


def _escaping(node: object) -> set[str]:
    match node:
        case Monomial(binders, factors, word):
            base = max(height(factors), height(word))
            own = {f"{base + i:04}" for i in range(1, len(binders) + 1)}
            return (_escaping(factors) | _escaping(word)) - own
        case Abstraction(_, _, body):
            return _escaping(body) - {f"{height(body) + 1:04}"}
        case Atom("b", name):
            return {name}
        case tuple():
            return set().union(*map(_escaping, node))
        case _:
            return set()


def bound(level: int, type_: str) -> Atom:
    """The bound index of a height."""
    return Atom("b", f"{level:04}", (), type_)


def open_binders(m: Monomial) -> tuple[tuple[Atom, ...], tuple[Factor, ...], Word]:
    """The open indices, factors and word of a monomial."""
    if not m.binders:
        return (), m.factors, m.word
    base = max(height(m.factors), height(m.word))
    locals_ = tuple(map(local, m.binders))
    names = {("b", f"{base + i:04}"): index for i, index in enumerate(locals_, 1)}
    return locals_, *_rename(m.factors, m.word, names)


def _close(locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word) -> Monomial:
    if not locals_:
        return Monomial((), tuple(sorted(factors)), word)
    base = max(height(factors), height(word))

    def closed(order: Sequence[Atom]) -> Monomial:
        names = {("l", x.name): bound(base + i, x.type) for i, x in enumerate(order, 1)}
        return Monomial(tuple(x.type for x in order), *_rename(factors, word, names))

    if len(locals_) == 1:
        return closed(locals_)

    def signature(index: Atom) -> tuple[str, str]:
        marks = {("l", x.name): bound(base + 1 + (x == index), x.type) for x in locals_}
        return index.type, repr(_rename(factors, word, marks))

    groups = [list(g) for _, g in groupby(sorted(locals_, key=signature), key=signature)]
    orders = product(*(permutations(group) for group in groups))
    best: Monomial | None = None
    for number, order in enumerate(orders):
        candidate = closed([x for group in order for x in group])
        if best is None or candidate < best:
            best = candidate
        if number == MAX_PERMUTATIONS:
            break
    assert best is not None
    return best


def _rename(
    factors: tuple[Factor, ...], word: Word, names: Substitution
) -> tuple[tuple[Factor, ...], Word]:
    """Put indices for indices, one to one: nothing can simplify, so the shape stays."""
    return (
        tuple(sorted(_renamed_factor(f, names) for f in factors)),
        tuple(l._replace(args=_renamed_args(l.args, names)) for l in word),
    )


def _renamed_factor(factor: Factor, names: Substitution) -> Factor:
    match factor:
        case Bracket(_, word):
            return _bracket(tuple(l._replace(args=_renamed_args(l.args, names)) for l in word))
        case Delta(_, left, right):
            ends = sorted((_renamed_index(left, names), _renamed_index(right, names)))
            return Delta("d", *ends)
        case Inverse(_, of):
            found = substitute(of, names)
            assert isinstance(found, Poly)
            return Inverse("v", found)
        case Atom():
            return _renamed_index(factor, names)


def _renamed_index(atom: Atom, names: Substitution) -> Atom:
    found = names.get((atom.kind, atom.name))
    if isinstance(found, Atom):
        return found
    return atom._replace(args=_renamed_args(atom.args, names)) if atom.args else atom


def _renamed_args(args: tuple[Value, ...], names: Substitution) -> tuple[Value, ...]:
    return tuple(substitute(arg, names) for arg in args) if args else ()


# -- substitution ---------------------------------------------------------------------------


def substitute(value: Value, names: Substitution) -> Value:
    """Put values for open, bound or rule names, and normalise again."""
    match value:
        case Atom():
            found = names.get((value.kind, value.name))
            if found is not None:
                return found
            return value._replace(args=_renamed_args(value.args, names)) if value.args else value
        case Abstraction(_, type_, _):
            index, body = open_abstraction(value)
            return close_abstraction(index, type_, substitute(body, names))
        case Poly(terms):
            total: dict[Monomial, int] = {}
            for m, c in terms:
                locals_, factors, word = open_binders(m)
                _accumulate(total, c, substitute_parts(locals_, factors, word, names))
            return poly(total)


def substitute_poly(p: Poly, names: Substitution) -> Poly:
    """`substitute` of a polynomial, which is one again."""
    found = substitute(p, names)
    assert isinstance(found, Poly)
    return found


def substitute_parts(
    locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word, names: Substitution
) -> Poly:
    """Σ over open indices of what the factors and the word become."""
    pieces: list[Poly] = []
    plain: list[Factor] = []
    brackets: list[Word] = []
    for factor in factors:
        match factor:
            case Bracket(_, inner):
                letters = [_substituted_letter(l, names) for l in inner]
                if all(isinstance(l, Letter) for l in letters):
                    brackets.append(tuple(l for l in letters if isinstance(l, Letter)))
                else:
                    pieces.append(multiply(*map(_as_poly, letters)))
            case Delta(_, left, right):
                ends = sorted((_renamed_index(left, names), _renamed_index(right, names)))
                if ends[0] != ends[1]:
                    plain.append(Delta("d", *ends))
            case Inverse(_, of):
                pieces.append(invert(substitute_poly(of, names)))
            case Atom():
                found = substitute(factor, names)
                if isinstance(found, Atom):
                    plain.append(found)
                else:
                    assert isinstance(found, Poly)
                    pieces.append(found)
    letters = [_substituted_letter(l, names) for l in word]
    if not pieces and all(isinstance(l, Letter) for l in letters):
        whole = tuple(l for l in letters if isinstance(l, Letter))
        return assemble(locals_, plain, brackets, whole)
    result = multiply(assemble((), plain, brackets, ()), *pieces, *map(_as_poly, letters))
    for index in locals_:
        result = sum_over(index, result)
    return result


def _substituted_letter(letter: Letter, names: Substitution) -> Letter | Poly:
    found = names.get((letter.kind, letter.name)) if letter.kind in "bl?" else None
    if found is None:
        return letter._replace(args=_renamed_args(letter.args, names))
    assert isinstance(found, Poly)
    return transpose(found) if letter.flip else found


def _as_poly(item: Letter | Poly) -> Poly:
    return of_letter(item) if isinstance(item, Letter) else item


def open_abstraction(abstraction: Abstraction) -> tuple[Atom, Value]:
    """A new open name, and the body over it."""
    index = local(abstraction.type)
    name = f"{height(abstraction.body) + 1:04}"
    return index, substitute(abstraction.body, {("b", name): index})


def close_abstraction(index: Atom, type_: str, body: Value) -> Abstraction:
    """The function of an open name."""
    level = bound(height(body) + 1, type_)
    return Abstraction("f", type_, substitute(body, {("l", index.name): level}))
