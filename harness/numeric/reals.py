"""Drawing and solving over the reals, in doubles; what `PrimeField` does modulo a prime."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from harness.arrays.arithmetic import Arithmetic
from harness.arrays.floats import Float64, Floats

_NEAR = 2e-3
"""How far from 1 orthogonal matrices are, in norm, where they are to be near it."""

_NULL = 1e-13
"""Eigenvalues of AᵀA below this part of the square of the scale count as 0."""


class Field(Arithmetic[Floats], Protocol):
    """Numbers that samplers can draw and solve with; arrays of doubles hold them."""

    generators: int
    """Orthogonal matrices of one algebra, beyond so many, are products of two of these."""

    def uniform(self, rng: np.random.Generator, shape: Sequence[int]) -> Floats:
        """Independent numbers without any relation to each other."""
        ...

    def null_vectors(
        self, rng: np.random.Generator, matrix: Floats, scale: Floats, draws: int
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Random solutions (…, draws, n) of A x = 0 for a stack, and how many are independent.

        `scale` (one number for each of the stack) is how large A would be if it did not vanish.
        """
        ...

    def inverse(self, matrix: Floats) -> Floats:
        """Inverses of a stack of square matrices."""
        ...

    def reciprocal(self, value: Floats) -> Floats:
        """Inverses of numbers, 0 for 0."""
        ...

    def roots(self, value: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """A square root of each number, and which have one."""
        ...

    def positive(self, value: Floats) -> Floats:
        """Numbers of a set with one root in it each, 1/x with x, and the product of any two."""
        ...

    def orthogonal_in(self, rng: np.random.Generator, element: Floats, signs: Floats) -> Floats:
        """An orthogonal matrix in the algebra of `element` (…, d, d).

        `signs` is an orthogonal involution of that algebra, which is closed under transposition.
        """
        ...

    def circle(self, rng: np.random.Generator, shape: Sequence[int], count: int) -> Floats:
        """Points (…, count) whose squares add up to 1."""
        ...

    def turns(self, rng: np.random.Generator, shape: Sequence[int]) -> Floats:
        """Cosines and sines (*shape, 2) that one frequency gives at the places of the last axis."""
        ...

    def free(self, rng: np.random.Generator, shape: Sequence[int], rank: int) -> Floats:
        """Values of a variable that no hypothesis speaks of; its type has the last `rank` axes."""
        ...


class Regime(StrEnum):
    """How the free variables of an instance are drawn."""

    PLAIN = "plain"
    SCALED = "badly scaled"
    CANCELLING = "cancelling"
    NEAR = "nearly the identity"
    """Orthogonal matrices differ from 1 by thousandths: what is wrong is then nearly right."""


_STEP = math.pi / 3.2 * 2.0**-15
"""Its multiples fill the digits of a double, so that products of them are rounded."""


def _fractions(rng: np.random.Generator, shape: Sequence[int]) -> Floats:
    """Uniform between −1 and 1 on 2¹⁶ steps: these cost a third of what random doubles do."""
    count = math.prod(shape)
    bits = rng.integers(0, 2**64, -(-count // 4), np.uint64)
    return np.asarray(bits.view(np.int16)[:count].reshape(tuple(shape)) * _STEP)


class RealField(Float64):
    """The reals, drawn from normal and uniform distributions."""

    generators = 8

    def __init__(self, regime: Regime = Regime.PLAIN) -> None:
        super().__init__()
        self.regime = regime

    def uniform(self, rng: np.random.Generator, shape: Sequence[int]) -> Floats:
        return rng.standard_normal(tuple(shape))

    def null_vectors(
        self, rng: np.random.Generator, matrix: Floats, scale: Floats, draws: int
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Projections of normal vectors on the null space, by eigenvectors of AᵀA."""
        *frame, _, n = matrix.shape
        values, vectors = np.linalg.eigh(np.swapaxes(matrix, -1, -2) @ matrix)
        null = values <= _NULL * (scale * scale)[..., None]
        normal = rng.standard_normal((*frame, draws, n)) * null[..., None, :]
        return normal @ np.swapaxes(vectors, -1, -2), null.sum(axis=-1)

    def inverse(self, matrix: Floats) -> Floats:
        """Wrong for a matrix that is singular, as modulo a prime; callers check hypotheses."""
        try:
            return np.asarray(np.linalg.inv(matrix))
        except np.linalg.LinAlgError:
            return np.asarray(np.linalg.pinv(matrix))

    def reciprocal(self, value: Floats) -> Floats:
        return self.divide(np.asarray(1.0), value)

    def roots(self, value: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        return np.sqrt(np.maximum(value, 0.0)), np.asarray(value >= 0)

    def positive(self, value: Floats) -> Floats:
        return np.abs(value)

    def orthogonal_in(self, rng: np.random.Generator, element: Floats, signs: Floats) -> Floats:
        """The polar factor of `element`: it reaches every component of the orthogonal group."""
        if self.regime is Regime.NEAR:
            one = np.eye(element.shape[-1])
            size = np.linalg.norm(element, axis=(-2, -1), keepdims=True)
            element, signs = one + _NEAR * element / np.where(size > 0, size, 1.0), one
        left, _, right = np.linalg.svd(element)
        return np.asarray(signs @ (left @ right))

    def circle(self, rng: np.random.Generator, shape: Sequence[int], count: int) -> Floats:
        points = rng.standard_normal((*shape, count))
        return np.asarray(points / np.sqrt((points * points).sum(axis=-1, keepdims=True)))

    def turns(self, rng: np.random.Generator, shape: Sequence[int]) -> Floats:
        """Frequencies between 1 and 10⁻⁴, at generic positions up to 10⁶."""
        *others, places = (*shape, 1) if len(shape) == 1 else shape
        frequency = 10.0 ** rng.uniform(-4.0, 0.0, (*others, 1))
        position = rng.integers(0, 10**6, (shape[0], *[1] * (len(others) - 1), places))
        angle = (frequency * position).reshape(tuple(shape))
        return np.stack([np.cos(angle), np.sin(angle)], axis=-1)

    def free(self, rng: np.random.Generator, shape: Sequence[int], rank: int) -> Floats:
        found = _fractions(rng, shape)
        axes = tuple(range(len(shape) - rank, len(shape)))
        if self.regime is Regime.SCALED:
            for axis in (None, *axes):
                kept = [n if i == 0 or i == axis else 1 for i, n in enumerate(shape)]
                found = found * 10.0 ** rng.uniform(-4.0, 4.0, kept)
        elif self.regime is Regime.CANCELLING and rank:
            # Matrices whose rows nearly add up to 0 meet vectors that are nearly constant.
            if rank == 2:
                found = found - found.mean(axis=-1, keepdims=True) if shape[-1] else found
            else:
                found = 1 + 1e-3 * found
        return found
