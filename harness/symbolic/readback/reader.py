"""Sums, scalars and words of normal forms as terms over given variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import TypeVar

from harness.language.terms import Lambda, Term, Variable
from harness.language.transform import fresh
from harness.language.types import SCALAR, Function, Matrix, Type, Vector, function_parts, resolve
from harness.symbolic import build as b
from harness.symbolic import words as w
from harness.symbolic.codes import dim_of, type_of
from harness.symbolic.readback.blocks import block, grouped, part
from harness.symbolic.readback.summands import Placed, Unreadable, placed, reached

NAMES = "jkilabcdefgh"
"""Names for bound indices, in the order in which they are taken."""

_Choice = TypeVar("_Choice")


class Reader:
    """Reads normal forms over given variables."""

    def __init__(
        self,
        types: Mapping[str, Type],
        hints: Mapping[str, str] | None = None,
        *,
        is_right: bool = False,
    ) -> None:
        self.types = types
        self.is_right = is_right
        """Whether products are associated to the right."""
        self.hints = hints or {}
        """The preferred name of a bound index, by the code of its type."""
        self.scope: dict[str, Variable] = {}

    # -- names ----------------------------------------------------------------------------------

    @contextmanager
    def bind(self, *indices: w.Atom) -> Iterator[list[Variable]]:
        """Variables for open indices, with names of their own, while their scope is read."""
        variables = []
        try:
            for index in indices:
                taken = {*self.types, *(v.name for v in self.scope.values())}
                wanted = [self.hints.get(index.type, NAMES[0]), *NAMES]
                name = next((n for n in wanted if n not in taken), None) or fresh(NAMES[0], taken)
                self.scope[index.name] = Variable(name, type_of(index.type))
                variables.append(self.scope[index.name])
            yield variables
        finally:
            for index in indices:
                self.scope.pop(index.name, None)

    # -- values ---------------------------------------------------------------------------------

    def value(self, value: w.Value, type_: Type) -> Term:
        """An argument as a term of its type."""
        match value:
            case w.Poly():
                return self.poly(value, type_)
            case w.Abstraction():
                target = resolve(type_)
                assert isinstance(target, Function)
                index, body = w.open_abstraction(value)
                with self.bind(index) as (variable,):
                    return Lambda(variable, self.value(body, target.target))
            case w.Atom():
                return self.applied(value)

    def applied(self, item: w.Atom | w.Letter) -> Term:
        """A name at its arguments."""
        if item.name in self.scope:
            return self.scope[item.name]
        if item.name not in self.types:
            raise Unreadable(f"{item.name} is not a variable here")
        type_ = self.types[item.name]
        sources, _ = function_parts(type_)
        term: Term = Variable(item.name, type_)
        for argument, source in zip(item.args, sources, strict=False):
            term = b.applied(term, self.value(argument, source))
        return term

    # -- sums -----------------------------------------------------------------------------------

    def poly(self, p: w.Poly, type_: Type) -> Term:
        """A linear combination as a term of this type. Raises `Unreadable`."""
        terms, rest = grouped(self, p, type_)
        ones = {m: c for m, c in rest.terms if not m.word}
        if b.kind(type_) == "matrix" and len(ones) > 1:
            rest = w.poly({m: c for m, c in rest.terms if m.word})
            identity = b.primitive("identity", b.sizes(type_)[:1])
            terms.append(b.scale(self.poly(w.poly(ones), SCALAR), identity))
        result = reduce(b.add, terms) if terms else None
        for m, coefficient in sorted(rest.terms, key=lambda item: item[1] < 0):
            term = self.sum(*w.open_binders(m), type_)
            if abs(coefficient) > 1:
                term = b.scale(b.numeral(abs(coefficient)), term)
            if result is None:
                result = term if coefficient > 0 else b.negate(term)
            else:
                result = b.add(result, term) if coefficient > 0 else b.subtract(result, term)
        return b.zero(type_) if result is None else result

    def sum(
        self,
        locals_: tuple[w.Atom, ...],
        factors: tuple[w.Factor, ...],
        word: w.Word,
        type_: Type,
    ) -> Term:
        """Σ over open indices; those that only place blocks become blocks."""
        for position, letter in enumerate(word):
            if letter.kind == "p":
                found = placed(word, position)
                if any(w.occurrences(x, found.outer) for x in locals_):
                    break
                return part(self, locals_, factors, found)
            if letter.kind == "i" and letter.args[0] in locals_:
                if not letter.flip:
                    return block(self, locals_, factors, placed(word, position), type_)
                if b.kind(type_) != "matrix":
                    raise Unreadable("one block of a vector")
                rows, columns = b.sizes(type_)
                turned = self.sum(locals_, factors, w.transposed(word), Matrix(columns, rows))
                return b.transpose(turned)
        if locals_ and b.kind(type_) == "matrix":
            raise Unreadable("a sum of matrices")
        brackets = () if word else (f for f in factors if isinstance(f, w.Bracket))
        if split := next((f for f in brackets if _has_block(f.word, locals_)), None):
            others = tuple(f for f in factors if f is not split)
            cuts = self._cuts(split.word)
            return _first(cuts, lambda cut: self._halves(locals_, others, split.word, cut))
        with self.bind(*locals_) as variables:
            term = None
            if word:
                term = self.word(word)
            elif b.kind(type_) != "scalar":
                term = b.primitive("identity", b.sizes(type_)[:1])
            return self.summed(variables, factors, term)

    def summed(
        self, variables: list[Variable], factors: tuple[w.Factor, ...], term: Term | None
    ) -> Term:
        """Σ over variables of a term times scalar factors, or of these alone."""
        if term is None:
            term = self.scalar(factors)
        elif factors:
            term = b.scale(self.scalar(factors), term)
        return reduce(lambda body, variable: b.total(variable, body), reversed(variables), term)

    # -- scalars --------------------------------------------------------------------------------

    def scalar(self, factors: tuple[w.Factor, ...]) -> Term:
        """A product of scalar factors."""
        above = [self.factor(f) for f in factors if not isinstance(f, w.Inverse)]
        below = [self.poly(f.of, SCALAR) for f in factors if isinstance(f, w.Inverse)]
        term = reduce(b.scale, above) if above else b.ONE
        return reduce(lambda found, divisor: b.primitive("divide", (), found, divisor), below, term)

    def factor(self, factor: w.Atom | w.Bracket | w.Delta) -> Term:
        """One scalar factor that is not an inverse."""
        match factor:
            case w.Atom("m", _, (w.Atom() as left, w.Atom() as right)):
                one, two = self.applied(left), self.applied(right)
                size = b.sizes(one.type)
                return b.primitive("if_le", size, one, two, b.ONE, b.zero(SCALAR))
            case w.Atom():
                return self.applied(factor)
            case w.Delta(_, left, right):
                return _equal(self.applied(left), self.applied(right))
            case w.Bracket(_, word):
                choices = sorted((word, w.transposed(word)), key=_indices_before)
                return _first(choices, self._bracket)

    def _bracket(self, word: w.Word) -> Term:
        """An entry, or else a dot: no term picks one part of a vector, but by a unit vector."""
        if word[0].kind != "i":
            return self._dot(word)
        return _first((self._entry, self._dot), lambda read: read(word))

    def _entry(self, word: w.Word) -> Term:
        first, last, rest = word[0], word[-1], word[1:]
        if last.kind == "i" and last.columns == w.UNIT and len(rest) > 1:
            matrix = self.word(rest[:-1])
            ends = self._index(first), self._index(last)
            return b.primitive("matrix_entry", b.sizes(matrix.type), matrix, *ends)
        vector = self.word(rest)
        return b.primitive("entry", b.sizes(vector.type), vector, self._index(first))

    def _index(self, letter: w.Letter) -> Term:
        (index,) = letter.args
        assert isinstance(index, w.Atom)
        return self.applied(index)

    def _dot(self, word: w.Word) -> Term:
        """A word from a row to a column as the dot of two vectors.

        Where terms are to be evaluated it is cut near the middle, as far as blocks stay whole:
        halves of one length multiply to the fewest monomials.
        """
        cuts = self._cuts(word)[: None if self.is_right else 1]
        return _first(
            cuts, lambda cut: b.dot(self.word(w.transposed(word[:cut])), self.word(word[cut:]))
        )

    def _cuts(self, word: w.Word) -> list[int]:
        cuts = range(1, len(word))
        if self.is_right:
            return sorted(cuts, key=lambda cut: (abs(2 * cut - len(word)), cut))
        return list(cuts)

    def _halves(
        self,
        locals_: tuple[w.Atom, ...],
        factors: tuple[w.Factor, ...],
        word: w.Word,
        cut: int,
    ) -> Term:
        """Σ of [u ι_k v_k], where an index that is summed over places a block, as a dot.

        Each half takes the indices and factors that depend on it alone into its own sum, so that
        its blocks are whole: Σ_k [u ι_k v_k] is dot(u, concat(k ↦ v_k)).
        """
        halves = w.transposed(word[:cut]), word[cut:]
        left, right = (reached(locals_, factors, half) for half in halves)
        both = tuple(x for x in left if x in right)
        rest = tuple(x for x in locals_ if x not in left and x not in right)
        own = [tuple(x for x in found if x not in both) for found in (left, right)]

        def of(indices: tuple[w.Atom, ...]) -> tuple[w.Factor, ...]:
            return tuple(f for f in factors if any(w.occurrences(x, f) for x in indices))

        with self.bind(*both) as variables:
            vectors = [
                self.sum(indices, of(indices), half, Vector(dim_of(half[0].rows)))
                for half, indices in zip(halves, own, strict=True)
            ]
            term = self.summed(variables, of(both), b.dot(*vectors))
        apart = tuple(f for f in factors if f not in of((*both, *own[0], *own[1])))
        return b.scale(self.sum(rest, apart, (), SCALAR), term) if apart else term

    # -- words ----------------------------------------------------------------------------------

    def word(self, word: w.Word) -> Term:
        """A word without injections of bound indices, as a product."""
        for position, letter in enumerate(word):
            if letter.kind == "p":
                return part(self, (), (), placed(word, position))
            if letter.columns == w.UNIT and position < len(word) - 1:
                raise Unreadable("an outer product")
        return self._chain([self.letter(letter) for letter in word])

    def letter(self, letter: w.Letter) -> Term:
        """One letter as a matrix or vector."""
        match letter.kind:
            case "e":
                numbers = [b.zero(SCALAR)] * 4
                numbers[int(letter.name, 2)] = b.ONE
                return b.primitive("matrix2", (), *numbers)
            case "i":
                if letter.columns != w.UNIT:
                    raise Unreadable("one block of a vector")
                with self.bind(w.local(f"index {letter.rows}")) as (row,):
                    body = _equal(row, self._index(letter))
                    size = (dim_of(letter.rows),)
                    return b.primitive("vector", size, Lambda(row, body))
            case _:
                term = self.applied(letter)
                if not letter.flip:
                    return term
                if letter.rows == w.UNIT:
                    raise Unreadable("a row")
                return b.transpose(term)

    def around(self, found: Placed, term: Term) -> Term:
        """A block between the letters that stand around it."""
        return self._chain([*self._factors(found.prefix), term, *self._factors(found.suffix)])

    def _factors(self, word: w.Word) -> list[Term]:
        if any(letter.kind == "p" for letter in word):
            return [self.word(word)]
        return [self.letter(letter) for letter in word]

    def _chain(self, terms: list[Term]) -> Term:
        return b.chain(terms, is_right=self.is_right)


def _first(choices: Iterable[_Choice], read: Callable[[_Choice], Term]) -> Term:
    """The first choice that can be read. Raises `Unreadable` where none can."""
    reason = Unreadable("a word of one letter")
    for choice in choices:
        try:
            return read(choice)
        except Unreadable as error:
            reason = error
    raise reason


def _has_block(word: w.Word, locals_: tuple[w.Atom, ...]) -> bool:
    """Whether an index that is summed over places a block of more than one entry."""
    return any(
        x.kind == "i" and w.UNIT not in (x.rows, x.columns) and x.args[0] in locals_ for x in word
    )


def _equal(one: Term, two: Term) -> Term:
    """1 where two indices are equal, else 0: an entry of the identity."""
    size = b.sizes(one.type)
    return b.primitive("matrix_entry", (*size, *size), b.primitive("identity", size), one, two)


def _indices_before(word: w.Word) -> tuple[bool, int]:
    """Entries first; then what depends on bound indices goes to the right."""
    return word[0].kind != "i", _open_indices(word[0]) - _open_indices(word[-1])


def _open_indices(letter: w.Letter) -> int:
    return sum(head.kind == "l" for head in w.heads(letter))
