"""The lattice of a checker's toggles as evidence has it: every combination, each question answered.

What is asked many times stands once and is known by its number: an answer speaks of the claim with
the numbered `hypotheses` and `conclusion`, and a cell has the number of an answer for each
question. `harness.necessity.table` makes it, and evidence carries it as plain data.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from harness.evidence import Counterexample, Json
from harness.language.notation.formula import Formula, Labelled


class Answer(StrEnum):
    """What is known of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    TRIVIAL = "trivial"
    """Nothing turns: both sides are the same text."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class QuestionLabel:
    """What a checker asks for each combination of its toggles."""

    name: str
    says: str
    claim: str
    """The theorem that it asks about while everything is on."""


@dataclass(frozen=True)
class ToggleLabel:
    """What can be switched off."""

    name: str
    says: str
    needs: tuple[str, ...]
    """Toggles that must be on for this one to make a difference."""


@dataclass(frozen=True)
class AnsweredClaim:
    """What is known of one claim, and why."""

    answer: Answer
    reason: str
    hypotheses: tuple[int, ...]
    """What is assumed, as numbers of the lattice's `hypotheses`."""
    conclusion: int
    """What is claimed, as a number of the lattice's `conclusions`."""
    uses: tuple[str, ...]
    """The hypotheses that the proof used, where it holds."""
    sketch: Json
    """That proof, in the form of `harness.symbolic.sketch.render`; a list of its steps."""
    counterexample: Counterexample | None
    """An instance with the two sides of that very claim, where it fails."""


@dataclass(frozen=True)
class Cell:
    """One combination of toggles."""

    off: tuple[str, ...]
    """The toggles that are switched off, in the order of the lattice's `toggles`."""
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
    """All of this as a sentence."""


@dataclass(frozen=True)
class Lattice:
    """Every combination of a checker's toggles, each question answered; see `at`."""

    questions: tuple[QuestionLabel, ...]
    toggles: tuple[ToggleLabel, ...]
    hypotheses: tuple[Labelled, ...]
    """Each that some cell assumes."""
    conclusions: tuple[Formula, ...]
    """Each that some cell asks about."""
    answers: tuple[AnsweredClaim, ...]
    cells: tuple[Cell, ...]
    spared: tuple[Spared, ...]

    def at(self, off: Collection[str]) -> tuple[AnsweredClaim, ...]:
        """The answers with these toggles off, one for each question.

        A toggle whose needs are not met makes no difference, and is left out of the look-up.
        """
        names = {t.name for t in self.toggles if t.name in off and not set(t.needs) & set(off)}
        [cell] = [cell for cell in self.cells if set(cell.off) == names]
        return tuple(self.answers[number] for number in cell.answers)
