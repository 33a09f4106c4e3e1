"""What is not confirmed, worst first: what a reader has to know before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.evidence import VACUITY, Counterexample, Evidence, Leg, Outcome
from harness.report.compared import MOST, parting
from harness.report.history import failing_since
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import UNANSWERED, UNPROVED, VACUOUS, LegResult, Subject, word
from harness.verdict import Status


@dataclass(frozen=True)
class Fault:
    """A claim, definition or checker that is not confirmed, with the leg that says most of it."""

    subject: Subject | CheckerResult
    legs: tuple[LegResult, ...]
    """Those that stand against it, the most telling first."""

    @property
    def words(self) -> str:
        """The legs with what they came to, those together that came to the same."""
        if self.subject.word == VACUOUS:
            return VACUOUS
        found: dict[str, list[str]] = {}
        for result in self.legs:
            found.setdefault(result.word, []).append(result.leg.value)
        return "; ".join(
            how if how == UNPROVED else f"{', '.join(legs)} {how}" for how, legs in found.items()
        )

    @property
    def check(self) -> Evidence | None:
        """The check that says why; nothing where none answered."""
        if self.subject.word == VACUOUS:
            return next(c for c in self.subject.evidence if c.check == VACUITY)
        found = (c for r in self.legs[:1] for c in r.telling if c.summary != UNANSWERED)
        return next(found, None)

    @property
    def reason(self) -> str:
        """Why, in a sentence or two."""
        if self.check is None:
            return UNANSWERED if self.legs else _idle(self.subject)
        return _where_they_part(self.check) or self.check.summary

    @property
    def place(self) -> str:
        """Where to look: `file:line:column`, as far as it is known."""
        check = self.check
        if check is not None and check.diagnostics:
            found = check.diagnostics[0]
            return f"{found.file}:{found.line}:{found.column}"
        return f"{self.subject.file}:{self.subject.line}"

    @property
    def lies_elsewhere(self) -> bool:
        """Whether Lean's side names a place that lies in another declaration."""
        check = self.check
        if check is None or check.leg is not Leg.PROOF or not check.diagnostics:
            return False
        place, data = check.diagnostics[0], check.data
        first, last = data.get("line"), data.get("end_line")
        if not (isinstance(first, int) and isinstance(last, int)):
            return False
        return place.file != data.get("file") or not first <= place.line <= last

    @property
    def counterexample(self) -> Counterexample | None:
        """The first that a leg found against it."""
        checks = (c for result in self.legs for c in result.checks)
        found = (c.counterexample for c in checks if c.outcome is Outcome.REFUTED)
        return next(filter(None, found), None)


def _idle(subject: Subject | CheckerResult) -> str:
    """Why nothing was decided where no leg stands against it."""
    reasons = [c.summary for c in subject.evidence if c.outcome is Outcome.NOT_APPLICABLE]
    return f"None of the legs that were asked applies. {reasons[0]}" if reasons else UNANSWERED


def _where_they_part(check: Evidence) -> str:
    """What the specification has where Lean has something else, if that is one short place."""
    found = check.data.get("side_by_side")
    if not isinstance(found, Mapping):
        return ""
    ours, theirs = (str(found.get(key) or "") for key in ("specification", "lean"))
    mine, other = parting(ours, theirs) if max(len(ours), len(theirs)) < MOST else ("", "")
    if (
        not (mine and other)
        or mine == other
        or max(len(mine), len(other)) > _SHORT
        or "\n" in mine + other
    ):
        return ""
    return f"The specification has `{mine}` where Lean's theorem has `{other}`."


_SHORT = 60
"""Letters that a reader takes in at a glance."""


def told_apart(check: Evidence, message: str) -> str:
    """A message at a place of a file; nothing where the check's summary has said so already."""
    return "" if check.summary.startswith(message.removesuffix("…")) else message


def faults(run: Run) -> list[Fault]:
    """What is not confirmed: what is refuted, what is unproved, and then what is undecided.

    A proof that lacks something stands before those that only rest on it.
    """
    found = [fault for item in run.judged if (fault := _fault(item)) is not None]
    return sorted(found, key=lambda fault: (severity(fault.subject), fault.lies_elsewhere))


def alike(run: Run) -> list[list[Fault]]:
    """The same, where those that fail alike and for one reason stand together."""
    found: dict[object, list[Fault]] = {}
    for fault in faults(run):
        first = failing_since(run, fault.subject.name)
        key = fault.subject.word, fault.words, fault.reason, first and first.started
        found.setdefault(key, []).append(fault)
    return list(found.values())


def severity(subject: Subject | CheckerResult) -> int:
    """0 for what is refuted; more for what is less bad; the most for what is confirmed."""
    if subject.status is Status.REFUTED:
        return 0 if subject.word == Status.REFUTED.value else 1
    return 3 if subject.status is Status.CONFIRMED else 2


def _fault(subject: Subject | CheckerResult) -> Fault | None:
    if subject.status is Status.CONFIRMED:
        return None
    against = [r for r in subject.legs if r.is_against]
    worst = [r for r in against if r.outcome is Outcome.REFUTED]
    # What is false is not told as a proof that is missing.
    worst.sort(key=lambda result: result.word == UNPROVED)
    return Fault(subject, tuple(worst or against))


def check_word(check: Evidence) -> str:
    """The outcome of a check as readers are told it."""
    return word(check.leg, check.outcome)
