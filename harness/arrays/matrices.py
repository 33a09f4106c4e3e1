"""Matrices that are not written out: products, and block diagonals by their blocks.

A product meets a vector from the right, (A B) v = A (B v), where that takes fewer operations than
to multiply it out for all vectors that it meets; a block diagonal meets vectors and matrices block
by block. The same sums, in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod
from typing import Any, Protocol

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.memory import Memory
from harness.arrays.rules import RULES, matvec
from harness.arrays.values import BlockDiagonal, Data, Product, Value


class Walk(Protocol):
    """What these rules ask of the interpreter."""

    arithmetic: Arithmetic[Any]
    memory: Memory[Any]

    def select(self, family: Any, index: Value[Any], rank: int) -> Any:
        """As in `harness.arrays.rules`."""
        ...

    def array(self, value: Value[Any]) -> Any:
        """The array of a value, a matrix being multiplied out."""
        ...


def written_out(walk: Walk, matrix: Product[Any] | BlockDiagonal[Any]) -> Value[Any]:
    """All entries of a matrix."""

    def make() -> Value[Any]:
        if isinstance(matrix, Product):
            return Data(_multiplied(walk, matrix.left, matrix.right))
        h, d, e = walk.arithmetic.shape(matrix.blocks)[-3:]
        return Data(RULES["blockdiag"](walk, (h, d, e), matrix.blocks))

    return walk.memory.once("written out", (matrix,), make)


def _multiplied(walk: Walk, left: Value[Any], right: Value[Any]) -> Any:
    a, xp = walk.arithmetic, walk.arithmetic.xp

    def middle(x: Any) -> Any:
        axes = range(x.ndim - 3)
        return xp.permute_dims(x, (*axes, x.ndim - 2, x.ndim - 3, x.ndim - 1))

    if isinstance(left, BlockDiagonal):
        h, d, e = a.shape(left.blocks)[-3:]
        rows = a.lay(lambda x: xp.reshape(x, (*x.shape[:-2], h, e, x.shape[-1])), walk.array(right))
        product = a.matmul(left.blocks, rows)
        return a.lay(lambda x: xp.reshape(x, (*x.shape[:-3], h * d, x.shape[-1])), product)
    if isinstance(right, BlockDiagonal):
        h, d, e = a.shape(right.blocks)[-3:]
        columns = a.lay(lambda x: middle(xp.reshape(x, (*x.shape[:-1], h, d))), walk.array(left))
        product = a.matmul(columns, right.blocks)
        return a.lay(lambda x: xp.reshape(middle(x), (*x.shape[:-3], x.shape[-2], h * e)), product)
    return a.matmul(walk.array(left), walk.array(right))


def _transpose(walk: Walk, sizes: Sequence[int], matrix: Value[Any]) -> Value[Any]:
    def make() -> Value[Any]:
        a = walk.arithmetic
        match matrix:
            case Product(left, right, inner):
                return Product(_transpose(walk, (), right), _transpose(walk, (), left), inner)
            case BlockDiagonal(blocks):
                return BlockDiagonal(a.lay(a.xp.matrix_transpose, blocks))
            case _:
                return Data(a.lay(a.xp.matrix_transpose, walk.array(matrix)))

    return walk.memory.once("transpose", (matrix,), make)


# -- a matrix meets vectors -------------------------------------------------------------------


def _frame(walk: Walk, matrix: Value[Any]) -> tuple[int, ...]:
    """The axes before those of the matrix."""
    match matrix:
        case Product(left, right, _):
            return _common(_frame(walk, left), _frame(walk, right))
        case BlockDiagonal(blocks):
            return walk.arithmetic.shape(blocks)[:-3]
        case _:
            return walk.arithmetic.shape(walk.array(matrix))[:-2]


@cache
def _common(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that two broadcast to; NumPy takes microseconds for it."""
    import numpy as np

    return tuple(np.broadcast_shapes(left, right))


def _terms(walk: Walk, matrix: Value[Any]) -> int:
    """How many products of numbers it takes to apply a matrix to a vector."""
    match matrix:
        case Product(left, right, _):
            return _terms(walk, left) + _terms(walk, right)
        case BlockDiagonal(blocks):
            return prod(walk.arithmetic.shape(blocks)[-3:])
        case _:
            return prod(walk.arithmetic.shape(walk.array(matrix))[-2:])


def _is_better_apart(walk: Walk, product: Product[Any], rows: int, vector: Value[Any]) -> bool:
    """Whether A (B v) takes fewer products of numbers than A B once, and then (A B) v."""
    frame = _frame(walk, product)
    *vectors, columns = walk.arithmetic.shape(walk.array(vector))
    count = prod(_common(frame, tuple(vectors)))
    together = (prod(frame) * product.inner + count) * rows * columns
    return bool(count * _terms(walk, product) <= together)


def _matvec(walk: Walk, sizes: Sequence[int], matrix: Value[Any], vector: Value[Any]) -> Value[Any]:
    def make() -> Value[Any]:
        a, xp = walk.arithmetic, walk.arithmetic.xp
        match matrix:
            case Product(left, right, inner) if _is_better_apart(walk, matrix, sizes[0], vector):
                first = _matvec(walk, (inner, sizes[1]), right, vector)
                return _matvec(walk, (sizes[0], inner), left, first)
            case BlockDiagonal(blocks):
                h, d, e = a.shape(blocks)[-3:]
                array = walk.array(vector)
                parts = a.lay(lambda x: xp.reshape(x, (*x.shape[:-1], h, e)), array)
                found = matvec(walk, (d, e), blocks, parts)
                return Data(a.lay(lambda x: xp.reshape(x, (*x.shape[:-2], h * d)), found))
            case _:
                return Data(matvec(walk, sizes, walk.array(matrix), walk.array(vector)))

    return walk.memory.once("matvec", (matrix, vector), make)


def _matmul(walk: Walk, sizes: Sequence[int], left: Value[Any], right: Value[Any]) -> Value[Any]:
    return Product(left, right, sizes[1])


def _blockdiag(walk: Walk, sizes: Sequence[int], family: Value[Any]) -> Value[Any]:
    return BlockDiagonal(walk.array(family))


Rule = Callable[..., Value[Any]]

MATRIX_RULES: Mapping[str, Rule] = {
    "matvec": _matvec,
    "matmul": _matmul,
    "transpose": _transpose,
    "blockdiag": _blockdiag,
}
"""Primitives that take or give matrices which are not written out; `RULES` has the others, and how
blocks are written out."""
