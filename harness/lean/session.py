"""Everything that was found out about a project's package in one run, for the legs to judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from harness.claims.model import ROOT, Claim
from harness.claims.project import Project
from harness.diagnostics import Diagnostic
from harness.evidence import Json
from harness.kernel.declarations import Definition
from harness.kernel.terms import Expr, Pi, Sort
from harness.lean.audit.answer import Answer
from harness.lean.audit.comparison import Plan, Trial
from harness.lean.audit.graph import Graph
from harness.lean.audit.names import shown
from harness.lean.build import Build
from harness.lean.expression import Expression
from harness.lean.messages import Message
from harness.lean.places import Place, Places
from harness.lean.stored import read


@dataclass(frozen=True)
class Session:
    """A package that was built and looked into, beside the specifications about it."""

    project: Project
    build: Build
    plan: Plan
    answer: Answer
    seconds: float
    """How long the inspection took, when it was made."""
    trials: Mapping[str, tuple[Trial, ...]] = field(default_factory=dict)
    """Where what the kernel did not find equal was put at small sizes, by the comparison's key."""

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.answer)

    @cached_property
    def places(self) -> Places:
        return Places(self.build)

    @property
    def toolchain(self) -> dict[str, Json]:
        """Which Lean spoke."""
        return {"toolchain": self.build.speaker, "commit": self.build.commit}

    def constant(self, name: str) -> str:
        """The Lean name of a theorem or definition of the specifications."""
        library = self.project.library
        return library.constant(name) if name in library.definitions else library.qualified(name)

    def place(self, constant: str) -> Place | None:
        """Where a declaration of the package stands."""
        declaration = self.answer.declarations.get(constant)
        if declaration is None or not declaration.place:
            return None
        return self.places.at(declaration.module, declaration.place)

    def text(self, constant: str) -> dict[str, Json]:
        """What a report shows of the text of a declaration, where its place is known."""
        place = self.place(constant)
        if place is None:
            return {}
        lines: dict[str, Json] = {"line": place.line, "end_line": place.end_line}
        return lines | {"source": place.statement, "docstring": place.docstring}

    def file(self, file: str) -> str:
        """A file of the package, as messages name it."""
        lean, root = self.project.lean, self.project.root
        folder = lean.relative_to(root) if lean.is_relative_to(root) else lean
        return (folder / file).as_posix()

    def diagnostic(self, constant: str, message: str) -> Diagnostic | None:
        """A fault at a declaration of the package."""
        place = self.place(constant)
        if place is None:
            return None
        return Diagnostic(self.file(place.file), place.line, 1, message)

    def fault(self, names: Iterable[str], message: str) -> tuple[Diagnostic, ...]:
        """A fault at the first of these declarations whose place is known."""
        found = (self.diagnostic(name, message) for name in names)
        return tuple(item for item in found if item is not None)[:1]

    def message(self, message: Message) -> Diagnostic:
        """A message of Lean, at its place."""
        line, column = max(message.line, 1), max(message.column, 1)
        return Diagnostic(self.file(message.file or "lakefile.toml"), line, column, message.text)

    def types(self, numbers: Iterator[int]) -> dict[str, Expression]:
        """The values of the package's definitions that stand for types and propositions."""
        terms = [item.term for item in self.answer.declarations.values()]
        # What a profile writes types with is another package's.
        named = re.findall(r"[^\W\d][\w.']*", " ".join(self.project.library.shapes.values()))
        known = (self.answer.constants.get(name.removeprefix(ROOT)) for name in named)
        terms += [term for term in known if term is not None]
        return {
            shown(term.name): read(term.value, numbers)
            for term in terms
            if isinstance(term, Definition) and _is_sort_valued(term.type)
        }

    def near(self, constant: str) -> str:
        """What the name may have been meant to be, as the end of a sentence."""
        short = constant.rsplit(".", 1)[-1]
        by_last: dict[str, str] = {}
        for name in sorted(self.graph.written):
            by_last.setdefault(name.rsplit(".", 1)[-1], name)
        close = get_close_matches(short, list(by_last), n=3)
        return f"; nearest: {', '.join(by_last[name] for name in close)}" if close else ""


def _is_sort_valued(type_: Expr) -> bool:
    while isinstance(type_, Pi):
        type_ = type_.body
    return isinstance(type_, Sort)


def definition_fault(session: Session, name: str, message: str) -> tuple[Diagnostic, ...]:
    """A fault at the body of a definition of the specifications."""
    place = session.project.library.definitions[name].place
    return (place.document.fault((*place.path, "is"), message),) if place else ()


def theorem_fault(claim: Claim, message: str) -> tuple[Diagnostic, ...]:
    """A fault at the line of a specification that names its theorem."""
    if claim.place is None:
        return ()
    return (claim.place.document.fault(("theorem",), message),)
