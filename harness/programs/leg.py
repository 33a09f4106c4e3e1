"""The programs that a project binds to its definitions, as the implementation leg asks them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.claims.model import Claim, Definition, Library
from harness.claims.programs import Program
from harness.evidence import Evidence, Outcome
from harness.programs import folds
from harness.programs.check import evidence, exact, floats, guarded


def check(
    definition: Definition,
    library: Library,
    *,
    program: Program,
    claims: Sequence[Claim] = (),
    seed: int = 0,
) -> Iterator[Evidence]:
    """Every check of one program, each its own evidence; what fails is said, and never raised."""
    if program.lacks:
        yield evidence(program, "binding", Outcome.NOT_APPLICABLE, program.lacks)
        return
    in_floats = _timed(program, program.precision, lambda: floats(program, library, seed=seed))
    runs = in_floats.outcome in (Outcome.CONFIRMED, Outcome.REFUTED)
    asked: list[tuple[str, Callable[[], Evidence]]] = [
        ("exact", lambda: exact(program, library, seed=seed)),
        *folds.checks(program, library, claims, seed),
    ]
    for name, ask in asked:
        found = _timed(program, name, ask)
        if runs and found.data.get("fails"):
            summary = f"It runs on numbers and not on formulas. {found.summary}"
            found = replace(found, outcome=Outcome.NOT_APPLICABLE, summary=summary, diagnostics=())
        yield found
        if name == "exact":
            yield in_floats


def _timed(program: Program, name: str, ask: Callable[[], Evidence]) -> Evidence:
    start = time.monotonic()
    found = guarded(program, name, ask)
    return replace(found, seconds=time.monotonic() - start)
