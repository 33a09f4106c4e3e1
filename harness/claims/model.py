"""What the rest of the harness works on: claims, the library of definitions, a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.claims.about import About
from harness.claims.document import Document, YamlPath
from harness.claims.lock import Lock
from harness.language.scope import DefinitionType, Scope
from harness.language.terms import Equation, Span, Term
from harness.language.types import Parameter

if TYPE_CHECKING:
    from harness.claims.toggles import Checker


@dataclass(frozen=True)
class Place:
    """The part of a file that something was read from."""

    document: Document
    path: YamlPath

    @property
    def file(self) -> str:
        return self.document.name

    @property
    def line(self) -> int:
        return self.document.line(self.path)

    def span(self, span: Span | None) -> tuple[int, int]:
        """Line and column, from 1, of a part of the text at this place."""
        found = self.document.fault_within(self.path, span[0] if span else 0, "")
        return found.line, found.column


@dataclass(frozen=True)
class Hypothesis:
    """A named assumption of a claim."""

    name: str
    equation: Equation
    text: str
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Definition:
    """A named term: `name(arguments) = body`."""

    name: str
    says: str
    parameters: tuple[Parameter, ...]
    body: Term
    text: str
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def type(self) -> DefinitionType:
        return DefinitionType(self.parameters, self.body.type)

    def detached(self) -> Definition:
        """The definition without the file that it was read from."""
        return replace(self, place=None)


@dataclass(frozen=True)
class ScalarKind:
    """A kind of scalars: a Lean class, and the projections that give each operation."""

    name: str
    lean_class: str
    operations: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Library:
    """Everything in `definitions.yaml`."""

    namespace: str
    scalars: Mapping[str, ScalarKind]
    primitives: Mapping[str, str]
    """The Lean constant, in full, of each primitive that the project's claims may use."""
    definitions: Mapping[str, Definition]
    document: Document | None = field(default=None, compare=False, repr=False)
    means: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What variables stand for in all claims, for readers; nothing that is checked."""

    def scope(self, parameters: tuple[Parameter, ...]) -> Scope:
        """What a text over these parameters may speak of."""
        return Scope({name: d.type for name, d in self.definitions.items()}, parameters)

    def qualified(self, name: str) -> str:
        """The full Lean name of a theorem or definition of the project."""
        return f"{self.namespace}.{name}" if self.namespace else name

    def detached(self) -> Library:
        """The library without the files that it was read from."""
        definitions = {name: d.detached() for name, d in self.definitions.items()}
        return replace(self, document=None, definitions=definitions)


@dataclass(frozen=True)
class Claim:
    """A theorem's statement: for all parameters, hypotheses imply the conclusion."""

    theorem: str
    says: str
    scalars: ScalarKind
    parameters: tuple[Parameter, ...]
    hypotheses: tuple[Hypothesis, ...]
    conclusion: Equation
    conclusion_text: str
    source: str = ""
    waived: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What its variables stand for where the library does not say so, or otherwise."""
    place: Place | None = field(default=None, compare=False, repr=False)

    def detached(self) -> Claim:
        """The claim without the file that it was read from."""
        hypotheses = tuple(replace(h, place=None) for h in self.hypotheses)
        return replace(self, place=None, hypotheses=hypotheses)


@dataclass(frozen=True)
class Project:
    """One Lean package with the specifications that speak about it."""

    root: Path
    """The folder of the project; every file name in evidence is relative to it."""
    lean: Path
    """The Lake package's folder."""
    specs: Path
    library: Library
    claims: tuple[Claim, ...]
    unread: tuple[Path, ...] = ()
    """Files in the specs folder that a filter on the command line left out."""
    checkers: tuple[Checker, ...] = ()
    """What `toggles/` lists: questions that are asked with assumptions and edits off and on."""
    lock: Lock | None = None
    """What of the Lean package has been reviewed; nothing without a lock file."""
    about: About = field(default_factory=About, repr=False)
    """What a report says to its readers."""
