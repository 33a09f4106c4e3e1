"""Hypotheses of unusual forms: an answer, however little it says, and none lost for another."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.claims.model import Claim
from harness.evidence import VACUITY, Outcome
from harness.symbolic import leg
from harness.symbolic.leg import check
from tests.arrays.language import CLAIMS, LIBRARY, claim_of

TWOS = " * ".join(["(1 + 1)"] * 20)

PROVED = {
    "a homomorphism": (
        "for:\n  x, y: scalar\n  f: scalar -> scalar\n"
        "assume:\n  it: '∀ (a: scalar) (b: scalar), f(a + b) = f(a) * f(b)'\n"
        "then: f(x + y) = f(y) * f(x)"
    ),
    "the identity": (
        "for:\n  v: scalar\n  f: scalar -> scalar\nassume:\n  it: '∀ (x: scalar), f(x) = x'\n"
        "then: f(f(v)) = v"
    ),
    "idempotent": (
        "for:\n  v: scalar\n  f: scalar -> scalar\n"
        "assume:\n  it: '∀ (x: scalar), f(f(x)) = f(x)'\nthen: f(f(f(v))) = f(v)"
    ),
    "a sum of nothing": "for:\n  u, v: vector(0)\nthen: dot(u, v) = 0",
    "a product over nothing": (
        "for:\n  m, n: dimension\n  A: matrix(m, 0)\n  B: matrix(0, n)\nthen: A @ B = 0"
    ),
    "a slice that is all": (
        "for:\n  n: dimension\n  s: index(n) -> index(n)\n  x: vector(n)\n"
        "assume:\n  it: '∀ (i: index(n)), s(i) = i'\nthen: '[i ↦ x[s(i)]] = x'"
    ),
    "a slice of a slice": (
        "for:\n  l, m, n: dimension\n  s: index(m) -> index(n)\n  t: index(l) -> index(m)\n"
        "  w: index(l) -> index(n)\n  x: vector(n)\n"
        "assume:\n  it: '∀ (i: index(l)), w(i) = s(t(i))'\n"
        "then: '[i ↦ [j ↦ x[s(j)]][t(i)]] = [i ↦ x[w(i)]]'"
    ),
    "numerals": f"for:\n  x: scalar\nthen: {TWOS} * x = x * {TWOS}",
    "numerals assumed": (
        f"for:\n  x, y: scalar\nassume:\n  it: {TWOS} * x = y\nthen: (1 + 1) * {TWOS} * x = y + y"
    ),
}
CONTRADICTORY = {
    "two values": "for:\n  x: scalar\nassume:\n  a: x = 0\n  b: x = 1\nthen: x = x * x + 1",
    "zero": "for:\n  x: scalar\nassume:\n  a: x * 0 = 1\nthen: x = x * x",
    "powers": "for:\n  x: scalar\nassume:\n  a: x * x = 0\n  b: x * x * x = 1\nthen: x = 1",
    "no inverse": (
        "for:\n  n: dimension\n  A, B: matrix(n, n)\nassume:\n  a: A @ B = 1\n  b: A = 0\n"
        "then: A = B"
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_what_follows_is_proved(tmp_path: Path, name: str) -> None:
    found = {item.check: item for item in check(claim_of(tmp_path, PROVED[name]), LIBRARY)}
    assert found["dimension-free"].outcome is Outcome.CONFIRMED, found["dimension-free"].summary
    assert found["certificate"].outcome is Outcome.CONFIRMED, found["certificate"].summary
    assert VACUITY not in found


@pytest.mark.parametrize("name", ["a slice that is all", "a slice of a slice"])
def test_without_what_it_says_an_index_is_nothing_follows(tmp_path: Path, name: str) -> None:
    text = PROVED[name]
    start, end = text.index("assume"), text.index("then")
    found = {
        i.check: i.outcome for i in check(claim_of(tmp_path, text[:start] + text[end:]), LIBRARY)
    }
    assert Outcome.CONFIRMED not in found.values()
    assert found["ground"] is Outcome.REFUTED


def test_numerals_that_differ_are_refuted(tmp_path: Path) -> None:
    claim = claim_of(tmp_path, f"for:\n  x: scalar\nthen: {TWOS} * x = x * (1 + 1) * {TWOS}")
    found = {item.check: item.outcome for item in check(claim, LIBRARY)}
    assert found["ground"] is Outcome.REFUTED


@pytest.mark.parametrize("name", CONTRADICTORY)
def test_hypotheses_that_nothing_meets_are_told(tmp_path: Path, name: str) -> None:
    found = {item.check: item for item in check(claim_of(tmp_path, CONTRADICTORY[name]), LIBRARY)}
    assert found[VACUITY].outcome is Outcome.INCONCLUSIVE
    assert "1 = 0" in found[VACUITY].summary
    meant = claim_of(tmp_path, f"vacuous: an example\n{CONTRADICTORY[name]}")
    found = {item.check: item for item in check(meant, LIBRARY)}
    assert found[VACUITY].outcome is Outcome.NOT_APPLICABLE


def test_one_check_that_fails_costs_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    claim = CLAIMS["scores_invariant_of_orthogonal"]
    monkeypatch.setattr(leg, "certificate", fails)
    found = {item.check: item.outcome for item in check(claim, LIBRARY)}
    assert found["dimension-free"] is Outcome.CONFIRMED
    assert found["certificate"] is Outcome.ERROR
    assert found["ground"] is Outcome.CONFIRMED


def outcomes(claim: Claim, deadline: float) -> dict[str, Outcome]:
    return {item.check: item.outcome for item in check(claim, LIBRARY, deadline=deadline)}


def test_what_is_certified_stands_without_time_to_compare(tmp_path: Path) -> None:
    late = time.monotonic() - 1
    found = outcomes(CLAIMS["scores_invariant_of_orthogonal"], late)
    assert found["certificate"] is Outcome.CONFIRMED
    assert found["ground"] is Outcome.NOT_APPLICABLE
    false = claim_of(tmp_path, "for:\n  n: dimension\n  u, v: vector(n)\nthen: u = v")
    assert Outcome.CONFIRMED not in outcomes(false, late).values()


def test_positions_that_numbers_are_sent_to_are_not_compared(tmp_path: Path) -> None:
    """Nothing says how many there are; that is no fault of the claim."""
    claim = claim_of(
        tmp_path,
        "for:\n  P: type\n  enc: P -> scalar\n  dec: scalar -> P\n"
        "assume:\n  h: ∀ t, dec(enc(t)) = t\nthen: ∀ t, enc(dec(enc(t))) = enc(t)",
    )
    found = {item.check: item for item in check(claim, LIBRARY)}
    assert found["ground"].outcome is Outcome.NOT_APPLICABLE
    assert "no end of values" in found["ground"].summary
    assert not {Outcome.ERROR, Outcome.REFUTED} & {item.outcome for item in found.values()}
