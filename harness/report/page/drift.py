"""What Lean says otherwise than somebody reviewed and locked, each change with whom it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.evidence import Leg
from harness.report.compared import Words, compared
from harness.results.run import Run
from harness.results.subject import Subject

_KEYS = ("name", "what", "was", "now")


@dataclass(frozen=True, slots=True)
class Drifted:
    """One constant of Lean that is not what was locked."""

    name: str
    what: str
    was: Words
    now: Words
    reached: tuple[Subject, ...]
    """The claims and definitions that speak of it, or of what unfolds to it."""


def drifted(run: Run) -> list[Drifted]:
    """What the mirror leg reports as drifted, each change once."""
    found: dict[tuple[str, str, str, str], list[Subject]] = {}
    for subject in run.subjects:
        for check in subject.evidence:
            drifts = check.data.get("drifted") if check.leg is Leg.MIRROR else None
            for drift in drifts if isinstance(drifts, list | tuple) else ():
                if isinstance(drift, Mapping):
                    name, what, was, now = (str(drift.get(key) or "") for key in _KEYS)
                    found.setdefault((name, what, was, now), []).append(subject)
    return [
        Drifted(name, what, *compared(was, now), tuple(reached))
        for (name, what, was, now), reached in found.items()
    ]
