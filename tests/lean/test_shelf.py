"""Twenty-eight small packages, each in a style of its own, from `harness init` to their verdicts.

A package is a namespace or a root of its own in one Lake package, since each start of Lean costs
seconds. With those of `strangers`, `streets`, `mathlib` and `many_files` they are forty.
"""

from __future__ import annotations

import pytest
import yaml

from tests.lean.drafted import Drafted, drafted

pytestmark = [pytest.mark.lean, pytest.mark.slow]

DRAFTED = {
    # A style, and the theorems of the package that a specification can say.
    "what others build on": "Sums.sum_congr Sums.sum_add Sums.mul_sum",
    "three files deep, each on the one before": "Attention.inner_comm Attention.head_congr "
    "Attention.head_scaled",
    "a module with its header, exposed, with a private helper": "Modern.power_neg "
    "Modern.mean2_comm",
    "a plain file, with cases of numbers": "Activations.relu_nonneg Activations.leaky_one",
    "vectors by a name of their own": "Perceptron.update_zero Perceptron.score_comm",
    "sums of what another definition says": "Losses.squared_comm Losses.hinge_nonneg "
    "Losses.total_comm",
    "operations one by one in definitions, a class in theorems": "Mixtures.blend_ends "
    "Mixtures.half_le",
    "chains of let, subscripts, Greek, primes": "Euler.step₁_zero Euler.rk4_zero'",
    "a state that is a structure, recursion over steps": "Momentum.velocity_twice "
    "Momentum.weight_still",
    "whole numbers beside a structure of them": "Quantize.encode_sub Quantize.saturate_le",
    "powers": "Horner.difference Horner.horner_zero Horner.binomial Horner.quadratic_eq",
    "classes, instances and inductive types of its own": "Classes.weighted_one",
    "natural numbers, names with dots and no namespace": "Shapes.dense_eq",
    "lists and pairs beside vectors": "Lists.shift_shift",
    "types given explicitly": "Stencil.laplace_linear",
    "a structure of two numbers": "Cx.normSq_mul",
    "matrices as types that are definitions, in dots": "Dense.Col.add_comm Dense.Mat.apply_add "
    "Dense.layer_bias",
    "on the types of another package": "LowRank.Mat.add_comm",
    "entries of families with two indices": "Graphs.gather_add",
    "tables by elements of any type": "Embeddings.lookup_sub Embeddings.decode_encode",
    "functions of functions": "Residual.skip_apply",
    "choices by indices": "Masks.causal_self Masks.causal_split",
    "notation, scoped and local, and macros": "Signals.mix_comm Signals.gain_mix "
    "Signals.mix_silence Signals.both_eq",
    "a section of variables, long names": "Descent.exact Descent.loss_at "
    "Descent.exists_fixed.witness",
    "equations between variables as hypotheses": "Rotary.norm_kept Rotary.relative Rotary.norm_sq",
    "functions that nobody knows, what is not zero": "Normalize.rms_gain Normalize.scale_cancels",
    "no namespace at all": "kalman_trusts",
    "doubles": "Floats.axpy_fma",
    "theorems in parts": "Activations.hardTanh_bounds.left Activations.hardTanh_bounds.right "
    "Activations.relu_eq_zero_iff.mp Activations.relu_eq_zero_iff.mpr",
}
CLAIMS = " ".join(DRAFTED.values()).split()

LACKING = {
    "Quantize.Params.encode_zero": "a theorem that takes its fields one by one",
    "Momentum.State.step_free": "a theorem that takes its fields one by one",
    "Momentum.run_two": "Momentum.run was left out: it is recursive",
    "Cx.add_comm'": "a theorem that takes its fields one by one",
    "Classes.at_zero": "[Activation F]: an instance that the language cannot ask for",
    "Classes.kinds": "no scalars",
    "Shapes.heads_le": "no < is known of scalars of Nat; a theorem about `Int` or `Rat`",
    "Lists.total_cons": "a theorem that takes its entries as `Fin n → α` can be claimed",
    "Lists.pair_fst": "a theorem that takes its two parts one by one",
    "Residual.chain_id": "`∀ x, f x = g x` can be claimed",
    "Masks.first_row": "the claim language has no index but those that a theorem takes",
    "Masks.last_sees_all": "the claim language has no index but those that a theorem takes",
}

BESIDE = {
    # It says nothing once its definitions are unfolded.
    ("Floats.axpy_fma", "proof"): "inconclusive",
    # What both sides give to one definition is equal, whatever is drawn.
    ("Signals.both_eq", "numeric"): "inconclusive",
    # No function is drawn that another undoes.
    ("Embeddings.decode_encode", "symbolic"): "inconclusive",
    ("Embeddings.decode_encode", "numeric"): "not run",
    ("Embeddings.decode_encode", "execution"): "inconclusive",
}
"""What a leg comes to of a claim that it does not decide."""

LEGS = ("proof", "mirror", "symbolic", "numeric", "execution")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    return drafted(tmp_path_factory.mktemp("shelf"), "shelf", legs=LEGS)


def test_what_can_be_said_is_drafted_and_of_the_rest_it_is_told_what_can(package: Drafted) -> None:
    assert package.said
    assert package.specifications == set(CLAIMS)
    for theorem, reason in LACKING.items():
        assert reason in package.reason(theorem)
    # Of what Lean makes of a structure nobody is told.
    assert "left out: State.weight" not in package.said
    assert "left out: Quantize.Params.encode: " in package.said


def test_what_came_later_is_drafted_with_operators_and_definitions(package: Drafted) -> None:
    assert package.said
    definitions = package.root / "specs" / "definitions.yaml"
    kept = {path: path.read_text("utf-8") for path in package.root.glob("specs/*.yaml")}
    whole = yaml.safe_load(kept[definitions])
    for path in kept:
        path.unlink()
    definitions.write_text("namespace: ''\nprimitives: {}\ndefinitions: {}\n", "utf-8")
    try:
        said, code = package.run("new", "--all")
        found = yaml.safe_load(definitions.read_text("utf-8"))
        later = {path: path.read_text("utf-8") for path in package.root.glob("specs/*.yaml")}
    finally:
        for path, text in kept.items():
            path.write_text(text, "utf-8")
    assert code == 3
    assert f"{len(CLAIMS)} of " in said
    assert found["primitives"].items() <= whole["primitives"].items()
    assert "sum" in found["primitives"]
    assert found["definitions"].items() <= whole["definitions"].items()
    assert {p: text for p, text in later.items() if p != definitions} == {
        p: text for p, text in kept.items() if p != definitions
    }


def test_nothing_true_is_refuted(package: Drafted) -> None:
    assert not package.against


@pytest.mark.parametrize("leg", LEGS)
def test_every_leg_confirms(leg: str, package: Drafted) -> None:
    for name in CLAIMS:
        checks = [check for check in package.subjects[name][leg] if check["check"] != "lock"]
        outcomes = {check["outcome"] for check in checks}
        assert outcomes <= {"confirmed", "not applicable", BESIDE.get((name, leg))}, checks
        if leg in ("proof", "mirror"):
            assert "confirmed" in outcomes, checks
