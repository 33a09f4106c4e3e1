"""True claims are proved and certified; false ones are not, and each has a counterexample."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from harness.claims.given import with_units
from harness.instances.refute import find_counterexample
from harness.language.types import Sort
from harness.symbolic.certificate import certify
from harness.symbolic.prove import prove
from harness.symbolic.verify import check_at_random, expand, rehearse
from tests.arrays.language import CLAIMS, LIBRARY
from tests.numeric.verify import assert_breaks
from tests.symbolic.claims import build_case, cases

TRUE, FALSE = cases("true.yaml"), cases("false.yaml")

MAX_WORK = 20_000
"""Products of monomials that a test may take to expand a certificate."""


def test_the_suites_are_as_large_as_they_should_be() -> None:
    assert len({case["name"] for case in TRUE}) == len(TRUE) >= 30
    assert len({case["name"] for case in FALSE}) == len(FALSE) >= 60


@pytest.mark.parametrize("case", TRUE, ids=lambda case: case["name"])
def test_a_true_claim_is_proved_and_its_certificate_expands(
    case: dict[str, Any], tmp_path: Path
) -> None:
    claim = build_case(tmp_path, LIBRARY, case)
    proof = prove(claim, LIBRARY.definitions)
    assert proof.is_proved, proof
    certificate = certify(claim, proof)
    expanded = 0
    for dims in ((2, 3), (2,), (1, 2), (1, 2, 1)):
        if not expanded and rehearse(certificate, claim, LIBRARY, dims).products <= MAX_WORK:
            found = expand(certificate, claim, LIBRARY, dims)
            assert not found.failed, found.failed
            expanded = found.symbols
    assert expanded > 0
    violated = check_at_random(certificate, claim, LIBRARY, (3, 2, 4), seed=1)
    assert not violated.failed, violated.failed


@pytest.mark.parametrize("case", FALSE, ids=lambda case: case["name"])
def test_a_false_claim_is_not_proved_and_has_a_counterexample(
    case: dict[str, Any], tmp_path: Path
) -> None:
    claim = build_case(tmp_path, LIBRARY, case)
    assert not prove(claim, LIBRARY.definitions).is_proved
    example = find_counterexample(claim, LIBRARY)
    assert example is not None
    assert_breaks(claim, example)
    dimensions = [p.name for p in claim.parameters if p.sort is Sort.DIMENSION]
    assert all(example.sizes[name] <= 3 for name in dimensions)
    for number in numbers(list(example.values.values())):
        assert abs(number.numerator) <= 100, number
        assert number.denominator <= 25, number


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_of_the_package_is_proved(name: str) -> None:
    claim = with_units(CLAIMS[name])
    proof = prove(claim, LIBRARY.definitions)
    assert proof.is_proved
    found = expand(certify(claim, proof), claim, LIBRARY, (1, 2))
    assert not found.failed, found.failed
    assert found.symbols > 0


def numbers(found: Any) -> list[Fraction]:
    match found:
        case list():
            return [number for item in found for number in numbers(item)]
        case dict():
            return numbers(list(found.values()))
        case "the identity":
            return []
        case _:
            return [Fraction(found)]
