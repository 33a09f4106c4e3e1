"""Exponentials, softmax and norms with bounds on their errors, in any array namespace."""

from __future__ import annotations

from typing import Any

from harness.arrays.floats import TINY, UNIT, Bounded, Floats, gamma

LIBRARY = 8
"""Roundings that one call of exp or cos is taken for; NumPy's err by less than 4."""

_VAST = 700.0
"""Errors in an exponent beyond which its exponential may be anything."""

_UNDERFLOW = 1e-300
"""More than what is left of x · exp(x) where exp(−x) has no double."""


def exponential(xp: Any, argument: Bounded) -> Bounded:
    """exp, entry by entry."""
    value = xp.exp(argument.value)
    vast = argument.error > _VAST
    growth = xp.expm1(xp.where(vast, xp.zeros_like(argument.error), argument.error))
    error = value * (growth + LIBRARY * UNIT) + TINY
    return Bounded(value, xp.where(vast, xp.full_like(error, float("inf")), error))


def reciprocal_root(xp: Any, argument: Bounded) -> Bounded:
    """1 / √a, entry by entry; without a bound where a may be 0 or less.

    Relative errors: 1 / √(1 − e/a) − 1, which is at most e/a for e/a ≤ 1/2, and two roundings.
    """
    is_sure = 2 * argument.error <= argument.value
    sure = xp.where(is_sure, argument.value, xp.ones_like(argument.value))
    value = 1 / xp.sqrt(sure)
    error = value * (argument.error / sure + 4 * UNIT) + TINY
    return Bounded(value, xp.where(is_sure, error, xp.full_like(error, float("inf"))))


def silu(xp: Any, argument: Bounded) -> Bounded:
    """x / (1 + exp(−x)), entry by entry; its slope is nowhere above 1.1."""
    value = argument.value / (1 + xp.exp(-argument.value))
    rounding = xp.abs(value) * (LIBRARY + 4) * UNIT
    return Bounded(value, 1.1 * argument.error + rounding + _UNDERFLOW)


def softmax(xp: Any, logits: Bounded, seen: Any) -> Bounded:
    """Softmax along the last axis, over the entries that are `seen`; 0 for the others.

    Relative errors: exp(eⱼ + max e + 2u·range) (1 + γ) − 1.
    """
    if 0 in logits.value.shape:
        return logits
    n = logits.value.shape[-1]
    nothing = xp.zeros_like(logits.value)
    value, top = _softmax(xp, logits.value, seen)
    error = xp.where(seen, logits.error, nothing)
    spread = xp.max(xp.where(seen, top - logits.value, nothing), axis=-1, keepdims=True)
    exponent = error + xp.max(error, axis=-1, keepdims=True) + 2 * UNIT * spread
    error = below_one(xp, value, exponent, 1 + gamma(n), gamma(2 * (n + LIBRARY)))
    return Bounded(value, xp.where(seen, error, nothing))


def softmax_alone(xp: Any, logits: Floats, seen: Any) -> Floats:
    """The values of `softmax`, to the last bit, without their errors."""
    return logits if 0 in logits.shape else _softmax(xp, logits, seen)[0]


def _softmax(xp: Any, logits: Floats, seen: Any) -> tuple[Floats, Floats]:
    """The values, and the largest of the logits that are seen."""
    kept = xp.where(seen, logits, xp.full_like(logits, -float("inf")))
    top = xp.max(kept, axis=-1, keepdims=True)
    powers = xp.exp(kept - top)
    return powers / xp.sum(powers, axis=-1, keepdims=True), top


def below_one(xp: Any, value: Floats, exponent: Floats, factor: float, rounding: float) -> Floats:
    """The error of a number between 0 and 1, an exponential whose exponent errs."""
    vast = exponent > _VAST
    one = xp.ones_like(value)
    growth = xp.expm1(xp.where(vast, xp.zeros_like(exponent), exponent))
    error = value * (growth * factor + rounding) + TINY
    return xp.where(vast | (error > 1), one, error)  # type: ignore[no-any-return]
