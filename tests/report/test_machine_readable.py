"""JUnit, SARIF, GitHub and the badge: well formed, and not run is never passed."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from xml.etree import ElementTree

import pytest
from rich.console import Console

from harness.evidence import Evidence, Leg, Outcome
from harness.report import REPORTERS, reporter
from harness.report.badge import to_badge
from harness.report.faults import faults
from harness.report.github import ANNOTATIONS, step_summary, workflow_commands
from harness.report.gitlab import to_gitlab
from harness.report.junit import to_junit
from harness.report.sarif import to_sarif
from harness.report.terminal import show
from harness.results.run import Run
from harness.verdict import ExitCode, Status
from tests.report.demo import HOSTILE, demo, hostile

BOTH = pytest.mark.parametrize("make", [demo, hostile])


def test_every_reporter_reports() -> None:
    for kind in REPORTERS:
        assert reporter(kind)(demo())
        assert reporter(kind)(hostile())


# -- JUnit ---------------------------------------------------------------------------------------


def test_junit_has_a_case_for_each_leg_of_each_subject() -> None:
    run = demo()
    root = ElementTree.fromstring(to_junit(run))
    cases = root.findall("testsuite/testcase")
    assert len(cases) == sum(len(subject.legs) for subject in run.judged)
    assert root.get("tests") == str(len(cases))
    assert not any({"file", "line"} & set(case.attrib) for case in cases)


def test_junit_says_what_is_wrong() -> None:
    root = ElementTree.fromstring(to_junit(demo()))
    found = {
        (case.get("classname"), case.get("name")): [child.tag for child in case]
        for case in root.iter("testcase")
    }
    assert found["attentionWeights_invariant_of_orthogonal", "numeric"] == ["failure"]
    assert found["attentionContext_equivariant_of_orthogonal", "symbolic"] == ["error"]
    assert found["blockDiag_orthogonal", "numeric"] == ["error"]
    assert found["planeRotation_commutes", "execution"] == ["skipped"]
    assert found["blockDiag_orthogonal", "proof"] == []
    assert root.get("failures") == "1"
    assert root.get("errors") == "3"


def test_junit_keeps_hostile_text_as_text() -> None:
    root = ElementTree.fromstring(to_junit(hostile()))
    kept = HOSTILE.replace("\x07", "\ufffd")
    names = [*[kept, f"{kept} below"] * 3, kept]  # two subjects, three legs; a checker, its one
    assert [case.get("classname") for case in root.iter("testcase")] == names
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped"),
    }


# -- SARIF ---------------------------------------------------------------------------------------


@BOTH
def test_sarif_has_what_the_standard_requires(make: type[Run]) -> None:
    log = json.loads(to_sarif(make()))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert run["results"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert physical["region"]["startLine"] >= 1
            assert not set('<> "{}') & set(physical["artifactLocation"]["uri"])


def test_sarif_points_at_the_fault() -> None:
    [run] = json.loads(to_sarif(demo()))["runs"]
    [refuted] = [result for result in run["results"] if result["level"] == "error"]
    assert refuted["ruleId"] == Leg.NUMERIC
    place = refuted["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 15, "startColumn": 5}
    uri = place["artifactLocation"]["uri"]
    assert uri == "specs/attentionWeights_invariant_of_orthogonal.yaml"


# -- GitHub --------------------------------------------------------------------------------------


def test_annotations_are_one_line_each_and_not_too_many() -> None:
    lines = workflow_commands(demo()).splitlines()
    assert 0 < len(lines) <= ANNOTATIONS
    assert lines[0].startswith("::error file=specs/attentionWeights_invariant_of_orthogonal.yaml,")
    assert all(line.startswith(("::error ", "::warning ")) for line in lines)
    for line in workflow_commands(hostile()).splitlines():
        properties = line.removeprefix("::error ").removeprefix("::warning ").split("::")[0]
        assert len(properties.split(",")) == 4


def test_the_summary_has_a_row_for_each_subject_and_no_markup() -> None:
    run = demo()
    rows = [line for line in step_summary(run).splitlines() if line.startswith("|")]
    assert len(rows) == len(run.judged) + 2
    assert len({row.replace("\\|", "").count("|") for row in rows}) == 1
    assert "<script" not in step_summary(hostile())


# -- the badge -----------------------------------------------------------------------------------


@BOTH
def test_the_badge_is_a_picture_that_says_what_it_shows(make: type[Run]) -> None:
    root = ElementTree.fromstring(to_badge(make()))
    assert root.tag.endswith("svg")
    assert "confirmed" in (root.get("aria-label") or "")


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.NOT_RUN])
def test_a_checker_that_is_not_answered_shows_in_every_reporter(outcome: Outcome) -> None:
    """It decides the exit code, so a reader must see why that is not 0."""
    whole = demo()
    [checker] = whole.checkers
    name, why = checker.name, "Stopped after 120 s without an answer."
    check = Evidence(name, Leg.NECESSITY, "engine", outcome, why)
    if outcome is Outcome.NOT_RUN:
        check, why = None, "o check answered for this leg"  # type: ignore[assignment]
    broken = replace(checker, status=Status.UNDECIDED, check=check, lattice=None)
    run = replace(whole, claims=(), definitions=(), checkers=(broken,))
    assert run.exit_code is ExitCode.UNDECIDED
    [case] = ElementTree.fromstring(to_junit(run)).iter("testcase")
    assert (case.get("classname"), case.get("name")) == (name, "necessity")
    assert [child.tag for child in case] == ["error"]
    assert why in str(case[0].get("message"))
    [result] = json.loads(to_sarif(run))["runs"][0]["results"]
    assert name in result["message"]["text"]
    assert why in workflow_commands(run)
    assert f"{outcome.value}" in step_summary(run)
    out = StringIO()
    show(run, Console(file=out, width=200))
    assert name in out.getvalue()
    assert outcome.value in out.getvalue()


def test_no_reporter_calls_what_was_not_run_confirmed() -> None:
    run = demo()
    claim = next(c for c in run.claims if c.name == "blockDiag_orthogonal")
    [numeric] = [result for result in claim.legs if result.leg is Leg.NUMERIC]
    assert numeric.outcome is Outcome.NOT_RUN
    assert claim.status == "undecided"
    assert run.exit_code == 1


# -- GitLab --------------------------------------------------------------------------------------


def test_gitlab_has_an_issue_for_each_claim_that_is_not_confirmed_worst_first() -> None:
    """Its form is in the manual of GitLab: these keys, and `begin` counts from 1."""
    run = demo()
    issues = json.loads(to_gitlab(run))
    open_ = [item.name for item in run.judged if item.status is not Status.CONFIRMED]
    assert sorted(issue["description"].split(":")[0] for issue in issues) == sorted(open_)
    assert issues[0]["description"].startswith("attentionWeights_invariant_of_orthogonal: numeric")
    assert [i["severity"] for i in issues].count("blocker") == run.counts[Status.REFUTED]
    assert issues[0]["location"]["lines"]["begin"] == 15
    for issue in issues:
        keys = {"description", "check_name", "fingerprint", "severity", "location"}
        assert set(issue) == keys
        assert issue["location"]["path"]
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(faults(run))
