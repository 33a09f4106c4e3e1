"""The page: self-contained, guarded by its policy, and no text in it is markup."""

from __future__ import annotations

import itertools
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from harness.report.html import to_html
from harness.report.page import chart, evidence, mathematics, opening, words
from harness.results.run import Run
from harness.run import LEGS
from harness.verdict import Status
from tests.report.demo import HOSTILE, demo, drifting, hostile
from tests.report.opened import opened
from tests.report.pages import page_of

MAX_BYTES = 1_500_000


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text within script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"style": [], "script": []}
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.open = tag

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open in self.inline:
            self.inline[self.open].append(data)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(opened(page_of(demo)))


def _policy(page: Page) -> str:
    [policy] = [
        a["content"] or ""
        for tag, a in page.elements
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]
    return policy


@pytest.mark.parametrize("make", [demo, hostile])
def test_the_policy_admits_the_inline_style_and_script_and_nothing_else(make: type[Run]) -> None:
    page = Page(page_of(make))
    policy = _policy(page)
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        [text] = ["".join(page.inline[kind])]
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert sum(tag == kind for tag, _ in page.elements) == 1


@pytest.mark.parametrize("make", [demo, hostile])
def test_nothing_is_loaded_and_no_attribute_runs_or_styles(make: type[Run]) -> None:
    page = Page(opened(page_of(make)))
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert "style" not in attributes
        assert "src" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        link = attributes.get("href") or "#"
        assert link.startswith("#") or link in demo().about.links.values()


def test_hostile_text_adds_no_element_of_its_own() -> None:
    ordinary = {t for make in (demo, drifting) for t, _ in Page(opened(page_of(make))).elements}
    text = opened(page_of(hostile))
    assert {tag for tag, _ in Page(text).elements} <= ordinary
    assert HOSTILE not in text
    assert "{{ 7919*7907 }}" in text
    assert str(7919 * 7907) not in text


def test_anchors_are_unique_and_every_link_leads_somewhere(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a["href"] or "" for tag, a in page.elements if tag in ("a", "use")]
    from urllib.parse import unquote

    inner = [link for link in links if link not in demo().about.links.values()]
    places = {unquote(link[1:]) for link in inner} - {"off="}  # a setting of the checker
    assert places <= set(ids)


def test_anchors_of_several_checkers_are_unique() -> None:
    [checker] = demo().checkers
    two = replace(demo(), checkers=(checker, replace(checker, name="another")))
    ids = re.findall(r'\bid="([^"]+)"', to_html(two))
    assert len(ids) == len(set(ids))
    assert {"checker", "checker-2"} <= set(ids)


def test_a_fault_of_the_second_checker_leads_to_the_second() -> None:
    [checker] = demo().checkers
    failing = replace(checker, name="another", status=Status.UNDECIDED)
    page = to_html(replace(demo(), claims=(), definitions=(), checkers=(checker, failing)))
    [faults] = re.findall(r'<ul class="faults">.*?</ul>', page, re.DOTALL)
    assert re.findall(r'href="#([^"]+)">another<', faults) == ["checker-2"]


def test_what_there_is_one_of_is_told_so() -> None:
    run = demo()
    one = replace(run, definitions=run.definitions[:1], claims=run.claims[-1:], checkers=())
    assert "The one definition is confirmed." in to_html(one)
    assert (1, "proof accepted by Lean’s kernel") in opening.checked(one)


def test_every_claim_leg_and_check_has_an_anchor(page: Page) -> None:
    ids = {a["id"] for _, a in page.elements if "id" in a}
    for subject in demo().subjects:
        assert words.anchor(subject) in ids
        for result in subject.legs:
            assert words.anchor(subject, result.leg.value) in ids
            for check in result.checks:
                assert words.anchor(subject, result.leg.value, check.check) in ids


def test_it_is_small() -> None:
    assert len(page_of(demo).encode()) < MAX_BYTES


def test_the_guide_speaks_of_every_leg() -> None:
    assert demo().legs == LEGS
    reading = page_of(demo).split('class="guide"')[1].split("</table>")[0]
    for leg in LEGS:
        assert f'<th scope="row">{leg.value}</th>' in reading


def test_a_run_without_claims_or_evidence_is_shown_too() -> None:
    run = replace(demo(), claims=(), definitions=(), versions={}, commit="", started="")
    assert "No claim was asked about." in to_html(run)


# -- the parts of the page -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<math><mi onclick='x'>x</mi></math>",
        "<math><script>x</script></math>",
        "<math><mtext><b>x</b></mtext></math>",
        "<math><annotation-xml encoding='text/html'>x</annotation-xml></math>",
        "<math href='javascript:x'><mi>x</mi></math>",
        "<!DOCTYPE math [<!ENTITY a 'x'>]><math>&a;</math>",
        "<math xmlns='http://www.w3.org/1999/xhtml'><mi>x</mi></math>",
        "<math><mi>x</math>",
        "<svg/>",
        "plain",
    ],
)
def test_what_is_not_plain_mathml_is_shown_as_text(text: str) -> None:
    assert "<" not in mathematics.safe(text)


def test_mathml_passes() -> None:
    text = "<math><msup><mi>R</mi><mo>⊤</mo></msup></math>"
    assert mathematics.safe(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000, "1\u202f000"),
        (3.5527e-15, "3.55·10⁻¹⁵"),
        (0.25, "0.25"),
        (True, "yes"),
        (-2, "−2"),
        (-0.5, "−0.5"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (None, "nothing"),
        ([], "nothing"),
        ({}, "nothing"),
        (1, "number"),
        ("x", "text"),
        ("x\ny", "block"),
        ([1, "3/5"], "list"),
        ([[1, 2], [3, 4]], "matrix"),
        ([[1, 2], [3]], "series"),
        ([[[1]], [[2]]], "series"),
        ([{"a": 1}, {"a": 2}], "sizes"),
        ([{"a": 1}, {"a": 2.5}], "records"),
        ([{"a": 1}, {"b": 2}], "series"),
        ({"a": 1}, "mapping"),
    ],
)
def test_shapes_of_data(value: object, shape: str) -> None:
    assert evidence.shape(value) == shape


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"edges": [0, 1], "counts": []}, {"edges": [0, 0], "counts": [1]},
     {"edges": [0, float("nan")], "counts": [1]}, {"edges": [0, 1], "counts": ["<b>"]},
     {"edges": [0, 1], "counts": [0]}],
)  # fmt: skip
def test_what_is_no_histogram_is_not_drawn(data: object) -> None:
    assert chart.histogram(data) is None


def test_a_histogram_is_drawn_to_scale() -> None:
    found = chart.histogram({"edges": [0, 0.5, 1], "counts": [1, 4]})
    assert found is not None
    assert found.total == 5
    assert [bar.height for bar in found.bars] == [chart.HEIGHT / 4, chart.HEIGHT]


def test_a_histogram_of_powers_reaches_the_bound() -> None:
    edges, counts = [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0], [0, 2, 1, 0, 0, 0]
    found = chart.histogram({"scale": "log10", "edges": edges, "counts": counts})
    assert found is not None
    assert [label for _, label in found.ticks] == ["0.001", "0.01", "0.1", "1"]
    assert found.bound == round(3 / 3.5 * chart.WIDTH, 2)
    assert [bar.height for bar in found.bars if bar.height] == [chart.HEIGHT, chart.HEIGHT / 2]


def test_growth_is_drawn_on_scales_of_powers() -> None:
    found = chart.growth(
        [
            {"n": 1, "d": 1, "largest_ratio": 0.01},
            {"n": 2, "d": 5, "largest_ratio": 0.1},
            {"n": 10, "d": 10, "largest_ratio": 1.0},
        ]
    )
    assert found is not None
    assert [dot.x for dot in found.dots] == [0.0, chart.WIDTH / 2, chart.WIDTH]
    assert found.dots[2].y == found.bound
    steps = [a.y - b.y for a, b in itertools.pairwise(found.dots)]
    assert steps[0] == pytest.approx(steps[1], abs=0.02)
    assert found.dots[1].title == "n = 2, d = 5: 0.1"


@pytest.mark.parametrize(
    "data",
    [
        None,
        "x",
        [],
        [{"n": 1, "largest_ratio": 1}] * 2,
        [{"n": 1, "largest_ratio": 1}] * 5,
        [{"n": i, "largest_ratio": "<b>"} for i in range(1, 9)],
        [{"n": i, "largest_ratio": 0} for i in range(1, 9)],
        [{"n": i, "largest_ratio": float("inf")} for i in range(1, 9)],
    ],
)
def test_what_does_not_grow_is_not_drawn(data: object) -> None:
    assert chart.growth(data) is None


def test_long_names_break_at_their_joints_and_nowhere_else() -> None:
    found = words.breakable("attentionBlockOutput_of_commutes")
    assert re.sub("<wbr>", "", found) == "attentionBlockOutput_of_commutes"
    assert found.count("<wbr>") >= 3
