"""Claims that are false in a corner: no fixed point, no entries, a captured index, 1/0."""

from collections.abc import Callable

import pytest

from harness.claims.model import Claim
from harness.symbolic.certificate import certify
from harness.symbolic.prove import prove
from harness.symbolic.verify import check_at_random, expand
from tests.arrays.language import LIBRARY

Make = Callable[..., Claim]

SCALARS = "{d: dimension, a: scalar, b: scalar, c: scalar, 'R, S': 'matrix(d, d)', "
SCALARS += "J: 'matrix(d, d)', u: vector(d), v: vector(d), K: index(d) -> vector(d)}"
CAPTURE = "{n: dimension, a: scalar, F: vector(n) -> scalar, G: vector(n) -> scalar, "
CAPTURE += "M: index(n) -> index(n) -> scalar, N: index(n) -> vector(n)}"

FALSE = {
    # With g a derangement, the left side is 0.
    "a map has one fixed point": (
        "{h: dimension, g: index(h) -> index(h), M: 'matrix(h, h)'}",
        "(Σ k, M[k, g(k)]) = 1",
        {"one": "M = 1"},
    ),
    "a map has one fixed point, weighed": (
        "{h: dimension, g: index(h) -> index(h), u: vector(h)}",
        "(Σ k, diagonal(u)[k, g(k)]) = Σ k, u[g(k)]",
        {},
    ),
    # With d = 0 the hypotheses say nothing of a and b.
    "a scalar from vectors without entries": (
        SCALARS,
        "a = b",
        {"alike": "∀ (y: vector(d)), a * y = b * y"},
    ),
    "a scalar from matrices without entries": (
        SCALARS,
        "a = b",
        {"one": "Rᵀ @ R = a * S", "two": "Rᵀ @ R = b * S", "three": "S = 1"},
    ),
    "a scalar from a family without members": (
        SCALARS,
        "a = b",
        {"one": "∀ (i: index(d)), a = u[i]", "two": "∀ (i: index(d)), u[i] = b"},
    ),
    "an equation for no position": (
        "{d: dimension, P: type, R: 'matrix(d, d)', S: 'matrix(d, d)'}",
        "R = S",
        {"alike": "∀ (p: P), R = S"},
    ),
    # The hypothesis is about a fixed row, not about the diagonal.
    "a bound index for a variable": (
        CAPTURE,
        "F([j ↦ M(j, j)]) = a",
        {"row": "∀ (k: index(n)), F([j ↦ M(k, j)]) = a"},
    ),
    "a bound index within a vector for a variable": (
        CAPTURE,
        "F([j ↦ G(N(j)) * N(j)[j]]) = a",
        {"row": "∀ (y: vector(n)), F([j ↦ G(y) * N(j)[j]]) = a"},
    ),
    "a bound index within a function for a variable": (
        "{n: dimension, a: scalar, F: (index(n) -> index(n)) -> scalar, "
        "M: index(n) -> index(n) -> index(n)}",
        "F(j ↦ M(j, j)) = a",
        {"row": "∀ (k: index(n)), F(j ↦ M(k, j)) = a"},
    ),
    # The inverse of 0 is 0.
    "a number by itself": (SCALARS, "a / a = 1", {}),
    "a number by itself, within a sum": (SCALARS, "(a + b) / (a + b) = 1", {}),
    "a fraction reduced": (SCALARS, "(a * b) / (a * c) = b / c", {}),
    "a product that is 0": (SCALARS, "a = 0", {"product": "a * b = 0"}),
    "a quotient that is 0": (SCALARS, "a = 0", {"quotient": "a / b = 0"}),
    "halves in characteristic 2": (SCALARS, "a = b", {"twice": "a + a = b + b"}),
    # Words are not commutative, and a factor need not be invertible.
    "a factor cancelled": (SCALARS, "R = S", {"product": "J @ R = J @ S"}),
    "factors exchanged": (SCALARS, "R @ S = S @ R", {"inverse": "R @ S @ J = 1"}),
    "a sum of sizes": (
        "{'n, m': dimension, u: vector(n), v: vector(m)}",
        "dot(u, [j ↦ 1]) = dot(v, [j ↦ 1])",
        {"entries": "∀ i j, u[i] = v[j]"},
    ),
    "an inverse from one side, of a rectangle": (
        "{'d, e': dimension, R: 'matrix(e, d)', L: 'matrix(d, e)'}",
        "R @ L = 1",
        {"left": "L @ R = 1"},
    ),
    # Congruence is for functions at equal arguments, and not the other way round.
    "a function is one to one": (
        "{n: dimension, f: vector(n) -> vector(n), u: vector(n), v: vector(n)}",
        "u = v",
        {"values": "f(u) = f(v)"},
    ),
    "a function at all arguments": (
        "{n: dimension, f: vector(n) -> vector(n), u: vector(n), v: vector(n)}",
        "f(v) = 0",
        {"zero": "f(u) = 0"},
    ),
    "functions that agree somewhere": (
        "{n: dimension, f: vector(n) -> vector(n), g: vector(n) -> vector(n), u: vector(n)}",
        "f(f(u)) = g(g(u))",
        {"values": "f(u) = g(u)"},
    ),
    # Dimensions that coincide do not make blocks coincide.
    "block diagonals of square sizes": (
        "{d: dimension, R: 'index(d) -> matrix(d, d)', S: 'matrix(d*d, d*d)'}",
        "blockdiag(R) @ S = S @ blockdiag(R)",
        {"all": "∀ k, R(k) = R(k)ᵀ"},
    ),
    "two parts of one size": (
        "{d: dimension, u: vector(d), v: vector(d)}",
        "append(u, v) = append(v, u)",
        {},
    ),
    "a family and its reverse": (
        "{n: dimension, K: 'index(n) -> matrix(n, n)', u: vector(n)}",
        "[j ↦ (K(j) @ u)[j]] = [j ↦ Σ i, K(i)[j, i] * u[i]]",
        {},
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_it_is_not_proved(name: str, claim: Make) -> None:
    over, then, assume = FALSE[name]
    assert not prove(claim(over, then, assume), LIBRARY.definitions).is_proved


SQUARE_ONLY = {
    # True over a commutative ring, by determinants; words know no determinants.
    "the other inverse": ("R @ Rᵀ = 1", {"orthogonal": "Rᵀ @ R = 1"}),
    "the other inverse, of two": ("S @ R = 1", {"inverse": "R @ S = 1"}),
}


@pytest.mark.parametrize("name", SQUARE_ONLY)
def test_an_inverse_from_the_other_side_is_not_used(name: str, claim: Make) -> None:
    then, assume = SQUARE_ONLY[name]
    assert not prove(claim(SCALARS, then, assume), LIBRARY.definitions).is_proved


TRUE = {
    "an inverse of a product": ("a / (b * c) = a / b / c", {}),
    "an inverse undone": ("1 / (1 / a) = a", {}),
    "a sign moved": ("a / (-b) = -(a / b)", {}),
    "an inverse of a sum": ("a / (b + c) + a / (c + b) = (a + a) / (b + c)", {}),
    "a hypothesis below": ("a / (b + c) = a / (c + c)", {"alike": "b = c"}),
    "a function below": ("a / dot(R @ u, R @ v) = a / dot(u, v)", {"orthogonal": "Rᵀ @ R = 1"}),
    "the same index twice": ("∀ (i: index(d)), dot(K(i), K(i)) = Σ k, K(i)[k] * K(i)[k]", {}),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_holds_with_0_below_is_proved_and_certified(name: str, claim: Make) -> None:
    then, assume = TRUE[name]
    found = claim(SCALARS, then, assume)
    proof = prove(found, LIBRARY.definitions)
    assert proof.is_proved
    certificate = certify(found, proof)
    for backend in ("sympy", "flint"):
        if backend == "flint":
            pytest.importorskip("flint")
        expansion = expand(certificate, found, LIBRARY, (2,), backend=backend)
        assert not expansion.failed, expansion.failed
    assert not check_at_random(certificate, found, LIBRARY, (3,), seed=2).failed
