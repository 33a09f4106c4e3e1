"""A checker as a table that the page looks things up in: nothing is worked out in the browser.

Each combination of toggles is a number, whose bit `i` says that toggle `i` is off. For each there
is what the lattice answers, and which combinations with a proof are the nearest. What the lattice
does not answer, or answers with a word that is not known here, is shown as unknown.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from harness.language.notation.formula import Formula, Labelled
from harness.lattice import AnsweredClaim, Lattice
from harness.report.page import sketch
from harness.results.checker import CheckerResult

MAX_TOGGLES = 12
"""More than that span a table that no page should carry."""

MAX_NEAR = 3
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer with what it speaks of, as the page shows it."""

    verdict: str
    answer: AnsweredClaim
    hypotheses: tuple[Labelled, ...]
    conclusion: Formula
    sketch: list[sketch.Group]


@dataclass(frozen=True, slots=True)
class Table:
    """What the lattice answers for each combination; see the module's text."""

    answers: tuple[Shown, ...]
    cells: list[list[int]]
    """For each combination, the number of each question's answer, or `UNKNOWN`."""
    near: list[list[list[int]]]
    """For each combination and question that fails, the nearest combinations that hold."""

    def to_json(self, pieces: list[int]) -> str:
        """For the page's script; `pieces` are the numbers of the answers' markup."""
        verdicts = [answer.verdict for answer in self.answers]
        return json.dumps(
            {"verdicts": verdicts, "pieces": pieces, "cells": self.cells, "near": self.near},
            separators=(",", ":"),
        )


def table(checker: CheckerResult) -> Table | None:
    """The table of a checker; nothing where there is no lattice, or one too large for a page."""
    lattice = checker.lattice
    if lattice is None or len(lattice.toggles) > MAX_TOGGLES:
        return None
    answers = tuple(_shown(answer, lattice) for answer in lattice.answers)
    cells = [_cell(lattice, mask) for mask in range(2 ** len(lattice.toggles))]
    return Table(answers, cells, _near(lattice, answers, cells))


def slug(name: str) -> str:
    """The name of a toggle as the page's address has it."""
    return re.sub(r"\W+", "-", name.lower()).strip("-")


def _shown(answer: AnsweredClaim, lattice: Lattice) -> Shown:
    """An answer counts for what it brings along: a proof's word, or a counterexample."""
    verdict = answer.answer if answer.answer in ("holds", "fails", "trivial") else "unknown"
    if verdict == "fails" and answer.counterexample is None:
        verdict = "unknown"
    return Shown(
        verdict,
        answer,
        tuple(lattice.hypotheses[number] for number in answer.hypotheses),
        lattice.conclusions[answer.conclusion],
        sketch.chains(answer.sketch),
    )


def _off(lattice: Lattice, mask: int) -> list[str]:
    return [toggle.name for i, toggle in enumerate(lattice.toggles) if mask >> i & 1]


def _cell(lattice: Lattice, mask: int) -> list[int]:
    numbers = {id(answer): number for number, answer in enumerate(lattice.answers)}
    try:
        found = [numbers[id(answer)] for answer in lattice.at(_off(lattice, mask))]
    except (ValueError, IndexError):
        found = []
    return found if len(found) == len(lattice.questions) else [UNKNOWN] * len(lattice.questions)


def _near(
    lattice: Lattice, answers: tuple[Shown, ...], cells: list[list[int]]
) -> list[list[list[int]]]:
    """A toggle whose needs are not met makes no difference, so no way leads through it."""
    idle = {
        mask
        for mask in range(len(cells))
        for off in [set(_off(lattice, mask))]
        if any(toggle.name in off and off & set(toggle.needs) for toggle in lattice.toggles)
    }

    def verdict(mask: int, question: int) -> str:
        number = cells[mask][question]
        return "unknown" if number == UNKNOWN else answers[number].verdict

    near: list[list[list[int]]] = [[[] for _ in lattice.questions] for _ in cells]
    for question in range(len(lattice.questions)):
        holds = [m for m in range(len(cells)) if m not in idle and verdict(m, question) == "holds"]
        for mask in range(len(cells)):
            if holds and verdict(mask, question) == "fails":
                steps = [(mask ^ other).bit_count() for other in holds]
                found = [o for o, n in zip(holds, steps, strict=True) if n == min(steps)]
                near[mask][question] = found[:MAX_NEAR]
    return near
