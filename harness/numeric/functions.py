"""What the functions that a claim leaves open are in the float check, with their error bounds.

Maps of vectors to vectors of the same size are weights: softmax, masked softmax, sigmoid. Maps of
scalars are exponentials. Anything else is a wave, cos(A x + b). Each instance has a temperature
of its own, set where the function first meets its argument: sharp enough that weights are not
all alike, and not so sharp that they are all 0 or 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np

from harness.arrays.evaluate import rank, shape_of
from harness.arrays.floats import TINY, UNIT, Bounded, Floats, exactly, gamma
from harness.arrays.functions import LIBRARY, below_one, exponential, softmax, softmax_alone
from harness.language.types import Index, Named, Scalar, Type, Vector, function_parts, resolve
from harness.numeric.degenerate import constants
from harness.numeric.placing import Placing

WEIGHTS = ("softmax", "masked softmax", "sigmoid")
"""The kinds of weights, as evidence names them."""


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
            return _curried(arguments, result, lanes, _Weights(_Temperature(sharpness), kind, mask))
        if data == [result] and isinstance(resolve(result), Scalar):
            return _curried(arguments, result, lanes, _Exponential(_Temperature(sharpness)))
        lengths = [int(np.prod(shape_of(a, sizes))) for a in data]
        ranks = [rank(a) or 0 for a in data]
        found = wave(rng, lanes, lengths, ranks, shape, sharpness)
        return _curried(arguments, result, lanes, found)

    return make


def wave(
    rng: np.random.Generator,
    lanes: int,
    lengths: Sequence[int],
    ranks: Sequence[int],
    shape: tuple[int, ...],
    sharpness: Floats | None = None,
) -> _Wave:
    """cos(A x + b) of arguments of these lengths, without any relation between its values."""
    sharpness = np.full(lanes, 2.0) if sharpness is None else sharpness
    size = int(np.prod(shape))
    matrices = [rng.standard_normal((lanes, size, n)) for n in lengths]
    phase = rng.uniform(0, 7, (lanes, size))
    return _Wave(_Temperature(sharpness), matrices, phase, ranks, shape)


class _OnArrays:
    """What holds arrays, and can be had on those of another backend or format."""

    def on(self, placing: Placing) -> Self:
        """The same on other arrays. Temperatures that have been set are kept."""
        moved = {f.name: _moved(getattr(self, f.name), placing) for f in fields(self)}  # type: ignore[arg-type]
        return replace(self, **moved | ({"xp": placing.xp} if "xp" in moved else {}))  # type: ignore[type-var]


def _moved(value: Any, placing: Placing) -> Any:
    if isinstance(value, _OnArrays):
        return value.on(placing)
    if isinstance(value, list):
        return [_moved(item, placing) for item in value]
    return placing.array(value) if hasattr(value, "shape") else value


class _Function(_OnArrays, ABC):
    """Takes a factor of the temperature, and data."""

    xp: Any

    @abstractmethod
    def __call__(self, factor: Any, /, *data: Bounded) -> Bounded: ...

    def alone(self, factor: Any, /, *data: Floats) -> Floats:
        """The same values, where nobody asks for their errors."""
        return self(factor, *(exactly(a, self.xp) for a in data)).value


@dataclass(frozen=True)
class _Curried(_OnArrays):
    """Splits arguments into indices, which change the temperature, and data.

    What comes of them is multiplied by a factor and gets a shift, of 1 and 0 but in some lanes.
    """

    arguments: Sequence[Type]
    function: _Function
    factor: Floats
    shift: Floats

    def __str__(self) -> str:
        return str(self.function)

    def __call__(self, arguments: Sequence[Any]) -> Any:
        xp = self.function.xp
        places: list[tuple[int, Any]] = []
        data: list[Any] = []
        for i, (argument, type_) in enumerate(zip(arguments, self.arguments, strict=True)):
            if isinstance(type_, Index | Named):
                places.append((i, argument))
            else:
                data.append(argument)
        arrays = [a.value if isinstance(a, Bounded) else a for a in data]
        dtype = arrays[0].dtype if arrays else xp.float64
        factor = xp.asarray(1.0, dtype=dtype)
        for i, argument in places:
            turn = xp.astype(xp.asarray(argument), xp.float64)
            factor = factor * xp.astype(1 + 0.5 * xp.sin(1.0 + i + 2.0 * turn), dtype)
        if any(isinstance(a, Bounded) for a in data):
            given = (a if isinstance(a, Bounded) else exactly(a, xp) for a in data)
            found = self.function(factor, *given)
            value = found.value * self.factor + self.shift
            return Bounded(value, found.error * self.factor)
        return self.function.alone(factor, *arrays) * self.factor + self.shift


def _curried(arguments: Sequence[Type], result: Type, lanes: int, function: _Function) -> _Curried:
    core = [1] * (rank(result) or 0)
    factor, shift = (x.reshape(lanes, *core) for x in constants(lanes))
    return _Curried(arguments, function, factor, shift)


@dataclass
class _Temperature(_OnArrays):
    """A factor for each instance, set by the first argument that is seen."""

    sharpness: Floats
    factor: Floats | None = field(default=None)
    xp: Any = np

    def of(self, magnitude: Floats, core: int) -> Floats:
        """The factor, with `core` axes after that of the batch; `magnitude` is of an argument."""
        xp = self.xp
        if self.factor is None:
            lanes = magnitude.ndim - core - 1
            axes = tuple(i for i in range(magnitude.ndim) if i != lanes)
            empty = 0 in magnitude.shape
            largest = xp.zeros_like(self.sharpness) if empty else xp.max(magnitude, axis=axes)
            self.factor = self.sharpness / xp.where(largest > 0, largest, xp.ones_like(largest))
        return xp.reshape(self.factor, (*self.factor.shape, *[1] * core))  # type: ignore[no-any-return]


def _scaled(xp: Any, argument: Bounded, factor: Floats) -> Bounded:
    value = argument.value * factor
    error = argument.error * xp.abs(factor) * (1 + UNIT) + 2 * UNIT * xp.abs(value) + TINY
    return Bounded(value, error)


@dataclass(frozen=True)
class _Weights(_Function):
    temperature: _Temperature
    kind: str
    mask: Any
    xp: Any = np

    def __str__(self) -> str:
        return f"{self.kind} of the vector times a temperature"

    def __call__(self, factor: Any, /, *data: Bounded) -> Bounded:
        """Weights of the scores times the temperature."""
        (scores,) = data
        xp = self.xp
        if 0 in scores.value.shape:
            return scores
        factor = factor[..., None] * self.temperature.of(xp.abs(scores.value), 1)
        s = _scaled(xp, scores, factor)
        if self.kind == "sigmoid":
            value = 1 / (1 + xp.exp(-s.value))
            return Bounded(value, below_one(xp, value, s.error, 1.0, (LIBRARY + 4) * UNIT))
        return softmax(xp, s, self.mask)

    def alone(self, factor: Any, /, *data: Floats) -> Floats:
        (scores,) = data
        xp = self.xp
        if 0 in scores.shape:
            return scores
        scaled = scores * (factor[..., None] * self.temperature.of(xp.abs(scores), 1))
        if self.kind == "sigmoid":
            return 1 / (1 + xp.exp(-scaled))  # type: ignore[no-any-return]
        return softmax_alone(xp, scaled, self.mask)


@dataclass(frozen=True)
class _Exponential(_Function):
    temperature: _Temperature
    xp: Any = np

    def __str__(self) -> str:
        return "exp(x times a temperature)"

    def __call__(self, factor: Any, /, *data: Bounded) -> Bounded:
        (argument,) = data
        xp = self.xp
        s = _scaled(xp, argument, factor * self.temperature.of(xp.abs(argument.value), 0))
        return exponential(xp, s)


@dataclass(frozen=True)
class _Wave(_Function):
    temperature: _Temperature
    matrices: Sequence[Floats]
    phase: Floats
    ranks: Sequence[int]
    shape: tuple[int, ...]
    xp: Any = np

    def __str__(self) -> str:
        return "cos(A x + b), A and b at random"

    def __call__(self, factor: Any, /, *data: Bounded) -> Bounded:
        xp = self.xp
        value = xp.zeros_like(self.phase)
        error = xp.zeros_like(self.phase)
        for argument, matrix, core in zip(data, self.matrices, self.ranks, strict=True):
            frame = argument.value.shape[: argument.value.ndim - core]
            x = xp.reshape(argument.value, (*frame, matrix.shape[-1], 1))
            e = xp.reshape(argument.error, (*frame, matrix.shape[-1], 1))
            g = gamma(matrix.shape[-1] + 3)
            value = value + (matrix @ x)[..., 0]
            error = error + (xp.abs(matrix) @ (e * (1 + g) + g * xp.abs(x)))[..., 0]
        factor = factor[..., None] * self.temperature.of(xp.abs(value), 1)
        angle = value * factor + self.phase
        size = xp.abs(value * factor) + xp.abs(self.phase)
        error = error * xp.abs(factor) + 4 * UNIT * size + LIBRARY * UNIT
        shape = (*angle.shape[:-1], *self.shape)
        found = xp.reshape(xp.cos(angle), shape)
        return Bounded(found, xp.reshape(xp.broadcast_to(error, angle.shape), shape))
