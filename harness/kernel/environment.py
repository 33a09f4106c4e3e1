"""The constants that may be cited, in the form that the kernel computes with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from harness.kernel.declarations import (
    Constant,
    Constructor,
    Definition,
    InductiveType,
    Opaque,
    Quotient,
    Recursor,
    Rule,
    Theorem,
)
from harness.kernel.ruling import Refused
from harness.kernel.substitution import instantiate_levels
from harness.kernel.terms import App, Const, Expr, Level, Name, name_text, plain

_C = TypeVar("_C", bound=Constant)


def without_names(constant: _C) -> _C:
    """The constant without the names of bound variables, which mean nothing."""
    constant = replace(constant, type=plain(constant.type))
    if isinstance(constant, Definition | Theorem | Opaque):
        return replace(constant, value=plain(constant.value))
    if isinstance(constant, Recursor):
        rules = [replace(rule, rhs=plain(rule.rhs)) for rule in constant.rules]
        return replace(constant, rules=tuple(rules))
    return constant


@dataclass
class Environment:
    """Constants by name. What was added is never changed, so what is computed here stays true."""

    constants: dict[Name, Constant] = field(default_factory=dict)
    accelerated: set[Name] = field(default_factory=set)
    """Functions on natural numbers that are known to be what their names say."""

    def __post_init__(self) -> None:
        self._types: dict[Expr, Expr] = {}
        self._values: dict[Expr, Expr] = {}
        self._rules: dict[tuple[Name, Name, tuple[Level, ...]], Expr] = {}

    def add(self, constant: Constant) -> None:
        """Add a constant, whose name must be new."""
        if constant.name in self.constants:
            raise Refused(f"{name_text(constant.name)} is declared already")
        self.constants[constant.name] = constant

    def get(self, name: Name) -> Constant:
        """The constant of this name. Raises Refused where there is none."""
        found = self.constants.get(name)
        if found is None:
            raise Refused(f"{name_text(name)} is cited and is not declared before")
        return found

    def type_of(self, e: Const) -> Expr:
        """The type of a constant at the levels at which it is cited."""
        found = self._types.get(e)
        if found is None:
            constant = self.get(e.name)
            if len(e.levels) != len(constant.level_params):
                raise Refused(
                    f"{name_text(e.name)} takes {len(constant.level_params)} levels, "
                    f"and is given {len(e.levels)}"
                )
            values = dict(zip(constant.level_params, e.levels, strict=True))
            found = self._types[e] = instantiate_levels(constant.type, values)
        return found

    def unfolds(self, e: Expr) -> Definition | Theorem | None:
        """The definition at the head of `e`, if it has one that may be unfolded."""
        while type(e) is App:
            e = e.fn
        if type(e) is not Const:
            return None
        constant = self.constants.get(e.name)
        if not isinstance(constant, Definition | Theorem):
            return None
        return constant if len(e.levels) == len(constant.level_params) else None

    def value_of(self, e: Const, definition: Definition | Theorem) -> Expr:
        """What the definition that `e` cites stands for, at the levels of `e`."""
        found = self._values.get(e)
        if found is None:
            values = dict(zip(definition.level_params, e.levels, strict=True))
            found = self._values[e] = instantiate_levels(definition.value, values)
        return found

    def rule_of(self, recursor: Recursor, rule: Rule, levels: tuple[Level, ...]) -> Expr:
        """The right side of a recursor's rule at the levels at which the recursor is cited."""
        key = (recursor.name, rule.constructor, levels)
        found = self._rules.get(key)
        if found is None:
            values = dict(zip(recursor.level_params, levels, strict=True))
            found = self._rules[key] = instantiate_levels(rule.rhs, values)
        return found

    def inductive(self, name: Name) -> InductiveType | None:
        """The inductive type of this name, if it is one."""
        found = self.constants.get(name)
        return found if isinstance(found, InductiveType) else None

    def constructor(self, e: Expr) -> Constructor | None:
        """The constructor, if `e` is a constant that is one."""
        found = self.constants.get(e.name) if isinstance(e, Const) else None
        return found if isinstance(found, Constructor) else None

    def quotient(self, e: Expr) -> Quotient | None:
        """The part of the quotient package, if `e` is a constant that is one."""
        found = self.constants.get(e.name) if isinstance(e, Const) else None
        return found if isinstance(found, Quotient) else None

    def only_constructor(self, name: Name) -> Constructor | None:
        """The constructor of a type that has one, whatever its indices."""
        inductive = self.inductive(name)
        if inductive is None or len(inductive.constructors) != 1:
            return None
        found = self.constants.get(inductive.constructors[0])
        return found if isinstance(found, Constructor) else None

    def structure(self, name: Name) -> Constructor | None:
        """The constructor of a structure: one, no indices, and no recursion. It has η."""
        inductive = self.inductive(name)
        if inductive is None or inductive.num_indices or inductive.is_recursive:
            return None
        return self.only_constructor(name)
