"""What normal forms are made of. All of it is plain data, which compares, sorts and hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

UNIT = ""
"""The size of the side that a column or a row does not have."""


class Atom(NamedTuple):
    """An index or a scalar: a name, or a named function at arguments.

    The kinds are `a` (a name of the claim), `b` (bound), `l` (a bound index whose binder is open),
    `?` (a variable of a rule) and `m` (1 where the first index is at most the second, else 0).
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
        kind, name, args, rows, columns, flip = self
        if kind == "e":
            return Letter(kind, name[::-1], args, rows, columns, flip)
        return Letter(kind, name, args, columns, rows, not flip)


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


ONLY = Atom("z", "0", (), "index 1")
"""The only index of its type."""


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


def bracket(word: Word) -> Bracket:
    """The scalar that a word and its transpose are."""
    return Bracket("k", min(word, transposed(word), key=_orientation))


def _orientation(word: Word) -> tuple[int, Word]:
    return sum(letter.flip for letter in word), word


def delta(one: Atom, two: Atom) -> tuple[Factor, ...]:
    """The factors by which two indices are equal: none where they are the same."""
    return () if one == two else (Delta("d", *sorted((one, two))),)


def mask(one: Atom, two: Atom) -> Atom:
    """1 where the first index is at most the second, else 0."""
    return Atom("m", "≤", (one, two), "scalar")


def is_reflexive(factor: Factor) -> bool:
    """Whether it says that an index is at most itself."""
    return isinstance(factor, Atom) and factor.kind == "m" and factor.args[0] == factor.args[1]


def injection(index: Atom, whole: str, block: str = UNIT) -> Letter:
    """ι of block `index`; with no `block` size, the unit column e of that entry."""
    return Letter("i", "", (index,), whole, block, False)


def part(name: str, whole: str, block: str) -> Letter:
    """ι₁ or ι₂ of two parts of `whole`."""
    return Letter("p", name, (), whole, block, False)


def heads(node: object) -> list[Atom | Letter]:
    """Every name in a normal form, those in arguments after what they are arguments of."""
    found: list[Atom | Letter] = []

    def walk(node: object) -> None:
        if isinstance(node, Atom | Letter):
            found.append(node)
            node = node.args
        if isinstance(node, tuple):
            for item in node:
                walk(item)

    walk(node)
    return found


def occurrences(index: Atom, node: object) -> int:
    """How often an index stands in a normal form."""
    if isinstance(node, Letter):
        node = node.args
    elif node == index:
        return 1
    return sum([occurrences(index, item) for item in node]) if isinstance(node, tuple) else 0
