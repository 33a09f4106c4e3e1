"""Where something is called refuted, and on what grounds.

No other file of this room does (`tests/lean/test_refuted.py`): so whoever wants to say it says what
was found. What could not be asked, written down or read, and what a tool gave up on, is not among
the grounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.diagnostics import Diagnostic
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome
from harness.lean.audit.answer import Ruling


class Fact(StrEnum):
    """What is seen in what Lean has, without asking a kernel to decide anything."""

    ABSENT = "Lean has read the package and has no such declaration"
    UNPROVED = "what stands for a proof is none, or rests on what nobody proved"
    REPLACED = "what runs is other code than what is stated"
    OTHER_WORDS = "the two statements differ, and so the kernel does not take them for one"
    OWN_LAWS = "the package itself says what the laws of the scalars are"
    OTHER_VALUES = "two values were computed that should be one"
    CHECKER = "a checker that the project names refuses it"


DECIDED = frozenset({"accepted", "refused"})
"""What a kernel says that has come to an answer."""

Ground = Fact | Ruling
"""What stands for a refutation: a fact, or what a kernel refuses or accepts against the subject."""


def refuted(
    subject: str,
    leg: Leg,
    check: str,
    ground: Ground,
    summary: str,
    data: Mapping[str, Json] | None = None,
    diagnostics: Iterable[Diagnostic] = (),
    *,
    counterexample: Counterexample | None = None,
    seconds: float = 0.0,
) -> Evidence:
    """Evidence that refutes. Raises `ValueError` for a ruling that says nothing."""
    if isinstance(ground, Ruling) and ground.verdict not in DECIDED:
        raise ValueError(f"a kernel that says {ground.verdict!r} refutes nothing")
    return Evidence(
        subject,
        leg,
        check,
        Outcome.REFUTED,
        summary,
        data or {},
        counterexample=counterexample,
        diagnostics=tuple(diagnostics),
        seconds=seconds,
    )


@dataclass(frozen=True)
class LeanCheck:
    """One check of one leg, and the evidence that it gives about subjects."""

    leg: Leg
    name: str

    def found(
        self,
        subject: str,
        outcome: Outcome,
        summary: str,
        data: Mapping[str, Json] | None = None,
        diagnostics: Iterable[Diagnostic] = (),
        **more: Any,
    ) -> Evidence:
        """Evidence that does not refute."""
        about = subject, self.leg, self.name
        where = tuple(diagnostics)
        return Evidence(*about, outcome, summary, data or {}, diagnostics=where, **more)

    def refuted(
        self,
        subject: str,
        ground: Ground,
        summary: str,
        data: Mapping[str, Json] | None = None,
        diagnostics: Iterable[Diagnostic] = (),
        **more: Any,
    ) -> Evidence:
        """Evidence that does; see the function of this name."""
        about = subject, self.leg, self.name
        return refuted(*about, ground, summary, data, diagnostics, **more)


def ruled(rulings: Sequence[Ruling | None]) -> Outcome:
    """What rulings on one question come to: refuted only where the kernel refuses part of it."""
    if not rulings or None in rulings:
        return Outcome.ERROR
    verdicts = {ruling.verdict for ruling in rulings if ruling is not None}
    if "refused" in verdicts:
        return Outcome.REFUTED
    return Outcome.CONFIRMED if verdicts == {"accepted"} else Outcome.NOT_RUN
