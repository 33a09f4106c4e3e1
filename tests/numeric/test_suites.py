"""The suites of true and false claims of the symbolic tests, asked of the numeric leg alone."""

from pathlib import Path
from typing import Any

import pytest

from harness.evidence import Outcome
from harness.numeric.leg import check
from tests.arrays.language import LIBRARY
from tests.symbolic.claims import build_case, cases

NO_SAMPLER = {
    "an involution is no isometry",
    "a symmetric matrix keeps scores",
    "Q by a and K by b with a + b = 1",
    "the fold with an involution",
    "the fold, RoPE turned back on one side",
    "a rotation with a wrong unit",
}
"""False claims with hypotheses that no sampler meets; the search for small instances may."""

FALSE = [case for case in cases("false.yaml") if case["name"] not in NO_SAMPLER]


def test_the_suite_is_as_large_as_it_should_be() -> None:
    assert len(FALSE) >= 78
    assert sum("fold" in c["name"] or c["over"] in ("rope", "heads") for c in FALSE) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("case", FALSE, ids=lambda case: case["name"])
def test_what_is_false_is_refuted_by_each_check(case: dict[str, Any], tmp_path: Path) -> None:
    for found in check(build_case(tmp_path, LIBRARY, case), LIBRARY):
        assert found.outcome is Outcome.REFUTED, (found.check, found.summary)


@pytest.mark.slow
@pytest.mark.parametrize("case", cases("true.yaml"), ids=lambda case: case["name"])
def test_what_is_true_is_never_refuted(case: dict[str, Any], tmp_path: Path) -> None:
    for found in check(build_case(tmp_path, LIBRARY, case), LIBRARY, effort=0.1):
        assert found.outcome is not Outcome.REFUTED, (found.check, found.summary)
        assert found.outcome is not Outcome.ERROR, (found.check, found.summary)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NO_SAMPLER))
def test_what_no_sampler_meets_is_not_confirmed(name: str, tmp_path: Path) -> None:
    [case] = [case for case in cases("false.yaml") if case["name"] == name]
    found = [item.outcome for item in check(build_case(tmp_path, LIBRARY, case), LIBRARY)]
    assert Outcome.CONFIRMED not in found
