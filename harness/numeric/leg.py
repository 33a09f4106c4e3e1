"""The numeric leg: one piece of evidence for each of its checks, and counterexamples on demand."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from harness.arrays import Unsupported
from harness.arrays.backend import Backend, BackendMissing
from harness.claims.hypotheses import Unmet, named
from harness.claims.model import Claim, Library
from harness.claims.needs import claim_needs
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome, asked
from harness.instances.ordered import find_ordered
from harness.instances.search import find_small
from harness.numeric import rational
from harness.numeric.bounded import TOLERANCE, Float64Check
from harness.numeric.check import EDGES, SMALL_CHARACTERISTIC, Compared, Drawn, remark, shown
from harness.numeric.degenerate import PATTERNS, count
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.identifier import evidence
from harness.numeric.precisions import NARROW, Precision, lacks, measure
from harness.numeric.replay import CHECKS, replay, small_id
from harness.numeric.spelling import defects
from harness.numeric.tally import Tally
from harness.numeric.threads import one_thread
from harness.numeric.variants import variants

__all__ = ["check", "find_counterexample", "replay"]

BATCHES = {PrimeFieldCheck.name: 24, Float64Check.name: 36}
"""Batches of 32 instances that each check tests at effort 1."""

SEARCH = 3.0
"""Seconds to search for a small counterexample where no sampler meets the hypotheses."""


def check(
    claim: Claim,
    library: Library,
    *,
    seed: int = 0,
    effort: float = 1.0,
    deadline: float = math.inf,
    backend: str = "numpy",
    device: str = "",
) -> Iterator[Evidence]:
    """Test a claim: exactly over prime fields, and in doubles within a rounding bound.

    `effort` scales the number of instances. After `deadline` (as `time.monotonic` tells it) no
    batch is begun; what was tested by then is reported, and none tested means not run. Claims
    are evaluated on the arrays of `backend` (`harness.arrays.backend`); where it, its `device` or
    its doubles are missing, nothing is run.
    """
    is_unmet = False
    ask = partial(asked, claim.theorem, Leg.NUMERIC)
    if rational.applies(claim):
        exactly = partial(rational.check, claim, library, seed, effort, deadline)
        yield ask(rational.RATIONAL, exactly)
        for name in (kind.name for kind in CHECKS):
            summary = f"No order is compared here: see the check {rational.RATIONAL}."
            yield evidence(claim, name, Outcome.NOT_APPLICABLE, summary)
        return

    def tested(kind: type[PrimeFieldCheck] | type[Float64Check]) -> Evidence:
        nonlocal is_unmet
        try:
            on = Backend(backend, device)
            with one_thread():
                found = _tested(kind(claim, library, seed, backend=on), effort, deadline)
                if claim.samples and found.outcome is Outcome.CONFIRMED:
                    found = _freely(kind, claim, library, seed, on, effort, deadline) or found
            return found
        except (Unmet, Unsupported, BackendMissing) as error:
            is_unmet = is_unmet or isinstance(error, Unmet)
            return evidence(claim, kind.name, Outcome.NOT_RUN, str(error))

    for kind in CHECKS:
        yield ask(kind.name, partial(tested, kind))
    if is_unmet:
        yield from _small_instances(claim, library)


def _tested(tester: PrimeFieldCheck | Float64Check, effort: float, deadline: float) -> Evidence:
    """What the batches of one check come to. Raises `Unmet` and `Unsupported`."""
    run = _Run(tester)
    usual = range(max(1, round(BATCHES[tester.name] * effort)))
    edges = range(EDGES, EDGES + len(tester.plans.edges))
    small = getattr(tester, "small_characteristics", ())
    for number in (*usual, *edges, *small):
        if time.monotonic() >= deadline or run.wrong:
            break
        try:
            run.add(number)
        except Unmet:
            if number < EDGES:
                raise
    return run.evidence()


def _freely(
    kind: type[PrimeFieldCheck] | type[Float64Check],
    claim: Claim,
    library: Library,
    seed: int,
    backend: Backend,
    effort: float,
    deadline: float,
) -> Evidence | None:
    """A refutation by what the hypotheses allow: an author's samples may be less than that."""
    try:
        tester = kind(claim, library, seed, backend=backend, is_free=True)
        found = _tested(tester, effort, deadline)
    except (Unmet, Unsupported):  # then there is what the author draws, and nothing else
        return None
    return found if found.outcome is Outcome.REFUTED else None


def _small_instances(claim: Claim, library: Library) -> Iterator[Evidence]:
    """A counterexample from a search that needs no sampler; to find none says nothing."""
    start = time.monotonic()
    example = find_small(claim, library, seconds=SEARCH)
    if example is not None:
        summary = "A small instance meets the hypotheses and breaks the conclusion."
        name = str(small_id(claim, example))
        found = evidence(
            claim, "small instances", Outcome.REFUTED, summary, {}, name, example.example
        )
        yield replace(found, seconds=time.monotonic() - start)


def find_counterexample(
    claim: Claim, library: Library, *, small: bool = True, seconds: float = 5.0
) -> Counterexample | None:
    """An instance that meets the hypotheses and breaks the conclusion, if one is found.

    With `small`, the smallest sizes and integers (or simple fractions) that do, checked in exact
    arithmetic, for people to read, in the work of so many seconds; else whatever as many batches
    of the random check come upon first.
    """
    if small:
        found_small = find_small(claim, library, seconds=seconds)
        return None if found_small is None else found_small.example
    try:
        if claim.has_relations and claim.scalars.order:
            return find_ordered(claim, library)
        tester = Float64Check(claim, library, 0)
        for number in range(BATCHES[tester.name]):
            drawn = tester.draw(number)
            found = tester.compare(drawn, claim.conclusion)
            if found.wrong.any():
                lane = int(found.wrong.argmax())
                return shown(tester.plans, drawn, found, lane, remark(drawn, lane))
    except (Unmet, Unsupported):
        pass
    return None


# -- gathering --------------------------------------------------------------------------------


_MEASURED = 3
"""Batches that narrower formats are measured on: one for each regime."""


@dataclass
class _Run:
    """What came of the batches so far."""

    tester: PrimeFieldCheck | Float64Check
    tally: Tally = field(default_factory=Tally)
    wrong: tuple[Drawn, Compared] | None = None
    ratios: list[Any] = field(default_factory=list)
    misses: list[float] = field(default_factory=list)
    settings: dict[str, None] = field(default_factory=dict)
    families: dict[str, None] = field(default_factory=dict)
    shapes: list[dict[str, int]] = field(default_factory=list)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """From where to where each size was tried."""
    edges: int = 0
    """Instances at sizes 0, 1 and large: they can refute, and do not count otherwise."""

    small_fields: int = 0
    """Instances modulo small primes: they can refute, and do not count otherwise."""

    def add(self, number: int) -> None:
        """Test one more batch."""
        plans = self.tester.plans
        drawn = self.tester.draw(number)
        found = self.tester.compare(drawn, plans.claim.conclusion)
        if found.wrong.any():
            self.wrong = (drawn, found)
        if number >= SMALL_CHARACTERISTIC:
            self.small_fields += int(drawn.fair.sum())
            return
        for name, size in drawn.instance.sizes.items():
            low, high = self.sizes.get(name, (size, size))
            self.sizes[name] = min(low, size), max(high, size)
        if number >= EDGES:
            self.edges += int(drawn.fair.sum())
            return
        self.tally.merge(Tally.of(self.tester, drawn, found))
        # A bound that says nothing, as where an open function magnifies what rounding left of 0,
        # tells nothing about those that decide.
        self.ratios.append(found.ratio[found.decided])
        self.settings[drawn.setting] = None
        self.families |= {str(style): None for style in drawn.instance.styles}
        self.shapes.append(dict(drawn.instance.sizes))
        if isinstance(self.tester, PrimeFieldCheck):
            modulus = self.tester.field_of(number).prime
            self.misses.append(self.tester.miss(drawn.instance.sizes, modulus))

    # -- the verdict ----------------------------------------------------------------------------

    def evidence(self) -> Evidence:
        """What the batches come to."""
        tester, claim = self.tester, self.tester.plans.claim
        if self.wrong is not None:
            return self._refutation(*self.wrong)
        outcome, reason = self.tally.judge()
        summary = self._summary() if outcome is Outcome.CONFIRMED else f"{reason}{self._unmet()}"
        replay_id = tester.identifier(0, 0)
        return evidence(claim, tester.name, outcome, summary, self._data(), str(replay_id))

    def _summary(self) -> str:
        if isinstance(self.tester, PrimeFieldCheck) and self.tester.plans.is_searched:
            return (
                f"Both sides are equal on {self.tally.decided} random instances modulo "
                f"{', '.join(dict.fromkeys(s.split(',')[0][4:] for s in self.settings))}, without "
                f"rounding{self._tried()}{self._drawn()}; how often a claim that fails would pass "
                f"is not bounded, since hypotheses were met by trying."
            )
        if isinstance(self.tester, PrimeFieldCheck):
            return (
                f"Both sides are equal on {self.tally.decided} random instances modulo "
                f"{len(self.settings)} primes near 2²⁴, without rounding{self._tried()}; a claim "
                f"that fails at {'the sizes and for ' if self.sizes else ''}the families drawn "
                f"would pass one random instance with probability at most {max(self.misses):.1g}."
            )
        largest = max((float(r.max(initial=0.0)) for r in self.ratios), default=0.0)
        return (
            f"Both sides agree within the rounding bound on {self.tally.decided} random instances "
            f"in double precision{self._tried()}{self._drawn()}; the largest difference is "
            f"{largest:.2g} of its bound."
        )

    def _tried(self) -> str:
        """What was drawn and at which sizes, so that nobody takes them for all."""
        samples = ", ".join(f"{s.name} is {s.text}" for s in self.tester.plans.stated.samples)
        told = f", drawn as the specification says ({samples})" if samples else ""
        if not self.sizes:
            return told
        usual = [size for shape in self.shapes for size in shape.values()]
        low, high = (f(s[i] for s in self.sizes.values()) for i, f in enumerate((min, max)))
        at = f"{told}, at sizes {min(usual)} to {max(usual)}"
        return f"{at}, and on {self.edges} more at {low} to {high}" if self.edges else at

    def _unmet(self) -> str:
        """The hypothesis that stands in the way of most instances."""
        if not self.tally.batches or self.tally.met * 2 >= self.tally.instances:
            return ""
        drawn, plans = self.tester.draw(0), self.tester.plans
        failed = {
            name: int((defect > TOLERANCE).sum())
            for name, defect in defects(plans.claim, plans.evaluators, drawn.field, drawn.instance)
        }
        worst = max(plans.claim.hypotheses, key=lambda h: failed[h.name])
        return f"; what was drawn does not meet {named(worst)}" if failed[worst.name] else ""

    def _drawn(self) -> str:
        """What the functions were that hypotheses speak of."""
        laws = self.tester.plans.way.laws
        names = list(laws[0]) if laws else []
        each = [f"{n} as x ↦ {', '.join(dict.fromkeys(k[n] for k in laws))}" for n in names]
        return f", with {' and '.join(each)}" if each else ""

    def _data(self) -> dict[str, Json]:
        tester = self.tester
        degenerate = count(tester.lanes)
        data: dict[str, Json] = {
            "seed": tester.plans.seed,
            "backend": str(tester.placing.backend),
            "batches": self.tally.batches,
            "instances": self.tally.instances,
            "hypotheses_met": self.tally.met,
            "decided": self.tally.decided,
            "trivial": self.tally.trivial,
            "families": list(self.families),
            "settings": list(self.settings),
            "shapes": list(self.shapes[:6]),
            "sizes": {name: list(span) for name, span in self.sizes.items()},
            "instances_at_other_sizes": self.edges,
            "degenerate": {"each_batch": degenerate, "patterns": list(PATTERNS[:degenerate])},
        }
        if isinstance(tester, PrimeFieldCheck):
            data["instances_modulo_small_primes"] = self.small_fields
            data["miss_per_instance"] = max(self.misses, default=1.0)
            data["conditional_on"] = (
                "the families drawn; open functions that are random, fresh for each instance, with "
                "64-bit keys taken for independent; free entries uniform modulo p"
            )
            return data
        ratios = np.concatenate(self.ratios) if self.ratios else np.zeros(0)
        positive = np.log10(ratios[(ratios > 0) & np.isfinite(ratios)])
        counts, edges = np.histogram(positive, bins=40, range=(-8.0, 2.0))
        data |= self._narrow()
        data["largest_ratio"] = float(ratios.max(initial=0.0))
        data["equal_to_the_bit"] = int((ratios == 0).sum())
        data["ratio_histogram"] = {
            "scale": "log10",
            "edges": edges.tolist(),
            "counts": counts.tolist(),
        }
        data["ratios_by_shape"] = [
            {**shape, "largest_ratio": float(found.max())}
            for shape, found in zip(self.shapes, self.ratios, strict=True)
            if found.size and 0 < found.max() < np.inf
        ]
        data |= separation(tester, data["largest_ratio"])
        data["conditional_on"] = (
            "rounding rules derived by hand and tested, not proved; matrices taken to be within "
            "a multiple of their measured defect of what the hypotheses ask"
        )
        return data

    def _narrow(self) -> dict[str, Json]:
        """What narrower formats do to the first batches: a table, and the formats that lack."""
        tester = self.tester
        assert isinstance(tester, Float64Check)
        backend = tester.placing.backend
        drawn = [tester.draw(number) for number in range(min(self.tally.batches, _MEASURED))]
        rows: list[Json] = []
        for dtype in (d for d in NARROW if not lacks(backend, d)):
            precision = Precision()
            for batch in drawn:
                precision.add(measure(tester, batch, dtype), batch)
            rows.append(precision.row(dtype))
        missing = [reason for reason in (lacks(backend, d) for d in NARROW) if reason]
        return {"precisions": rows, "precisions_not_measured": missing}

    def _may_mislead(self, drawn: Drawn) -> str:
        """Why sides may differ of a claim that is true; empty where they cannot."""
        plans, scalars = self.tester.plans, self.tester.plans.claim.scalars
        if isinstance(self.tester, Float64Check):
            # Near a double root, what misses the hypotheses by ε is itself off by √ε.
            why = "they meet the hypotheses within rounding only, which may be the reason."
            asking = len(plans.asked.hypotheses) > len(plans.idle(drawn.instance.sizes))
            return why if plans.is_searched and asking else ""
        divides = not scalars.is_any and "divide" in claim_needs(plans.claim, plans.library)
        return "what is divided by may be 0 modulo a prime alone." if divides else ""

    def _refutation(self, drawn: Drawn, found: Compared) -> Evidence:
        tester = self.tester
        claim, library = tester.plans.claim, tester.plans.library
        lane = int(found.wrong.argmax())
        identifier = tester.identifier(drawn.number, lane)
        # What is shown is what is replayed: the smaller one, where one was found.
        small = find_small(claim, library, seconds=2.0)
        if small is not None:
            example, replayed = small.example, str(small_id(claim, small))
        else:
            example = shown(tester.plans, drawn, found, lane, remark(drawn, lane))
            replayed = str(identifier)
        wrong, fair = int(found.wrong.sum()), int(drawn.fair.sum())
        if small is None and (why := self._may_mislead(drawn)):
            summary = f"The sides differ on {wrong} of {fair} random instances; {why}"
            return evidence(claim, tester.name, Outcome.INCONCLUSIVE, summary, self._data())
        summary = (
            f"The sides differ on {wrong} of {fair} random instances that meet the hypotheses "
            f"({drawn.setting})."
        )
        data: dict[str, Json] = {
            "seed": tester.plans.seed,
            "batch": drawn.number,
            "instances": fair,
            "refuting": wrong,
        }
        if small is not None:
            data["one of them"] = f"harness replay {identifier}"
        return evidence(claim, tester.name, Outcome.REFUTED, summary, data, replayed, example)


def separation(tester: Float64Check, largest: Json) -> dict[str, Json]:
    """How far wrong variants of the conclusion stand from the true one, in units of the bound.

    A variant counts as wrong where exact arithmetic tells it from the truth. For each, the
    largest ratio over a few batches; of these the smallest.
    """
    plans = tester.plans
    exact = PrimeFieldCheck(plans.stated, plans.library, plans.seed)
    truth = [exact.draw(number) for number in (0, 2)]
    drawn = [tester.draw(number) for number in (0, 2, 3)]
    for batch in drawn:
        tester.compare(batch, plans.claim.conclusion)
    found: dict[str, float] = {}
    for number, (name, equation) in enumerate(variants(plans.claim.conclusion)):
        if any(exact.compare(batch, equation).wrong.any() for batch in truth):
            ratios = [float(tester.compare(b, equation).ratio.max(initial=0.0)) for b in drawn]
            found[f"{name} ({number + 1})"] = min(max(ratios), sys.float_info.max)
    if not found:
        return {}
    smallest = min(found.values())
    return {
        "wrong_variants": dict(found),
        "smallest_wrong_ratio": smallest,
        "separation": smallest / largest if isinstance(largest, float) and largest > 0 else None,
    }
