"""What says nothing is said to say nothing, and what says little is let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.library import load_library
from harness.claims.load import load_claim
from harness.claims.project import load_project
from harness.claims.vacuity import vacuous
from harness.evidence import VACUITY, Evidence, Leg, Outcome
from harness.plan import COMPUTING, Plan, empty_claims, questions, uncomputed_claims
from harness.verdict import Status, judge
from tests.arrays.language import CLAIMS, LIBRARY, claim_of

EMPTY = {
    "left equals left": (
        "for:\n  n: dimension\n  u, v: vector(n)\nthen: dot(u, v) = dot(u, v)",
        "one term",
    ),
    "up to a bound name": (
        "for:\n  n: dimension\n  u: vector(n)\nthen: (Σ i, u[i]) = Σ j, u[j]",
        "one term",
    ),
    "written out": (
        "for:\n  n, d: dimension\n  q: vector(d)\n  K: index(n) -> vector(d)\n"
        "then: 'scores(q, K) = [j ↦ dot(q, K(j))]'",
        "unfolded",
    ),
    "put together again": (
        "for:\n  n: dimension\n  x: vector(n)\nthen: '[i ↦ x[i]] = x'",
        "unfolded",
    ),
    "a family of members": (
        "for:\n  n, d: dimension\n  K: index(n) -> vector(d)\n  q: vector(d)\n"
        "then: 'scores(q, j ↦ K(j)) = scores(q, K)'",
        "unfolded",
    ),
    "no such index": (
        "for:\n  n: dimension\n  i: index(0)\n  u, v: vector(n)\nthen: dot(u, v) = dot(u, u)",
        "there is no i: index(0)",
    ),
    "for all of none": (
        "for:\n  n: dimension\n  u, v: vector(n)\nthen: '∀ (i: index(0)), dot(u, v) = dot(u, u)'",
        "there is no i: index(0)",
    ),
    "a map into nothing": (
        "for:\n  n: dimension\n  s: index(3) -> index(0)\n  u, v: vector(n)\nthen: dot(u, v) = 0",
        "there is no s",
    ),
    "vectors without entries": (
        "for:\n  u, v: vector(0)\nthen: dot(u, v) = dot(u, u)",
        "what has none",
    ),
    "its own hypothesis": (
        "for:\n  n: dimension\n  A, B: matrix(n, n)\nassume:\n  it: A @ B = 1\nthen: A @ B = 1",
        "the hypothesis it",
    ),
    "its own hypothesis, turned and renamed": (
        "for:\n  n, d: dimension\n  q: vector(d)\n  K: index(n) -> vector(d)\n  s: vector(n)\n"
        "assume:\n  it: '∀ (i: index(n)), scores(q, K)[i] = s[i]'\n"
        "then: '∀ (k: index(n)), s[k] = [j ↦ dot(q, K(j))][k]'",
        "the hypothesis it",
    ),
    "an equation of such": ("for:\n  u, v: vector(0)\nthen: u = v", "what has none"),
    "within a function": (
        "for:\n  f: vector(0*2) -> scalar\n  u, v: vector(0*2)\nthen: f(u) + 1 = f(v) + 1",
        "what has none",
    ),
}

TELLING = {
    "a law of empty sums": "for:\n  u, v: vector(0)\nthen: dot(u, v) = 0",
    "beside something": (
        "for:\n  n: dimension\n  u: vector(0)\n  v, w: vector(n)\n"
        "then: dot(u, u) + dot(v, w) = dot(u, u) + dot(w, v)"
    ),
    "put together again, and more": (
        "for:\n  n: dimension\n  x: vector(n)\nthen: '[i ↦ x[i] + 0] = x'"
    ),
    "put together otherwise": (
        "for:\n  n: dimension\n  s: index(n) -> index(n)\n  x: vector(n)\n"
        "assume:\n  it: '∀ (i: index(n)), s(i) = i'\nthen: '[i ↦ x[s(i)]] = x'"
    ),
    "one entry": "for:\n  x: vector(1)\nthen: '∀ (j: index(1)), (Σ i, x[i]) = x[j]'",
    "a hypothesis at one place": (
        "for:\n  n: dimension\n  u, v: vector(n)\n  k: index(n)\n"
        "assume:\n  it: '∀ (i: index(n)), u[i] = v[i]'\nthen: u[k] = v[k]"
    ),
    "a law": "for:\n  n: dimension\n  u, v: vector(n)\nthen: dot(u, v) = dot(v, u)",
}


@pytest.mark.parametrize("name", EMPTY)
def test_what_says_nothing_is_told(tmp_path: Path, name: str) -> None:
    text, why = EMPTY[name]
    assert why in vacuous(claim_of(tmp_path, text), LIBRARY)


@pytest.mark.parametrize("name", TELLING)
def test_what_says_something_is_let_pass(tmp_path: Path, name: str) -> None:
    assert vacuous(claim_of(tmp_path, TELLING[name]), LIBRARY) == ""


def test_what_unfolds_without_end_is_given_up(tmp_path: Path) -> None:
    """Twice the square of the one before, forty times: 2^40 factors, in forty lines."""
    lines = ["namespace: T", "primitives: {}", "definitions:"]
    lines.append("  p0: {says: x, for: {x: scalar}, is: x * x}")
    for i in range(40):
        lines.append(f"  p{i + 1}: {{says: x, for: {{x: scalar}}, is: p{i}(p{i}(x))}}")
    (tmp_path / "definitions.yaml").write_text("\n".join(lines))
    library = load_library(tmp_path / "definitions.yaml", "definitions.yaml")
    (tmp_path / "deep.yaml").write_text(
        "theorem: deep\nsays: x\nfor: {a: scalar}\nthen: p40(a) = a"
    )
    claim = load_claim(tmp_path / "deep.yaml", "deep.yaml", library)
    assert "not known" in vacuous(claim, library)


def test_every_claim_of_the_project_says_something() -> None:
    assert not [name for name, claim in CLAIMS.items() if vacuous(claim, LIBRARY)]


def test_a_claim_that_says_nothing_is_not_confirmed_unless_that_is_meant(tmp_path: Path) -> None:
    text = EMPTY["left equals left"][0]
    claims = [claim_of(tmp_path, text), claim_of(tmp_path, f"vacuous: a first example\n{text}")]
    for claim, status in zip(claims, (Status.UNDECIDED, Status.CONFIRMED), strict=True):
        found = list(empty_claims(_plan(tmp_path, claim)))
        assert [item.check for item in found] == [VACUITY]
        proof = Evidence(claim.theorem, Leg.PROOF, "kernel", Outcome.CONFIRMED, "")
        waived = {Leg.SYMBOLIC: "to be rid of it"}
        verdict = judge(claim.theorem, [proof, *found], [Leg.PROOF, Leg.SYMBOLIC], waived)
        assert verdict.status is status


def _plan(tmp_path: Path, claim: object) -> Plan:
    from dataclasses import replace

    from harness.claims.project import load_project
    from tests.arrays.language import ROOT

    project = replace(load_project(ROOT), claims=(claim,))  # type: ignore[arg-type]
    return Plan(project, tmp_path, legs=(Leg.PROOF, Leg.SYMBOLIC))


@pytest.mark.parametrize(("index", "answers"), [("index(n * 0)", False), ("index(n)", True)])
def test_what_there_is_none_of_is_not_computed_with(
    tmp_path: Path, index: str, answers: bool
) -> None:
    """No engine can draw it: one failed, and two called refuted what holds of nothing."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "definitions.yaml").write_text(
        "namespace: T\nprimitives: {}\ndefinitions: {}\n"
    )
    (tmp_path / "specs" / "it.yaml").write_text(
        "theorem: it\nsays: Something.\nfor:\n  n: dimension\n"
        f"  f: index(n) -> scalar\n  g: (scalar -> scalar) -> {index}\n  i: index(n)\n"
        "then: f(i) = 0\n"
    )
    plan = Plan(load_project(tmp_path), tmp_path / "kept")
    assert {task.leg for task in questions(plan)} & {*COMPUTING} == (
        {*COMPUTING} if answers else set()
    )
    assert bool(list(uncomputed_claims(plan))) is not answers
