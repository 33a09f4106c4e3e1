"""What goes wrong in models with grouped queries, put to the engines as claims of their own."""

import pytest

from harness.claims.model import Claim
from harness.claims.project import Project
from harness.claims.toggles import WrittenToggle
from harness.lattice import Answer
from harness.necessity.decide import decide
from tests.numeric.verify import assert_breaks

GROUPED = "biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations"


def edited(
    project: Project, replace: dict[str, str], extra: dict[str, str], assume: dict[str, str]
) -> Claim:
    [claim] = [c for c in project.claims if c.theorem == GROUPED]
    changed = WrittenToggle("", "", None, replace, extra, {}, assume).off(claim, project.library)
    assert len(changed.hypotheses) == len(claim.hypotheses) + len(assume)
    assert (changed.conclusion == claim.conclusion) == (not replace)
    return changed


# Each query head has a rotation Q, and the keys of a group that of one of its heads.
EACH = {
    "k ↦ R(group(k)) @ Wq(k)": "k ↦ Q(k) @ Wq(k)",
    "k ↦ R(group(k)) @ bq(k)": "k ↦ Q(k) @ bq(k)",
}
OWN = {"Q": "index(h) -> matrix(d, d)", "first": "index(g) -> index(h)"}
ASSUMED = {
    "member": "∀ j, group(first(j)) = j",
    "taken": "∀ j, R(j) = Q(first(j))",
    "each_commutes": "∀ k p, Θ(group(k))(p) @ Q(k) = Q(k) @ Θ(group(k))(p)",
    "each_orthogonal": "∀ k, Q(k)ᵀ @ Q(k) = 1",
}


def test_query_heads_of_a_group_may_not_differ(project: Project) -> None:
    claim = edited(project, EACH, OWN, ASSUMED)
    decision = decide(claim, project.library, seconds=20.0)
    assert decision.answer is Answer.FAILS
    example = decision.counterexample
    assert example is not None
    assert example.sizes["h"] > example.sizes["g"]  # two heads have to share for it to fail
    assert_breaks(claim, example, project.library)


def test_query_heads_that_carry_copies_are_right(project: Project) -> None:
    copied = {"copied": "∀ k, Q(k) = R(group(k))"}
    decision = decide(edited(project, EACH, OWN, copied), project.library)
    assert decision.answer is Answer.HOLDS


TURNED = {"bq": "k ↦ R(group(k)) @ bq(k)", "bk": "j ↦ R(j) @ bk(j)", "bv": "j ↦ S(j) @ bv(j)"}


@pytest.mark.parametrize("bias", TURNED)
def test_a_forgotten_bias_is_refuted(project: Project, bias: str) -> None:
    claim = edited(project, {TURNED[bias]: bias}, {}, {})
    decision = decide(claim, project.library)
    assert decision.answer is Answer.FAILS
    assert decision.counterexample is not None
    assert_breaks(claim, decision.counterexample, project.library)
