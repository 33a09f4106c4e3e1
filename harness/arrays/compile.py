"""Terms compiled, for given sizes, to functions of a scope.

What there is to know of types and dimensions is looked up once, when a term is compiled; a
definition is compiled once for the sizes that it is taken at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from harness.arrays import matrices
from harness.arrays.matrices import MATRIX_RULES
from harness.arrays.rules import RULES, dot, matvec, transposed
from harness.arrays.shapes import rank, size_of
from harness.arrays.tape import Slot
from harness.arrays.values import (
    Binder,
    Closure,
    Data,
    Gathered,
    Open,
    Places,
    Unsupported,
    Value,
    binder,
)
from harness.claims.model import Library
from harness.language.prelude import meaning
from harness.language.terms import Apply, Call, Lambda, Primitive, Term, Variable
from harness.language.transform import implicit_arguments
from harness.language.types import Dim, Matrix, Type, dim_value, resolve


class Scope(NamedTuple):
    """Where a term is evaluated."""

    variables: Mapping[str, Value[Slot]]
    depth: int
    """How many axes are in scope; the batch is the first."""


Code = Callable[[Scope], Value[Slot]]


class Walk(matrices.Walk, Protocol):
    """What compiled terms ask of the interpreter."""

    def given(self, function: Open[Slot], argument: Value[Slot]) -> Value[Slot]:
        """An open function at one more argument."""
        ...

    def places(self, index: Value[Slot]) -> Slot:
        """The places that an index takes."""
        ...

    def close(self, array: Slot, level: int, size: int, rank: int) -> Slot:
        """Turn the axis of the binder at a level, the innermost, into the first core axis."""
        ...

    def solid(self, value: Value[Slot]) -> Value[Slot]:
        """The same value with families as tables, and matrices written out."""
        ...


class Compiler:
    """Compiles the terms of one evaluation."""

    def __init__(self, library: Library, walk: Walk, sizes: Mapping[str, int]) -> None:
        self.library = library
        self.walk = walk
        self.sizes = sizes
        self._terms: dict[tuple[int, ...], tuple[Code, tuple[Term, ...]]] = {}
        self._bodies: dict[tuple[Any, ...], Code] = {}

    def code(self, term: Term, parameters: Sequence[Variable] = ()) -> Code:
        """A term, or the family of a term over the values of `parameters`."""
        kept = (term, *parameters)
        key = tuple(map(id, kept))
        if key not in self._terms:
            for parameter in reversed(parameters):
                size_of(parameter.type, self.sizes)
                term = Lambda(parameter, term)
            self._terms[key] = (self._compile(term, self.sizes), kept)
        return self._terms[key][0]

    def _compile(self, term: Term, sizes: Mapping[str, int]) -> Code:
        match term:
            case Variable(name):
                return lambda scope: scope[0][name]
            case Apply():
                return self._application(term, sizes)
            case Lambda(parameter, body):
                return self._abstraction(parameter, body, sizes)
            case Call(name, implicit, arguments):
                codes = [self._compile(argument, sizes) for argument in arguments]
                names, body_code = self._definition(name, implicit, sizes)

                def call(scope: Scope) -> Value[Slot]:
                    values = [code(scope) for code in codes]
                    return body_code(Scope(dict(zip(names, values, strict=True)), scope.depth))

                return call
            case Primitive(_, _, (Lambda() as family,)) if _is_sum_of_products(term):
                return self._sum_of_products(family, sizes)
            case Primitive(operator) if operator not in RULES and operator not in MATRIX_RULES:
                return self._compile(meaning(term, "the evaluation over arrays"), sizes)
            case Primitive(operator, dims, arguments):
                numbers = tuple(dim_value(dim, sizes) for dim in dims)
                return self._primitive(operator, numbers, arguments, sizes)

    def _definition(
        self, name: str, implicit: tuple[Dim | Type, ...], sizes: Mapping[str, int]
    ) -> tuple[list[str], Code]:
        definition = self.library.definitions[name]
        dims, types = implicit_arguments(definition.parameters, implicit)
        inner = {name: dim_value(dim, sizes) for name, dim in dims.items()}
        inner |= {name: size_of(type_, sizes) for name, type_ in types.items()}
        key = (name, *inner.items())
        if key not in self._bodies:
            self._bodies[key] = self._compile(definition.body, inner)
        return [p.name for p in definition.parameters if p.is_explicit], self._bodies[key]

    def _primitive(
        self,
        operator: str,
        numbers: tuple[int, ...],
        arguments: Sequence[Term],
        sizes: Mapping[str, int],
    ) -> Code:
        codes = [self._compile(argument, sizes) for argument in arguments]
        if operator in MATRIX_RULES:
            whole_rule = MATRIX_RULES[operator]

            def whole(scope: Scope) -> Value[Slot]:
                values = [code(scope) for code in codes]
                make = lambda: whole_rule(self.walk, numbers, *values)  # noqa: E731
                return self.walk.memory.once((operator, numbers), values, make)

            return whole
        rule = RULES[operator]

        def entries(scope: Scope) -> Value[Slot]:
            values = [self.walk.solid(code(scope)) for code in codes]

            def make() -> Value[Slot]:
                operands = [v.array if isinstance(v, Data) else v for v in values]
                return Data(rule(self.walk, numbers, *operands))

            return self.walk.memory.once((operator, numbers), values, make)

        return entries

    # -- functions ------------------------------------------------------------------------------

    def _application(self, term: Apply, sizes: Mapping[str, int]) -> Code:
        code, given = self._compile(term.function, sizes), self._compile(term.argument, sizes)
        axes, is_matrix = rank(term.function.type) or 0, isinstance(resolve(term.type), Matrix)

        def apply(scope: Scope) -> Value[Slot]:
            found, at = code(scope), given(scope)
            if isinstance(found, Open):
                at = self.walk.solid(at)
                make = partial(self.walk.given, found, at)
                return self.walk.memory.once("open", (found, at), make)
            if isinstance(found, Closure):
                if found.table is None or isinstance(at, Binder):
                    make = partial(found.call, at, scope.depth)
                    return self.walk.memory.once(("call", scope.depth), (found, at), make)
                found = self.walk.solid(found)
            make = partial(self._at, found, at, axes, is_matrix)
            return self.walk.memory.once(("at", axes, is_matrix), (found, at), make)

        return apply

    def _at(
        self, family: Value[Slot], index: Value[Slot], axes: int, is_matrix: bool
    ) -> Value[Slot]:
        match family:
            case Data(array) if is_matrix and isinstance(index, Places):
                return Gathered(array, index.array)
            case Data(array):
                return Data(self.walk.select(array, index, axes))
            case Places(array):
                return Places(self.walk.select(array, index, axes))
            case _:
                raise Unsupported("an index is not a function")

    def _abstraction(self, parameter: Variable, body: Term, sizes: Mapping[str, int]) -> Code:
        code, name = self._compile(body, sizes), parameter.name
        inner = rank(Lambda(parameter, body).type)

        def call(
            variables: Mapping[str, Value[Slot]], argument: Value[Slot], depth: int
        ) -> Value[Slot]:
            return code(Scope({**variables, name: argument}, depth))

        if inner is None:
            return lambda scope: Closure(lambda at, depth: call(scope.variables, at, depth))
        size, core = size_of(parameter.type, sizes), inner - 1

        def family(scope: Scope) -> Value[Slot]:
            variables, level = scope

            def table() -> Value[Slot]:
                value = self.walk.solid(call(variables, binder(level, size), level + 1))
                return self._closed(value, level, size, core)

            return Closure(lambda at, depth: call(variables, at, depth), table)

        return family

    def _closed(self, value: Value[Slot], level: int, size: int, core: int) -> Value[Slot]:
        """`value` with the axis of the innermost binder as its first core axis."""
        match value:
            case Binder() | Places():
                return Places(self.walk.close(self.walk.places(value), level, size, core))
            case Data(array):
                return Data(self.walk.close(array, level, size, core))
            case _:
                raise Unsupported("no array holds a family of functions")

    def _sum_of_products(self, family: Lambda, sizes: Mapping[str, int]) -> Code:
        """Σ j, a(j) b(j) as one product, without the summands."""
        assert isinstance(family.body, Primitive)
        factors = [self._abstraction(family.parameter, f, sizes) for f in family.body.arguments]
        vectors = family.body.operator == "scale_vector"
        size = size_of(family.parameter.type, sizes)

        def contract(left: Slot, right: Slot) -> Slot:
            if not vectors:
                return dot(self.walk, (size,), left, right)
            columns = transposed(self.walk, right)
            return matvec(self.walk, (0, size), columns, left)

        def total(scope: Scope) -> Value[Slot]:
            left, right = (self.walk.solid(factor(scope)) for factor in factors)
            make = lambda: Data(contract(self.walk.array(left), self.walk.array(right)))  # noqa: E731
            return self.walk.memory.once(("sum", vectors), (left, right), make)

        return total


def _is_sum_of_products(term: Primitive) -> bool:
    (family,) = term.arguments
    if not isinstance(family, Lambda) or not isinstance(family.body, Primitive):
        return False
    return (term.operator, family.body.operator) in {
        ("sum", "multiply"),
        ("sum_vector", "scale_vector"),
    }
