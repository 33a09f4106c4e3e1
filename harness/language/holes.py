"""Types and dimensions that elaboration has yet to find: holes, how they are filled, and an end."""

from __future__ import annotations

from typing import Any

from harness.language.syntax import NotInferred
from harness.language.terms import Apply, Call, Lambda, Primitive, Span, Term, Variable
from harness.language.types import (
    Dim,
    DimHole,
    Type,
    TypeHole,
    parts,
    resolve,
    substitute_type,
    within,
)

HOLES = (TypeHole, DimHole)


def unify(left: Type | Dim, right: Type | Dim) -> bool:
    """Fill holes so that two types, or two dimensions, are the same; says whether they are."""
    left, right = resolve(left), resolve(right)
    if left is right:
        return True
    if isinstance(left, HOLES):
        return _fill(left, right)
    if isinstance(right, HOLES):
        return _fill(right, left)
    below = parts(left)
    if not below or type(left) is not type(right):
        return left == right
    return all(map(unify, below, parts(right)))


def _fill(hole: TypeHole | DimHole, item: Any) -> bool:
    """Fill a hole with what it is no part of: nothing is a part of itself."""
    if any(part is hole for part in within(item)):
        return False
    hole.value = item
    return True


def finish(term: Term) -> Term:
    """The term without holes. Raises `LanguageError` at what was not found."""
    match term:
        case Variable():
            return finish_variable(term)
        case Apply(function, argument, type_, span):
            return Apply(finish(function), finish(argument), _type(type_, span), span)
        case Lambda(parameter, body, span):
            return Lambda(finish_variable(parameter), finish(body), span)
        case Call(name, implicit, arguments, type_, span):
            items = tuple(_dim(i, span) if isinstance(i, Dim) else _type(i, span) for i in implicit)
            return Call(name, items, tuple(map(finish, arguments)), _type(type_, span), span)
        case Primitive(operator, dims, arguments, type_, span):
            sizes = tuple(_dim(dim, span) for dim in dims)
            found = tuple(map(finish, arguments))
            return Primitive(operator, sizes, found, _type(type_, span), span)


def finish_variable(variable: Variable) -> Variable:
    """The variable, its type without holes. Raises `LanguageError`."""
    return Variable(variable.name, _type(variable.type, variable.span), variable.span)


def _type(type_: Type, span: Span | None) -> Type:
    found: Type | None = _filled(type_)
    if found is None:
        so_far = substitute_type(type_, {}, {})
        message = f"cannot tell the type of this (so far: {so_far}); write it, as in (j: index(n))"
        raise NotInferred(message, span or (0, 0))
    return found


def _dim(dim: Dim, span: Span | None) -> Dim:
    found: Dim | None = _filled(dim)
    if found is None:
        raise NotInferred("cannot tell a dimension of this", span or (0, 0))
    return found


def _filled(item: Any) -> Any | None:
    """A type or a dimension without holes; nothing where one is left."""
    item = resolve(item)
    if isinstance(item, HOLES):
        return None
    below = tuple(map(_filled, parts(item)))
    return None if None in below else type(item)(*below) if below else item
