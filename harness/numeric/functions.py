"""What the functions that a claim leaves open are in the float check, with their error bounds.

Maps of vectors to vectors of the same size are weights: softmax, masked softmax, sigmoid. Maps of
scalars are exponentials. Anything else is a wave, cos(A x + b). Each instance has a temperature
of its own, set where the function first meets its argument: sharp enough that weights are not
all alike, and not so sharp that they are all 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.arrays.evaluate import rank, shape_of
from harness.arrays.floats import TINY, UNIT, Bounded, Floats, exactly, gamma
from harness.language.types import Index, Named, Scalar, Type, Vector, function_parts, resolve

WEIGHTS = ("softmax", "masked softmax", "sigmoid")
"""The kinds of weights, as evidence names them."""

_VAST = 700.0
"""Errors in an exponent beyond which a weight may be anything: its error is then at most 1."""

_LIBRARY = 8
"""Roundings that one call of exp or cos is taken for; NumPy's err by less than 4."""


def open_functions(kind: str) -> Callable[..., Callable[..., Any]]:
    """A maker of functions for a sampler; `kind` is one of `WEIGHTS`."""

    def make(
        rng: np.random.Generator, type_: Type, sizes: Mapping[str, int], lanes: int
    ) -> Callable[..., Any]:
        arguments, result = function_parts(type_)
        data = [a for a in arguments if not isinstance(a, Index | Named)]
        shape = shape_of(result, sizes)
        sharpness = rng.choice([1.0, 3.0, 9.0], lanes)
        if data == [result] and isinstance(resolve(result), Vector):
            mask = np.ones((lanes, *shape), dtype=bool)
            if kind == "masked softmax":
                mask = rng.random((lanes, *shape)) < 0.7
                mask[..., :1] = True
            return _Curried(arguments, _Weights(_Temperature(sharpness), kind, mask))
        if data == [result] and isinstance(resolve(result), Scalar):
            return _Curried(arguments, _Exponential(_Temperature(sharpness)))
        lengths = [int(np.prod(shape_of(a, sizes))) for a in data]
        size = int(np.prod(shape))
        matrices = [rng.standard_normal((lanes, size, n)) for n in lengths]
        ranks = [rank(a) or 0 for a in data]
        wave = _Wave(
            _Temperature(sharpness), matrices, rng.uniform(0, 7, (lanes, size)), ranks, shape
        )
        return _Curried(arguments, wave)

    return make


class _Curried:
    """Splits arguments into indices, which change the temperature, and data."""

    def __init__(self, arguments: Sequence[Type], function: Callable[..., Bounded]) -> None:
        self.places = [isinstance(a, Index | Named) for a in arguments]
        self.function = function

    def __str__(self) -> str:
        return str(self.function)

    def __call__(self, arguments: Sequence[Any]) -> Any:
        factor: Floats = np.asarray(1.0)
        data: list[Any] = []
        for i, (argument, place) in enumerate(zip(arguments, self.places, strict=True)):
            if place:
                factor = factor * (1 + 0.5 * np.sin(1.0 + i + 2.0 * np.asarray(argument)))
            else:
                data.append(argument)
        bounded = [a if isinstance(a, Bounded) else exactly(np.asarray(a)) for a in data]
        found = self.function(factor, *bounded)
        return found if any(isinstance(a, Bounded) for a in data) else found.value


@dataclass
class _Temperature:
    """A factor for each instance, set by the first argument that is seen."""

    sharpness: Floats
    factor: Floats | None = field(default=None)

    def of(self, magnitude: Floats, core: int) -> Floats:
        """The factor, with `core` axes after that of the batch; `magnitude` is of an argument."""
        if self.factor is None:
            axes = tuple(range(magnitude.ndim - core - 1))
            core_axes = tuple(range(magnitude.ndim - core, magnitude.ndim))
            largest = magnitude.max(axis=(*axes, *core_axes), initial=0.0)
            self.factor = self.sharpness / np.where(largest > 0, largest, 1.0)
        return self.factor.reshape(*self.factor.shape, *[1] * core)


def _scaled(argument: Bounded, factor: Floats) -> Bounded:
    value = argument.value * factor
    error = argument.error * np.abs(factor) * (1 + UNIT) + 2 * UNIT * np.abs(value) + TINY
    return Bounded(value, error)


class _Weights:
    def __init__(self, temperature: _Temperature, kind: str, mask: Any) -> None:
        self.temperature = temperature
        self.kind = kind
        self.mask = mask

    def __str__(self) -> str:
        return f"{self.kind} of the vector times a temperature"

    def __call__(self, factor: Floats, scores: Bounded) -> Bounded:
        """Relative errors of softmax: exp(eⱼ + max e + 2u·range) (1 + γ) − 1."""
        if scores.value.shape[-1] == 0:
            return scores
        factor = factor[..., None] * self.temperature.of(np.abs(scores.value), 1)
        s = _scaled(scores, factor)
        if self.kind == "sigmoid":
            value = np.asarray(1 / (1 + np.exp(-s.value)))
            rounding = (_LIBRARY + 4) * UNIT
            return Bounded(value, _relative(value, s.error, 1.0, rounding))
        n = s.value.shape[-1]
        kept = np.where(self.mask, s.value, -np.inf)
        top = kept.max(axis=-1, keepdims=True)
        powers = np.exp(kept - top)
        value = powers / powers.sum(axis=-1, keepdims=True)
        error = np.where(self.mask, s.error, 0.0)
        spread = np.where(self.mask, top - s.value, 0.0).max(axis=-1, keepdims=True)
        exponent = error + error.max(axis=-1, keepdims=True) + 2 * UNIT * spread
        error = _relative(value, exponent, 1 + gamma(n), gamma(2 * (n + _LIBRARY)))
        return Bounded(value, np.where(self.mask, error, 0.0))


def _relative(value: Floats, exponent: Floats, factor: float, rounding: float) -> Floats:
    """The error of a number between 0 and 1, an exponential whose exponent errs."""
    vast = exponent > _VAST
    error = value * (np.expm1(np.where(vast, 0.0, exponent)) * factor + rounding) + TINY
    return np.where(vast, 1.0, np.minimum(error, 1.0))


class _Exponential:
    def __init__(self, temperature: _Temperature) -> None:
        self.temperature = temperature

    def __str__(self) -> str:
        return "exp(x times a temperature)"

    def __call__(self, factor: Floats, argument: Bounded) -> Bounded:
        s = _scaled(argument, factor * self.temperature.of(np.abs(argument.value), 0))
        value = np.exp(s.value)
        vast = s.error > _VAST
        error = value * (np.expm1(np.where(vast, 0.0, s.error)) + _LIBRARY * UNIT) + TINY
        return Bounded(value, np.where(vast, np.inf, error))


class _Wave:
    def __init__(
        self,
        temperature: _Temperature,
        matrices: Sequence[Floats],
        phase: Floats,
        ranks: Sequence[int],
        shape: Sequence[int],
    ) -> None:
        self.temperature = temperature
        self.matrices = matrices
        self.phase = phase
        self.ranks = ranks
        self.shape = tuple(shape)

    def __str__(self) -> str:
        return "cos(A x + b), A and b at random"

    def __call__(self, factor: Floats, *data: Bounded) -> Bounded:
        value: Floats = np.zeros(())
        error: Floats = np.zeros(())
        for argument, matrix, core in zip(data, self.matrices, self.ranks, strict=True):
            frame = argument.value.shape[: argument.value.ndim - core]
            x = argument.value.reshape(*frame, matrix.shape[-1], 1)
            e = argument.error.reshape(*frame, matrix.shape[-1], 1)
            g = gamma(matrix.shape[-1] + 3)
            value = value + (matrix @ x)[..., 0]
            error = error + (np.abs(matrix) @ (e * (1 + g) + g * np.abs(x)))[..., 0]
        factor = factor[..., None] * self.temperature.of(np.abs(value), 1)
        angle = value * factor + self.phase
        error = error * np.abs(factor) + 4 * UNIT * (np.abs(value * factor) + np.abs(self.phase))
        found = np.cos(angle)
        error = error + _LIBRARY * UNIT
        shape = (*found.shape[:-1], *self.shape)
        return Bounded(found.reshape(shape), np.broadcast_to(error, found.shape).reshape(shape))
