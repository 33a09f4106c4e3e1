"""What a sketch is: plain data."""

from __future__ import annotations

from dataclasses import dataclass

from harness.claims.model import Hypothesis
from harness.language.terms import Equation, Term


@dataclass(frozen=True)
class Step:
    """`left = right`, and why."""

    number: int
    left: Term
    right: Term
    reason: str


@dataclass(frozen=True)
class Group:
    """What is shown of one definition, or of the claim itself."""

    title: str
    says: str
    steps: tuple[Step, ...]
    result: Equation
    """What the steps come to."""


@dataclass(frozen=True)
class Sketch:
    """A proof in groups, each resting on those before it."""

    theorem: str
    groups: tuple[Group, ...]
    given: tuple[Hypothesis, ...] = ()
    """The hypotheses that steps give as their reason."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for group in self.groups for step in group.steps)


class NoSketch(Exception):
    """There is nothing to write down; says why."""
