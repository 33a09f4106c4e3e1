"""Lean's numbers beside Python's, entry by entry; neither side is ever fed to the other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from harness.arrays.values import Unsupported
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.language.terms import Equation, Relation
from harness.lean.execution.inputs import Instance
from harness.lean.execution.kinds import Scalars
from harness.lean.execution.python_side import Doubles, Exact, sides
from harness.lean.execution.questions import Question
from harness.lean.execution.wire import numbers

ROOM = 4
"""Lean may err as Python may, in another order of operations; and both bounds are rounded."""


@dataclass(frozen=True)
class Mismatch:
    """An instance on which two values that should be one are not."""

    summary: str
    example: Counterexample


@dataclass
class Tally:
    """What came of the questions about one subject on one kind of numbers."""

    questions: int = 0
    instances: int = 0
    entries: int = 0
    without_bound: int = 0
    """Entries so large or so near to a division by zero that their error has no bound."""
    met: int = 0
    """Instances that satisfy the hypotheses of a claim."""
    styles: Counter[str] = field(default_factory=Counter)
    """How many instances are of the kinds that definitions handle badly."""
    sizes: list[Mapping[str, int]] = field(default_factory=list)
    largest: float = 0.0
    """The largest part of the bound that a difference of doubles took up."""
    difference: Mismatch | None = None

    @property
    def compared(self) -> int:
        """How many entries were compared."""
        return self.entries - self.without_bound

    def meet(self, instance: Instance) -> None:
        """Count an instance."""
        self.instances += 1
        sizes = dict(instance.sizes)
        self.styles["empty"] += 0 in sizes.values()
        self.styles["all sizes 1"] += bool(sizes) and set(sizes.values()) == {1}
        self.styles["all zero"] += instance.style == "zeros"
        if sizes not in self.sizes:
            self.sizes.append(sizes)

    def differ(self, remark: str, instance: Instance, left: Json, right: Json) -> None:
        """Keep the first instance on which something differs."""
        if self.difference is None:
            values = {**instance.numbers, **instance.places}
            example = Counterexample(
                dict(instance.sizes),
                {name: _nested(table) for name, table in values.items()},
                left,
                right,
                remark,
            )
            at = ", ".join(f"{name} = {size}" for name, size in instance.sizes.items())
            self.difference = Mismatch(
                f"{remark} differ{f' at sizes {at}' if at else ''}.", example
            )


def compare(
    library: Library,
    claims: Sequence[Claim],
    asked: Sequence[Question],
    answers: Sequence[str],
) -> dict[tuple[str, Scalars], Tally]:
    """What came of each subject on each kind of numbers. Raises ErrandFailed for a bad line."""
    by_name = {claim.theorem: claim for claim in claims}
    tallies: dict[tuple[str, Scalars], Tally] = {}
    python: list[Any] = []
    lean: list[list[Any]] = []
    for question, answer in zip(asked, answers, strict=True):
        subject, instance = question.subject, question.instance
        tally = tallies.setdefault((subject.name, question.kind), Tally())
        tally.questions += 1
        if question.side == 0:
            kind = Exact() if question.kind == "Rat" else Doubles()
            python = sides(kind, library, subject.parameters, subject.what, instance)
            lean = []
            tally.meet(instance)
        lean.append(list(numbers(question.kind, answer)))
        if question.kind == "Rat":
            _compare_exactly(tally, question, lean[-1], python[question.side])
            if question.side == 1:
                _compare_sides(library, by_name[subject.name], tally, instance, lean)
        else:
            _compare_within_bound(tally, question, lean[-1], python[question.side])
    return tallies


def _values(question: Question) -> str:
    """What is compared, in words."""
    own = "Lean's and Python's values"
    if not isinstance(question.subject.what, Equation):
        return own
    return f"{own} of the {'right' if question.side else 'left'} side"


def _compare_exactly(tally: Tally, question: Question, lean: list[Fraction], value: Any) -> None:
    python = list(value.flat)
    tally.entries += len(python)
    if lean != python:
        here, there = [str(x) for x in lean], [str(x) for x in python]
        tally.differ(_values(question), question.instance, here, there)


def _compare_within_bound(tally: Tally, question: Question, lean: list[float], value: Any) -> None:
    python, bounds = list(value.value.flat), list(value.error.flat)
    tally.entries += len(python)
    same = len(lean) == len(python)
    for here, there, bound in zip(lean, python, bounds, strict=False):
        if not math.isfinite(bound):
            tally.without_bound += 1
            continue
        difference = abs(here - there)
        # So written that a NaN, which compares as false with everything, is a difference.
        if not difference <= ROOM * bound:
            same = False
        elif bound > 0:
            tally.largest = max(tally.largest, difference / (ROOM * bound))
    if not same:
        told = [float(x) for x in python]
        tally.differ(_values(question), question.instance, list(lean), told)


def _compare_sides(
    library: Library, claim: Claim, tally: Tally, instance: Instance, lean: list[list[Fraction]]
) -> None:
    """Where the hypotheses hold, Lean's two sides must stand to each other as is claimed."""
    for hypothesis in claim.hypotheses:
        try:
            left, right = sides(Exact(), library, claim.parameters, hypothesis.equation, instance)
        except Unsupported:
            return
        if _fails(hypothesis.equation.relation, list(left.flat), list(right.flat)):
            return
    tally.met += 1
    if _fails(claim.conclusion.relation, *lean):
        told = [[str(x) for x in side] for side in lean]
        tally.differ("Lean's own two sides", instance, told[0], told[1])


def _fails(relation: Relation, left: list[Any], right: list[Any]) -> bool:
    return len(left) != len(right) or any(map(relation.fails, left, right))


def _nested(table: Any) -> Json:
    """An array as nested lists of texts such as `3/5`."""
    nested: Json = [_nested(row) for row in table] if getattr(table, "ndim", 0) else str(table)
    return nested
