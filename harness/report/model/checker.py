"""A checker with the lattice of its toggles: every combination, each question answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from harness.evidence import Counterexample, Evidence, Json, Leg
from harness.report.model.statement import Formula, Labelled
from harness.report.model.subject import LegResult
from harness.verdict import Status, leg_outcome


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
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Combinations that a reader may ask about, by name: the toggles that are off."""

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
    def word(self) -> str:
        """The status as readers are told it."""
        return self.status.value

    @property
    def evidence(self) -> Iterator[Evidence]:
        return (check for leg in self.legs for check in leg.checks)
