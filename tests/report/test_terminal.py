"""The terminal: the same verdicts, wide or narrow, and no markup of rich's own."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from harness.evidence import Counterexample, Evidence, Leg, Outcome
from harness.report.faults import alike
from harness.report.github import step_summary
from harness.report.html import to_html
from harness.report.terminal import conclude, show
from harness.results.changes import Past
from harness.results.subject import LegResult
from harness.verdict import ExitCode, Status
from tests.report.demo import REFUTED, UNDECIDED, demo, hostile, later


@pytest.mark.parametrize("width", [60, 80, 200])
def test_what_is_refuted_is_said_with_its_place_and_replay(width: int) -> None:
    out = StringIO()
    show(demo(), Console(file=out, width=width))
    conclude(demo(), Console(file=out, width=width))
    text = out.getvalue()
    assert "specs/attentionWeights_invariant_of_orthogonal.yaml:15:5:" in text
    assert "replay: harness replay attentionWeights_invariant_of_orthogonal:0:0:7" in text
    claims = len(demo().claims)
    assert f"{claims} claims: 1 refuted, 3 undecided, {claims - 4} confirmed" in text
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


@pytest.mark.parametrize("width", [60, 200])
def test_the_last_five_lines_name_what_failed_worst_first(width: int) -> None:
    out = StringIO()
    conclude(demo(), Console(file=out, width=width))
    lines = out.getvalue().rstrip().splitlines()[-5:]
    assert lines[0].startswith(f"✗ {REFUTED}: numeric refuted (specs/{REFUTED}.yaml:15:5)")
    assert lines[1].startswith(f"? {UNDECIDED}: ")
    assert lines[3] == "  and 1 more"
    assert lines[4].startswith(f"{len(demo().claims)} claims: 1 refuted")


def test_what_fails_alike_for_one_reason_is_named_together() -> None:
    run = demo()
    check = replace(run.claims[0].legs[0].checks[0], outcome=Outcome.NOT_RUN, summary="No code.")
    leg = LegResult(Leg.EXECUTION, Outcome.NOT_RUN, (check,))
    claims = tuple(replace(c, status=Status.UNDECIDED, legs=(leg,)) for c in run.claims[:6])
    worst = replace(check, outcome=Outcome.REFUTED, summary="It is false.")
    bad = LegResult(Leg.NUMERIC, Outcome.REFUTED, (worst,))
    refuted = replace(run.claims[6], status=Status.REFUTED, legs=(bad,))
    run = replace(run, claims=(*claims, refuted), definitions=(), checkers=())
    out = StringIO()
    conclude(run, Console(file=out, width=400))
    lines = out.getvalue().strip().splitlines()
    names = [claim.name for claim in claims]
    assert lines[0].startswith(f"✗ {refuted.name}: numeric refuted")
    assert lines[1].startswith(f"○ {', '.join(names[:3])} and 3 more: execution not run")
    assert lines[2].startswith("7 claims: 1 refuted, 6 undecided")
    first = to_html(run).split('<ul class="faults">')[1].split("</ul>")[0]
    assert first.count("No code.") == first.count("and 3 more") == 1
    assert all(f'href="#theorem/{name}' in first for name in (refuted.name, *names[:3]))
    # Where it is red since another run, it is told apart.
    assert [len(together) for together in alike(run)] == [1, 6]
    words = {claim.name: Status.CONFIRMED.value for claim in run.claims}
    once = Past("2026-01-01T00:00:00+00:00", "", run.legs, words | {names[0]: "undecided"})
    assert [len(together) for together in alike(replace(run, history=(once,)))] == [1, 1, 5]


def test_a_counterexample_is_shown_with_its_values_where_a_reader_can_compute_it() -> None:
    run, subject = demo(), demo().by_name[REFUTED]
    example = Counterexample({"n": 2}, {"R": [[1, "1/2"], [0, 1]], "x": [1, 0]}, 1, 2)
    check = replace(subject.legs[0].checks[0], outcome=Outcome.REFUTED, counterexample=example)

    def shown(check: Evidence) -> str:
        leg = LegResult(Leg.NUMERIC, Outcome.REFUTED, (check,))
        claim = replace(subject, status=Status.REFUTED, legs=(leg,))
        out = StringIO()
        show(replace(run, claims=(claim,), definitions=()), Console(file=out, width=400))
        return out.getvalue()

    assert "    R = [[1, 1/2], [0, 1]]\n    x = [1, 0]\n    left:  1\n" in shown(check)
    large = replace(example, values={"R": [[0] * 100] * 100, "x": [1, 0]})
    assert "counterexample at n = 2\n    left:  1\n" in shown(replace(check, counterexample=large))


def test_in_a_pipe_no_line_is_wrapped_or_cut(capsys: pytest.CaptureFixture[str]) -> None:
    show(demo())
    text = capsys.readouterr().out
    assert "…" not in text
    for claim in demo().claims:
        [row, *_] = [line for line in text.splitlines() if line.startswith(f"  {claim.name} ")]
        assert row.count("confirmed") >= 1


def test_a_sorry_is_unproved_and_not_refuted() -> None:
    claim = demo().claims[0]
    sorry = replace(
        claim.legs[0].checks[0], outcome=Outcome.REFUTED, summary="It rests on `sorry`."
    )
    legs = (LegResult(Leg.PROOF, Outcome.REFUTED, (sorry,)), *claim.legs[1:])
    run = replace(demo(), claims=(replace(claim, status=Status.REFUTED, legs=legs),), checkers=())
    out = StringIO()
    show(run, Console(file=out, width=200))
    conclude(run, Console(file=out, width=200))
    text = out.getvalue()
    assert "refuted" not in text
    assert f"✗ {claim.name}: unproved" in text
    assert "1 claim: 1 unproved" in text
    assert run.exit_code == ExitCode.REFUTED
    assert "1 of 1 claims is unproved." in " ".join(to_html(run).split("<main>")[0].split())
    assert "1 unproved" in step_summary(run)


def test_programs_that_were_not_run_are_counted() -> None:
    out = StringIO()
    run = replace(demo(), programs_not_run=3)
    conclude(run, Console(file=out, width=200))
    assert "programs: 3 not run here (harness programs)" in out.getvalue()
