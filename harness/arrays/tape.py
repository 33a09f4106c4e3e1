"""A walk that is recorded once for the shapes of its inputs, and replayed on other numbers.

While a term is walked, its numbers are slots, which nothing but a recorded step can look into: no
number finds its way past the tape into a result, and what is recorded depends on shapes alone.
Replaying is a loop over calls of functions, a fraction of the walk's share of a small batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from harness.arrays import axes
from harness.arrays.arithmetic import Arithmetic
from harness.arrays.axes import Axes, Shape

A = TypeVar("A")


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


class _Step(NamedTuple):
    """One operation, between slots by their numbers."""

    run: Callable[..., Any]
    operands: tuple[int, ...]
    result: int


class Tape:
    """What was recorded; called with the inputs, in order, it gives the results."""

    def __init__(
        self, values: list[Any], inputs: Sequence[int], steps: list[_Step], results: Sequence[int]
    ) -> None:
        self._values = values
        self._inputs = inputs
        self._results = results
        self._steps: list[tuple[Callable[..., Any], tuple[int, ...], int, tuple[int, ...]]] = []
        needed = set(results)
        for run, operands, result in reversed(steps):
            if result in needed:
                # Numbers are let go after their last use, so that their memory is used again
                # while it is still in the cache.
                last = tuple(set(operands) - needed - set(inputs))
                needed.update(operands)
                self._steps.append((run, operands, result, last))
        self._steps.reverse()

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self._steps)

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
    """An arithmetic over slots that computes with `arithmetic`, and takes down what it did."""

    def __init__(self, arithmetic: Arithmetic[A]) -> None:
        self.arithmetic = arithmetic
        self.xp: Any = arithmetic.xp
        self._values: list[Any] = []
        self._inputs: list[int] = []
        self._steps: list[_Step] = []
        self._constants: dict[int, Slot] = {}
        self._rearranged: dict[tuple[int, Axes], Slot] = {}
        self._views: dict[int, tuple[Slot, Axes]] = {}
        """What is a rearrangement of something else."""
        self._waiting: set[int] = set()
        """Rearrangements that nothing has asked for yet."""

    def tape(self, results: Sequence[Slot]) -> Tape:
        """All that was recorded, for these results."""
        for slot in results:
            self.value(slot)
        computed = {step.result for step in self._steps} | set(self._inputs)
        values = [None if i in computed else v for i, v in enumerate(self._values)]
        return Tape(values, self._inputs, self._steps, [slot.number for slot in results])

    def value(self, slot: Slot) -> Any:
        """What is in a slot while this is recorded."""
        if slot.number in self._waiting:
            source, how = self._views[slot.number]
            run: Any = axes.rearrangement(self.xp, how)
            if not slot.are_places:
                run = partial(self.arithmetic.lay, run)
            self._waiting.remove(slot.number)
            self._values[slot.number] = run(self.value(source))
            self._steps.append(_Step(run, (source.number,), slot.number))
        return self._values[slot.number]

    # -- slots --------------------------------------------------------------------------------

    def input(self, value: Any, shape: Shape, *, are_places: bool = False) -> Slot:
        """What is given anew each time: numbers, places, or a function."""
        slot = self._kept(value, shape, are_places)
        self._inputs.append(slot.number)
        return slot

    def fixed(self, places: Any) -> Slot:
        """Places that are the same each time."""
        return self._kept(places, tuple(places.shape), are_places=True)

    def numbers(self, run: Callable[..., A], /, *operands: Slot) -> Slot:
        """A step that gives numbers of the arithmetic."""
        return self._step(run, operands, are_places=False)

    def places(self, run: Callable[..., Any], /, *operands: Slot) -> Slot:
        """A step that gives places."""
        return self._step(run, operands, are_places=True)

    def _step(self, run: Callable[..., Any], operands: Sequence[Slot], *, are_places: bool) -> Slot:
        found = run(*[self.value(slot) for slot in operands])
        shape = tuple(found.shape if are_places else self.arithmetic.shape(found))
        slot = self._kept(found, shape, are_places)
        self._steps.append(_Step(run, tuple(o.number for o in operands), slot.number))
        return slot

    def _kept(self, value: Any, shape: Shape, are_places: bool) -> Slot:
        self._values.append(value)
        return Slot(len(self._values) - 1, shape, are_places)

    # -- rearrangements -----------------------------------------------------------------------

    def lay(self, rearrange: Callable[..., Any], /, *values: Slot) -> Slot:
        """The same for all arrays in `values`: gather, join, choose; or for arrays of places."""
        if values[0].are_places:
            return self.places(rearrange, *values)
        return self.numbers(partial(self.arithmetic.lay, rearrange), *values)

    def reshape(self, value: Slot, shape: Shape) -> Slot:
        """The same entries in the same order."""
        if shape == value.shape:
            return value
        source, before = self._beginning(value)
        after = axes.reshaped(before, shape)
        if after is None:
            source, after = value, axes.reshaped(axes.of(value.shape), shape)
        if after is None:
            return self.lay(lambda x: self.xp.reshape(x, shape), value)
        return self._view(source, after)

    def permute(self, value: Slot, order: Shape) -> Slot:
        """The axes in another order."""
        source, before = self._beginning(value)
        return self._view(source, axes.permuted(before, order))

    def rearrange(self, value: Slot, framed: Shape, order: Shape, shape: Shape) -> Slot:
        """Reshaped, its axes permuted, and reshaped again."""
        source, before = self._beginning(value)
        after = axes.through(before, framed, order, shape)
        if after is None:
            return self.reshape(self.permute(self.reshape(value, framed), order), shape)
        return self._view(source, after)

    def _beginning(self, value: Slot) -> tuple[Slot, Axes]:
        """What a slot is a rearrangement of; itself where its numbers were copied for that.

        Else each use of it would copy them again.
        """
        source, how = self._views.get(value.number, (value, axes.of(value.shape)))
        return (source, how) if how.is_view else (value, axes.of(value.shape))

    def _view(self, source: Slot, how: Axes) -> Slot:
        """A chain of reshapes and transpositions is one step, made when something asks for it."""
        if how is axes.of(source.shape):
            return source
        key = (source.number, how)
        if key not in self._rearranged:
            slot = self._rearranged[key] = self._kept(None, how.shape, source.are_places)
            self._views[slot.number] = (source, how)
            self._waiting.add(slot.number)
        return self._rearranged[key]

    def is_copy(self, value: Slot) -> bool:
        """Whether numbers are copied only to rearrange them."""
        return value.number in self._views and not self._views[value.number][1].is_view

    # -- arithmetic ---------------------------------------------------------------------------

    def shape(self, value: Slot) -> Shape:
        return value.shape

    def constant(self, value: int) -> Slot:
        if value not in self._constants:
            found = self.arithmetic.constant(value)
            shape = tuple(self.arithmetic.shape(found))
            self._constants[value] = self._kept(found, shape, are_places=False)
        return self._constants[value]

    def add(self, left: Slot, right: Slot) -> Slot:
        return self.numbers(self.arithmetic.add, left, right)

    def subtract(self, left: Slot, right: Slot) -> Slot:
        return self.numbers(self.arithmetic.subtract, left, right)

    def multiply(self, left: Slot, right: Slot) -> Slot:
        return self.numbers(self.arithmetic.multiply, left, right)

    def divide(self, left: Slot, right: Slot) -> Slot:
        return self.numbers(self.arithmetic.divide, left, right)

    def negate(self, value: Slot) -> Slot:
        return self.numbers(self.arithmetic.negate, value)

    def total(self, value: Slot) -> Slot:
        return self.numbers(self.arithmetic.total, value)

    def matmul(self, left: Slot, right: Slot) -> Slot:
        return self.numbers(self.arithmetic.matmul, left, right)
