"""What a reader does: look at a phone, go back, read what failed, follow a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.results.run import Run
from tests.browser.conftest import Visit
from tests.report.demo import REFUTED, demo, drifting
from tests.report.pages import page_of
from tests.report.test_truth import SINGLE, refuted

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
Ask = Callable[..., Any]

READY = "await until(() => !one('[data-toggle]').disabled);"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_screen_names_and_links_what_is_refuted(ask: Ask, width: int) -> None:
    script = """
      const link = one(".headline .faults a"), box = link.getBoundingClientRect();
      return [link.textContent, box.bottom < 800, box.right < innerWidth, link.hash];
    """
    name, is_low_enough, is_within, target = ask(page_of(demo), script, width=width)
    assert name == REFUTED
    assert is_low_enough
    assert is_within
    assert target == f"#theorem/{REFUTED}/numeric"


def test_the_verdict_of_each_row_is_seen_on_a_phone(ask: Ask) -> None:
    script = """
      return all("tr[data-subject]").map((row) => row.querySelector(".chip .icon"))
        .filter((icon) => icon.getBoundingClientRect().right > innerWidth).length;
    """
    assert ask(page_of(demo), script, width=390) == 0


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_makes_the_page_wider_than_the_screen(ask: Ask, width: int) -> None:
    script = """
      one("[data-unfold]").click();
      await until(() => !one("[data-packed]:not(template)"));
      const wide = all("article .statement .formula, .stages")
        .filter((part) => part.scrollWidth > part.clientWidth + 1);
      return [document.documentElement.scrollWidth, wide.map((part) => part.textContent)];
    """
    assert ask(page_of(refuted), script, width=width) == [width, []]


def test_back_leads_to_where_one_was_and_undoes_a_switch(visit: Open) -> None:
    found = visit(page_of(demo))
    found.ask(READY)
    found.page.locator("[data-toggle=small]").click()
    assert found.ask("return location.hash") == "#off=small"
    found.page.evaluate("scrollTo({ top: 900, behavior: 'instant' })")
    was = found.ask("return scrollY")
    found.page.evaluate(f"one => document.querySelector('a.name[href$=\"{SINGLE}\"]').click()")
    found.ask("await until(() => location.hash.startsWith('#theorem'))")
    found.ask(f"await until(() => scrollY > {was} + 500)")
    found.page.go_back()
    found.ask(f"await until(() => Math.abs(scrollY - {was}) < 3)")
    assert found.ask("return one('[data-toggle=small]').checked") is False
    found.page.go_back()
    found.ask("await until(() => one('[data-toggle=small]').checked)")
    found.page.go_forward()
    found.ask("await until(() => !one('[data-toggle=small]').checked)")
    assert found.console == []


def with_preset() -> Run:
    [checker] = demo().checkers
    return replace(demo(), checkers=(replace(checker, presets={"both off": ("small", "even")}),))


def test_a_preset_switches_what_it_says(ask: Ask) -> None:
    script = f"""{READY}
      const preset = one("[data-preset]");
      preset.click();
      const off = all("[data-toggle]").filter((box) => !box.checked);
      return [location.hash, off.map((box) => box.dataset.toggle), preset.ariaPressed];
    """
    assert ask(page_of(with_preset), script) == ["#off=small%2Ceven", ["small", "even"], "true"]


def test_the_formula_is_in_view_while_one_switches(ask: Ask) -> None:
    script = f"""{READY}
      one("[data-toggle]").click();
      return all("[data-answer] > .claimed .formula").length;
    """
    assert ask(page_of(demo), script) > 0


def test_what_drifted_is_not_torn_apart_on_paper(visit: Callable[..., Visit]) -> None:
    found = visit(page_of(drifting))
    inside = "all('.drifted, .drifted figure').map((each) => getComputedStyle(each).breakInside)"
    assert set(found.ask(f"return {inside}")) == {"auto"}
    found.page.emulate_media(media="print")
    assert set(found.ask(f"return {inside}")) == {"avoid"}
