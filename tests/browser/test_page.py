"""The report in a real browser: nothing runs that should not, and what should run does."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import pytest

from tests.browser.conftest import Visit
from tests.report.demo import HOSTILE, demo, hostile
from tests.report.pages import page_of

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]


def shown(dom: str) -> set[str]:
    """The names of the claims and definitions that are not hidden."""
    articles = re.findall(r"<article [^>]*>", dom)
    return {
        unescape(re.search(r'data-name="([^"]*)"', article)[1])  # type: ignore[index]
        for article in articles
        if " hidden" not in article
    }


def test_it_loads_without_a_complaint(visit: Open) -> None:
    found = visit(page_of(demo))
    assert found.console == []
    assert "Theme: auto" in found.dom
    assert len(shown(found.dom)) == len(demo().subjects)


def test_the_complaints_would_be_seen(visit: Open) -> None:
    broken = page_of(demo).replace("</main>", "<script>alert(1)</script></main>")
    assert any("Content Security Policy" in line for line in visit(broken).console)


def test_hostile_text_is_shown_as_text(visit: Open) -> None:
    found = visit(page_of(hostile))
    assert found.console == []
    assert "<img" not in found.dom
    assert found.dom.count("<script") == 1
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", found.dom, re.DOTALL)
    assert headline is not None
    assert unescape(headline[1]) == HOSTILE


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status:refuted", {"attentionWeights_invariant_of_orthogonal"}),
        ("status:refuted leg:numeric", {"attentionWeights_invariant_of_orthogonal"}),
        ("status:refuted leg:proof", set()),
        ('status:"not run" leg:numeric', {"blockDiag_orthogonal"}),
        ("status:not-run", {"blockDiag_orthogonal"}),
        ("kind:definition planerotation", {"planeRotation"}),
        ("status:undecided -leg:numeric", set()),
        (
            "status:undecided -blockdiag -multihead",
            {"attentionContext_equivariant_of_orthogonal"},
        ),
        ("no such thing", set()),
    ],
)
def test_the_filter_in_the_address_is_applied(visit: Open, query: str, names: set[str]) -> None:
    from urllib.parse import urlencode

    found = visit(page_of(demo), urlencode({"q": query}))
    assert shown(found.dom) == names
    assert f"{len(names)} of {len(demo().subjects)} shown" in found.dom


def test_the_theme_in_the_address_is_applied(visit: Open) -> None:
    assert '<html lang="en" data-theme="dark">' in visit(page_of(demo), "theme=dark").dom


def test_what_is_linked_to_is_unfolded(visit: Open) -> None:
    subject = "theorem/scores_invariant_of_orthogonal"
    name = f"{subject}/proof"
    near = visit(page_of(demo), subject.replace("/", "%2F"))
    assert not near.ask(f"await until(() => named('{name}')); return named('{name}').open")
    linked = visit(page_of(demo), name.replace("/", "%2F") + "/kernel")
    assert linked.ask(f"await until(() => named('{name}')?.open); return named('{name}').open")


@pytest.mark.parametrize(
    "fragment", ["%E0%A4%A", "q=%E0%A4%A", "no/such/place", "%3Cimg%20src%3Dx%3E", "theorem/", "//"]
)
def test_an_address_that_leads_nowhere_does_no_harm(visit: Open, fragment: str) -> None:
    found = visit(page_of(demo), fragment)
    found.ask("await until(() => one('[data-toggle]:enabled'))")
    assert found.console == []
    assert "<img" not in found.dom


@pytest.mark.parametrize(
    "query", [HOSTILE, "-", ":", "status:", '"', 'a"b', '-status:"', "((((", "\\", "leg:" * 5000]
)
def test_a_query_is_only_compared(visit: Open, query: str) -> None:
    found = visit(page_of(demo))
    found.page.fill("#filter", query)
    assert found.ask("return all('main img, main script').length") == 0
    assert found.console == []


def test_each_step_of_a_sketch_has_a_link_and_names_those_it_uses(visit: Open) -> None:
    name = "theorem/scores_invariant_of_orthogonal/sketch"
    found = visit(page_of(demo), quote(f"{name}/3", safe=""))
    script = f"""
      await until(() => named("{name}/3"));
      const step = named("{name}/3");
      await until(() => Math.abs(step.getBoundingClientRect().top) < 700);
      return [step.closest("details").open,
        [...step.querySelectorAll(".reason a")].map((link) => link.getAttribute("href"))];
    """
    is_open, links = found.ask(script)
    assert is_open
    assert links == [f"#{name}/1", f"#{name}/2"]


def test_evidence_has_plots_that_say_what_they_show(visit: Open) -> None:
    found = visit(page_of(demo), "theorem%2Fscores_invariant_of_orthogonal%2Fnumeric")
    script = "await until(() => one('.chart svg')); return all('.chart').map((f) => f.innerText)"
    [text] = found.ask(script)
    assert "Error over bound" in text
