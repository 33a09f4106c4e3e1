"""The cells of a checker as the lattice that evidence carries: what is said twice stands once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from harness.claims.model import Claim, Hypothesis, Library
from harness.claims.toggles import Checker
from harness.evidence import Json
from harness.language.notation.formula import Formula, Labelled, formula
from harness.lattice import Answer, AnsweredClaim, Cell, Lattice, QuestionLabel, ToggleLabel
from harness.necessity.decide import Decision
from harness.necessity.lattice import DecidedCell, key, spared
from harness.symbolic.sketch import NoSketch, sketch
from harness.symbolic.sketch.render import to_data

T = TypeVar("T")


def table(checker: Checker, cells: Sequence[DecidedCell], library: Library) -> Lattice:
    """The lattice of a checker's cells."""
    hypotheses: _Numbered[Labelled] = _Numbered()
    conclusions: _Numbered[Formula] = _Numbered()
    answers: _Numbered[AnsweredClaim] = _Numbered()

    def assumed(h: Hypothesis) -> int:
        return hypotheses.number(
            (h.name, h.equation), lambda: Labelled(h.name, formula(h.equation))
        )

    def answered(claim: Claim, decision: Decision) -> AnsweredClaim:
        about = conclusions.number(claim.conclusion, lambda: formula(claim.conclusion))
        return AnsweredClaim(
            answer=decision.answer,
            reason=decision.reason,
            hypotheses=tuple(map(assumed, claim.hypotheses)),
            conclusion=about,
            uses=decision.used,
            sketch=_sketch(claim, library) if decision.answer is Answer.HOLDS else [],
            counterexample=decision.counterexample,
        )

    def number(cell: DecidedCell, question: str) -> int:
        claim, decision = cell.claims[question], cell.answers[question]
        return answers.number((question, key(claim)), lambda: answered(claim, decision))

    rows = tuple(Cell(cell.off, tuple(number(cell, q) for q in cell.answers)) for cell in cells)
    return Lattice(
        questions=tuple(QuestionLabel(q.name, q.says, q.claim.theorem) for q in checker.questions),
        toggles=tuple(ToggleLabel(t.name, t.says, t.needs) for t in checker.toggles),
        hypotheses=tuple(hypotheses.values),
        conclusions=tuple(conclusions.values),
        answers=tuple(answers.values),
        cells=rows,
        spared=tuple(spared(checker, cells, library)),
    )


def _sketch(claim: Claim, library: Library) -> Json:
    try:
        return to_data(sketch(claim, library))
    except NoSketch:
        return []


class _Numbered(Generic[T]):
    """Values, each made once for its key and then known by its number."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}
        self.values: list[T] = []

    def number(self, key: Hashable, make: Callable[[], T]) -> int:
        if key not in self.numbers:
            value = make()
            self.numbers[key] = len(self.values)
            self.values.append(value)
        return self.numbers[key]
