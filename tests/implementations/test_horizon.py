"""Near-symmetries of RoPE against dense commutators, and the figures that people have measured."""

import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from harness.cli import main
from harness.implementations.horizon import Commutation
from harness.implementations.layers import LAYOUTS, Layout
from harness.implementations.papers import dot, pair, project, rotary_matrix, rotate

D = 128
LLAMA3 = 5e5 ** (-2 * np.arange(D // 2) / D)


def mixed(i: int, j: int, angle: float, layout: Layout, d: int = D) -> np.ndarray:
    """Pairs i and j of d coordinates, mixed by an angle: exact where their frequencies agree."""
    matrix = np.eye(d)
    for a, b in zip(pair(i, d, layout), pair(j, d, layout), strict=True):
        matrix[a, a] = matrix[b, b] = math.cos(angle)
        matrix[a, b], matrix[b, a] = -math.sin(angle), math.sin(angle)
    return matrix


def turned(angles: list[float], layout: Layout) -> np.ndarray:
    """A rotation of every pair: an exact symmetry."""
    return np.asarray(rotary_matrix(1, angles, layout))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_defect_is_that_of_the_dense_commutator(layout: Layout) -> None:
    rng = np.random.default_rng(0)
    frequencies = rng.uniform(0, 1, 5)
    matrix = rng.standard_normal((10, 10))
    found = Commutation(matrix, frequencies, layout)
    for distance in (1, 2, 77, 1000):
        turn = np.asarray(rotary_matrix(distance, frequencies.tolist(), layout))
        commutator = turn @ matrix - matrix @ turn
        assert found.defect(distance) == pytest.approx(np.linalg.norm(commutator, 2), rel=1e-12)
        assert found.typical(distance) == pytest.approx(
            np.linalg.norm(commutator) / math.sqrt(10), rel=1e-12
        )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_worst_bounds_scores_and_is_reached(layout: Layout) -> None:
    """On scores that plain loops compute, with a matrix that is not even orthogonal."""
    rng = np.random.default_rng(1)
    frequencies = rng.uniform(0, 1, 3)
    matrix = mixed(0, 2, 0.4, layout, 6) + 0.01 * rng.standard_normal((6, 6))
    found = Commutation(matrix, frequencies, layout)

    def score(q: list[float], k: list[float], distance: int) -> float:
        return dot(q, rotate(k, distance, frequencies.tolist(), layout))

    for distance in (1, 5, 300):
        largest = 0.0
        for _ in range(300):
            q, k = rng.standard_normal((2, 6)).tolist()
            rows = matrix.tolist()
            change = score(project(rows, q), project(rows, k), distance) - score(q, k, distance)
            largest = max(largest, abs(change) / (np.linalg.norm(q) * np.linalg.norm(k)))
        assert largest <= found.worst(distance)
        assert largest > 0.3 * found.worst(distance)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("tokens", "measured"), [(8, 4.5e-7), (32768, 1.9e-3)])
def test_mixing_the_two_slowest_pairs_errs_as_measured(
    layout: Layout, tokens: int, measured: float
) -> None:
    """d = 128, base 5·10⁵, the farthest of so many tokens: within a factor of 2 of the figure.

    Both by the formula and on random queries and keys that go through plain loops.
    """
    matrix = mixed(62, 63, math.pi / 4, layout)
    distance = tokens - 1
    typical = Commutation(matrix, LLAMA3, layout).typical(distance)
    assert measured / 2 < typical < 2 * measured
    rng = np.random.default_rng(2)
    changes, scores = [], []
    for _ in range(40):
        q, k = rng.standard_normal((2, D))
        plain, folded = (
            dot(
                rotate(a.tolist(), 0, LLAMA3.tolist(), layout),
                rotate(b.tolist(), distance, LLAMA3.tolist(), layout),
            )
            for a, b in ((q, k), (matrix @ q, matrix @ k))
        )
        changes.append(folded - plain)
        scores.append(plain)
    seen = np.sqrt(np.mean(np.square(changes)) / np.mean(np.square(scores)))
    assert measured / 2 < seen < 2 * measured


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("tolerance", [1e-7, 1e-5, 1e-3, 0.1, 0.69])
def test_the_horizon_is_the_first_distance_that_fails(layout: Layout, tolerance: float) -> None:
    """Against a search of every distance, on frequencies near enough for both kinds of answer."""
    frequencies = np.asarray([1.0, 0.0123, 0.012])
    found = Commutation(mixed(1, 2, 0.35, layout, 6), frequencies, layout)
    until = 30_000
    distances = np.arange(until + 1)
    # The closed form of a mixture of two pairs: 2 |sin(s Δ/2)| sin(angle).
    errors = 2 * abs(np.sin(distances * 0.0003 / 2)) * math.sin(0.35)
    failing = np.flatnonzero(errors > tolerance)
    end = found.horizon(tolerance, until)
    assert end.is_decided
    if len(failing):
        assert (end.within, end.first) == (failing[0] - 1, failing[0])
    else:
        assert (end.within, end.first) == (until, None)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_exact_symmetries_have_no_horizon(layout: Layout) -> None:
    rng = np.random.default_rng(3)
    exact = turned(rng.uniform(0, 6, D // 2).tolist(), layout)
    assert Commutation(exact, LLAMA3, layout).horizon(1e-12, 10**9).first is None
    equal = LLAMA3.copy()
    equal[63] = equal[62]
    assert (
        Commutation(mixed(62, 63, 1.0, layout), equal, layout).horizon(1e-12, 10**9).first is None
    )
    still = LLAMA3.copy()
    still[60:] = 0  # partial rotary: any orthogonal matrix there
    whole = [c for i in range(60, 64) for c in pair(i, D, layout)]
    matrix = np.eye(D)
    matrix[np.ix_(whole, whole)] = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    assert Commutation(matrix, still, layout).horizon(1e-12, 10**9).first is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_does_not_commute_fails_at_once(layout: Layout) -> None:
    other: Layout = "half-split" if layout == "interleaved" else "interleaved"
    reflection = np.diag([-1.0] + [1.0] * (D - 1))
    for wrong in (turned([1.0] * 64, other), reflection):
        assert Commutation(wrong, LLAMA3, layout).horizon(1e-3, 10**6).first == 1
    scaled = Commutation(1.1 * np.eye(D), LLAMA3, layout)
    assert scaled.horizon(1e-3, 10**6).first == 0


def horizon(folder: Path, matrix: object, *options: str) -> Result:
    path = folder / "matrix.npy"
    np.save(path, np.asarray(matrix))
    arguments = ["horizon", str(path), "--layout", "half-split", "--base", "500000", *options]
    return CliRunner().invoke(main, arguments)


def test_the_command_answers_with_its_exit_code(tmp_path: Path) -> None:
    near = mixed(62, 63, 0.5, "half-split")
    done = horizon(tmp_path, near, "--tolerance", "1e-3", "--until", "2000")
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        0,
        "within 0.001 at every distance up to 2000",
    )
    done = horizon(tmp_path, near, "--tolerance", "1e-3")
    assert done.exit_code == 1
    assert "up to distance 37" in done.output.splitlines()[-1]
    done = horizon(tmp_path, [np.eye(D), near], "--tolerance", "1e-3")
    assert done.exit_code == 1
    assert "head 1" in done.output
    assert horizon(tmp_path, np.eye(D)).exit_code == 0
    done = horizon(tmp_path, 2 * np.eye(D))
    assert done.exit_code == 1
    assert "not orthogonal" in done.output


@pytest.mark.parametrize(
    "matrix",
    [
        np.eye(3),
        np.ones(4),
        np.eye(4)[:2],
        np.full((4, 4), np.nan),
        np.eye(4) * 1j,
        np.zeros((0, 0)),
    ],
    ids=["odd", "vector", "not square", "not finite", "complex", "empty"],
)
def test_bad_input_is_reported_at_its_place(tmp_path: Path, matrix: object) -> None:
    done = horizon(tmp_path, matrix)
    assert done.exit_code == 2
    assert "matrix.npy:1:1: " in done.output


def test_a_file_that_runs_code_is_not_read(tmp_path: Path) -> None:
    done = horizon(tmp_path, np.asarray([{"a": 1}], dtype=object))
    assert done.exit_code == 2
    path = tmp_path / "frequencies.npy"
    path.write_bytes(b"nothing of the kind")
    done = horizon(tmp_path, np.eye(4), "--frequencies", str(path))
    assert done.exit_code == 2
