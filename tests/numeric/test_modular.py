"""Residues against Python's integers."""

import numpy as np
import pytest
from sympy import isprime

from harness.numeric.modular import PRIMES, PrimeField, RandomFunction

P = PRIMES[0]


def field() -> PrimeField:
    return PrimeField(P)


def integers(array: np.ndarray) -> list[list[int]]:
    return [[int(x) for x in row] for row in array]


def test_the_primes_are_primes() -> None:
    assert len(set(PRIMES)) >= 2
    for p in PRIMES:
        assert isprime(p)
        assert 2**23 - 100 < p < 2**24


@pytest.mark.parametrize("inner", [1, 7, 64, 65, 200])
@pytest.mark.parametrize("extreme", [False, True])
def test_products_are_exact(inner: int, extreme: bool) -> None:
    """Also where every entry is as large as a residue can be."""
    rng = np.random.default_rng(inner)
    f = field()
    if extreme:
        a, b = np.full((3, inner), P // 2, float), np.full((inner, 2), -(P // 2), float)
    else:
        a, b = f.uniform(rng, (3, inner)), f.uniform(rng, (inner, 2))
    left, right = integers(a), integers(b)
    expected = [
        [sum(left[i][k] * right[k][j] for k in range(inner)) % P for j in range(2)]
        for i in range(3)
    ]
    assert f.canonical(f.matmul(a, b)).tolist() == expected


def test_reciprocals() -> None:
    f = field()
    many = f.uniform(np.random.default_rng(4), (1000,))
    product = f.canonical(f.multiply(many, f.reciprocal(many)))
    assert (product == (many != 0)).all()
    numbers = np.array([0.0, 1.0, -1.0, 2.0, 12345.0, -7654321.0])
    found = f.canonical(f.reciprocal(numbers)).tolist()
    assert found == [0, *(pow(int(x) % P, -1, P) for x in numbers[1:])]


@pytest.mark.parametrize("p", [2, 3, 7, PRIMES[0]])
def test_a_number_of_a_text_is_a_residue(p: int) -> None:
    for number in (0, 1, 2, 5, 1_000_000):
        found = float(PrimeField(p).constant(number))
        assert abs(found) <= p / 2
        assert (int(found) - number) % p == 0


def test_inverse_needs_pivots() -> None:
    """A permutation has zeros where elimination without a search would divide."""
    f = field()
    rng = np.random.default_rng(3)
    matrix = np.stack([np.eye(4)[[2, 0, 3, 1]], f.uniform(rng, (4, 4))])
    product = f.matmul(matrix, f.inverse(matrix))
    assert (f.canonical(product) == np.eye(4)).all()


def test_null_vectors_solve_and_are_counted() -> None:
    f = field()
    rng = np.random.default_rng(5)
    wide = f.uniform(rng, (6, 3, 5))
    system = f.matmul(f.uniform(rng, (6, 40, 3)), wide)
    found, dimension = f.null_vectors(rng, system, np.ones(6), 3)
    assert dimension.tolist() == [2] * 6
    assert found.shape == (6, 3, 5)
    assert (f.matmul(system, np.swapaxes(found, -1, -2)) == 0).all()
    assert (found != 0).any(axis=-1).all()


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_cayley_is_orthogonal(d: int) -> None:
    f = field()
    rng = np.random.default_rng(d)
    signs = np.diag([-1.0, *[1.0] * (d - 1)])
    found = f.orthogonal_in(rng, f.uniform(rng, (8, d, d)), signs)
    product = f.matmul(np.swapaxes(found, -1, -2), found)
    assert (f.canonical(product) == np.eye(d)).all()
    for matrix in f.canonical(found):
        assert determinant(integers(matrix)) % P == P - 1


def determinant(matrix: list[list[int]]) -> int:
    if not matrix:
        return 1
    minors = ([row[:j] + row[j + 1 :] for row in matrix[1:]] for j in range(len(matrix)))
    return sum((-1) ** j * matrix[0][j] * determinant(m) for j, m in enumerate(minors))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_points_of_spheres(count: int) -> None:
    f = field()
    points = integers(f.circle(np.random.default_rng(1), (20,), count))
    assert all(sum(x * x for x in point) % P == 1 for point in points)


def test_random_functions_are_functions() -> None:
    f = field()
    rng = np.random.default_rng(8)
    keys = rng.integers(0, 2**64, 4, dtype=np.uint64)
    function = RandomFunction(f, keys, [0, 1], [3])
    vectors = f.uniform(rng, (5, 4, 2))
    indices = np.arange(5)[:, None]
    found = f.canonical(function([indices, vectors]))
    again = f.canonical(function([indices, vectors + P * np.sign(vectors)]))
    assert found.shape == (5, 4, 3)
    assert (found == again).all(), "a residue is the same however it is written"
    other = vectors.copy()
    other[:, :, 1] += 1
    assert (f.canonical(function([indices, other])) != found).mean() > 0.99
    assert (f.canonical(function([indices + 1, vectors])) != found).mean() > 0.99
    same = np.broadcast_to(vectors[:1, :1], vectors.shape)
    by_lane = f.canonical(function([np.zeros((1, 1), int), same]))
    assert (by_lane == by_lane[:1]).all(), "one function for all indices of a lane"
    assert len({tuple(row) for row in by_lane[0].tolist()}) == 4, "and another for each lane"


def test_random_functions_are_spread_evenly() -> None:
    f = field()
    function = RandomFunction(f, np.array([7], dtype=np.uint64), [0], [])
    values = f.canonical(function([np.arange(20000.0)[:, None]])) / P
    counts, _ = np.histogram(values, bins=10, range=(0, 1))
    assert abs(counts - 2000).max() < 250
