"""Error bounds against exact fractions and many digits: never smaller than the error."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.arrays.floats import Bounded, BoundedFloat64, exactly
from harness.language.parser import parse_type
from harness.numeric.bounded import _decide
from harness.numeric.functions import WEIGHTS, open_functions
from harness.numeric.laws import Constants, kinds, lawful
from harness.numeric.reals import RealField

ARITHMETIC = BoundedFloat64()


def fractions(array: np.ndarray) -> np.ndarray:
    return np.vectorize(Fraction, otypes=[object])(array)


def perturbed(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Bounded, np.ndarray]:
    """Values with an error, and exact numbers that far from them, at the very edge."""
    scale = 10.0 ** rng.integers(-6, 6, shape)
    value = rng.standard_normal(shape) * scale
    error = np.abs(value) * 10.0 ** rng.integers(-14, -2, shape) * rng.integers(0, 2, shape)
    side = rng.choice([-1, 1], shape)
    return Bounded(value, error), fractions(value) + fractions(error) * side


OPERATIONS: dict[str, tuple[tuple[tuple[int, ...], ...], Callable[..., Any]]] = {
    "add": (((4,), (4,)), lambda a, b: a + b),
    "subtract": (((4,), (4,)), lambda a, b: a - b),
    "multiply": (((4,), (4,)), lambda a, b: a * b),
    "divide": (((4,), (4,)), lambda a, b: a / b),
    "negate": (((4,),), lambda a: -a),
    "total": (((3, 9),), lambda a: a.sum(axis=-1)),
    "matmul": (((3, 9), (9, 2)), lambda a, b: a.dot(b)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_errors_stay_below_their_bounds(operation: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes, exact = OPERATIONS[operation]
    operands = [perturbed(rng, shape) for shape in shapes]
    found = getattr(ARITHMETIC, operation)(*(bounded for bounded, _ in operands))
    truth = exact(*(numbers for _, numbers in operands))
    difference = np.abs(fractions(found.value) - truth)
    for off, bound in zip(difference.ravel(), found.error.ravel(), strict=True):
        assert np.isinf(bound) or off <= Fraction(bound)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bounds_without_errors_are_a_few_roundings(operation: str) -> None:
    rng = np.random.default_rng(1)
    shapes, _ = OPERATIONS[operation]
    found = getattr(ARITHMETIC, operation)(*(exactly(rng.random(s) + 0.5) for s in shapes))
    assert (found.error <= 30 * 2.0**-52 * np.abs(found.value)).all()


def test_a_divisor_that_may_be_zero_has_no_bound() -> None:
    divisor = Bounded(np.array([1e-3]), np.array([1e-2]))
    assert np.isinf(ARITHMETIC.divide(exactly(np.ones(1)), divisor).error).all()


def function(kind: str, type_: str, rng: np.random.Generator, sizes: dict[str, int]) -> Any:
    return open_functions(kind)(rng, parse_type(type_), sizes, 5)


def weights_truth(kind: str, scores: list[Any], mask: list[bool]) -> list[Any]:
    if kind == "sigmoid":
        return [1 / (1 + mpmath.exp(-s)) for s in scores]
    powers = [mpmath.exp(s) if m else mpmath.mpf(0) for s, m in zip(scores, mask, strict=True)]
    return [x / sum(powers) for x in powers]


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("size", [1, 2, 6])
def test_weights_stay_within_their_bounds(kind: str, size: int) -> None:
    mpmath.mp.dps = 60
    for seed in range(20):
        rng = np.random.default_rng(seed)
        weights = function(kind, "vector(n) -> vector(n)", rng, {"n": size})
        value = rng.standard_normal((5, size)) * 10.0 ** rng.integers(-3, 4)
        error = np.abs(value) * 10.0 ** float(rng.integers(-14, -4))
        found = weights([Bounded(value, error)])
        inner = weights.function
        factors = inner.temperature.factor
        exact = fractions(value) + fractions(error) * rng.choice([-1, 1], value.shape)
        for lane in range(5):
            scores = [
                mpmath.mpf(x.numerator) / x.denominator * mpmath.mpf(factors[lane])
                for x in exact[lane]
            ]
            truth = weights_truth(kind, scores, inner.mask[lane].tolist())
            for j in range(size):
                off = abs(mpmath.mpf(found.value[lane, j]) - truth[j])
                assert off <= found.error[lane, j], (kind, seed, lane, j)


@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_are_functions(kind: str) -> None:
    """The temperature that the first call sets holds for the next."""
    rng = np.random.default_rng(2)
    weights = function(kind, "vector(n) -> vector(n)", rng, {"n": 4})
    first, second = rng.standard_normal((2, 5, 4))
    a = weights([first])
    weights([100 * second])
    assert (weights([first]) == a).all()
    assert (a > 0).any()
    if kind != "sigmoid":
        assert np.allclose(a.sum(axis=-1), 1)


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("size", [0, 1, 5])
def test_weights_are_the_same_with_and_without_bounds(kind: str, size: int) -> None:
    rng = np.random.default_rng(3)
    weights = function(kind, "index(h) -> vector(n) -> vector(n)", rng, {"n": size, "h": 2})
    heads = np.arange(2).reshape(2, 1)
    for scores in rng.standard_normal((3, 2, 5, size)) * [[[[1.0]]], [[[40.0]]], [[[1e-9]]]]:
        bounded = weights([heads, Bounded(scores, 1e-6 * np.abs(scores))])
        assert np.array_equal(weights([heads, scores]), bounded.value)


def test_exponentials_stay_within_their_bounds() -> None:
    mpmath.mp.dps = 60
    rng = np.random.default_rng(4)
    exp = function("softmax", "scalar -> scalar", rng, {})
    value, error = rng.standard_normal((7, 5)) * 30, np.full((7, 5), 1e-9)
    found = exp([Bounded(value, error)])
    factors = exp.function.temperature.factor
    for place in np.ndindex(7, 5):
        exact = mpmath.mpf(value[place]) + mpmath.mpf(error[place])
        off = abs(
            mpmath.mpf(found.value[place]) - mpmath.exp(exact * mpmath.mpf(factors[place[1]]))
        )
        assert off <= found.error[place]


def test_waves_stay_within_their_bounds() -> None:
    """Functions of any other type: checked by moving the argument to the edge of its error."""
    for type_ in (
        "vector(n) -> scalar",
        "matrix(n, n) -> vector(n)",
        "index(n) -> matrix(n, n) -> scalar",
    ):
        for seed in range(10):
            rng = np.random.default_rng(seed)
            wave = function("softmax", type_, rng, {"n": 3})
            shape = (5, 3, 3) if "matrix(n, n) ->" in type_ else (5, 3)
            value = rng.standard_normal(shape)
            error = np.full(shape, 1e-7)
            extra = [np.zeros((1,), dtype=int)] if type_.startswith("index") else []
            found = wave([*extra, Bounded(value, error)])
            moved = wave([*extra, value + 1e-7 * rng.choice([-1, 1], shape)])
            assert (np.abs(moved - found.value) <= found.error * (1 + 1e-6)).all()
            assert (found.error < 1e-3).all()


@pytest.mark.parametrize("type_", ["scalar -> scalar", "scalar -> scalar -> scalar"])
def test_laws_stay_within_their_bounds(type_: str) -> None:
    """Arguments on both sides of 0, and of each other, within their errors: max(x, 0) at ±e."""
    for name in kinds(parse_type(type_)):
        for seed in range(20):
            rng = np.random.default_rng(seed)
            field = RealField()
            constants = Constants.of(field, rng, 9)
            law = lawful(name, field, rng, parse_type(type_), {}, constants)
            count = type_.count("->")
            values = [rng.standard_normal(9) * 10.0 ** rng.integers(-4, 1, 9) for _ in range(count)]
            error = np.full(9, 1e-3)
            found = law([Bounded(value, error) for value in values])
            moved = law([value + error * rng.choice([-1, 1], 9) for value in values])
            off = np.abs(moved - found.value)
            assert ((off <= found.error * (1 + 1e-6) + 1e-15) | np.isnan(off)).all(), name


@pytest.mark.parametrize("size", [1.0, 1e200, np.inf])
def test_a_wide_bound_decides_nothing_however_large_the_sides(size: float) -> None:
    """The square of 1e200 is no double; a bound beside it is not sharp for that."""
    fair = np.ones(1, dtype=bool)
    value, wide, narrow = np.full((1, 1), size), np.full((1, 1), size / 2), np.zeros((1, 1))
    near = Bounded(value * 1.25, narrow)
    assert not _decide(Bounded(value, wide), near, fair).decided.any()
    if np.isfinite(size):
        same = Bounded(value * (1 + 1e-12), np.full((1, 1), size * 1e-11))
        assert _decide(Bounded(value, same.error), same, fair).decided.all()
