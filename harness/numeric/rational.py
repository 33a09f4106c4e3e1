"""The check `rational`: what is no equation, or assumes an order, in fractions without rounding.

An order has no meaning modulo a prime, and sides that touch cannot be told apart in doubles; so
such a claim is decided on each instance by exact arithmetic, in whole numbers where it speaks of
these alone.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from harness.arrays import Unsupported
from harness.claims.given import with_units
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Evidence, Json, Outcome
from harness.instances.ordered import BATCHES, LANES, Batch, batch, is_edge, is_whole, shrunk
from harness.numeric.identifier import ReplayId, evidence

RATIONAL = "rational"

_ENOUGH = 0.5
"""The part of the instances at usual sizes that must meet the hypotheses."""


def applies(claim: Claim) -> bool:
    """Whether the other checks say nothing of a claim, and this one is asked."""
    return bool(claim.scalars.order) and with_units(claim).has_relations


def check(
    claim: Claim, library: Library, seed: int = 0, effort: float = 1.0, deadline: float = math.inf
) -> Evidence:
    """Test a claim on random instances; not run where they cannot be evaluated."""
    try:
        return _tested(claim, library, seed, effort, deadline)
    except Unsupported as error:
        return evidence(claim, RATIONAL, Outcome.NOT_RUN, str(error))


def _tested(claim: Claim, library: Library, seed: int, effort: float, deadline: float) -> Evidence:
    usual = met = touching = edges = 0
    spans: list[int] = []
    others: list[int] = []
    for number in range(max(2, round(BATCHES * effort))):
        if time.monotonic() >= deadline:
            break
        found = batch(claim, library, seed, number)
        good = int(found.good.sum())
        if found.wrong.any():
            return _refuted(
                claim, library, found, ReplayId(claim.theorem, RATIONAL, seed, number, 0)
            )
        if claim.sized and is_edge(number):
            edges += good
            others += found.sizes.values() if good else ()
            continue
        usual, met = usual + LANES, met + good
        spans += found.sizes.values()
        equal = (found.left == found.right).reshape(LANES, -1).all(axis=1).astype(bool)
        touching += int((equal & found.good).sum())
    data: dict[str, Json] = {
        "seed": seed,
        "instances": usual,
        "hypotheses_met": met,
        "sides_equal": touching,
        "instances_at_other_sizes": edges,
    }
    name = str(ReplayId(claim.theorem, RATIONAL, seed, 0, 0))
    if not usual:
        return evidence(claim, RATIONAL, Outcome.NOT_RUN, "No instance was tested.", data)
    if met < _ENOUGH * usual:
        summary = f"Only {met} of {usual} instances met the hypotheses."
        return evidence(claim, RATIONAL, Outcome.INCONCLUSIVE, summary, data, name)
    kind = "whole numbers" if is_whole(claim) else "fractions"
    at = f", at sizes {min(spans)} to {max(spans)}" if spans else ""
    at += f", and on {edges} more at {min(others)} to {max(others)}" if others else ""
    summary = (
        f"It holds on {met} random instances in {kind}, without rounding{at}; the sides are equal "
        f"in {touching} of them."
    )
    return evidence(claim, RATIONAL, Outcome.CONFIRMED, summary, data, name)


def _refuted(claim: Claim, library: Library, found: Batch, first: ReplayId) -> Evidence:
    lane = int(found.wrong.argmax())
    identifier = replace(first, lane=lane)
    count, good = int(found.wrong.sum()), int(found.good.sum())
    example = shrunk(found, lane, claim, library)
    summary = f"It fails on {count} of {good} random instances that meet the hypotheses, exactly."
    data: dict[str, Json] = {"seed": first.seed, "batch": first.batch, "refuting": count}
    data["over"] = claim.scalars.lean_name
    return evidence(claim, RATIONAL, Outcome.REFUTED, summary, data, str(identifier), example)


def replayed(claim: Claim, library: Library, wanted: ReplayId) -> tuple[Counterexample, bool]:
    """The instance that an identifier names, and whether it breaks the claim.

    Raises `ValueError` where there is none.
    """
    if wanted.lane >= LANES:
        raise ValueError(f"a batch has {LANES} lanes, found {wanted}")
    found = batch(claim, library, wanted.seed, wanted.batch)
    return found.shown(wanted.lane), bool(found.wrong[wanted.lane])
