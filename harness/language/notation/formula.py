"""What a claim or a definition says, as plain data in each medium that readers use."""

from __future__ import annotations

from dataclasses import dataclass

from harness.language.notation.latex import to_latex
from harness.language.notation.mathml import to_mathml
from harness.language.notation.text import to_text
from harness.language.terms import Equation, Term

LINE = 78
"""How many characters of a formula fit on a line of the page."""


@dataclass(frozen=True)
class Formula:
    """A piece of mathematics in each medium that readers use."""

    text: str
    latex: str
    mathml: str


@dataclass(frozen=True)
class Labelled:
    """A named hypothesis, or one line of what a claim ranges over."""

    name: str
    formula: Formula
    gloss: str = ""
    """What it stands for, in a few words."""


@dataclass(frozen=True)
class Statement:
    """`∀ context, hypotheses → conclusion`; of a definition, `name(…) = body`."""

    scalars: str
    """What the scalars are, such as `commutative ring`."""
    context: tuple[Labelled, ...]
    hypotheses: tuple[Labelled, ...]
    conclusion: Formula


def formula(item: Term | Equation) -> Formula:
    """`item` in each medium; long ones are broken into lines for the page."""
    return Formula(to_text(item), to_latex(item), to_mathml(item, block=True, width=LINE))


def inline(item: Term | Equation) -> Formula:
    """`item` in each medium, on one line."""
    return Formula(to_text(item), to_latex(item), to_mathml(item))
