"""What each primitive is on arrays: a table; those of matrix products are in `matrices.py`.

A rule gets the walk, the primitive's dimensions as numbers, and its arguments: arrays for data
(families with their axis first), values for indices. It gives the array of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod
from typing import Any, NamedTuple, Protocol

from harness.arrays.axes import Shape
from harness.arrays.tape import Recorder, Slot
from harness.arrays.values import Value, with_axes
from harness.language.primitives import signatures


class Walk(Protocol):
    """What rules ask of the interpreter."""

    arithmetic: Recorder[Any]

    def select(self, family: Slot, index: Value[Slot], rank: int) -> Slot:
        """A family (`rank` core axes, its own first) at an index."""
        ...


Rule = Callable[..., Any]


def _core(walk: Walk, value: Slot, axes: int) -> Slot:
    """A scalar with `axes` core axes of size 1."""
    return walk.arithmetic.reshape(value, (*value.shape, *[1] * axes))


def transposed(walk: Walk, value: Slot) -> Slot:
    """The last two axes exchanged."""
    axes = range(len(value.shape))
    return walk.arithmetic.permute(value, (*axes[:-2], axes[-1], axes[-2]))


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


def matvec(walk: Walk, sizes: Sequence[int], matrix: Slot, vector: Slot) -> Slot:
    """Vectors that meet the same matrix are multiplied together, as the columns of a matrix.

    Matrices that meet the same vectors are stacked as well, as the rows of one; but they are not
    copied for the sake of a single vector.
    """
    a = walk.arithmetic
    layout = _layout(matrix.shape, vector.shape, True)
    left = a.rearrange(matrix, *layout.matrices)
    if layout.is_single and a.is_copy(left):
        layout = _layout(matrix.shape, vector.shape, False)
        left = a.rearrange(matrix, *layout.matrices)
    product = a.matmul(left, a.rearrange(vector, *layout.vectors))
    return a.rearrange(product, *layout.product)


_Steps = tuple[Shape, Shape, Shape]
"""A shape to begin with, an order of its axes, and a shape to end with."""


class _Layout(NamedTuple):
    """How matrices and vectors of two shapes become factors, and their product vectors again."""

    matrices: _Steps
    vectors: _Steps
    is_single: bool
    """Whether each matrix meets one vector alone."""
    product: _Steps


@cache
def _layout(left: Shape, right: Shape, stacked: bool) -> _Layout:
    import numpy as np

    frame = max(len(left) - 2, len(right) - 1)
    left = (*[1] * (frame + 2 - len(left)), *left)
    right = (*[1] * (frame + 1 - len(right)), *right)
    columns = [i for i in range(frame) if left[i] == 1 and right[i] > 1]
    rows = [i for i in range(frame) if stacked and right[i] == 1 and left[i] > 1]
    kept = [i for i in range(frame) if i not in columns and i not in rows]
    m, n = left[-2:]
    high, wide = [left[i] for i in rows], [right[i] for i in columns]
    order = [*kept, *rows, frame, *columns]
    ours, theirs = [left[i] for i in kept], [right[i] for i in kept]
    both = np.broadcast_shapes(tuple(ours), tuple(theirs))
    product = (*both, *high, m, *wide)
    back = tuple(order.index(i) for i in range(frame + 1))
    return _Layout(
        (left, (*kept, *columns, *rows, frame, frame + 1), (*ours, prod(high) * m, n)),
        (right, (*kept, *rows, frame, *columns), (*theirs, n, prod(wide))),
        not columns,
        (product, back, tuple(product[i] for i in back)),
    )


def dot(walk: Walk, sizes: Sequence[int], left: Slot, right: Slot) -> Slot:
    """One row meets all vectors that vary where it does not, as a matrix with one row would."""
    if prod(left.shape[:-1]) > prod(right.shape[:-1]):
        left, right = right, left
    a = walk.arithmetic
    row = a.reshape(left, (*left.shape[:-1], 1, left.shape[-1]))
    found = matvec(walk, (1, sizes[0]), row, right)
    return a.reshape(found, found.shape[:-1])


def _sum_vector(walk: Walk, sizes: Sequence[int], family: Any) -> Any:
    return walk.arithmetic.total(transposed(walk, family))


def _concat(walk: Walk, sizes: Sequence[int], family: Any) -> Any:
    """Entry d·k + i is entry i of vector k."""
    h, d = sizes
    return walk.arithmetic.reshape(family, (*family.shape[:-2], d * h))


def _diagonal(walk: Walk, sizes: Sequence[int], vector: Any) -> Any:
    spread = _core(walk, vector, 1)
    return _choose(walk, _eye(walk, sizes[0]), spread)


def _matrix2(walk: Walk, sizes: Sequence[int], *entries: Any) -> Any:
    a, b, c, d = (_core(walk, entry, 2) for entry in entries)
    return _blocks(walk, sizes, a, b, c, d)


def _blocks(walk: Walk, sizes: Sequence[int], a: Any, b: Any, c: Any, d: Any) -> Any:
    return _join(walk, [_join(walk, [a, b], 2, -1), _join(walk, [c, d], 2, -1)], 2, -2)


def _blockdiag(walk: Walk, sizes: Sequence[int], family: Any) -> Any:
    """Entry (d·k + i, e·k + j) is entry (i, j) of matrix k; the others are 0."""
    h, d, e = sizes
    a, frame = walk.arithmetic, family.shape[:-3]
    spread = a.reshape(family, (*frame, h, d, 1, e))
    whole = _choose(walk, _eye(walk, h)[:, None, :, None], spread)
    return a.reshape(whole, (*frame, d * h, e * h))


_RULES: Mapping[str, Rule] = {
    "zero": lambda walk, sizes: walk.arithmetic.constant(0),
    "one": lambda walk, sizes: walk.arithmetic.constant(1),
    "add": lambda walk, sizes, a, b: walk.arithmetic.add(a, b),
    "subtract": lambda walk, sizes, a, b: walk.arithmetic.subtract(a, b),
    "negate": lambda walk, sizes, a: walk.arithmetic.negate(a),
    "multiply": lambda walk, sizes, a, b: walk.arithmetic.multiply(a, b),
    "divide": lambda walk, sizes, a, b: walk.arithmetic.divide(a, b),
    "sum": lambda walk, sizes, family: walk.arithmetic.total(family),
    "vector": lambda walk, sizes, family: family,
    "tabulate": lambda walk, sizes, family: family,
    "entry": lambda walk, sizes, v, i: walk.select(v, i, 1),
    "sum_vector": _sum_vector,
    "append": lambda walk, sizes, u, v: _join(walk, [u, v], 1, -1),
    "concat": _concat,
    "identity": _identity,
    "matrix_entry": lambda walk, sizes, a, i, j: walk.select(walk.select(a, i, 2), j, 1),
    "diagonal": _diagonal,
    "matrix2": _matrix2,
    "blocks": _blocks,
    "blockdiag": _blockdiag,
}


def _entrywise(scalar: str, kept: int) -> Rule:
    """A scalar operator on whole arrays at once; without arguments, on an array of its value."""

    def rule(walk: Walk, sizes: Sequence[int], *arguments: Slot) -> Any:
        xp, shape = walk.arithmetic.xp, tuple(sizes)
        scalars = [_core(walk, argument, len(shape)) for argument in arguments[:kept]]
        found = _RULES[scalar](walk, (), *scalars, *arguments[kept:])
        return (
            found if arguments else walk.arithmetic.lay(lambda a: xp.broadcast_to(a, shape), found)
        )

    return rule


RULES: Mapping[str, Rule] = {
    **_RULES,
    **{
        name: _entrywise(*own.entrywise)
        for name, own in signatures().items()
        if own.entrywise is not None
    },
}
"""The rules by operator; those that do the same at every entry have one in common."""
