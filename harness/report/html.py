"""A run as one HTML file that works offline, from `file://`."""

from __future__ import annotations

from harness.report.page.render import render
from harness.results.run import Run


def to_html(run: Run) -> str:
    """A run as the text of a self-contained page."""
    return render(run)
