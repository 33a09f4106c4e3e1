"""From evidence to verdicts: pure functions, and the only place where verdicts are made.

A leg answers with one or more checks, each with an outcome of a closed set: confirmed, refuted,
inconclusive, not run, not applicable, error. A leg is as good as its worst check. A claim is
confirmed when every leg asked for is confirmed or does not apply, and at least one is confirmed.
There is no score. That a claim says nothing is one more check, `vacuity`, found in its text
(`claims/vacuity.py`, whichever legs are asked) or by the symbolic engine (contradictory
hypotheses); no waiver of a leg covers it. Nor does one cover that the claim is no longer what was
reviewed: the lock holds the waivers themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from harness.evidence import LOCK, VACUITY, Evidence, Leg, Outcome


class Status(StrEnum):
    """What the harness says of a claim, all required legs taken together."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class ExitCode(IntEnum):
    """How a run of the command ends."""

    CONFIRMED = 0
    REFUTED = 1
    BAD_INPUT = 2
    UNDECIDED = 3


_WORST_FIRST = (
    Outcome.REFUTED,
    Outcome.ERROR,
    Outcome.INCONCLUSIVE,
    Outcome.NOT_RUN,
    Outcome.CONFIRMED,
    Outcome.NOT_APPLICABLE,
)

_FINE = (Outcome.CONFIRMED, Outcome.NOT_APPLICABLE)


def leg_outcome(checks: Iterable[Evidence]) -> Outcome:
    """The outcome of a leg: that of its worst check; `not run` where there is none.

    A check that does not apply neither helps nor hurts, so a leg in which nothing applies is
    not applicable as a whole.
    """
    found = {check.outcome for check in checks}
    return next((outcome for outcome in _WORST_FIRST if outcome in found), Outcome.NOT_RUN)


@dataclass(frozen=True)
class Verdict:
    """What was found out about one claim or definition."""

    subject: str
    status: Status
    legs: Mapping[Leg, Outcome]
    """The outcome of every leg that was asked for."""
    waived: Mapping[Leg, str]
    """Legs that the specification waives, with its reasons; they do not count."""


def judge(
    subject: str,
    evidence: Sequence[Evidence],
    required: Sequence[Leg],
    waived: Mapping[Leg, str] | None = None,
) -> Verdict:
    """The verdict that `evidence` supports, and no better one.

    Confirmed means: each required leg that is not waived is confirmed or does not apply, and at
    least one is confirmed. A refutation counts even in a leg that is waived, and so does that a
    claim says nothing. A leg is not waived where the lock says that something is not as reviewed.
    """
    own = [item for item in evidence if item.subject == subject]
    drifted = {e.leg for e in own if e.check == LOCK and e.outcome not in _FINE}
    waived = {leg: why for leg, why in (waived or {}).items() if leg not in drifted}
    legs = {leg: leg_outcome(e for e in own if e.leg == leg) for leg in required}
    counted = {outcome for leg, outcome in legs.items() if leg not in waived}
    counted |= {item.outcome for item in own if item.check == VACUITY}
    if Outcome.REFUTED in legs.values():
        status = Status.REFUTED
    elif Outcome.CONFIRMED in counted and counted <= {Outcome.CONFIRMED, Outcome.NOT_APPLICABLE}:
        status = Status.CONFIRMED
    else:
        status = Status.UNDECIDED
    return Verdict(subject, status, legs, {k: v for k, v in waived.items() if k in legs})


def exit_code(verdicts: Iterable[Verdict]) -> ExitCode:
    """The exit code of a run that came to these verdicts; of none at all, `UNDECIDED`."""
    statuses = {verdict.status for verdict in verdicts}
    if Status.REFUTED in statuses:
        return ExitCode.REFUTED
    if statuses == {Status.CONFIRMED}:
        return ExitCode.CONFIRMED
    return ExitCode.UNDECIDED
