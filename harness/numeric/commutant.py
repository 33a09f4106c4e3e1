"""The matrices that commute with a family, and random elements of their algebra."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.arrays.floats import Floats
from harness.numeric.reals import Field


def draw_commuting(
    field: Field, rng: np.random.Generator, family: Floats, *, closed: bool
) -> tuple[Floats, NDArray[np.int64]]:
    """Random matrices A with F A = A F for every F of each family, and the algebras' dimensions.

    `family` is (*frame, count, d, d). With `closed`, they commute with the transposes as well:
    what is orthogonal and commutes with F does, and such matrices form an algebra closed under
    transposition. Two random members of the family's span stand for all of it; callers check.
    """
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
    found, dimension = field.null_vectors(rng, system, scale)
    return found.reshape(*frame, d, d), dimension
