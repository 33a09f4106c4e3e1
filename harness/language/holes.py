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
    if _occurs(hole, item):
        return False
    hole.value = item
    return True


def _occurs(hole: TypeHole | DimHole, item: Type | Dim) -> bool:
    item = resolve(item)
    return item is hole or any(_occurs(hole, part) for part in parts(item))


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
    try:
        found: Type = _filled(type_)
    except _UnfilledError:
        so_far = substitute_type(type_, {}, {})
        raise NotInferred(
            f"cannot tell the type of this (so far: {so_far}); write it, as in (j: index(n))",
            span or (0, 0),
        ) from None
    return found


def _dim(dim: Dim, span: Span | None) -> Dim:
    try:
        found: Dim = _filled(dim)
    except _UnfilledError:
        raise NotInferred("cannot tell a dimension of this", span or (0, 0)) from None
    return found


class _UnfilledError(Exception):
    """There is a hole left."""


def _filled(item: Any) -> Any:
    item = resolve(item)
    if isinstance(item, HOLES):
        raise _UnfilledError
    below = parts(item)
    return type(item)(*map(_filled, below)) if below else item
