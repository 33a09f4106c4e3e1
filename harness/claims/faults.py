"""What every reader of a file of specifications needs: its faults, its variables, its names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from harness.claims.document import (
    Document,
    YamlPath,
)
from harness.claims.looks import disguise
from harness.claims.model import OWN_NAMES, ROOT
from harness.diagnostics import Diagnostic
from harness.language.characters import is_disguised
from harness.language.elaborate import elaborate_term
from harness.language.parser import parse_term, parse_type
from harness.language.scope import Scope, check_type
from harness.language.syntax import LanguageError
from harness.language.terms import Term
from harness.language.tokens import IDENTIFIER, is_identifier
from harness.language.types import Parameter, Sort, Type

T = TypeVar("T")


class Faults(list[Diagnostic]):
    """Collects the faults of one file, so that reading goes on after the first."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document

    def add(self, path: YamlPath, message: str, *, key: bool = False) -> None:
        """A fault at the value (or the key) that `path` leads to."""
        self.append(self.document.fault(path, message, key=key))

    def text(self, path: YamlPath, read: Callable[..., T], *given: Any) -> T | None:
        """What `read` makes of the given; nothing, and a fault within the text at `path`."""
        try:
            return read(*given)
        except LanguageError as error:
            self.append(self.document.fault_within(path, error.span[0], error.message))
        except RecursionError:
            self.add(path, "nested too deeply")
        return None

    def type(self, path: YamlPath, text: str, parameters: Iterable[Parameter]) -> Type | None:
        """The type that a text stands for, whether or not all of its names are declared."""
        type_ = self.text(path, parse_type, text)
        if type_ is not None:
            self.text(path, check_type, type_, Scope({}, tuple(parameters)), (0, len(text)))
        return type_

    def term(self, path: YamlPath, text: str, scope: Scope) -> Term | None:
        """The term that a text stands for."""
        return self.text(path, lambda: elaborate_term(parse_term(text), scope))

    def constant(self, path: YamlPath, name: str) -> bool:
        """Whether `name` can be a Lean constant that all definitions rest on."""
        if not is_lean_name(name):
            self.add(path, f"{name!r} is not a Lean name")
        elif is_disguised(name):
            self.add(path, disguise(name))
        elif name.removeprefix(ROOT).split(".")[0] in OWN_NAMES:
            self.add(path, f"expected a name of the package, found the harness's own {name}")
        else:
            return True
        return False


def read_parameters(path: YamlPath, faults: Faults) -> tuple[Parameter, ...] | None:
    """The parameters under `for`, or nothing where one of them has a fault."""
    entries: Mapping[str, str] = faults.document.data
    for key in path:
        entries = entries[key]  # type: ignore[assignment, index]
    before = len(faults)
    found: list[Parameter] = []
    for key, text in entries.items():
        inner = (*path, key)
        for name in (part.strip() for part in key.split(",")):
            if not is_identifier(name):
                faults.add(inner, f"{name!r} cannot name a variable", key=True)
            elif any(p.name == name for p in found):
                faults.add(inner, f"{name} is declared twice", key=True)
            elif text in ("dimension", "type"):
                found.append(Parameter(name, Sort(text)))
            else:
                type_ = faults.type(inner, text, found)
                if type_ is None:
                    break
                found.append(Parameter(name, type_))
    return tuple(found) if len(faults) == before else None


def read_means(entries: Mapping[str, str]) -> dict[str, str]:
    """What each variable stands for; a key may list several, as under `for`."""
    return {
        name.strip(): " ".join(text.split())
        for key, text in entries.items()
        for name in key.split(",")
    }


def is_lean_name(text: str) -> bool:
    """Whether `text` can name a theorem, a definition, a class or a namespace of Lean here."""
    return re.fullmatch(rf"{IDENTIFIER}(\.{IDENTIFIER})*", text) is not None
