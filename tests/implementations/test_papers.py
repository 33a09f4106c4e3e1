"""The papers' formulas against others of the same things: complex numbers, NumPy, hand values."""

import cmath
import math

import numpy as np
import pytest

from harness.implementations import papers
from harness.implementations.layers import LAYOUTS, Instance, Layout, draw


def complex_of(x: list[float], layout: Layout) -> np.ndarray:
    """A vector's pairs as complex numbers."""
    array, half = np.asarray(x), len(x) // 2
    if layout == "interleaved":
        return array[0::2] + 1j * array[1::2]
    return array[:half] + 1j * array[half:]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rope_multiplies_by_a_complex_number(layout: Layout) -> None:
    rng = np.random.default_rng(1)
    for d in (2, 4, 10, 128):
        x = rng.standard_normal(d).tolist()
        frequencies = rng.uniform(0, 2, d // 2)
        position = int(rng.integers(1, 1000))
        turned = papers.rotate(x, position, frequencies.tolist(), layout)
        expected = complex_of(x, layout) * np.exp(1j * position * frequencies)
        assert np.allclose(complex_of(turned, layout), expected, rtol=0, atol=1e-12)
        matrix = papers.rotary_matrix(position, frequencies.tolist(), layout)
        assert np.allclose(np.asarray(matrix) @ x, turned, rtol=0, atol=1e-12)


def test_rope_by_hand() -> None:
    """A quarter turn takes (1, 0) to (0, 1), and the pairs are where the layouts say."""
    quarter, still = math.pi / 2, 0.0
    x = [1.0, 2.0, 3.0, 4.0]
    assert papers.rotate(x, 1, [quarter, still], "interleaved") == pytest.approx([-2, 1, 3, 4])
    assert papers.rotate(x, 1, [quarter, still], "half-split") == pytest.approx([-3, 2, 1, 4])
    assert papers.rotate(x, 3, [quarter, still], "half-split") == pytest.approx([3, 2, -1, 4])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_scores_depend_on_the_distance_alone(layout: Layout) -> None:
    """What RoPE is made for (Su et al., equation 16)."""
    rng = np.random.default_rng(2)
    q, k = rng.standard_normal((2, 8)).tolist()
    frequencies = [1.0, 0.1, 0.01, 0.001]

    def score(here: int, there: int) -> float:
        turned = (papers.rotate(v, p, frequencies, layout) for v, p in ((q, here), (k, there)))
        return papers.dot(*turned)

    assert score(3, 10) == pytest.approx(score(103, 110), abs=1e-12)
    assert score(3, 10) != pytest.approx(score(10, 3), abs=1e-3)


def test_softmax_by_hand() -> None:
    assert papers.softmax([0.0, math.log(3)]) == pytest.approx([0.25, 0.75])
    assert papers.softmax([1000.0, -math.inf, 1000.0]) == pytest.approx([0.5, 0, 0.5])


def numpy_block(i: Instance) -> np.ndarray:
    """All heads at once, RoPE by complex numbers, weights by NumPy."""

    def turned(vectors: np.ndarray, positions: list[int]) -> np.ndarray:
        """(h, n, d) at (n,), as complex pairs (h, n, d/2)."""
        pairs = np.apply_along_axis(lambda v: complex_of(v.tolist(), i.layout), -1, vectors)
        angles = np.asarray(positions)[None, :, None] * i.frequencies[:, None, :]
        return np.asarray(pairs * np.vectorize(cmath.exp)(1j * angles))

    queries = turned(np.einsum("hdm,m->hd", i.Wq, i.x)[:, None], [i.positions[i.p]])
    keys = turned(np.einsum("hdm,nm->hnd", i.Wk, i.T), [i.positions[j] for j in i.pos])
    scores = np.einsum("hqd,hnd->hn", queries.conj(), keys).real / math.sqrt(i.Wq.shape[1])
    powers = np.where(i.seen, np.exp(scores), 0)
    weights = powers / powers.sum(axis=1, keepdims=True)
    contexts = np.einsum("hn,hem,nm->he", weights, i.Wv, i.T)
    return np.asarray(i.x + i.Wo @ contexts.reshape(-1))


def test_the_whole_block_agrees_with_numpy() -> None:
    """Angles of 10⁶ radians are rounded by 10⁻¹⁰, alike on both sides."""
    for instance in draw([7], one_head=False, equal=False):
        found = np.asarray(papers.residual_block(instance))
        assert np.abs(found - numpy_block(instance)).max() < 1e-12 * np.abs(found).max()


def test_instances_are_generic() -> None:
    drawn = list(draw([0], one_head=False, equal=False))
    assert {i.layout for i in drawn} == set(LAYOUTS)
    assert any(not i.seen.all() for i in drawn)
    assert all(i.seen.any(axis=1).all() for i in drawn)
    many = [i for i in drawn if len(i.Wq) > 1]
    assert any(len(set(i.frequencies[:, -1])) > 1 for i in many)
    assert any((i.seen != i.seen[0]).any() for i in many)
    assert all(len(set(i.positions)) == len(i.positions) for i in drawn)
