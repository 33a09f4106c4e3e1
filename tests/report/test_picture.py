"""What is folded where: derived from terms, and never more than the claims say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.claims.matching import canonical, consequence
from harness.claims.model import Claim
from harness.claims.project import Project, load_project
from harness.folds import derive
from harness.folds.model import Picture, Stage
from harness.language.terms import Call
from harness.language.transform import free_variables
from tests.report.demo import ROOT

SINGLE = "folded_qkvo_attention_block_invariant_of_commutes"
MULTI = "residualConcatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
CONTEXT = "ropeAttentionHeadContext_equivariant_of_commutes"


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(ROOT)


def claim(project: Project, name: str) -> Claim:
    [found] = [c for c in project.claims if c.theorem == name]
    return found


def picture(project: Project, name: str, **edits: object) -> Picture:
    edited = replace(claim(project, name), **edits)  # type: ignore[arg-type]
    found = derive(edited, project.library, project.claims)
    assert found is not None
    return found


def changed(stage: Stage) -> dict[str, tuple[str, str]]:
    return {p.name: (p.before.text, p.after.text) for p in stage.inputs if p.is_changed}


def test_the_single_head_shows_what_turns_inside_and_what_turns_it_back(project: Project) -> None:
    head, block = picture(project, SINGLE).stages
    assert head.definition == "ropeAttentionHeadContext"
    assert changed(head) == {
        "Wq": ("Wq", "R @ Wq"),
        "Wk": ("Wk", "R @ Wk"),
        "Wv": ("Wv", "R @ Wv"),
    }
    assert head.becomes is not None
    assert (head.outcome.text, head.becomes.text) == ("y1", "R @ y1")
    assert head.claim == CONTEXT
    assert changed(block) == {"Wo": ("Wo", "Wo @ Rᵀ")}
    assert block.after is not None
    assert block.after.text == "Wo @ Rᵀ @ (R @ y1)"
    assert block.is_same
    assert block.claim == ""


def test_the_multi_head_block_shows_every_stage(project: Project) -> None:
    head, context, projected, residual = picture(project, MULTI).stages
    assert head.each == "k < h"
    assert changed(head)["Wq"] == ("Wq(k)", "R(k) @ Wq(k)")
    assert context.after is not None
    assert context.after.text == "concat(k ↦ R(k) @ y1(k))"
    assert context.becomes is None
    assert changed(projected) == {"Wo": ("Wo", "Wo @ blockdiag(R)ᵀ")}
    assert projected.is_same
    assert [p.before.text for p in residual.inputs] == ["x"]
    assert residual.is_same


def test_a_picture_of_one_stage_says_how_the_outcome_turns(project: Project) -> None:
    [stage] = picture(project, CONTEXT).stages
    assert stage.becomes is not None
    assert (stage.outcome.text, stage.becomes.text, stage.is_same) == ("y", "R @ y", False)


@pytest.mark.parametrize("missing", ["commutes", "orthogonal"])
def test_without_its_hypotheses_no_other_claim_is_called_upon(
    project: Project, missing: str
) -> None:
    kept = tuple(h for h in claim(project, MULTI).hypotheses if h.name != missing)
    [stage] = picture(project, MULTI, hypotheses=kept).stages
    assert stage.claim == ""
    assert stage.definition.startswith("residual")


@pytest.mark.parametrize(
    "name", ["blockDiag_orthogonal", "planeRotation_commutes", "outputProjection_absorbs_blockDiag"]
)
def test_a_claim_of_another_form_has_no_picture(project: Project, name: str) -> None:
    assert derive(claim(project, name), project.library, project.claims) is None


def test_nothing_folded_is_no_picture(project: Project) -> None:
    equation = claim(project, SINGLE).conclusion
    same = replace(claim(project, SINGLE), conclusion=replace(equation, left=equation.right))
    assert derive(same, project.library, project.claims) is None


def test_the_side_on_which_it_stands_does_not_matter(project: Project) -> None:
    equation = claim(project, SINGLE).conclusion
    turned = replace(equation, left=equation.right, right=equation.left)
    assert picture(project, SINGLE, conclusion=turned) == picture(project, SINGLE)


# -- matching ------------------------------------------------------------------------------------


def test_a_claim_applies_to_its_own_conclusion(project: Project) -> None:
    for found in project.claims:
        left, right = found.conclusion.left, found.conclusion.right
        # Where Θ stands on the right alone, the left does not tell which it is.
        if isinstance(left, Call) and free_variables(right) <= free_variables(left):
            value = consequence(found, found, left)
            assert value is not None, found.theorem
            assert canonical(value) == canonical(right)


def test_a_claim_about_a_field_says_nothing_about_a_ring(project: Project) -> None:
    softmax = claim(project, "folded_qkvo_softmax_attention_block_invariant_of_commutes")
    ring = replace(softmax, scalars=claim(project, SINGLE).scalars)
    call = softmax.conclusion.left
    assert isinstance(call, Call)
    assert consequence(softmax, ring, call) is None
    assert consequence(claim(project, SINGLE), softmax, call) is not None


def test_sizes_have_to_fit(project: Project) -> None:
    """A context of values of another size than the keys is not what the claim speaks of."""
    lemma = claim(project, "attentionContext_equivariant_of_orthogonal")
    call = lemma.conclusion.left
    assert isinstance(call, Call)
    n, d, *_ = call.implicit
    odd = replace(call, implicit=(n, d, n))
    assert consequence(lemma, lemma, odd) is None
