"""Lean text about scalars of one kind; a type `P` of the claim is `Fin (P + 1)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.claims.model import ScalarKind
from harness.language.types import (
    Index,
    Matrix,
    Named,
    Parameter,
    Type,
    Vector,
    function_parts,
    resolve,
)
from harness.lean import expression as lean
from harness.lean.execution.inputs import open_kind
from harness.lean.execution.kinds import WHOLE, Scalars, zero
from harness.lean.expression import Constant, Expression, Local
from harness.lean.scope import CannotPrint, LeanScope

OWN_NAMES = {"z", "a", "x_", "mode", "done", "loop", "table", "total", "weights", "power"} | {
    *("Rat", "Float", "Array", "OnRat", "OnFloat"),
    *(f"{name}_{i}" for name in ("i", "offset", "has_offset", "run") for i in range(100)),
}
"""Names that the program itself uses where terms of the specifications are printed."""


@dataclass(frozen=True)
class ConcreteScope:
    """Where a text stands, and how types and values are written there."""

    lean: LeanScope
    kind: Scalars
    scalars: ScalarKind | None = None
    """The one Lean type of scalars, where the text is about one."""

    def text(self, expression: Expression) -> str:
        types = {self.lean.sorts[name] for name in self.lean.levels}
        return lean.source(_finite(expression, types))

    def bind(self, name: str, type_: Type) -> tuple[ConcreteScope, str, str]:
        inner, (called, bound) = self.lean.bind(name, type_)
        scope = replace(self, lean=inner)
        return scope, lean.identifier(called), scope.text(bound)

    def size(self, type_: Type) -> str:
        """How many values a finite type has."""
        match resolve(type_):
            case Index(size):
                return f"({self.text(self.lean.dimension(size))})"
            case Named(name):
                return f"({lean.identifier(self.lean.sorts[name])} + 1)"
            case other:
                raise CannotPrint(f"{other} is not finite")

    def axes(self, type_: Type) -> list[Type]:
        """The finite types that the entries of a table are found by."""
        arguments, result = function_parts(type_)
        match result:
            case Vector(size):
                return [*arguments, Index(size)]
            case Matrix(rows, columns):
                return [*arguments, Index(rows), Index(columns)]
            case _:
                return arguments

    def reader(self, parameter: Parameter, offset: str, number: int = 1) -> str:
        """Lean text that finds the value of a parameter among the instance's numbers.

        `number` is that of an open function among those of its subject: no two are alike.
        """
        type_ = parameter.type
        opened = open_kind(type_)
        if opened and self._whole():
            raise CannotPrint(f"no function of type {type_} is at hand to run with")
        if opened:
            *places, data = function_parts(type_)[0]
            names = [f"i_{i}" for i in range(len(places))]
            binders = self._binders(names, places)
            factor = " + ".join([str(number), *(f"{name}.val" for name in names)])
            size = f"{self.size(Index(data.size))} " if isinstance(data, Vector) else ""
            binders.append(f"(x_ : {self.text(self.lean.type(data))})")
            return f"fun {' '.join(binders)} => {opened} mode ({factor}) {size}x_"
        axes = self.axes(type_)
        names = [f"i_{i}" for i in range(len(axes))]
        index = "0"
        for name, axis in zip(names, axes, strict=True):
            index = f"({index} * {self.size(axis)} + {name}.val)"
        inhabited = " ".join([f"has_{offset}", *(f"{name}.pos" for name in names)])
        value = self.entry(function_parts(type_)[1], f"({offset} + {index})", inhabited)
        if not names:
            return value
        return f"fun {' '.join(self._binders(names, axes))} => {value}"

    def back(self, value: str) -> str:
        """Lean text for the number that goes into the answer, of a value of the scalars."""
        return WHOLE[own][1].format(value) if (own := self._whole()) else value

    def _whole(self) -> str:
        own = "" if self.scalars is None else self.scalars.lean_name
        return own if own in WHOLE else ""

    def condition(self, parameter: Parameter) -> str:
        """What must hold for the parameter to have a value: wherever it has an index, there is one.

        A map to indices of nothing exists from nothing only. Empty for other types.
        """
        arguments, result = function_parts(parameter.type)
        if open_kind(parameter.type) or not isinstance(result, Index):
            return ""
        return " → ".join(f"0 < {self.size(type_)}" for type_ in (*arguments, result))

    def _binders(self, names: Sequence[str], types: Sequence[Type]) -> list[str]:
        pairs = zip(names, types, strict=True)
        return [f"({name} : {self.text(self.lean.type(type_))})" for name, type_ in pairs]

    def entry(self, result: Type, place: str, inhabited: str) -> str:
        """The number at a place of the input, or the index that it stands for."""
        match resolve(result):
            case Named():
                size = self.size(result)
                return f"⟨z.getD {place} 0 % {size}, Nat.mod_lt _ (Nat.succ_pos _)⟩"
            case Index():
                return f"⟨z.getD {place} 0 % {self.size(result)}, Nat.mod_lt _ ({inhabited})⟩"
            case _:
                number = f"a.getD {place} {zero(self.kind)}"
                return WHOLE[own][0].format(number) if (own := self._whole()) else number


def _finite(expression: Expression, types: set[str]) -> Expression:
    """`Fin (P + 1)` for each type `P`."""
    match expression:
        case Local(name) if name in types:
            return lean.apply(Constant("Fin"), lean.apply(Constant("Nat.succ"), expression))
        case _:
            return lean.mapped(expression, lambda part: _finite(part, types))
