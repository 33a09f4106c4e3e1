"""Drafts for a whole package: its definitions where there are none yet, and all of its theorems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from harness.claims.load import core_scalars
from harness.claims.model import Library, Project
from harness.kernel.declarations import Definition
from harness.lean.arrangement import arrangement
from harness.lean.audit.inspection import inspect
from harness.lean.build import Build
from harness.lean.draft.library import Discovered, Stored, discover
from harness.lean.draft.prefix import read
from harness.lean.draft.statement import Draft, draft
from harness.lean.expression import Expression
from harness.lean.mirror.comparison import Comparison, references
from harness.lean.mirror.plan import Plan
from harness.lean.session import Session
from harness.lean.toolchain import Progress, Toolchain

_RECURSIVE = frozenset({"brecOn", "rec", "below", "fix"})
"""Last words of the constants by which Lean writes recursion; no term of ours says what they do."""


@dataclass(frozen=True)
class PackageReader:
    """A built package, with everything in it that could be drafted."""

    session: Session
    types: Mapping[str, Expression]
    values: Mapping[str, Expression]
    abbreviations: Mapping[str, Expression]
    """The values of the definitions that stand for types and propositions."""
    ask: Callable[[Sequence[Comparison]], Mapping[str, bool]]

    def discover(self) -> Discovered:
        """The package's definitions, as far as the claim language has words for them."""
        constants = self.session.answer.constants
        names = [n for n in self._written() if n in self.types and not self._kept(n)]
        stored = [
            Stored(
                name,
                self.types[name],
                arrangement(constants[name], core_scalars(), constants),
                self._value(name),
                self._says(name),
            )
            for name in self._in_order([n for n in names if self._kind(n) == "definition"])
            # What stands for a type or a proposition is read through, and no definition.
            if name not in self.abbreviations
        ]
        namespace = _namespace(names)
        empty = Library(namespace, {}, {}, {})
        theorems = {empty.relative(n) for n in names if self._kind(n) == "theorem"}
        return discover(namespace, core_scalars(), stored, self.abbreviations, self.ask, theorems)

    def drafts(self, library: Library, known: Collection[str] = ()) -> list[Draft]:
        """A draft for each theorem of the package that is not `known`, in the files' order."""
        names = [n for n in self._written() if self._kind(n) == "theorem"]
        return [
            draft(library.relative(name), self.types[name], library, self.abbreviations)
            for name in self._in_order(names)
            if name in self.types and library.relative(name) not in known
        ]

    def _written(self) -> list[str]:
        """What stands in the files; of the rest Lean is the author."""
        return [n for n in self.session.graph.written if self.session.place(n) is not None]

    def _kind(self, name: str) -> str:
        return self.session.answer.declarations[name].kind

    def _kept(self, name: str) -> bool:
        """Whether a name is private, or Lean's own for something on the way."""
        return name.startswith("_private.") or ".«" in name

    def _value(self, name: str) -> Expression | None:
        cited = self.session.graph.in_value(name)
        if any(word.rsplit(".", 1)[-1] in _RECURSIVE for word in cited):
            return None
        return self.values.get(name)

    def _says(self, name: str) -> str:
        place = self.session.place(name)
        return " ".join(place.docstring.split()) if place else ""

    def _in_order(self, names: Sequence[str]) -> list[str]:
        """In the order of the package's modules, and within a file from its top down."""
        modules = {module: i for i, module in enumerate(self.session.build.package.order)}

        def position(name: str) -> tuple[int, int, str]:
            place = self.session.place(name)
            module = self.session.answer.declarations[name].module
            return modules.get(module, len(modules)), place.line if place else 0, name

        return sorted(names, key=position)


def _namespace(names: Sequence[str]) -> str:
    """The namespace that most of these names stand in."""
    found = Counter(name.rpartition(".")[0] for name in names)
    return found.most_common(1)[0][0] if found else ""


def read_all(
    project: Project,
    built: Build,
    toolchain: Toolchain,
    *,
    cache: Path,
    on_progress: Progress = lambda text: None,
) -> PackageReader:
    """Everything that the built package declares. Raises `ErrandFailed` and `Stopped`."""

    def look(name: str, references_: Sequence[str], lines: Sequence[str], what: str) -> Session:
        answer, seconds = inspect(
            built,
            toolchain,
            references_,
            lines,
            folder=cache / name,
            on_start=lambda: on_progress(f"Lean: {what}"),
        )
        return Session(project, built, Plan((), {}, {}), answer, seconds)

    def ask(comparisons: Sequence[Comparison]) -> Mapping[str, bool]:
        session = look(
            "operators",
            references(comparisons),
            [comparison.line() for comparison in comparisons],
            f"trying {len(comparisons)} constants as operators",
        )
        return {key: ruling.accepted for key, ruling in session.answer.compared.items()}

    session = look("declarations", [], [], "reading what the package declares")
    numbers = count()
    terms = {n: session.answer.constants[n] for n in session.graph.written}
    types = {name: read(term.type, numbers) for name, term in terms.items()}
    values = {
        name: read(term.value, numbers)
        for name, term in terms.items()
        if isinstance(term, Definition)
    }
    return PackageReader(session, types, values, session.types(numbers), ask)


def with_definitions(project: Project, found: Discovered) -> Project:
    """The project with the library that was found."""
    return replace(project, library=found.library)
