"""Folds as people get them wrong: each is refuted by the symbolic and by the numeric leg."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from harness.arrays import Evaluators
from harness.claims.hypotheses import assign
from harness.evidence import Outcome
from harness.numeric.check import trivial
from harness.numeric.exact import PrimeFieldCheck, random_functions
from harness.numeric.families import Style
from harness.numeric.leg import check as numeric
from harness.numeric.modular import PRIMES, PrimeField
from harness.numeric.sampling import Sampler
from harness.numeric.spelling import defects
from harness.symbolic.leg import check as symbolic
from tests.arrays.language import CLAIMS, LIBRARY, edited

PAIRS = "ropeAttentionBlockOutput_invariant_of_intertwining_pairs"
SCORES = "scores_invariant_of_undoing_pair"
LAYOUT = "ropeScores_invariant_of_change_of_layout"
NORM = "fused_norm_invariant_of_rotation"
PARTIAL = "partialRope_commutes"
MLP = "mlpSublayer_equivariant_of_rotation"
QK_NORM = "qkNormGroupedQueryRopeAttentionBlockOutput_invariant_of_carried_gains"
AFTER = "qkNormAfterRopeScores_invariant_of_carried_gains"
HEADS = "headNorm_equivariant_of_carried_gains"
GATE = "gatedOutputProjection_undoes_blockDiag"
LATENT = "latentAttentionBlockOutput_invariant_of_intertwining_pairs"
ANGLES = "groupedQueryRope{}AttentionBlockOutput_invariant_of_angles"

TWINS: Mapping[str, tuple[str, tuple[str, str]]] = {
    "scale on both sides": (SCORES, ("B @ K(j)", "A @ K(j)")),
    "output undone by what turned the values": (PAIRS, ("Wo @ Uᵀ", "Wo @ Sᵀ")),
    "layout permuted twice": (LAYOUT, ("R @ Wk", "R @ (R @ Wk)")),
    "layout of the keys forgotten": (LAYOUT, ("R @ Wk", "Wk")),
    "rotation not fused through the norm": (
        NORM,
        ("((W @ diagonal(γ)) @ Rᵀ)", "(W @ diagonal(γ))"),
    ),
    "gain not fused": (NORM, ("(W @ diagonal(γ)) @ Rᵀ", "W @ Rᵀ")),
    "gain on the wrong side of the rotation": (
        NORM,
        ("(W @ diagonal(γ)) @ Rᵀ", "(W @ Rᵀ) @ diagonal(γ)"),
    ),
    "partial RoPE taken for one that turns the rest": (
        PARTIAL,
        ("blocks(R, 0, 0, S) @ blocks(Θ, 0, 0, 1)", "blocks(R, 0, 0, S) @ blocks(Θ, 0, 0, S)"),
    ),
    "half-split RoPE undone by itself": (
        "ropeHalfSplit_orthogonal",
        ("ropeHalfSplit(c, s)ᵀ @", "ropeHalfSplit(c, s) @"),
    ),
    "half of a head undone by itself": (
        "partialRope_orthogonal",
        ("blocks(R, 0, 0, S)ᵀ @", "blocks(Rᵀ, 0, 0, S) @"),
    ),
    "what the MLP writes is not turned": (MLP, ("R @ Wd", "Wd")),
    "gain of a norm not permuted": (HEADS, ("headNorm(f, G', ", "headNorm(f, G, ")),
    "gains of the keys not permuted": (QK_NORM, ("fk, Gk', Θ'", "fk, Gk, Θ'")),
    "queries turned before the norm, keys not": (QK_NORM, ("R(j) @ Wk(j)", "Wk(j)")),
    "gains of the queries not permuted, after RoPE": (AFTER, ("fq, Gq', ", "fq, Gq, ")),
    "rows of the gate not permuted": (GATE, ("D'(k) @ (S(k)", "D(k) @ (S(k)")),
    "part of the keys with RoPE forgotten": (LATENT, ("B @ Wkr", "Wkr")),
    "scale on both parts without RoPE": (LATENT, ("N(k) @ Wkn(k)", "M(k) @ Wkn(k)")),
    "half-split angle of the keys the other way": (
        ANGLES.format("HalfSplit"),
        ("s(group(i))) @ Wk", "s(group(i)))ᵀ @ Wk"),
    ),
    "interleaved angles of the queries forgotten": (
        ANGLES.format("Interleaved"),
        ("i ↦ ropeInterleaved(c(group(i)), s(group(i))) @ Wq(i)", "Wq"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_a_wrong_twin_is_refuted_by_two_legs(name: str, tmp_path: Path) -> None:
    theorem, change = TWINS[name]
    claim = edited(theorem, tmp_path, change)
    assert Outcome.REFUTED in {e.outcome for e in symbolic(claim, LIBRARY)}
    assert Outcome.REFUTED in {e.outcome for e in numeric(claim, LIBRARY, effort=0.1)}


@pytest.mark.slow
@pytest.mark.parametrize("theorem", sorted({theorem for theorem, _ in TWINS.values()}))
def test_what_they_are_twins_of_is_confirmed(theorem: str) -> None:
    found = list(numeric(CLAIMS[theorem], LIBRARY, effort=0.1))
    assert {e.outcome for e in found} == {Outcome.CONFIRMED}


@pytest.mark.parametrize("theorem", [t for t in CLAIMS if "pairs" in t or "layout" in t])
def test_pairs_are_drawn_that_are_not_trivial(theorem: str) -> None:
    """Hypotheses hold in each lane; what carries the keys is not what carries the queries."""
    claim, field = CLAIMS[theorem], PrimeField(PRIMES[0])
    sampler = Sampler(
        claim, Evaluators(LIBRARY), assign(claim, LIBRARY), field, random_functions(field)
    )
    sizes = {p.name: 4 if p.name == "d" else 2 for p in claim.parameters if not p.is_explicit}
    style = Style("rotated pairs", "half-split pairs")
    instance = sampler.draw(np.random.default_rng(0), sizes, 6, [style])
    worst = [d.max() for _, d in defects(claim, Evaluators(LIBRARY), field, instance)]
    assert max(worst) == 0
    assert not trivial(PrimeFieldCheck(claim, LIBRARY, 0).plans, instance).all()
    if "layout" not in theorem:
        assert (instance.array("A") != instance.array("B")).any()
