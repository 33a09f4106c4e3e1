"""axe finds nothing to complain of, in either theme, folded or unfolded, and on a long page."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from harness.report.html import to_html
from tests.browser.conftest import Reading, missing
from tests.report.demo import hostile, later, many

pytestmark = pytest.mark.browser

LATER, HOSTILE_PAGE = to_html(later()), to_html(hostile())


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core; the package that brings it is there for nothing else."""
    try:
        return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    except ModuleNotFoundError:
        missing("axe-core is not installed: pip install 'lean-harness[dev]'")
        raise


def violations(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)  # through the debugger, which the page's policy does not bind
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"]
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("html", [LATER, HOSTILE_PAGE], ids=["demo", "hostile"])
def test_unfolded(read: Reading, axe: str, html: str, theme: str) -> None:
    page = read(html, theme=theme)
    page.evaluate(
        "for (const d of document.querySelectorAll('details')) d.open = true;"
        "for (const a of document.querySelectorAll('article')) "
        "a.style.contentVisibility = 'visible'"
    )
    assert violations(page, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_long_page(read: Reading, axe: str, theme: str) -> None:
    page = read(to_html(many(70)), theme=theme)
    page.wait_for_selector("article .legs")
    assert violations(page, axe) == []


def test_a_narrow_page_does_not_scroll_sideways(read: Reading) -> None:
    page = read(LATER, viewport={"width": 360, "height": 800})
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_violation_would_be_seen(read: Reading, axe: str) -> None:
    broken = LATER.replace('<html lang="en">', "<html>")
    assert any(found.startswith("html-has-lang") for found in violations(read(broken), axe))
