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
    asked: list[tuple[str, Callable[[], Evidence]]] = [
        ("exact", lambda: exact(program, library, seed=seed)),
        (program.precision, lambda: floats(program, library, seed=seed)),
        *folds.checks(program, library, claims, seed),
    ]
    for name, ask in asked:
        start = time.monotonic()
        found = guarded(program, name, ask)
        yield replace(found, seconds=time.monotonic() - start)
