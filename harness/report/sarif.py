"""A run as SARIF 2.1.0: what is not confirmed, pointing into the specification and Lean files."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from harness import __version__
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Leg, Outcome
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import LegResult, Subject

_LEVEL = {
    Outcome.REFUTED: "error",
    Outcome.ERROR: "warning",
    Outcome.INCONCLUSIVE: "warning",
    Outcome.NOT_RUN: "warning",
}


def to_sarif(run: Run) -> str:
    """A run as the text of a SARIF file."""
    driver = {
        "name": "lean-harness",
        "semanticVersion": __version__,
        "rules": [_rule(leg) for leg in Leg],
    }
    results = [
        found
        for subject in run.judged
        for result in subject.legs
        for found in _results(subject, result)
    ]
    analysis = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [analysis],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(leg: Leg) -> dict[str, Any]:
    return {
        "id": leg.value,
        "shortDescription": {"text": f"The {leg.value} leg of evidence"},
        "fullDescription": {"text": leg.question},
    }


def _results(subject: Subject | CheckerResult, result: LegResult) -> list[dict[str, Any]]:
    if not result.is_against:
        return []
    found = [check for check in result.checks if check.outcome in _LEVEL] or result.telling
    return [_result(subject, check) for check in found]


def _result(subject: Subject | CheckerResult, check: Evidence) -> dict[str, Any]:
    places = check.diagnostics or (Diagnostic(subject.file, subject.line, 1, ""),)
    messages = [f"{subject.name}: {check.outcome.value}: {check.summary}"]
    messages += [place.message for place in places if place.message]
    identity = "\n".join((subject.name, check.leg.value, check.check))
    return {
        "ruleId": check.leg.value,
        "ruleIndex": list(Leg).index(check.leg),
        "level": _LEVEL[check.outcome],
        "message": {"text": "\n".join(messages)},
        "locations": [_location(place) for place in places if place.file],
        "partialFingerprints": {"check/v1": sha256(identity.encode()).hexdigest()},
    }


def _location(place: Diagnostic) -> dict[str, Any]:
    region = {"startLine": max(1, place.line), "startColumn": max(1, place.column)}
    artifact = {"uri": quote(place.file), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}
