"""Laws of kernels, `tests/fixtures/kernels`: what the engines find, none of whose makers knew them.

Lean has proofs of all; so have the rewriter, with certificates, and samplers instances.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.model import Claim
from harness.claims.project import load_project
from harness.evidence import Outcome
from harness.language.elaborate import elaborate_statement
from harness.language.parser import parse_statement
from harness.language.terms import Equation, Primitive
from harness.language.types import SCALAR
from harness.lattice import Answer
from harness.necessity.decide import decide
from harness.numeric.leg import check as numeric
from harness.symbolic.build import zero
from harness.symbolic.certificate import certify
from harness.symbolic.leg import check as symbolic
from harness.symbolic.prove import prove
from harness.symbolic.verify import Certificate, check_at_random

PROJECT = load_project(Path(__file__).parent / "fixtures" / "kernels")
ZERO = zero(SCALAR)
CLAIMS = {claim.theorem: claim for claim in PROJECT.claims}


@pytest.mark.parametrize("name", CLAIMS)
def test_each_is_proved_with_a_certificate_and_confirmed_by_instances(name: str) -> None:
    found = {
        evidence.check: evidence
        for evidence in (
            *symbolic(CLAIMS[name], PROJECT.library),
            *numeric(CLAIMS[name], PROJECT.library, effort=0.1),
        )
    }
    for check in ("dimension-free", "certificate", "prime field", "float64"):
        assert found[check].outcome is Outcome.CONFIRMED, found[check].summary
    ground = found["ground"]
    assert ground.outcome in (Outcome.CONFIRMED, Outcome.NOT_APPLICABLE), ground.summary


TWINS = {
    "layerNorm_invariant_of_scale": ("undone", "∀ (t: scalar), f(c * t) * c = f(t)"),
    "mlp_invariant_of_homogeneous": ("homogeneous", "∀ (a: scalar), act(c * a) = act(a)"),
    "softmax_invariant_of_shift": ("power", "∀ (a: scalar), exp(a + a) = exp(a) * exp(a)"),
    "attention_invariant_of_permutation": (
        "follows",
        "∀ (s: vector(n)) (j: index(n)), weights([i ↦ s[σ(i)]])[j] = weights(s)[j]",
    ),
}

MASKS = {
    "strict in the hypothesis": (
        "causal_blind_to_future",
        "∀ j, (if j < i then u[j] else 0) = (if j < i then v[j] else 0)",
    ),
    "of the future": (
        "causal_blind_to_future",
        "∀ j, (if i ≤ j then u[j] else 0) = (if i ≤ j then v[j] else 0)",
    ),
    "strict": (
        "causal_of_masked",
        "causal([j ↦ if j < i then w[j] else 0], v, i) = causal(w, v, i)",
    ),
    "one token alone": (
        "causal_of_masked",
        "causal([j ↦ if j = i then w[j] else 0], v, i) = causal(w, v, i)",
    ),
}


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_that_is_moved_is_refuted_by_two_legs(mask: str) -> None:
    name, text = MASKS[mask]
    claim = CLAIMS[name]
    equation = stated(claim, text)
    if claim.hypotheses:
        [only] = claim.hypotheses
        twin = replace(claim, hypotheses=(replace(only, equation=equation, text=text),))
    else:
        twin = replace(claim, conclusion=equation)
    for check in (symbolic, numeric):
        outcomes = {evidence.outcome for evidence in check(twin, PROJECT.library)}
        assert Outcome.REFUTED in outcomes, check
        assert Outcome.CONFIRMED not in outcomes, check


@pytest.mark.parametrize("forgotten", ["exp(m₁ - m) * ", "exp(m₂ - m) * "])
def test_a_tile_that_is_not_rescaled_is_refuted_by_two_legs(forgotten: str) -> None:
    claim = CLAIMS["tile_append"]
    text = (
        "exp(m₁ - m) * tile(exp, m₁, s, v) + exp(m₂ - m) * tile(exp, m₂, t, u)"
        " = tile(exp, m, append(s, t), append(v, u))"
    )
    assert stated(claim, text) == claim.conclusion
    twin = replace(claim, conclusion=stated(claim, text.replace(forgotten, "")))
    for check in (symbolic, numeric):
        outcomes = {evidence.outcome for evidence in check(twin, PROJECT.library)}
        assert Outcome.REFUTED in outcomes, check


LAST_TERM = "causal(w, v, i) = (Σ j, if j < i then w[j] * v[j] else 0) + w[i] * v[i]"


@pytest.mark.parametrize(
    "text",
    [
        LAST_TERM,
        "causal(w, v + w, i) = causal(w, v, i) + causal(w, w, i)",
        "(Σ j, if i = j then w[j] * v[j] else 0) = w[i] * v[i]",
        "(Σ j, w[j]) = (Σ j, if j ≤ i then w[j] else 0) + (Σ j, if j ≤ i then 0 else w[j])",
        "(if i ≤ i then w[i] else v[i]) = w[i]",
    ],
)
def test_laws_of_masks_are_proved(text: str) -> None:
    claim = replace(CLAIMS["causal_of_masked"], conclusion=stated(CLAIMS["causal_of_masked"], text))
    assert prove(claim, PROJECT.library.definitions).is_proved


def stated(claim: Claim, text: str) -> Equation:
    return elaborate_statement(parse_statement(text), PROJECT.library.scope(claim.parameters))


BROKEN = TWINS.keys() - {"attention_invariant_of_permutation"}
"""Those whose functions have few enough arguments for all to be tried."""


@pytest.mark.parametrize("name", TWINS)
def test_a_false_twin_is_not_proved(name: str) -> None:
    claim = CLAIMS[name]
    hypothesis, text = TWINS[name]
    equation = stated(claim, text)
    changed = tuple(
        replace(h, equation=equation, text=text) if h.name == hypothesis else h
        for h in claim.hypotheses
    )
    twin = replace(claim, hypotheses=changed)
    assert not prove(twin, PROJECT.library.definitions).is_proved
    if name in BROKEN:
        assert decide(twin, PROJECT.library, seconds=1.0).answer is Answer.FAILS


def test_a_divisor_is_cancelled_only_where_something_says_that_it_is_not_zero() -> None:
    """Without `exp(0) = 1` the exponential may be 0; by rewriting alone nothing is cancelled."""
    claim = CLAIMS["softmax_invariant_of_shift"]
    assert prove(claim, PROJECT.library.definitions).used == {"power", "unit"}
    assert not prove(without(claim, "unit"), PROJECT.library.definitions).is_proved


def test_a_certificate_that_names_a_unit_without_a_product_that_is_one_is_refused() -> None:
    claim = CLAIMS["softmax_invariant_of_shift"]
    honest = certify(claim, prove(claim, PROJECT.library.definitions))
    assert not fault_of(honest, claim)
    units = [i for i in honest.identities if i.is_about_unit]
    assert units
    forgotten = replace(
        honest, identities=tuple(i for i in honest.identities if not i.is_about_unit)
    )
    assert "does not vanish" in fault_of(forgotten, claim)
    [first, *_] = units
    assert isinstance(first.equation.left, Primitive)
    u, _ = first.equation.left.arguments
    alone = replace(first, equation=replace(first.equation, left=u, right=u), defect=ZERO)
    lying = tuple(alone if i is first else i for i in honest.identities)
    assert "no product that is 1" in fault_of(replace(honest, identities=lying), claim)


def fault_of(certificate: Certificate, claim: Claim) -> str:
    return check_at_random(certificate, claim, PROJECT.library, (2,), seed=3).failed


@pytest.mark.parametrize("name", CLAIMS)
def test_each_hypothesis_is_decided(name: str) -> None:
    """By the search alone: Lean's kernel is not asked here."""
    claim = CLAIMS[name]
    for hypothesis in claim.hypotheses:
        decision = decide(without(claim, hypothesis.name), PROJECT.library)
        assert decision.answer in (Answer.FAILS, Answer.HOLDS), hypothesis.name


def test_over_a_field_an_exponential_is_0_everywhere_or_1_at_0() -> None:
    claim = CLAIMS["softmax_invariant_of_shift"]
    decision = decide(without(claim, "unit"), PROJECT.library)
    assert (decision.answer, decision.used) == (Answer.HOLDS, ("power",))
    assert decide(without(claim, "power"), PROJECT.library).answer is Answer.FAILS


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
