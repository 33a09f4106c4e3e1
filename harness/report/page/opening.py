"""What the first screen of a page says: the verdict in words, the main theorem, what was done."""

from __future__ import annotations

from collections import Counter

from harness.evidence import Leg, Outcome
from harness.report.faults import Fault, severity
from harness.report.page.words import anchor
from harness.results.run import Run
from harness.results.subject import Subject


def told(run: Run) -> list[tuple[str, int]]:
    """How many claims have each verdict, worst first."""
    ranked = sorted(run.claims, key=severity)
    return list(Counter(claim.word for claim in ranked).items())


def target(fault: Fault) -> str:
    """Where on the page a fault is shown: its leg, or else its claim or checker."""
    if not isinstance(fault.subject, Subject):
        return "checker"
    return anchor(fault.subject, *(leg.leg.value for leg in fault.legs[:1]))


def leading(run: Run) -> Subject | None:
    """The claim that the first screen shows: the first of those that the project names."""
    return next((run.by_name[name] for name in run.about.main if name in run.by_name), None)


def checked(run: Run) -> list[tuple[int, str]]:
    """What was done in this run, in numbers; only what came out right counts."""
    right = [c for s in run.subjects for c in s.evidence if c.outcome is Outcome.CONFIRMED]

    def claims(leg: Leg) -> int:
        return sum(
            r.leg is leg and r.outcome is Outcome.CONFIRMED for c in run.claims for r in c.legs
        )

    def instances(leg: Leg) -> int:
        found = (c.data.get("instances") for c in right if c.leg is leg)
        return sum(n for n in found if isinstance(n, int))

    needed = sum(
        c.leg is Leg.NECESSITY
        and c.data.get("certified") is True
        and bool(c.data.get("hypothesis"))
        for c in right
    )
    combinations = sum(len(c.lattice.cells) for c in run.checkers if c.lattice is not None)
    found = [
        (claims(Leg.PROOF), "proofs accepted by Lean’s kernel"),
        (claims(Leg.MIRROR), "statements that are Lean’s, by definition"),
        (claims(Leg.SYMBOLIC), "claims derived once more, for every size"),
        (instances(Leg.NUMERIC), "random instances"),
        (instances(Leg.EXECUTION), "instances run by Lean itself"),
        (needed, "hypotheses shown to be needed"),
        (combinations, "combinations of what is assumed and done"),
        (instances(Leg.IMPLEMENTATION), "instances held against the papers’ formulas"),
    ]
    return [(count, what) for count, what in found if count]
