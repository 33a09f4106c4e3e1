"""What a claim or a definition says, in each medium that readers use."""

from __future__ import annotations

from dataclasses import dataclass


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
