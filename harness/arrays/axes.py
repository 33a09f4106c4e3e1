"""Arrays whose axes have names, which makes rearranging them a matter of names.

The batch is axis 0; the axes of a vector or a matrix, with those of a family before them, are
…, −2, −1; and each bound index is an axis with a number of its own. So binders become axes:

    [j ↦ F(j) @ v]     F (0, −3, −2, −1)    v (0, −1)    j is axis 5

F(j) is F (0, 5, −2, −1), the product with v is (0, 5, −1), and [j ↦ …] names that (0, −2, −1): a
family of vectors, and nothing was moved. What does not depend on an index lacks its axis. Numbers
are moved where an operation of the arithmetic takes axes in some order, and at computed places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from math import prod
from typing import Any

from harness.arrays.tape import Recorder, Slot

BATCH = 0


class Named:
    """An array, and the names of its axes in order."""

    __slots__ = ("axes", "sizes", "slot")

    def __init__(self, slot: Slot, axes: Sequence[int]) -> None:
        self.slot = slot
        self.axes = tuple(axes)
        self.sizes = dict(zip(axes, slot.shape, strict=True))
        """How long each axis is."""

    def renamed(self, names: Mapping[int, int]) -> Named:
        """The same array with other names for some axes."""
        if names.keys().isdisjoint(self.sizes):
            return self
        return Named(self.slot, [names.get(axis, axis) for axis in self.axes])


class Arrays:
    """Operations on arrays with named axes, recorded step by step."""

    def __init__(self, tape: Recorder[Any]) -> None:
        self.tape = tape
        self._count = count(1)

    def fresh(self) -> int:
        """A name that no axis has."""
        return next(self._count)

    def grouped(self, array: Named, groups: Sequence[Sequence[int]]) -> Slot:
        """The array with one axis for each group of its axes, of size 1 where it has none."""
        sizes = array.sizes
        order = [axis for group in groups for axis in group if axis in sizes]
        shape = tuple(prod(sizes.get(axis, 1) for axis in group) for group in groups)
        return self.tape.arranged(array.slot, tuple(map(array.axes.index, order)), shape)

    def spread(self, array: Named, sizes: Mapping[int, int]) -> Slot:
        """The array with just these axes, in order, the same along those that it lacks."""
        slot, shape = self.grouped(array, [[axis] for axis in sizes]), tuple(sizes.values())
        if slot.shape == shape:
            return slot
        spread = partial(self.tape.xp.broadcast_to, shape=shape)
        return self.tape.lay(("spread", shape), spread, slot)

    def ungrouped(self, slot: Slot, sizes: Mapping[int, int]) -> Named:
        """The array with its axes taken apart into these."""
        shape = tuple(sizes.values())
        return Named(self.tape.arranged(slot, tuple(range(len(slot.shape))), shape), tuple(sizes))

    def alike(self, arrays: Sequence[Named]) -> tuple[list[Slot], tuple[int, ...]]:
        """Arrays that broadcast against each other, and the names of all their axes."""
        longest = max(arrays, key=lambda array: len(array.axes))
        more = [a for array in arrays for a in array.axes if a not in longest.sizes]
        axes = (*dict.fromkeys(more), *longest.axes)  # the long loops of NumPy are the last ones
        groups = [[axis] for axis in axes]
        slots = [self.grouped(array, groups) if array.axes else array.slot for array in arrays]
        return slots, axes

    def pointwise_of(self, operation: str, *arrays: Named) -> Named:
        slots, axes = self.alike(arrays)
        run = getattr(self.tape.arithmetic, operation)
        return Named(self.tape.step(operation, run, *slots), axes)

    def where(self, mask: Named, value: Named, other: Named | None = None) -> Named:
        """The value where a mask holds, and the other elsewhere, or 0."""
        tape, xp = self.tape, self.tape.xp
        other = Named(tape.constant(0), ()) if other is None else other
        slots, axes = self.alike([mask, value, other])

        def choose(mask: Any, value: Any, other: Any) -> Any:
            return tape.arithmetic.lay(lambda x, z: xp.where(mask, x, z), value, other)

        return Named(tape.step("where", choose, *slots), axes)

    def total(self, array: Named, summed: Sequence[int]) -> Named:
        """The sum over some axes."""
        if not summed:
            return array
        kept = [axis for axis in array.axes if axis not in summed]
        slot = self.grouped(array, [*([axis] for axis in kept), summed])
        return Named(self.tape.step("total", self.tape.arithmetic.total, slot), kept)

    def matmul(self, left: Named, right: Named, inner: Sequence[int]) -> Named:
        """The sum of products over inner axes, as matrix products.

        W (0, 6, 7) and T (0, 5, 7) over 7 are stacks, along axis 0, of matrices 6 × 7 and 7 × 5.
        """
        shared = [a for a in left.axes if a in right.axes and a not in inner]
        rows = [a for a in left.axes if a not in right.axes]
        columns = [a for a in right.axes if a not in left.axes]
        stack = [[a] for a in shared]
        found = self.tape.step(
            "matmul",
            self.tape.arithmetic.matmul,
            self.grouped(left, [*stack, rows, inner]),
            self.grouped(right, [*stack, inner, columns]),
        )
        sizes = left.sizes | right.sizes
        return self.ungrouped(found, {a: sizes[a] for a in (*shared, *rows, *columns)})

    def taken(self, array: Named, axis: int, places: Named) -> Named:
        """An array at computed places along one of its axes.

        F (0, 8, −2, −1) by pos (0, 3) along 8 is one `take` of the rows of an array (0·8, −2, −1),
        at the places (0·3), to which the row is added at which the members of a lane begin. All
        axes before that of the members are lanes, so that numbers are taken as they lie in memory.
        """
        tape, xp = self.tape, self.tape.xp
        begin = array.axes.index(axis)
        lanes = [*array.axes[:begin], *(a for a in array.axes[begin:] if a in places.sizes)]
        rest = [a for a in array.axes[begin + 1 :] if a not in places.sizes]
        own = [a for a in places.axes if a not in array.sizes]
        sizes = array.sizes | places.sizes
        shape, members = tuple(sizes[a] for a in (*lanes, *own, *rest)), sizes[axis]
        count = prod(sizes[a] for a in lanes)
        firsts = (*[sizes[a] for a in lanes], 1)

        def rows(places: Any) -> Any:
            first = xp.reshape(xp.arange(count) * members, firsts)
            return xp.reshape(places + first, (-1,))

        def take(array: Any, at: Any) -> Any:
            if 0 in shape:
                return lay(lambda x: xp.empty(shape, dtype=x.dtype), array)
            if at.shape[0] == count * members and bool(xp.all(at == xp.arange(count * members))):
                return lay(lambda x: xp.reshape(x, shape), array)  # all in order: nothing to copy
            return lay(lambda x: xp.reshape(xp.take(x, at, axis=0), shape), array)

        are_places = array.slot.are_places
        lay: Callable[..., Any] = _plainly if are_places else tape.arithmetic.lay
        at = self.grouped(places, [*([a] for a in lanes), own])
        at = tape.step(("rows", members, firsts), rows, at, are_places=True)
        source = self.grouped(array, [[*lanes, axis], *([a] for a in rest)])
        found = tape.step(("take", shape), take, source, at, are_places=are_places)
        return Named(found, (*lanes, *own, *rest))


def _plainly(rearrange: Callable[..., Any], *arrays: Any) -> Any:
    return rearrange(*arrays)
