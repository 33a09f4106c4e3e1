"""The page of two checkpoints in a browser: its style holds, it fits a phone, axe is content."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from harness.checkpoints.findings import Fault, Head, Report
from harness.report.checkpoint import to_html
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]


def page(*, is_right: bool) -> str:
    """32 layers by 32 heads; one of them may be wrong."""
    report = Report("old", "new", "llama", ("a" * 90,), "Something.", 4096)
    for layer in range(32):
        for number in range(32):
            for role in "kv":
                holds = is_right or (layer, number, role) != (7, 3, "k")
                turn = tuple(cmath.rect(1 + k / 8, k + number) for k in range(8))
                size = 0.02 * number if holds else 300.0
                head = Head(layer, role, number, (number,), size, 1e-4, True, holds, turn)
                report.heads.append(head)
    if not is_right:
        cause = "the interleaved pairing would"
        report.faults.append(Fault("layer 7, key head 3", "does not commute with RoPE", cause))
    return to_html(report)


QUESTION = """
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return [found.passes.length, found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.target}: ${node.failureSummary}`))];
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("is_right", [True, False])
def test_axe_finds_nothing(visit: Open, is_right: bool, theme: Any) -> None:
    found = visit(page(is_right=is_right), theme=theme)
    found.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    passes, violations = found.ask(QUESTION)
    assert passes > 10
    assert violations == []


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_its_style_is_admitted(ask: Callable[..., Any], width: int) -> None:
    script = """
      const colour = (found) => getComputedStyle(found).fill;
      return [document.documentElement.scrollWidth,
        new Set(all(".heads-map :is(.wrong, .shade-0, .shade-3)").map(colour)).size,
        colour(one(".heads-key rect.wrong")) === colour(one(".heads-map rect.wrong"))];
    """
    reach, colours, same = ask(page(is_right=False), script, width=width)
    assert reach <= width
    assert colours == 3
    assert same
