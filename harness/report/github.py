"""What GitHub Actions shows: annotations on lines of files, and the summary of a step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Outcome
from harness.report.faults import check_word, faults, severity
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import LegResult, Subject
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


def _faults(run: Run) -> list[tuple[Subject | CheckerResult, Evidence]]:
    """What is wrong or missing, waived legs left out unless they are refuted."""
    return [
        (subject, check)
        for subject in sorted(run.judged, key=severity)
        for result in subject.legs
        if result.is_against
        for check in result.telling
    ]


def _annotation(subject: Subject | CheckerResult, check: Evidence) -> str:
    default = Diagnostic(subject.file, subject.line, 1, "")
    place = check.diagnostics[0] if check.diagnostics else default
    level = "error" if check.outcome is Outcome.REFUTED else "warning"
    properties = {
        "file": place.file,
        "line": str(place.line),
        "col": str(place.column),
        "title": f"{subject.name}: {check.leg.value} {check_word(check)}",
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
    """A run as Markdown: what failed, worst first; a table of claims by legs; and why."""
    ranked = sorted(run.judged, key=severity)
    counts = Counter(claim.word for claim in sorted(run.claims, key=severity))
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    lines = [f"## {_escape(run.project)}: {told or 'no claims'}", ""]
    for fault in faults(run):
        why = f"{fault.words or fault.subject.word}. {fault.reason}"
        mark = _STATUS[fault.subject.status]
        lines.append(f"- {mark} **{_escape(fault.subject.name)}**: {_escape(_short(why))}")
    lines += [""] if lines[-1] else []
    lines.append("| | claim | " + " | ".join(leg.value for leg in run.legs) + " |")
    lines.append("|---" * (len(run.legs) + 2) + "|")
    for subject in ranked:
        results = {result.leg: result for result in subject.legs}
        cells = (_cell(results.get(leg)) for leg in run.legs)
        status = f"{_STATUS[subject.status]} {subject.word}"
        lines.append(f"| {status} | {_escape(subject.name)} | {' | '.join(cells)} |")
    for subject, check in _faults(run):
        title = f"{subject.name}, {check.leg.value}: {check_word(check)}"
        lines += ["", f"**{_escape(title)}**", "", _escape(check.summary)]
        lines += [f"- {_escape(str(diagnostic))}" for diagnostic in check.diagnostics]
        if check.replay:
            lines.append(f"- replay: {_escape(check.replay)}")
    lines += [f"\nwarning: {_escape(str(doubt))}" for doubt in run.doubts]
    return "\n".join(lines) + "\n"


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:299].rsplit(' ', 1)[0]} …"


def _cell(result: LegResult | None) -> str:
    return "" if result is None else f"{_MARK[result.outcome]} {result.word}"


def _escape(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|>~$@])", r"\\\1", flat)
