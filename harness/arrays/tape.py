"""What was done to arrays of some shapes, to be done again to others of the same shapes.

While a term is walked, its numbers are slots, which nothing but a recorded step can look into: no
number finds its way past the tape into a result, and what is recorded depends on shapes alone.
A step on the same operands is recorded once, so equal subterms are computed once. For instance
`(u + v) * (u + v)` leaves

    slot 2 = add(slot 0, slot 1)            inputs: u in slot 0, v in slot 1
    slot 3 = multiply(slot 2, slot 2)       after which slot 2 is let go

and a replay is a loop over these two calls, a small part of the time that the walk takes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from math import prod
from operator import methodcaller
from typing import Any, Generic, TypeVar

import numpy as np

from harness.arrays.arithmetic import Arithmetic

A = TypeVar("A")

Shape = tuple[int, ...]


class Slot:
    """Where numbers of one shape are kept."""

    __slots__ = ("are_places", "number", "shape")

    def __init__(self, number: int, shape: Shape, are_places: bool = False) -> None:
        self.number = number
        self.shape = shape
        self.are_places = are_places
        """Whether they are a plain array of integers, and no numbers of the arithmetic."""

    def __bool__(self) -> bool:
        raise TypeError("what is recorded must not depend on the numbers")


Step = tuple[Callable[..., Any], tuple[int, ...], int, Shape]
"""One operation, the slots that it takes and the one that it fills, by number, and its shape."""

_TOLL = 10_000
"""A step takes as long as so many numbers, whatever it computes."""


class Tape:
    """What was recorded; called with the inputs, in order, it gives the results."""

    def __init__(
        self, values: list[Any], inputs: Sequence[int], steps: list[Step], results: Sequence[int]
    ) -> None:
        self._values = values
        self._inputs = inputs
        self._results = results
        self.work = sum(_TOLL + prod(shape) for *_, shape in steps)
        """How much there is to do: the numbers that are computed, and a toll for each step."""
        self._steps: list[tuple[Callable[..., Any], tuple[int, ...], int, tuple[int, ...]]] = []
        needed = set(results)
        for run, operands, result, _ in reversed(steps):
            if result in needed:
                # Numbers are let go after their last use, so that their memory is used again
                # while it is still in the cache.
                last = tuple(set(operands) - needed - set(inputs))
                needed.update(operands)
                self._steps.append((run, operands, result, last))
        self._steps.reverse()

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        values = self._values.copy()
        for number, value in zip(self._inputs, inputs, strict=True):
            values[number] = value
        for run, operands, result, last in self._steps:
            values[result] = run(*[values[i] for i in operands])
            for i in last:
                values[i] = None
        return [values[i] for i in self._results]


class Recorder(Generic[A]):
    """Computes with an arithmetic, step by step, and takes down what it did."""

    def __init__(self, arithmetic: Arithmetic[A]) -> None:
        self.arithmetic = arithmetic
        self.xp: Any = arithmetic.xp
        self._values: list[Any] = []
        self._inputs: list[int] = []
        self._steps: list[Step] = []
        self._known: dict[Hashable, Slot] = {}
        self._reshaped: dict[int, Slot] = {}
        """What is another slot reshaped."""

    def tape(self, results: Sequence[Slot]) -> Tape:
        """All that was recorded, for these results."""
        computed = {result for _, _, result, _ in self._steps} | set(self._inputs)
        values = [None if i in computed else v for i, v in enumerate(self._values)]
        return Tape(values, self._inputs, self._steps, [slot.number for slot in results])

    def value(self, slot: Slot) -> Any:
        """What is in a slot while this is recorded."""
        return self._values[slot.number]

    def input(self, value: Any, shape: Shape, *, are_places: bool = False) -> Slot:
        """What is given anew each time: numbers, places, or a function."""
        slot = self._kept(value, shape, are_places)
        self._inputs.append(slot.number)
        return slot

    def constant(self, value: int) -> Slot:
        """A number, of shape ()."""
        if value not in self._known:
            self._known[value] = self._kept(self.arithmetic.constant(value), (), False)
        return self._known[value]

    def fixed(self, name: str, size: int, make: Callable[[], Any]) -> Slot:
        """A plain array that is the same each time, by a name and a size."""
        if (name, size) not in self._known:
            array = make()
            self._known[name, size] = self._kept(array, tuple(array.shape), True)
        return self._known[name, size]

    def step(
        self, name: Hashable, run: Callable[..., Any], *operands: Slot, are_places: bool = False
    ) -> Slot:
        """What `run` gives. Steps of one name on the same operands are one step."""
        numbers = tuple(slot.number for slot in operands)
        key = (name, numbers)
        if key not in self._known:
            found = run(*[self._values[number] for number in numbers])
            shape = tuple(found.shape if are_places else self.arithmetic.shape(found))
            slot = self._known[key] = self._kept(found, shape, are_places)
            self._steps.append((run, numbers, slot.number, shape))
        return self._known[key]

    def lay(self, name: Hashable, run: Callable[..., Any], *operands: Slot) -> Slot:
        """The same rearrangement of all arrays that numbers consist of, or of places."""
        if operands[0].are_places:
            return self.step(name, run, *operands, are_places=True)
        return self.step(name, partial(self.arithmetic.lay, run), *operands)

    def arranged(self, slot: Slot, order: Shape, shape: Shape) -> Slot:
        """The axes in another order, and reshaped then."""
        if order != tuple(range(len(order))):
            slot = self.lay(("order", order), _permute(self.xp, order), slot)
        if shape == slot.shape:
            return slot
        slot = self._reshaped.get(slot.number, slot)
        if shape == slot.shape:
            return slot
        found = self.lay(("shape", shape), _reshape(self.xp, shape), slot)
        self._reshaped[found.number] = slot
        return found

    def _kept(self, value: Any, shape: Shape, are_places: bool) -> Slot:
        self._values.append(value)
        return Slot(len(self._values) - 1, shape, are_places)


# The functions of NumPy's namespace take three times as long as the methods of its arrays.


def _reshape(xp: Any, shape: Shape) -> Callable[[Any], Any]:
    return methodcaller("reshape", shape) if xp is np else partial(xp.reshape, shape=shape)


def _permute(xp: Any, order: Shape) -> Callable[[Any], Any]:
    return methodcaller("transpose", order) if xp is np else partial(xp.permute_dims, axes=order)
