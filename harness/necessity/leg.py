"""The necessity leg: what is answered of a checker's combinations."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from harness.claims.model import Library
from harness.claims.toggles import Checker
from harness.evidence import Evidence, Leg, Outcome
from harness.necessity.decide import Answer
from harness.necessity.lattice import lattice
from harness.necessity.table import table


def check_lattice(checker: Checker, library: Library) -> Iterator[Evidence]:
    """Answer every question of a checker for every combination of its toggles.

    Confirmed where each has an answer, whichever it is; `data` is the lattice as
    `harness.necessity.table` has it.
    """
    start = time.monotonic()
    cells = list(lattice(checker, library))
    counts = Counter(d.answer for cell in cells for d in cell.answers.values())
    total = counts.total()
    open_ = counts[Answer.UNKNOWN]
    parts = ", ".join(f"{counts[a]} {a}" for a in Answer if counts[a])
    summary = f"{len(cells)} combinations, {total} answers: {parts}."
    if open_:
        summary = f"{open_} of {total} answers are not known. {summary}"
    yield Evidence(
        checker.name,
        Leg.NECESSITY,
        "lattice",
        Outcome.INCONCLUSIVE if open_ else Outcome.CONFIRMED,
        summary,
        table(checker, cells, library),
        seconds=time.monotonic() - start,
    )
