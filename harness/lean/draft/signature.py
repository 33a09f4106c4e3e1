"""What a Lean constant takes: its scalars and their instances, sizes, types and arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from harness.claims.model import ScalarKind
from harness.language.types import Parameter, Sort, Type
from harness.lean import expression as lean
from harness.lean.draft.conversions import Unreadable
from harness.lean.draft.prefix import base_name, names, short, spine
from harness.lean.draft.reader import Reader
from harness.lean.draft.types import Names
from harness.lean.expression import Constant, Expression, ForAll, Local
from harness.lean.scope import CLASSES

NUMERALS = {0: "zero", 1: "one"}


@dataclass(frozen=True)
class Signature:
    """A constant's type as the claim language has it."""

    takes: tuple[str, ...]
    """Operations and kinds of scalars, in the order of its instances."""
    is_polymorphic: bool
    """Whether its scalars may lie in any universe."""
    parameters: tuple[Parameter, ...]
    result: Type
    scope: Names
    """What Lean's names stand for in its value."""
    arguments: tuple[Local, ...]
    """All that it is applied to, by the names in `scope`."""


def telescope(statement: Expression) -> tuple[list[ForAll], Expression]:
    """The outermost binders of a type, and what they bind."""
    binders: list[ForAll] = []
    while isinstance(statement, ForAll):
        binders.append(statement)
        statement = statement.body
    return binders, statement


def constants_of(expression: Expression) -> Iterator[str]:
    """The names of the constants in a term, as often as they stand there."""
    match expression:
        case Constant(name):
            yield name
        case lean.Application(function, argument):
            yield from constants_of(function)
            yield from constants_of(argument)
        case lean.Function(_, type_, body) | ForAll(_, type_, body):
            yield from constants_of(type_)
            yield from constants_of(body)


def concrete_kind(expression: Expression, scalars: Mapping[str, ScalarKind]) -> ScalarKind | None:
    """The kind of scalars whose Lean type a term speaks of; `None` where it speaks of none.

    Natural numbers are sizes first of all, so they count where there is no other.
    """
    found = set(constants_of(expression))
    kinds = [kind for kind in scalars.values() if kind.is_type and kind.lean_name in found]
    return min(kinds, key=lambda kind: kind.lean_name == "Nat", default=None)


def instance(binder: Expression, scalars: Mapping[str, ScalarKind]) -> tuple[str, str] | None:
    """Of the type of an instance, the operation or kind of scalars, and the name of the scalars.

    `None` where it is something else: `[Add α]` is `("add", α)`, `[OfNat α 0]` is `("zero", α)`.
    """
    match spine(binder):
        case Constant(name), [Local(of), *rest]:
            pass
        case _:
            return None
    for kind in scalars.values():
        if name == kind.lean_name and not kind.is_type and not rest:
            return kind.name, of
    for operation, class_ in CLASSES.items():
        if class_ == name and operation not in NUMERALS.values() and not rest:
            return operation, of
    if name == "OfNat" and len(rest) == 1:
        _, number = spine(rest[0])
        value = number[1] if len(number) == 3 else rest[0]
        if isinstance(value, lean.Literal) and value.value in NUMERALS:
            return NUMERALS[value.value], of
    return None


def read_signature(
    type_: Expression, reader: Reader, scalars: Mapping[str, ScalarKind]
) -> Signature:
    """The signature of a constant of this type. Raises `Unreadable` and `Misread`."""
    binders, result = telescope(type_)
    found = [instance(binder.type, scalars) for binder in binders]
    of = {item[1] for item in found if item is not None}
    kind = None if of else concrete_kind(type_, scalars)
    if len(of) > 1:
        raise Unreadable("it computes with scalars of several types")
    if not of and kind is None:
        head, _ = spine(_target(result))
        of = {head.name} if isinstance(head, Local) else set()
    if not of and kind is None:
        raise Unreadable("it speaks of no scalars that are known here")
    name = kind.lean_name if kind is not None else of.pop()
    if kind is None and (not binders or binders[0].name != name):
        raise Unreadable(f"its scalars {base_name(name)} are not the first that it takes")
    scope = Names(name)
    takes: list[str] = [kind.name] if kind is not None else []
    parameters: list[Parameter] = []
    for binder, item in zip(binders, found, strict=True):
        if item is not None:
            if parameters:
                raise Unreadable("an instance stands behind what it is not needed for")
            takes.append(item[0])
        elif binder.name != name:
            scope = _parameter(binder, reader, scope, parameters)
    return Signature(
        tuple(takes),
        kind is None and isinstance(binders[0].type, lean.Sort) and binders[0].type.level != "0",
        tuple(parameters),
        reader.type(result, scope),
        scope,
        tuple(Local(binder.name) for binder in binders),
    )


def _target(type_: Expression) -> Expression:
    while isinstance(type_, ForAll):
        type_ = type_.body
    return type_


def _parameter(binder: ForAll, reader: Reader, scope: Names, parameters: list[Parameter]) -> Names:
    """Take one parameter; what names stand for after it."""
    taken = {parameter.name for parameter in parameters}
    match binder.type:
        case lean.Sort(level) if level:
            name = reader.name(binder.name, None, scope, taken)
            parameters.append(Parameter(name, Sort.TYPE))
            return replace(scope, types={**scope.types, binder.name: name})
        case Constant("Nat") if scope.scalars != "Nat" or binder.name in names(binder.body):
            name = reader.name(binder.name, None, scope, taken)
            parameters.append(Parameter(name, Sort.DIMENSION))
            return replace(scope, dims={**scope.dims, binder.name: name})
    if isinstance(binder.type, lean.Sort):
        raise Unreadable(f"{short(binder.type)} is no type of the claim language")
    variable = reader.variable(binder.name, binder.type, scope)
    parameters.append(Parameter(variable.name, variable.type))
    return scope.with_variable(binder.name, variable)
