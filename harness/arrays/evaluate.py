"""The walk over terms: binders become axes, definitions are evaluated in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.rules import RULES
from harness.arrays.values import (
    Binder,
    Closure,
    Data,
    Places,
    Unsupported,
    Value,
    at_binder,
    at_places,
    close,
    with_axes,
)
from harness.claims.model import Library
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import implicit_arguments
from harness.language.types import (
    Function,
    Index,
    Matrix,
    Named,
    Scalar,
    Type,
    Vector,
    dim_value,
    function_parts,
    resolve,
)

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Scope(Generic[A]):
    sizes: Mapping[str, int]
    """Every dimension and every type in scope, by name."""
    variables: Mapping[str, Value[A]]
    depth: int
    """How many axes are in scope; the batch is the first."""


def size_of(type_: Type, sizes: Mapping[str, int]) -> int:
    """How many indices or positions there are. Raises `Unsupported` for any other type."""
    match resolve(type_):
        case Index(size):
            return dim_value(size, sizes)
        case Named(name):
            return sizes[name]
        case other:
            raise Unsupported(f"{other} has no end of values to go through")


def rank(type_: Type) -> int | None:
    """The number of core axes of an array of this type; nothing where no array can hold one."""
    match resolve(type_):
        case Scalar() | Index() | Named():
            return 0
        case Vector():
            return 1
        case Matrix():
            return 2
        case Function(source, target) if isinstance(resolve(source), Index | Named):
            inner = rank(target)
            return None if inner is None else inner + 1
        case _:
            return None


def shape_of(type_: Type, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The core axes of an array of this type. Raises `Unsupported` where none can hold one."""
    match resolve(type_):
        case Scalar() | Index() | Named():
            return ()
        case Vector(size):
            return (dim_value(size, sizes),)
        case Matrix(rows, columns):
            return (dim_value(rows, sizes), dim_value(columns, sizes))
        case Function(source, target):
            return (size_of(source, sizes), *shape_of(target, sizes))
        case other:
            raise Unsupported(f"no array holds a {other}")


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
                case Closure():
                    raise Unsupported("open functions of functions are not evaluated")
            every = (*found, array)
            return Data(function(every)) if len(every) == len(arguments) else take(every)

        return Closure(call)

    return take(())


class Evaluator(Generic[A]):
    """Evaluates terms over one arithmetic at fixed sizes; see `harness.arrays`."""

    def __init__(
        self, library: Library, arithmetic: Arithmetic[A], sizes: Mapping[str, int]
    ) -> None:
        self.library = library
        self.arithmetic = arithmetic
        self.sizes = sizes

    # -- what callers ask ---------------------------------------------------------------------

    def term(self, term: Term, variables: Mapping[str, Value[A]]) -> Value[A]:
        """The value of a term without bound variables; data as (batch, *core)."""
        return self._walk(term, _Scope(self.sizes, variables, 1))

    def equation(self, equation: Equation, variables: Mapping[str, Value[A]]) -> tuple[A, A]:
        """Both sides, at one shape (batch, *sizes of the ∀, *core).

        Raises `Unsupported` for a `∀` over anything but indices and positions.
        """
        left = self.family(equation.parameters, equation.left, variables)
        right = self.family(equation.parameters, equation.right, variables)
        xp, lay = self.arithmetic.xp, self.arithmetic.lay
        core = len(equation.parameters) + (rank(equation.left.type) or 0)
        left = lay(lambda a: with_axes(xp, a, 1, core), left)
        right = lay(lambda a: with_axes(xp, a, 1, core), right)
        shape = xp.broadcast_shapes(self.arithmetic.shape(left), self.arithmetic.shape(right))
        return (
            lay(lambda a: xp.broadcast_to(a, shape), left),
            lay(lambda a: xp.broadcast_to(a, shape), right),
        )

    def family(
        self, parameters: Sequence[Variable], body: Term, variables: Mapping[str, Value[A]]
    ) -> A:
        """`body` for all values of `parameters`: (batch, *their sizes, *core)."""
        value = self._tabulate(list(parameters), body, _Scope(self.sizes, variables, 1))
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
        return self.arithmetic.lay(lambda a: a[places], numbers)

    # -- the walk -----------------------------------------------------------------------------

    def _walk(self, term: Term, scope: _Scope[A]) -> Value[A]:
        match term:
            case Variable(name):
                return scope.variables[name]
            case Apply(function, argument):
                found = self._walk(function, scope)
                return self._apply(found, self._walk(argument, scope), function.type, scope.depth)
            case Lambda(parameter, body) if rank(term.type) is not None:
                return self._tabulate([parameter], body, scope)
            case Lambda(parameter, body):

                def call(argument: Value[A], depth: int) -> Value[A]:
                    variables = {**scope.variables, parameter.name: argument}
                    return self._walk(body, _Scope(scope.sizes, variables, depth))

                return Closure(call)
            case Call(name, implicit, arguments):
                definition = self.library.definitions[name]
                dims, types = implicit_arguments(definition.parameters, implicit)
                sizes = {name: dim_value(dim, scope.sizes) for name, dim in dims.items()}
                sizes |= {name: size_of(type_, scope.sizes) for name, type_ in types.items()}
                names = [p.name for p in definition.parameters if p.is_explicit]
                values = [self._walk(argument, scope) for argument in arguments]
                variables = dict(zip(names, values, strict=True))
                return self._walk(definition.body, _Scope(sizes, variables, scope.depth))
            case Primitive(operator, dims, arguments):
                values = [self._walk(argument, scope) for argument in arguments]
                operands = [v.array if isinstance(v, Data) else v for v in values]
                numbers = [dim_value(dim, scope.sizes) for dim in dims]
                return Data(RULES[operator](self, numbers, *operands))

    def _tabulate(self, parameters: list[Variable], body: Term, scope: _Scope[A]) -> Value[A]:
        """`body` over the values of bound variables, whose axes become the first core axes."""
        if not parameters:
            return self._walk(body, scope)
        parameter, *others = parameters
        size = size_of(parameter.type, scope.sizes)
        variables = {**scope.variables, parameter.name: Binder(scope.depth, size)}
        value = self._tabulate(others, body, _Scope(scope.sizes, variables, scope.depth + 1))
        inner = rank(body.type)
        if inner is None:
            raise Unsupported(f"no array holds a family of {body.type}")
        core = inner + len(others)
        xp = self.arithmetic.xp
        match value:
            case Binder():
                places = value.places(xp)
                return Places(close(xp, places, scope.depth, size, core))
            case Places(array):
                return Places(close(xp, array, scope.depth, size, core))
            case Data(array):
                lay = self.arithmetic.lay
                return Data(lay(lambda a: close(xp, a, scope.depth, size, core), array))
            case Closure():
                raise Unsupported(f"no array holds a family of {body.type}")

    def _apply(self, function: Value[A], argument: Value[A], type_: Type, depth: int) -> Value[A]:
        match function:
            case Closure(call):
                return call(argument, depth)
            case Data(array):
                return Data(self.select(array, argument, rank(type_) or 0))
            case Places(array):
                return Places(_select(self.arithmetic.xp, array, argument, rank(type_) or 0))
            case Binder():
                raise Unsupported("an index is not a function")

    def select(self, family: A, index: Value[Any], rank: int) -> A:
        """A family (`rank` core axes, its own first) at an index."""
        xp = self.arithmetic.xp
        return self.arithmetic.lay(lambda a: _select(xp, a, index, rank), family)


def _select(xp: Any, array: Any, index: Value[Any], rank: int) -> Any:
    match index:
        case Binder():
            found = at_binder(xp, array, index, rank)
            return at_places(xp, array, index.places(xp), rank) if found is None else found
        case Places(places):
            return at_places(xp, array, places, rank)
        case _:
            raise Unsupported("a family is taken at an index")
