"""Hypotheses of every kind that people state: rules confirmed, and their false twins refuted."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.rules import Rule, library, rules
from harness.diagnostics import InputError
from harness.evidence import Outcome
from harness.numeric.leg import check
from harness.numeric.modular import PAIRS, PRIMES, PairField, PrimeField, square_root
from harness.numeric.replay import recompute
from harness.verdict import leg_outcome
from tests.arrays.language import LIBRARY, claim_of

KNOWN = library()
RULES = rules()


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.name}{'' if r.is_true else ', twin'}")
def test_rules_are_confirmed_and_their_twins_refuted(rule: Rule) -> None:
    """One check that refutes is enough; `python -m benchmarks.rules` asks all, with more."""
    if not rule.is_true:
        assert any(e.outcome is Outcome.REFUTED for e in check(rule.claim, KNOWN))
        return
    found = list(check(rule.claim, KNOWN, effort=0.3))
    assert leg_outcome(found) is Outcome.CONFIRMED, [(e.check, e.summary) for e in found]
    # An order is for exact fractions, and the other checks say so.
    others = {Outcome.NOT_APPLICABLE} if rule.claim.has_relations else set()
    assert {e.outcome for e in found} - others == {Outcome.CONFIRMED}


@pytest.mark.parametrize(
    ("p", "q"), [*PAIRS, (13, 3)], ids=[f"{p} {q}" for p, q in [*PAIRS, (13, 3)]]
)
def test_pairs_of_residues_have_an_exponential_and_a_circle(p: int, q: int) -> None:
    field = PairField(p, q)
    rng = np.random.default_rng(0)
    a, b = field.uniform(rng, (2, 200))
    total = field.add(a, b)
    assert (field.exp(total) == field.multiply(field.exp(a), field.exp(b))).all()
    assert len(np.unique(field.exp(a))) > 2
    (c, s), (d, t), (both, _) = (field.circle_at(x) for x in (a, b, total))
    assert (both == field.subtract(field.multiply(c, d), field.multiply(s, t))).all()
    inverse = field.reciprocal(a)
    kept = field.multiply(a, field.multiply(inverse, a))
    assert (field.canonical(kept) == field.canonical(a)).all()


def test_square_roots() -> None:
    for p in (3, 5, 7, 8117, 16777213, 16777199):
        for x in (2, 3, 10, 12345):
            root = square_root(x % p, p)
            has = x % p == 0 or pow(x, (p - 1) // 2, p) == 1
            assert (root is not None) == has
            assert root is None or (root * root - x) % p == 0


def test_numbers_of_odd_order_stand_for_positive_ones() -> None:
    rng = np.random.default_rng(0)
    for p in PRIMES:
        field = PrimeField(p)
        x, t = field.uniform(rng, (2, 200))
        c = field.positive(x)
        assert field.are_positive(c).all()
        assert 0 < field.are_positive(x).mean() < 1
        moved = field.multiply(field.multiply(c, c), t)
        back = field.multiply(field.inverse_roots(moved), c)
        assert (field.inverse_roots(t) == back).all()
        assert not field.inverse_roots(np.zeros(3)).any()


MANY = """
for:
  n: dimension
  a, b, c, d, e, f, g, h: scalar
  s, t, u, v, w: vector(n)
  A, B, X, Y: matrix(n, n)
assume:
  one: X @ A = B @ Y
  two: X @ B = A @ Y
then: X = THEN
"""


@pytest.mark.slow
@pytest.mark.parametrize("then", ["Y", "X"])
def test_two_variables_are_solved_for_together_however_many_others_there_are(
    tmp_path: Path, then: str
) -> None:
    claim = claim_of(tmp_path, MANY.replace("THEN", then))
    [exact, _] = list(check(claim, LIBRARY, effort=0.2))[:2]
    assert exact.outcome is (Outcome.REFUTED if then == "Y" else Outcome.CONFIRMED), exact.summary


SAMPLED = """
for:
  n, h: dimension
  S: index(h) -> matrix(n, n)
  v: vector(n)
  f: scalar -> scalar
assume:
  skew: ∀ k, S(k)ᵀ = -S(k)
  odd: "∀ (a: scalar), f(a) + f(-a) = 0"
sample:
  S: SAMPLE
  f: a ↦ a * a * a
then: "∀ k, f(a[k]) * dot(v, S(k) @ v) = f(0)"
"""


def sampled(folder: Path, sample: str) -> set[tuple[Outcome, str]]:
    text = SAMPLED.replace("SAMPLE", sample).replace("f(a[k]) * ", "")
    found = check(claim_of(folder, text), LIBRARY)
    return {(e.outcome, e.summary) for e in found if e.check == "prime field"}


def test_the_author_says_what_is_drawn(tmp_path: Path) -> None:
    [(outcome_, _)] = sampled(tmp_path, "k ↦ B(k) - B(k)ᵀ")
    assert outcome_ is Outcome.CONFIRMED


def test_what_the_author_says_is_held_to_the_hypotheses(tmp_path: Path) -> None:
    [(outcome_, summary)] = sampled(tmp_path, "k ↦ B(k) + B(k)ᵀ")
    assert outcome_ is Outcome.INCONCLUSIVE
    assert "skew: ∀ k, S(k)ᵀ = -S(k)" in summary


NARROW = {
    "R @ x = x": 'R: "1"',
    "R @ A = A @ R": "A: R @ R",
    "A @ A @ x = A @ x": "A: U @ U.T, U: 'matrix(n, 0)'",
}
"""False conclusions, and samples of which they are true."""


@pytest.mark.parametrize("then", NARROW)
def test_samples_do_not_narrow_what_can_be_drawn_without_them(tmp_path: Path, then: str) -> None:
    head = 'for: {n: dimension, "R, A": "matrix(n, n)", x: vector(n)}\nassume: {o: Rᵀ @ R = 1}\n'
    claim = claim_of(tmp_path, f'{head}sample: {{{NARROW[then]}}}\nthen: "{then}"\n')
    for found in check(claim, LIBRARY):
        assert found.outcome is Outcome.REFUTED, (found.check, found.summary)
        assert recompute(found.replay.removeprefix("harness replay "), claim, LIBRARY).differs
        one = found.data.get("one of them", "").removeprefix("harness replay ")
        assert not one or recompute(one, claim, LIBRARY).differs


OF_NOTHING = {
    "Rᵀ @ R = 1": "o: '∀ (p: P), Rᵀ @ R = 1'",
    "dot(x, R @ x) = dot(R @ x, x)": "o: '∀ (i: index(m)), Rᵀ @ R = 1'",
    "R @ S = S @ R": "o: '∀ (p: P), S @ R = R @ S'",
    "x = R @ x": "o: '∀ (p: P), x = R @ x'",
}
"""Conclusions that follow from a hypothesis about each of many, unless there are none; and one that
is true all the same."""


@pytest.mark.parametrize("then", OF_NOTHING)
def test_what_is_said_of_each_of_none_says_nothing(tmp_path: Path, then: str) -> None:
    head = 'for: {P: type, "m, n": dimension, "R, S": "matrix(n, n)", x: vector(n)}'
    claim = claim_of(tmp_path, f'{head}\nassume: {{{OF_NOTHING[then]}}}\nthen: "{then}"\n')
    wanted = Outcome.CONFIRMED if "dot" in then else Outcome.REFUTED
    assert {e.outcome for e in check(claim, LIBRARY)} == {wanted}


def test_names_of_other_types_are_declared(tmp_path: Path) -> None:
    text = """
for: {n: dimension, P: "matrix(n, n)"}
assume: {symmetric: Pᵀ = P}
sample: {P: U @ Uᵀ, U: "matrix(n, 2)"}
then: "Pᵀ @ P = P @ P"
"""
    for found in check(claim_of(tmp_path, text), LIBRARY):
        assert found.outcome is Outcome.CONFIRMED, found.summary


@pytest.mark.parametrize(
    ("sample", "place", "message"),
    [
        ("S: B - ", "claim.yaml:8:9", "expected"),
        ("S: v", "claim.yaml:8:6", "expected matrix(n, n), found vector(n)"),
        ("S: S", "claim.yaml:8:6", "S is told by itself"),
        ("n: B", "claim.yaml:8:3", "'n' cannot name a variable"),
        ("C: matrix(n, q)", "claim.yaml:8:6", "q is not a dimension declared here"),
    ],
)
def test_faults_of_samples(tmp_path: Path, sample: str, place: str, message: str) -> None:
    head = "for:\n  n: dimension\n  S: matrix(n, n)\n  v: vector(n)\n"
    with pytest.raises(InputError) as raised:
        claim_of(tmp_path, f"{head}sample:\n  {sample}\nthen: Sᵀ = S\n")
    [fault] = raised.value.diagnostics
    assert message in str(fault)
    assert str(fault).startswith(place)


NEARLY = {
    "a double root": ("field", "assume: {h: x * x = x + x - 1}", "x = 1", "x = 2"),
    "two that nearly meet": (
        *("commutative ring", "assume: {p: x * y = 6, s: x + y = 5}"),
        *("(x - 2) * (x - 3) = 0", "(x - 2) * (x - 4) = 0"),
    ),
    "a prime that is divided by": (
        *("rational numbers", "assume: {}"),
        *("(1000000 * 16 + 777213) * x / (1000000 * 16 + 777213) = x", "x * x / x = 1"),
    ),
}
"""Scalars, hypotheses, what is true of them though numbers near them, or modulo a prime, break it;
and what is false."""


@pytest.mark.parametrize("case", NEARLY)
def test_what_is_true_is_not_refuted_by_what_is_nearly_an_instance(
    tmp_path: Path, case: str
) -> None:
    scalars, assumed, true, false = NEARLY[case]
    head = f"scalars: {scalars}\nfor: {{'x, y': scalar}}\n{assumed}\n".replace("assume: {}\n", "")
    for then, is_true in ((true, True), (false, False)):
        found = {e.outcome for e in check(claim_of(tmp_path, f"{head}then: {then}\n"), LIBRARY)}
        assert (Outcome.REFUTED in found) is not is_true, (then, found)
