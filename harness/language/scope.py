"""The names that a text may use, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.language.syntax import LanguageError
from harness.language.terms import Span
from harness.language.types import Dim, DimVar, Named, Parameter, Sort, Type, parts


@dataclass(frozen=True, slots=True)
class DefinitionType:
    """What elaboration knows of a definition: its parameters and the type of its result."""

    parameters: tuple[Parameter, ...]
    result: Type


@dataclass(frozen=True)
class Scope:
    """The names that a text may use."""

    definitions: Mapping[str, DefinitionType] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()

    @property
    def dims(self) -> set[str]:
        return {p.name for p in self.parameters if p.sort is Sort.DIMENSION}

    @property
    def types(self) -> set[str]:
        return {p.name for p in self.parameters if p.sort is Sort.TYPE}

    @property
    def variables(self) -> dict[str, Type]:
        return {p.name: p.type for p in self.parameters if p.is_explicit}


def check_type(type_: Type | Dim, scope: Scope, span: Span) -> None:
    """See that `type_` uses only names in scope. Raises `LanguageError`."""
    match type_:
        case Named(name) if name not in scope.types:
            raise LanguageError(f"{name} is not a type declared here", span)
        case DimVar(name) if name not in scope.dims:
            raise LanguageError(f"{name} is not a dimension declared here", span)
    for part in parts(type_):
        check_type(part, scope, span)
