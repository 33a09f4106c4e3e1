"""Types and dimensions that elaboration has yet to find: holes, how they are filled, and an end."""

from __future__ import annotations

from harness.language.syntax import LanguageError
from harness.language.terms import Apply, Call, Lambda, Primitive, Span, Term, Variable
from harness.language.types import (
    Dim,
    DimHole,
    Type,
    TypeHole,
    parts,
    resolve,
    resolve_dim,
    substitute_dim,
    substitute_type,
)


def unify(left: Type, right: Type) -> bool:
    """Fill holes so that two types are the same, and say whether they are."""
    return _unify(left, right)


def _unify(left: Type | Dim, right: Type | Dim) -> bool:
    left, right = _resolve(left), _resolve(right)
    if left is right:
        return True
    if isinstance(left, TypeHole | DimHole):
        left.value = right
        return True
    if isinstance(right, TypeHole | DimHole):
        right.value = left
        return True
    if type(left) is not type(right) or not parts(left):
        return left == right
    return all(map(_unify, parts(left), parts(right)))


def _resolve(item: Type | Dim) -> Type | Dim:
    return resolve_dim(item) if isinstance(item, DimHole) else resolve(item)  # type: ignore[arg-type]


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
    found = substitute_type(type_, {}, {})
    if _has_hole(found):
        raise LanguageError(
            f"cannot tell the type of this (so far: {found}); write it, as in (j: index(n))",
            span or (0, 0),
        )
    return found


def _dim(dim: Dim, span: Span | None) -> Dim:
    found = substitute_dim(dim, {})
    if _has_hole(found):
        raise LanguageError("cannot tell a dimension of this", span or (0, 0))
    return found


def _has_hole(item: Type | Dim) -> bool:
    return isinstance(item, TypeHole | DimHole) or any(map(_has_hole, parts(item)))
