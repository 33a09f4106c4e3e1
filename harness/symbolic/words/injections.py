"""The algebra of injections: what neighbours in a word come to, and sums that place every block."""

from __future__ import annotations

from harness.symbolic.codes import part_sizes, sides
from harness.symbolic.words.binders import local
from harness.symbolic.words.nodes import (
    ONLY,
    UNIT,
    Atom,
    Bracket,
    Factor,
    Letter,
    Monomial,
    Poly,
    Word,
    delta,
    injection,
    occurrences,
    part,
    transposed,
)

Sum = list[tuple[int, tuple[Factor, ...], Word]]
"""Coefficients, scalar factors and words."""


def cut_at_ones(word: Word) -> Word:
    """A word with e eᵀ between letters that meet at a size of 1, which is 1 there.

    So A x, with one column and one entry, is the column A e times the scalar eᵀ x.
    """
    column = injection(ONLY, "1")
    cut: list[Letter] = []
    for letter in word:
        meets = bool(cut) and cut[-1].columns == letter.rows == "1"
        if meets and column not in (letter, cut[-1].transposed):
            cut += [column, column.transposed]
        cut.append(letter)
    return tuple(cut)


def simplify(word: Word) -> Sum:
    """A word in which no neighbours cancel any more, as a sum of such words."""
    for position in range(len(word) - 1):
        met = _meet(word[position : position + 2])
        if met is not None:
            return [
                (c * e, (*factors, *more), rest)
                for c, factors, middle in met
                for e, more, rest in simplify((*word[:position], *middle, *word[position + 2 :]))
            ]
    return [(1, (), word)]


def _meet(pair: Word) -> Sum | None:
    """What two letters come to, where the algebra of injections says so."""
    a, b = pair
    if a.kind != b.kind or a.kind not in "ipe":
        return None
    if a.kind == "e":
        if a.name[1] != b.name[0]:
            return []
        name = a.name[0] + b.name[1]
        if name == "11":
            return [(1, (), ()), (-1, (), (a._replace(name="00"),))]
        return [(1, (), (a._replace(name=name),))]
    if a.flip and not b.flip and a.columns == b.rows:
        if a.kind == "p":
            return [(1, (), ())] if a.name == b.name else []
        if a.rows != b.columns:
            return None
        left, right = a.args[0], b.args[0]
        assert isinstance(left, Atom)
        assert isinstance(right, Atom)
        return [(1, delta(left, right), ())]
    if a.kind == "p" and a.name == b.name == "2" and b.flip and not a.flip and a.rows == b.columns:
        # The first part's size is what `whole` holds besides the second's.
        first = part("1", a.rows, part_sizes(a.rows)[0])
        return [(1, (), ()), (-1, (), (first, first.transposed))]
    return None


def split(index: Atom, node: object) -> list[tuple[tuple[Atom, ...], Poly]]:
    """The parts of a sum over places of a vector put together of others.

    For each part: its indices, and the unit column that theirs are within the whole. Nothing
    where the index is of no such type, or stands for itself anywhere.
    """
    found = sides(index.type.removeprefix("index ")) if index.type.startswith("index ") else None
    if found is None or occurrences(index, node) != _unit_columns(index, node):
        return []
    first, operator, second = found
    whole = f"({first}{operator}{second})"
    if operator == "+":
        parts = [(local(f"index {size}"), size) for size in (first, second)]
        words = [
            (part(str(n), whole, size), injection(i, size)) for n, (i, size) in enumerate(parts, 1)
        ]
        return [
            ((i,), Poly(((Monomial((), (), word), 1),)))
            for (i, _), word in zip(parts, words, strict=True)
        ]
    block, inner = local(f"index {second}"), local(f"index {first}")
    word = (injection(block, whole, first), injection(inner, first))
    return [((block, inner), Poly(((Monomial((), (), word), 1),)))]


def _unit_columns(index: Atom, node: object) -> int:
    """How often an index stands in a unit column or row, and there for its place."""
    if not isinstance(node, tuple):
        return 0
    if isinstance(node, Letter) and node.kind == "i" and node.args[0] == index:
        return int(UNIT in (node.rows, node.columns))
    return sum(_unit_columns(index, item) for item in node)


def join(
    index: Atom, factors: tuple[Factor, ...], word: Word
) -> tuple[tuple[Factor, ...], Word, tuple[Word, ...]] | None:
    """Use Σ ι ιᵀ = 1 for an index that occurs in these two letters and nowhere else.

    Gives the other factors, the word, and the scalar word that comes of it, if any does.
    """
    if occurrences(index, (factors, word)) != 2:
        return None
    words = {-1: word} | {n: f.word for n, f in enumerate(factors) if isinstance(f, Bracket)}
    places = [
        (number, place)
        for number, letters in words.items()
        for place, letter in enumerate(letters)
        if letter.kind == "i" and letter.args[0] == index
    ]
    if len(places) != 2:
        return None
    (one, i), (two, j) = places
    before, letter, after = words[one][:i], words[one][i], words[one][i + 1 :]
    if one == two:
        if j != i + 1 or letter.flip or not after[0].flip:
            return None
        joined = (*before, *after[1:])
    else:
        # eₖ or its transpose, at an end of a scalar word: the rest is what stands at place k.
        scalar = words[two]
        if UNIT not in (letter.rows, letter.columns) or j not in (0, len(scalar) - 1):
            return None
        rest = scalar[1:] if j == 0 else transposed(scalar[:-1])
        joined = (*before, *(transposed(rest) if letter.flip else rest), *after)
    kept = tuple(f for number, f in enumerate(factors) if number not in (one, two))
    return (kept, joined, ()) if one == -1 else (kept, word, (joined,))
