"""A run as a Code Quality file, which GitLab shows beside the lines of a merge request."""

from __future__ import annotations

import json
from hashlib import sha256

from harness.report.faults import faults
from harness.results.run import Run
from harness.verdict import Status


def to_gitlab(run: Run) -> str:
    """What is not confirmed, worst first: one issue a claim, at its line of a file."""
    issues = []
    for fault in faults(run):
        subject, check = fault.subject, fault.check
        file, line = subject.file, subject.line
        if check is not None and check.diagnostics:
            file, line = check.diagnostics[0].file, check.diagnostics[0].line
        name = f"harness/{fault.legs[0].leg.value}" if fault.legs else "harness"
        issues.append(
            {
                "description": f"{subject.name}: {fault.words or subject.word}. {fault.reason}",
                "check_name": name,
                # The same while the same leg has the same against the same claim.
                "fingerprint": sha256(f"{subject.name}\n{name}".encode()).hexdigest(),
                "severity": "blocker" if subject.status is Status.REFUTED else "major",
                "location": {"path": file, "lines": {"begin": max(line, 1)}},
            }
        )
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"
