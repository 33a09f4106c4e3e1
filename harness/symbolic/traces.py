"""Traces: a sum over the entries `eᵢᵀ W eᵢ` may be begun at any letter of W, in either direction.

`trace(A B) = trace(B A)` is an identity, whatever A and B are. All ways to begin are listed, so
that rules may look for one that they apply to, and the one that reads least stands for all.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.symbolic import words as w


def turned(m: w.Monomial) -> Iterator[w.Poly]:
    """The monomial with each of its traces begun elsewhere; nothing where it has none."""
    locals_, factors, word = w.open_binders(m)
    for index in locals_:
        for place, factor in enumerate(factors):
            if not isinstance(factor, w.Bracket):
                continue
            others = (*factors[:place], *factors[place + 1 :])
            inner = _circle(factor.word, index)
            if inner is None or w.occurrences(index, (others, word)):
                continue
            rest = tuple(x for x in locals_ if x != index)
            for letters in (inner, w.transposed(inner)):
                for start in range(len(letters)):
                    yield _begun(rest, others, word, (*letters[start:], *letters[:start]))


def settled(p: w.Poly) -> w.Poly:
    """`p` with every trace begun where it reads least."""
    return w.total(
        (c, min([w.Poly(((m, 1),)), *turned(m)], key=repr) if m.binders else w.Poly(((m, 1),)))
        for m, c in p.terms
    )


def _circle(word: w.Word, index: w.Atom) -> w.Word | None:
    """W, of `eᵢᵀ W eᵢ` where i is nowhere else."""
    if len(word) < 3 or w.occurrences(index, word) != 2:
        return None
    first, last = word[0], word[-1]
    is_unit = first.kind == last.kind == "i" and first.args == last.args == (index,)
    inner = word[1:-1]
    is_matrix = all(w.UNIT not in (letter.rows, letter.columns) for letter in inner)
    return inner if is_unit and is_matrix and inner[0].rows == inner[-1].columns else None


def _begun(
    locals_: tuple[w.Atom, ...], factors: tuple[w.Factor, ...], word: w.Word, letters: w.Word
) -> w.Poly:
    size = letters[0].rows
    index = w.local(f"index {size}")
    unit = w.injection(index, size)
    bracket = w.bracket((unit.transposed, *letters, unit))
    return w.assemble((*locals_, index), (*factors, bracket), word)
