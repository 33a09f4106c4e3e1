"""Slightly wrong versions of an equation: what a test of the true one must tell apart from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.language.terms import Equation, Primitive, Term
from harness.language.transform import spots


def variants(equation: Equation) -> Iterator[tuple[str, Equation]]:
    """One edit each: a transpose lost, a factor lost, two factors swapped; with what was done.

    Some of them may be true all the same.
    """
    for is_left in (True, False):
        for spot in spots(equation.left if is_left else equation.right):
            for name, edited in _edits(spot.term):
                new = spot.put(edited)
                yield name, replace(equation, left=new) if is_left else replace(equation, right=new)


def _edits(term: Term) -> Iterator[tuple[str, Term]]:
    match term:
        case Primitive("transpose", _, (inner,)) if inner.type == term.type:
            yield "transpose lost", inner
        case Primitive("matmul" | "matvec", _, (left, right)):
            if right.type == term.type:
                yield "left factor lost", right
            if left.type == term.type:
                yield "right factor lost", left
            if left.type == right.type == term.type:
                yield "factors swapped", replace(term, arguments=(right, left))
        case Primitive("subtract" | "subtract_vector" | "subtract_matrix", _, (left, right)):
            yield "operands swapped", replace(term, arguments=(right, left))
        case Primitive("negate" | "negate_vector" | "negate_matrix", _, (inner,)):
            yield "sign lost", inner
