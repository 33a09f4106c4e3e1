"""What came of many batches: numbers that add up, whoever tested which batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from harness.evidence import Json, Outcome
from harness.numeric.check import Check, Compared, Drawn, trivial, unchanged

_ENOUGH = 0.5
"""The part of the instances that must meet the hypotheses and be decided."""

_BINS = 10
"""Bins of a spread for each power of ten."""


@dataclass
class Spread:
    """How magnitudes are spread, to within a tenth of a power of ten; spreads add up."""

    zeros: int = 0
    endless: int = 0
    """How many were infinite, or not numbers."""
    bins: Counter[int] = field(default_factory=Counter)
    """How many lay between 10^(k/10) and 10^((k+1)/10), by k."""
    largest: float = 0.0

    def add(self, values: Iterable[float]) -> None:
        """Count magnitudes."""
        array = np.abs(np.asarray(values, dtype=np.float64))
        finite = array[np.isfinite(array)]
        positive = finite[finite > 0]
        self.endless += array.size - finite.size
        self.zeros += finite.size - positive.size
        self.largest = max(self.largest, float(finite.max(initial=0.0)))
        places, counts = np.unique(np.floor(_BINS * np.log10(positive)), return_counts=True)
        for place, count in zip(places.tolist(), counts.tolist(), strict=True):
            self.bins[int(place)] += count

    def merge(self, other: Spread) -> None:
        """Count what `other` counted."""
        self.zeros += other.zeros
        self.endless += other.endless
        self.bins.update(other.bins)
        self.largest = max(self.largest, other.largest)

    @property
    def count(self) -> int:
        return self.zeros + self.endless + self.bins.total()

    def quantile(self, part: float) -> float:
        """What at least this part of the finite magnitudes do not exceed, to within a bin."""
        wanted, seen = part * (self.count - self.endless), self.zeros
        if seen >= wanted:
            return 0.0
        for place in sorted(self.bins):
            seen += self.bins[place]
            if seen >= wanted:
                return float(min(10.0 ** ((place + 1) / _BINS), self.largest))
        return self.largest

    def to_json(self) -> dict[str, Json]:
        bins: dict[str, Json] = {str(place): self.bins[place] for place in sorted(self.bins)}
        found: dict[str, Json] = {"zeros": self.zeros, "endless": self.endless}
        return {**found, "largest": self.largest, "bins": bins}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Spread:
        bins = Counter({int(place): int(count) for place, count in data["bins"].items()})
        return Spread(data["zeros"], data["endless"], bins, data["largest"])


@dataclass
class Tally:
    """How many instances there were, and what was found of them."""

    batches: int = 0
    instances: int = 0
    met: int = 0
    """Instances that meet the hypotheses."""
    decided: int = 0
    trivial: int = 0
    """Decided instances in which all that is orthogonal or commutes is a multiple of 1."""
    unchanged: int = 0
    """Decided instances in which both sides were given the very same arguments."""
    refuted: int = 0

    @staticmethod
    def of(tester: Check, drawn: Drawn, found: Compared) -> Tally:
        """One batch."""
        return Tally(
            batches=1,
            instances=drawn.instance.lanes,
            met=int(drawn.fair.sum()),
            decided=int(found.decided.sum()),
            trivial=int((trivial(tester.plans, drawn.instance) & found.decided).sum()),
            unchanged=int(
                np.sum(unchanged(tester.plans, drawn.field, drawn.instance) & found.decided)
            ),
            refuted=int(found.wrong.sum()),
        )

    def merge(self, other: Tally) -> None:
        """Count what `other` counted."""
        for name in (f.name for f in fields(Tally)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def judge(self) -> tuple[Outcome, str]:
        """What this comes to, and why where it is nothing better."""
        if self.batches == 0:
            return Outcome.NOT_RUN, "no instance was tested"
        if self.refuted:
            wrong = f"{self.refuted} of {self.met} instances"
            return Outcome.REFUTED, f"the sides differ on {wrong} that meet the hypotheses"
        if self.met < _ENOUGH * self.instances:
            met = f"{self.met} of {self.instances} instances"
            return Outcome.INCONCLUSIVE, f"only {met} met the hypotheses"
        if self.decided == 0 or self.decided < _ENOUGH * self.met:
            sharp = f"{self.decided} of {self.met} instances"
            return Outcome.INCONCLUSIVE, f"the rounding bound says enough on only {sharp}"
        if self.trivial > _ENOUGH * self.decided:
            trivial = f"in {self.trivial} of {self.decided} instances"
            return Outcome.INCONCLUSIVE, f"the hypotheses were met by multiples of 1 {trivial}"
        if self.unchanged == self.decided:
            return Outcome.INCONCLUSIVE, "both sides were given the very same arguments"
        return Outcome.CONFIRMED, ""
