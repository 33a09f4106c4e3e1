"""A lattice as plain data: what reports hold and `harness ablate --json` prints.

    {"questions":   [{"name", "says", "claim"}],
     "toggles":     [{"name", "says", "needs"}],
     "hypotheses":  [{"name", "formula"}],               each that some cell assumes
     "conclusions": [formula],                           each that some cell asks about
     "answers":     [{"answer", "reason", "hypotheses", "conclusion", "uses", "sketch",
                     "counterexample"}],
     "cells":       [{"off": [names], "answers": [numbers]}],
     "spared":      [{"question", "toggle", "off", "on", "uses", "text"}]}

A formula is `{"text", "latex", "mathml"}`. A cell is found by the names of the toggles that are
off, in the order of `toggles`; a set of them that needs a toggle which is off itself has no cell
(leave out the toggles whose needs are not met, and look that one up). Its `answers` are numbers
of `answers`, one for each question. An answer is `holds`, `fails`, `trivial` (nothing turns: both
sides are the same text) or `unknown`; it speaks of the claim with the numbered `hypotheses` and
`conclusion`; `uses` are the hypotheses that the proof used, and `sketch` is that proof in the form
of `harness.symbolic.sketch.render`; `counterexample` has the two sides of that very claim. What is
`spared` is an assumption that a question does not need once the toggles in `off` are off, and no
fewer; `text` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from harness.claims.model import Claim, Library
from harness.claims.toggles import Checker
from harness.evidence import Json
from harness.language.notation import to_latex, to_mathml, to_text
from harness.language.terms import Equation
from harness.necessity.decide import Answer, Decision
from harness.necessity.lattice import Cell, key, spared
from harness.symbolic.sketch import NoSketch, sketch
from harness.symbolic.sketch.render import to_data

LINE = 78
"""How many characters of a formula fit on a line of the page."""

K = TypeVar("K")


def table(checker: Checker, cells: Sequence[Cell], library: Library) -> dict[str, Json]:
    """The cells of a checker, in the form that the module describes."""
    hypotheses = _Numbered()
    conclusions = _Numbered()
    answers = _Numbered()
    rows: list[Json] = []
    for cell in cells:
        numbers: list[Json] = []
        for question, decision in cell.answers.items():
            claim = cell.claims[question]

            def answer(claim: Any = claim, decision: Decision = decision) -> Json:
                assumed: list[Json] = [
                    hypotheses.number(
                        (h.name, h.equation),
                        lambda h=h: {"name": h.name, "formula": formula(h.equation)},
                    )
                    for h in claim.hypotheses
                ]
                about = conclusions.number(claim.conclusion, lambda: formula(claim.conclusion))
                example = decision.counterexample
                return {
                    "answer": decision.answer.value,
                    "reason": decision.reason,
                    "hypotheses": assumed,
                    "conclusion": about,
                    "uses": list(decision.used),
                    "sketch": _sketch(claim, library) if decision.answer is Answer.HOLDS else [],
                    "counterexample": None if example is None else asdict(example),
                }

            numbers.append(answers.number((question, key(claim)), answer))
        rows.append({"off": list(cell.off), "answers": numbers})
    return {
        "questions": [
            {"name": q.name, "says": q.says, "claim": q.claim.theorem} for q in checker.questions
        ],
        "toggles": [
            {"name": t.name, "says": t.says, "needs": list(t.needs)} for t in checker.toggles
        ],
        "hypotheses": hypotheses.values,
        "conclusions": conclusions.values,
        "answers": answers.values,
        "cells": rows,
        "spared": [
            {**_plain(asdict(item)), "text": str(item)} for item in spared(checker, cells, library)
        ],
    }


def formula(equation: Equation) -> dict[str, Json]:
    """An equation in each medium that readers use."""
    return {
        "text": to_text(equation),
        "latex": to_latex(equation),
        "mathml": to_mathml(equation, block=True, width=LINE),
    }


def _plain(data: dict[str, Any]) -> dict[str, Json]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in data.items()}


def _sketch(claim: Claim, library: Library) -> Json:
    try:
        return to_data(sketch(claim, library))
    except NoSketch:
        return []


class _Numbered:
    """Values, each made once for its key and then known by its number."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self.values: list[Json] = []

    def number(self, key: Any, make: Any) -> int:
        if key not in self.numbers:
            value = make()
            self.numbers[key] = len(self.values)
            self.values.append(value)
        return self.numbers[key]
