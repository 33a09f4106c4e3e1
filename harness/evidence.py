"""The closed vocabulary of evidence, shared by every engine and every reporter.

A leg asks one question of a claim and answers it with one or more checks; each check is one
`Evidence`. Evidence is produced by running; `harness.verdict` alone makes verdicts of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from harness.diagnostics import Diagnostic

VACUITY = "vacuity"
"""The check that says that a claim, or a definition, says nothing; it cannot be waived."""

LOCK = "lock"
"""The check that says that a claim, or a definition, is no longer what was reviewed."""

if TYPE_CHECKING:
    Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
else:
    Json = Any  # what reads files back does not follow a type that speaks of itself


class Outcome(StrEnum):
    """What a check can come to. There is no other."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"

    @property
    def is_fine(self) -> bool:
        """Whether nothing is amiss: it is confirmed, or does not apply."""
        return self in (Outcome.CONFIRMED, Outcome.NOT_APPLICABLE)


class Leg(StrEnum):
    """The questions that are asked of a claim, in the order in which reports show them."""

    PROOF = "proof"
    MIRROR = "mirror"
    SYMBOLIC = "symbolic"
    NUMERIC = "numeric"
    EXECUTION = "execution"
    NECESSITY = "necessity"
    IMPLEMENTATION = "implementation"

    @property
    def question(self) -> str:
        """The question in plain English."""
        return _QUESTIONS[self]


_QUESTIONS = {
    Leg.PROOF: "Does Lean's kernel accept the proof, resting on no axiom but the allowed three?",
    Leg.MIRROR: "Does the specification say what the Lean theorem says, no more and no less?",
    Leg.SYMBOLIC: "Does it follow from the hypotheses, for every size and all values?",
    Leg.NUMERIC: "Does it hold on random instances, exactly and within a rounding bound?",
    Leg.EXECUTION: "Do Lean's own definitions, run by Lean, give what Python gives?",
    Leg.NECESSITY: "What breaks without each hypothesis, and can all of them be met at once?",
    Leg.IMPLEMENTATION: "Is what people run the definition, and does the theorem hold of it?",
}


class GapKind(StrEnum):
    """The ways in which a Lean package can say more than its specifications do."""

    UNREACHED = "file that no root imports"
    UNMENTIONED = "theorem that no specification mentions"
    UNTOLD = "node of the blueprint that no specification mentions"
    UNMADE = "node of the blueprint that Lean does not have"


@dataclass(frozen=True)
class Gap:
    """Something of the Lean package that no claim is about; so there is no evidence for it."""

    kind: GapKind
    name: str
    """The module, theorem or definition, as Lean names it."""
    file: str
    line: int = 1
    is_used: bool = False
    """Whether the proof of a claimed theorem rests on it."""


@dataclass(frozen=True)
class Counterexample:
    """An instance that meets the hypotheses and breaks the conclusion.

    `values` maps each parameter to its value (numbers, or nested lists of them; exact rationals
    as text such as "3/5"); `left` and `right` are the two sides, which differ.
    """

    sizes: Mapping[str, int]
    values: Mapping[str, Json]
    left: Json
    right: Json
    remark: str = ""


@dataclass(frozen=True)
class Witness:
    """An instance that meets the hypotheses, and in which something is not trivial."""

    sizes: Mapping[str, int]
    values: Mapping[str, Json]
    points: tuple[tuple[int, ...], ...]
    """For each part of the claim's substance, where a number shows that it is not trivial."""


@dataclass(frozen=True)
class Evidence:
    """What one check of one leg found out about one claim or definition."""

    subject: str
    """The theorem or definition, as the specifications name it."""
    leg: Leg
    check: str
    """Which check of the leg, such as `dimension-free` or `float64`."""
    outcome: Outcome
    summary: str
    """One sentence for a reader of the report: what was done and what came of it."""
    data: Mapping[str, Json] = field(default_factory=dict)
    """Numbers and texts behind the summary; plain data that JSON can hold."""
    counterexample: Counterexample | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    """Where in the specifications or Lean files the fault lies."""
    replay: str = ""
    """A command that reproduces the check, where there is one."""
    seconds: float = 0.0
    found: str = field(default="", compare=False)
    """When, as ISO 8601 has it; what was kept from an earlier run was found before this one."""

    @staticmethod
    def of_nothing(
        subject: str, leg: Leg, reason: str, meant: str, data: Mapping[str, Json] | None = None
    ) -> Evidence:
        """That a claim or a definition says nothing; `meant` is why, where that is intended."""
        outcome = Outcome.NOT_APPLICABLE if meant else Outcome.INCONCLUSIVE
        summary = f"{reason} That is intended: {meant}" if meant else f"Vacuous. {reason}"
        return Evidence(subject, leg, VACUITY, outcome, summary, data or {})

    @staticmethod
    def of_fault(subject: str, leg: Leg, check: str, error: Exception) -> Evidence:
        """That a check failed by itself: one answer is lost, and those beside it stand."""
        summary = f"The check failed: {type(error).__name__}: {error}".rstrip(".") + "."
        return Evidence(subject, leg, check, Outcome.ERROR, summary)


def asked(subject: str, leg: Leg, check: str, answer: Callable[[], Evidence]) -> Evidence:
    """What a check comes to, and how long that took. One that fails is lost, and none beside it."""
    start = time.monotonic()
    try:
        found = answer()
    except Exception as error:
        found = Evidence.of_fault(subject, leg, check, error)
    return replace(found, seconds=time.monotonic() - start)
