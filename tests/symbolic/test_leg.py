"""The leg as a whole: what is false is refuted, and each of its checks can say no."""

from pathlib import Path

import pytest

from harness.evidence import Outcome
from harness.symbolic.ground import compare
from harness.symbolic.leg import check
from harness.verdict import leg_outcome
from tests.arrays.language import LIBRARY
from tests.symbolic.claims import build, build_case, cases

FALSE = {case["name"]: case for case in cases("false.yaml")}
TRUE = {case["name"]: case for case in cases("true.yaml")}

DIFFERENT = [
    "a matrix moves across a dot without transpose",
    "the transpose of a product keeps its order",
    "matrices commute",
    "a square of a sum without mixed terms",
    "a diagonal commutes with any matrix",
    "scores without orthogonality",
]
"""False as polynomials, at every size of 2 or more."""


@pytest.mark.parametrize(
    ("then", "is_true"), [("∀ b, f(b) = b * c", True), ("∀ c, f(c) = c * c", False)]
)
def test_what_a_hypothesis_gives_speaks_of_no_name_that_is_bound_again(
    then: str, is_true: bool, tmp_path: Path
) -> None:
    over, given = "{c: scalar, f: scalar -> scalar}", {"given": "∀ a, f(a) = a * c"}
    claim = build(tmp_path, LIBRARY, over, then, given)
    first = next(check(claim, LIBRARY))
    assert (first.outcome is Outcome.CONFIRMED) is is_true


@pytest.mark.parametrize("name", DIFFERENT)
def test_sides_that_differ_as_polynomials_are_told_apart(name: str, tmp_path: Path) -> None:
    found = compare(build_case(tmp_path, LIBRARY, FALSE[name]), LIBRARY, (2,))
    assert found is not None
    assert not found.is_equal


def test_sides_that_are_one_polynomial_are(tmp_path: Path) -> None:
    claim = build_case(tmp_path, LIBRARY, TRUE["the square of a sum"])
    found = compare(claim, LIBRARY, (2,))
    assert found is not None
    assert found.is_equal


@pytest.mark.parametrize(
    "name", [*DIFFERENT, "R on the query only", "an involution is no isometry"]
)
def test_a_false_claim_is_refuted_with_a_counterexample(name: str, tmp_path: Path) -> None:
    found = list(check(build_case(tmp_path, LIBRARY, FALSE[name]), LIBRARY))
    assert leg_outcome(found) is Outcome.REFUTED
    assert [e.counterexample is not None for e in found if e.outcome is Outcome.REFUTED] == [True]


@pytest.mark.parametrize(
    "name",
    [
        "the square of a sum",
        pytest.param("R passes RoPE as its transpose", marks=pytest.mark.slow),
    ],
)
def test_a_true_claim_is_confirmed_by_each_check(name: str, tmp_path: Path) -> None:
    found = list(check(build_case(tmp_path, LIBRARY, TRUE[name]), LIBRARY))
    assert {e.check: e.outcome for e in found} == {
        "dimension-free": Outcome.CONFIRMED,
        "certificate": Outcome.CONFIRMED,
        "ground": Outcome.CONFIRMED,
    }
