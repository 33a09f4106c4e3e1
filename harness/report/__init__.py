"""What people and tools read of a run: one reporter a file, each a pure function of a `Run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.results.run import Run


def reporters() -> Mapping[str, Callable[[Run], str]]:
    """The reporters that write files, by the kind of file."""
    from harness.report.badge import to_badge
    from harness.report.github import step_summary
    from harness.report.html import to_html
    from harness.report.json import to_text
    from harness.report.junit import to_junit
    from harness.report.sarif import to_sarif

    return {
        "html": to_html,
        "json": to_text,
        "junit": to_junit,
        "sarif": to_sarif,
        "badge": to_badge,
        "summary": step_summary,
    }
