"""Narrower formats than double precision: measured against their own noise, and never decided by.

Double precision decides; half precisions cannot, since a bound on their rounding errors says
nothing, and single precision misses small mistakes. What can be said is whether the two sides of
a claim differ by more than the format's own rounding makes each of them differ from itself. So
this is data of the check in double precision, and no check with an outcome: no outcome means
"measured", and one that counted would lend a measurement the weight of a decision.

For each instance, in units of the largest entry of the right side in double precision:

- the fold: the largest difference of the two sides, both computed in the format;
- the noise: the largest difference of a side computed in the format from the same side computed
  in double precision from the same rounded inputs, or in the format with each sum in reverse
  order; the larger of both, over both sides, and at least the format's unit roundoff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.arrays import Value
from harness.arrays.backend import Backend
from harness.arrays.floats import Floating, Floats
from harness.evidence import Json
from harness.numeric.bounded import Float64Check
from harness.numeric.check import Drawn
from harness.numeric.placing import Placing, moved
from harness.numeric.spelling import largest
from harness.numeric.tally import Spread

NARROW = {"float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""The formats that are measured, with their unit roundoffs."""


class _Reversed(Floating):
    """The same arithmetic with each sum taken in reverse order."""

    def total(self, value: Floats) -> Floats:
        return super().total(self.xp.flip(value, axis=-1))

    def matmul(self, left: Floats, right: Floats) -> Floats:
        flip = self.xp.flip
        return super().matmul(flip(left, axis=-1), flip(right, axis=-2))


@dataclass(frozen=True)
class Measured:
    """Both sides in the format, as doubles, and what was measured of each lane: (lanes,)."""

    left: Floats
    right: Floats
    fold: Floats
    noise: Floats
    ratio: Floats
    """Fold over noise; near 1, or below, where the sides differ by rounding alone."""


def lacks(backend: Backend, dtype: str) -> str:
    """Why a format cannot be measured on a backend; empty where it can."""
    return "" if backend.dtype(dtype) is not None else f"{backend} has no {dtype}"


def measure(tester: Float64Check, drawn: Drawn, dtype: str) -> Measured:
    """A batch in a narrow format. Open functions keep the temperatures they have in doubles.

    Raises `ValueError` where the backend lacks the format.
    """
    backend, claim = tester.placing.backend, tester.plans.claim
    narrow, double = Placing(backend, dtype), Placing(backend)
    with np.errstate(all="ignore"):
        # The first evaluation sets the temperatures.
        arithmetic = Floating(backend)
        _sides(tester, drawn, arithmetic, drawn.values)
        values, functions = moved(claim, drawn.values, drawn.functions, narrow)
        rounded, _ = moved(claim, values, functions, double)
        here = _sides(tester, drawn, Floating(backend, dtype), values)
        reverse = _sides(tester, drawn, _Reversed(backend, dtype), values)
        exact = _sides(tester, drawn, arithmetic, rounded)
        scale = np.broadcast_to(largest(exact[1]), drawn.fair.shape)
        scale = np.where(scale > 0, scale, 1.0)
        fold = largest(here[0] - here[1]) / scale
        noises = [
            largest(a - b) for other in (reverse, exact) for a, b in zip(here, other, strict=True)
        ]
        noise = np.maximum(np.max(np.broadcast_arrays(*noises), axis=0) / scale, NARROW[dtype])
        ratio = fold / noise
    shape = drawn.fair.shape
    return Measured(*here, *(np.broadcast_to(a, shape) for a in (fold, noise, ratio)))


def _sides(
    tester: Float64Check, drawn: Drawn, arithmetic: Floating, values: Mapping[str, Value[Any]]
) -> tuple[Floats, Floats]:
    """Both sides of the conclusion, as doubles of NumPy."""
    walk = tester.plans.evaluators.at(arithmetic, drawn.instance.sizes)
    sides = walk.equation(tester.plans.claim.conclusion, values)
    fetch = tester.placing.backend.fetch
    left, right = (np.asarray(fetch(side), dtype=np.float64) for side in sides)
    return left, right


@dataclass
class Precision:
    """How one format did over many batches; these add up."""

    fold: Spread = field(default_factory=Spread)
    noise: Spread = field(default_factory=Spread)
    ratio: Spread = field(default_factory=Spread)

    def add(self, found: Measured, drawn: Drawn) -> None:
        """Count the instances that meet the hypotheses; where numbers overflow, all are endless."""
        for spread, values in zip(
            self._spreads(), (found.fold, found.noise, found.ratio), strict=True
        ):
            spread.add(values[drawn.fair])

    def merge(self, other: Precision) -> None:
        for spread, more in zip(self._spreads(), other._spreads(), strict=True):
            spread.merge(more)

    def _spreads(self) -> tuple[Spread, Spread, Spread]:
        return self.fold, self.noise, self.ratio

    def row(self, dtype: str) -> dict[str, Json]:
        """One row of a table for readers, relative to the largest entry of the result."""
        return {
            "format": dtype,
            "measured": self.fold.count - self.fold.endless,
            "overflowed": self.fold.endless,
            "fold_median": self.fold.quantile(0.5),
            "fold_largest": self.fold.largest,
            "noise_median": self.noise.quantile(0.5),
            "fold_over_noise_median": self.ratio.quantile(0.5),
            "fold_over_noise_99_percent": self.ratio.quantile(0.99),
        }

    def to_json(self) -> dict[str, Json]:
        names = ("fold", "noise", "ratio")
        return {name: s.to_json() for name, s in zip(names, self._spreads(), strict=True)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Precision:
        return Precision(*(Spread.from_json(data[name]) for name in ("fold", "noise", "ratio")))
