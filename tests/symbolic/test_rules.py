"""Rules that people state, each with a false twin, asked of the symbolic engine."""

from pathlib import Path

import pytest

from benchmarks.rules import Rule, library, rules
from harness.evidence import Outcome
from harness.instances.finite import find_finite
from harness.symbolic.leg import check
from harness.symbolic.maps import Maps, maps
from harness.verdict import leg_outcome
from tests.arrays.language import claim_of

KNOWN = library()
RULES = rules()

NOT_PROVED = {
    "maximum, its laws",  # laws of commuting and regrouping have no direction
    "maximum and minimum",
}
"""True rules that are not proved."""

NO_FINITE_MODEL = {"exponential of a difference", "softmax is shift invariant"}
"""Twins that fail of exponentials in fields alone: a finite field has constant ones only."""


@pytest.mark.parametrize(
    "rule",
    [r for r in RULES if r.is_true and r.name not in NOT_PROVED],
    ids=lambda r: str(r.name),
)
def test_rules_are_proved_and_certified(rule: Rule) -> None:
    found = list(check(rule.claim, KNOWN))
    assert leg_outcome(found) is Outcome.CONFIRMED, [(e.check, e.summary) for e in found]


@pytest.mark.parametrize(
    "rule",
    [r for r in RULES if not r.is_true and r.name not in NO_FINITE_MODEL],
    ids=lambda r: str(r.name),
)
def test_twins_are_refuted(rule: Rule) -> None:
    found = list(check(rule.claim, KNOWN))
    assert leg_outcome(found) is Outcome.REFUTED, [(e.check, e.summary) for e in found]
    assert find_finite(rule.claim, KNOWN) is not None or any(e.counterexample for e in found)


def test_no_true_rule_has_a_finite_counterexample() -> None:
    for rule in RULES:
        if rule.is_true:
            assert find_finite(rule.claim, KNOWN) is None, rule.name


DECLARED = """
for:
  m, n: dimension
  r, s: index(n) -> index(n)
  e: index(m) -> index(n)
  d: index(n) -> index(m)
  x: vector(n)
"""


def known(folder: Path, *hypotheses: str) -> Maps:
    texts = "".join(f'  h{i}: "∀ (i: {text}"\n' for i, text in enumerate(hypotheses))
    claim = claim_of(folder, f"{DECLARED}assume:\n{texts}then: x = x + 0\n")
    return maps(claim.hypotheses)[0]


def test_a_map_that_another_undoes_is_a_bijection(tmp_path: Path) -> None:
    found = known(tmp_path, "index(n)), s(r(i)) = i")
    r, s = "r:index n", "s:index n"
    assert found.normal((r, s)) == found.normal((s, r)) == ()
    assert found.inverse((r,)) == (s,)


def test_between_two_sizes_it_need_not_be(tmp_path: Path) -> None:
    """`d(e(i)) = i` makes e injective; of indices of another size it may miss some."""
    found = known(tmp_path, "index(m)), d(e(i)) = i")
    assert found.inverse(("e:index n",)) is None
    assert found.normal(("e:index n", "d:index m")) == ("e:index n", "d:index m")


def test_an_idempotent_map_re_indexes_nothing(tmp_path: Path) -> None:
    found = known(tmp_path, "index(n)), r(r(i)) = r(i)")
    assert found.inverse(("r:index n",)) is None
    assert found.normal(("r:index n",) * 3) == ("r:index n",)


def test_words_are_completed(tmp_path: Path) -> None:
    """An involution that commutes with a map of order three: all words have one normal form."""
    third = "index(n)), s(s(s(i))) = i"
    found = known(tmp_path, "index(n)), r(r(i)) = i", third, "index(n)), r(s(i)) = s(r(i))")
    r, s = "r:index n", "s:index n"
    assert found.normal((r, s, r, s, r, s)) == found.normal((r,))
    assert found.inverse((r, s)) == found.normal((s, s, r))
