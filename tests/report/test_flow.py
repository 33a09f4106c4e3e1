"""Formulas that break where a line ends, and say what they said before."""

from __future__ import annotations

import re
from html import unescape
from xml.etree.ElementTree import fromstring

from harness.report.page.flow import flowing
from harness.report.page.mathematics import safe
from tests.report.demo import HOSTILE, demo


def formulas() -> list[str]:
    """All that the project's claims say."""
    return [
        formula.mathml
        for subject in demo().subjects
        for formula in (
            subject.statement.conclusion,
            *(hypothesis.formula for hypothesis in subject.statement.hypotheses),
        )
    ]


def letters(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>|\s", "", markup))


def test_nothing_is_lost_and_each_piece_is_mathml() -> None:
    for text in formulas():
        found = flowing(text)
        assert letters(found) == letters(safe(text))
        for piece in re.findall(r"<math.*?</math>", found):
            assert safe(piece) == piece, "each passes the allowlist by itself"


def test_no_piece_is_longer_than_a_phone_is_wide() -> None:
    for text in formulas():
        for piece in re.findall(r"<math.*?</math>", flowing(text)):
            # A matrix stands in rows.
            assert "<mtable" in piece or len(letters(piece)) <= 34, letters(piece)


def test_a_short_formula_and_what_is_no_formula_stay_as_they_are() -> None:
    short = "<math><mi>x</mi><mo>=</mo><mi>y</mi></math>"
    assert flowing(short) == short
    assert flowing(HOSTILE) == safe(HOSTILE)


def test_an_index_stays_with_the_bracket_that_closes_what_it_belongs_to() -> None:
    row = "".join("<mi>abcdefghij</mi><mo separator='true'>,</mo>" for _ in range(4))
    text = f"<math><msub><mrow><mo>[</mo>{row}<mo>]</mo></mrow><mi>j</mi></msub></math>"
    *_, last = re.findall(r"<math.*?</math>", flowing(text))
    assert fromstring(last)[-1].tag == "msub"
    assert letters(last).endswith("]j")
