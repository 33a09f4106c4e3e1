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

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_SIGMAS = 8.0
_UNIFORM = 3**-0.5
_RANK = 1e-11
_NULL = 1e-13
_NOTHING = 1e-300
_NARROW = 1e4
"""Rows whose lengths in two directions have this ratio, squared, are not solved from float32."""
_PLAIN = 12.0
"""Those of less need no second step."""
_LEAST = 1e-12
_SURE = 0.1
"""What the error of a matrix may come to beside it, for its inverse to be known by it."""
_CONDITION = 1e5
_TOWERS = 16.0
"""How many times the usual a column may be."""
_PIECE = 1 << 16
_FEW = 32
_QUIET = np.errstate(over="ignore", invalid="ignore")
"""What leaves float32 is seen, and computed in doubles."""


@dataclass(frozen=True)
class Rounding:
    """What one side's numbers may be off by."""

    unit: Floats | float
    """Of each row, or of all of them."""
    rows: Floats | float = 0.0
    """What each old row, or"""
    columns: Floats | float = 0.0
    """each old column may be off by, at eight standard deviations, where it was computed."""
    tiny: float = 0.0
    """What a number may be off by that is too small for a unit."""
    common: Floats | float = 0.0
    """The share of each row's unit by which all of its numbers are off alike: that of a gain."""

    def part(self, start: int, end: int | None) -> Rounding:
        """Of some of the rows."""
        unit, rows, common = (
            x if np.ndim(x) == 0 else np.asarray(x)[start:end]
            for x in (self.unit, self.rows, self.common)
        )
        return Rounding(unit, rows, self.columns, self.tiny, common)

    def transposed(self) -> Rounding:
        return Rounding(self.unit, self.columns, self.rows, self.tiny)

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


def parts(count: int, other: int) -> Iterator[slice]:
    """Consecutive pieces of an axis, such that what is computed of one stays near the processor."""
    step = max(1, _PIECE // max(other, 1))
    return (slice(start, start + step) for start in range(0, count, step))


def _is_tame(squares: Floats) -> bool:
    """Whether float32 holds the squares of these, and their products with what is allowed."""
    return bool(((squares > _LEAST) & (squares < 1 / _LEAST)).all())


def ratios(residual: Floats, allowed: Floats) -> Floats:
    """|residual| over what is allowed, in the place of the former; both are used up."""
    tiny = np.finfo(allowed.dtype).tiny
    if not allowed.min(initial=np.inf) >= tiny:
        np.maximum(allowed, tiny, out=allowed)
    np.abs(residual, out=residual)
    residual /= allowed
    return residual


def _add(allowed: Floats, slack: Floats) -> None:
    """Allow more; what is less than `ratios` allows of everything is left out."""
    if slack.max(initial=0.0) >= np.finfo(allowed.dtype).tiny:
        allowed += slack.astype(allowed.dtype)


class Search:
    """The largest ratio of all pieces."""

    def __init__(self) -> None:
        self.worst = Worst(0.0, 0, 0)

    def look(self, residual: Floats, allowed: Floats, row: int = 0, column: Any = 0) -> None:
        """At a piece that begins at `row` and `column`, or has these columns; both arrays are used
        up."""
        if not residual.size:
            return
        ratio = float(ratios(residual, allowed).max())
        if self.worst.ratio == self.worst.ratio and not ratio <= self.worst.ratio:  # NaN is worst
            i, j = np.unravel_index(int(np.argmax(residual)), residual.shape)
            place = column[j] if np.ndim(column) else column + j
            self.worst = Worst(ratio, row + int(i), int(place))


@dataclass(frozen=True)
class Pairs:
    """One complex number for each pair: an angle and a scale."""

    z: Any
    spread: Floats
    """The standard deviation of each."""
    worst: Worst
    common: Floats | float = 0.0
    """What each may be off by beside it, relatively: the rounding of gains."""


@_QUIET
def fit_pairs(old: Floats, new: Floats, rounding: Rounding, *, mirrored: bool = False) -> Pairs:
    """Carry rows (first of each pair, then second of each) by z; with `mirrored`, by z ↦ z̄ too."""
    half, width, kind = len(old) // 2, old.shape[1], old.dtype
    if mirrored:
        old = np.concatenate([old[:half], -old[half:]])
    pieces = list(parts(width, half)) if half else []
    total, re, im = np.zeros((3, half))
    for part in pieces:
        before, after = (x[:, part].reshape(2, half, -1) for x in (old, new))
        total += np.vecdot(before, before).sum(axis=0)
        re += np.vecdot(before, after).sum(axis=0)
        im += np.subtract(*np.vecdot(before, after[::-1]))
    if kind == np.float32 and not _is_tame(total):
        return fit_pairs(old.astype(float), new.astype(float), rounding)
    safe = np.where(total > 0, total, 1.0)
    z = np.where(total > 0, (re + 1j * im) / safe, 1.0)
    unit = np.broadcast_to(np.reshape(rounding.unit, (-1, 1)), (len(new), 1))
    both = np.maximum(unit[:half], unit[half:])[:, 0]
    faint = rounding.tiny * np.sqrt(2 / safe)
    reach = (both + 8 * rounding.arithmetic) * np.abs(z) + faint * np.sqrt(width)
    reach = (reach**2).astype(kind)[:, None]
    planes = np.array([[z.real, -z.imag], [z.imag, z.real]]).transpose(2, 0, 1).astype(kind)
    units = unit.astype(kind).reshape(2, half, 1)
    slack = np.broadcast_to(rounding.rows, len(new)).reshape(2, half)
    slack = np.abs(z) * np.hypot(slack[0], slack[1])
    search, squares = Search(), np.zeros(half)
    for part in pieces:
        before, after = (x[:, part].reshape(2, half, -1) for x in (old, new))
        residual = np.empty(before.shape, kind)
        np.matmul(planes, before.swapaxes(0, 1), out=residual.swapaxes(0, 1))
        np.subtract(after, residual, out=residual)
        allowed = np.abs(after)
        allowed *= units
        size = before[0] * before[0]
        size += before[1] * before[1]
        squares += np.vecdot(size, size)
        size *= reach
        allowed += np.sqrt(size, out=size)
        _add(allowed, (slack + rounding.tiny)[:, None])
        shape = (2 * half, -1)
        search.look(residual.reshape(shape), allowed.reshape(shape), column=part.start)
    spread = both * np.abs(z) * _UNIFORM * np.sqrt(squares) / safe
    spread += 4 * rounding.arithmetic * np.abs(z) + slack / _SIGMAS / np.sqrt(safe) + faint
    common = np.broadcast_to(rounding.common, len(new)).reshape(2, half).max(axis=0)
    return Pairs(z, spread, search.worst, common)


@dataclass(frozen=True)
class Matrix:
    """A square matrix that carries rows, and how sure it is."""

    matrix: Floats
    inverse: Floats
    """Of the products of the old rows."""
    sizes: Floats
    """The errors of row a have the covariance `inverse` by `sizes[a]`²; rows err independently."""
    worst: Worst
    is_determined: bool
    """Whether there are more columns than a matrix could fit to anything."""
    basis: Callable[[], tuple[Floats, Floats]]
    """Directions d that span what the old rows reach, as columns; of each, 1 / dᵀ `inverse` d."""
    apart: float
    """How far apart the old rows are: the largest length of a direction by the least, or more."""
    is_whole: bool = True
    """Whether the old rows reach everything: not with rows of zeros, or with fewer columns than
    coordinates. What is undone is asked of what they reach."""

    @cached_property
    def reach(self) -> Floats:
        """The standard deviation of an entry (a, b) is `sizes[a] * reach[b]`."""
        found: Floats = np.sqrt(np.clip(np.diag(self.inverse), 0, None))
        return found

    @cached_property
    def undone(self) -> tuple[Floats, Floats] | None:
        """What undoes the matrix; and of the products of the new rows, what `inverse` is of the
        old, the roots of its diagonal. None where the matrix is not sure enough to be undone."""
        if not (self.is_whole and len(self.matrix)):
            return None
        try:
            undo = np.linalg.inv(self.matrix)
        except np.linalg.LinAlgError:
            return None
        size = float(np.sqrt(np.abs(undo.T @ undo).sum(axis=0).max()))  # no less than its norm
        error = float(self.sizes.max()) * float(np.linalg.norm(self.reach)) * size
        if not (error < _SURE and float(np.linalg.norm(self.matrix)) * size < _CONDITION):
            return None
        return undo, np.sqrt(np.clip(((self.inverse @ undo) * undo).sum(axis=0), 0, None))


@_QUIET
def fit_matrix(old: Floats, new: Floats, rounding: Rounding) -> Matrix:
    """The matrix A with `new` = A `old`, by least squares; nothing where `old` has nothing."""
    size = len(old)
    if not size:
        nothing, square = np.zeros(0), np.zeros((0, 0))
        return Matrix(
            square, square, nothing, Worst(0.0, 0, 0), True, lambda: (square, nothing), 1.0
        )
    even = _even(old)
    if even is not None:
        old, new = old * even, new * even
    solved = _solve_narrow(old, new) if old.dtype == np.float32 else None
    if solved is None:
        old, new = old.astype(float, copy=False), new.astype(float, copy=False)
        solved = _solve(old, new)
    carry, inverse, basis, condition, most = solved
    unit = np.broadcast_to(np.asarray(rounding.unit, float), size)
    large = np.maximum(new.max(axis=1, initial=0), -new.min(axis=1, initial=0)).astype(float)
    length = np.minimum(np.sqrt(np.vecdot(new, new)), _SIGMAS * _UNIFORM * large)
    # In units of each row's length, so that a long one does not excuse what is off in others.
    tall = np.sqrt(np.vecdot(old, old)).astype(float)
    tall = np.where(tall > 0, tall, 1.0)
    arithmetic = (
        _SIGMAS * np.sqrt(size) * rounding.arithmetic * np.linalg.norm(carry * tall, axis=1)
    )
    kind = old.dtype
    mine, weights, units = carry.astype(kind), inverse.astype(kind), unit.astype(kind)[:, None]
    faint = _SIGMAS * _UNIFORM * rounding.tiny
    theirs = np.stack([unit * length + faint, arithmetic], axis=1).astype(kind)
    slack = np.sqrt((carry**2) @ np.broadcast_to(np.asarray(rounding.rows, float) ** 2, size))
    shares = (tall**-2.0).astype(kind)

    def compared(at: slice | Floats, *, is_least: bool) -> tuple[Floats, Floats]:
        """What the carry leaves of some columns, and what is allowed of it, or the least of it."""
        before, after = old[:, at], new[:, at]
        residual = mine @ before
        np.subtract(after, residual, out=residual)
        lengths = shares @ (before * before)
        allowed = np.abs(after)
        allowed *= units
        if is_least:
            leverage = lengths / kind.type(most)
        else:
            leverage = np.einsum("ij,ij->j", weights @ before, before)
        allowed += theirs @ np.sqrt(np.stack([np.clip(leverage, 0, 1), lengths]))
        _add(allowed, np.outer(slack + rounding.tiny, 1.0 if even is None else even[at]))
        return residual, allowed

    # Of each column the most that its ratio can be; what it is, of those that may be the worst.
    most_of = np.zeros(old.shape[1], kind)
    for part in parts(old.shape[1], size):
        most_of[part] = ratios(*compared(part, is_least=True)).max(axis=0)
    search, order = Search(), np.argsort(-np.nan_to_num(most_of, nan=np.inf))
    for at in (order[:_FEW], order[_FEW:]):
        at = np.sort(at[~(most_of[at] <= search.worst.ratio)])
        search.look(*compared(at, is_least=False), column=at)
    # Doubles themselves do not solve this better than the rows are apart.
    sizes = (unit + 2.0**-50 * condition) * _UNIFORM * large + slack / _SIGMAS + rounding.tiny
    is_whole = len(basis()[1]) == size if old.dtype == np.float64 else True
    is_determined = old.shape[1] > size
    return Matrix(carry, inverse, sizes, search.worst, is_determined, basis, condition, is_whole)


def _even(old: Floats) -> Floats | None:
    """Powers of two that bring columns that tower above the others to their length, if any does.

    What is off in others hides behind the rounding of one that does, and so does what they tell.
    """
    length = np.abs(old).max(axis=0)
    usual = float(np.median(length)) or 1.0
    if not length.max(initial=0.0) > _TOWERS * usual:
        return None
    shrink: Floats = np.exp2(-np.round(np.log2(np.maximum(length / usual, 1.0))))
    return shrink.astype(old.dtype)


_Solved = tuple[Any, Any, Callable[[], tuple[Any, Any]], float, float]
"""The carry, the inverse of the old rows' products, what gives a basis, how far apart the rows are:
the largest length of a direction by the least, and `_most` of their products."""


def _most(gram: Floats) -> float:
    """No less than the largest eigenvalue of the products of rows that are brought to length 1."""
    length = np.sqrt(np.diag(gram))
    length = np.where(length > 0, length, 1.0)
    power = gram / length / length[:, None]
    for _ in range(3):  # of a power the sums of rows say more: the eighth root of theirs is nearer
        power = power @ power
    return 1.01 * float(np.abs(power).sum(axis=0).max() ** 0.125)


def _solve_narrow(old: Floats, new: Floats) -> _Solved | None:
    """From products in float32, where rows are far enough apart."""
    gram = (old @ old.T).astype(float)
    if not _is_tame(np.diag(gram)):
        return None
    try:
        inverse = np.linalg.inv(gram)
    except np.linalg.LinAlgError:
        return None
    # No less than the ratio of the eigenvalues.
    apart = float(np.abs(gram).sum(axis=0).max() * np.abs(inverse).sum(axis=0).max())
    if not apart < _NARROW:
        return None
    carry = (new @ old.T).astype(float) @ inverse
    if apart > _PLAIN:
        left = new - carry.astype(old.dtype) @ old
        carry += (left @ old.T) @ inverse

    def basis() -> tuple[Floats, Floats]:
        strengths, directions = np.linalg.eigh(gram)
        return directions, strengths

    return carry, inverse, basis, apart**0.5, _most(gram)


def _solve(old: Floats, new: Floats) -> _Solved:
    """In doubles, by products, or where these hide what is small by singular values.

    Rows are brought to one length before, so that a short one is not taken for none.
    """
    length = np.linalg.norm(old, axis=1)
    scale = np.exp2(-np.round(np.log2(np.where(length > 0, length, 1.0))))
    old = old * scale[:, None]
    gram = old @ old.T
    values, vectors = np.linalg.eigh(gram)
    if values[0] > _RANK * max(float(values[-1]), _NOTHING):
        inverse = (vectors / values) @ vectors.T
        carry = (new @ old.T) @ inverse
        carry += ((new - carry @ old) @ old.T) @ inverse  # what the first solution rounded away
    else:  # the squares in `gram` hide what is small; it is not nothing
        vectors, spread, inputs = np.linalg.svd(old, full_matrices=False)
        good = spread > _NULL * max(float(spread[0]), _NOTHING)
        vectors, spread, inputs = vectors[:, good], spread[good], inputs[good]
        values = spread**2
        inverse = (vectors / values) @ vectors.T
        carry = (new @ inputs.T / spread) @ vectors.T
    condition = np.sqrt(values.max(initial=0) / values.min(initial=np.inf))
    directions = vectors / scale[:, None]
    inverse = inverse * scale * scale[:, None]
    return carry * scale, inverse, lambda: (directions, values), float(condition), _most(gram)


def fit_exchange(old: Floats, new: Floats, rounding: Rounding) -> tuple[Matrix, Any]:
    """The matrix with one entry in each row that fits best, and the column that each takes."""
    dense = fit_matrix(old, new, rounding)
    if not len(old):
        return dense, np.zeros(0, int)
    own = np.linalg.norm(old, axis=1)
    taken = (np.abs(dense.matrix) * own[None, :]).argmax(axis=1)
    source = old[taken]
    squares = (source**2).sum(axis=1)
    safe = np.where(squares > 0, squares, 1.0)
    factor = (source * new).sum(axis=1) / safe
    matrix = np.zeros_like(dense.matrix)
    matrix[np.arange(len(old)), taken] = factor
    carried = factor[:, None] * source
    unit = np.reshape(rounding.unit, (-1, 1))
    allowed = unit * np.abs(new) + (unit + 8 * rounding.arithmetic) * np.abs(carried)
    search = Search()
    slack = np.abs(factor) * np.broadcast_to(rounding.rows, len(old))[taken]
    search.look(new - carried, allowed + slack[:, None] + rounding.tiny)
    sizes = np.broadcast_to(unit[:, 0], len(old)) * _UNIFORM * np.abs(new).max(axis=1, initial=0.0)
    sizes = sizes + slack / _SIGMAS + rounding.tiny
    is_there = own > 0
    directions, strengths = np.eye(len(old))[:, is_there], own[is_there].astype(float) ** 2
    inverse = (directions / strengths) @ directions.T
    apart = float(np.sqrt(strengths.max(initial=0) / strengths.min(initial=np.inf)))
    found = Matrix(
        *(matrix, inverse, sizes, search.worst, dense.is_determined),
        *(lambda: (directions, strengths), apart, bool(is_there.all())),
    )
    return found, taken


@_QUIET
def absorbed(old: Floats, new: Floats, carry: Matrix, rounding: Rounding) -> Worst:
    """Whether `new` A = `old`: columns that meet what A carried take its inverse.

    Where A can be undone, each entry is held to `old` A⁻¹, within the rounding of its own. Else it
    is asked of what there is to meet: of the old rows X, `new` A X = `old` X.
    """
    if not len(carry.matrix):
        return Worst(0.0, 0, 0)
    search = Search()
    if carry.undone is None:
        search.look(*_met(old, new, carry, rounding))
        return search.worst
    kind = new.dtype
    undo, reach = carry.undone
    mine, sizes = undo.astype(kind), (carry.sizes**2).astype(kind)
    units = np.broadcast_to(np.asarray(rounding.unit, kind), len(undo))
    noise = rounding.arithmetic * np.sqrt(len(undo)) * np.linalg.norm(undo, axis=0)
    theirs = _SIGMAS * np.stack([reach, noise]).astype(kind)
    columns = np.broadcast_to(np.asarray(rounding.columns, float) ** 2, len(undo))
    slack = np.sqrt(columns @ undo**2) + rounding.tiny
    for part in parts(len(new), len(undo)):
        before, after = old[part], new[part]
        wanted = before @ mine
        lengths = np.vecdot(before, before)
        if kind == np.float32 and not _is_tame(lengths):
            return absorbed(old.astype(float), new.astype(float), carry, rounding)
        allowed = np.sqrt(np.stack([(wanted * wanted) @ sizes, lengths], axis=1)) @ theirs
        own = np.abs(after)
        own *= units
        allowed += own
        _add(allowed, slack)
        search.look(np.subtract(after, wanted, out=wanted), allowed, row=part.start)
    if carry.apart**2 > _NARROW:  # what is hardly known does not excuse the rest
        search.look(*_met(old, new, carry, rounding))
    return search.worst


def _met(old: Floats, new: Floats, carry: Matrix, rounding: Rounding) -> tuple[Floats, Floats]:
    """By how much `new` A X is not `old` X, and what is allowed.

    It is asked of one direction of the old rows after another, those that are known well apart
    from those that are hardly known.
    """
    new, (directions, strengths) = new.astype(float), carry.basis()
    old, matrix = old.astype(float) @ directions, carry.matrix @ directions
    found = new @ matrix
    squares = new * new
    weights = matrix * matrix
    theirs = (squares @ carry.sizes**2)[:, None] / strengths[None, :]
    reached = squares @ weights
    unit = np.broadcast_to(np.asarray(rounding.unit, float) ** 2, len(matrix))
    own = unit[0] * reached if np.ptp(unit) == 0 else squares @ (unit[:, None] * weights)
    own = own + rounding.tiny**2 * weights.sum(axis=0)
    spread = np.sqrt(own * _UNIFORM**2 + theirs)
    noise = rounding.arithmetic * np.sqrt(len(matrix) * (reached + old * old))
    columns = np.broadcast_to(np.asarray(rounding.columns, float) ** 2, len(matrix))
    allowed = _SIGMAS * (spread + noise) + np.sqrt(columns @ directions**2)
    # Where one product stands alone its error is no sum of many: all of it is allowed.
    return found - old, np.maximum(allowed, 2 * rounding.largest * np.abs(old))


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
    allowed = _SIGMAS * spread + np.abs(query.z * key.z) * (query.common + key.common)
    return off, off / np.maximum(allowed, _NOTHING)
