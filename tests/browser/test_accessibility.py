"""axe finds nothing to complain of, in either theme, with everything unfolded.

axe-core is one script, which the package `axe-playwright-python` brings along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from harness.results.run import Run
from tests.browser.conftest import Visit
from tests.report.demo import hostile, later
from tests.report.pages import page_of

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]


def short() -> Run:
    """A few claims and definitions, among which is every outcome; axe takes its time."""
    run = later()
    return replace(run, claims=run.claims[:6], definitions=run.definitions[:2])


PAGES = {"demo": short, "hostile": hostile}
QUESTION = """
  await until(() => one("[data-toggle]:enabled"));
  one("[data-unfold]")?.click();
  for (const details of all("details")) details.open = true;
  for (const article of all("article")) article.style.contentVisibility = "visible";
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return [found.passes.length, found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.target}: ${node.failureSummary}`))];
"""
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture(scope="session")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def complaints(visit: Visit, axe: str) -> tuple[int, list[str]]:
    """How many rules are kept, and each place where one is not."""
    visit.page.evaluate(axe)
    passes, violations = visit.ask(QUESTION)
    return passes, violations


@THEMES
@pytest.mark.parametrize("name", PAGES)
def test_it_finds_nothing(visit: Open, axe: str, name: str, theme: Any) -> None:
    passes, violations = complaints(visit(page_of(PAGES[name]), "theorems", theme=theme), axe)
    assert passes > 20
    assert violations == []


@THEMES
def test_it_would_find_a_faint_letter_in_that_theme(visit: Open, axe: str, theme: Any) -> None:
    faint = {"light": "#ddd", "dark": "#333"}[theme]
    found = visit(page_of(short), theme=theme)
    found.ask(f"one('h1').style.color = '{faint}'")
    _, violations = complaints(found, axe)
    assert any(found.startswith("color-contrast: h1") for found in violations)
