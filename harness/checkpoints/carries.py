"""The matrices that carry the heads of one checkpoint into those of another, and how well.

What was folded and rounded once leaves residuals that rounding explains: an entry N has an error of
at most u |N|, with u the unit of the format. A carry is estimated from such numbers, and what its
own error may add is known too. A residual is given as a ratio to what both together can come to;
right folds stay below 1. Three parts of an allowance:

    rounding     u |N| for the entry itself;
    estimation   of a pair, at most u |z| |O|; of a matrix, by the leverage of the entry's column;
    arithmetic   of whoever folded, in float32 for formats below float64.

Sums of many roundings are allowed `_SIGMAS` standard deviations where that is less than their
largest sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_SIGMAS = 8.0
_UNIFORM = 3**-0.5
_RANK = 1e-11
_NOTHING = 1e-300


@dataclass(frozen=True)
class Rounding:
    """What one side's numbers may be off by."""

    unit: Floats | float
    """Of each row, or of all of them."""

    @property
    def arithmetic(self) -> float:
        """Of somebody's multiplications before the rounding."""
        return 2.0**-24 if self.largest > 2.0**-40 else 2.0**-53

    @property
    def largest(self) -> float:
        return float(np.max(self.unit, initial=0.0))


@dataclass(frozen=True)
class Worst:
    """The largest ratio of a residual to its allowance, and where it is."""

    ratio: float
    row: int
    column: int

    @property
    def holds(self) -> bool:
        return self.ratio <= 1


def _worst(residual: Floats, allowed: Floats) -> Worst:
    if not residual.size:
        return Worst(0.0, 0, 0)
    ratio = np.abs(residual) / np.maximum(allowed, _NOTHING)
    row, column = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    return Worst(float(ratio[row, column]), int(row), int(column))


@dataclass(frozen=True)
class Pairs:
    """One complex number for each pair: an angle and a scale."""

    z: Any
    spread: Floats
    """The standard deviation of each."""
    worst: Worst


def fit_pairs(old: Floats, new: Floats, rounding: Rounding, *, mirrored: bool = False) -> Pairs:
    """Carry rows (first of each pair, then second of each) by z; with `mirrored`, by z ↦ z̄ too."""
    half = len(old) // 2
    o = old[:half] + 1j * old[half:]
    n = new[:half] + 1j * new[half:]
    if mirrored:
        o = o.conj()
    size = np.abs(o) ** 2
    total = size.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    z = np.where(total > 0, (o.conj() * n).sum(axis=1) / safe, 1.0)
    carried = z[:, None] * o
    unit = np.broadcast_to(np.reshape(rounding.unit, (-1, 1)), (len(new), 1))
    both = np.maximum(unit[:half], unit[half:])
    reach = (both + 8 * rounding.arithmetic) * np.abs(carried)
    difference = n - carried
    residual = np.concatenate([difference.real, difference.imag])
    allowed = unit * np.abs(new) + np.concatenate([reach, reach])
    spread = both[:, 0] * np.abs(z) * _UNIFORM * np.sqrt((size**2).sum(axis=1)) / safe
    spread += 4 * rounding.arithmetic * np.abs(z)
    return Pairs(z, spread, _worst(residual, allowed))


@dataclass(frozen=True)
class Matrix:
    """A square matrix that carries rows, and how sure it is."""

    matrix: Floats
    reach: Floats
    """The standard deviation of an entry (a, b) is `sizes[a] * reach[b]`."""
    sizes: Floats
    worst: Worst
    is_determined: bool
    """Whether there are more columns than a matrix could fit to anything."""


def fit_matrix(old: Floats, new: Floats, rounding: Rounding) -> Matrix:
    """The matrix A with `new` = A `old`, by least squares; nothing where `old` has nothing."""
    size = len(old)
    if not size:
        nothing = np.zeros(0)
        return Matrix(np.zeros((0, 0)), nothing, nothing, Worst(0.0, 0, 0), True)
    old, new = old.astype(float, copy=False), new.astype(float, copy=False)
    gram = old @ old.T
    values, vectors = np.linalg.eigh(gram)
    good = values > _RANK * max(float(values[-1]), _NOTHING)
    inverse = (vectors[:, good] / values[good]) @ vectors[:, good].T
    carry = (new @ old.T) @ inverse
    carry += ((new - carry @ old) @ old.T) @ inverse  # what the first solution rounded away
    carried = carry @ old
    leverage = np.sqrt(np.clip(((inverse @ old) * old).sum(axis=0), 0, 1))
    unit = np.reshape(rounding.unit, (-1, 1))
    large = np.abs(new).max(axis=1, initial=0.0)
    length = np.minimum(np.linalg.norm(new, axis=1), _SIGMAS * _UNIFORM * large)
    magnitude = np.linalg.norm(carry, axis=1)[:, None] * np.linalg.norm(old, axis=0)[None, :]
    allowed = unit * np.abs(new) + unit * length[:, None] * leverage[None, :]
    allowed += _SIGMAS * np.sqrt(size) * rounding.arithmetic * magnitude
    reach = np.sqrt(np.clip(np.diag(inverse), 0, None))
    # Doubles themselves do not solve this better than the rows are apart.
    condition = np.sqrt(values[good].max(initial=0) / values[good].min(initial=1))
    sizes = (unit[:, 0] + 2.0**-50 * condition) * _UNIFORM * large
    return Matrix(carry, reach, sizes, _worst(new - carried, allowed), old.shape[1] > size)


def fit_exchange(old: Floats, new: Floats, rounding: Rounding) -> tuple[Matrix, Any]:
    """The matrix with one entry in each row that fits best, and the column that each takes."""
    dense = fit_matrix(old, new, rounding)
    if not len(old):
        return dense, np.zeros(0, int)
    strength = np.abs(dense.matrix) * np.linalg.norm(old, axis=1)[None, :]
    taken = strength.argmax(axis=1)
    source = old[taken]
    squares = (source**2).sum(axis=1)
    safe = np.where(squares > 0, squares, 1.0)
    factor = (source * new).sum(axis=1) / safe
    matrix = np.zeros_like(dense.matrix)
    matrix[np.arange(len(old)), taken] = factor
    carried = factor[:, None] * source
    unit = np.reshape(rounding.unit, (-1, 1))
    allowed = unit * np.abs(new) + (unit + 8 * rounding.arithmetic) * np.abs(carried)
    large = np.abs(new).max(axis=1, initial=0.0)
    reach = np.zeros(len(old))
    own = np.linalg.norm(old, axis=1)
    reach[own > 0] = 1 / own[own > 0]
    sizes = unit[:, 0] * _UNIFORM * large
    worst = _worst(new - carried, allowed)
    return Matrix(matrix, reach, sizes, worst, dense.is_determined), taken


def absorbed(old: Floats, new: Floats, carry: Matrix, rounding: Rounding) -> Worst:
    """Whether `new` A = `old`: columns that meet what A carried take its inverse."""
    if not len(carry.matrix):
        return Worst(0.0, 0, 0)
    matrix = carry.matrix.astype(new.dtype)
    found = new @ matrix
    squares = new * new
    weights = matrix * matrix
    theirs = (squares @ carry.sizes.astype(new.dtype) ** 2)[:, None] * carry.reach[None, :] ** 2
    reached = squares @ weights
    unit = np.broadcast_to(np.asarray(rounding.unit, new.dtype) ** 2, len(matrix))
    own = unit[0] * reached if np.ptp(unit) == 0 else squares @ (unit[:, None] * weights)
    spread = np.sqrt(own * _UNIFORM**2 + theirs)
    noise = rounding.arithmetic * np.sqrt(len(matrix) * (reached + old * old))
    allowed = _SIGMAS * (spread + noise)
    # Where one product stands alone its error is no sum of many: all of it is allowed.
    allowed = np.maximum(allowed, 2 * rounding.largest * np.abs(old))
    return _worst(found - old, allowed)


def orthogonality(carry: Matrix) -> float:
    """|AᵀA - 1| over what the error of A explains, entry by entry."""
    a = carry.matrix
    error = np.outer(carry.sizes, carry.reach)
    allowed = _SIGMAS * np.sqrt((error.T**2) @ a**2 + (a.T**2) @ error**2) + 1e-12
    return float((np.abs(a.T @ a - np.eye(len(a))) / allowed).max(initial=0.0))


def defect(query: Pairs, key: Pairs) -> tuple[Any, Any]:
    """|AᵀB - 1| for each pair, and its ratio to what rounding explains."""
    off = np.abs(query.z.conj() * key.z - 1)
    spread = np.hypot(np.abs(key.z) * query.spread, np.abs(query.z) * key.spread)
    return off, off / np.maximum(_SIGMAS * spread, _NOTHING)
