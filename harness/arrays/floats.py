"""Floating-point numbers, alone and, in double precision, with a bound on their rounding error.

A `Bounded` number is a computed value and a bound on its distance from what exact arithmetic
would give on exact leaves. The rules are those of a forward error analysis (Higham, Accuracy and
Stability of Numerical Algorithms, chapters 2 and 3): with u the unit roundoff, a sum of k
products errs by γ_k |A||B|, in whatever order it is taken, and errors of the operands enter to
first and second order. `UNIT` is twice the unit roundoff, which covers the rounding of the bounds
themselves; `TINY` covers underflow. The rules are derived by hand and tested, not proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays.arithmetic import PlainArithmetic
from harness.arrays.backend import NUMPY, Backend

Floats = NDArray[np.float64]
"""Arrays of doubles: NumPy's, or of another namespace that the arithmetic was given."""

UNIT = 2.0**-52
TINY = 2.0**-1021


def gamma(k: int) -> float:
    """γ_k = k u / (1 − k u): the relative error of k roundings in a row."""
    return k * UNIT / (1 - k * UNIT)


class Floating(PlainArithmetic[Floats]):
    """Arrays of one floating-point format on one backend.

    Raises `ValueError` where the backend lacks the format.
    """

    def __init__(self, backend: Backend = NUMPY, dtype: str = "float64") -> None:
        self.xp: Any = backend.xp
        self.dtype: Any = backend.dtype(dtype)
        if self.dtype is None:
            raise ValueError(f"{backend} has no {dtype}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Floating) or type(self) is not type(other):
            return False
        return bool(self.xp is other.xp and self.dtype == other.dtype)

    def __hash__(self) -> int:
        return hash((type(self), self.xp, self.dtype))

    def constant(self, value: int) -> Floats:
        return self.xp.asarray(float(value), dtype=self.dtype)  # type: ignore[no-any-return]

    def divide(self, left: Floats, right: Floats) -> Floats:
        xp, zero = self.xp, right == 0
        quotient = left / xp.where(zero, xp.ones_like(right), right)
        return self.reduce(xp.where(zero, xp.zeros_like(quotient), quotient))

    def reduce(self, value: Any) -> Floats:
        """NumPy gives a bare number in place of an array of shape ()."""
        return np.asarray(value) if self.xp is np else value


class Float64(Floating):
    """NumPy arrays of doubles."""

    xp: Any = np
    dtype: Any = np.float64

    def __init__(self) -> None:
        """Nothing to choose."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Values, and bounds on their absolute errors; two arrays of one shape."""

    value: Floats
    error: Floats


def exactly(value: Floats, xp: Any = np) -> Bounded:
    """Values that are what they are meant to be."""
    return Bounded(value, xp.zeros_like(value))


class BoundedFloat64:
    """Doubles with error bounds."""

    def __init__(self, backend: Backend = NUMPY) -> None:
        self.xp: Any = backend.xp

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoundedFloat64) and self.xp is other.xp

    def __hash__(self) -> int:
        return hash((BoundedFloat64, self.xp))

    def lay(self, rearrange: Callable[..., Any], /, *values: Bounded) -> Bounded:
        return Bounded(rearrange(*(v.value for v in values)), rearrange(*(v.error for v in values)))

    def shape(self, value: Bounded) -> tuple[int, ...]:
        return tuple(value.value.shape)

    def constant(self, value: int) -> Bounded:
        return exactly(self.xp.asarray(float(value), dtype=self.xp.float64), self.xp)

    def add(self, left: Bounded, right: Bounded) -> Bounded:
        value = left.value + right.value
        return self._bounded(value, left.error + right.error + UNIT * self.xp.abs(value))

    def subtract(self, left: Bounded, right: Bounded) -> Bounded:
        return self.add(left, self.negate(right))

    def negate(self, value: Bounded) -> Bounded:
        return self._bounded(-value.value, value.error)

    def multiply(self, left: Bounded, right: Bounded) -> Bounded:
        a, b = self.xp.abs(left.value), self.xp.abs(right.value)
        error = (UNIT * a + left.error) * b + (a + left.error) * right.error + TINY
        return self._bounded(left.value * right.value, error)

    def divide(self, left: Bounded, right: Bounded) -> Bounded:
        """Zero divisors without error give exactly 0; any that may be 0 has no bound (∞)."""
        xp = self.xp
        zero = right.value == 0
        divisor = xp.where(zero, xp.ones_like(right.value), right.value)
        value = left.value / divisor
        value = xp.where(zero, xp.zeros_like(value), value)
        room = xp.abs(divisor) - right.error
        error = (left.error + xp.abs(value) * right.error) / xp.where(
            room > 0, room, xp.ones_like(room)
        )
        boundless = xp.full_like(error, float("inf"))
        error = xp.where(room > 0, error + UNIT * xp.abs(value) + TINY, boundless)
        nothing = xp.where(right.error == 0, xp.zeros_like(error), boundless)
        return self._bounded(value, xp.where(zero, nothing, error))

    def total(self, value: Bounded) -> Bounded:
        xp, terms = self.xp, value.value.shape[-1]
        rounding = gamma(terms) * xp.sum(xp.abs(value.value), axis=-1)
        error = xp.sum(value.error, axis=-1) * (1 + gamma(terms)) + rounding
        return self._bounded(xp.sum(value.value, axis=-1), error)

    def matmul(self, left: Bounded, right: Bounded) -> Bounded:
        """γ_{k+2} |A||B| + E_A |B| + (|A| + E_A) E_B, for inner dimension k."""
        k = left.value.shape[-1]
        a, b = self.xp.abs(left.value), self.xp.abs(right.value)
        g = gamma(k + 2)
        error = (g * a + left.error) @ b + (a + left.error) @ (right.error * (1 + 2 * g))
        return Bounded(left.value @ right.value, error * (1 + 2 * g) + (k + 1) * TINY)

    def _bounded(self, value: Any, error: Any) -> Bounded:
        """NumPy gives bare numbers in place of arrays of shape ()."""
        if self.xp is np:
            return Bounded(np.asarray(value), np.asarray(error))
        return Bounded(value, error)
