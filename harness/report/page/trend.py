"""How a project went from run to run, as bars that the template draws."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.report.history import past
from harness.report.page.words import moment
from harness.results.run import Run
from harness.results.subject import UNPROVED
from harness.verdict import Status

MOST = 60
"""How many runs are shown, the last ones."""

_STACKED = (Status.REFUTED, Status.UNDECIDED, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Piece:
    """The share of one run's claims that came to one status."""

    status: Status
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One run."""

    pieces: tuple[Piece, ...]
    title: str


def trend(run: Run) -> tuple[Column, ...]:
    """A column for each run, on a canvas of 100 by 100; none without history."""
    if not run.history:
        return ()
    shown = [*run.history, past(run)][-MOST:]
    width = 100 / len(shown)
    columns = []
    for number, one in enumerate(shown):
        counts = Counter(map(_status, one.words.values()))
        total = max(sum(counts.values()), 1)
        top, pieces = 100.0, []
        for status in _STACKED:
            height = 100 * counts[status] / total
            top -= height
            if height:
                pieces.append(Piece(status, number * width, top, width * 0.86, height))
        told = ", ".join(
            f"{counts[status]} {status.value}" for status in _STACKED if counts[status]
        )
        columns.append(Column(tuple(pieces), f"{moment(one.started)}: {told}"))
    return tuple(columns)


def _status(word: str) -> Status:
    if word == UNPROVED:
        return Status.REFUTED
    return Status(word) if word in {s.value for s in Status} else Status.UNDECIDED
