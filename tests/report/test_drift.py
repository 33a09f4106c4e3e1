"""What drifted from the lock has a place of its own on the page, ahead of the claims."""

from __future__ import annotations

from dataclasses import replace

from harness.report.page.drift import drifted
from tests.report.demo import HOSTILE, demo, drifting, hostile
from tests.report.pages import page_of


def test_each_change_is_told_once_with_all_that_it_reaches() -> None:
    run = drifting()
    found = drifted(run)
    assert [(drift.name, drift.what) for drift in found] == [
        ("Draft.f", "is not what was locked"),
        ("Draft.new", "is not in the lock file"),
    ]
    assert all(drift.reached == run.claims[:2] for drift in found)


def test_words_that_differ_are_marked_and_none_is_lost() -> None:
    changed, new = drifted(drifting())
    assert "".join(text for text, _ in changed.was) == "def f (a b : Nat) := a + b"
    assert "".join(text for text, _ in changed.now) == "def f (a b : Nat) := b + a"
    for words in (changed.was, changed.now):
        assert words[0] == ("def f (a b : Nat) := ", False)
        assert any(differs for _, differs in words)
    assert [differs for _, differs in new.now] == [False]
    assert not "".join(text for text, _ in new.was)


def test_the_page_says_so_before_it_shows_claims_and_only_if_there_is_something() -> None:
    page = page_of(drifting)
    assert 0 < page.index('<h2 id="drift">') < page.index('id="overview"')
    assert "<del>" in page
    assert "<ins>" in page
    assert '<h2 id="drift">' not in page_of(demo)


def test_data_of_another_form_is_no_drift() -> None:
    run = hostile()
    assert HOSTILE in drifted(run)[0].name
    (claim,) = run.claims
    leg = claim.legs[1]
    for data in ({"drifted": HOSTILE}, {"drifted": [HOSTILE, 1]}, {"drifted": {}}, {}):
        other = replace(leg, checks=(replace(leg.checks[0], data=data),))
        changed = replace(claim, legs=(other,))
        assert drifted(replace(run, claims=(changed,), definitions=())) == []
