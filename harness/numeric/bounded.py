"""The check `float64`: real functions for the open ones, decided by a bound on the rounding error.

The interpreter carries the bound along (`harness.arrays.floats`). Matrices that are to meet a
hypothesis do so up to rounding only; how far they are from it is measured, and enters the bound
as an error of theirs. That seed is an estimate, tested rather than proved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from harness.arrays import Data, Value
from harness.arrays.floats import UNIT, Bounded, BoundedFloat64, Floats
from harness.language.terms import Equation, Relation
from harness.language.transform import free_variables
from harness.numeric.check import Check, Compared, Drawn, Mask
from harness.numeric.functions import WEIGHTS, open_functions
from harness.numeric.instance import Instance
from harness.numeric.reals import RealField, Regime
from harness.numeric.sampling import OpenFunctions
from harness.numeric.spelling import CANCELLED, defects, largest

TOLERANCE = 1e-9
"""A hypothesis counts as met where its sides differ by no more than this part of their size."""

SHARP = 1e-6
"""A bound below this part of the sides' largest entries tells right from wrong."""

_SLACK = 4
"""Seeds are larger than measured defects by this times d, the number of terms in a sum."""


class Float64Check(Check):
    """Batches of instances in doubles. Raises `Unmet` where no sampler meets the claim."""

    name = "float64"

    def field_of(self, number: int) -> RealField:
        """The reals; functions with laws, exponentials among them, are given plain numbers."""
        return RealField(
            Regime.PLAIN if self.plans.way.laws else list(Regime)[number % len(Regime)]
        )

    def functions(self, field: RealField, number: int) -> OpenFunctions:
        return open_functions(_weights(number))

    def setting(self, number: int, field: RealField, has_others: bool) -> list[str]:
        """Regimes and kinds of weights take turns."""
        return [str(field.regime), *([_weights(number)] if has_others else [])]

    def met(self, field: RealField, instance: Instance) -> tuple[Mask, dict[str, Floats]]:
        """Where the hypotheses hold, and the errors (lanes,) of what they speak of.

        A variable errs by the measured defects of its hypotheses, relative to its largest entry.
        """
        claim = self.plans.claim
        fair = np.ones(instance.lanes, dtype=bool)
        relative: dict[str, Floats] = {}
        hypotheses = {h.name: h.equation for h in claim.hypotheses}
        for name, defect in defects(claim, self.plans.evaluators, field, instance):
            fair &= defect <= TOLERANCE
            equation = hypotheses[name]
            for variable in free_variables(equation.left) | free_variables(equation.right):
                relative[variable] = np.maximum(relative.get(variable, np.asarray(0.0)), defect)
        errors: dict[str, Floats] = {}
        for name, defect in relative.items():
            value = instance.values.get(name)
            if isinstance(value, Data):
                array = value.array
                d = max(array.shape[-2:]) if array.ndim > 2 else 1
                errors[name] = np.asarray(_SLACK * d * (defect + UNIT) * largest(array))
        return fair, errors

    def compare(self, drawn: Drawn, equation: Equation) -> Compared:
        """Both sides, and their difference against the bound."""
        placing = self.placing
        xp = placing.xp
        walk = self.plans.evaluators.at(BoundedFloat64(placing.backend), drawn.instance.sizes)
        values: dict[str, Value[Bounded]] = {}
        for name, value in drawn.values.items():
            if isinstance(value, Data):
                error = drawn.errors.get(name, np.asarray(0.0))
                error = error.reshape(*error.shape, *[1] * (value.array.ndim - error.ndim))
                error = xp.broadcast_to(placing.array(error), value.array.shape)
                values[name] = Data(Bounded(value.array, error))
            else:
                values[name] = cast("Value[Bounded]", value)
        sides = walk.equation(equation, values)
        fetch = placing.backend.fetch
        left, right = (Bounded(fetch(side.value), fetch(side.error)) for side in sides)
        found = _decide(left, right, drawn.fair)
        if found.decided.sum() < drawn.fair.sum():
            # Sides that cancel, as a skew form's, are measured by what they are made of.
            for name, value in values.items():
                if isinstance(value, Data):
                    bounded = value.array
                    values[name] = Data(Bounded(xp.abs(bounded.value), bounded.error))
            walk = self.plans.evaluators.at(_Magnitudes(placing.backend), drawn.instance.sizes)
            whole = [fetch(side.value) for side in walk.equation(equation, values)]
            found = _decide(left, right, drawn.fair, np.maximum(*map(largest, whole)))
        if equation.relation is Relation.UNEQUAL:  # the bound tells sides apart, and none together
            apart = np.abs(left.value - right.value) > left.error + right.error
            decided = np.broadcast_to(apart.all(axis=_entries(left.value)), drawn.fair.shape)
            none, zero = np.zeros_like(drawn.fair), np.zeros(drawn.fair.shape)
            found = replace(found, wrong=none, decided=decided & drawn.fair, ratio=zero)
        return found


class _Magnitudes(BoundedFloat64):
    """Doubles of which none is taken from another, so that nothing cancels."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Magnitudes) and self.xp is other.xp

    def __hash__(self) -> int:
        return hash((_Magnitudes, self.xp))

    def negate(self, value: Bounded) -> Bounded:
        return value


def _weights(number: int) -> str:
    return WEIGHTS[(number // len(Regime)) % len(WEIGHTS)]


@np.errstate(divide="ignore", over="ignore", invalid="ignore")
def _decide(left: Bounded, right: Bounded, fair: Mask, whole: Floats | None = None) -> Compared:
    """Compare entry by entry: the ratio of difference to bound, and what follows from it.

    `whole` (lanes,) is how large the sides would be if nothing had cancelled in them; sides that
    are next to nothing beside it are taken for as large.
    """
    bound = left.error + right.error
    difference = np.abs(left.value - right.value)
    # A bound of ∞ or one that is not a number says nothing: such lanes are not decided.
    ratios = np.where(difference == 0, 0.0, difference / bound)
    ratio = np.broadcast_to(largest(np.nan_to_num(ratios, nan=0.0, posinf=np.inf)), fair.shape)
    # Without squares, whose overflow would make any bound sharp.
    size = np.hypot(largest(left.value), largest(right.value)) / np.sqrt(2)
    if whole is not None:
        size = np.where(size <= CANCELLED * whole, whole, size)
    widest = largest(bound)
    sharp = np.broadcast_to(np.isfinite(widest) & (widest <= SHARP * size), fair.shape)
    # What is equal to the last bit needs no bound; two that overflowed are not equal for that.
    same = (left.value == right.value) & np.isfinite(left.value)
    equal = np.broadcast_to(same.all(axis=_entries(left.value)), fair.shape)
    wrong = (ratio > 1) & fair
    return Compared(left.value, right.value, wrong, fair & (wrong | sharp | equal), ratio)


def _entries(values: Floats) -> tuple[int, ...]:
    return tuple(range(1, values.ndim))
