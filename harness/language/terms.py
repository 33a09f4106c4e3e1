"""The nodes of the claim language after elaboration: every node knows its type.

Interpreters walk these five kinds and nothing else; what a primitive means to an
interpreter is that interpreter's own table, keyed by `Primitive.operator`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from harness.language.types import Dim, Function, Type

Span = tuple[int, int]
"""Where a term stands in the text that it was read from: first offset, and one past the last."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the claim, or one bound by a `Lambda` or by `∀`."""

    name: str
    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """A function-valued term (a family, an open function) at one argument."""

    function: Term
    argument: Term
    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Lambda:
    """`parameter ↦ body`."""

    parameter: Variable
    body: Term
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def type(self) -> Function:
        return Function(self.parameter.type, self.body.type)


@dataclass(frozen=True, slots=True)
class Call:
    """A named definition at all its arguments.

    `implicit` are the dimensions and types that it is taken at, in the order in which the
    definition declares them.
    """

    definition: str
    implicit: tuple[Dim | Type, ...]
    arguments: tuple[Term, ...]
    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Primitive:
    """An operator of the closed list in `harness.language.primitives`, at given dimensions."""

    operator: str
    dims: tuple[Dim, ...]
    arguments: tuple[Term, ...]
    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)


Term = Variable | Apply | Lambda | Call | Primitive


class Relation(StrEnum):
    """How the sides of a hypothesis or a conclusion stand to each other, as it is written."""

    EQUAL = "="
    AT_MOST = "≤"
    LESS = "<"
    UNEQUAL = "≠"

    @property
    def is_order(self) -> bool:
        """Whether it speaks of an order, which not all scalars have."""
        return self in (Relation.AT_MOST, Relation.LESS)

    @property
    def is_reflexive(self) -> bool:
        """Whether everything stands so to itself."""
        return self in (Relation.EQUAL, Relation.AT_MOST)

    def fails(self, left: Any, right: Any) -> Any:
        """Where numbers, or arrays of them entry by entry, do not stand so to each other."""
        match self:
            case Relation.EQUAL:
                return left != right
            case Relation.AT_MOST:
                return left > right
            case Relation.LESS:
                return left >= right
            case Relation.UNEQUAL:
                return left == right


@dataclass(frozen=True, slots=True)
class Equation:
    """`∀ parameters, left = right`: the form of every hypothesis and every conclusion.

    In place of `=` may stand another relation, between scalars. Whoever knows equations alone asks
    `is_equation` first.
    """

    parameters: tuple[Variable, ...]
    left: Term
    right: Term
    span: Span | None = field(default=None, compare=False, repr=False)
    relation: Relation = Relation.EQUAL

    @property
    def is_equation(self) -> bool:
        """Whether it says that its sides are equal."""
        return self.relation is Relation.EQUAL

    @property
    def sides(self) -> tuple[Term, Term]:
        """The left side and the right one."""
        return self.left, self.right

    def changed(self, change: Callable[[Term], Term]) -> Equation:
        """The same said of what becomes of both sides."""
        return replace(self, left=change(self.left), right=change(self.right))
