"""Laws of kernels, `tests/fixtures/kernels`: what the engines find, none of whose makers knew them.

Lean has proofs of all eight. What an engine cannot decide it says; it refutes none, and its checks
end in answers.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.model import Claim
from harness.claims.project import load_project
from harness.evidence import Outcome
from harness.lattice import Answer
from harness.necessity.decide import decide
from harness.numeric.leg import check as numeric
from harness.symbolic.leg import check as symbolic

PROJECT = load_project(Path(__file__).parent / "fixtures" / "kernels")
CLAIMS = {claim.theorem: claim for claim in PROJECT.claims}

PROVED = {
    "mixture_invariant_of_permutation",
    "rope_scores_invariant_of_shift",
    "tile_append",
    "trace_mul",
}
NOT_DRAWN = {"layerNorm_invariant_of_scale"}


@pytest.mark.parametrize("name", CLAIMS)
def test_none_is_refuted_and_what_is_decided_is_confirmed(name: str) -> None:
    found = [
        *symbolic(CLAIMS[name], PROJECT.library),
        *numeric(CLAIMS[name], PROJECT.library, effort=0.3),
    ]
    assert found
    for evidence in found:
        assert evidence.outcome not in (Outcome.REFUTED, Outcome.ERROR), evidence.summary
    if name in PROVED:
        outcomes = {evidence.outcome for evidence in found}
        assert outcomes <= {Outcome.CONFIRMED, Outcome.NOT_APPLICABLE}, found


def without(claim: Claim, *names: str) -> Claim:
    return replace(claim, hypotheses=tuple(h for h in claim.hypotheses if h.name not in names))


def test_a_proof_by_maps_of_indices_says_what_it_rests_on() -> None:
    """On finitely many indices a map that is undone on one side is undone on the other."""
    claim = CLAIMS["mixture_invariant_of_permutation"]
    for dropped, kept in (("left", "right"), ("right", "left")):
        decision = decide(without(claim, dropped), PROJECT.library)
        assert decision.answer is Answer.HOLDS
        assert decision.used == (kept,)
    assert decide(without(claim, "left", "right"), PROJECT.library).answer is Answer.FAILS
