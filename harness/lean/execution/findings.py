"""What is said of a subject that was run: evidence from a tally."""

from __future__ import annotations

from harness.evidence import Evidence, Json, Leg, Outcome
from harness.lean.execution.compare import Tally
from harness.lean.execution.kinds import Scalars
from harness.lean.refuted import Fact, LeanCheck
from harness.lean.session import Session

CHECKS: dict[Scalars, LeanCheck] = {
    "Rat": LeanCheck(Leg.EXECUTION, "rational"),
    "Float": LeanCheck(Leg.EXECUTION, "float64"),
}

ROUTE = "compiled by Lean from the terms that it has stored"
"""How every definition is run: its text is not looked at."""

_AGREE: dict[Scalars, str] = {
    "Rat": "are equal to Python's, as fractions",
    "Float": "agree with Python's doubles within the bound on rounding",
}


def evidence(session: Session, name: str, kind: Scalars, tally: Tally, seconds: float) -> Evidence:
    """What a tally shows, with its numbers."""
    data: dict[str, Json] = {
        "instances": tally.instances,
        "entries": tally.entries,
        "shapes": tally.sizes,
        "junk": dict(tally.styles),
        "route": ROUTE,
        **session.toolchain,
    }
    if kind == "Rat":
        data["hypotheses_met"] = tally.met
    else:
        data["largest_part_of_bound"] = tally.largest
        data["without_bound"] = tally.without_bound
    if tally.difference is not None:
        about = name, Fact.OTHER_VALUES, tally.difference.summary, data
        example = tally.difference.example
        return CHECKS[kind].refuted(*about, counterexample=example, seconds=seconds)
    return CHECKS[kind].found(name, *agreed(kind, tally), data, seconds=seconds)


def agreed(kind: Scalars, tally: Tally) -> tuple[Outcome, str]:
    """The outcome and its summary where nothing differs: confirmed where something was compared."""
    if tally.compared <= 0:
        summary = "No value had an entry, or none had a bound; nothing was compared."
        return Outcome.INCONCLUSIVE, summary
    shapes = "one shape" if len(tally.sizes) == 1 else f"{len(tally.sizes)} shapes"
    summary = (
        f"Lean's own definitions, run by Lean on {tally.instances} instances of {shapes}: "
        f"all {tally.compared} entries {_AGREE[kind]}"
    )
    if tally.met:
        summary += f"; in {tally.met} the hypotheses hold, and so does the conclusion"
    return Outcome.CONFIRMED, f"{summary}."
