"""What people and tools read of a run: one reporter a file, each a pure function of a `Run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.results.run import Run

REPORTERS: Mapping[str, tuple[str, str]] = {
    "json": ("json:to_text", "all evidence as JSON"),
    "html": ("html:to_html", "the report"),
    "junit": ("junit:to_junit", "a JUnit file"),
    "sarif": ("sarif:to_sarif", "a SARIF file"),
    "gitlab": ("gitlab:to_gitlab", "a Code Quality file for GitLab"),
    "badge": ("badge:to_badge", "an SVG badge"),
    "summary": ("github:step_summary", "a summary in Markdown"),
}
"""The reporters that write files, by the kind of file, which is also the option that asks for it:
"module:function" of this folder, and what it writes."""


def reporter(kind: str) -> Callable[[Run], str]:
    """The reporter that writes a kind of file, imported when it is needed."""
    module, function = REPORTERS[kind][0].split(":")
    found: Any = getattr(import_module(f"harness.report.{module}"), function)
    assert callable(found), kind
    return found  # type: ignore[no-any-return] # a table of names has no types
