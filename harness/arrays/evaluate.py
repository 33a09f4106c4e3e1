"""Terms and equations evaluated: binders become axes, definitions are evaluated in place.

Families are tabulated, and products of matrices multiplied out, only where an array is asked for;
an operation on the same operands is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.compile import Compiler, Scope
from harness.arrays.matrices import written_out
from harness.arrays.memory import Memory
from harness.arrays.shapes import rank, shape_of, size_of
from harness.arrays.values import (
    Binder,
    BlockDiagonal,
    Closure,
    Data,
    Places,
    Product,
    Unsupported,
    Value,
    selected,
    with_axes,
)
from harness.claims.model import Library
from harness.language.terms import Equation, Term, Variable
from harness.language.types import Type, function_parts

__all__ = ["Evaluator", "open_function", "rank", "shape_of", "size_of"]

A = TypeVar("A")


def open_function(
    type_: Type, function: Callable[[Sequence[Any]], A], xp: Any = None
) -> Closure[A]:
    """A function of a claim, such as `index(h) -> vector(n) -> vector(n)`, as given by Python.

    `function` gets all arguments at once: arrays (*binders, batch, *core), of integers for
    indices; it gives the result's array, laid out likewise. `xp` is where bound indices are made
    (NumPy where it is not given).
    """
    arguments, _ = function_parts(type_)

    def take(found: tuple[Any, ...]) -> Closure[A]:
        def call(argument: Value[A], depth: int) -> Value[A]:
            import numpy as np

            match argument:
                case Binder():
                    array: Any = argument.places(np if xp is None else xp)
                case Data(array) | Places(array):
                    pass
                case _:
                    raise Unsupported("open functions of functions are not evaluated")
            every = (*found, array)
            return Data(function(every)) if len(every) == len(arguments) else take(every)

        return Closure(call, open=True)

    return take(())


class Evaluator(Generic[A]):
    """Evaluates terms over one arithmetic at fixed sizes; see `harness.arrays`."""

    def __init__(
        self, library: Library, arithmetic: Arithmetic[A], sizes: Mapping[str, int]
    ) -> None:
        self.library = library
        self.arithmetic = arithmetic
        self.sizes = sizes
        self.memory: Memory[A] = Memory()
        self._compiler: Compiler[A] = Compiler(library, self, sizes)

    # -- what callers ask ---------------------------------------------------------------------

    def term(self, term: Term, variables: Mapping[str, Value[A]]) -> Value[A]:
        """The value of a term without bound variables; data as (batch, *core)."""
        with self._remembering():
            return self.solid(self._compiler.code(term)(Scope(variables, 1)))

    def equation(self, equation: Equation, variables: Mapping[str, Value[A]]) -> tuple[A, A]:
        """Both sides, at one shape (batch, *sizes of the ∀, *core).

        Raises `Unsupported` for a `∀` over anything but indices and positions.
        """
        with self._remembering():
            left = self._family(equation.parameters, equation.left, variables)
            right = self._family(equation.parameters, equation.right, variables)
        xp, lay = self.arithmetic.xp, self.arithmetic.lay
        core = len(equation.parameters) + (rank(equation.left.type) or 0)
        left = lay(lambda a: with_axes(xp, a, 1, core), left)
        right = lay(lambda a: with_axes(xp, a, 1, core), right)
        if self.arithmetic.shape(left) == self.arithmetic.shape(right):
            return left, right
        shape = xp.broadcast_shapes(self.arithmetic.shape(left), self.arithmetic.shape(right))
        return (
            lay(lambda a: xp.broadcast_to(a, shape), left),
            lay(lambda a: xp.broadcast_to(a, shape), right),
        )

    def family(
        self, parameters: Sequence[Variable], body: Term, variables: Mapping[str, Value[A]]
    ) -> A:
        """`body` for all values of `parameters`: (batch, *their sizes, *core)."""
        with self._remembering():
            return self._family(parameters, body, variables)

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        self.memory = Memory()
        try:
            yield
        finally:
            self.memory = Memory()

    def _family(
        self, parameters: Sequence[Variable], body: Term, variables: Mapping[str, Value[A]]
    ) -> A:
        if rank(body.type) is None:
            raise Unsupported(f"expected scalars, vectors or matrices, found {body.type}")
        value = self.solid(self._compiler.code(body, parameters)(Scope(variables, 1)))
        match value:
            case Data(array):
                return array
            case Places(places):
                return self._numbers(places, size_of(body.type, self.sizes))
            case _:
                raise Unsupported(f"expected scalars, vectors or matrices, found {body.type}")

    def _numbers(self, places: Any, size: int) -> A:
        """Indices and positions as numbers, so that they can be compared like any other."""
        xp = self.arithmetic.xp
        every = [self.arithmetic.constant(i) for i in range(size)]
        numbers = self.arithmetic.lay(lambda *a: xp.stack(a), *every)
        flat = xp.reshape(places, (-1,))
        return self.arithmetic.lay(
            lambda a: xp.reshape(xp.take(a, flat, axis=0), places.shape), numbers
        )

    # -- what rules ask -------------------------------------------------------------------------

    def array(self, value: Value[A]) -> A:
        """The array of a value. Raises `Unsupported` where no array can hold it."""
        if not isinstance(value, Data):
            value = self.solid(value)
        if isinstance(value, Data):
            return value.array
        raise Unsupported("a function is no array")

    def select(self, family: A, index: Value[Any], rank: int) -> A:
        """A family (`rank` core axes, its own first) at an index."""
        xp = self.arithmetic.xp
        return self.arithmetic.lay(lambda a: selected(xp, a, index, rank), family)

    def solid(self, value: Value[A]) -> Value[A]:
        """Families as tables, matrices written out."""
        if isinstance(value, Data):
            return value
        match value:
            case Closure(_, table) if table is not None:
                return self.memory.once("table", (value,), table)
            case Product() | BlockDiagonal():
                return written_out(self, value)
            case _:
                return value
