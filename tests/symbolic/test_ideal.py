"""Membership in the ideal of the hypotheses: a second way to all values, without the rewriter."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.claims.library import core_scalars
from harness.claims.model import Claim, Hypothesis
from harness.evidence import Outcome
from harness.language.elaborate import elaborate_statement
from harness.language.parser import parse_statement
from harness.language.types import SCALAR, DimLit, Function, Index, Parameter, Vector
from harness.symbolic.bounds import bounded
from harness.symbolic.ideal import reduce_modulo_hypotheses
from harness.symbolic.leg import check
from harness.verdict import leg_outcome
from tests.arrays.language import CLAIMS, LIBRARY
from tests.symbolic.claims import build_case, cases

F = Parameter("f", Function(SCALAR, SCALAR))

LARGE = {
    "biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_change_of_layout",
    "biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_intertwining_pairs",
    "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_intertwining_pairs",
    "latentAttentionBlockOutput_invariant_of_intertwining_pairs",
    "qkNormAfterRopeScores_invariant_of_carried_gains",
    "qkNormGroupedQueryRopeAttentionBlockOutput_invariant_of_carried_gains",
    "ropeAttentionBlockOutput_invariant_of_intertwining_pairs",
    "ropeScores_invariant_of_change_of_layout",
}
"""Their hypotheses have too many symbols for a Gröbner basis at sizes that say anything."""

WITH_HYPOTHESES = [
    name
    for name, claim in CLAIMS.items()
    if claim.hypotheses and name not in LARGE and not claim.has_relations
]
"""What is said not to be 0 stands in no ideal."""


@pytest.mark.parametrize("name", WITH_HYPOTHESES)
def test_a_claim_of_the_package_is_a_member(name: str) -> None:
    found = [reduce_modulo_hypotheses(CLAIMS[name], LIBRARY, d) for d in ((2,), (1, 2, 1))]
    answered = [membership for membership in found if membership is not None]
    assert answered
    assert all(membership.is_member for membership in answered)


@pytest.mark.parametrize("name", sorted(LARGE))
def test_what_is_too_large_gets_no_answer(name: str) -> None:
    for dims in ((2,), (1, 2, 1)):
        assert reduce_modulo_hypotheses(CLAIMS[name], LIBRARY, dims) is None


@pytest.mark.parametrize("name", WITH_HYPOTHESES)
def test_without_a_hypothesis_it_is_not(name: str) -> None:
    claim = CLAIMS[name]
    for hypothesis in claim.hypotheses:
        fewer = replace(claim, hypotheses=tuple(h for h in claim.hypotheses if h != hypothesis))
        if fewer.hypotheses:
            found = reduce_modulo_hypotheses(fewer, LIBRARY, (1, 2, 1))
            if found is not None and found.is_member:  # matrices of one number commute
                found = reduce_modulo_hypotheses(fewer, LIBRARY, (2,))
            assert found is not None
            assert not found.is_member


# True of square matrices, by determinants, of which ideals know and words do not.
SQUARE = "a rectangular isometry on the other side"
FALSE = [case for case in cases("false.yaml") if case["name"] != SQUARE]


def test_an_ideal_knows_determinants(tmp_path: Path) -> None:
    (case,) = [case for case in cases("false.yaml") if case["name"] == SQUARE]
    found = reduce_modulo_hypotheses(build_case(tmp_path, LIBRARY, case), LIBRARY, (2,))
    assert found is not None
    assert found.is_member


@pytest.mark.parametrize("case", FALSE, ids=lambda case: case["name"])
def test_no_false_claim_is_a_member_where_it_can_be_seen(
    case: dict[str, Any], tmp_path: Path
) -> None:
    claim = build_case(tmp_path, LIBRARY, case)
    for dims in ((2,), (1, 2, 1)):
        found = reduce_modulo_hypotheses(claim, LIBRARY, dims)
        if found is not None and set(found.sizes.values()) >= {2}:
            assert not found.is_member or min(found.sizes.values()) == 1


def test_hypotheses_that_hold_nowhere_show_nothing() -> None:
    """No 1 × 2 matrix has orthonormal columns."""
    claim = CLAIMS["scores_invariant_of_orthogonal"]
    assert reduce_modulo_hypotheses(claim, LIBRARY, (1, 2, 1)) is None


def stated(kind: str, then: str, **assumed: str) -> Claim:
    """A claim about numbers x, y, z and a function f of them."""
    parameters = (*(Parameter(name, SCALAR) for name in "xyz"), F)
    scope = LIBRARY.scope(parameters)
    sides = {text: elaborate_statement(parse_statement(text), scope) for text in assumed.values()}
    hypotheses = tuple(Hypothesis(name, sides[text], text) for name, text in assumed.items())
    conclusion = elaborate_statement(parse_statement(then), scope)
    return Claim("t", "", core_scalars()[kind], parameters, hypotheses, conclusion, then)


@pytest.mark.parametrize(
    ("assumed", "then", "is_member"),
    [
        ("f(x) = 0", "f(y) = 0", False),
        ("f(x) = 0", "f(x) = 0 * y", True),
        ("x = y + z", "f(x) = f(z + y)", True),
        ("1 / x = z", "1 / y = z", False),
        ("1 / x = z", "y / x = y * z", True),
        ("x = 2", "1 / x = 1 / 2", True),
        ("x = 2", "1 / y = 1 / 2", False),
        ("z = 0", "x / 0 = z", True),
        ("z = 1", "x * y / x = y", False),
    ],
)
def test_what_a_function_is_at_one_number_is_said_of_no_other(
    assumed: str, then: str, is_member: bool
) -> None:
    found = reduce_modulo_hypotheses(stated("rational numbers", then, h=assumed), LIBRARY, ())
    assert found is not None
    assert found.is_member is is_member


HALVES = [
    ("(x + x) / 2 = x", {}),
    ("x / 3 + x / 6 = x / 2", {}),
    ("x = 7", {"h": "x + y = 10", "k": "x - y = 4"}),
    ("7 * x = 1", {"h": "x * y = 1", "k": "y = 7"}),
]


@pytest.mark.parametrize(("then", "assumed"), HALVES)
def test_without_sizes_a_claim_is_proved_over_the_fractions(
    then: str, assumed: dict[str, str]
) -> None:
    """By hand each follows by dividing by 2, 6, or 7; where 1 + 1 is 0 the first is wrong."""
    found = list(check(stated("rational numbers", then, **assumed), LIBRARY))
    assert leg_outcome(found) is Outcome.CONFIRMED
    [free] = (e for e in found if e.check == "dimension-free")
    assert "over the fractions" in free.summary


@pytest.mark.parametrize(
    ("kind", "then", "assumed"),
    [
        ("field", "(x + x) / 2 = x", {}),
        ("commutative ring", "x = y", {"h": "7 * x = 7 * y"}),
        ("rational numbers", "(x + x) / 2 = x + x", {}),
        ("rational numbers", "x / x = 1", {}),
        ("rational numbers", "x = 6", {"h": "x + y = 10", "k": "x - y = 4"}),
    ],
)
def test_what_fails_somewhere_is_not(kind: str, then: str, assumed: dict[str, str]) -> None:
    found = list(check(stated(kind, then, **assumed), LIBRARY))
    assert leg_outcome(found) is not Outcome.CONFIRMED


def about_indices(then: str, kind: str = "rational numbers", **assumed: str) -> Claim:
    """A claim about two of two indices, and a vector of two numbers."""
    two = Index(DimLit(2))
    parameters = (Parameter("i", two), Parameter("j", two), Parameter("v", Vector(DimLit(2))))
    scope = LIBRARY.scope(parameters)
    hypotheses = tuple(
        Hypothesis(name, elaborate_statement(parse_statement(text), scope), text)
        for name, text in assumed.items()
    )
    conclusion = elaborate_statement(parse_statement(then), scope)
    return Claim("t", "", core_scalars()[kind], parameters, hypotheses, conclusion, then)


def test_what_holds_of_some_indices_is_not_said_of_all() -> None:
    """An index is no symbol: each choice is looked at, the two that are equal among them."""
    same, turned = "(if i = j then 1 else 0)", "(if j = i then 1 else 0)"
    for then, is_so in [(f"{same} = 0 * v[i]", False), (f"{same} = {turned}", True)]:
        found = reduce_modulo_hypotheses(about_indices(then), LIBRARY, ())
        assert found is not None
        assert found.is_member is is_so
    wrong = about_indices(f"{same} ≤ 0 * v[i]")
    assert bounded(wrong, LIBRARY, ()) is None
    assert leg_outcome(list(check(wrong, LIBRARY))) is not Outcome.CONFIRMED
    right = about_indices(f"0 ≤ v[i] * v[i] + {same}")
    assert bounded(right, LIBRARY, ()) is not None


def test_what_is_divided_by_nothing_is_0_where_that_is_seen_late() -> None:
    found = reduce_modulo_hypotheses(
        stated("rational numbers", "x / (y - y) = 0", h="z = 1"), LIBRARY, ()
    )
    assert found is not None
    assert found.is_member


def test_a_basis_that_takes_too_long_is_given_up() -> None:
    """Random squares in ten numbers: SymPy's own search would go on for hours."""
    rng = random.Random(0)
    names = "abcdeghklm"
    pairs = [f"{rng.randint(1, 9)} * {p} * {q}" for p in names for q in names if p <= q]
    parameters = tuple(Parameter(name, SCALAR) for name in names)
    scope = LIBRARY.scope(parameters)
    hypotheses = []
    for k in range(8):
        text = " + ".join(rng.sample(pairs, 9)) + f" = {rng.randint(1, 9)}"
        equation = elaborate_statement(parse_statement(text), scope)
        hypotheses.append(Hypothesis(f"h{k}", equation, text))
    conclusion = elaborate_statement(parse_statement("a = b"), scope)
    kind = core_scalars()["rational numbers"]
    claim = Claim("t", "", kind, parameters, tuple(hypotheses), conclusion, "a = b")
    assert reduce_modulo_hypotheses(claim, LIBRARY, ()) is None
