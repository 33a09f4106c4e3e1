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
from typing import Any, Generic, NamedTuple, TypeVar

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


@dataclass(frozen=True, slots=True)
class Gathered(Generic[A]):
    """A family of matrices at computed places, of which none was taken yet."""

    family: A
    places: Any


@dataclass(frozen=True, slots=True)
class Applied(Generic[A]):
    """A vector that a matrix was not applied to yet, since the matrix is to be gathered."""

    matrix: Gathered[A]
    vector: Value[A]


Matrix = Product[A] | BlockDiagonal[A] | Gathered[A]
"""Matrices that are not written out."""

Value = Data[A] | Places | Binder | Closure[A] | Open[A] | Matrix[A] | Applied[A]

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
    strides = getattr(array, "strides", None)
    how = _gather(xp, tuple(array.shape), tuple(places.shape), rank, _order(strides, rank))
    if 0 in array.shape:
        return xp.empty(how.result, dtype=array.dtype)
    members = xp.reshape(xp.permute_dims(array, how.order), how.members)
    rows = xp.reshape(places, how.places) + how.first
    if tuple(rows.shape) != how.rows:
        rows = xp.broadcast_to(rows, how.rows)
    rows = xp.reshape(rows, (-1,))
    count = how.members[0]
    if rows.shape[0] != count or not bool(xp.all(rows == xp.arange(count))):
        members = xp.take(members, rows, axis=0)
    return xp.reshape(members, how.result)


class _Gather(NamedTuple):
    """How members of a family are taken."""

    order: tuple[int, ...]
    """The family's axes, the frame as it lies in memory, so that nothing is copied."""
    members: tuple[int, ...]
    """All members, one after the other."""
    places: tuple[int, ...]
    first: Any
    """In which row the first member of each family is."""
    rows: tuple[int, ...]
    result: tuple[int, ...]


@lru_cache(256)
def _gather(
    xp: Any, shape: tuple[int, ...], places: tuple[int, ...], rank: int, order: tuple[int, ...]
) -> _Gather:
    extent = len(shape) - rank
    frame = max(extent, len(places))
    own, core = shape[: extent + 1], shape[extent + 1 :]
    first, stride = xp.zeros([1] * frame, dtype=xp.int64), own[-1]
    for axis in reversed(order or range(extent)):
        along = [1] * frame
        along[frame - extent + axis] = own[axis]
        first = first + stride * xp.reshape(xp.arange(own[axis]), tuple(along))
        stride *= own[axis]
    places = (*[1] * (frame - len(places)), *places)
    rows = xp.broadcast_shapes(tuple(first.shape), places)
    order = (*(order or range(extent)), *range(extent, len(shape)))
    return _Gather(order, (prod(own), *core), places, first, rows, (*rows, *core))


def _order(strides: tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """The axes before the core from the slowest to the fastest, where NumPy tells."""
    if strides is None:
        return ()
    frame = strides[: len(strides) - rank]
    return tuple(sorted(range(len(frame)), key=lambda axis: -frame[axis]))
