"""What each primitive is on arrays: a table; those of matrix products are in `matrices.py`.

A rule gets the walk, the primitive's dimensions as numbers, and its arguments: arrays for data
(families with their axis first), values for indices. It gives the array of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any, Protocol

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.values import Value, with_axes


class Walk(Protocol):
    """What rules ask of the interpreter."""

    arithmetic: Arithmetic[Any]

    def select(self, family: Any, index: Value[Any], rank: int) -> Any:
        """A family (`rank` core axes, its own first) at an index."""
        ...


Rule = Callable[..., Any]


def _core(walk: Walk, value: Any, axes: int) -> Any:
    """A scalar with `axes` core axes of size 1."""
    xp = walk.arithmetic.xp
    return walk.arithmetic.lay(lambda a: xp.reshape(a, (*a.shape, *[1] * axes)), value)


def _zeros(walk: Walk, shape: tuple[int, ...]) -> Any:
    xp, zero = walk.arithmetic.xp, walk.arithmetic.constant(0)
    return walk.arithmetic.lay(lambda a: xp.broadcast_to(a, shape), zero)


def _choose(walk: Walk, mask: Any, value: Any) -> Any:
    """`value` where `mask` holds, and 0 elsewhere."""
    xp, zero = walk.arithmetic.xp, walk.arithmetic.constant(0)
    return walk.arithmetic.lay(lambda a, z: xp.where(mask, a, z), value, zero)


def _eye(walk: Walk, n: int) -> Any:
    xp = walk.arithmetic.xp
    numbers = xp.arange(n)
    return numbers[:, None] == numbers[None, :]


def _join(walk: Walk, parts: Sequence[Any], rank: int, axis: int) -> Any:
    """Parts with `rank` core axes, one after the other along a core axis."""
    xp = walk.arithmetic.xp

    def join(*arrays: Any) -> Any:
        frame = max(a.ndim for a in arrays) - rank
        arrays = tuple(with_axes(xp, a, frame, rank) for a in arrays)
        shape = xp.broadcast_shapes(*(a.shape[:frame] for a in arrays))
        parts = [xp.broadcast_to(a, (*shape, *a.shape[frame:])) for a in arrays]
        return xp.concat(parts, axis=axis)

    return walk.arithmetic.lay(join, *parts)


def _identity(walk: Walk, sizes: Sequence[int]) -> Any:
    return _choose(walk, _eye(walk, sizes[0]), walk.arithmetic.constant(1))


def matvec(walk: Walk, sizes: Sequence[int], matrix: Any, vector: Any) -> Any:
    """Vectors that meet the same matrix are multiplied together, as the columns of a matrix.

    Then matrices that meet the same vectors are stacked as well, as the rows of one.
    """
    a = walk.arithmetic
    xp = a.xp
    layout = _layout(a.shape(matrix), a.shape(vector))
    if layout is None:
        product = a.matmul(matrix, a.lay(lambda x: x[..., None], vector))
        return a.lay(lambda x: x[..., 0], product)
    stacked = a.lay(lambda x: layout.matrices(xp, x), matrix)
    product = a.matmul(stacked, a.lay(lambda x: layout.vectors(xp, x), vector))
    return a.lay(lambda x: layout.products(xp, x), product)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How matrices and vectors of two shapes become factors, and their product vectors again."""

    framed: tuple[tuple[int, ...], tuple[int, ...]]
    axes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    shapes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]

    def matrices(self, xp: Any, x: Any) -> Any:
        return _reshaped(xp, self._moved(xp, _reshaped(xp, x, self.framed[0]), 0), self.shapes[0])

    def vectors(self, xp: Any, x: Any) -> Any:
        return _reshaped(xp, self._moved(xp, _reshaped(xp, x, self.framed[1]), 1), self.shapes[1])

    def products(self, xp: Any, x: Any) -> Any:
        return self._moved(xp, _reshaped(xp, x, self.shapes[2]), 2)

    def _moved(self, xp: Any, x: Any, which: int) -> Any:
        axes = self.axes[which]
        return x if axes == tuple(range(len(axes))) else xp.permute_dims(x, axes)


def _reshaped(xp: Any, x: Any, shape: tuple[int, ...]) -> Any:
    return x if tuple(x.shape) == shape else xp.reshape(x, shape)


@cache
def _layout(left: tuple[int, ...], right: tuple[int, ...]) -> _Layout | None:
    """Nothing where no two vectors meet the same matrix. Found once for two shapes."""
    import numpy as np

    frame = max(len(left) - 2, len(right) - 1)
    left = (*[1] * (frame + 2 - len(left)), *left)
    right = (*[1] * (frame + 1 - len(right)), *right)
    columns = [i for i in range(frame) if left[i] == 1 and right[i] > 1]
    if not columns:
        return None
    rows = [i for i in range(frame) if right[i] == 1 and left[i] > 1]
    kept = [i for i in range(frame) if i not in columns and i not in rows]
    m, n = left[-2:]
    high, wide = [left[i] for i in rows], [right[i] for i in columns]
    order = [*kept, *rows, frame, *columns]
    ours, theirs = [left[i] for i in kept], [right[i] for i in kept]
    both = np.broadcast_shapes(tuple(ours), tuple(theirs))
    return _Layout(
        (left, right),
        (
            (*kept, *columns, *rows, frame, frame + 1),
            (*kept, *rows, frame, *columns),
            tuple(order.index(i) for i in range(frame + 1)),
        ),
        (
            (*ours, prod(high) * m, n),
            (*theirs, n, prod(wide)),
            (*both, *high, m, *wide),
        ),
    )


def dot(walk: Walk, sizes: Sequence[int], left: Any, right: Any) -> Any:
    """One row meets all vectors that vary where it does not, as a matrix with one row would."""
    a = walk.arithmetic
    if _extent(walk, left) > _extent(walk, right):
        left, right = right, left
    row = a.lay(lambda x: x[..., None, :], left)
    return a.lay(lambda x: x[..., 0], matvec(walk, (1, sizes[0]), row, right))


def _extent(walk: Walk, vectors: Any) -> int:
    return prod(walk.arithmetic.shape(vectors)[:-1])


def _sum_vector(walk: Walk, sizes: Sequence[int], family: Any) -> Any:
    xp = walk.arithmetic.xp
    return walk.arithmetic.total(walk.arithmetic.lay(lambda a: xp.moveaxis(a, -2, -1), family))


def _concat(walk: Walk, sizes: Sequence[int], family: Any) -> Any:
    """Entry d·k + i is entry i of vector k."""
    h, d = sizes
    xp = walk.arithmetic.xp
    return walk.arithmetic.lay(lambda a: xp.reshape(a, (*a.shape[:-2], d * h)), family)


def _diagonal(walk: Walk, sizes: Sequence[int], vector: Any) -> Any:
    spread = walk.arithmetic.lay(lambda a: a[..., :, None], vector)
    return _choose(walk, _eye(walk, sizes[0]), spread)


def _matrix2(walk: Walk, sizes: Sequence[int], *entries: Any) -> Any:
    a, b, c, d = (_core(walk, entry, 2) for entry in entries)
    return _blocks(walk, sizes, a, b, c, d)


def _blocks(walk: Walk, sizes: Sequence[int], a: Any, b: Any, c: Any, d: Any) -> Any:
    return _join(walk, [_join(walk, [a, b], 2, -1), _join(walk, [c, d], 2, -1)], 2, -2)


def _blockdiag(walk: Walk, sizes: Sequence[int], family: Any) -> Any:
    """Entry (d·k + i, e·k + j) is entry (i, j) of matrix k; the others are 0."""
    h, d, e = sizes
    xp = walk.arithmetic.xp
    spread = walk.arithmetic.lay(lambda a: a[..., :, :, None, :], family)
    whole = _choose(walk, _eye(walk, h)[:, None, :, None], spread)
    return walk.arithmetic.lay(lambda a: xp.reshape(a, (*a.shape[:-4], d * h, e * h)), whole)


def _add(walk: Walk, sizes: Sequence[int], left: Any, right: Any) -> Any:
    return walk.arithmetic.add(left, right)


def _subtract(walk: Walk, sizes: Sequence[int], left: Any, right: Any) -> Any:
    return walk.arithmetic.subtract(left, right)


def _negate(walk: Walk, sizes: Sequence[int], value: Any) -> Any:
    return walk.arithmetic.negate(value)


RULES: Mapping[str, Rule] = {
    "zero": lambda walk, sizes: walk.arithmetic.constant(0),
    "one": lambda walk, sizes: walk.arithmetic.constant(1),
    "add": _add,
    "subtract": _subtract,
    "negate": _negate,
    "multiply": lambda walk, sizes, a, b: walk.arithmetic.multiply(a, b),
    "divide": lambda walk, sizes, a, b: walk.arithmetic.divide(a, b),
    "sum": lambda walk, sizes, family: walk.arithmetic.total(family),
    "zero_vector": lambda walk, sizes: _zeros(walk, tuple(sizes)),
    "vector": lambda walk, sizes, family: family,
    "entry": lambda walk, sizes, v, i: walk.select(v, i, 1),
    "add_vector": _add,
    "subtract_vector": _subtract,
    "negate_vector": _negate,
    "scale_vector": lambda walk, sizes, c, v: walk.arithmetic.multiply(_core(walk, c, 1), v),
    "dot": dot,
    "sum_vector": _sum_vector,
    "append": lambda walk, sizes, u, v: _join(walk, [u, v], 1, -1),
    "concat": _concat,
    "zero_matrix": lambda walk, sizes: _zeros(walk, tuple(sizes)),
    "identity": _identity,
    "matrix_entry": lambda walk, sizes, a, i, j: walk.select(walk.select(a, i, 2), j, 1),
    "add_matrix": _add,
    "subtract_matrix": _subtract,
    "negate_matrix": _negate,
    "scale_matrix": lambda walk, sizes, c, a: walk.arithmetic.multiply(_core(walk, c, 2), a),
    "diagonal": _diagonal,
    "matrix2": _matrix2,
    "blocks": _blocks,
    "blockdiag": _blockdiag,
}
