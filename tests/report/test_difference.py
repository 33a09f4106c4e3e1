"""What changed between two runs, and how the page says it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from harness.evidence import Leg, Outcome
from harness.language.notation.formula import Formula
from harness.report.difference import compare, since
from harness.report.html import to_html
from harness.report.json import from_json, to_json
from harness.report.page.changes import by_kind
from harness.results.changes import Change, ChangeKind, Since
from harness.results.run import Run
from harness.verdict import Status
from tests.report.demo import demo, later


def kinds(old: Run, new: Run) -> dict[str, list[ChangeKind]]:
    found: dict[str, list[ChangeKind]] = {}
    for change in compare(old, new):
        found.setdefault(change.subject, []).append(change.kind)
    return found


def test_nothing_changed() -> None:
    same = deepcopy(demo())  # so that no comparison is one of a thing with itself
    assert compare(demo(), same) == []
    assert "Nothing." in to_html(since(demo(), same))


def test_what_changed() -> None:
    run = later()
    assert run.since is not None
    assert {c.subject: c.kind for c in run.since.changes} == {
        "attentionBlockOutput_invariant_of_shared_rotation": ChangeKind.REGRESSED,
        "attentionContext_equivariant_of_orthogonal": ChangeKind.FIXED,
        "attentionContext_equivariant_of_undoing_pair": ChangeKind.GONE,
        "a_new_claim": ChangeKind.NEW,
    }


def test_a_leg_that_is_no_longer_run() -> None:
    run = demo()
    claim = run.claims[0]
    legs = tuple(
        replace(r, outcome=Outcome.NOT_RUN, checks=()) if r.leg is Leg.NUMERIC else r
        for r in claim.legs
    )
    changed = replace(run, claims=(replace(claim, legs=legs), *run.claims[1:]))
    assert kinds(run, changed) == {claim.name: [ChangeKind.NO_LONGER_RUN]}


def test_a_checker_that_is_not_answered_or_gone_is_worse() -> None:
    run = demo()
    [checker] = run.checkers
    lost = replace(
        run, checkers=(replace(checker, status=Status.UNDECIDED, check=None, lattice=None),)
    )
    assert kinds(run, lost) == {checker.name: [ChangeKind.REGRESSED, ChangeKind.NO_LONGER_RUN]}
    assert kinds(lost, run) == {checker.name: [ChangeKind.FIXED]}
    assert kinds(run, replace(run, checkers=())) == {checker.name: [ChangeKind.GONE]}


def test_a_statement_drifts_when_it_says_something_else() -> None:
    run = demo()
    claim = run.claims[0]

    def saying(formula: Formula) -> Run:
        statement = replace(claim.statement, conclusion=formula)
        return replace(run, claims=(replace(claim, statement=statement), *run.claims[1:]))

    conclusion = claim.statement.conclusion
    assert kinds(run, saying(replace(conclusion, text="1 = 1"))) == {
        claim.name: [ChangeKind.DRIFTED]
    }
    assert kinds(run, saying(replace(conclusion, mathml="<math/>", latex=""))) == {}


def test_the_page_shows_every_kind_and_what_is_worse_first() -> None:
    every = Since("", "", tuple(Change(kind.value, kind, "") for kind in ChangeKind))
    shown = [(kind, changes[0].is_worse) for kind, changes in by_kind(every)]
    assert {kind for kind, _ in shown} == {kind.value for kind in ChangeKind}
    worse = [is_worse for _, is_worse in shown]
    assert worse == sorted(worse, reverse=True)


def test_the_data_file_keeps_the_run_and_not_what_it_was_compared_with() -> None:
    assert from_json(to_json(later())).since is None
    assert from_json(to_json(demo())).claims == demo().claims


def test_an_answer_of_a_checker_that_changed() -> None:
    run = demo()
    [checker] = run.checkers
    assert checker.lattice is not None
    first, *others = checker.lattice.answers
    answers = (replace(first, answer="unknown"), *others)
    spoilt = replace(checker, lattice=replace(checker.lattice, answers=answers))
    changed = replace(run, checkers=(spoilt,))
    [change] = compare(run, changed)
    assert (change.subject, change.kind) == (checker.name, ChangeKind.REGRESSED)
    assert change.what == "1 answers: holds became unknown"
    assert [change.kind for change in compare(changed, run)] == [ChangeKind.FIXED]
