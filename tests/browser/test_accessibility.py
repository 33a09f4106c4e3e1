"""axe finds nothing to complain of, in either theme, with everything unfolded.

axe-core is one script. It is taken from a Python package that brings it along, where one is
installed, or from the file that `HARNESS_AXE` names; without it these tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from harness.report.html import to_html
from tests.report.demo import hostile, later, many

pytestmark = pytest.mark.browser
Ask = Callable[..., Any]

PAGES = {"demo": to_html(later()), "hostile": to_html(hostile()), "long": to_html(many(70))}
QUESTION = """
  await until(() => one("article .legs"));
  for (const details of all("details")) details.open = true;
  for (const article of all("article")) article.style.contentVisibility = "visible";
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return [found.passes.length, found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.target}: ${node.failureSummary}`))];
"""
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture(scope="session")
def axe() -> str:
    named = os.environ.get("HARNESS_AXE")
    if named:
        return Path(named).read_text("utf-8")
    for package in ("axe_playwright_python", "axe_core_python"):
        try:
            return (files(package) / "axe.min.js").read_text("utf-8")
        except (ModuleNotFoundError, FileNotFoundError):
            continue
    pytest.skip("axe-core is not here: pip install --no-deps axe-playwright-python")


@THEMES
@pytest.mark.parametrize("name", PAGES)
def test_it_finds_nothing(ask: Ask, axe: str, name: str, theme: str) -> None:
    dark = "document.documentElement.dataset.theme = " + repr(theme) + ";"
    passes, violations = ask(PAGES[name], axe, dark + QUESTION, fragment="theorems")
    assert passes > 20
    assert violations == []


@THEMES
def test_it_would_find_a_faint_letter_in_that_theme(ask: Ask, axe: str, theme: str) -> None:
    faint = {"light": "#ddd", "dark": "#333"}[theme]
    script = f"document.documentElement.dataset.theme = '{theme}';"
    script += f"one('h1').style.color = '{faint}';"
    _, violations = ask(PAGES["demo"], axe, script + QUESTION)
    assert any(found.startswith("color-contrast: h1") for found in violations)
