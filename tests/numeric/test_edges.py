"""What is false at 0, at sizes 0, 1 and above 6, or of what no hypothesis speaks of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.evidence import Outcome
from harness.numeric.check import EDGES
from harness.numeric.degenerate import PATTERNS, count, patterned
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.leg import check, replay
from harness.numeric.tally import Tally
from tests.arrays.language import LIBRARY, claim_of

TURNED = """
for:
  n, d: dimension
  P: type
  F: P -> matrix(d, d)
  A: matrix(d, d)
  p: P
  at: index(n) -> P
  q: vector(d)
  K: index(n) -> vector(d)
assume:
  {commutes}
  orthogonal: Aᵀ @ A = 1
then: >-
  scores(F(p) @ (A @ q), j ↦ F(at(j)) @ (A @ K(j))) = scores(F(p) @ q, j ↦ F(at(j)) @ K(j))
"""
AT_QUERY = "one: F(p) @ A = A @ F(p)"
AT_KEYS = "two: ∀ j, F(at(j)) @ A = A @ F(at(j))"

HEADS = """
for:
  h, d: dimension
  P: type
  F: index(h) -> P -> matrix(d, d)
  A: index(h) -> matrix(d, d)
  s: index(h) -> index(h)
  p: P
  x: vector(d)
assume:
  commutes: ∀ k p, F(s(k))(p) @ A(k) = A(k) @ F(s(k))(p)
  orthogonal: ∀ k, A(k)ᵀ @ A(k) = 1
then: ∀ k, A(k) @ (F({at})(p) @ x) = F({at})(p) @ (A(k) @ x)
"""

ONE_SIDED = """
for:
  d, e: dimension
  A: matrix(e, d)
  B, C: matrix(d, e)
  x: vector(d)
  y: vector(e)
assume:
  inverse: B @ A = 1
  other: C @ A = 1
then: {then}
"""

COUNT = "(Σ i, 0 * u[i] + 1)"
NOT_BELOW_SEVEN = " * ".join(f"({COUNT} - ({' + '.join('1' * k) or '0'}))" for k in range(1, 7))

TRUE = {
    "times zero": "for:\n  x: scalar\nthen: x * 0 = 0",
    "a sum of nothing": "for:\n  u, v: vector(0)\nthen: dot(u, v) = 0",
    "a product over nothing": (
        "for:\n  m, n: dimension\n  A: matrix(m, 0)\n  B: matrix(0, n)\nthen: A @ B = 0"
    ),
    "a sum of one": "for:\n  x: vector(1)\nthen: '∀ (j: index(1)), (Σ i, x[i]) = x[j]'",
    "at all that is spoken of": TURNED.format(commutes=f"{AT_QUERY}\n  {AT_KEYS}"),
    "the head that is spoken of": HEADS.format(at="s(k)"),
    "an involution twice": (
        "for:\n  n: dimension\n  r: index(n) -> index(n)\n  x: vector(n)\n"
        "assume:\n  it: '∀ (i: index(n)), r(r(i)) = i'\nthen: (Σ i, x[r(i)]) = Σ i, x[i]"
    ),
    "a slice of a slice": (
        "for:\n  l, m, n: dimension\n  s: index(m) -> index(n)\n  t: index(l) -> index(m)\n"
        "  w: index(l) -> index(n)\n  x: vector(n)\n"
        "assume:\n  it: '∀ (i: index(l)), w(i) = s(t(i))'\n"
        "then: '[i ↦ [j ↦ x[s(j)]][t(i)]] = [i ↦ x[w(i)]]'"
    ),
    "a left inverse": ONE_SIDED.format(then="B @ (A @ x) = x"),
    "two left inverses": ONE_SIDED.format(then="B @ (A @ x) = C @ (A @ x)"),
}
FALSE = {
    "divided by itself": "scalars: field\nfor:\n  x: scalar\nthen: x / x = 1",
    "cancelled": "scalars: field\nfor:\n  a, b: scalar\nthen: (a * b) / b = a",
    "weights that add up": (
        "scalars: field\nfor:\n  n: dimension\n  exp: scalar -> scalar\n  s: vector(n)\n"
        "then: (Σ i, softmax(exp, s)[i]) = 1"
    ),
    "large sizes": (f"for:\n  n: dimension\n  u: vector(n)\nthen: {COUNT} * {NOT_BELOW_SEVEN} = 0"),
    "an involution is the identity": (
        "for:\n  n: dimension\n  r: index(n) -> index(n)\n  x: vector(n)\n"
        "assume:\n  it: '∀ (i: index(n)), r(r(i)) = i'\nthen: '[i ↦ x[r(i)]] = x'"
    ),
    "at the query alone": TURNED.format(commutes=AT_QUERY),
    "at the keys alone": TURNED.format(commutes=AT_KEYS),
    "another head": HEADS.format(at="k"),
    "a left inverse on the right": ONE_SIDED.format(then="A @ (B @ y) = y"),
    "two left inverses alike": ONE_SIDED.format(then="B @ y = C @ y"),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_confirmed_by_each_check(tmp_path: Path, name: str) -> None:
    for found in check(claim_of(tmp_path, TRUE[name]), LIBRARY, effort=0.1):
        assert found.outcome is Outcome.CONFIRMED, (found.check, found.summary)


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted_by_each_check(tmp_path: Path, name: str) -> None:
    for found in check(claim_of(tmp_path, FALSE[name]), LIBRARY):
        assert found.outcome is Outcome.REFUTED, (found.check, found.summary)


SMALL_CHARACTERISTICS = {
    "halves": "scalars: field\nfor:\n  x: scalar\nthen: (x + x) / (1 + 1) = x",
    "thirds": "scalars: field\nfor:\n  x: scalar\nthen: (x + x + x) / (1 + 1 + 1) = x",
    "a mean": "scalars: field\nfor:\n  a, b: scalar\nthen: (a + b) / (1 + 1) * (1 + 1) = a + b",
    "a skew matrix": (
        "scalars: field\nfor:\n  d: dimension\n  A: matrix(d, d)\n"
        "then: (1 / (1 + 1)) * (A - Aᵀ) + (1 / (1 + 1)) * (A + Aᵀ) = A"
    ),
}


@pytest.mark.parametrize("name", SMALL_CHARACTERISTICS)
def test_what_fails_in_a_small_characteristic_alone_fails_over_a_field(
    tmp_path: Path, name: str
) -> None:
    """`(x + x) / (1 + 1) = x` is true of real numbers; of one type of them nothing else counts."""
    claim = claim_of(tmp_path, SMALL_CHARACTERISTICS[name])
    exact, doubles = check(claim, LIBRARY)
    assert (exact.outcome, doubles.outcome) == (Outcome.REFUTED, Outcome.CONFIRMED)
    assert exact.counterexample is not None
    again = replay(exact.replay.removeprefix("harness replay "), claim, LIBRARY)
    assert (again.left, again.right) == (exact.counterexample.left, exact.counterexample.right)
    of_a_type = replace(claim, scalars=replace(claim.scalars, is_type=True))
    assert {e.outcome for e in check(of_a_type, LIBRARY)} == {Outcome.CONFIRMED}


def test_what_is_true_modulo_two_and_three_is_tried_there(tmp_path: Path) -> None:
    text = "scalars: field\nfor:\n  x: scalar\nthen: (1 + 1) * ((x * x) / x) = x + x"
    exact, _ = check(claim_of(tmp_path, text), LIBRARY)
    assert exact.outcome is Outcome.CONFIRMED
    assert exact.data["instances_modulo_small_primes"] == 128


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        ("5 ≠ 0", Outcome.REFUTED),
        ("77 * x / 77 = x", Outcome.REFUTED),
        ("x / 1009 * 1009 = x", Outcome.REFUTED),
        ("1 ≠ 0", Outcome.CONFIRMED),
        ("2018 * x = 1009 * x + 1009 * x", Outcome.CONFIRMED),
    ],
)
def test_a_claim_about_fields_is_tried_where_the_numbers_in_it_are_zero(
    then: str, outcome: Outcome, tmp_path: Path
) -> None:
    exact, _ = check(
        claim_of(tmp_path, f"scalars: field\nfor:\n  x: scalar\nthen: {then}"), LIBRARY
    )
    assert exact.outcome is outcome


def test_open_functions_may_vanish(tmp_path: Path) -> None:
    """Weights of doubles add up wherever there is an entry; those of a field need not."""
    text = FALSE["weights that add up"].replace("vector(n)", "vector(n + 1)")
    exact, *_ = check(claim_of(tmp_path, text), LIBRARY)
    assert exact.outcome is Outcome.REFUTED


def test_sizes_that_were_tried_are_said_and_can_be_replayed(tmp_path: Path) -> None:
    claim = claim_of(
        tmp_path, "for:\n  n: dimension\n  u, v: vector(n)\nthen: dot(u, v) = dot(v, u)"
    )
    exact, _ = check(claim, LIBRARY)
    assert "at sizes 2 to 6, and on" in exact.summary
    low, high = exact.data["sizes"]["n"]  # type: ignore[index, call-overload, misc]
    assert (low, high >= 17) == (0, True)  # type: ignore[operator]
    tester = PrimeFieldCheck(claim, LIBRARY, 0)
    for number, sizes in enumerate(tester.plans.edges):
        assert replay(f"example:prime-field:0:{EDGES + number}:3", claim, LIBRARY).sizes == sizes
    with pytest.raises(ValueError, match="no batch"):
        replay(f"example:prime-field:0:{EDGES + 99}:3", claim, LIBRARY)


def test_patterns() -> None:
    rng = np.random.default_rng(0)
    whole = rng.standard_normal((32, 3, 4))
    found = patterned(rng, whole)
    first = 32 - count(32)
    assert count(32) == len(PATTERNS)
    assert (found[:first] == whole[:first]).all()
    lanes = dict(zip(PATTERNS, found[first:], strict=True))
    assert not lanes["all zero"].any()
    assert (lanes["all one"] == 1).all()
    assert len(np.unique(lanes["all entries equal"])) == 1
    assert set(np.unique(lanes["0 and ±1"])) <= {-1.0, 0.0, 1.0}


@pytest.mark.parametrize(
    ("trivial", "outcome"), [(40, Outcome.CONFIRMED), (95, Outcome.INCONCLUSIVE)]
)
def test_mostly_multiples_of_one_are_noticed(trivial: int, outcome: Outcome) -> None:
    tally = Tally(batches=1, instances=100, met=100, decided=100, trivial=trivial)
    assert tally.judge()[0] is outcome
