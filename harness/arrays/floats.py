"""Double precision, alone and with a bound on its rounding error carried along.

A `Bounded` number is a computed value and a bound on its distance from what exact arithmetic
would give on exact leaves. The rules are those of a forward error analysis (Higham, Accuracy and
Stability of Numerical Algorithms, chapters 2 and 3): with u the unit roundoff, a sum of k
products errs by γ_k |A||B|, and errors of the operands enter to first and second order. `UNIT`
is twice the unit roundoff, which covers the rounding of the bounds themselves; `TINY` covers
underflow. The rules are derived by hand and tested, not proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIT = 2.0**-52
TINY = 2.0**-1021


def gamma(k: int) -> float:
    """γ_k = k u / (1 − k u): the relative error of k roundings in a row."""
    return k * UNIT / (1 - k * UNIT)


class Float64:
    """NumPy arrays of doubles."""

    xp: Any = np

    def lay(self, rearrange: Callable[..., Any], /, *values: Floats) -> Floats:
        found: Floats = rearrange(*values)
        return found

    def shape(self, value: Floats) -> tuple[int, ...]:
        return value.shape

    def constant(self, value: int) -> Floats:
        return np.asarray(float(value))

    def add(self, left: Floats, right: Floats) -> Floats:
        return np.asarray(left + right)

    def subtract(self, left: Floats, right: Floats) -> Floats:
        return np.asarray(left - right)

    def multiply(self, left: Floats, right: Floats) -> Floats:
        return np.asarray(left * right)

    def divide(self, left: Floats, right: Floats) -> Floats:
        zero = right == 0
        return np.asarray(np.where(zero, 0.0, left / np.where(zero, 1.0, right)))

    def negate(self, value: Floats) -> Floats:
        return np.asarray(-value)

    def total(self, value: Floats) -> Floats:
        return np.asarray(value.sum(axis=-1))

    def matmul(self, left: Floats, right: Floats) -> Floats:
        return np.asarray(left @ right)


@dataclass(frozen=True, slots=True)
class Bounded:
    """Values, and bounds on their absolute errors; two arrays of one shape."""

    value: Floats
    error: Floats


def exactly(value: Floats) -> Bounded:
    """Values that are what they are meant to be."""
    return Bounded(value, np.zeros_like(value))


class BoundedFloat64:
    """Doubles with error bounds."""

    xp: Any = np

    def lay(self, rearrange: Callable[..., Any], /, *values: Bounded) -> Bounded:
        return Bounded(rearrange(*(v.value for v in values)), rearrange(*(v.error for v in values)))

    def shape(self, value: Bounded) -> tuple[int, ...]:
        return value.value.shape

    def constant(self, value: int) -> Bounded:
        return Bounded(np.asarray(float(value)), np.asarray(0.0))

    def add(self, left: Bounded, right: Bounded) -> Bounded:
        value = np.asarray(left.value + right.value)
        return Bounded(value, np.asarray(left.error + right.error + UNIT * np.abs(value)))

    def subtract(self, left: Bounded, right: Bounded) -> Bounded:
        return self.add(left, self.negate(right))

    def negate(self, value: Bounded) -> Bounded:
        return Bounded(np.asarray(-value.value), value.error)

    def multiply(self, left: Bounded, right: Bounded) -> Bounded:
        a, b = np.abs(left.value), np.abs(right.value)
        error = (UNIT * a + left.error) * b + (a + left.error) * right.error + TINY
        return Bounded(np.asarray(left.value * right.value), np.asarray(error))

    def divide(self, left: Bounded, right: Bounded) -> Bounded:
        """Zero divisors without error give exactly 0; any that may be 0 has no bound (∞)."""
        zero = right.value == 0
        divisor = np.where(zero, 1.0, right.value)
        value = np.where(zero, 0.0, left.value / divisor)
        room = np.abs(divisor) - right.error
        error = (left.error + np.abs(value) * right.error) / np.where(room > 0, room, 1.0)
        error = np.where(room > 0, error + UNIT * np.abs(value) + TINY, np.inf)
        error = np.where(zero, np.where(right.error == 0, 0.0, np.inf), error)
        return Bounded(np.asarray(value), np.asarray(error))

    def total(self, value: Bounded) -> Bounded:
        terms = value.value.shape[-1]
        rounding = gamma(terms) * np.abs(value.value).sum(axis=-1)
        error = value.error.sum(axis=-1) * (1 + gamma(terms)) + rounding
        return Bounded(np.asarray(value.value.sum(axis=-1)), np.asarray(error))

    def matmul(self, left: Bounded, right: Bounded) -> Bounded:
        """γ_{k+2} |A||B| + E_A |B| + (|A| + E_A) E_B, for inner dimension k."""
        k = left.value.shape[-1]
        a, b = np.abs(left.value), np.abs(right.value)
        g = gamma(k + 2)
        error = (g * a + left.error) @ b + (a + left.error) @ (right.error * (1 + 2 * g))
        return Bounded(left.value @ right.value, error * (1 + 2 * g) + (k + 1) * TINY)
