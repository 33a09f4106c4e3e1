"""By which matrix one normal form is a multiple of another."""

from __future__ import annotations

from collections.abc import Iterator

from harness.symbolic import words as w


def quotient(one: w.Poly, two: w.Poly) -> w.Poly | None:
    """A with `one = A two`, where looking at the first monomial finds it."""
    return next((a for a in _candidates(one, two) if w.multiply(a, two) == one), None)


def _candidates(one: w.Poly, two: w.Poly) -> Iterator[w.Poly]:
    if not one.terms:
        return
    _, _, long = w.open_binders(one.terms[0][0])
    for m, _ in two.terms:
        locals_, _, short = w.open_binders(m)
        size = len(long) - len(short)
        if size <= 0:
            continue
        names = [letter.name for letter in short]
        if [letter.name for letter in long[size:]] == names:
            yield w.of_word(long[:size])
        if not short or short[0].kind != "i" or long[0].kind != "i":
            continue
        # ιₖ A(k) v(k) as Σₖ ιₖ A(k) ιₖᵀ times ιₖ v(k)
        index, own = short[0].args[0], long[0].args[0]
        assert isinstance(index, w.Atom)
        assert isinstance(own, w.Atom)
        if index in locals_ and [letter.name for letter in long[size + 1 :]] == names[1:]:
            block = w.of_word(long[: size + 1])
            inner = w.substitute_poly(block, {("l", own.name): index})
            yield w.sum_over((index,), w.multiply(inner, w.of_letter(short[0].transposed)))
