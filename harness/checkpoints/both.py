"""One layer of two checkpoints: the same heads of both, and what is found of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.carries import Rounding
from harness.checkpoints.families import Layer
from harness.checkpoints.findings import Fault, Head, Report
from harness.checkpoints.sides import Segment, Side, Unit
from harness.checkpoints.tensors import fault, same_bits

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_KINDS = {"q": "query", "k": "key", "v": "value", "o": "output"}


@dataclass
class Both:
    """A layer in the old checkpoint and in the new one."""

    old: Side
    new: Side
    mine: Layer
    theirs: Layer
    report: Report

    @property
    def sides(self) -> tuple[tuple[Side, Layer], tuple[Side, Layer]]:
        return (self.old, self.mine), (self.new, self.theirs)

    def fault(self, role: str, head: int, what: str, cause: str = "") -> None:
        number = self.mine.number
        where = f"layer {number}, {_KINDS[role[0]]} head {head}"
        self.report.faults.append(Fault(where, what, cause, number, role, head))

    def undecided(self, what: str) -> None:
        self.report.undecided.append(Fault(f"layer {self.mine.number}", what))

    def head(self, role: str, head: int, heads: tuple[int, ...], *rest: Any) -> None:
        self.report.heads.append(Head(self.mine.number, role, head, heads, *rest))

    def is_faulty(self, role: str, head: int) -> bool:
        mine = (self.mine.number, role, head)
        return any((f.layer, f.role, f.head) == mine for f in self.report.faults)

    def units(self, role: str) -> tuple[list[Unit], list[Unit]]:
        before, after = (side.units(layer, role) for side, layer in self.sides)
        if not before or len(before) != len(after):
            message = f"layer {self.mine.number}: expected {len(before)} heads of {role!r}"
            raise fault(self.new.path, f"{message}, found {len(after)}")
        return before, after

    def alike(self, old: Floats, new: Floats) -> tuple[Floats, Floats]:
        if old.shape != new.shape:
            message = f"layer {self.mine.number}: expected a head of {old.shape}"
            raise fault(self.new.path, f"{message}, found {new.shape}")
        return old, new

    def are_equal(self, before: list[Segment], after: list[Segment], *, axis: int = 0) -> bool:
        """Whether rows with their biases, or columns, are the same bit by bit."""
        return len(before) == len(after) and all(
            same_bits(self.old.piece(one, kind, axis), self.new.piece(other, kind, axis))
            for one, other in zip(before, after, strict=True)
            for kind in ("weight", "bias")[: 2 - axis]
        )

    def rounding(self, before: Unit, after: Unit, *, of_columns: bool = False) -> Rounding:
        """What the rows of a head, or the columns that meet it, may be off by."""
        unit, tiny = map(max, zip(*(self.new.rounding_of(x.stem) for x in after), strict=True))
        found = ((one, self.old.slack(f"{one.stem}.weight")[0]) for one in before)
        slack = np.concatenate(
            [np.zeros(one.size) if own is None else own[one.span] for one, own in found]
        )
        return Rounding(unit, 0.0, slack, tiny) if of_columns else Rounding(unit, slack, 0.0, tiny)
