"""How a word is made of blocks: what is placed, what places it, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.symbolic import words as w


class Unreadable(Exception):
    """A normal form that no term of the language stands for, such as a block of a vector."""


@dataclass(frozen=True)
class Placed:
    """A word `prefix ι inner ιᵀ suffix`, the last two of which may be missing."""

    prefix: w.Word
    first: w.Letter
    inner: w.Word
    last: w.Letter | None
    suffix: w.Word

    @property
    def outer(self) -> w.Word:
        """The letters around the block."""
        return self.prefix + self.suffix

    @property
    def index(self) -> w.Atom:
        """The index of the injection."""
        index = self.first.args[0]
        assert isinstance(index, w.Atom)
        return index

    @property
    def place(self) -> tuple[str, str]:
        """The row and the column of a part among parts; vectors have no columns."""
        return self.first.name, "" if self.last is None else self.last.name

    @property
    def structure(self) -> tuple[str, ...]:
        """What blocks that one term can hold have in common.

        2 × 2 units: nothing else. Parts: the size of the rows and, but for vectors, the columns.
        Blocks of an index: its type, and the rows and columns of a block.
        """
        first, last = self.first, self.last
        match first.kind:
            case "e":
                return ()
            case "p":
                return (first.rows,) if last is None else (first.rows, last.columns)
            case _:
                family = ("", self.index.type, first.columns)
                return family if last is None else (*family, last.rows)


@dataclass(frozen=True)
class Summand:
    """A monomial that is one block, with its binders open, and its coefficient."""

    locals_: tuple[w.Atom, ...]
    factors: tuple[w.Factor, ...]
    block: Placed
    coefficient: int

    def at(self, shared: w.Atom | None = None) -> w.Poly:
        """What is placed; where an index places it, at another open index."""
        locals_, names = self.locals_, {}
        if shared is not None:
            index = self.block.index
            locals_, names = tuple(x for x in locals_ if x != index), {("l", index.name): shared}
        found = w.substitute_parts(locals_, self.factors, self.block.inner, names)
        return w.scale(self.coefficient, found)


def summand(m: w.Monomial, coefficient: int) -> Summand | None:
    """A monomial that is one block as a whole; nothing where it is none."""
    locals_, factors, word = w.open_binders(m)
    if not word or word[0].kind not in "ipe" or word[0].flip:
        return None
    if word[0].kind == "i" and word[0].args[0] not in locals_:
        return None
    found = placed(word, 0)
    is_column = word[-1].columns == w.UNIT
    is_whole = len(word) == 1 if word[0].kind == "e" else is_column or found.last is not None
    return Summand(locals_, factors, found, coefficient) if is_whole and not found.suffix else None


def placed(word: w.Word, position: int) -> Placed:
    """The word about the injection at `position`, and the one that takes the block out again."""
    first, size = word[position], len(word)
    ends = (i for i in range(position + 1, size) if word[i][:3] == first[:3])
    end = _partner(word, position) if first.kind == "p" else next(ends, size)
    last = word[end] if end < size else None
    return Placed(word[:position], first, word[position + 1 : end], last, word[end + 1 :])


def _partner(word: w.Word, position: int) -> int:
    """Where the part that is put in at `position` is taken out again; else the word's length."""
    depth = 0
    for place in range(position, len(word)):
        if word[place].kind == "p":
            depth += -1 if word[place].flip else 1
            if depth == 0:
                return place
    return len(word)


def within(
    locals_: tuple[w.Atom, ...], factors: tuple[w.Factor, ...], block: Placed
) -> tuple[tuple[w.Atom, ...], tuple[w.Factor, ...]]:
    """The open indices and the factors that only the inside of a block depends on."""
    own = [block.index]
    while True:
        inside = tuple(f for f in factors if any(w.occurrences(x, f) for x in own))
        more = [
            x
            for x in locals_
            if x not in own
            and w.occurrences(x, (inside, block.inner))
            and not w.occurrences(x, block.outer)
        ]
        if not more:
            return tuple(x for x in locals_ if x in own[1:]), inside
        own += more


def reached(
    locals_: tuple[w.Atom, ...], factors: tuple[w.Factor, ...], word: w.Word
) -> tuple[w.Atom, ...]:
    """The open indices that a word depends on, or that factors connect with those."""
    found = [x for x in locals_ if w.occurrences(x, word)]
    while True:
        linked = tuple(f for f in factors if any(w.occurrences(x, f) for x in found))
        more = [x for x in locals_ if x not in found and w.occurrences(x, linked)]
        if not more:
            return tuple(x for x in locals_ if x in found)
        found += more
