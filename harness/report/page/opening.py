"""What the first screen of a page says: the verdict in words, the main theorem, what was done."""

from __future__ import annotations

from collections import Counter

from harness.evidence import Leg, Outcome
from harness.report.faults import Fault, severity
from harness.report.page.words import anchor
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import Subject


def told(run: Run) -> list[tuple[str, int]]:
    """How many claims have each verdict, worst first."""
    ranked = sorted(run.claims, key=severity)
    return list(Counter(claim.word for claim in ranked).items())


def place(run: Run, checker: CheckerResult) -> str:
    """Where on the page a checker stands."""
    number = [other.name for other in run.checkers].index(checker.name)
    return f"checker-{number + 1}" if number else "checker"


def target(run: Run, fault: Fault) -> str:
    """Where on the page a fault is shown: its leg, or else its claim or checker."""
    if not isinstance(fault.subject, Subject):
        return place(run, fault.subject)
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
        (claims(Leg.PROOF), "proof", "proofs", "accepted by Lean’s kernel"),
        (claims(Leg.MIRROR), "statement", "statements", "equal to Lean’s, by definition"),
        (claims(Leg.SYMBOLIC), "claim", "claims", "derived once more, for every size"),
        (instances(Leg.NUMERIC), "random instance", "random instances", ""),
        (instances(Leg.EXECUTION), "instance", "instances", "run by Lean itself"),
        (needed, "hypothesis", "hypotheses", "shown to be needed"),
        (combinations, "combination", "combinations", "of what is assumed and done"),
        (
            instances(Leg.IMPLEMENTATION),
            "instance",
            "instances",
            "held against the papers’ formulas",
        ),
    ]
    return [
        (count, f"{one if count == 1 else many} {rest}".strip())
        for count, one, many, rest in found
        if count
    ]
