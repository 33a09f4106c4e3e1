"""The likely cause of a fault: each mistake that people make, tried on the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.carries import (
    Matrix,
    Pairs,
    Rounding,
    absorbed,
    defect,
    fit_matrix,
    fit_pairs,
)
from harness.checkpoints.families import Pairing
from harness.checkpoints.sides import pair_order
from harness.implementations.horizon import Commutation

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_NEAR = 4.0
"""How far above what rounding explains a cause may leave what it explains."""

_DOUBTFUL = 64.0


def carries(
    old: Floats, new: Floats, rotated: int, rounding: Rounding, *, mirrored: bool = False
) -> bool:
    """Whether these rows, in the common order, are carried by what commutes with RoPE."""
    pairs = fit_pairs(old[:rotated], new[:rotated], rounding.part(0, rotated), mirrored=mirrored)
    rest = fit_matrix(old[rotated:], new[rotated:], rounding.part(rotated, None))
    return max(pairs.worst.ratio, rest.worst.ratio) <= _NEAR


def frequencies(count: int, base: float) -> Floats:
    return np.asarray(base ** (-np.arange(count) / max(count, 1)))


def commutator(matrix: Floats, rotated: int, base: float, context: int) -> tuple[float, int]:
    """The largest |ΘA - AΘ| found over the distances of a context, and its distance.

    The matrix is in the common order: first of each pair, second of each, the rest.
    """
    half, free = rotated // 2, len(matrix) - rotated
    padded = np.eye(len(matrix) + free % 2)
    padded[: len(matrix), : len(matrix)] = matrix
    left = (free + 1) // 2
    rest = np.arange(rotated, len(padded))
    order = np.concatenate(
        [np.arange(half), rest[:left], np.arange(half, rotated), rest[left:]]
    ).astype(int)
    turns = np.concatenate([frequencies(half, base), np.zeros(left)])
    found = Commutation(padded[np.ix_(order, order)], turns, "half-split")
    near = range(1, min(context, 33))
    far = (2**k for k in range(6, 40) if 2**k < context)
    distances = [*near, *far, max(context, 1)]
    return max(zip(found.defects(distances).tolist(), distances, strict=True))


def of_rows(
    old: Floats,
    new: Floats,
    rotated: int,
    pairs: Pairing,
    rounding: Rounding,
    has_bias: bool,
    others: Iterable[tuple[int, Floats]],
    base: float,
    context: int,
    worst_row: int,
) -> tuple[str, str]:
    """What is wrong with rows that no allowed turn carries, and why. All in the common order."""
    whole = fit_matrix(old, new, rounding)
    size = len(old)
    if whole.is_determined and whole.worst.ratio <= _NEAR and rotated:
        largest, distance = commutator(whole.matrix, rotated, base, context)
        what = f"does not commute with RoPE, up to {largest:.2g} at distance {distance}"
        if carries(old, new, rotated, rounding, mirrored=True):
            return what, "pairs are reflected"
        home = np.argsort(pair_order(size, rotated, pairs))
        plain, turned = old[home], new[home]  # in the order of the tensor
        unit = Rounding(np.asarray(rounding.unit)[home]) if np.ndim(rounding.unit) else rounding
        swapped: Pairing = "half-split" if pairs == "interleaved" else "interleaved"
        for layout, span in ((swapped, rotated), (pairs, size), (swapped, size)):
            if span % 2 == 0 and (layout, span) != (pairs, rotated):
                order = pair_order(size, span, layout)
                mixed = Rounding(np.full(size, unit.largest))
                if carries(plain[order], turned[order], span, mixed):
                    partial = f" over all {size} coordinates" if span != rotated else ""
                    return what, f"the {layout} pairing{partial} would"
        order = pair_order(size, rotated, swapped)
        mixed = Rounding(np.full(size, unit.largest))
        if carries(old, turned[order], rotated, mixed):
            return what, f"its rows are in the {swapped} layout"
        return what, f"first at pair {worst_row % (rotated // 2)}" if worst_row < rotated else ""
    if has_bias and fit_matrix(old[:, :-1], new[:, :-1], rounding).worst.ratio <= _NEAR:
        is_left = np.array_equal(old[:, -1], new[:, -1])
        how = "the bias was left as it was" if is_left else "the bias does not turn with them"
        return "its weights are carried and its bias is not", how
    for number, rows in others:
        if fit_matrix(rows, new, rounding).worst.ratio <= _NEAR and whole.is_determined:
            return "is not carried from the same head", f"it holds the rows of head {number}"
    what = f"no matrix carries the old rows into the new, {whole.worst.ratio:.3g} times rounding"
    if whole.worst.ratio <= _DOUBTFUL:
        what = f"is off by {whole.worst.ratio:.3g} times what one rounding explains"
        return what, "products were rounded in the format itself, or entries were changed"
    return what, f"worst in row {whole.worst.row}, column {whole.worst.column}"


def of_product(
    query: Pairs, key: Pairs, head: int, keys: list[Pairs], own: int, count: int
) -> tuple[str, str]:
    """Why AᵀB is not 1 between a query head and its key head, both of which commute."""
    off, ratio = defect(query, key)
    worst = int(np.argmax(ratio))
    what = f"AᵀB is not 1, off by {off[worst]:.2g} at pair {worst}"
    identity = replace(key, z=np.ones_like(key.z), spread=np.zeros_like(key.spread))

    def fits(other: Pairs, one: Pairs = query) -> bool:
        return float(defect(one, other)[1].max(initial=0)) <= _NEAR

    if (ratio > 1).sum() == 1 and len(ratio) > 1:
        return what, "all its other pairs are right"
    if fits(identity):
        return what, "the queries were left as they were"
    if fits(identity, key):
        return what, "the keys were left as they were"
    for number, other in enumerate(keys):
        if number != own and fits(other):
            by = " (k mod G)" if number == head % count else ""
            return what, f"its queries are turned as for key head {number}{by}"
    if fits(replace(key, z=key.z.conj())):
        return what, "its queries are turned the other way (transposed)"
    if fits(replace(key, z=key.z**2)) or fits(replace(query, z=query.z**2), key):
        return what, "one of the two was turned twice"
    near = np.abs(np.abs(query.z.conj() * key.z) - 1).max() <= off.max() * 1.0001
    lengths = np.allclose(np.angle(query.z.conj() * key.z), 0, atol=float(off.max()) / 4)
    if near and lengths:
        return what, "angles agree and scales do not: c on the keys wants 1/c on the queries"
    return what, "queries and keys have angles of their own"


def of_output(
    old: Floats,
    new: Floats,
    carry: Matrix,
    ratio: float,
    others: Mapping[int, Matrix],
    own: int,
    count: int,
    blocks: Iterable[tuple[int, Floats]],
    rounding: Rounding,
    head: int,
) -> tuple[str, str]:
    """Why columns of the output projection do not undo what turned the values."""
    what = f"does not undo the turn of its values, {ratio:.3g} times rounding"
    if np.array_equal(old, new):
        return what, "it was left as it was"

    def fits(matrix: Matrix, before: Floats = old) -> bool:
        return absorbed(before, new, matrix, rounding).ratio <= _NEAR

    a: Any = carry.matrix
    if np.linalg.cond(a) < 1e8 and fits(replace(carry, matrix=np.linalg.inv(a))):
        return what, "it has S where the transpose belongs"
    for number, other in others.items():
        if number != own and fits(other):
            by = " (k mod G)" if number == head % count else ""
            return what, f"it is turned as for value head {number}{by}"
    for number, block in blocks:
        if number != head and fits(carry, block):
            return what, f"it holds the columns of head {number}"
    return what, ""
