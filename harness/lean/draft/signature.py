"""What a Lean definition takes, in the claim language's types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

from harness.claims.model import ARGUMENT, SCALARS, Arrangement, ScalarKind
from harness.language.primitives import signatures
from harness.language.types import (
    DimVar,
    Matrix,
    Parameter,
    Sort,
    Type,
    Vector,
    function_parts,
    substitute_type,
)
from harness.lean import expression as lean
from harness.lean.draft.conversions import Unreadable, arrows_of
from harness.lean.draft.reader import Reader
from harness.lean.draft.types import Names
from harness.lean.expression import Constant, Expression, ForAll, Local, spine
from harness.lean.stored import short, unfolded


@dataclass(frozen=True)
class Signature:
    """A constant's type as the claim language has it."""

    parameters: tuple[Parameter, ...]
    result: Type
    scope: Names
    """What Lean's names stand for in its value."""
    arguments: tuple[Local, ...]
    """All that it is applied to, by the names in `scope`."""


def read_signature(
    type_: Expression,
    arrangement: Arrangement,
    reader: Reader,
    scalars: Mapping[str, ScalarKind],
) -> Signature:
    """The signature of a constant of this type. Raises `Unreadable` and `Misread`."""
    name = scalars[arrangement.kind].lean_name if arrangement.kind else ""
    if SCALARS in arrangement.items:
        binder = type_
        for _ in range(arrangement.items.index(SCALARS)):
            assert isinstance(binder, ForAll)
            binder = binder.body
        assert isinstance(binder, ForAll)
        name = binder.name
    scope = Names(name)
    parameters: list[Parameter] = []
    arguments: list[Local] = []
    items = chain(arrangement.items, repeat(ARGUMENT))
    while isinstance(type_, ForAll) and not _is_array(type_, reader, scope):
        if next(items) == ARGUMENT:
            scope = _parameter(type_, reader, scope, parameters)
        arguments.append(Local(type_.name))
        type_ = type_.body
    return Signature(tuple(parameters), reader.type(type_, scope), scope, tuple(arguments))


def _is_array(type_: ForAll, reader: Reader, scope: Names) -> bool:
    """Whether a definition's result is a vector or a matrix from here on.

    What its author named it takes; the index of `Fin n → α` has no name.
    """
    if "._@." not in type_.name and "✝" not in type_.name:
        return False
    try:
        return isinstance(reader.type(type_, scope), Vector | Matrix)
    except Unreadable:
        return False


def _parameter(binder: ForAll, reader: Reader, scope: Names, parameters: list[Parameter]) -> Names:
    """Take one parameter; what names stand for after it."""
    taken = {parameter.name for parameter in parameters}
    match binder.type:
        case lean.Sort(level) if level:
            name = reader.name(binder.name, None, scope, taken)
            parameters.append(Parameter(name, Sort.TYPE))
            return replace(scope, types={**scope.types, binder.name: name})
        case Constant("Nat") if is_size(binder, reader, scope):
            name = reader.name(binder.name, None, scope, taken)
            parameters.append(Parameter(name, Sort.DIMENSION))
            return replace(scope, dims={**scope.dims, binder.name: name})
        case lean.Sort():
            raise Unreadable(f"{short(binder.type)} is no type of the claim language")
    variable = reader.variable(binder.name, binder.type, scope)
    parameters.append(Parameter(variable.name, variable.type))
    return scope.with_variable(binder.name, variable)


def is_size(binder: ForAll, reader: Reader, scope: Names) -> bool:
    """Whether a natural number is a dimension, and no scalar."""
    return scope.scalars != "Nat" or _is_size(
        binder.name, unfolded(binder.body, reader.abbreviations)
    )


def _is_size(name: str, expression: Expression, within: bool = False) -> bool:
    """Whether `name` stands within the size of a `Fin`."""
    match expression:
        case Local(own):
            return within and own == name
        case lean.Application(function, argument):
            head, _ = spine(function)
            return _is_size(name, function, within) or _is_size(
                name, argument, within or head == Constant("Fin")
            )
        case lean.Function(_, type_, body) | ForAll(_, type_, body):
            return _is_size(name, type_, within) or _is_size(name, body, within)
        case _:
            return False


def fits(operator: str, own: Signature) -> bool:
    """Whether a constant has an operator's type, whatever its sizes are called."""
    signature = signatures()[operator]
    arguments, result = function_parts(signature.type)
    sizes = [p for p in own.parameters if p.sort is Sort.DIMENSION]
    rest = own.parameters[len(sizes) :]
    if len(sizes) != len(signature.dims) or not all(p.is_explicit for p in rest):
        return False
    dims = {p.name: DimVar(name) for p, name in zip(sizes, signature.dims, strict=True)}
    given = [p.type for p in rest]
    whole: Type = own.result
    return _curried(
        [substitute_type(t, dims, {}) for t in given], substitute_type(whole, dims, {})
    ) == _curried(arguments, result)


def _curried(arguments: Sequence[Type], result: Type) -> list[Type]:
    """All sources and the target of a type, with vectors and matrices as functions of indices."""
    sources: list[Type] = []
    for argument in arguments:
        sources.append(arrows_of(argument))
    more, target = function_parts(arrows_of(result))
    return [*sources, *more, target]
