"""The two sides of a counterexample, entry by entry, with those marked that differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.evidence import Counterexample
from harness.report.shapes import shape


@dataclass(frozen=True, slots=True)
class Cell:
    value: Any
    differs: bool


Rows = list[list[Cell]]


def sides(example: Counterexample) -> tuple[Rows, Rows]:
    """Left and right as rows of cells; a value that is no array is one cell."""
    left, right = _rows(example.left), _rows(example.right)
    alike = [len(row) for row in left] == [len(row) for row in right]

    def marked(rows: list[list[Any]], others: list[list[Any]]) -> Rows:
        return [
            [Cell(value, not alike or value != others[i][j]) for j, value in enumerate(row)]
            for i, row in enumerate(rows)
        ]

    return marked(left, right), marked(right, left)


def _rows(value: Any) -> list[list[Any]]:
    match shape(value):
        case "list":
            return [[item] for item in value]
        case "matrix":
            return [list(row) for row in value]
        case _:
            return [[value]]
