"""What the parser makes of a text, before anything is known of types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from harness.language.terms import Relation, Span
from harness.language.types import Type


class LanguageError(Exception):
    """A text is not a sentence of the claim language, or its types do not fit.

    `span` are offsets into the text; whoever knows the file turns them into line and column.
    """

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class NotInferred(LanguageError):
    """A type that the text does not tell by itself; in its place it may be known."""


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Application:
    """`function(arguments)`; of a name, a definition, a builtin or a variable."""

    function: Syntax
    arguments: tuple[Syntax, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """`array[indices]`."""

    array: Syntax
    indices: tuple[Syntax, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """One of `+ - * / @`."""

    operator: str
    left: Syntax
    right: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Negation:
    operand: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Transposition:
    operand: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Power:
    """`base ^ exponent`, where the exponent is a number."""

    base: Syntax
    exponent: Number
    span: Span


@dataclass(frozen=True, slots=True)
class Binder:
    """`name` or `name: type`; where the type is left out, elaboration finds it."""

    name: str
    type: Type | None
    span: Span


@dataclass(frozen=True, slots=True)
class Abstraction:
    """`binder ↦ body`."""

    binder: Binder
    body: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Summation:
    """`Σ binder, body`."""

    binder: Binder
    body: Syntax
    span: Span


@dataclass(frozen=True, slots=True)
class Tabulation:
    """`[binder ↦ body]`: the vector with these entries."""

    binder: Binder
    body: Syntax
    span: Span


CONDITIONS = {
    "≤": ("if_le", "if_at_most"),
    "<": ("if_lt", "if_less"),
    "=": ("if_eq", "if_equal"),
}
"""Which operator `if i ≤ j then a else b` is, by the sign between two indices, or two scalars."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`if left relation right then yes else no`, where left and right are indices or scalars."""

    relation: str
    left: Syntax
    right: Syntax
    yes: Syntax
    no: Syntax
    span: Span


Syntax = (
    Name
    | Number
    | Application
    | Entry
    | Binary
    | Negation
    | Transposition
    | Power
    | Abstraction
    | Summation
    | Tabulation
    | Choice
)


@dataclass(frozen=True, slots=True)
class Statement:
    """`∀ binders, left = right`, or another relation in place of `=`."""

    binders: tuple[Binder, ...]
    left: Syntax
    right: Syntax
    span: Span
    relation: Relation = Relation.EQUAL


def parts_of(node: object) -> Iterator[object]:
    """What a piece of syntax, or a type, is made of."""
    for field in fields(node) if is_dataclass(node) else ():
        found = getattr(node, field.name)
        yield from found if isinstance(found, tuple) else (found,)


def names_in(text: object) -> set[str]:
    """The names that a text speaks of and does not bind itself."""
    match text:
        case Name(name):
            return {name}
        case Abstraction(binder, body) | Summation(binder, body) | Tabulation(binder, body):
            return names_in(body) - {binder.name}
        case _:
            return set[str]().union(*map(names_in, parts_of(text)))
