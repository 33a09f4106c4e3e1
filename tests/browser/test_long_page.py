"""A page with a thousand claims: it paints at once, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from harness.report.html import to_html
from tests.report.demo import demo, hostile, many
from tests.report.pages import page_of

pytestmark = pytest.mark.browser
Ask = Callable[..., Any]

MAX_BYTES = 2_500_000
UNREAD = "all('[data-packed]').length"
PRINT = "dispatchEvent(new Event('beforeprint'))"
READ = "await until(() => one('.body .legs'))"


def test_it_is_small_enough_to_send() -> None:
    assert len(page_of(many).encode()) < MAX_BYTES


def test_few_bytes_stand_before_the_first_row_and_the_parcel_after_everything() -> None:
    """A browser paints what it has read of a page: `benchmarks/report.py` says when it does."""
    html = page_of(many)
    assert len(html.split("<tr data-subject")[0].encode()) < 100_000
    assert "<article" not in html[html.index('id="packed"') :]


def test_what_is_refuted_can_be_read_without_a_script() -> None:
    html = page_of(many)
    first = html[html.index('<article class="subject is-refuted"') :].split("</article>")[0]
    assert 'class="statement"' in first
    assert 'class="counterexample"' in first


def test_nothing_is_unpacked_before_something_is_painted(ask: Ask) -> None:
    painted, unpacked = ask(
        page_of(many),
        "const paints = () => performance.getEntriesByType('paint').map((e) => e.startTime);"
        "const when = () => performance.getEntriesByName('unpacked').map((e) => e.startTime);"
        "await until(() => paints().length && when().length); return [paints(), when()]",
    )
    assert min(painted) <= min(unpacked)


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_painted_first_is_little_and_the_button_brings_the_other_rows(
    ask: Ask, width: int
) -> None:
    """Each element costs a phone's processor time before anything is seen."""
    elements, rows, subject, bands, every = ask(
        page_of(many),
        f"const rows = () => all('tr[data-subject]').length; {READ};"
        "const elements = all(':not(.body *)').length, before = rows();"
        "for (const button of all('[data-more]')) { button.focus(); button.click(); }"
        "const row = document.activeElement.closest('tr');"
        "return [elements, before, row.dataset.subject,"
        "  all('tbody').filter((body) => body.querySelector('.band')).length, rows()]",
        fragment="theorems",
        width=width,
    )
    assert elements < 25_000
    assert rows < 100
    assert subject in {f"{each.kind.value}/{each.name}" for each in many().subjects}
    assert bands == ask(page_of(many), "return all('.matrix tbody:has(.band)').length")
    assert every == len(many().subjects)


def test_the_filter_finds_rows_that_were_packed(ask: Ask) -> None:
    name = many().claims[-1].name
    rows = "all('tr[data-subject]').filter((row) => !row.hidden).map((r) => r.dataset.subject)"
    script = f"await until(() => {rows}.length === 1); return {rows}"
    assert ask(page_of(many), script, fragment=f"q={quote(name)}") == [f"theorem/{name}"]


def test_a_link_leads_into_details_that_are_compressed(ask: Ask) -> None:
    name = f"theorem/{many().claims[700].name}/proof/kernel"
    top, is_open, unread = ask(
        page_of(many),
        f"const found = () => named('{name}'); await until(found);"
        "const top = () => found().getBoundingClientRect().top;"
        "await until(() => Math.abs(top()) < 300);"
        f"return [top(), found().closest('details').open, {UNREAD}]",
        fragment=quote(name, safe=""),
    )
    assert abs(top) < 300
    assert is_open
    assert unread > 900


def test_scrolling_fills_in_what_comes_near(ask: Ask) -> None:
    name = f"theorem/{many().claims[700].name}"
    script = (
        f"const article = named('{name}');"
        "article.scrollIntoView({ behavior: 'instant' });"
        "await until(() => article.querySelector('.legs')); return true"
    )
    assert ask(page_of(many), script)


def test_a_printout_has_every_statement(ask: Ask) -> None:
    script = f"{READ}; {PRINT}; return all('article').length - all('article .statement').length"
    assert ask(page_of(many), script, fragment="theorems") == 0


def test_a_search_in_the_page_finds_everything(ask: Ask) -> None:
    script = f"{READ}; press('f', {{ ctrlKey: true }}); return {UNREAD}"
    assert ask(page_of(many), script, fragment="theorems") == 0


def test_the_filter_answers_at_once(ask: Ask) -> None:
    shown, said = ask(
        page_of(many),
        "const field = one('#filter'); field.value = 'status:refuted';"
        "field.dispatchEvent(new Event('input', { bubbles: true }));"
        "return [shown(), one('[data-shown]').textContent]",
    )
    wanted = sum(claim.status == "refuted" for claim in many().claims)
    assert shown == wanted
    assert said.startswith(f"{wanted} of ")


def test_details_say_the_same_compressed_or_not(ask: Ask) -> None:
    name = f"theorem/{demo().claims[2].name}"
    texts = []
    for html, anchor in ((page_of(demo), name), (to_html(many(70)), f"{name}_0")):
        text = ask(
            html,
            f"const article = named('{anchor}');"
            "await until(() => article.querySelector('.legs')); return article.textContent",
            fragment=quote(anchor, safe=""),
        )
        texts.append(" ".join(text.split()).replace("_0", ""))
    assert texts[0] == texts[1]


def test_hostile_text_stays_text_when_it_comes_from_the_parcel(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.report.page.render.LIMIT", 0)
    found = ask(
        to_html(many(5, hostile)),
        f"await until(() => {{ one('[data-unfold]').click(); return !{UNREAD}; }});"
        f"return [{UNREAD}, all('img').length, all('main script').length]",
        fragment="refuted",
    )
    assert found == [0, 0, 0]
