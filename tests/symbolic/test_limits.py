"""Proofs end, whatever the hypotheses; limits stop what is left, and say how far it came."""

import time
from collections.abc import Callable

import pytest

from harness.claims.model import Claim
from harness.evidence import Leg, Outcome
from harness.isolation import Task, Workers
from harness.symbolic.leg import check
from harness.symbolic.prove import prove
from tests.arrays.language import CLAIMS, LIBRARY

Make = Callable[..., Claim]

OVER = "{d: dimension, a: scalar, b: scalar, 'A, B, C': 'matrix(d, d)', u: vector(d), "
OVER += "f: vector(d) -> vector(d), g: vector(d) -> vector(d)}"

DIVERGENT = {
    # Completion of the braid relation is infinite under any order by length.
    "braids": {"braid": "A @ B @ A = B @ A @ B"},
    "three strands": {"one": "A @ B @ A = B @ A @ B", "two": "B @ C @ B = C @ B @ C"},
    "a product that grows": {"grows": "A = B @ A @ C"},
    "two products that feed each other": {"one": "A @ B = B @ B @ A", "two": "B @ A = A @ A @ B"},
    "a sum that grows": {"grows": "A @ A = A + B + C", "more": "B @ A = A @ B + C @ A + A"},
    "a function within itself": {"grows": "f(u) = f(f(u))"},
    "functions that exchange": {"swap": "∀ (y: vector(d)), f(g(y)) = g(f(y))"},
    "functions that grow": {"grows": "∀ (y: vector(d)), f(y) = f(A @ y)"},
    "factors that exchange": {"swap": "a * b = b * b * a", "more": "a = a * a * b"},
    "an order turned by itself": {"turn": "A @ B = B @ A", "back": "Bᵀ @ A = A @ Bᵀ + C"},
}


@pytest.mark.parametrize("name", DIVERGENT)
def test_a_proof_ends(name: str, claim: Make) -> None:
    found = claim(OVER, "f(A @ B @ A @ C @ u) = f(g(B @ C @ A @ B @ u)) + a * u", DIVERGENT[name])
    proof = prove(found, LIBRARY.definitions)
    assert not proof.is_proved
    assert proof.left != proof.right


def test_positions_that_are_shifted_are_not_shifted_for_ever(claim: Make) -> None:
    """All positions but one are shifted: by names alone shifted ones are less and less."""
    over = "{d: dimension, P: type, Θ: 'P -> matrix(d, d)', S: 'matrix(d, d)', shift: P -> P, "
    over += "'q, k': vector(d), 'p, t': P}"
    hypotheses = {"shifts": "∀ p, Θ(shift(p)) = S @ Θ(p)", "orthogonal": "Sᵀ @ S = 1"}
    scores = "dot(Θ({}) @ q, Θ({}) @ k)"
    for one, other, is_true in (("shift(p)", "shift(t)", True), ("p", "shift(t)", False)):
        then = f"{scores.format(one, other)} = {scores.format('p', 't')}"
        found = prove(claim(over, then, hypotheses), LIBRARY.definitions)
        assert found.is_proved is is_true


def test_what_is_not_proved_comes_with_both_normal_forms(claim: Make) -> None:
    found = claim(OVER, "A @ B @ u = B @ A @ u", {"turn": "A @ C = C @ A"})
    evidence = next(check(found, LIBRARY))
    assert evidence.outcome is Outcome.INCONCLUSIVE
    texts = [form["text"] for form in evidence.data["normal forms"]]  # type: ignore[union-attr, index, call-overload]
    assert sorted(texts) == ["A @ B @ u", "B @ A @ u"]


def test_a_deadline_that_has_passed_leaves_what_is_cheap() -> None:
    claim = CLAIMS["folded_qkvo_attention_block_invariant_of_commutes"]
    late = time.monotonic() - 1
    found = {e.check: e for e in check(claim, LIBRARY, deadline=late)}
    assert found["dimension-free"].outcome is Outcome.CONFIRMED
    expansions = found["certificate"].data["expansions"]
    assert isinstance(expansions, list)
    assert len(expansions) == 2  # the smallest sizes, and random values


def test_what_grows_too_large_is_left_out_and_the_rest_answers(claim: Make) -> None:
    """A product of sums whose normal form has 3¹⁶ summands; small instances still refute it."""
    factors = " @ ".join(["(A + B + C)"] * 16)
    found = {e.check: e for e in check(claim(OVER, f"{factors} @ u = u"), LIBRARY)}
    assert found["dimension-free"].outcome is Outcome.INCONCLUSIVE
    assert "20,000 summands" in found["dimension-free"].summary
    assert found["ground"].outcome is Outcome.REFUTED


@pytest.mark.slow
def test_what_grows_too_large_and_has_no_counterexample_says_how_far_it_came(claim: Make) -> None:
    one, two = (" @ ".join([s] * 16) for s in ("(A + B + C)", "(C + A + B)"))
    found = {e.check: e for e in check(claim(OVER, f"{one} @ u = {two} @ u"), LIBRARY)}
    assert {e.outcome for e in found.values()} == {Outcome.INCONCLUSIVE}
    assert "it would take" in found["ground"].summary
    assert found["ground"].data["left out for their size"]


@pytest.mark.slow
def test_an_engine_that_does_not_end_is_ended(claim: Make) -> None:
    found = claim(OVER, "A @ B @ u = u", DIVERGENT["a sum that grows"])
    task = Task(found, LIBRARY, Leg.SYMBOLIC, "harness.symbolic.leg:check")
    with Workers(1, seconds=0.01, memory=0) as workers:
        evidence = workers.answer(task, workers.submit(task))
    assert [e.outcome for e in evidence] == [Outcome.INCONCLUSIVE]
    assert "0.01 s" in evidence[0].summary
