"""The matrices that commute with a family, and random elements of their algebra."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from harness.arrays.floats import Floats
from harness.claims.hypotheses import Unmet
from harness.numeric.eigenspaces import Solver, Undetermined, commuting
from harness.numeric.reals import Field, RealField

LARGE = 8
"""Families of larger matrices than this are taken apart by eigenspaces, where they can be."""


def draw_commuting(
    field: Field, rng: np.random.Generator, family: Floats, *, closed: bool, draws: int = 1
) -> tuple[Floats, NDArray[np.int64]]:
    """Random matrices A with F A = A F for every F of each family, and the algebras' dimensions.

    `family` is (*frame, count, d, d); gives (*frame, draws, d, d) and (*frame,). With `closed`,
    they commute with the transposes as well: what is orthogonal and commutes with F does, and such
    matrices form an algebra closed under transposition. Two random members of the family's span
    stand for all of it; callers check. Raises `Unmet` where the commutant cannot be found.
    """
    *frame, count, d, _ = family.shape
    if closed and d > LARGE and isinstance(field, RealField):
        flat = family.reshape(math.prod(frame), count, d, d)
        try:
            parts = [commuting(rng, one, draws, _solver(field, rng)) for one in flat]
        except Undetermined as error:
            raise Unmet(f"what commutes with a family is not found: {error}") from None
        found = np.stack([part for part, _ in parts]) if parts else np.zeros((0, draws, d, d))
        dimensions = np.array([dimension for _, dimension in parts], dtype=np.int64)
        return found.reshape(*frame, draws, d, d), dimensions.reshape(frame)
    return _by_null_space(field, rng, family, closed, draws)


def _solver(field: Field, rng: np.random.Generator) -> Solver:
    def solve(family: Floats, draws: int) -> tuple[Floats, int]:
        found, dimension = _by_null_space(field, rng, family, True, draws)
        return found, int(dimension)

    return solve


def _by_null_space(
    field: Field, rng: np.random.Generator, family: Floats, closed: bool, draws: int
) -> tuple[Floats, NDArray[np.int64]]:
    *frame, count, d, _ = family.shape
    members = family.reshape(*frame, count, d * d)
    if count > 2:
        members = field.matmul(field.uniform(rng, (*frame, 2, count)), members)
    square = members.reshape(*frame, members.shape[-2], d, d)
    if closed:
        square = np.concatenate([square, np.swapaxes(square, -1, -2)], axis=-3)
    one = np.eye(d)
    # (F A − A F) at (i, j) is Σ F[i,k] A[k,j] − A[i,k] F[k,j].
    left = square[..., :, None, :, None] * one[:, None, :]
    right = np.swapaxes(square, -1, -2)[..., None, :, None, :] * one[:, None, :, None]
    system = field.subtract(left, right).reshape(*frame, square.shape[-3] * d * d, d * d)
    scale = np.abs(square).max(axis=(-3, -2, -1), initial=0.0)
    found, dimension = field.null_vectors(rng, system, scale, draws)
    return found.reshape(*frame, draws, d, d), dimension
