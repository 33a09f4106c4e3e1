"""Matrices that are not written out: products, and block diagonals by their blocks.

A product meets a vector from the right, (A B) v = A (B v), where that takes fewer operations than
to multiply it out for all vectors that it meets; a block diagonal meets vectors and matrices block
by block. The same sums, in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod
from typing import Protocol

from harness.arrays import rules
from harness.arrays.memory import Memory
from harness.arrays.rules import RULES, dot, matvec, transposed
from harness.arrays.tape import Slot
from harness.arrays.values import (
    Applied,
    BlockDiagonal,
    Data,
    Gathered,
    Matrix,
    Places,
    Product,
    Value,
)


class Walk(rules.Walk, Protocol):
    """What these rules ask of the interpreter."""

    memory: Memory

    def array(self, value: Value[Slot]) -> Slot:
        """The array of a value, a matrix being multiplied out."""
        ...


def written_out(walk: Walk, value: Matrix[Slot] | Applied[Slot]) -> Value[Slot]:
    """All entries of a matrix, or of what it makes of a vector."""

    def make() -> Slot:
        match value:
            case Product(left, right):
                return _multiplied(walk, left, right)
            case BlockDiagonal(blocks):
                h, d, e = blocks.shape[-3:]
                found: Slot = RULES["blockdiag"](walk, (h, d, e), blocks)
                return found
            case Gathered(family, places):
                return walk.select(family, Places(places), 3)
            case Applied(matrix, vector):
                return matvec(walk, (), walk.array(matrix), walk.array(vector))

    return walk.memory.once("written out", (value,), lambda: Data(make()))


def _multiplied(walk: Walk, left: Value[Slot], right: Value[Slot]) -> Slot:
    a = walk.arithmetic

    def middle(x: Slot) -> Slot:
        axes = range(len(x.shape))
        return a.permute(x, (*axes[:-3], axes[-2], axes[-3], axes[-1]))

    if isinstance(left, BlockDiagonal):
        h, d, e = left.blocks.shape[-3:]
        *frame, _, columns = (other := walk.array(right)).shape
        product = a.matmul(left.blocks, a.reshape(other, (*frame, h, e, columns)))
        return a.reshape(product, (*product.shape[:-3], h * d, columns))
    if isinstance(right, BlockDiagonal):
        h, d, e = right.blocks.shape[-3:]
        *frame, rows, _ = (other := walk.array(left)).shape
        parts = middle(a.reshape(other, (*frame, rows, h, d)))
        product = middle(a.matmul(parts, right.blocks))
        return a.reshape(product, (*product.shape[:-2], h * e))
    return a.matmul(walk.array(left), walk.array(right))


def _transpose(walk: Walk, sizes: Sequence[int], matrix: Value[Slot]) -> Value[Slot]:
    def make() -> Value[Slot]:
        match matrix:
            case Product(left, right, inner):
                return Product(_transpose(walk, (), right), _transpose(walk, (), left), inner)
            case BlockDiagonal(blocks):
                return BlockDiagonal(transposed(walk, blocks))
            case _:
                return Data(transposed(walk, walk.array(matrix)))

    return walk.memory.once("transpose", (matrix,), make)


# -- a matrix meets vectors -------------------------------------------------------------------


def _frame(walk: Walk, matrix: Value[Slot]) -> tuple[int, ...]:
    """The axes before those of the matrix."""
    match matrix:
        case Product(left, right, _):
            return _common(_frame(walk, left), _frame(walk, right))
        case BlockDiagonal(blocks):
            return blocks.shape[:-3]
        case _:
            return walk.array(matrix).shape[:-2]


@cache
def _common(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that two broadcast to; NumPy takes microseconds for it."""
    import numpy as np

    return tuple(np.broadcast_shapes(left, right))


def _terms(walk: Walk, matrix: Value[Slot]) -> int:
    """How many products of numbers it takes to apply a matrix to a vector."""
    match matrix:
        case Product(left, right, _):
            return _terms(walk, left) + _terms(walk, right)
        case BlockDiagonal(blocks):
            return prod(blocks.shape[-3:])
        case _:
            return prod(walk.array(matrix).shape[-2:])


def _is_better_apart(walk: Walk, product: Product[Slot], rows: int, vector: Value[Slot]) -> bool:
    """Whether A (B v) takes fewer products of numbers than A B once, and then (A B) v."""
    frame = _frame(walk, product)
    *vectors, columns = walk.array(vector).shape
    count = prod(_common(frame, tuple(vectors)))
    together = (prod(frame) * product.inner + count) * rows * columns
    return bool(count * _terms(walk, product) <= together)


def _matvec(
    walk: Walk, sizes: Sequence[int], matrix: Value[Slot], vector: Value[Slot]
) -> Value[Slot]:
    def make() -> Value[Slot]:
        a = walk.arithmetic
        match matrix:
            case Product(left, right, inner) if _is_better_apart(walk, matrix, sizes[0], vector):
                first = _matvec(walk, (inner, sizes[1]), right, vector)
                return _matvec(walk, (sizes[0], inner), left, first)
            case BlockDiagonal(blocks):
                h, d, e = blocks.shape[-3:]
                whole = walk.array(vector)
                parts = a.reshape(whole, (*whole.shape[:-1], h, e))
                found = matvec(walk, (d, e), blocks, parts)
                return Data(a.reshape(found, (*found.shape[:-2], h * d)))
            case Gathered():
                return Applied(matrix, vector)
            case _:
                return Data(matvec(walk, sizes, walk.array(matrix), walk.array(vector)))

    return walk.memory.once("matvec", (matrix, vector), make)


def _dot(walk: Walk, sizes: Sequence[int], left: Value[Slot], right: Value[Slot]) -> Value[Slot]:
    """u · (Fₚ v) = (Fₚᵀ u) · v, where Fₚᵀ u of all members p takes less than to gather the Fₚ."""

    def make() -> Slot:
        one, other = sorted((left, right), key=lambda side: _gathered(walk, side))
        if isinstance(other, Applied):
            found = _apart(walk, walk.array(one), other)
            if found is not None:
                return found
        return dot(walk, sizes, walk.array(one), walk.array(other))

    return walk.memory.once("dot", (left, right), lambda: Data(make()))


def _gathered(walk: Walk, side: Value[Slot]) -> int:
    """How many matrices are gathered for a side of a dot product."""
    if not isinstance(side, Applied):
        return 0
    return prod(_common(side.matrix.family.shape[:-3], side.matrix.places.shape))


def _apart(walk: Walk, one: Slot, other: Applied[Slot]) -> Slot | None:
    """The dot product with what gathered matrices make of vectors, without gathering them."""
    a, family, vector = walk.arithmetic, other.matrix.family, walk.array(other.vector)
    *frame, members, d, e = family.shape
    gathered = _common(tuple(frame), other.matrix.places.shape)
    applied = prod(_common(gathered, vector.shape[:-1]))
    everywhere = prod(_common(tuple(frame), one.shape[:-1])) * members
    if everywhere > applied + prod(gathered) // 2:
        return None
    spread = a.reshape(one, (*one.shape[:-1], 1, d))
    everywhere_applied = matvec(walk, (e, d), transposed(walk, family), spread)
    picked = walk.select(everywhere_applied, Places(other.matrix.places), 2)
    return dot(walk, (e,), picked, vector)


def _matmul(walk: Walk, sizes: Sequence[int], left: Value[Slot], right: Value[Slot]) -> Value[Slot]:
    return Product(left, right, sizes[1])


def _blockdiag(walk: Walk, sizes: Sequence[int], family: Value[Slot]) -> Value[Slot]:
    return BlockDiagonal(walk.array(family))


Rule = Callable[..., Value[Slot]]

MATRIX_RULES: Mapping[str, Rule] = {
    "matvec": _matvec,
    "matmul": _matmul,
    "transpose": _transpose,
    "blockdiag": _blockdiag,
    "dot": _dot,
}
"""Primitives that take or give matrices which are not written out; `RULES` has the others, and how
blocks are written out."""
