"""A variable from what is asked of it, once all else is known: solved for, or tried.

Nothing is known of the form of the equations but what a few evaluations tell:

1. what is linear in the variable is solved, and two of the solutions are drawn;
2. on the line through them, what is quadratic is solved entry by entry, or once;
3. kinds of values are tried that meet what people ask of matrices, vectors and maps of indices;
4. real numbers go on by Newton's method from where they stand.

Each lane takes what meets all equations; where several do, lanes differ. What none meets is left
as it is, and the instance does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat, starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays.floats import Floats
from harness.numeric.modular import FEW, PrimeField
from harness.numeric.reals import Field, RealField
from harness.numeric.spelling import largest

Mask = NDArray[np.bool_]

MOST = 150
"""Variables of more numbers than this are not solved for."""

_NEAR = 1e-10
_TRIES = 60
_LINES = 4
_STEPS = 40
_PATIENCE = 5
_MOVED = 50

Gaps = Callable[[Floats], Iterator[Floats]]
"""By how much each equation fails at values (lanes, *shape): (lanes, *its entries) each."""


@dataclass(frozen=True)
class Asked:
    """Equations about one variable."""

    field: Field
    rng: np.random.Generator
    shape: tuple[int, ...]
    """(lanes, *shape) of its values."""
    core: int
    """The axes of a vector or matrix, without those of a family."""
    gaps: Gaps
    held: Gaps
    """Of equations for all vectors: the same at others than those that it is solved at."""

    @property
    def lanes(self) -> int:
        return self.shape[0]

    def holds(self, value: Floats) -> Mask:
        """(lanes,): where all equations hold."""
        found = np.ones(self.lanes, dtype=bool)
        for gap in chain(self.gaps(value), self.held(value)):
            found &= self.small(gap, largest(value))
            if not found.any():
                break
        return found

    def small(self, gap: Floats, size: Floats) -> Mask:
        """(lanes,): where a gap is none, for numbers of this size."""
        if isinstance(self.field, PrimeField):
            return np.asarray(largest(gap) == 0)
        return np.asarray(largest(gap) <= _NEAR * (1 + size * size))


def solve(asked: Asked, others: Sequence[Floats] = ()) -> Floats:
    """Values for the variable; `others` are those of variables of the same type."""
    found = asked.field.uniform(asked.rng, asked.shape)
    done = np.zeros(asked.lanes, dtype=bool)
    for turn, value in enumerate(_candidates(asked, others)):
        good = asked.holds(value)
        # What only 0 meets is taken where nothing else is found.
        better = good & (~done | ((largest(found) == 0) & (largest(value) > 0)))
        other = good & done & (asked.rng.random(asked.lanes) < 1 / (turn + 1))
        found = _where(better | (other & (largest(value) > 0)), value, found)
        done |= good
    if not done.all() and isinstance(asked.field, RealField):
        moved = _newton(asked, found, ~done)
        found = _where(~done & asked.holds(moved), moved, found)
    return found


def mixed(field: Field, rng: np.random.Generator, shape: Sequence[int], core: int) -> Floats:
    """Values for a variable that others are solved by: a quarter generic, else of every kind."""
    found = field.uniform(rng, shape)
    kinds = list(tries(field, rng, tuple(shape), core, ()))
    which = rng.integers(0, 4 * len(kinds) // 3, shape[0])
    for k, value in enumerate(kinds):
        found = _where(which == k, value, found)
    return found


def places(
    rng: np.random.Generator,
    shape: Sequence[int],
    count: int,
    holds: Callable[[Any], Mask],
    others: Sequence[NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Indices, or maps of them, that meet what is asked: each lane takes one that does."""
    found = any_places(rng, shape, count)
    done = np.zeros(shape[0], dtype=bool)
    rounds = repeat((rng, shape, count, others))
    for value in islice(chain.from_iterable(starmap(_maps, rounds)), _TRIES):
        is_one, is_same = (
            (each == np.arange(shape[-1])).all(axis=tuple(range(1, len(shape))))
            for each in (value, found)
        )
        if done.all() and not is_same.any():
            break
        good = holds(value)
        found = _where(good & (~done | is_same) & (~is_one | ~done), value, found)
        done |= good
    return found


def any_places(rng: np.random.Generator, shape: Sequence[int], count: int) -> NDArray[np.int64]:
    """Of every kind, lane by lane."""
    kinds = list(_maps(rng, shape, count, ()))
    which = rng.integers(0, len(kinds), shape[0])
    found = kinds[0]
    for k, value in enumerate(kinds):
        found = _where(which == k, value, found)
    return found


def _maps(
    rng: np.random.Generator,
    shape: Sequence[int],
    count: int,
    others: Sequence[NDArray[np.int64]],
) -> Iterator[NDArray[np.int64]]:
    size = shape[-1] if len(shape) > 1 else 1
    yield rng.integers(0, max(count, 1), tuple(shape))
    if len(shape) > 1 and size == count and count:
        order = rng.random(tuple(shape)).argsort(axis=-1)
        yield order
        yield (order + 1) % count
        inner = np.argsort(order, axis=-1)
        for power in (1, rng.integers(1, count + 1)):  # a cycle, and a power of it
            yield np.take_along_axis(order, (inner + power) % count, axis=-1)
        swapped = np.minimum(inner ^ 1, count - 1)
        swapped = np.where((inner ^ 1) < count, inner ^ 1, inner)
        yield np.take_along_axis(order, swapped, axis=-1)
        yield np.broadcast_to(np.arange(count)[::-1], tuple(shape))
        kept = rng.random(tuple(shape)) < 0.5
        first = order[..., :1]
        yield np.where(kept | (np.arange(count) == first), np.arange(count), first)
        yield np.broadcast_to(np.arange(count), tuple(shape))
        for other in others:
            if other.shape == tuple(shape):
                yield other
                yield np.argsort(other, axis=-1)
                yield np.take_along_axis(other, other, axis=-1)
    yield np.broadcast_to(
        rng.integers(0, max(count, 1), (shape[0], *[1] * (len(shape) - 1))), shape
    )


# -- numbers ----------------------------------------------------------------------------------


def _candidates(asked: Asked, others: Sequence[Floats]) -> Iterator[Floats]:
    zero = np.zeros(asked.shape)
    count = int(np.prod(asked.shape[1:]))
    linear, rest = _split(asked)
    solved = _linear(asked, linear) if linear else None
    if solved is not None:
        pair = solved
        yield pair[0]
    else:
        pair = [asked.field.uniform(asked.rng, asked.shape) for _ in range(2)]
    if rest and count <= MOST:
        for _ in range(_LINES):
            line = _on_line(asked, pair[0], pair[1], rest)
            if line is not None:
                yield line
            pair = (
                pair[::-1]
                if solved is not None
                else [asked.field.uniform(asked.rng, asked.shape) for _ in range(2)]
            )
    if rest or not linear:
        yield from tries(asked.field, asked.rng, asked.shape, asked.core, others)
        if isinstance(asked.field, PrimeField) and asked.field.prime in (2, *FEW):
            for _ in range(_TRIES):
                yield asked.field.uniform(asked.rng, asked.shape)
    yield zero


def _split(asked: Asked) -> tuple[list[int], list[int]]:
    """Which equations are linear (affine) in the variable, and which are not."""
    field, rng = asked.field, asked.rng
    one, other = (field.uniform(rng, asked.shape) for _ in range(2))
    at = [asked.gaps(v) for v in (np.zeros(asked.shape), one, other, field.add(one, other))]
    linear: list[int] = []
    rest: list[int] = []
    for k, (zero, first, second, both) in enumerate(zip(*at, strict=True)):
        bent = field.subtract(field.add(both, zero), field.add(first, second))
        size = largest(first) + largest(second)
        exact = isinstance(field, PrimeField)
        is_linear = (largest(bent) == 0).all() if exact else (largest(bent) <= 1e-9 * size).all()
        (linear if is_linear else rest).append(k)
    return linear, rest


def _apart(asked: Asked, which: Sequence[int]) -> int:
    """How many of the first axes of a family the equations speak of member by member."""
    field, rng = asked.field, asked.rng
    one, other = (field.uniform(rng, asked.shape) for _ in range(2))
    both = ([*asked.gaps(value)] for value in (one, other))
    sides = [[_spread(asked, gaps[k]) for k in which] for gaps in both]
    for axes in range(len(asked.shape) - 1 - asked.core, 0, -1):
        frame = asked.shape[: 1 + axes]
        if any(gap.shape[: 1 + axes] != frame for gap in sides[0]):
            continue
        mask = rng.integers(0, 2, frame).astype(bool)
        gaps = [*asked.gaps(_where_at(mask, one, other))]
        wanted = (_where_at(mask, *pair) for pair in zip(*sides, strict=True))
        pairs = zip(which, wanted, strict=True)
        if all(np.array_equal(_spread(asked, gaps[k]), gap) for k, gap in pairs):
            return axes
    return 0


def _spread(asked: Asked, gap: Floats) -> Floats:
    return np.broadcast_to(gap, (asked.lanes, *gap.shape[1:]))


def _linear(asked: Asked, which: Sequence[int]) -> list[Floats] | None:
    """Two solutions of the linear equations; nothing where there are too many unknowns."""
    field = asked.field
    frame = asked.shape[: 1 + _apart(asked, which)]
    lanes, count = int(np.prod(frame)), int(np.prod(asked.shape[len(frame) :]))
    if count > MOST:
        return None
    if not lanes:  # a family without members
        return [np.zeros(asked.shape)] * 2

    def at(value: Floats) -> Floats:
        gaps = [*asked.gaps(value)]
        spread = [_spread(asked, gaps[k]).reshape(lanes, -1) for k in which]
        return np.concatenate(spread, axis=1)

    origin = at(np.zeros(asked.shape))
    columns = []
    for k in range(count):
        unit = np.zeros((lanes, count))
        unit[:, k] = 1.0
        columns.append(field.subtract(at(unit.reshape(asked.shape)), origin))
    system = np.stack([*columns, origin], axis=-1)
    if system.shape[1] == 0:
        system = np.zeros((lanes, 1, count + 1))
    scale = np.abs(system).max(axis=(-2, -1), initial=0.0)
    vectors, _ = field.null_vectors(asked.rng, system, scale, 2)
    last = vectors[..., -1:]
    found = np.asarray(field.multiply(vectors[..., :-1], field.reciprocal(last)))
    if isinstance(field, RealField):
        # Numbers that are free are as large as 1, and what rounding left is taken away.
        matrix, right = system[..., :-1], -origin
        inverse = np.linalg.pinv(matrix, rcond=1e-12)
        free = field.uniform(asked.rng, found.shape)
        for draw in range(2):
            x = free[:, draw]
            for _ in range(2):
                gap = np.einsum("lij,lj->li", matrix, x) - right
                x = x - np.einsum("lij,lj->li", inverse, gap)
            found[:, draw] = x
    return [found[:, draw].reshape(asked.shape) for draw in range(2)]


def _on_line(asked: Asked, start: Floats, end: Floats, rest: Sequence[int]) -> Floats | None:
    """The point of a line that meets the first of the equations that are not linear."""
    field = asked.field
    step = field.subtract(end, start)

    def at(t: int) -> Floats:
        moved = field.add(start, field.multiply(field.constant(t), step))
        gap = next(islice(asked.gaps(moved), rest[0], None))
        return np.broadcast_to(gap, (asked.lanes, *gap.shape[1:]))

    zero, one, other = at(0), at(1), at(-1)
    frame = zero.shape[1:]
    if frame != asked.shape[1 : 1 + len(frame)]:
        return None
    half = field.reciprocal(field.constant(2))
    double = field.constant(2)
    a = field.subtract(field.multiply(field.add(one, other), half), zero)
    b = field.multiply(field.subtract(one, other), half)
    four = field.multiply(double, double)
    square = field.subtract(field.multiply(b, b), field.multiply(four, field.multiply(a, zero)))
    roots, _ = field.roots(square)
    signs = np.asarray(asked.rng.integers(0, 2, roots.shape) * 2.0 - 1.0, dtype=np.float64)
    top = field.add(field.negate(b), field.multiply(signs, roots))
    t = field.multiply(top, field.reciprocal(field.multiply(double, a)))
    straight = field.negate(field.multiply(zero, field.reciprocal(b)))
    exact = isinstance(field, PrimeField)
    flat = a == 0 if exact else np.abs(a) <= 1e-9 * (np.abs(b) + np.abs(zero))
    t = np.asarray(np.where(flat, straight, t), dtype=np.float64)
    t = t.reshape(*t.shape, *[1] * (len(asked.shape) - t.ndim))
    return field.add(start, field.multiply(t, step))


def _newton(asked: Asked, start: Floats, wanted: Mask) -> Floats:
    """Gauss and Newton's method, with differences for the derivatives.

    It ends where no lane that is wanted comes nearer any more.
    """
    lanes, count = asked.lanes, int(np.prod(asked.shape[1:]))
    x = np.array(start).reshape(lanes, count)
    if not 0 < count <= _MOVED:
        return start

    def at(value: Floats) -> Floats:
        gaps = asked.gaps(value.reshape(asked.shape))
        spread = [np.broadcast_to(g, (lanes, *g.shape[1:])) for g in gaps]
        return np.concatenate([g.reshape(lanes, -1) for g in spread], axis=1)

    before = np.full(int(wanted.sum()), np.inf)
    for step in range(_STEPS):
        gap = at(x)
        if not gap.size or not np.isfinite(gap).all() or np.abs(gap).max() < 1e-14:
            break
        left = largest(gap)[wanted]
        if step % _PATIENCE == 0:
            if not (left < before / 2).any():
                break
            before = left
        columns = []
        for k in range(count):
            moved = x.copy()
            moved[:, k] += 1e-7
            columns.append((at(moved) - gap) / 1e-7)
        matrix = np.stack(columns, axis=-1)
        if not np.isfinite(matrix).all():
            break
        x = x - np.einsum("lij,lj->li", np.linalg.pinv(matrix, rcond=1e-6), gap)
    return x.reshape(asked.shape)


def tries(
    field: Field,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    core: int,
    others: Sequence[Floats],
) -> Iterator[Floats]:
    """Values of many kinds: what people ask of matrices, vectors and numbers."""
    lanes = shape[0]
    one, zero = np.ones(shape), np.zeros(shape)
    bits = rng.integers(0, 2, shape).astype(np.float64)
    yield bits
    yield 2 * bits - 1
    yield rng.integers(-2, 3, shape).astype(np.float64)
    yield one * field.uniform(rng, (lanes, *[1] * (len(shape) - 1)))
    yield one
    if core:
        numbers = field.uniform(rng, shape)
        total = field.total(numbers)[..., None]
        yield field.multiply(numbers, field.reciprocal(total))  # each row adds up to 1
        chosen = rng.integers(0, max(shape[-1], 1), shape[:-1])[..., None]
        yield np.asarray(np.arange(shape[-1]) == chosen, dtype=np.float64) + zero
        yield field.subtract(numbers, np.roll(numbers, 1, axis=-1))  # adds up to 0
    if core == 2:
        yield from _matrices(field, rng, shape)
    for other in others:
        if other.shape == shape:
            yield other
            if core == 2 and shape[-1] == shape[-2]:
                yield np.swapaxes(other, -1, -2)
                inverse = field.inverse(other)
                yield inverse
                yield np.swapaxes(inverse, -1, -2)
                yield field.subtract(np.broadcast_to(np.eye(shape[-1]), shape), other)


def _matrices(field: Field, rng: np.random.Generator, shape: tuple[int, ...]) -> Iterator[Floats]:
    *frame, m, n = shape
    inner = max(1, min(m, n) // 2)
    thin, wide = field.uniform(rng, (*frame, m, inner)), field.uniform(rng, (*frame, inner, n))
    yield field.matmul(thin, wide)
    if m != n:
        size = max(m, n)
        square = np.broadcast_to(np.eye(size), (*frame, size, size))
        turned = field.orthogonal_in(rng, field.uniform(rng, (*frame, size, size)), square)
        yield turned[..., :m, :n]
        yield square[..., :m, :n]
        return
    one = np.broadcast_to(np.eye(n), shape)
    numbers = field.uniform(rng, shape)
    turned = np.swapaxes(numbers, -1, -2)
    yield field.add(numbers, turned)
    yield field.subtract(numbers, turned)
    orthogonal = field.orthogonal_in(rng, field.uniform(rng, shape), one)
    order = rng.random((*frame, n)).argsort(axis=-1)
    permutation = np.eye(n)[order]
    diagonal = field.uniform(rng, (*frame, n))
    bits = (order < max(1, n // 2)).astype(np.float64)
    signs = 2 * bits - 1
    for entries in (diagonal, bits, signs):
        yield one * entries[..., None]
    swap = np.zeros((n, n))
    swap[range(0, n - 1, 2), range(1, n, 2)] = 1.0
    pairs = swap - swap.T + (np.eye(n) - np.abs(swap - swap.T).sum(axis=0) * np.eye(n))
    for way, back in (
        (orthogonal, np.swapaxes(orthogonal, -1, -2)),
        (numbers, field.inverse(numbers)),
    ):
        for made in (one * bits[..., None], one * signs[..., None], one * diagonal[..., None]):
            yield field.matmul(field.matmul(way, made), back)
        for made in (swap, pairs):  # one whose square is 0, and quarter turns
            yield field.matmul(field.matmul(way, np.broadcast_to(made, shape)), back)
    yield orthogonal
    yield from _shears(field, rng, shape)
    yield permutation
    yield permutation * signs[..., None]
    symmetric = np.minimum(order ^ 1, n - 1)
    yield np.eye(n)[np.where((order ^ 1) < n, symmetric, order)]
    yield one


def _shears(field: Field, rng: np.random.Generator, shape: tuple[int, ...]) -> Iterator[Floats]:
    """1 + c v wᵀ: v and w along two axes; then such that `w·w` is 0, where numbers have that."""
    *frame, n, _ = shape
    if not n:
        return
    order = rng.random((*frame, n)).argsort(axis=-1)
    v, w = (np.eye(n)[order[..., k]] for k in (0, min(1, n - 1)))
    root, has = field.roots(field.constant(-1).reshape(1))
    if n > 1 and has.all():
        other = np.eye(n)[order[..., 1]]
        isotropic = field.add(v, field.multiply(root, other))
        pairs = [(v, w), (v, isotropic), (isotropic, v)]
    else:
        pairs = [(v, w)]
    scale = field.uniform(rng, (*frame, 1, 1))
    for left, right in pairs:
        outer = left[..., :, None] * right[..., None, :]
        yield field.add(np.broadcast_to(np.eye(n), shape), field.multiply(scale, outer))


def _where_at(mask: Mask, value: Floats, other: Floats) -> Floats:
    """By the first axes, those of the mask."""
    return np.where(mask.reshape(*mask.shape, *[1] * (value.ndim - mask.ndim)), value, other)


def _where(mask: Mask, value: NDArray, other: NDArray) -> NDArray:  # type: ignore[type-arg]
    return np.where(mask.reshape(-1, *[1] * (value.ndim - 1)), value, other)
