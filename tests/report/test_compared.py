"""Where two statements part, and what a reader is told of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harness.diagnostics import Diagnostic
from harness.evidence import VACUITY, Counterexample, Evidence, Leg, Outcome
from harness.report.compared import compared, parting
from harness.report.faults import faults, told_apart
from harness.report.html import to_html
from harness.report.terminal import conclude, show
from harness.results.run import Run
from harness.results.subject import LegResult
from harness.verdict import Status
from tests.report.demo import demo


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("f (g x y)", "f (g x (h y))", ("g x y", "g x (h y)")),
        ("f (g x) y = z", "f (g x) (h y) = z", ("y", "(h y)")),
        ("a = b", "a = c", ("a = b", "a = c")),
        ("x y z", "x y z", ("y z", "y z")),
        ("", "x", ("", "x")),
        ("h : P\nQ", "h : P\nR", ("Q", "R")),
    ],
)
def test_two_texts_part(one: str, other: str, expected: tuple[str, str]) -> None:
    assert parting(one, other) == expected


@pytest.mark.parametrize(("one", "other"), [("f (g x y)", "f (g x (h y))"), ("a b", "c"), ("", "")])
def test_marking_what_differs_loses_nothing(one: str, other: str) -> None:
    was, now = compared(one, other)
    assert "".join(text for text, _ in was) == one
    assert "".join(text for text, _ in now) == other
    same = ["".join(text for text, differs in side if not differs) for side in (was, now)]
    if one and other:
        assert same[0] == same[1]


def told(check: Evidence, status: Status = Status.REFUTED) -> Run:
    """A run of one claim, with one check."""
    run = demo()
    leg = LegResult(check.leg, check.outcome, (check,))
    claim = replace(run.claims[0], name=check.subject, status=status, legs=(leg,))
    return replace(run, claims=(claim,), definitions=(), checkers=(), gaps=())


def test_a_refuted_mirror_is_told_by_where_the_statements_part() -> None:
    both = {"specification": "⊢ f (mul Wo R) p = y", "lean": "⊢ f (mul Wo (transpose R)) p = y"}
    data = {"side_by_side": both}
    check = Evidence("claim", Leg.MIRROR, "equality", Outcome.REFUTED, "Long.", data)
    [fault] = faults(told(check))
    expected = "The specification has `mul Wo R` where Lean's theorem has `mul Wo (transpose R)`."
    assert fault.reason == expected
    assert "mul Wo (transpose R)" in to_html(told(check))
    # Where all is different, or nothing that is printed, the summary says more.
    same = {"side_by_side": {"specification": "x y", "lean": "x y"}}
    [fault] = faults(told(replace(check, data=same)))
    assert fault.reason == "Long."
    apart = {"side_by_side": {"specification": "x " * 50, "lean": "y " * 50}}
    [fault] = faults(told(replace(check, data=apart)))
    assert fault.reason == "Long."


def unproved(name: str, line: int) -> Evidence:
    """A proof in lines 10 to 12 of a file that lacks what lies in this line."""
    data = {"file": "lean/A.lean", "line": 10, "end_line": 12}
    place = Diagnostic("lean/A.lean", line, 1, "rests on sorry")
    summary = f"It rests on sorry in line {line}."
    return Evidence(name, Leg.PROOF, "kernel", Outcome.REFUTED, summary, data, diagnostics=(place,))


def test_what_is_false_is_told_before_a_proof_that_is_missing() -> None:
    """The reason and the place are those of the counterexample."""
    run = told(unproved("claim", 11))
    found = Evidence("claim", Leg.NUMERIC, "exact", Outcome.REFUTED, "It differs.")
    legs = (*run.claims[0].legs, LegResult(Leg.NUMERIC, Outcome.REFUTED, (found,)))
    [fault] = faults(replace(run, claims=(replace(run.claims[0], legs=legs),)))
    assert (fault.reason, fault.words) == ("It differs.", "numeric refuted; unproved")
    assert fault.place.startswith(run.claims[0].file)


def test_the_proof_that_lacks_something_stands_before_those_that_rest_on_it() -> None:
    run = told(unproved("a", 3))
    own = told(unproved("b", 11)).claims[0]
    run = replace(run, claims=(*run.claims, own))
    assert [fault.subject.name for fault in faults(run)] == ["b", "a"]


def test_of_what_is_refuted_the_terminal_tells_no_inconclusive_checks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refuted = Evidence("claim", Leg.NUMERIC, "exact", Outcome.REFUTED, "It differs.")
    open_ = replace(refuted, check="laws", outcome=Outcome.INCONCLUSIVE, summary="Who knows?")
    run = told(refuted)
    for outcome, is_told in ((Outcome.REFUTED, False), (Outcome.INCONCLUSIVE, True)):
        first = replace(refuted, outcome=outcome)
        leg = LegResult(Leg.NUMERIC, outcome, (first, open_))
        show(replace(run, claims=(replace(run.claims[0], legs=(leg,)),)))
        assert ("Who knows?" in capsys.readouterr().out) is is_told


def test_a_counterexample_tells_a_function_by_its_values_and_where_its_numbers_live(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = [{"at": [[0, 1], 2], "is": [1, 1]}, {"at": [[1, 0], 3], "is": [0, "1/2"]}]
    example = Counterexample({"n": 2}, {"f": table, "g": []}, 0, 1, "modulo 2")
    check = Evidence("claim", Leg.NUMERIC, "exact", Outcome.REFUTED, "", counterexample=example)
    open_ = replace(check, check="laws", outcome=Outcome.INCONCLUSIVE, counterexample=None)
    run = told(check)
    leg = LegResult(Leg.NUMERIC, Outcome.REFUTED, (open_, check))
    run = replace(run, claims=(replace(run.claims[0], legs=(leg,)),))
    show(run)
    text = capsys.readouterr().out
    assert "counterexample at n = 2, modulo 2\n" in text
    assert "    f = [0, 1], 2 ↦ [1, 1]; [1, 0], 3 ↦ [0, 1/2]\n    g = []\n" in text
    page = to_html(run)
    words = " ".join(re.sub("<[^>]+>", "", page).split())
    assert "(0, 1), 2 ↦ (1, 1); (1, 0), 3 ↦ (0, 1/2)" in words
    assert page.index('id="theorem/claim/numeric/exact"') < page.index(
        'id="theorem/claim/numeric/laws"'
    )


def test_where_no_leg_applies_the_reader_is_told_why() -> None:
    check = Evidence("claim", Leg.SYMBOLIC, "laws", Outcome.NOT_APPLICABLE, "No laws are known.")
    [fault] = faults(told(check, Status.UNDECIDED))
    assert fault.reason == "None of the legs that were asked applies. No laws are known."


def test_what_the_summary_said_is_not_said_again() -> None:
    check = Evidence("claim", Leg.MIRROR, "equality", Outcome.REFUTED, "It says this and that.")
    assert told_apart(check, "It says this…") == ""
    assert told_apart(check, "It says more.") == "It says more."


@pytest.mark.parametrize("is_meant", [True, False])
def test_a_claim_that_says_nothing_is_marked(
    is_meant: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    meant = "It is there for the catalogue." if is_meant else ""
    check = Evidence.of_nothing("claim", Leg.NECESSITY, "Both sides are one term.", meant)
    assert check.check == VACUITY
    run = told(check, Status.CONFIRMED if is_meant else Status.UNDECIDED)
    show(run)
    conclude(run)
    text = capsys.readouterr().out
    assert "  claim (vacuous)" in text
    assert ("1 claim: 1 vacuous" in text) is not is_meant
    page = to_html(run)
    assert 'class="chip is-undecided"' in page
    assert "<span>vacuous</span>" in page
    assert ("<span>confirmed</span>" in page) is is_meant


def test_evidence_of_earlier_runs_is_counted_with_its_date(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check = Evidence("claim", Leg.PROOF, "kernel", Outcome.CONFIRMED, "Fine.")
    run = told(replace(check, found="2020-01-02T03:04:05+00:00"), Status.CONFIRMED)
    show(run)
    text = capsys.readouterr().out
    assert "1 of 1 checks were found by earlier runs, the oldest at 2020-01-02T03:04:05" in text
    show(told(check, Status.CONFIRMED))
    assert "earlier runs" not in capsys.readouterr().out
