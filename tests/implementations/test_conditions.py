"""What may be folded into attention as people run it, and what may not.

One causal layer, computed token by token from the papers' formulas: grouped-query heads, biases,
partial rotary embeddings, norms of queries and keys. A fold is right where logits keep to 10⁻¹² of
their size, and wrong where they differ by more than a hundredth; nothing lies in between.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from harness.implementations.layers import LAYOUTS, Layout
from harness.implementations.papers import attention, pair, rotary_matrix, rotate

HEADS, GROUPS, D, M = 4, 2, 8, 10
POSITIONS = (0, 1, 2, 5, 90, 4096)
FREQUENCIES = np.asarray([1.0, 0.3, 0.05, 0.002])

Array = np.ndarray


@dataclass(frozen=True)
class Layer:
    """Grouped-query attention; query head h reads from group h · GROUPS // HEADS."""

    layout: Layout
    wq: Array
    wk: Array
    wv: Array
    wo: Array
    bq: Array
    bk: Array
    bv: Array
    bo: Array
    gain: Array | None = None
    """Of an RMS norm of queries and keys, before RoPE."""
    frequencies: Array = field(default_factory=lambda: FREQUENCIES)
    """Of as many pairs as are turned; coordinates after them are not."""
    positions: tuple[int, ...] = POSITIONS

    def normed(self, x: Array) -> Array:
        if self.gain is None:
            return x
        return np.asarray(self.gain * x / math.sqrt(float(np.mean(x * x))))

    def turned(self, x: Array, position: int) -> list[float]:
        size = 2 * len(self.frequencies)
        front = rotate(x[:size].tolist(), position, self.frequencies.tolist(), self.layout)
        return [*front, *x[size:].tolist()]

    def __call__(self, tokens: Array, window: int = 10**9) -> Array:
        """(n, m) to (n, m): each token attends to itself and to those before it, in a window."""
        rows = []
        for t, x in enumerate(tokens):
            contexts: list[float] = []
            for h in range(HEADS):
                g = h * GROUPS // HEADS
                keys = [
                    self.turned(self.normed(self.wk[g] @ y + self.bk[g]), self.positions[j])
                    for j, y in enumerate(tokens)
                ]
                values = [(self.wv[g] @ y + self.bv[g]).tolist() for y in tokens]
                query = self.turned(self.normed(self.wq[h] @ x + self.bq[h]), self.positions[t])
                seen = [j <= t and t - j < window for j in range(len(tokens))]
                contexts += attention(query, keys, values, seen)
            rows.append(x + self.wo @ contexts + self.bo)
        return np.asarray(rows)


def drawn(layout: Layout, seed: int = 0) -> Layer:
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> Array:
        return rng.standard_normal(shape) / math.sqrt(shape[-1])

    return Layer(
        layout,
        *(3 * normal(count, D, M) for count in (HEADS, GROUPS)),
        normal(GROUPS, D, M),
        normal(M, HEADS * D),
        *(normal(count, D) for count in (HEADS, GROUPS, GROUPS)),
        normal(M),
    )


TOKENS = np.random.default_rng(99).standard_normal((len(POSITIONS), M))


def error(layer: Layer, folded: Layer, window: int = 10**9) -> float:
    """max |Δ| / max |logit|; the fold must have changed something."""
    assert any((getattr(layer, w) != getattr(folded, w)).any() for w in ("wq", "wk", "wv"))
    before, after = layer(TOKENS, window), folded(TOKENS, window)
    return float(np.abs(after - before).max() / np.abs(before).max())


def fold_scores(layer: Layer, q: list[Array], k: list[Array] | None = None) -> Layer:
    """One matrix for each query head; keys get that of their group's first, or `k`."""
    k = k or [q[g * HEADS // GROUPS] for g in range(GROUPS)]
    return replace(
        layer,
        wq=np.stack([r @ w for r, w in zip(q, layer.wq, strict=True)]),
        bq=np.stack([r @ b for r, b in zip(q, layer.bq, strict=True)]),
        wk=np.stack([r @ w for r, w in zip(k, layer.wk, strict=True)]),
        bk=np.stack([r @ b for r, b in zip(k, layer.bk, strict=True)]),
    )


def fold_values(layer: Layer, v: list[Array]) -> Layer:
    """One invertible matrix for each group, and its inverse in W_o's blocks of that group."""
    blocks = layer.wo.reshape(M, HEADS, D)
    inverses = [np.linalg.inv(v[h * GROUPS // HEADS]) for h in range(HEADS)]
    wo = np.stack([blocks[:, h] @ inverses[h] for h in range(HEADS)], axis=1)
    return replace(
        layer,
        wv=np.stack([r @ w for r, w in zip(v, layer.wv, strict=True)]),
        bv=np.stack([r @ b for r, b in zip(v, layer.bv, strict=True)]),
        wo=wo.reshape(M, HEADS * D),
    )


def turns(layout: Layout, seed: int = 0, size: int = D) -> Array:
    """A rotation of each pair, by angles of their own."""
    angles = np.random.default_rng(seed).uniform(1, 5, size // 2)
    return np.asarray(rotary_matrix(1, angles.tolist(), layout))


def orthogonal(seed: int = 0, size: int = D) -> Array:
    """Any orthogonal matrix."""
    return np.asarray(np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0])


def in_every_group(make: Callable[[int], Array]) -> list[Array]:
    """One matrix a group, copied to its query heads."""
    return [r for r in map(make, range(GROUPS)) for _ in range(HEADS // GROUPS)]


def embedded(matrix: Array, coordinates: list[int]) -> Array:
    """A matrix on some coordinates, and 1 on the others."""
    whole = np.eye(D)
    whole[np.ix_(coordinates, coordinates)] = matrix
    return whole


def unitary(layout: Layout) -> Array:
    """U(2) on the first two pairs: a complex rotation and phases, which mix them."""
    real, imaginary = np.random.default_rng(1).standard_normal((2, 2, 2))
    u = np.linalg.qr(real + 1j * imaginary)[0]
    first, second = pair(0, D, layout), pair(1, D, layout)
    whole = np.eye(D)
    for i, here in enumerate((first, second)):
        for j, there in enumerate((first, second)):
            a, b = u[i, j].real, u[i, j].imag
            whole[np.ix_(here, there)] = [[a, -b], [b, a]]
    return whole


RIGHT, WRONG = 1e-12, 1e-2

EACH_LAYOUT = pytest.mark.parametrize("layout", LAYOUTS)


@EACH_LAYOUT
def test_pairs_may_turn_and_nothing_else(layout: Layout) -> None:
    layer = drawn(layout)
    assert (
        error(layer, fold_scores(layer, in_every_group(lambda seed: turns(layout, seed)))) < RIGHT
    )
    other: Layout = "half-split" if layout == "interleaved" else "interleaved"
    assert error(layer, fold_scores(layer, in_every_group(lambda seed: turns(other, seed)))) > WRONG
    assert error(layer, fold_scores(layer, in_every_group(orthogonal))) > WRONG
    a, b = pair(1, D, layout)
    reflection = embedded(np.diag([1.0, -1.0]), [a, b])
    assert error(layer, fold_scores(layer, [reflection] * HEADS)) > WRONG


@EACH_LAYOUT
def test_a_pair_may_be_scaled_in_queries_and_unscaled_in_keys(layout: Layout) -> None:
    layer = drawn(layout)
    scale = np.eye(D)
    for i in range(D // 2):
        scale[pair(i, D, layout), pair(i, D, layout)] = 1.5 + i
    inverse = np.linalg.inv(scale)
    assert error(layer, fold_scores(layer, [scale] * HEADS, [inverse] * GROUPS)) < RIGHT
    assert error(layer, fold_scores(layer, [scale] * HEADS)) > WRONG
    within = embedded(np.diag([2.0, 0.5]), list(pair(1, D, layout)))
    folded = fold_scores(layer, [within] * HEADS, [np.linalg.inv(within)] * GROUPS)
    assert error(layer, folded) > WRONG


@EACH_LAYOUT
def test_equal_frequencies_admit_unitary_mixtures(layout: Layout) -> None:
    equal = replace(drawn(layout), frequencies=np.asarray([0.3, 0.3, 0.05, 0.002]))
    mixture = unitary(layout)
    assert error(equal, fold_scores(equal, [mixture] * HEADS)) < RIGHT
    distinct = drawn(layout)
    assert error(distinct, fold_scores(distinct, [mixture] * HEADS)) > WRONG
    opposite = replace(equal, frequencies=np.asarray([0.3, -0.3, 0.05, 0.002]))
    assert error(opposite, fold_scores(opposite, [mixture] * HEADS)) > WRONG
    both = [*pair(0, D, layout), *pair(1, D, layout)]
    assert error(equal, fold_scores(equal, [embedded(orthogonal(size=4), both)] * HEADS)) > WRONG


@EACH_LAYOUT
def test_reflections_pass_where_a_frequency_is_a_multiple_of_pi(layout: Layout) -> None:
    """At integer positions; the sine of 4096 π in doubles is 10⁻¹³, hence the wider margin."""
    reflection = embedded(np.diag([1.0, -1.0]), list(pair(1, D, layout)))
    for frequency, right in ((0.0, True), (math.pi, True), (math.pi / 2, False)):
        layer = replace(drawn(layout), frequencies=np.asarray([1.0, frequency, 0.05, 0.002]))
        found = error(layer, fold_scores(layer, [reflection] * HEADS))
        assert found < 10 * RIGHT if right else found > WRONG


@EACH_LAYOUT
def test_one_special_position_is_not_enough(layout: Layout) -> None:
    """What commutes with Θ(p) for one p need not commute with Θ(1)."""
    layer = replace(drawn(layout), frequencies=np.asarray([math.pi / 32] * 3 + [0.002]))
    reflection = [embedded(np.diag([1.0, -1.0]), list(pair(1, D, layout)))] * HEADS
    assert error(layer, fold_scores(layer, reflection)) > WRONG
    whole_periods = replace(layer, positions=tuple(64 * k for k in range(len(POSITIONS))))
    assert error(whole_periods, fold_scores(whole_periods, reflection)) < RIGHT


@EACH_LAYOUT
def test_values_take_any_matrix_with_its_inverse(layout: Layout) -> None:
    layer = drawn(layout)
    assert error(layer, fold_values(layer, [orthogonal(seed) for seed in range(GROUPS)])) < RIGHT
    noise = np.random.default_rng(2).standard_normal((GROUPS, D, D))
    general = [np.eye(D) + 0.3 * n for n in noise]
    assert error(layer, fold_values(layer, general)) < RIGHT
    forgotten = replace(fold_values(layer, general), wo=layer.wo)
    assert error(layer, forgotten) > WRONG
    whole = fold_values(layer, general)
    swapped = replace(whole, wo=np.roll(whole.wo, D * HEADS // GROUPS, axis=1))
    assert error(layer, swapped) > WRONG


@EACH_LAYOUT
def test_a_group_shares_one_rotation(layout: Layout) -> None:
    layer = drawn(layout)
    distinct = [turns(layout, seed) for seed in range(HEADS)]
    assert error(layer, fold_scores(layer, distinct)) > WRONG


@EACH_LAYOUT
def test_biases_turn_too(layout: Layout) -> None:
    layer = drawn(layout)
    values = [orthogonal(seed) for seed in range(GROUPS)]
    folded = fold_values(
        fold_scores(layer, in_every_group(lambda seed: turns(layout, seed))), values
    )
    assert error(layer, folded) < RIGHT
    for bias in ("bq", "bk", "bv"):
        assert error(layer, replace(folded, **{bias: getattr(layer, bias)})) > WRONG, bias


@EACH_LAYOUT
def test_partial_rotary_leaves_the_rest_free(layout: Layout) -> None:
    layer = replace(drawn(layout), frequencies=FREQUENCIES[:2])
    rest = embedded(turns(layout, size=4), [0, 1, 2, 3]) @ embedded(
        orthogonal(size=4), [4, 5, 6, 7]
    )
    assert error(layer, fold_scores(layer, [rest] * HEADS)) < RIGHT
    assert (
        error(layer, fold_scores(layer, [embedded(orthogonal(size=4), [2, 3, 4, 5])] * HEADS))
        > WRONG
    )


@EACH_LAYOUT
def test_norms_of_queries_and_keys_must_have_one_gain_a_pair(layout: Layout) -> None:
    gain = np.ones(D)
    for i in range(D // 2):
        gain[list(pair(i, D, layout))] = 0.5 + i
    equal = replace(drawn(layout), gain=gain)
    fold = in_every_group(lambda seed: turns(layout, seed))
    assert error(equal, fold_scores(equal, fold)) < RIGHT
    generic = replace(equal, gain=np.random.default_rng(3).uniform(0.5, 2, D))
    assert error(generic, fold_scores(generic, fold)) > WRONG


@EACH_LAYOUT
def test_masks_ask_for_nothing(layout: Layout) -> None:
    layer = drawn(layout)
    fold = in_every_group(lambda seed: turns(layout, seed))
    assert error(layer, fold_scores(layer, fold), window=2) < RIGHT


@EACH_LAYOUT
def test_quarter_turns_round_nothing(layout: Layout) -> None:
    """They only move entries and change signs, so the weights are the same numbers."""
    quarter = np.rint(np.asarray(rotary_matrix(1, [math.pi / 2] * (D // 2), layout)))
    layer = drawn(layout)
    folded = fold_scores(layer, [quarter] * HEADS)
    assert error(layer, folded) < RIGHT
    assert sorted(np.abs(folded.wq).flat) == sorted(np.abs(layer.wq).flat)
