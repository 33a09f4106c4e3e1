"""What a term may come to in the array interpreter, and how its axes are laid out.

While a term is evaluated, its array has the shape (*binders, batch, *core): the core axes belong
to its type (families first), and there is one axis for each binder in scope, the innermost first,
so that a term that does not mention the newest binders simply lacks their axes and NumPy's
broadcasting supplies them. The batch is level 0; the binder at level l stands l places before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod
from typing import Any, Generic, TypeVar

A = TypeVar("A")


class Unsupported(Exception):
    """A term that an array cannot hold, such as a `∀` over vectors; says why."""


@dataclass(frozen=True, slots=True)
class Data(Generic[A]):
    """Scalars, vectors, matrices, and families of these."""

    array: A


@dataclass(frozen=True, slots=True)
class Places:
    """Indices and positions, and families of these: integers counted from 0."""

    array: Any


@dataclass(frozen=True, slots=True)
class Binder:
    """A bound index; it takes all of 0 … size − 1, along the axis of its level."""

    level: int
    size: int


@cache
def binder(level: int, size: int) -> Binder:
    """The one bound index of this level and size."""
    return Binder(level, size)


@dataclass(frozen=True, slots=True)
class Closure(Generic[A]):
    """A function; `call(argument, depth)` with `depth` axes in scope.

    One that an array can hold, since it takes an index, has a `table`, which makes the array.
    """

    call: Callable[[Value[A], int], Value[A]]
    table: Callable[[], Value[A]] | None = None


@dataclass(frozen=True, slots=True)
class Open(Generic[A]):
    """A function that the claim leaves open, at the first of its arguments."""

    function: Any
    """Called with one array for each argument, all at once."""
    arity: int
    given: tuple[Value[A], ...] = ()


@dataclass(frozen=True, slots=True)
class Product(Generic[A]):
    """A product of two matrices that is not multiplied out."""

    left: Value[A]
    right: Value[A]
    inner: int
    """The columns of `left`, and rows of `right`."""


@dataclass(frozen=True, slots=True)
class BlockDiagonal(Generic[A]):
    """A block-diagonal matrix by its blocks, a family of matrices."""

    blocks: A


Value = Data[A] | Places | Binder | Closure[A] | Open[A] | Product[A] | BlockDiagonal[A]

Argument = Any
"""What an open function is given: an `A`, or integers where the argument is an index."""


def with_axes(xp: Any, array: Any, frame: int, rank: int) -> Any:
    """`array` with 1s in front, so that `frame` axes stand before its `rank` core axes."""
    missing = frame + rank - array.ndim
    return xp.reshape(array, (*[1] * missing, *array.shape)) if missing > 0 else array


def at_places(xp: Any, array: Any, places: Any, rank: int) -> Any:
    """A family (`rank` core axes, its own first) at computed places (no core axes): a gather.

    Members are taken whole, out of all that the axes in scope and the family's own hold.
    """
    frame = max(array.ndim - rank, places.ndim)
    array = with_axes(xp, array, frame, rank)
    places = with_axes(xp, places, frame, 0)
    own, core = tuple(array.shape[: frame + 1]), tuple(array.shape[frame + 1 :])
    # The axes in the order in which they lie in memory, so that the next reshape copies nothing.
    order = _in_memory(array, frame)
    count = prod(own)
    shape = xp.broadcast_shapes(own[:-1], tuple(places.shape))
    if count == 0:
        return xp.empty((*shape, *core), dtype=array.dtype)
    members = xp.permute_dims(array, (*order, *range(frame, array.ndim)))
    members = xp.reshape(members, (count, *core))
    rows = places + _first_rows(xp, own, order)
    if tuple(rows.shape) != shape:
        rows = xp.broadcast_to(rows, shape)
    rows = xp.reshape(rows, (-1,))
    if rows.shape[0] != count or not bool(xp.all(rows == xp.arange(count))):
        members = xp.take(members, rows, axis=0)
    return xp.reshape(members, (*shape, *core))


@lru_cache(64)
def _first_rows(xp: Any, own: tuple[int, ...], order: tuple[int, ...]) -> Any:
    """The row of each family's first member, where members lie by the axes in `order`."""
    rows, stride = xp.zeros([1] * len(order), dtype=xp.int64), own[-1]
    for axis in reversed(order):
        along = tuple(own[axis] if i == axis else 1 for i in range(len(order)))
        rows = rows + stride * xp.reshape(xp.arange(own[axis]), along)
        stride *= own[axis]
    return rows


def _in_memory(array: Any, frame: int) -> tuple[int, ...]:
    """The first `frame` axes from the slowest to the fastest, where NumPy tells."""
    strides = getattr(array, "strides", None)
    if strides is None:
        return tuple(range(frame))
    return tuple(sorted(range(frame), key=lambda axis: -strides[axis]))
