"""Membership in the ideal of the hypotheses: a second way to all values, without the rewriter."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.symbolic.ideal import reduce_modulo_hypotheses
from tests.arrays.language import CLAIMS, LIBRARY
from tests.symbolic.claims import build_case, cases

LARGE = {
    "biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_change_of_layout",
    "biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_intertwining_pairs",
    "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_intertwining_pairs",
    "latentAttentionBlockOutput_invariant_of_intertwining_pairs",
    "qkNormAfterRopeScores_invariant_of_carried_gains",
    "qkNormGroupedQueryRopeAttentionBlockOutput_invariant_of_carried_gains",
    "ropeAttentionBlockOutput_invariant_of_intertwining_pairs",
    "ropeScores_invariant_of_change_of_layout",
}
"""Their hypotheses have too many symbols for a Gröbner basis at sizes that say anything."""

WITH_HYPOTHESES = [
    name
    for name, claim in CLAIMS.items()
    if claim.hypotheses and name not in LARGE and not claim.has_relations
]
"""What is said not to be 0 stands in no ideal."""


@pytest.mark.parametrize("name", WITH_HYPOTHESES)
def test_a_claim_of_the_package_is_a_member(name: str) -> None:
    found = [reduce_modulo_hypotheses(CLAIMS[name], LIBRARY, d) for d in ((2,), (1, 2, 1))]
    answered = [membership for membership in found if membership is not None]
    assert answered
    assert all(membership.is_member for membership in answered)


@pytest.mark.parametrize("name", sorted(LARGE))
def test_what_is_too_large_gets_no_answer(name: str) -> None:
    for dims in ((2,), (1, 2, 1)):
        assert reduce_modulo_hypotheses(CLAIMS[name], LIBRARY, dims) is None


@pytest.mark.parametrize("name", WITH_HYPOTHESES)
def test_without_a_hypothesis_it_is_not(name: str) -> None:
    claim = CLAIMS[name]
    for hypothesis in claim.hypotheses:
        fewer = replace(claim, hypotheses=tuple(h for h in claim.hypotheses if h != hypothesis))
        if fewer.hypotheses:
            found = reduce_modulo_hypotheses(fewer, LIBRARY, (1, 2, 1))
            if found is not None and found.is_member:  # matrices of one number commute
                found = reduce_modulo_hypotheses(fewer, LIBRARY, (2,))
            assert found is not None
            assert not found.is_member


# True of square matrices, by determinants, of which ideals know and words do not.
SQUARE = "a rectangular isometry on the other side"
FALSE = [case for case in cases("false.yaml") if case["name"] != SQUARE]


def test_an_ideal_knows_determinants(tmp_path: Path) -> None:
    (case,) = [case for case in cases("false.yaml") if case["name"] == SQUARE]
    found = reduce_modulo_hypotheses(build_case(tmp_path, LIBRARY, case), LIBRARY, (2,))
    assert found is not None
    assert found.is_member


@pytest.mark.parametrize("case", FALSE, ids=lambda case: case["name"])
def test_no_false_claim_is_a_member_where_it_can_be_seen(
    case: dict[str, Any], tmp_path: Path
) -> None:
    claim = build_case(tmp_path, LIBRARY, case)
    for dims in ((2,), (1, 2, 1)):
        found = reduce_modulo_hypotheses(claim, LIBRARY, dims)
        if found is not None and set(found.sizes.values()) >= {2}:
            assert not found.is_member or min(found.sizes.values()) == 1


def test_hypotheses_that_hold_nowhere_show_nothing() -> None:
    """No 1 × 2 matrix has orthonormal columns."""
    claim = CLAIMS["scores_invariant_of_orthogonal"]
    assert reduce_modulo_hypotheses(claim, LIBRARY, (1, 2, 1)) is None
