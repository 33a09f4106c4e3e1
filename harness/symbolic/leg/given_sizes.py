"""The check `ground`: both sides at given sizes, without the rewriter."""

from __future__ import annotations

from collections.abc import Mapping

from harness.arrays import Unsupported
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Evidence, Json, Outcome
from harness.instances.finite import find_finite
from harness.instances.refute import find_counterexample
from harness.symbolic.ground import Ground, TooLarge, compare
from harness.symbolic.ideal import Membership, reduce_modulo_hypotheses
from harness.symbolic.leg.question import Question, sets

MEMBERSHIPS = ((2,), (1, 2, 1))
"""At which sizes, taken in turn, both sides are reduced modulo the hypotheses."""

COMPARISONS = ((2,), (2, 3))
"""At which sizes, taken in turn, sides are compared."""


def ground(question: Question, is_proved: bool, is_certified: bool) -> Evidence:
    """Both sides compared at small sizes, or a counterexample; how far it is decided before."""
    claim, library, deadline = question.claim, question.library, question.deadline
    if not is_proved:  # what is refuted need not be compared
        example = find_counterexample(claim, library, deadline=deadline)
        example = example or find_finite(claim, library, deadline=deadline)
        if example is not None:
            return _broken(question, example, {})
    compared: list[Ground] = []
    left_out: list[str] = []
    try:
        for dims in COMPARISONS:
            if question.is_late and (compared or is_certified):
                left_out.append("more time")
                break
            try:
                found = compare(claim, library, dims)
            except TooLarge as reason:
                left_out.append(str(reason))
                continue
            if found is not None and found.sizes not in [c.sizes for c in compared]:
                compared.append(found)
    except Unsupported as reason:
        summary = f"Not compared at given sizes: {reason}."
        return question.answer(Outcome.NOT_APPLICABLE, summary)
    data: dict[str, Json] = {"comparisons": [_comparison(c) for c in compared]}
    membership = None if question.is_late else _membership(claim, library)
    if membership is not None:
        data["ideal membership"] = {
            "sizes": dict(membership.sizes),
            "symbols": membership.symbols,
            "generators": membership.generators,
            "basis": membership.basis,
            "member": membership.is_member,
        }
    if left_out:
        data["left out for their size"] = list(left_out)
    if is_proved and not all(c.is_equal for c in compared):
        example = find_counterexample(claim, library, deadline=deadline)
        if example is not None:
            return _broken(question, example, data)
    if not compared:
        summary = "No instance of the hypotheses was found, so nothing was compared."
        if left_out:
            summary = f"Nothing was compared: it would take {', '.join(left_out)}."
            if is_certified:
                return question.answer(Outcome.NOT_APPLICABLE, summary, data)
        return question.answer(Outcome.INCONCLUSIVE, summary, data)
    if not all(c.is_equal for c in compared):
        summary = "The sides differ as polynomials, but no instance was found at which they do."
        return question.answer(Outcome.INCONCLUSIVE, summary, data)
    most = max(c.symbols for c in compared)
    summary = f"Both sides are one polynomial at {sets(len(compared))}, in up to {most} symbols"
    families = {name: kind for c in compared for name, kind in c.families.items()}
    if families:
        summary += "; " + ", ".join(f"{name} among {kind}" for name, kind in families.items())
    if membership is not None and membership.is_member:
        sizes = ", ".join(f"{name} = {size}" for name, size in membership.sizes.items())
        summary += (
            f"; for all fractions that the hypotheses allow (ideal membership) at "
            f"{sizes or 'its size'}"
        )
    elif not is_proved and claim.hypotheses:
        # Equal where one chosen instance of the hypotheses is, which may be a special one.
        summary += ". Of other instances of the hypotheses that says nothing"
        return question.answer(Outcome.INCONCLUSIVE, f"{summary}.", data)
    return question.answer(Outcome.CONFIRMED, summary + ".", data)


def _broken(question: Question, example: Counterexample, data: Mapping[str, Json]) -> Evidence:
    sizes = ", ".join(f"{name} = {size}" for name, size in example.sizes.items())
    summary = f"False: a small exact instance{sizes and f' ({sizes})'} breaks it."
    return question.answer(Outcome.REFUTED, summary, data, example)


def _membership(claim: Claim, library: Library) -> Membership | None:
    """The first sizes at which the hypotheses are few and small enough."""
    for dims in MEMBERSHIPS if claim.hypotheses else ():
        try:
            found = reduce_modulo_hypotheses(claim, library, dims)
        except Unsupported:
            return None
        if found is not None:
            return found
    return None


def _comparison(found: Ground) -> Json:
    return {
        "sizes": dict(found.sizes),
        "symbols": found.symbols,
        "families": dict(found.families),
        "equal": found.is_equal,
    }
