"""What a term may come to in the array interpreter, and how its axes are laid out.

While a term is evaluated, its array has the shape (*binders, batch, *core): the core axes belong
to its type (families first), and there is one axis for each binder in scope, the innermost first,
so that a term that does not mention the newest binders simply lacks their axes and NumPy's
broadcasting supplies them. The batch is level 0; the binder at level l stands l places before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
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

    def places(self, xp: Any) -> Any:
        """The numbers 0 … size − 1 along the axis of this binder."""
        return xp.reshape(xp.arange(self.size), (self.size, *[1] * self.level))


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
    open: bool = False
    """Whether it asks for arrays, since it is not a term of the language."""


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


Value = Data[A] | Places | Binder | Closure[A] | Product[A] | BlockDiagonal[A]

Argument = Any
"""What an open function is given: an `A`, or integers where the argument is an index."""


def with_axes(xp: Any, array: Any, frame: int, rank: int) -> Any:
    """`array` with 1s in front, so that `frame` axes stand before its `rank` core axes."""
    missing = frame + rank - array.ndim
    return xp.reshape(array, (*[1] * missing, *array.shape)) if missing > 0 else array


def close(xp: Any, array: Any, depth: int, size: int, rank: int) -> Any:
    """Turn the axis of the binder at level `depth`, the innermost, into the first core axis."""
    frame = array.ndim - rank
    if frame > depth:
        order = (*range(1, frame), 0, *range(frame, array.ndim))
        array = xp.permute_dims(array, order)
    else:
        array = xp.expand_dims(array, axis=frame)
        frame += 1
    at = frame - 1
    if array.shape[at] == size:
        return array
    return xp.broadcast_to(array, (*array.shape[:at], size, *array.shape[at + 1 :]))


def at_binder(xp: Any, array: Any, binder: Binder, rank: int) -> Any | None:
    """A family (`rank` core axes, its own first) at a bound index: its axis moves to the binder.

    Nothing where the family depends on the binder already.
    """
    array = with_axes(xp, array, binder.level + 1, rank)
    frame = array.ndim - rank
    at = frame - 1 - binder.level
    if array.shape[at] != 1:
        return None
    array = xp.squeeze(array, axis=at)
    order = (*range(at), frame - 1, *range(at, frame - 1), *range(frame, array.ndim))
    return xp.permute_dims(array, order)


def at_places(xp: Any, array: Any, places: Any, rank: int) -> Any:
    """A family (`rank` core axes, its own first) at computed places (no core axes): a gather.

    Members are taken whole, out of all that the axes in scope and the family's own hold.
    """
    frame = max(array.ndim - rank, places.ndim)
    array = with_axes(xp, array, frame, rank)
    places = with_axes(xp, places, frame, 0)
    own, core = array.shape[: frame + 1], array.shape[frame + 1 :]
    shape = xp.broadcast_shapes(own[:-1], places.shape)
    rows, stride = places, own[-1]
    # The axes in the order in which they lie in memory, so that the next reshape copies nothing.
    order = _in_memory(array, frame)
    for axis in reversed(order):
        if own[axis] != 1:
            along = tuple(own[axis] if i == axis else 1 for i in range(frame))
            rows = rows + stride * xp.reshape(xp.arange(own[axis]), along)
        stride *= own[axis]
    if stride == 0:
        return xp.empty((*shape, *core), dtype=array.dtype)
    members = xp.permute_dims(array, (*order, *range(frame, array.ndim)))
    members = xp.reshape(members, (stride, *core))
    rows = xp.reshape(xp.broadcast_to(rows, shape), (-1,))
    if rows.shape[0] != stride or not bool(xp.all(rows == xp.arange(stride))):
        members = xp.take(members, rows, axis=0)
    return xp.reshape(members, (*shape, *core))


def _in_memory(array: Any, frame: int) -> list[int]:
    """The first `frame` axes from the slowest to the fastest, where NumPy tells."""
    strides = getattr(array, "strides", None)
    if strides is None:
        return list(range(frame))
    return sorted(range(frame), key=lambda axis: -strides[axis])


def selected(xp: Any, array: Any, index: Value[Any], rank: int) -> Any:
    """A family (`rank` core axes, its own first) at an index."""
    match index:
        case Binder():
            found = at_binder(xp, array, index, rank)
            return at_places(xp, array, index.places(xp), rank) if found is None else found
        case Places(places):
            return at_places(xp, array, places, rank)
        case _:
            raise Unsupported("a family is taken at an index")
