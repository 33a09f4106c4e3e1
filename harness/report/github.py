"""What GitHub Actions shows: annotations on lines of files, and the summary of a step."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Outcome
from harness.report.model.checker import Checker
from harness.report.model.run import Run
from harness.report.model.subject import Subject
from harness.verdict import Status

ANNOTATIONS = 10
"""GitHub shows no more of a step; the summary has them all."""

_MARK = {
    Outcome.CONFIRMED: "✅",
    Outcome.REFUTED: "❌",
    Outcome.INCONCLUSIVE: "❔",
    Outcome.NOT_RUN: "⬜",
    Outcome.NOT_APPLICABLE: "➖",
    Outcome.ERROR: "⚠️",
}
_STATUS = {Status.CONFIRMED: "✅", Status.REFUTED: "❌", Status.UNDECIDED: "❔"}


def workflow_commands(run: Run) -> str:
    """Workflow commands for what is not confirmed, refutations first."""
    found = _faults(run)
    found.sort(key=lambda item: item[1].outcome is not Outcome.REFUTED)
    lines = [_annotation(subject, check) for subject, check in found]
    lines += [_warning(doubt) for doubt in run.doubts]
    lines = lines[:ANNOTATIONS]
    return "".join(f"{line}\n" for line in lines)


def _faults(run: Run) -> list[tuple[Subject | Checker, Evidence]]:
    """What is wrong or missing, waived legs left out unless they are refuted."""
    found: list[tuple[Subject | Checker, Evidence]] = []
    for subject in run.judged:
        for result in subject.legs:
            if result.outcome in (Outcome.CONFIRMED, Outcome.NOT_APPLICABLE):
                continue
            if result.waived and result.outcome is not Outcome.REFUTED:
                continue
            worst = [c for c in result.checks if c.outcome is result.outcome]
            if not worst:
                missing = "No check answered for this leg."
                worst = [Evidence(subject.name, result.leg, "", result.outcome, missing)]
            found += [(subject, check) for check in worst]
    return found


def _annotation(subject: Subject | Checker, check: Evidence) -> str:
    default = Diagnostic(subject.file, subject.line, 1, "")
    place = check.diagnostics[0] if check.diagnostics else default
    level = "error" if check.outcome is Outcome.REFUTED else "warning"
    properties = {
        "file": place.file,
        "line": str(place.line),
        "col": str(place.column),
        "title": f"{subject.name}: {check.leg.value} {check.outcome.value}",
    }
    text = f"{check.summary}\n{place.message}".strip()
    return _command(level, properties, text)


def _warning(doubt: Diagnostic) -> str:
    place = {"file": doubt.file, "line": str(doubt.line), "col": str(doubt.column)}
    return _command("warning", place, doubt.message)


def _command(level: str, properties: Mapping[str, str], text: str) -> str:
    joined = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{level} {joined}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def step_summary(run: Run) -> str:
    """A run as Markdown: a table of claims by legs, and what is wrong below it."""
    counts = ", ".join(f"{count} {status.value}" for status, count in run.counts.items() if count)
    lines = [f"## {_escape(run.project)}: {counts or 'no claims'}", ""]
    lines.append("| | claim | " + " | ".join(leg.value for leg in run.legs) + " |")
    lines.append("|---" * (len(run.legs) + 2) + "|")
    for subject in run.judged:
        outcomes = {result.leg: result.outcome for result in subject.legs}
        cells = (_cell(outcomes.get(leg)) for leg in run.legs)
        status = f"{_STATUS[subject.status]} {subject.status.value}"
        lines.append(f"| {status} | {_escape(subject.name)} | {' | '.join(cells)} |")
    for subject, check in _faults(run):
        title = f"{subject.name}, {check.leg.value}: {check.outcome.value}"
        lines += ["", f"**{_escape(title)}**", "", _escape(check.summary)]
        lines += [f"- {_escape(str(diagnostic))}" for diagnostic in check.diagnostics]
        if check.replay:
            lines.append(f"- replay: {_escape(check.replay)}")
    lines += [f"\nwarning: {_escape(str(doubt))}" for doubt in run.doubts]
    return "\n".join(lines) + "\n"


def _cell(outcome: Outcome | None) -> str:
    return "" if outcome is None else f"{_MARK[outcome]} {outcome.value}"


def _escape(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|>~$@])", r"\\\1", flat)
