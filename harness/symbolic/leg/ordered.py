"""The checks of a claim that speaks of an order, or says that something is not so."""

from __future__ import annotations

from collections.abc import Sequence

from harness.arrays import Unsupported
from harness.evidence import Evidence, Json, Outcome
from harness.instances.finite import find_finite
from harness.instances.ordered import find_ordered
from harness.instances.search import find_small
from harness.symbolic.bounds import Bound, bounded
from harness.symbolic.leg.question import Question, sets

DIMS = ((0,), (1,), (2,), (3, 2))
"""At which sizes, taken in turn, an inequality is shown; those that are easily forgotten first."""

SECONDS = 1.0
"""How long a small counterexample is looked for, told by work."""


def every_size(question: Question) -> Evidence:
    """A proof for all sizes, where there are no sizes to be for all of."""
    claim = question.claim
    if claim.has_sizes:
        summary = "An inequality is shown at given sizes alone: no rule adds bounds up under a sum."
        return question.answer(Outcome.NOT_APPLICABLE, summary)
    return _answered(question, [()])


def given_sizes(question: Question) -> Evidence:
    """Proofs at given sizes, or a counterexample in exact numbers, which other sizes may have."""
    claim, library = question.claim, question.library
    shown = _answered(question, DIMS if claim.has_sizes else [()])
    if shown.outcome is Outcome.CONFIRMED and not claim.has_sizes:
        return shown
    try:
        small = find_small(claim, library, seconds=SECONDS)
        example = small.example if small else find_finite(claim, library)
        example = example or find_ordered(claim, library)
    except Unsupported:
        example = None
    if example is not None:
        summary = "False: a small exact instance breaks it."
        data: dict[str, Json] = {"over": claim.scalars.lean_name}
        return question.answer(Outcome.REFUTED, summary, data, example)
    return shown


def divided(question: Question) -> Evidence:
    """What is certified of numbers that are not 0, and not of polynomials, is not compared."""
    summary = "Sides that are equal where something is not 0 are not compared as polynomials."
    return question.answer(Outcome.NOT_APPLICABLE, summary)


def _answered(question: Question, each: Sequence[Sequence[int]]) -> Evidence:
    found: list[Bound] = []
    try:
        for dims in each:
            bound = bounded(question.claim, question.library, dims)
            if bound is None:
                break
            if bound.sizes not in [b.sizes for b in found]:
                found.append(bound)
    except Unsupported as reason:
        return question.answer(Outcome.NOT_APPLICABLE, f"No bound was looked for: {reason}.")
    if not found or bound is None:
        summary = "No sum of squares and of products of hypotheses was found; that decides nothing."
        return question.answer(Outcome.NOT_APPLICABLE, summary)
    at = f" at {sets(len(found))}" if question.claim.has_sizes else ""
    used = frozenset().union(*(b.used for b in found))
    summary = (
        f"The difference of the sides is a sum of what is not negative{at}, in up to "
        f"{max(b.symbols for b in found)} symbols: of squares and products of hypotheses."
    )
    if (cases := max(b.cases for b in found)) > 1:
        summary += f" So it is in each of up to {cases} cases, by what the choices are made by."
    data: dict[str, Json] = {
        "hypotheses used": sorted(used),
        "sums": [{"sizes": dict(b.sizes), "terms": list(b.terms)} for b in found],
    }
    return question.answer(Outcome.CONFIRMED, summary, data)
