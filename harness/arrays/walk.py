"""One walk over terms, in which numbers are slots of a tape that is being recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from harness.arrays.compile import Compiler, Scope
from harness.arrays.matrices import written_out
from harness.arrays.memory import Memory
from harness.arrays.shapes import rank, size_of
from harness.arrays.tape import Recorder, Slot
from harness.arrays.values import (
    Applied,
    Binder,
    BlockDiagonal,
    Closure,
    Data,
    Gathered,
    Open,
    Places,
    Product,
    Unsupported,
    Value,
    at_places,
)
from harness.claims.model import Library
from harness.language.terms import Term, Variable


class Walk:
    """What compiled terms and rules ask for, within `recording`."""

    def __init__(self, library: Library, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.memory = Memory()
        self.arithmetic: Recorder[Any]
        self._compiler = Compiler(library, self, sizes)

    @contextmanager
    def recording(self, recorder: Recorder[Any]) -> Iterator[None]:
        """Compute with `recorder`; nothing of it, nor of its numbers, is kept afterwards."""
        self.arithmetic, self.memory = recorder, Memory()
        try:
            yield
        finally:
            self.memory = Memory()
            del self.arithmetic

    def term(self, term: Term, variables: Mapping[str, Value[Slot]]) -> Value[Slot]:
        """The value of a term without bound variables; data as (batch, *core)."""
        return self.solid(self._compiler.code(term)(Scope(variables, 1)))

    def family(
        self, parameters: Sequence[Variable], body: Term, variables: Mapping[str, Value[Slot]]
    ) -> Slot:
        """`body` for all values of `parameters`; indices and positions as numbers."""
        if rank(body.type) is None:
            raise Unsupported(f"expected scalars, vectors or matrices, found {body.type}")
        value = self.solid(self._compiler.code(body, parameters)(Scope(variables, 1)))
        match value:
            case Data(array):
                return array
            case Binder() | Places():
                return self._numbers(self.places(value), size_of(body.type, self.sizes))
            case _:
                raise Unsupported(f"expected scalars, vectors or matrices, found {body.type}")

    def _numbers(self, places: Slot, size: int) -> Slot:
        """Indices and positions as numbers, so that they can be compared like any other."""
        a, lay = self.arithmetic, self.arithmetic.arithmetic.lay
        # Of no numbers nothing could be taken, not even nothing.
        every = [a.constant(i) for i in range(max(size, 1))]

        def numbers(places: Any, *every: Any) -> Any:
            flat = a.xp.reshape(places, (-1,))
            return lay(
                lambda *c: a.xp.reshape(a.xp.take(a.xp.stack(c), flat, axis=0), places.shape),
                *every,
            )

        return a.numbers(numbers, places, *every)

    # -- what compiled terms and rules ask ------------------------------------------------------

    def array(self, value: Value[Slot]) -> Slot:
        """The array of a value. Raises `Unsupported` where no array can hold it."""
        if not isinstance(value, Data):
            value = self.solid(value)
        if isinstance(value, Data):
            return value.array
        raise Unsupported("a function is no array")

    def solid(self, value: Value[Slot]) -> Value[Slot]:
        """Families as tables, matrices written out."""
        match value:
            case Closure(_, table) if table is not None:
                return self.memory.once("table", (value,), table)
            case Product() | BlockDiagonal() | Gathered() | Applied():
                return written_out(self, value)
            case _:
                return value

    def places(self, index: Value[Slot]) -> Slot:
        """The places that an index takes."""
        match index:
            case Binder(level, size):
                a, shape = self.arithmetic, (size, *[1] * level)
                return a.reshape(a.fixed(a.xp.arange(size)), shape)
            case Places():
                places: Slot = index.array
                return places
            case _:
                raise Unsupported("a family is taken at an index")

    def select(self, family: Slot, index: Value[Slot], rank: int) -> Slot:
        """A family (`rank` core axes, its own first) at an index."""
        if isinstance(index, Binder):
            found = self._at_binder(family, index, rank)
            if found is not None:
                return found
        a, xp = self.arithmetic, self.arithmetic.xp
        lay, take = (_plainly, a.places) if family.are_places else (a.arithmetic.lay, a.numbers)

        def gather(array: Any, places: Any) -> Any:
            return lay(lambda x: at_places(xp, x, places, rank), array)

        return take(gather, family, self.places(index))

    def _at_binder(self, family: Slot, binder: Binder, rank: int) -> Slot | None:
        """The family's own axis moves to the binder; nothing where it depends on it already."""
        a, shape = self.arithmetic, family.shape
        shape = (*[1] * (binder.level + 1 + rank - len(shape)), *shape)
        frame = len(shape) - rank
        at = frame - 1 - binder.level
        if shape[at] != 1:
            return None
        without = (*shape[:at], *shape[at + 1 :])
        order = (*range(at), frame - 1, *range(at, frame - 1), *range(frame, len(shape) - 1))
        return a.rearrange(family, without, order, tuple(without[i] for i in order))

    def close(self, array: Slot, level: int, size: int, rank: int) -> Slot:
        """Turn the axis of the binder at a level, the innermost, into the first core axis."""
        a, xp, shape = self.arithmetic, self.arithmetic.xp, array.shape
        frame = len(shape) - rank
        if frame > level:
            order = (*range(1, frame), 0, *range(frame, len(shape)))
            array, frame = a.permute(array, order), frame - 1
        else:
            array = a.reshape(array, (*shape[:frame], 1, *shape[frame:]))
        if array.shape[frame] == size:
            return array
        whole = (*array.shape[:frame], size, *array.shape[frame + 1 :])
        return a.lay(lambda x: xp.broadcast_to(x, whole), array)

    def given(self, function: Open[Slot], argument: Value[Slot]) -> Value[Slot]:
        """An open function at one more argument; at all of them, its result."""
        if not isinstance(argument, Binder | Data | Places):
            raise Unsupported("open functions of functions are not evaluated")
        given = (*function.given, argument)
        if len(given) < function.arity:
            return replace(function, given=given)
        arrays = [v.array if isinstance(v, Data) else self.places(v) for v in given]
        return Data(self.arithmetic.numbers(_called, function.function, *arrays))


def _called(function: Callable[[Sequence[Any]], Any], *arguments: Any) -> Any:
    return function(arguments)


def _plainly(rearrange: Callable[[Any], Any], array: Any) -> Any:
    return rearrange(array)
