"""A run as a JUnit file: a suite for each leg, a case for each claim, definition or checker.

`file` and `line` attributes are left out: newer schema checks reject them.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.evidence import Outcome
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import LegResult, Subject

_ELEMENT = {
    Outcome.REFUTED: "failure",
    Outcome.ERROR: "error",
    Outcome.INCONCLUSIVE: "error",
    Outcome.NOT_RUN: "error",
    Outcome.NOT_APPLICABLE: "skipped",
}
"""Not run is an error: a case that is skipped counts as passed for most readers."""


def to_junit(run: Run) -> str:
    """A run as the text of a JUnit file."""
    root = Element("testsuites", {"name": _clean(run.project), "time": f"{run.seconds:.3f}"})
    for leg in run.legs:
        suite = SubElement(root, "testsuite", {"name": leg.value})
        for subject in run.judged:
            for result in subject.legs:
                if result.leg is leg:
                    suite.append(_case(subject, result))
        _count(suite)
    _count(root)
    del root.attrib["skipped"]  # which schemas know of suites alone
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(subject: Subject | CheckerResult, result: LegResult) -> Element:
    seconds = sum(check.seconds for check in result.checks)
    attributes = {
        "classname": _clean(subject.name),
        "name": result.leg.value,
        "time": f"{seconds:.3f}",
    }
    case = Element("testcase", attributes)
    tag = _ELEMENT.get(result.outcome)
    if result.is_waived:
        waived = _clean(f"waived: {result.waived}")
        SubElement(case, "skipped", {"message": waived})
    elif tag is not None:
        found = SubElement(case, tag, {"message": _clean(result.telling[0].summary)})
        if tag != "skipped":
            found.set("type", result.outcome.value)
            found.text = _clean("\n".join(_details(result)))
    return case


def _details(result: LegResult) -> list[str]:
    lines: list[str] = []
    for check in result.checks:
        lines.append(f"{check.check}: {check.outcome.value}: {check.summary}")
        lines += [f"  {diagnostic}" for diagnostic in check.diagnostics]
        if check.replay:
            lines.append(f"  replay: {check.replay}")
    return lines


def _count(suite: Element) -> None:
    for attribute, path in {
        "tests": ".//testcase",
        "failures": ".//failure",
        "errors": ".//error",
        "skipped": ".//skipped",
    }.items():
        suite.set(attribute, str(len(suite.findall(path))))


def _clean(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot hold in any spelling."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
