"""What a report shows: plain data, from which every reporter reads and to which none adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.evidence import Counterexample, Evidence, Gap, Json, Leg, Outcome
from harness.verdict import ExitCode, Status, Verdict, exit_code, leg_outcome

if TYPE_CHECKING:
    from harness.report.difference import Since


class Kind(StrEnum):
    """What evidence can be about."""

    THEOREM = "theorem"
    DEFINITION = "definition"


@dataclass(frozen=True)
class Formula:
    """A piece of mathematics in each medium that readers use."""

    text: str
    latex: str
    mathml: str


@dataclass(frozen=True)
class Labelled:
    """A named hypothesis, or one line of what a claim ranges over."""

    name: str
    formula: Formula


@dataclass(frozen=True)
class Statement:
    """`∀ context, hypotheses → conclusion`; of a definition, `name(…) = body`."""

    scalars: str
    """What the scalars are, such as `commutative ring`."""
    context: tuple[Labelled, ...]
    hypotheses: tuple[Labelled, ...]
    conclusion: Formula


@dataclass(frozen=True)
class Port:
    """What goes into a stage of a picture: a parameter of its definition, before and after."""

    name: str
    before: Formula
    after: Formula
    is_changed: bool
    each: str = ""
    """The range of the index, where a family is shown by one of its members."""


@dataclass(frozen=True)
class Stage:
    """A definition of a picture: what goes in, and what comes out."""

    definition: str
    each: str
    """The ranges of the indices for each of which the stage stands, such as `k < h`."""
    inputs: tuple[Port, ...]
    outcome: Formula
    """The name of what comes out before."""
    before: Formula | None
    """What comes out before, in terms of what came out of the stage within."""
    after: Formula | None
    becomes: Formula | None
    """What comes out after, in terms of what came out before, where a claim says so."""
    is_same: bool
    """Whether that is no change at all."""
    claim: str = ""
    """The claim that says so, where it is another one."""


@dataclass(frozen=True)
class Picture:
    """How a change of the inputs travels through what a claim is about, innermost first."""

    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class CostRow:
    """What one way to compute takes: each a polynomial in the sizes, as text."""

    what: str
    parameters: str
    multiplications: str
    additions: str
    divisions: str
    calls: str


@dataclass(frozen=True)
class Cost:
    """What a fold costs, counted on the terms of the claim."""

    rows: tuple[CostRow, ...]
    is_free: bool
    """Whether folding leaves the numbers of parameters and of operations as they were."""
    changed: tuple[str, ...]
    """The matrices that the fold changes, and the vectors for which one output is computed."""
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class LegResult:
    """What one leg found out, and the evidence for it."""

    leg: Leg
    outcome: Outcome
    checks: tuple[Evidence, ...] = ()
    waived: str | None = None
    """The reason for which the specification waives this leg."""


@dataclass(frozen=True)
class LeanSource:
    """What Lean's side says of a theorem or definition, as far as the evidence tells."""

    file: str = ""
    line: int = 0
    source: str = ""
    docstring: str = ""
    axioms: tuple[str, ...] | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A claim or a definition, with everything that was found out about it."""

    name: str
    kind: Kind
    says: str
    file: str
    line: int
    specification: str
    """The text that it was read from."""
    statement: Statement
    status: Status
    legs: tuple[LegResult, ...]
    source: str = ""
    """Where the claim comes from, as the specification says."""
    calls: tuple[str, ...] = ()
    """The definitions that the statement speaks of."""
    picture: Picture | None = None
    """What is folded where, for a claim of that form."""
    cost: Cost | None = None
    """What the fold costs, for a claim that is about one."""

    @property
    def evidence(self) -> Iterator[Evidence]:
        return (check for leg in self.legs for check in leg.checks)

    @property
    def lean(self) -> LeanSource:
        """Lean's own text, from whichever check brought it along."""
        found: dict[str, Any] = {}
        for check in self.evidence:
            for key in ("file", "line", "source", "statement", "docstring", "axioms", "uses"):
                if key in check.data and check.leg in (Leg.PROOF, Leg.MIRROR):
                    found.setdefault(key, check.data[key])
        axioms = found.get("axioms")
        line = found.get("line")
        return LeanSource(
            file=str(found.get("file") or ""),
            line=line if isinstance(line, int) else 0,
            source=str(found.get("source") or found.get("statement") or ""),
            docstring=str(found.get("docstring") or ""),
            axioms=tuple(map(str, axioms)) if isinstance(axioms, list | tuple) else None,
            uses=tuple(map(str, found.get("uses") or ())),
        )


@dataclass(frozen=True)
class Question:
    """What a checker asks for each combination of its toggles."""

    name: str
    says: str
    claim: str
    """The theorem that it asks about while everything is on."""


@dataclass(frozen=True)
class Toggle:
    """What can be switched off."""

    name: str
    says: str
    needs: tuple[str, ...]
    """Toggles that must be on for this one to make a difference."""


@dataclass(frozen=True)
class Answer:
    """What is known of one claim: `holds`, `fails`, `trivial` or `unknown`, and why."""

    answer: str
    reason: str
    hypotheses: tuple[int, ...]
    """What is assumed, as numbers of the lattice's `hypotheses`."""
    conclusion: int
    """What is claimed, as a number of the lattice's `conclusions`."""
    uses: tuple[str, ...]
    """The hypotheses that the proof used, where it holds."""
    sketch: Json
    """That proof, in the form that the symbolic engine writes down."""
    counterexample: Counterexample | None


@dataclass(frozen=True)
class Cell:
    """One combination of toggles."""

    off: tuple[str, ...]
    answers: tuple[int, ...]
    """One for each question, as numbers of the lattice's `answers`."""


@dataclass(frozen=True)
class Spared:
    """An assumption that a question does not need once some toggles are off, and no fewer."""

    question: str
    toggle: str
    off: tuple[str, ...]
    on: tuple[str, ...]
    """What else makes a difference to the question, and stays on."""
    uses: tuple[str, ...]
    """What the proof without the assumption uses."""
    text: str


@dataclass(frozen=True)
class Lattice:
    """Every combination of a checker's toggles, each question answered; see `at`."""

    questions: tuple[Question, ...]
    toggles: tuple[Toggle, ...]
    hypotheses: tuple[Labelled, ...]
    conclusions: tuple[Formula, ...]
    answers: tuple[Answer, ...]
    cells: tuple[Cell, ...]
    spared: tuple[Spared, ...]

    def at(self, off: Collection[str]) -> tuple[Answer, ...]:
        """The answers with these toggles off, one for each question.

        A toggle whose needs are not met makes no difference, and is left out of the look-up.
        """
        names = {t.name for t in self.toggles if t.name in off and not set(t.needs) & set(off)}
        [cell] = [cell for cell in self.cells if set(cell.off) == names]
        return tuple(self.answers[number] for number in cell.answers)


@dataclass(frozen=True)
class Checker:
    """A file of toggles, with the lattice that it spans."""

    name: str
    title: str
    says: str
    file: str
    status: Status
    check: Evidence | None
    """How the lattice was found; nothing where it was not."""
    lattice: Lattice | None

    @property
    def line(self) -> int:
        """Where it begins in its file."""
        return 1

    @property
    def legs(self) -> tuple[LegResult, ...]:
        """The one leg that answers for it."""
        checks = () if self.check is None else (self.check,)
        return (LegResult(Leg.NECESSITY, leg_outcome(checks), checks),)

    @property
    def evidence(self) -> Iterator[Evidence]:
        return (check for leg in self.legs for check in leg.checks)


@dataclass(frozen=True)
class Run:
    """One run of the harness on one project."""

    project: str
    claims: tuple[Subject, ...]
    definitions: tuple[Subject, ...]
    checkers: tuple[Checker, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """What of the Lean package no claim is about."""
    mutation: Mapping[str, Json] | None = None
    """The score of the last hunt for mutants of this very project; nothing where there is none."""
    versions: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    """The project's commit, with `+` where files differ from it; empty where there is none."""
    started: str = ""
    """When, as ISO 8601 has it."""
    finished: str = ""
    seconds: float = 0.0
    since: Since | None = None
    """What changed since an earlier run, where one was given to compare with."""

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return (*self.claims, *self.definitions)

    @property
    def judged(self) -> tuple[Subject | Checker, ...]:
        """All that the exit code depends on, each with a status and its legs."""
        return (*self.subjects, *self.checkers)

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
