"""The checker answers what the lattice answers, for every combination, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from harness.claims.project import load_project
from harness.lattice import Lattice
from harness.necessity.leg import check_lattice
from harness.plain import from_plain
from harness.report.html import to_html
from harness.report.page.checker import slug, table
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.run import Plan
from harness.verdict import Status
from tests.browser.conftest import Visit
from tests.report.demo import ROOT, demo, hostile, lattice
from tests.report.pages import page_of

pytestmark = pytest.mark.browser
Ask = Callable[..., Any]
Open = Callable[..., Visit]

READY = "await until(() => !one('[data-toggle]').disabled);"
VERDICTS = "all('[data-verdict]').map((word) => word.textContent.trim())"
EVERY = f"""{READY}
  const boxes = all("[data-toggle]"), found = [];
  for (let mask = 0; mask < 2 ** boxes.length; mask++) {{
    boxes.forEach((box, i) => {{ box.checked = !(mask >> i & 1); }});
    boxes[0].dispatchEvent(new Event("change", {{ bubbles: true }}));
    found.push({VERDICTS});
  }}
  return found;
"""


def with_lattice(found: Lattice | None) -> Run:
    checker = CheckerResult("c", "A checker", "It says.", "c.yaml", Status.CONFIRMED, None, found)
    return replace(demo(), checkers=(checker,))


SMALL = from_plain(lattice(""), Lattice)


def small() -> Run:
    return with_lattice(SMALL)


def expected(found: Lattice) -> list[list[str]]:
    names = [toggle.name for toggle in found.toggles]
    return [
        [answer.answer for answer in found.at([n for i, n in enumerate(names) if mask >> i & 1])]
        for mask in range(2 ** len(names))
    ]


@pytest.mark.slow
def test_it_says_what_the_lattice_says_in_all_combinations(ask: Ask) -> None:
    """The project's own lattice, each of the 512 combinations of its nine toggles."""
    plan = Plan(load_project(ROOT), cache=ROOT / "nothing-kept")
    checker = plan.checkers[0]
    [found] = check_lattice(checker, plan.project.library)
    own = from_plain(found.data, Lattice)
    answers = ask(to_html(with_lattice(own)), EVERY)
    assert len(answers) == 512
    assert answers == expected(own)


def test_it_says_what_a_small_lattice_says(ask: Ask) -> None:
    found = ask(page_of(small), EVERY)
    assert found == expected(SMALL) == [["holds"], ["fails"], ["fails"], ["trivial"]]


@pytest.mark.parametrize(
    "spoilt",
    [
        replace(SMALL, cells=SMALL.cells[1:]),
        replace(SMALL, cells=(replace(SMALL.cells[0], answers=(7,)), *SMALL.cells[1:])),
        replace(SMALL, cells=(replace(SMALL.cells[0], answers=()), *SMALL.cells[1:])),
        replace(SMALL, answers=(replace(SMALL.answers[0], answer="Holds"), *SMALL.answers[1:])),
        replace(SMALL, answers=(replace(SMALL.answers[0], answer="fails"), *SMALL.answers[1:])),
        replace(SMALL, cells=(*SMALL.cells, SMALL.cells[0])),
    ],
    ids=[
        *("cell missing", "answer missing", "no answer", "word unknown"),
        *("fails without a counterexample", "two cells for one combination"),
    ],
)
def test_what_the_lattice_does_not_answer_is_unknown(ask: Ask, spoilt: Lattice) -> None:
    assert ask(to_html(with_lattice(spoilt)), EVERY)[0] == ["unknown"]


def test_a_checker_without_a_lattice_has_no_toggles_and_no_verdict(ask: Ask) -> None:
    script = "return [all('[data-toggle]').length, all('[data-verdict]').length]"
    assert ask(to_html(with_lattice(None)), script) == [0, 0]


def test_the_keyboard_switches_and_the_address_follows(visit: Open) -> None:
    found = visit(page_of(small))
    found.ask(READY)
    box = found.page.locator("[data-toggle=small]")
    box.focus()
    found.page.keyboard.press("Space")
    assert found.ask(f"return [location.hash, {VERDICTS}]") == ["#off=small", ["fails"]]
    found.page.keyboard.press("Tab")
    found.page.keyboard.press("Space")
    assert found.ask(f"return [location.hash, {VERDICTS}]") == ["#off=small%2Ceven", ["trivial"]]
    found.page.get_by_role("button", name="All on").press("Enter")
    assert found.ask(f"return [location.hash, {VERDICTS}]") == ["", ["holds"]]
    assert found.console == []


def test_the_address_sets_the_toggles_and_the_worked_answer_is_there(ask: Ask) -> None:
    script = f"""{READY}
      const box = one("[data-toggle=even]"), details = one("[data-answer] details");
      return [box.checked, {VERDICTS}, details.querySelector(".counterexample") !== null,
        one("[data-near]").textContent, one("[data-near] a").getAttribute("href")];
    """
    near = ["It holds with even on.", "#off="]
    assert ask(page_of(small), script, "off=even") == [False, ["fails"], True, *near]
    script = f"{READY} return all('[data-answer] .chain li:not(.from)').length"
    assert ask(page_of(small), script) == 3


def test_an_address_with_a_toggle_that_is_not_there_says_so(ask: Ask) -> None:
    script = f"{READY} const said = one('[data-stray]'); return [said.hidden, said.textContent]"
    is_hidden, said = ask(page_of(small), script, f"off={quote('<b>odd')}")
    assert not is_hidden
    assert "<b>odd" in said


def test_details_stay_open_from_one_combination_to_the_next(ask: Ask) -> None:
    script = f"""{READY}
      one("[data-answer] details").open = true;
      one("[data-toggle]").click();
      return [one("[data-answer] details").open, one("[data-answer] summary").textContent.trim()];
    """
    assert ask(page_of(small), script) == [True, "Counterexample"]


def test_hostile_texts_are_texts(ask: Ask) -> None:
    script = f"""{READY}
      for (const details of all("details")) details.open = true;
      const found = [];
      for (const box of all("[data-toggle]")) {{
        box.click();
        found.push(all(".checker img, .checker script").length);
      }}
      return found;
    """
    assert ask(page_of(hostile), script) == [0, 0]


def test_the_ways_out_lead_to_combinations_that_hold() -> None:
    plan = Plan(load_project(ROOT), cache=ROOT / "nothing-kept")
    for own in plan.checkers:
        assert len({slug(toggle.name) for toggle in own.toggles}) == len(own.toggles)
    [checker] = with_lattice(SMALL).checkers
    found = table(checker)
    assert found is not None
    assert found.near == [[[]], [[0]], [[0]], [[]]]
