"""Terms and equations evaluated: binders become axes, definitions are evaluated in place.

Families are tabulated, and products of matrices multiplied out, only where an array is asked for;
an operation on the same operands is done once. What was done for inputs of some shapes is kept,
and done again for others of the same shapes without a walk.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.axes import Shape
from harness.arrays.shapes import rank, shape_of, size_of
from harness.arrays.tape import Recorder, Slot, Tape
from harness.arrays.values import Data, Open, Places, Unsupported, Value
from harness.arrays.walk import Walk
from harness.claims.model import Library
from harness.language.terms import Equation, Term, Variable
from harness.language.transform import free_variables
from harness.language.types import Type, function_parts

__all__ = ["Evaluator", "Evaluators", "open_function", "rank", "shape_of", "size_of"]

A = TypeVar("A")


def open_function(type_: Type, function: Callable[[Sequence[Any]], Any]) -> Open[Any]:
    """A function of a claim, such as `index(h) -> vector(n) -> vector(n)`, as given by Python.

    `function` gets all arguments at once: arrays (*binders, batch, *core), of integers for
    indices; it gives the result's array, laid out likewise.
    """
    return Open(function, len(function_parts(type_)[0]))


@dataclass
class _Asked:
    """Something that was asked before: its variables, and a tape for each shapes of theirs."""

    about: tuple[object, ...]
    """Kept, so that nothing else takes its identity."""
    names: tuple[str, ...]
    tapes: dict[Hashable, Tape] = field(default_factory=dict)


class Evaluator(Generic[A]):
    """Evaluates terms over one arithmetic at fixed sizes; see `harness.arrays`."""

    def __init__(
        self, library: Library, arithmetic: Arithmetic[A], sizes: Mapping[str, int]
    ) -> None:
        self.arithmetic = arithmetic
        self._walk = Walk(library, sizes)
        self._asked: dict[tuple[int, ...], _Asked] = {}

    def term(self, term: Term, variables: Mapping[str, Value[A]]) -> Value[A]:
        """The value of a term without bound variables; data as (batch, *core)."""
        recorder = Recorder(self.arithmetic)
        names = sorted(free_variables(term))
        with self._walk.recording(recorder):
            value: Any = self._walk.term(term, self._inputs(recorder, names, variables))
        match value:
            case Data(array) | Places(array):
                return type(value)(recorder.value(array))
            case Open(function, arity, ()):
                return Open(recorder.value(function), arity)
            case _:
                return value  # type: ignore[no-any-return]

    def family(
        self, parameters: Sequence[Variable], body: Term, variables: Mapping[str, Value[A]]
    ) -> A:
        """`body` for all values of `parameters`: (batch, *their sizes, *core)."""

        def walked(inputs: Mapping[str, Value[Slot]]) -> list[Slot]:
            return [self._walk.family(parameters, body, inputs)]

        (found,) = self._played((body, *parameters), (body,), variables, walked)
        return found

    def equation(self, equation: Equation, variables: Mapping[str, Value[A]]) -> tuple[A, A]:
        """Both sides, at one shape (batch, *sizes of the ∀, *core).

        Raises `Unsupported` for a `∀` over anything but indices and positions.
        """
        terms = (equation.left, equation.right)

        def walked(inputs: Mapping[str, Value[Slot]]) -> list[Slot]:
            sides = [self._walk.family(equation.parameters, side, inputs) for side in terms]
            core = len(equation.parameters) + (rank(equation.left.type) or 0)
            return self._alike(sides, core)

        left, right = self._played((equation,), terms, variables, walked)
        return left, right

    def _alike(self, sides: Sequence[Slot], core: int) -> list[Slot]:
        """Both sides with an axis for the batch, at one shape."""
        a, xp = self._walk.arithmetic, self._walk.arithmetic.xp
        sides = [a.reshape(s, (*[1] * (core + 1 - len(s.shape)), *s.shape)) for s in sides]
        shape = xp.broadcast_shapes(*(side.shape for side in sides))
        spread = partial(xp.broadcast_to, shape=shape)
        return [side if side.shape == shape else a.lay(spread, side) for side in sides]

    # -- tapes --------------------------------------------------------------------------------

    def _played(
        self,
        about: tuple[object, ...],
        terms: Sequence[Term],
        variables: Mapping[str, Value[A]],
        walk: Callable[[Mapping[str, Value[Slot]]], list[Slot]],
    ) -> list[A]:
        """What `walk` gives, by a walk where it is the first time for these shapes."""
        key = tuple(map(id, about))
        if key not in self._asked:
            free: set[str] = set().union(*map(free_variables, terms))
            self._asked[key] = _Asked(about, tuple(sorted(free & variables.keys())))
        asked = self._asked[key]
        shapes = tuple(self._shape(variables[name]) for name in asked.names)
        if shapes in asked.tapes:
            return asked.tapes[shapes]([_number(variables[name]) for name in asked.names])
        recorder = Recorder(self.arithmetic)
        with self._walk.recording(recorder):
            results = walk(self._inputs(recorder, asked.names, variables))
        asked.tapes[shapes] = recorder.tape(results)
        return [recorder.value(slot) for slot in results]

    def _inputs(
        self, recorder: Recorder[A], names: Sequence[str], variables: Mapping[str, Value[A]]
    ) -> dict[str, Value[Slot]]:
        found: dict[str, Value[Slot]] = {}
        for name in names:
            value = variables[name]
            shape, are_places = self._shape(value), isinstance(value, Places)
            slot = recorder.input(_number(value), shape, are_places=are_places)
            match value:
                case Data():
                    found[name] = Data(slot)
                case Places():
                    found[name] = Places(slot)
                case Open(_, arity):
                    found[name] = Open(slot, arity)
        return found

    def _shape(self, value: Value[A]) -> Shape:
        match value:
            case Data(array):
                return tuple(self.arithmetic.shape(array))
            case Places(array):
                return tuple(array.shape)
            case _:
                return ()


class Evaluators:
    """The evaluators of one library, made once for equal numbers and sizes: tapes are kept.

    Few are: batches that differ in size have no use for old ones, and a check asks about as many
    kinds of numbers.
    """

    def __init__(self, library: Library, keep: int = 6) -> None:
        self.library = library
        self._made: Callable[..., Any] = lru_cache(keep)(self._make)

    def at(self, arithmetic: Arithmetic[A], sizes: Mapping[str, int]) -> Evaluator[A]:
        """The evaluator at these sizes; `arithmetic` can be hashed."""
        found: Evaluator[A] = self._made(arithmetic, tuple(sorted(sizes.items())))
        return found

    def _make(self, arithmetic: Arithmetic[Any], sizes: tuple[tuple[str, int], ...]) -> Any:
        return Evaluator(self.library, arithmetic, dict(sizes))


def _number(value: Value[Any]) -> Any:
    """What the value of a variable holds."""
    match value:
        case Data(array) | Places(array):
            return array
        case Open(function):
            return function
        case _:
            raise Unsupported("variables are numbers, places and open functions")
