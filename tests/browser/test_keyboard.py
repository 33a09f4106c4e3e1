"""Everything can be reached and worked without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.report.demo import demo
from tests.report.pages import page_of

pytestmark = pytest.mark.browser
Ask = Callable[..., Any]

FIRST = "theorem/attentionBlockOutput_invariant_of_shared_rotation"


def test_a_stroke_goes_to_the_filter_and_escape_leaves_it(ask: Ask) -> None:
    script = """
      press("/");
      const at = document.activeElement.id;
      one("#filter").value = "status:refuted";
      one("#filter").dispatchEvent(new Event("input", { bubbles: true }));
      const found = [at, shown(), location.hash];
      press("Escape");
      return [...found, document.activeElement.id, shown(), location.hash];
    """
    every = len(demo().subjects)
    found = ask(page_of(demo), script)
    assert found == ["filter", 1, "#q=status%3Arefuted", "", every, ""]


def test_a_stroke_in_the_filter_is_a_letter(ask: Ask) -> None:
    script = """
      one("#filter").focus();
      const event = new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true });
      return one("#filter").dispatchEvent(event);
    """
    assert ask(page_of(demo), script) is True


def test_whatever_does_something_can_be_focused(ask: Ask) -> None:
    """Links, buttons and summaries take the focus by themselves, and all else that scrolls."""
    script = """
      await until(() => one("[data-toggle]:enabled"));
      for (const details of all("details")) details.open = true;
      for (const article of all("article")) article.style.contentVisibility = "visible";
      const lost = all("a, button, input, summary").filter((element) => {
        element.focus();
        return document.activeElement !== element;
      });
      const stuck = all("main *").filter((element) =>
        element.scrollWidth > element.clientWidth + 1 && element.tabIndex < 0 &&
        ["auto", "scroll"].includes(getComputedStyle(element).overflowX) &&
        !element.querySelector("a, button"));
      return [lost, stuck].map((found) => found.map((element) => element.outerHTML.slice(0, 200)));
    """
    assert ask(page_of(demo), script, width=500) == [[], []]


def test_a_word_of_the_query_language_is_a_button(ask: Ask) -> None:
    script = """
      const word = one("[data-query='status:refuted']");
      word.click();
      const found = [one("#filter").value, document.activeElement.id, shown()];
      word.click();
      return [word.localName, ...found, shown()];
    """
    every = len(demo().subjects)
    assert ask(page_of(demo), script) == ["button", "status:refuted", "filter", 1, every]


def test_a_cell_of_the_matrix_leads_to_its_evidence(ask: Ask) -> None:
    script = """
      const link = one("tr[data-subject] td > a"), name = decodeURIComponent(link.hash.slice(1));
      link.click();
      await until(() => named(name)?.open);
      return [name, decodeURIComponent(location.hash.slice(1))];
    """
    name, place = ask(page_of(demo), script)
    assert place == name
    assert name.split("/")[-1] in [leg.value for leg in demo().legs]


def test_a_hypothesis_shows_itself_in_lean_and_in_the_specification(ask: Ask) -> None:
    script = f"""
      const article = named("{FIRST}");
      await until(() => article.querySelector("[data-part=orthogonal]"));
      const button = article.querySelector("[data-part=orthogonal]");
      button.focus();
      button.click();
      const near = [...article.querySelectorAll("pre .near")].map((part) => part.textContent);
      return [button.localName, article.querySelector(".sources").open, near];
    """
    near = ["(orthogonal : mul (transpose R) R = identity)", "orthogonal: Rᵀ @ R = 1"]
    assert ask(page_of(demo), script, fragment=FIRST) == ["button", True, near]


def test_a_parameter_shows_itself_in_lean_and_in_the_specification(ask: Ask) -> None:
    script = f"""
      const article = named("{FIRST}");
      await until(() => article.querySelector(".statement button[data-part=R]"));
      article.querySelector(".statement button[data-part=R]").focus();
      return [...article.querySelectorAll("pre .near")].map((part) => part.textContent);
    """
    assert ask(page_of(demo), script, fragment=FIRST) == ["(R : Mat α d d)", "R: matrix(d, d)"]


def test_a_node_of_the_graph_shows_its_neighbours_and_leads_on(ask: Ask) -> None:
    script = """
      const node = one("a[data-node=attentionContext]");
      node.focus();
      return [node.getAttribute("href"), all(".node.near").map((near) => near.dataset.node)];
    """
    href, near = ask(page_of(demo), script)
    assert href == "#definition/attentionContext"
    assert {"attentionWeights", "attentionContext", "attentionBlockOutput"} <= set(near)
    assert "planeRotation" not in near


def test_the_theme_goes_round_and_is_remembered(ask: Ask) -> None:
    script = """
      const toggle = one("[data-theme-toggle]"), found = [];
      for (let i = 0; i < 3; i++) {
        toggle.click();
        found.push(document.documentElement.dataset.theme || "auto", localStorage.getItem("theme"));
      }
      return found;
    """
    assert ask(page_of(demo), script) == ["light", "light", "dark", "dark", "auto", "auto"]


def test_a_narrow_page_does_not_scroll_sideways(ask: Ask) -> None:
    script = """
      for (const details of all("details")) details.open = true;
      return document.documentElement.scrollWidth - innerWidth;
    """
    assert ask(page_of(demo), script, width=500) <= 0
