"""Normal forms back to terms, so that proofs can be printed and certificates evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce

from harness.language.terms import Lambda, Term, Variable
from harness.language.transform import fresh
from harness.language.types import (
    SCALAR,
    Dim,
    Function,
    Matrix,
    Type,
    Vector,
    function_parts,
    resolve,
)
from harness.symbolic import build as b
from harness.symbolic import words as w
from harness.symbolic.codes import dim_of, part_sizes, type_of

NAMES = "jkilabcdefgh"
"""Names for bound indices, in the order in which they are taken."""


class Unreadable(Exception):
    """A normal form that no term of the language stands for, such as a block of a vector."""


@dataclass(frozen=True)
class _Summand:
    """A monomial with its binders open, and its coefficient."""

    locals_: tuple[w.Atom, ...]
    factors: tuple[w.Factor, ...]
    word: w.Word
    coefficient: int

    @property
    def structure(self) -> tuple[str, ...] | None:
        """How the summand is made of blocks; nothing where it is not, or not outermost."""
        if not self.word:
            return None
        first, last = self.word[0], self.word[-1]
        if first.kind == "e" and len(self.word) == 1:
            return ("units",)
        if first.kind == "p" and not first.flip and len(self.word) > 1:
            if partner(self.word, 0) == len(self.word) - 1:
                return ("blocks", first.rows, last.columns)
            is_column = last.columns == w.UNIT and partner(self.word, 0) == len(self.word)
            return ("append", first.rows) if is_column else None
        if first.kind != "i" or first.flip or first.args[0] not in self.locals_:
            return None
        index = first.args[0]
        assert isinstance(index, w.Atom)
        start = (index.type, first.rows, first.columns)
        if last.kind == "i" and last.flip and last.args == first.args:
            return ("pair", *start, last.columns, last.rows)
        if last.columns == w.UNIT:
            return ("single", *start, "", "")
        return None

    def inner(self, shared: w.Atom, *, is_pair: bool) -> w.Poly:
        """What stands between the injections, at another open index."""
        index = self.word[0].args[0]
        assert isinstance(index, w.Atom)
        others = tuple(x for x in self.locals_ if x != index)
        word = self.word[1:-1] if is_pair else self.word[1:]
        found = w.substitute_parts(others, self.factors, word, {("l", index.name): shared})
        return w.scale(self.coefficient, found)

    def between(self, start: int, end: int | None) -> w.Poly:
        """The summand with only a part of its word."""
        found = w.assemble(self.locals_, self.factors, self.word[start:end])
        return w.scale(self.coefficient, found)


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

    def variable(self, index: w.Atom) -> Variable:
        """A variable for an open index, with a name of its own."""
        taken = {*self.types, *(v.name for v in self.scope.values())}
        wanted = [self.hints.get(index.type, NAMES[0]), *NAMES]
        name = next((n for n in wanted if n not in taken), None) or fresh(NAMES[0], taken)
        return Variable(name, type_of(index.type))

    @contextmanager
    def bind(self, index: w.Atom) -> Iterator[Variable]:
        """A variable for an open index while its scope is read."""
        variable = self.variable(index)
        self.scope[index.name] = variable
        try:
            yield variable
        finally:
            del self.scope[index.name]

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
                with self.bind(index) as variable:
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
        grouped, rest = self._groups(p, type_)
        ones = {m: c for m, c in rest.terms if not m.word}
        if b.kind(type_) == "matrix" and len(ones) > 1:
            rest = w.poly({m: c for m, c in rest.terms if m.word})
            identity = b.primitive("identity", b.sizes(type_)[:1])
            grouped = [*grouped, b.scale(self.poly(w.poly(ones), SCALAR), identity)]
        result: Term | None = None
        for term in grouped:
            result = term if result is None else b.add(result, term)
        for m, coefficient in sorted(rest.terms, key=lambda item: item[1] < 0):
            term = self.monomial(m, type_)
            if abs(coefficient) > 1:
                term = b.scale(_number(abs(coefficient)), term)
            if result is None:
                result = term if coefficient > 0 else b.negate(term)
            else:
                result = b.add(result, term) if coefficient > 0 else b.subtract(result, term)
        return b.zero(type_) if result is None else result

    # -- summands of one block structure -----------------------------------------------------------

    def _groups(self, p: w.Poly, type_: Type) -> tuple[list[Term], w.Poly]:
        """Summands that are made of blocks in the same way, each such group as one term."""
        groups: dict[tuple[str, ...], list[_Summand]] = {}
        rest: dict[w.Monomial, int] = {}
        for m, c in p.terms:
            summand = _Summand(*w.open_binders(m), c)
            key = summand.structure
            if key is None:
                rest[m] = c
            else:
                groups.setdefault(key, []).append(summand)
        terms = []
        for key, summands in groups.items():
            if key[0] in ("blocks", "units"):
                ones = {m: c for m, c in rest.items() if not m.word}
                rest = {m: c for m, c in rest.items() if m.word}
                terms.append(self._grid(key, summands, w.poly(ones), type_))
            elif key[0] == "append":
                terms.append(self._appended(key, summands))
            else:
                terms.append(self._family(key, summands))
        return terms, w.poly(rest)

    def _family(self, key: tuple[str, ...], summands: list[_Summand]) -> Term:
        """Σ ι M ιᵀ as one blockdiag or diagonal, Σ ι M as one concat or vector."""
        kind, index_type, _, rows, _, columns = key
        shared = w.local(index_type)
        inner = w.add(*(s.inner(shared, is_pair=kind == "pair") for s in summands))
        size = b.sizes(type_of(index_type))
        with self.bind(shared) as variable:
            if rows == w.UNIT:
                body = Lambda(variable, self.poly(inner, SCALAR))
                vector = b.primitive("vector", size, body)
                return b.primitive("diagonal", size, vector) if kind == "pair" else vector
            if kind == "pair":
                shape = (dim_of(rows), dim_of(columns))
                family = b.family(variable, self.poly(inner, Matrix(*shape)))
                return b.primitive("blockdiag", (*size, *shape), family)
            family = b.family(variable, self.poly(inner, Vector(dim_of(rows))))
            return b.primitive("concat", (*size, dim_of(rows)), family)

    def _appended(self, key: tuple[str, ...], summands: list[_Summand]) -> Term:
        heights = tuple(map(dim_of, part_sizes(key[1])))
        polys = [
            w.add(*(s.between(1, None) for s in summands if s.word[0].name == name))
            for name in ("1", "2")
        ]
        parts = [self.poly(p, Vector(h)) for p, h in zip(polys, heights, strict=True)]
        return b.primitive("append", heights, *parts)

    def _grid(
        self, key: tuple[str, ...], summands: list[_Summand], ones: w.Poly, type_: Type
    ) -> Term:
        """Sums of ι M ιᵀ as one matrix of blocks, of 2 × 2 units as one matrix of scalars."""
        if key[0] == "units":
            found = [
                w.add(*(s.between(1, None) for s in summands if s.word[0].name == name))
                for name in ("00", "01", "10")
            ]
            numbers = [w.add(found[0], ones), found[1], found[2], ones]
            return b.primitive("matrix2", (), *(self.poly(p, SCALAR) for p in numbers))
        heights = tuple(map(dim_of, part_sizes(key[1])))
        widths = tuple(map(dim_of, part_sizes(key[2])))
        blocks = []
        for row, height in zip(("1", "2"), heights, strict=True):
            for column, width in zip(("1", "2"), widths, strict=True):
                polys = [
                    s.between(1, -1)
                    for s in summands
                    if (s.word[0].name, s.word[-1].name) == (row, column)
                ]
                block = w.add(*polys, *([ones] if row == column else []))
                blocks.append(self.poly(block, Matrix(height, width)))
        return b.primitive("blocks", (*heights, *widths), *blocks)

    # -- single summands ---------------------------------------------------------------------------

    def monomial(self, m: w.Monomial, type_: Type) -> Term:
        """Σ over the binders of the monomial's product."""
        locals_, factors, word = w.open_binders(m)
        return self.sum(list(locals_), list(factors), word, type_)

    def sum(
        self, locals_: list[w.Atom], factors: list[w.Factor], word: w.Word, type_: Type
    ) -> Term:
        """Σ over open indices; those that only place blocks become blocks."""
        if not word:
            return self._summed(locals_, factors, None, type_)
        for position, letter in enumerate(word):
            if letter.kind == "p":
                around = word[:position] + word[partner(word, position) + 1 :]
                if any(w.occurrences(x, around) for x in locals_):
                    break
                return self._part(locals_, factors, word, position)
            if letter.kind == "i" and letter.args[0] in locals_:
                return self._block(locals_, factors, word, position, type_)
        return self._summed(locals_, factors, word, type_)

    def _summed(
        self, locals_: list[w.Atom], factors: list[w.Factor], word: w.Word | None, type_: Type
    ) -> Term:
        if locals_:
            if b.kind(type_) == "matrix":
                raise Unreadable("a sum of matrices")
            with self.bind(locals_[0]) as variable:
                return b.total(variable, self._summed(locals_[1:], factors, word, type_))
        if word is None and b.kind(type_) == "scalar":
            return self.scalar(factors)
        if word is None:
            term: Term = b.primitive("identity", b.sizes(type_)[:1])
        else:
            term = self.word(word)
        return b.scale(self.scalar(factors), term) if factors else term

    def _block(
        self,
        locals_: list[w.Atom],
        factors: list[w.Factor],
        word: w.Word,
        position: int,
        type_: Type,
    ) -> Term:
        """P ι_k M ι_kᵀ Q as P @ blockdiag(k ↦ M) @ Q, and P ι_k M as P @ concat(k ↦ M)."""
        first = word[position]
        index = first.args[0]
        assert isinstance(index, w.Atom)
        if first.flip:
            if b.kind(type_) != "matrix":
                raise Unreadable("one block of a vector")
            rows, columns = b.sizes(type_)
            turned = self.sum(locals_, factors, w.transposed(word), Matrix(columns, rows))
            return b.transpose(turned)
        end = next(
            (
                place
                for place, letter in enumerate(word)
                if place > position and letter.kind == "i" and letter.args == first.args
            ),
            len(word),
        )
        prefix, inner, suffix = word[:position], word[position + 1 : end], word[end + 1 :]
        outer_words = prefix + suffix
        if w.occurrences(index, outer_words):
            raise Unreadable("an index that places a block and is used outside it")
        inside = [f for f in factors if w.occurrences(index, f)]
        while True:
            outside = [f for f in factors if f not in inside]
            own = [
                x
                for x in locals_
                if x != index
                and w.occurrences(x, (*inside, *inner))
                and not w.occurrences(x, outer_words)
            ]
            more = [f for f in outside if any(w.occurrences(x, f) for x in own)]
            if not more:
                break
            inside += more
        others = [x for x in locals_ if x != index and x not in own]
        if others and b.kind(type_) == "matrix":
            raise Unreadable("a sum of matrices")
        parts = (prefix, inner, suffix)
        return self._nested(others, own, outside, inside, parts, word, position, end)

    def _nested(
        self,
        others: list[w.Atom],
        own: list[w.Atom],
        outside: list[w.Factor],
        inside: list[w.Factor],
        parts: tuple[w.Word, w.Word, w.Word],
        word: w.Word,
        position: int,
        end: int,
    ) -> Term:
        prefix, inner, suffix = parts
        if others:
            with self.bind(others[0]) as variable:
                body = self._nested(others[1:], own, outside, inside, parts, word, position, end)
                return b.total(variable, body)
        first = word[position]
        index = first.args[0]
        assert isinstance(index, w.Atom)
        size = b.sizes(type_of(index.type))
        is_pair = end < len(word)
        with self.bind(index) as variable:
            if first.columns == w.UNIT:
                if inner:
                    raise Unreadable("a word between unit vectors")
                body = self.sum(own, inside, (), SCALAR)
                block = b.primitive("vector", size, Lambda(variable, body))
                if is_pair:
                    block = b.primitive("diagonal", size, block)
            else:
                rows = dim_of(first.columns)
                if is_pair:
                    columns = dim_of(word[end].rows)
                    body = self.sum(own, inside, inner, Matrix(rows, columns))
                    dims: tuple[Dim, ...] = (*size, rows, columns)
                    block = b.primitive("blockdiag", dims, b.family(variable, body))
                else:
                    if not inner or inner[-1].columns != w.UNIT:
                        raise Unreadable("a column of blocks")
                    body = self.sum(own, inside, inner, Vector(rows))
                    block = b.primitive("concat", (*size, rows), b.family(variable, body))
        term = self._chain([*self._words(prefix), block, *self._words(suffix)])
        return b.scale(self.scalar(outside), term) if outside else term

    # -- scalars --------------------------------------------------------------------------------

    def scalar(self, factors: list[w.Factor]) -> Term:
        """A product of scalar factors."""
        above = [self.factor(f) for f in factors if not isinstance(f, w.Inverse)]
        below = [self.poly(f.of, SCALAR) for f in factors if isinstance(f, w.Inverse)]
        term = reduce(b.scale, above) if above else b.ONE
        for divisor in below:
            term = b.primitive("divide", (), term, divisor)
        return term

    def factor(self, factor: w.Factor) -> Term:
        """One scalar factor that is not an inverse."""
        match factor:
            case w.Atom():
                return self.applied(factor)
            case w.Delta(_, left, right):
                size = b.sizes(type_of(left.type))
                one = b.primitive("identity", size)
                ends = self.applied(left), self.applied(right)
                return b.primitive("matrix_entry", (*size, *size), one, *ends)
            case w.Bracket(_, word):
                turned = w.transposed(word)
                for choice in sorted((word, turned), key=_indices_before):
                    try:
                        return self._bracket(choice)
                    except Unreadable as error:
                        reason = error
                raise reason
            case w.Inverse():
                raise AssertionError(factor)

    def _bracket(self, word: w.Word) -> Term:
        first, rest = word[0], word[1:]
        if first.kind == "i":
            (row,) = first.args
            assert isinstance(row, w.Atom)
            last = rest[-1]
            if last.kind == "i" and last.columns == w.UNIT and len(rest) > 1:
                (column,) = last.args
                assert isinstance(column, w.Atom)
                matrix = self.word(rest[:-1])
                ends = self.applied(row), self.applied(column)
                return b.primitive("matrix_entry", b.sizes(matrix.type), matrix, *ends)
            vector = self.word(rest)
            return b.primitive("entry", b.sizes(vector.type), vector, self.applied(row))
        return self._dot(word)

    def _dot(self, word: w.Word) -> Term:
        """A word from a row to a column as the dot of two vectors.

        Where terms are to be evaluated it is cut near the middle, as far as blocks stay whole:
        halves of one length multiply to the fewest monomials.
        """
        cuts = [1]
        if self.is_right:
            cuts = sorted(range(1, len(word)), key=lambda cut: (abs(2 * cut - len(word)), cut))
        reason = Unreadable("a word of one letter")
        for cut in cuts:
            try:
                return b.dot(self.word(w.transposed(word[:cut])), self.word(word[cut:]))
            except Unreadable as error:
                reason = error
        raise reason

    # -- words ----------------------------------------------------------------------------------

    def word(self, word: w.Word) -> Term:
        """A word without injections of bound indices, as a product."""
        for position, letter in enumerate(word):
            if letter.kind == "p":
                return self._part([], [], word, position)
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
                (index,) = letter.args
                assert isinstance(index, w.Atom)
                if letter.columns != w.UNIT:
                    raise Unreadable("one block of a vector")
                size = (dim_of(letter.rows),)
                one = b.primitive("identity", size)
                with self.bind(w.local(index.type)) as row:
                    ends = row, self.applied(index)
                    body = b.primitive("matrix_entry", (*size, *size), one, *ends)
                    return b.primitive("vector", size, Lambda(row, body))
            case _:
                term = self.applied(letter)
                if not letter.flip:
                    return term
                if letter.rows == w.UNIT:
                    raise Unreadable("a row")
                return b.transpose(term)

    def _part(
        self, locals_: list[w.Atom], factors: list[w.Factor], word: w.Word, position: int
    ) -> Term:
        """P ι M as P @ append(M, 0), and P ι M ιᵀ Q as P @ blocks(M, 0, 0, 0) @ Q."""
        first = word[position]
        if first.flip:
            raise Unreadable("one part of a vector")
        end = partner(word, position)
        prefix, inner, suffix = word[:position], word[position + 1 : end], word[end + 1 :]
        heights = tuple(map(dim_of, part_sizes(first.rows)))
        row = int(first.name) - 1
        if end < len(word):
            last = word[end]
            widths = tuple(map(dim_of, part_sizes(last.columns)))
            column = int(last.name) - 1
            blocks = [b.zero(Matrix(h, v)) for h in heights for v in widths]
            type_ = Matrix(heights[row], widths[column])
            blocks[2 * row + column] = self.sum(locals_, factors, inner, type_)
            block: Term = b.primitive("blocks", (*heights, *widths), *blocks)
        else:
            if not inner or inner[-1].columns != w.UNIT:
                raise Unreadable("a column of parts")
            vectors = [b.zero(Vector(h)) for h in heights]
            vectors[row] = self.sum(locals_, factors, inner, Vector(heights[row]))
            block = b.primitive("append", heights, *vectors)
        return self._chain([*self._words(prefix), block, *self._words(suffix)])

    def _chain(self, terms: list[Term]) -> Term:
        return b.chain(terms, is_right=self.is_right)

    def _words(self, word: w.Word) -> list[Term]:
        """A word as terms to be multiplied."""
        if any(letter.kind == "p" for letter in word):
            return [self.word(word)]
        return [self.letter(letter) for letter in word]


def partner(word: w.Word, position: int) -> int:
    """Where the part that is put in at `position` is taken out again; else the word's length."""
    depth = 0
    for place in range(position, len(word)):
        if word[place].kind == "p":
            depth += -1 if word[place].flip else 1
            if depth == 0:
                return place
    return len(word)


def _number(value: int) -> Term:
    """1 + 1 + … + 1."""
    term: Term = b.ONE
    for _ in range(value - 1):
        term = b.add(term, b.ONE)
    return term


def _indices_before(word: w.Word) -> tuple[bool, int]:
    """Entries first; then what depends on bound indices goes to the right."""
    return word[0].kind != "i", _locals(word[0]) - _locals(word[-1])


def _locals(node: object) -> int:
    if isinstance(node, w.Atom) and node.kind == "l":
        return 1
    return sum(map(_locals, node)) if isinstance(node, tuple) else 0
