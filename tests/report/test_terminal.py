"""The terminal: the same verdicts, wide or narrow, and no markup of rich's own."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from harness.report.terminal import show
from tests.report.demo import demo, hostile, later


@pytest.mark.parametrize("width", [60, 80, 200])
def test_what_is_refuted_is_said_with_its_place_and_replay(width: int) -> None:
    out = StringIO()
    show(demo(), Console(file=out, width=width))
    text = out.getvalue()
    assert "specs/attentionWeights_invariant_of_orthogonal.yaml:15:5:" in text
    assert "replay: harness replay attentionWeights_invariant_of_orthogonal:0:0:7" in text
    claims = len(demo().claims)
    assert f"{claims} claims: {claims - 4} confirmed, 1 refuted, 3 undecided" in text
    assert "not run" in text


def test_what_no_claim_is_about_is_listed_and_lemmas_are_counted() -> None:
    out = StringIO()
    show(demo(), Console(file=out, width=80))
    text = out.getvalue()
    assert "lean/Draft/Unused.lean:1: Draft.Unused" in text
    assert (
        "1 × theorem that no specification mentions\n  lean/Draft.lean:12: Draft.forgotten" in text
    )
    assert "1 × theorem that no specification mentions, but that the proof of a claim" in text
    assert "Draft.lemma" not in text


def test_what_changed_is_listed() -> None:
    out = StringIO()
    show(later(), Console(file=out, width=80))
    text = out.getvalue()
    assert "  new: a_new_claim: confirmed" in text or "  new: a_new_claim: refuted" in text
    assert "  regressed: attentionBlockOutput_invariant_of_shared_rotation: confirmed" in text


def test_text_in_brackets_is_text() -> None:
    out = StringIO()
    run = hostile()
    claim = replace(run.claims[0], name="[red]name[/red]")
    show(replace(run, claims=(claim,)), Console(file=out, width=200))
    assert "[red]name[/red]" in out.getvalue()


def test_programs_that_were_not_run_are_counted() -> None:
    out = StringIO()
    run = replace(demo(), programs_not_run=3)
    show(run, Console(file=out, width=200))
    assert "programs: 3 not run here (harness programs)" in out.getvalue()
