"""One run of the harness on one project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from harness.claims.about import About
from harness.diagnostics import Diagnostic
from harness.evidence import Gap, Json, Leg
from harness.results.changes import Past, Since
from harness.results.checker import CheckerResult
from harness.results.subject import Subject, Subjects
from harness.verdict import ExitCode, Status, Verdict, exit_code


@dataclass(frozen=True)
class Run:
    """One run of the harness on one project."""

    project: str
    """The namespace of the package, or its folder's name."""
    claims: tuple[Subject, ...]
    definitions: tuple[Subject, ...]
    checkers: tuple[CheckerResult, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """What of the Lean package no claim is about."""
    mutation: Mapping[str, Json] | None = None
    """The score of the last hunt for mutants of this very project; nothing where there is none."""
    programs_not_run: int = 0
    """How many files of programs were left to `harness programs`."""
    versions: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    """The project's commit, with `+` where files differ from it; empty where there is none."""
    started: str = ""
    """When, as ISO 8601 has it."""
    finished: str = ""
    seconds: float = 0.0
    since: Since | None = None
    """What changed since an earlier run, where one was given to compare with."""
    history: tuple[Past, ...] = ()
    """Earlier runs in which the same legs were asked, the oldest first, where a folder has them."""
    about: About = field(default_factory=About)
    """What the project says of itself."""
    packages: tuple[str, ...] = ()
    """The namespaces of the packages that were put together; names are full ones then."""

    def __post_init__(self) -> None:
        # They are tuples to whoever reads a file; here they are found by their names as well.
        object.__setattr__(self, "claims", Subjects(self.claims))
        object.__setattr__(self, "definitions", Subjects(self.definitions))

    def _repr_html_(self) -> str:
        """The verdicts in a notebook, claim by claim."""
        heads = "".join(f"<th>{leg.value}</th>" for leg in self.legs)
        rows = []
        for subject in self.judged:
            found = {result.leg: result.word for result in subject.legs}
            cells = "".join(f"<td>{escape(found.get(leg, ''))}</td>" for leg in self.legs)
            name, word = escape(subject.name), escape(subject.word)
            rows.append(f"<tr><th>{name}</th><td>{word}</td>{cells}</tr>")
        return f"<table><tr><th></th><th>verdict</th>{heads}</tr>{''.join(rows)}</table>"

    @property
    def title(self) -> str:
        return self.about.title or self.project

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return (*self.claims, *self.definitions)

    @property
    def judged(self) -> tuple[Subject | CheckerResult, ...]:
        """All that the exit code depends on, each with a status and its legs."""
        return (*self.subjects, *self.checkers)

    @property
    def doubts(self) -> tuple[Diagnostic, ...]:
        """What a reader may mistake in the specifications, each place once."""
        return tuple(dict.fromkeys(doubt for s in self.subjects for doubt in s.doubts))

    @cached_property
    def by_name(self) -> Mapping[str, Subject]:
        """Claims and definitions by their names."""
        return {subject.name: subject for subject in self.subjects}

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The legs that were asked of anything, in the order in which reports show them."""
        asked = {result.leg for subject in self.judged for result in subject.legs}
        return tuple(leg for leg in Leg if leg in asked)

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many claims have each status."""
        found = Counter(claim.status for claim in self.claims)
        return {status: found[status] for status in Status}

    @property
    def exit_code(self) -> ExitCode:
        """How the command ends: a claim about a theorem that Lean does not have is bad input."""
        if any(check.data.get("missing") is True for c in self.claims for check in c.evidence):
            return ExitCode.BAD_INPUT
        return exit_code(Verdict(item.name, item.status, {}, {}) for item in self.judged)

    @property
    def kept(self) -> tuple[int, int, str] | None:
        """How many checks an earlier run found, of how many, and when the oldest was found."""
        dates = [check.found for item in self.judged for check in item.evidence]
        old = [date for date in dates if date and date < self.started]
        return (len(old), len(dates), min(old)) if old else None
