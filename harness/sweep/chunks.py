"""A plan in small pieces of work, each of which says in full what is to be computed."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.sweep.plan import Cell, SweepPlan

BATCHES = 32
"""Batches of a chunk at small sizes: about a quarter of a second of work."""

_SMALL = 16
"""The largest size up to which shapes are small; chunks shrink with its square beyond."""

Key = tuple[str, str, int, str, int]
"""The claim, shape, seed and format of a cell, and the first batch: what names a chunk."""


@dataclass(frozen=True)
class Chunk:
    """Some batches of one cell; whoever computes it gets the same."""

    cell: Cell
    first: int
    batches: int
    subject: bytes
    """The claim and the definitions, pickled once for all of its chunks."""
    code: str
    """The fingerprint of the harness that asks: another one must not answer."""
    backend: str = "numpy"
    device: str = ""

    @property
    def key(self) -> Key:
        return (*self.cell.key, self.first)

    @property
    def instances(self) -> int:
        return self.batches * self.cell.lanes


def chunks(
    plan: SweepPlan, code: str, backend: str, device: str, is_done: Callable[[Key], bool]
) -> Iterator[Chunk]:
    """The chunks of a plan that are not done yet, one by one: no list of them is made."""
    library = plan.library.detached()
    subjects = {c.theorem: pickle.dumps((c.detached(), library)) for c in plan.claims}
    for cell in plan.cells():
        step = _step(cell)
        for first in range(0, cell.batches, step):
            if not is_done((*cell.key, first)):
                count = min(step, cell.batches - first)
                yield Chunk(cell, first, count, subjects[cell.claim], code, backend, device)


def _step(cell: Cell) -> int:
    """How many batches make a chunk: a function of the plan alone, so that it can be resumed."""
    largest = max((cell.sizes or {}).values(), default=1)
    return max(1, BATCHES * _SMALL**2 // max(_SMALL, largest) ** 2)
