"""Degrees against counting by hand."""

from pathlib import Path

import pytest

from harness.numeric.degrees import Degree, Degrees, entries
from harness.numeric.exact import PrimeFieldCheck
from tests.arrays.language import CLAIMS, LIBRARY, claim_of, term

SIZES = {"n": 3, "d": 2, "h": 4, "P": 5}
DECLARED = {
    "n, d, h": "dimension",
    "P": "type",
    "a, b": "scalar",
    "u, v": "vector(n)",
    "S": "matrix(n, n)",
    "Q": "matrix(n, n)",
    "C": "index(h) -> vector(d)",
    "f": "vector(n) -> vector(n)",
    "e": "scalar -> scalar",
}
LEAVES = {
    **{name: Degree(1) for name in ("a", "b", "u", "v", "S", "C")},
    "Q": entries("Q", 3, 3),
}


@pytest.mark.parametrize(
    ("text", "above", "below"),
    [
        ("a + 1", 1, 0),
        ("a * b + a", 2, 0),
        ("dot(u, S @ v)", 3, 0),
        ("Σ j, u[j] * (u[j] * u[j])", 3, 0),
        ("Q @ u", 4, 3),
        ("dot(Q @ u, Q @ v)", 8, 6),
        ("dot(Q @ u, v) + a", 5, 3),
        ("Sᵀ @ S @ S", 3, 0),
        ("a / b", 1, 1),
        ("a / b + b / a", 2, 2),
        ("concat(C)", 1, 0),
        ("hadamard(u, S @ v) + u", 3, 0),
        ("f(S @ u)", 1, 0),
        ("dot(f(S @ u), v)", 2, 0),
    ],
)
def test_degrees(text: str, above: int, below: int) -> None:
    found = Degrees(LIBRARY, LEAVES).term(term(text, DECLARED), SIZES)
    if text.startswith("f(") or "f(S" in text:
        walk = Degrees(LIBRARY, LEAVES)
        from harness.language.terms import Equation

        written = term(text, DECLARED)
        found = walk.equation(Equation((), written, written), SIZES)
        assert walk.applications == [(Degree(2), 1)] * 2
    assert (found.above, found.under) == (above, below)


def test_quotients_that_depend_on_an_index() -> None:
    """Three divisors make a common denominator of degree 3."""
    found = Degrees(LIBRARY, LEAVES).term(term("Σ j, a / u[j]", DECLARED), SIZES)
    assert (found.above, found.under) == (3, 3)


def test_applications_are_counted_once_for_each_value_of_their_indices() -> None:
    walk = Degrees(LIBRARY, LEAVES)
    from harness.language.terms import Equation

    written = term("softmax(e, u)", DECLARED)
    walk.equation(Equation((), written, written), SIZES)
    assert sorted(copies for _, copies in walk.applications) == [3, 3, 3, 3]


def test_the_bound_holds_for_a_polynomial_that_vanishes_often(tmp_path: Path) -> None:
    """x (x − 1) … has as many zeros as its degree; a small prime makes them frequent."""
    claim = claim_of(
        tmp_path,
        "for:\n  x: scalar\nthen: x * (x - 1) * (x + 1) * (x - 1 - 1) = 0\n",
    )
    miss = PrimeFieldCheck(claim, LIBRARY, 0).miss({}, 101)
    zeros = sum(x * (x - 1) * (x + 1) * (x - 2) % 101 == 0 for x in range(101))
    assert zeros == 4
    assert miss >= zeros / 101
    assert miss <= 8 / 101


TRIED = {"centredNorm_equivariant_of_kept_ones", "ropeHalfSplit_of_commutes"}


@pytest.mark.parametrize("theorem", CLAIMS)
def test_misses_are_rare_for_every_claim(theorem: str) -> None:
    check = PrimeFieldCheck(CLAIMS[theorem], LIBRARY, 0)
    sizes = {p.name: 4 for p in CLAIMS[theorem].parameters if not p.is_explicit}
    miss = check.miss(sizes, 16777213)
    # Where hypotheses are met by trying nothing bounds it, and the evidence says so.
    assert miss == 1.0 if theorem in TRIED else 0 < miss < 0.01
