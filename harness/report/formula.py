"""Terms as the formulas of a report."""

from __future__ import annotations

from harness.language.notation import to_latex, to_mathml, to_text
from harness.language.terms import Equation, Term
from harness.report.model.statement import Formula

LINE = 78
"""How many characters of a formula fit on a line of the page."""


def formula(item: Term | Equation) -> Formula:
    """`item` in each medium; long ones are broken into lines for the page."""
    return Formula(to_text(item), to_latex(item), to_mathml(item, block=True, width=LINE))


def inline(item: Term | Equation) -> Formula:
    """`item` in each medium, on one line."""
    return Formula(to_text(item), to_latex(item), to_mathml(item))
