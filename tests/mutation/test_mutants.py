"""Mutants of specifications: each is one change, well typed, and wrong where it should be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.model import Claim
from harness.claims.project import Project, load_project
from harness.evidence import Evidence, Leg, Outcome
from harness.language.notation import to_text
from harness.mutation.hunt import Finding
from harness.mutation.memory import keep, recall
from harness.mutation.mutants import Mutant, mutants, of_claim, of_definition
from harness.mutation.score import Score, to_data
from harness.mutation.survivors import Explanation, explain, two_sided
from harness.numeric.leg import check as numeric
from harness.run import Plan
from harness.symbolic.leg import check as symbolic
from harness.verdict import ExitCode, leg_outcome

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(ROOT)


def claim(project: Project, theorem: str) -> Claim:
    return next(c for c in project.claims if c.theorem == theorem)


def test_there_are_enough_and_each_is_another(project: Project) -> None:
    found = mutants(project)
    claims = [m for m in found if isinstance(m.about, Claim)]
    assert len(claims) >= 300
    assert {m.subject for m in claims} == {c.theorem for c in project.claims}
    said = [(m.subject, m.about) for m in found]
    assert all(said.count(item) == 1 for item in said[::17])
    originals = {c.theorem: c for c in project.claims} | dict(project.library.definitions)
    for mutant in found:
        assert mutant.about != originals[mutant.subject], mutant.what


def test_the_mutants_of_a_small_claim_are_those_that_a_hand_finds(project: Project) -> None:
    # Rᵀ @ R = 1 has one square part, the product, and R is not square; the conclusion
    # scores(R @ q, …) = scores(q, K) has no second variable of a type of q, K or R.
    found = list(of_claim(claim(project, "scores_invariant_of_orthogonal")))
    assert [(m.kind, m.what) for m in found] == [("hypothesis dropped", "orthogonal")]


def test_the_mutants_of_a_definition(project: Project) -> None:
    found = {m.what for m in of_definition(project.library.definitions["attentionWeights"])}
    assert found == {"weights(scores(q, K)) became scores(q, K)"}


def test_a_changed_definition_lives_in_a_library_of_its_own(project: Project) -> None:
    definition = project.library.definitions["planeRotation"]
    mutant = next(m for m in of_definition(definition) if m.kind == "sign flipped")
    assert to_text(mutant.library(project.library).definitions["planeRotation"].body) == (
        "matrix2(c, s, s, c)"
    )
    assert project.library.definitions["planeRotation"] is definition


def _outcomes(mutant: Mutant, project: Project) -> dict[Leg, Outcome]:
    assert isinstance(mutant.about, Claim)
    found = [*symbolic(mutant.about, project.library), *numeric(mutant.about, project.library)]
    return {leg: leg_outcome(e for e in found if e.leg is leg) for leg in {e.leg for e in found}}


def test_every_mutant_of_plane_rotations_is_refuted_or_true(project: Project) -> None:
    """By hand: c² + s² = 1 is what RᵀR = 1 needs, and R Rᵀ = 1 needs the same."""
    for mutant in of_claim(claim(project, "planeRotation_orthogonal")):
        refuted = Outcome.REFUTED in _outcomes(mutant, project).values()
        is_true = mutant.kind == "operands swapped" or mutant.what == "unit: c * c + s * s became 0"
        assert refuted != is_true, mutant.what


def test_a_hypothesis_without_rational_solutions_is_refuted_modulo_5(project: Project) -> None:
    """-(c² + s²) = 1 has none; modulo 5 it has (0, 2), and there RᵀR = 4."""
    mutant = next(
        m
        for m in of_claim(claim(project, "planeRotation_orthogonal"))
        if m.what == "unit: c * c + s * s became -(c * c + s * s)"
    )
    assert isinstance(mutant.about, Claim)
    refuted = [e for e in numeric(mutant.about, project.library) if e.counterexample is not None]
    example, *others = [e.counterexample for e in refuted]
    assert example is not None
    assert all(other == example for other in others)
    c, s = int(str(example.values["c"])), int(str(example.values["s"]))
    assert (-(c * c + s * s) - 1) % 5 == 0
    assert example.left == [[(c * c + s * s) % 5, 0], [0, (c * c + s * s) % 5]]
    assert "modulo 5" in example.remark


def test_one_sided_inverses_of_square_matrices_are_completed_and_no_others(
    project: Project,
) -> None:
    square = claim(project, "folded_qkvo_attention_block_invariant_of_commutes")
    texts = [to_text(h.equation) for h in two_sided(square).hypotheses]
    assert texts == ["∀ p, Θ(p) @ R = R @ Θ(p)", "Rᵀ @ R = 1", "R @ Rᵀ = 1"]
    rectangular = claim(project, "scores_invariant_of_orthogonal")
    assert two_sided(rectangular) == rectangular


# -- the score ------------------------------------------------------------------------------------


def _mutant(project: Project, number: int = 0) -> Mutant:
    return list(of_claim(claim(project, "planeRotation_orthogonal")))[number]


def test_the_mirror_alone_does_not_catch(project: Project) -> None:
    seen = {Leg.MIRROR: Outcome.REFUTED, Leg.NUMERIC: Outcome.INCONCLUSIVE}
    score = Score((Finding(_mutant(project), seen),))
    assert (len(score.caught), len(score.survivors)) == (0, 1)
    assert score.exit_code is ExitCode.REFUTED


def test_a_mutant_that_is_true_must_be_seen_by_the_mirror(project: Project) -> None:
    why = Explanation("true as well", "Proved.")
    finding = Finding(_mutant(project), {Leg.MIRROR: Outcome.REFUTED}, why)
    assert Score((finding,)).exit_code is ExitCode.CONFIRMED
    unseen = Finding(_mutant(project), {Leg.MIRROR: Outcome.NOT_RUN}, why)
    assert Score((unseen,)).exit_code is ExitCode.UNDECIDED


def test_a_leg_that_did_not_run_leaves_the_hunt_undecided(project: Project) -> None:
    """As where there is no Lean: each mutant is caught, and yet not all was asked."""
    caught = Finding(_mutant(project), {Leg.NUMERIC: Outcome.REFUTED, Leg.MIRROR: Outcome.NOT_RUN})
    assert not Score((caught,)).survivors
    assert Score((caught,)).exit_code is ExitCode.UNDECIDED


def test_a_kept_score_is_of_these_very_claims_and_this_very_lean(
    project: Project, tmp_path: Path
) -> None:
    lean = tmp_path / "lean"
    lean.mkdir()
    (lean / "lean-toolchain").write_text("leanprover/lean4:v4.1.0\n")
    plan = Plan(replace(project, lean=lean), cache=tmp_path)
    keep(plan, Score((Finding(_mutant(project), {Leg.MIRROR: Outcome.NOT_RUN}),)))
    assert recall(plan) is None
    keep(plan, Score((Finding(_mutant(project), {Leg.NUMERIC: Outcome.REFUTED}),)))
    assert recall(plan) is not None
    first, *others = project.claims
    kinds = project.library.scalars.values()
    scalars = next(kind for kind in kinds if kind != first.scalars)
    claims = (replace(first, scalars=scalars), *others)
    assert recall(replace(plan, project=replace(plan.project, claims=claims))) is None
    (lean / "lean-toolchain").write_text("leanprover/lean4:v4.2.0\n")
    assert recall(plan) is None


def test_a_mutant_that_lean_takes_for_the_same_is_none(project: Project) -> None:
    legs = {Leg.MIRROR: Outcome.CONFIRMED, Leg.NUMERIC: Outcome.CONFIRMED}
    why = explain(_mutant(project), legs, [], [])
    assert Score((Finding(_mutant(project), legs, why),)).exit_code is ExitCode.CONFIRMED
    assert Score((Finding(_mutant(project), legs),)).exit_code is ExitCode.REFUTED


def test_no_mutants_are_no_score() -> None:
    assert Score(()).exit_code is ExitCode.UNDECIDED


def test_the_counts_add_up(project: Project) -> None:
    caught = Finding(_mutant(project), {Leg.NUMERIC: Outcome.REFUTED, Leg.MIRROR: Outcome.REFUTED})
    lost = Finding(_mutant(project, 1), {Leg.MIRROR: Outcome.REFUTED})
    data = to_data(Score((caught, lost)))
    assert [data[k] for k in ("mutants", "caught", "true", "survived")] == [2, 1, 0, 1]
    legs = data["legs"]
    assert isinstance(legs, dict)
    assert (legs["mirror"], legs["numeric"], legs["symbolic"]) == (2, 1, 0)


def test_an_engine_that_only_claims_a_proof_explains_nothing(project: Project) -> None:
    """Both the proof and its certificate must stand."""
    name = "planeRotation_orthogonal"
    alone = [Evidence(name, Leg.SYMBOLIC, "dimension-free", Outcome.CONFIRMED, "proved")]
    assert explain(_mutant(project), {}, alone, []) is None
    checked = [*alone, Evidence(name, Leg.SYMBOLIC, "certificate", Outcome.CONFIRMED, "expands")]
    assert explain(_mutant(project), {}, checked, []) is not None
