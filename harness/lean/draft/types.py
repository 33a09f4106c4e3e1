"""Lean's types and sizes as those of the claim language, each in its plainest reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.claims.model import LAWFUL
from harness.language.terms import Variable
from harness.language.types import (
    SCALAR,
    Dim,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Named,
    Scalar,
    Type,
    Vector,
)
from harness.lean.draft.conversions import Unreadable
from harness.lean.draft.remedies import FIELDS, TYPES
from harness.lean.expression import Application, Constant, Expression, ForAll, Literal, Local, spine
from harness.lean.stored import names, short, unfolded


@dataclass(frozen=True)
class Names:
    """What Lean's names stand for, where a term is read."""

    scalars: str
    """The name of the type of scalars: of a binder, or of a Lean type such as `Int`."""
    dims: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)

    def with_variable(self, name: str, variable: Variable) -> Names:
        return replace(self, variables={**self.variables, name: variable})


@dataclass(frozen=True)
class TypeReader:
    """Reads types, through the Lean definitions that stand for some."""

    abbreviations: Mapping[str, Expression] = field(default_factory=dict, kw_only=True)
    """The values of those definitions."""

    def type(self, expression: Expression, scope: Names) -> Type:
        """The type that `expression` stands for, in its plainest reading. Raises `Unreadable`."""
        match expression:
            case Local(name) | Constant(name) if name == scope.scalars:
                return SCALAR
            case Local(name) if name in scope.types:
                return Named(scope.types[name])
            case Application(Constant("Fin"), size):
                return Index(self.dim(size, scope))
            case ForAll():
                return self._arrows(expression, scope)
        head, _ = spine(expression)
        if isinstance(head, Constant) and head.name in self.abbreviations:
            return self.type(unfolded(expression, self.abbreviations), scope)
        name = head.name if isinstance(head, Constant) else ""
        if name in LAWFUL and scope.scalars in LAWFUL:
            raise Unreadable(
                f"{name} beside {scope.scalars}, where a claim has scalars of one type; what "
                "speaks of one of them alone can be claimed"
            )
        raise Unreadable(
            f"{short(expression)} is no type of the claim language, which has sizes, scalars, "
            f"`Fin n` and functions of these; a theorem that takes {TYPES.get(name, FIELDS)} can "
            "be claimed"
        )

    def _arrows(self, expression: Expression, scope: Names) -> Type:
        sources: list[Type] = []
        while isinstance(expression, ForAll):
            if expression.name in names(expression.body):
                raise Unreadable("a type that depends on a value")
            sources.append(self.type(expression.type, scope))
            expression = expression.body
        found = self.type(expression, scope)
        # Two arrows from indices to scalars, written as arrows, are a matrix; one is a vector.
        if isinstance(found, Scalar) and isinstance(sources[-1], Index):
            columns = sources.pop()
            assert isinstance(columns, Index)
            found = Vector(columns.size)
            if sources and isinstance(sources[-1], Index):
                rows = sources.pop()
                assert isinstance(rows, Index)
                found = Matrix(rows.size, columns.size)
        for source in reversed(sources):
            found = Function(source, found)
        return found

    def dim(self, expression: Expression, scope: Names) -> Dim:
        """The dimension that a natural number stands for. Raises `Unreadable`."""
        match spine(expression):
            case Local(name), [] if name in scope.dims:
                return DimVar(scope.dims[name])
            case _ if (value := numeral_of(expression)) is not None:
                return DimLit(value)
            case Constant("HAdd.hAdd"), [*_, left, right]:
                return DimSum(self.dim(left, scope), self.dim(right, scope))
            case Constant("HMul.hMul"), [*_, left, right]:
                return DimProduct(self.dim(left, scope), self.dim(right, scope))
            case _:
                raise Unreadable(f"{short(expression)} is no dimension of the claim language")


def numeral_of(expression: Expression) -> int | None:
    """The number that a numeral of type `Nat` is; `None` of anything else."""
    match spine(expression):
        case (Literal(value), []) | (Constant("OfNat.ofNat"), [_, Literal(value), _]):
            return value
    return None
