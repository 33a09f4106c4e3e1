"""Terms and equations evaluated at given sizes.

A term is walked for inputs of some shapes, and what the walk did is done again for others of the
same shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.axes import BATCH
from harness.arrays.products import Indices, Product
from harness.arrays.shapes import core_rank, places_of, rank, shape_of, size_of
from harness.arrays.tape import Recorder, Shape, Tape
from harness.arrays.values import Data, Open, Places, Unsupported, Value, Walked
from harness.arrays.walk import Walk
from harness.claims.model import Library
from harness.language.terms import Equation, Term, Variable
from harness.language.transform import free_variables
from harness.language.types import Type, function_parts, is_place

__all__ = [
    "Evaluator",
    "Evaluators",
    "core_rank",
    "open_function",
    "places_of",
    "rank",
    "shape_of",
    "size_of",
]

A = TypeVar("A")


def open_function(type_: Type, function: Callable[[Sequence[Any]], Any]) -> Open:
    """A function of a claim, such as `index(h) -> vector(n) -> vector(n)`, as given by Python.

    `function` gets all arguments at once: arrays (*binders, batch, *core), of integers for
    indices; it gives the result's array, laid out likewise.
    """
    return Open(function, len(function_parts(type_)[0]))


class Evaluator(Generic[A]):
    """Evaluates terms over one arithmetic at fixed sizes; see `harness.arrays`.

    With `as_written`, products are multiplied in the order in which they are written.
    """

    def __init__(
        self,
        library: Library,
        arithmetic: Arithmetic[A],
        sizes: Mapping[str, int],
        *,
        as_written: bool = False,
    ) -> None:
        self.as_written = as_written
        self.library = library
        self.arithmetic = arithmetic
        self.sizes = sizes
        self._asked: dict[Hashable, tuple[Sequence[str], Sequence[Any]]] = {}
        """For what was asked before its variables, and itself: nothing else takes its identity."""
        self._tapes: dict[Hashable, Tape] = {}
        self.work = 0
        """How much was done so far, whoever's time it took: see `Tape.work`."""

    def term(self, term: Term, variables: Mapping[str, Value[A]]) -> Value[A]:
        """The value of a term without bound variables; data as (batch, *core)."""
        if rank(term.type) is not None:
            are_places = is_place(term.type)
            (array,) = self._played((), [term], variables, are_places=are_places)
            return Places(array) if are_places else Data(array)
        if isinstance(term, Variable):
            return variables[term.name]
        walk = Walk(self.library, Recorder(self.arithmetic), as_written=self.as_written)
        scope = self._inputs(walk, sorted(free_variables(term)), variables)
        found: Any = walk.term(term, scope, self.sizes)
        return found  # type: ignore[no-any-return]

    def family(
        self, parameters: Sequence[Variable], body: Term, variables: Mapping[str, Value[A]]
    ) -> A:
        """`body` for all values of `parameters`: (batch, *their sizes, *core)."""
        found: list[A] = self._played(parameters, [body], variables)
        return found[0]

    def equation(self, equation: Equation, variables: Mapping[str, Value[A]]) -> tuple[A, A]:
        """Both sides, at one shape (batch, *sizes of the ∀, *core).

        Raises `Unsupported` for a `∀` over anything but indices and positions.
        """
        sides = [equation.left, equation.right]
        left, right = self._played(equation.parameters, sides, variables)
        return left, right

    def places(self, equation: Equation, variables: Mapping[str, Value[A]]) -> tuple[Any, Any]:
        """Both sides of an equation of indices, as integers and not as numbers of the field."""
        sides = [equation.left, equation.right]
        left, right = self._played(equation.parameters, sides, variables, are_places=True)
        return left, right

    @np.errstate(over="ignore", invalid="ignore")  # numbers that are not finite decide nothing
    def _played(
        self,
        parameters: Sequence[Variable],
        terms: Sequence[Term],
        variables: Mapping[str, Value[A]],
        *,
        are_places: bool = False,
    ) -> list[Any]:
        """Terms for all values of `parameters`, by a walk where it is the first time."""
        key = (are_places, *map(id, parameters), *map(id, terms))
        if key not in self._asked:
            free: set[str] = set().union(*map(free_variables, terms))
            self._asked[key] = sorted(free & variables.keys()), (*parameters, *terms)
        names = self._asked[key][0]
        shapes = (key, *[self._shape(variables[name]) for name in names])
        if shapes in self._tapes:
            self.work += self._tapes[shapes].work
            return self._tapes[shapes]([_number(variables[name]) for name in names])
        tape = Recorder(self.arithmetic)
        walk = Walk(self.library, tape, as_written=self.as_written)
        scope = self._inputs(walk, names, variables)
        found = [walk.family(parameters, t, scope, self.sizes, not are_places) for t in terms]
        lanes = max(array.sizes.get(BATCH, 1) for array, _ in found)
        results = [walk.algebra.spread(array, {BATCH: lanes, **sizes}) for array, sizes in found]
        self._tapes[shapes] = tape.tape(results)
        self.work += self._tapes[shapes].work
        return [tape.value(slot) for slot in results]

    def _inputs(
        self, walk: Walk, names: Sequence[str], variables: Mapping[str, Value[A]]
    ) -> dict[str, Walked]:
        found: dict[str, Walked] = {}
        for name in names:
            value, shape = variables[name], self._shape(variables[name])
            are_places = isinstance(value, Places)
            slot = walk.algebra.tape.input(_number(value), shape, are_places=are_places)
            if isinstance(value, Open):
                found[name] = Open(slot, value.arity)
                continue
            axes = (BATCH, *range(1 - len(shape), 0))
            array = walk.named(slot, dict(zip(axes, shape, strict=True)))
            found[name] = Indices(array) if are_places else Product((array,))
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

    def __init__(self, library: Library, keep: int = 6, *, as_written: bool = False) -> None:
        self.library = library
        self.as_written = as_written
        self._made: Callable[..., Any] = lru_cache(keep)(self._make)

    def at(self, arithmetic: Arithmetic[A], sizes: Mapping[str, int]) -> Evaluator[A]:
        """The evaluator at these sizes; `arithmetic` can be hashed."""
        found: Evaluator[A] = self._made(arithmetic, tuple(sorted(sizes.items())))
        return found

    def _make(self, arithmetic: Arithmetic[Any], sizes: tuple[tuple[str, int], ...]) -> Any:
        return Evaluator(self.library, arithmetic, dict(sizes), as_written=self.as_written)


def _number(value: Value[Any]) -> Any:
    """What the value of a variable holds."""
    match value:
        case Data(array) | Places(array):
            return array
        case Open(function):
            return function
        case _:
            raise Unsupported("variables are numbers, places and open functions")
