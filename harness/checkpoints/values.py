"""Values of a layer: how each head is carried, and whether the output projection undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints import causes
from harness.checkpoints.both import Both
from harness.checkpoints.carries import (
    Matrix,
    Worst,
    absorbed,
    fit_exchange,
    fit_matrix,
    orthogonality,
)
from harness.checkpoints.tensors import fault, same_bits
from harness.checkpoints.working import each

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats


@dataclass(frozen=True)
class _Fit:
    """How the rows of one head are carried."""

    matrix: Matrix
    taken: Any
    """Where exchanges alone pass: the row that each takes."""
    is_turned: bool


class Values:
    """The values of one layer, their gates, and the columns of the output that meet them."""

    def __init__(self, both: Both) -> None:
        self.both, self.role, self.gate = both, both.mine.value, both.mine.gate
        self.units = both.units(self.role)
        self.columns = [side.columns(layer, self.role) for side, layer in both.sides]
        self.gates: Any = both.units(self.gate) if self.gate else ((), ())
        before, after = map(len, self.columns)
        self.count = len(self.units[0])
        if not before or before != after or before % self.count:
            message = f"layer {both.mine.number}: {after} blocks of the output projection"
            raise fault(both.new.path, f"{message} for {before} heads")
        self.group = before // self.count

    def look(self) -> None:
        fits = each(lambda j: None if self._is_same(j) else self._fit(j), range(self.count))
        outputs = each(
            lambda h: self._output(h, fits[h // self.group]), range(self.count * self.group)
        )
        for j, found in enumerate(fits):
            if found:
                self._judge(j, found)
        for j, found in enumerate(fits):
            heads = tuple(range(j * self.group, (j + 1) * self.group))
            if found is None:
                self.both.head(self.role, j, heads, 0.0, 0.0, False, True)
                continue
            wrong = [h for h in heads if not outputs[h].holds]
            for h in wrong:
                self._explain_output(h, fits, outputs[h])
            worst = max(found.matrix.worst.ratio, *(outputs[h].ratio for h in heads))
            holds = not wrong and found.matrix.worst.holds
            holds &= not self.both.is_faulty(self.role, j)
            self.both.head(self.role, j, heads, worst, 0.0, found.is_turned, holds)

    def _is_same(self, j: int) -> bool:
        """Whether a head is the same bit by bit, with all that meets it."""
        heads = slice(j * self.group, (j + 1) * self.group)
        rows, columns = (unit[j] for unit in self.units), (own[heads] for own in self.columns)
        gates = (list(sum(own[heads], ())) for own in self.gates)
        return (
            self.both.are_equal(*map(list, rows))
            and self.both.are_equal(*columns, axis=1)
            and self.both.are_equal(*gates)
        )

    def _rows(self, j: int) -> tuple[Floats, Floats]:
        return self.both.alike(
            *(side.rows(own[j]) for (side, _), own in zip(self.both.sides, self.units, strict=True))
        )

    def _fit(self, j: int) -> _Fit:
        old, new = self._rows(j)
        rounding = self.both.rounding(self.units[0][j], self.units[1][j])
        is_turned = not same_bits(old, new)
        if self.gate is None and self.both.mine.turns != "signed":
            return _Fit(fit_matrix(old, new, rounding), None, is_turned)
        return _Fit(*fit_exchange(old, new, rounding), is_turned)

    def _judge(self, j: int, found: _Fit) -> None:
        """What is wrong with the turn of a head."""
        both, fit, turns = self.both, found.matrix, self.both.mine.turns
        rounding = both.rounding(self.units[0][j], self.units[1][j])
        if not fit.worst.holds:
            old, new = self._rows(j)
            is_exchange = self.gate is not None or turns == "signed"
            if is_exchange and fit_matrix(old, new, rounding).worst.holds:
                kind = "its gate" if self.gate else "clipping"
                cause = f"{kind} lets exchanges of coordinates pass, and no turn"
                both.fault(self.role, j, "is turned by more than an exchange", cause)
                return
            others = ((i, both.old.rows(own)) for i, own in enumerate(self.units[0]) if i != j)
            has_bias = both.old.has(f"{self.units[0][j][0].stem}.bias")
            said = (has_bias, others, 1e4, 1, len(old))
            why = causes.of_rows(old, new, 0, "half-split", rounding, *said)
            both.fault(self.role, j, *why)
        elif not fit.is_determined:
            both.undecided("has as many coordinates as columns, so any matrix fits")
        elif turns == "orthogonal" and orthogonality(fit) > 1:
            both.fault(self.role, j, "its turn is not orthogonal", "a norm of the context follows")
        elif turns == "signed":
            size = np.abs(fit.matrix).max(axis=1)
            if (np.abs(size - 1) > 8 * rounding.largest).any():
                both.fault(self.role, j, "is scaled, and clipping follows")
        if self.gate is not None:
            self._gated(j, found)

    def _gated(self, j: int, found: _Fit) -> None:
        """The gate's rows are exchanged as the values are, and are equal bit by bit.

        Where a value is always 0 its gate opens nothing.
        """
        live = np.abs(found.matrix.matrix).sum(axis=1) > 0
        for h in range(j * self.group, (j + 1) * self.group):
            old, new = self.both.old.rows(self.gates[0][h]), self.both.new.rows(self.gates[1][h])
            if not np.array_equal(old[found.taken][live], new[live]):
                self.both.fault("q", h, "its gate is not exchanged as its values are")

    def _block(self, h: int) -> tuple[Floats, Floats, Any]:
        """The columns that meet a head on both sides, and their rounding."""
        before, after = (own[h] for own in self.columns)
        rounding = self.both.rounding((before,), (after,), of_columns=True)
        return self.both.old.block(before), self.both.new.block(after), rounding

    def _output(self, h: int, value: _Fit | None) -> Worst:
        """Whether columns undo what turned their values, if that is known."""
        if value is None or not value.matrix.worst.holds:
            return Worst(0.0, 0, 0)
        old, new, rounding = self._block(h)
        return absorbed(old, new, value.matrix, rounding)

    def _explain_output(self, h: int, fits: list[_Fit | None], worst: Worst) -> None:
        old, new, rounding = self._block(h)
        known = {i: value.matrix for i, value in enumerate(fits) if value}
        blocks = ((i, self.both.old.block(own)) for i, own in enumerate(self.columns[0]))
        j = h // self.group
        said = (worst.ratio, known, j, self.count, blocks, rounding, h)
        self.both.fault("o", h, *causes.of_output(old, new, known[j], *said))
