"""Nothing stands on the page as true that is not confirmed: picture, cost, sketch and words."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from harness.claims.model import Claim
from harness.claims.project import load_project
from harness.evidence import Counterexample, Evidence, Leg, Outcome
from harness.folds import derive
from harness.instances.search import find_small
from harness.language.elaborate import elaborate_statement
from harness.language.parser import parse_statement
from harness.report.html import to_html
from harness.report.json import from_json, to_json
from harness.report.page import opening, sketch
from harness.results.run import Run
from harness.results.subject import LegResult, Subject
from harness.verdict import Status
from tests.report.demo import ROOT, demo
from tests.report.opened import opened

SINGLE = "folded_qkvo_attention_block_invariant_of_commutes"
CONTEXT = "ropeAttentionHeadContext_equivariant_of_commutes"


@cache
def wrong() -> tuple[Claim, Counterexample]:
    """The fold with its transpose lost, and an instance that breaks it."""
    project = load_project(ROOT)
    [claim] = [c for c in project.claims if c.theorem == SINGLE]
    text = claim.conclusion_text.replace("Wo @ Rᵀ", "Wo @ R")
    equation = elaborate_statement(parse_statement(text), project.library.scope(claim.parameters))
    claim = replace(claim, conclusion=equation)
    found = find_small(claim, project.library, seconds=30)
    assert found is not None
    return claim, found.example


def run_with(subject: Subject) -> Run:
    """A small run, in which this subject is one of two."""
    run = small()
    claims = tuple(subject if c.name == subject.name else c for c in run.claims)
    return replace(run, claims=claims)


def small() -> Run:
    claims = tuple(c for c in demo().claims if c.name in (SINGLE, CONTEXT))
    return replace(demo(), claims=claims, definitions=(), checkers=())


@cache
def refuted() -> Run:
    claim, example = wrong()
    project = load_project(ROOT)
    check = Evidence(
        SINGLE, Leg.NUMERIC, "exact", Outcome.REFUTED, "It breaks.", counterexample=example
    )
    subject = demo().by_name[SINGLE]
    legs = tuple(
        LegResult(Leg.NUMERIC, Outcome.REFUTED, (check,)) if r.leg is Leg.NUMERIC else r
        for r in subject.legs
    )
    picture = derive(claim, project.library, project.claims, [example])
    return run_with(replace(subject, status=Status.REFUTED, legs=legs, picture=picture))


def article(run: Run, name: str) -> str:
    found = re.search(
        rf'<article [^>]*id="theorem/{name}".*?</article>', opened(to_html(run)), re.S
    )
    assert found is not None
    return found[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_confirmed_fold_comes_out_the_same_and_costs_nothing() -> None:
    text = words(article(small(), SINGLE))
    assert " the same " in text
    assert "What it costs: nothing, once folded" in text
    assert "Proof sketch" in text
    assert "claimed to be" not in text


def test_a_refuted_fold_does_not_come_out_the_same_nor_cost_nothing() -> None:
    text = words(article(refuted(), SINGLE))
    assert "not the same" in text
    assert " the same" not in text.replace("not the same", "")
    assert "claimed to be" in text
    assert "nothing, once folded" not in text
    assert "Proof sketch" not in text
    assert "Claimed, refuted: A rotation that commutes with RoPE" in text


def test_the_counterexamples_own_numbers_stand_in_the_picture() -> None:
    _, example = wrong()
    picture = refuted().by_name[SINGLE].picture
    assert picture is not None
    assert picture.sizes == example.sizes
    last = picture.stages[-1]
    assert last.numbers == (example.right, example.left), "before is the right side here"
    ports = {p.name: p.numbers for stage in picture.stages for p in stage.inputs}
    turned = [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*wq, strict=True)]
        for wq in [example.values["Wq"]]  # R Wq, computed here by hand
        for row in example.values["R"]  # type: ignore[union-attr]
    ]
    assert ports["Wq"] == (example.values["Wq"], turned)
    assert ports["x" if "x" in ports else "p"] is None, "what stays as it is needs no number"
    assert from_json(to_json(refuted())) == refuted()


def test_numbers_that_are_not_the_evidences_are_not_shown() -> None:
    claim, example = wrong()
    project = load_project(ROOT)
    forged = replace(example, left=[17])
    picture = derive(claim, project.library, project.claims, [forged])
    assert picture is not None
    assert picture.sizes == {}
    assert all(stage.numbers is None for stage in picture.stages)


@pytest.mark.parametrize("status", [Status.REFUTED, Status.UNDECIDED])
def test_what_rests_on_an_unconfirmed_lemma_is_said_to(status: Status) -> None:
    run = run_with(replace(demo().by_name[CONTEXT], status=status))
    text = words(article(run, SINGLE))
    assert re.search(rf"claimed to be R .{{0,12}}by rope Attention .{{0,60}}, {status.value}", text)
    assert " the same " in text, "the claim itself is confirmed"


def test_a_sketch_of_another_claim_is_not_shown_for_this_one() -> None:
    subject = demo().by_name[SINGLE]
    assert sketch.of_subject(subject)
    [proof] = [c for c in subject.evidence if "sketch" in c.data]
    other = replace(proof, leg=Leg.NECESSITY)
    failed = replace(proof, outcome=Outcome.INCONCLUSIVE)
    for check in (other, failed):
        legs = (LegResult(check.leg, check.outcome, (check,)),)
        assert sketch.of_subject(replace(subject, legs=legs)) == []


def test_evidence_of_an_earlier_run_says_from_when() -> None:
    run = small()
    subject = run.claims[0]
    old = replace(subject.legs[0].checks[0], found="2025-12-31T08:00:00+00:00")
    new = replace(old, found="2026-01-02T09:30:10+00:00")

    def with_check(check: Evidence) -> Run:
        legs = (replace(subject.legs[0], checks=(check,)), *subject.legs[1:])
        return run_with(replace(subject, legs=legs))

    assert with_check(new).kept is None
    assert with_check(old).kept == (
        1, sum(len(list(s.evidence)) for s in run.judged), old.found,
    )  # fmt: skip
    assert "kept, from 31 December 2025, 08:00 UTC" in opened(to_html(with_check(old)))
    assert "kept, from" not in opened(to_html(with_check(new)))


def test_a_column_in_which_nothing_stands_is_left_out() -> None:
    from harness.report.page.evidence import facts

    rows = [{"sizes": 1, "failed": ""}, {"sizes": 2, "failed": ""}]
    check = Evidence("a", Leg.SYMBOLIC, "c", Outcome.CONFIRMED, "", {"expansions": rows})
    assert facts(check) == [("expansions", [{"sizes": 1}, {"sizes": 2}])]
    rows[0]["failed"] = "n = 2"
    assert facts(check) == [("expansions", rows)]


def test_what_the_page_counts_is_what_came_out_right() -> None:
    counts = {what: count for count, what in opening.checked(demo())}
    right = [c for s in demo().subjects for c in s.evidence if c.outcome is Outcome.CONFIRMED]
    numeric = sum(c.data["instances"] for c in right if c.leg is Leg.NUMERIC)  # type: ignore[misc]
    assert counts["random instances"] == numeric
    assert counts["proofs accepted by Lean’s kernel"] == len(demo().claims)
    fewer = {what: count for count, what in opening.checked(refuted())}
    assert fewer["random instances"] < numeric
