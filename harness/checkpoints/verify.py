"""Whether two checkpoints are one model in another frame, from their files alone.

Head by head: keys and queries by one complex number for each pair that RoPE rotates and one matrix
for the coordinates that it leaves alone, so that what fits commutes with every Θ(p); the same
number, inverted, on the queries of the group; values by a matrix that the output projection undoes;
norms and gates as their family has them. Everything else must be equal bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints import causes, following, others
from harness.checkpoints.carries import (
    Matrix,
    Pairs,
    Rounding,
    Worst,
    absorbed,
    defect,
    fit_exchange,
    fit_matrix,
    fit_pairs,
    orthogonality,
)
from harness.checkpoints.families import Layer, Meeting
from harness.checkpoints.findings import Fault, Head, Report
from harness.checkpoints.sides import Segment, Side, Unit, pair_order, span
from harness.checkpoints.stream import Framed
from harness.checkpoints.tensors import fault, same_bits
from harness.checkpoints.working import each
from harness.numeric.threads import one_thread

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

Say = Callable[[int, int], None]
"""Told how many bytes are done, of how many."""

_GAINS = "a turn passes only gains that are equal in a pair or are exchanged with it"


def verify(old: Side, new: Side, say: Say = lambda done, total: None) -> Report:
    """Compare two checkpoints. Raises `InputError` for what cannot be read."""
    model = new.model
    report = Report(
        str(old.path), str(new.path), model.family, model.claims, model.lacks, model.context
    )
    if len(old.model.layers) != len(model.layers):
        message = f"expected {len(old.model.layers)} layers, found {len(model.layers)}"
        report.faults.append(Fault("config", message))
        return report
    pairs = {layer.pairs for layer in model.layers}
    if old.model.family == model.family and pairs != {layer.pairs for layer in old.model.layers}:
        report.layout = " and ".join(sorted(pairs))
    total = sum(t.nbytes for t in old.checkpoint.tensors.values())
    done = 0
    if framed := following.frames(old, new, report):
        old, new = framed
    others.compare_configs(old, new, report)
    others.compare_files(old, new, report)
    for mine, theirs in zip(old.model.layers, model.layers, strict=True):
        with one_thread():
            _Layer(old, new, mine, theirs, report).look()
        done += sum(
            old.tensor(name).nbytes for name in old.used if name.startswith(f"{mine.prefix}.")
        )
        old.leave_layer()
        new.leave_layer()
        say(done, total)
    if framed:
        for size in following.follow(*framed, report):
            done += size
            say(done, total)
    for size in others.compare_rest(old, new, report):
        done += size
        say(done, total)
    return report


@dataclass
class _Layer:
    """One layer of both."""

    old: Side
    new: Side
    mine: Layer
    theirs: Layer
    report: Report

    def look(self) -> None:
        for meeting, twin in zip(self.mine.scores, self.theirs.scores, strict=True):
            if meeting.rotated != twin.rotated:
                raise fault(self.new.path, "rotates another number of coordinates")
            self._scores(meeting)
        self._values()
        self._kept()

    def _fault(self, role: str, head: int, what: str, cause: str = "") -> None:
        kinds = {"q": "query", "k": "key", "v": "value", "o": "output"}
        number = self.mine.number
        where = f"layer {number}, {kinds[role[0]]} head {head}"
        self.report.faults.append(Fault(where, what, cause, number, role, head))

    def _both(self, role: str) -> tuple[list[Unit], list[Unit]]:
        before, after = self.old.units(self.mine, role), self.new.units(self.theirs, role)
        if not before or len(before) != len(after):
            message = f"layer {self.mine.number}: expected {len(before)} heads of {role!r}"
            raise fault(self.new.path, f"{message}, found {len(after)}")
        return before, after

    def _rounding(self, unit: Unit, before: Unit) -> Rounding:
        """Of the rows of a head."""
        largest = max(self.new.unit_of(segment.stem) for segment in unit)
        if not isinstance(self.old, Framed):
            return Rounding(largest)
        found = []
        for segment in before:
            slack, _ = self.old.slack(f"{segment.stem}.weight")
            found.append(np.zeros(segment.size) if slack is None else slack[segment.span])
        return Rounding(largest, np.concatenate(found))

    # ---------------------------------------------------------------- queries and keys

    def _rows(self, role: str, number: int, meeting: Meeting, units: Any) -> _Rows:
        """A head's rows on both sides in the common order, with the gains of its norm."""
        sides = ((self.old, self.mine, units[0]), (self.new, self.theirs, units[1]))
        found, gains = [], []
        rounding = self._rounding(units[1][number], units[0][number])
        unit: Any = rounding.unit
        slack: Any = rounding.rows
        norm = self.mine.norm
        for side, layer, own in sides:
            rows = side.rows(own[number])
            order = pair_order(len(rows), meeting.rotated, layer.pairs)
            if norm is not None:
                heads = side.gains(layer, role)
                segment = heads[number if len(heads) > 1 else 0]
                gain, added, error = side.gain(segment, norm.less)
                gains.append(gain[order])
                if norm.place == "before":
                    rows = rows * gain[:, None]
                    slack = slack * np.abs(gain) if side is self.old else slack
                    unit = unit * np.ones(len(rows))
                    if side is self.new:
                        unit = unit + side.unit_of(segment.stem) * np.minimum(error, 1e6)[order]
                    if added is not None:
                        rows = np.concatenate([rows, added[:, None]], axis=1)
            if side is self.old and np.ndim(slack):
                slack = slack[order]
            found.append(rows[span(order)])
        if found[0].shape != found[1].shape:
            message = f"layer {self.mine.number}: expected a head of {found[0].shape}"
            raise fault(self.new.path, f"{message}, found {found[1].shape}")
        stem = units[0][number][0].stem
        has_bias = self.old.has(f"{stem}.bias")
        return _Rows(found[0], found[1], Rounding(unit, slack), tuple(gains), has_bias)

    def _scores(self, meeting: Meeting) -> None:
        queries, keys = self._both(meeting.query), self._both(meeting.key)
        count, group = len(keys[0]), len(queries[0]) // len(keys[0])
        rotated, is_after = meeting.rotated, self._is_after()

        def is_same(j: int) -> bool:
            return self._is_same(meeting.key, j, keys) and all(
                self._is_same(meeting.query, h, queries) for h in range(j * group, (j + 1) * group)
            )

        def fit_key(j: int) -> _Fit | None:
            return None if is_same(j) else self._fit(meeting.key, j, meeting, keys)

        def fit_query(h: int) -> _Fit | None:
            key = fits[h // group]
            return key and self._fit(meeting.query, h, meeting, queries, key)

        fits = each(fit_key, range(count))
        asked = each(fit_query, range(count * group))
        turns = [fit.pairs if fit else _unturned(rotated // 2) for fit in fits]
        for j, key in enumerate(fits):
            heads = tuple(range(j * group, (j + 1) * group))
            if key is None:
                self._found(meeting.key, j, heads, 0.0, 0.0, False, True)
                continue
            before = len(self.report.faults)
            worst = max(key.pairs.worst.ratio, key.rest.worst.ratio)
            is_turned = key.is_turned
            carried = worst <= 1
            if not carried:
                self._explain(meeting.key, j, meeting, keys, key)
            self._normed(meeting.key, j, key, rotated, carried)
            product = 0.0
            for h in heads:
                own = asked[h]
                assert own is not None
                query = own.pairs
                is_turned |= own.is_turned
                if not query.worst.holds:
                    self._explain(meeting.query, h, meeting, queries, own)
                elif carried and not is_after:
                    off, ratio = defect(query, key.pairs)
                    product = max(product, float(off.max(initial=0)))
                    worst = max(worst, float(ratio.max(initial=0)))
                    if ratio.max(initial=0) > 1:
                        found = causes.of_product(query, key.pairs, h, turns, j, count)
                        self._fault(meeting.query, h, *found)
                if carried and not own.free.holds:
                    what = "the coordinates without RoPE do not undo those of its keys"
                    cause = self._free_cause(self._rows(meeting.query, h, meeting, queries), own)
                    ratio = f"{own.free.ratio:.3g} times rounding"
                    self._fault(meeting.query, h, f"{what}, {ratio}", cause)
                worst = max(worst, query.worst.ratio, own.free.ratio)
                self._normed(meeting.query, h, own, rotated, query.worst.holds)
                if is_after and carried and query.worst.holds:
                    self._gains_meet(meeting, h, own, key)
            holds = len(self.report.faults) == before
            turn = key.pairs.z if carried else ()
            self._found(meeting.key, j, heads, worst, product, is_turned, holds, turn)

    def _found(self, role: str, head: int, heads: tuple[int, ...], *rest: Any) -> None:
        self.report.heads.append(Head(self.mine.number, role, head, heads, *rest))

    def _fit(
        self, role: str, number: int, meeting: Meeting, units: Any, key: _Fit | None = None
    ) -> _Fit:
        """How a head's rows are carried; those of a query, whether they undo its key's."""
        rows = self._rows(role, number, meeting, units)
        old, new, rounding = rows.part(meeting.rotated, None)
        if key is None and self.mine.is_signed:
            rest = fit_exchange(old, new, rounding)[0]
        else:
            rest = fit_matrix(old, new, rounding)
        return _Fit(
            fit_pairs(*rows.part(0, meeting.rotated)),
            rest,
            absorbed(old.T, new.T, key.rest, rounding.transposed()) if key else Worst(0.0, 0, 0),
            not same_bits(rows.old, rows.new),
            rows.rounding,
            rows.gains,
        )

    def _is_same(self, role: str, number: int, units: Any) -> bool:
        """Whether a head is the same bit by bit, with what its norm has for it."""
        if self.mine.pairs != self.theirs.pairs:
            return False
        before, after = list(units[0][number]), list(units[1][number])
        for side, layer, own in ((self.old, self.mine, before), (self.new, self.theirs, after)):
            gains = side.gains(layer, role) if layer.norm else []
            own += gains[number : number + 1] if len(gains) > 1 else gains
        return self._are_equal(before, after)

    def _are_equal(self, before: list[Segment], after: list[Segment], axis: int = 0) -> bool:
        return len(before) == len(after) and all(
            same_bits(self.old.piece(one, kind, axis), self.new.piece(other, kind, axis))
            for one, other in zip(before, after, strict=True)
            for kind in ("weight", "bias")[: 2 - axis]
        )

    def _free_cause(self, own: _Rows, fit: _Fit) -> str:
        old, new, _ = own.part(2 * len(fit.pairs.z), None)
        if np.array_equal(old, new):
            return "they were left as they were"
        if own.has_bias and np.array_equal(old[:, -1], new[:, -1]):
            return "the bias was left as it was"
        return (
            "they are turned by another matrix"
            if fit.rest.worst.holds
            else "no matrix carries them"
        )

    def _is_after(self) -> bool:
        return self.mine.norm is not None and self.mine.norm.place == "after"

    def _explain(self, role: str, number: int, meeting: Meeting, units: Any, fit: _Fit) -> None:
        rows, pairs = self._rows(role, number, meeting, units), fit.pairs

        numbers = (other for other in range(len(units[0])) if other != number)
        is_pair = pairs.worst.ratio >= fit.rest.worst.ratio
        what, cause = causes.of_rows(
            rows.old,
            rows.new,
            meeting.rotated,
            self.theirs.pairs,
            rows.rounding,
            rows.has_bias,
            ((other, self._rows(role, other, meeting, units).old) for other in numbers),
            self.new.model.base,
            self.new.model.context,
            pairs.worst.row if is_pair else len(rows.old),
        )
        if rows.gains and not self._is_after() and self._passes_without_gains(rows, meeting):
            cause = f"it would without the norm; {_GAINS}"
        self._fault(role, number, what, cause)

    def _passes_without_gains(self, rows: _Rows, meeting: Meeting) -> bool:
        before, after = rows.gains
        if not (before.all() and after.all()):
            return False
        old, new = rows.old / before[:, None], rows.new / after[:, None]
        return causes.carries(old, new, meeting.rotated, rows.rounding)

    def _normed(self, role: str, number: int, fit: _Fit, rotated: int, is_carried: bool) -> None:
        """What a norm asks of the turn before it, and clipping of any turn."""
        if self.mine.is_signed and is_carried:
            near = np.minimum(np.abs(fit.pairs.z**4 - 1), 1)
            if (near > 40 * fit.pairs.spread + 1e-12).any():
                self._fault(role, number, "is clipped, so only quarter turns pass")
        if not fit.gains or not is_carried:
            return
        assert self.mine.norm is not None
        old, new = fit.gains
        tolerance = 8 * fit.rounding.largest + 1e-12
        half = rotated // 2
        if not (old.all() and new.all()):
            found = Fault(f"layer {self.mine.number}", "a gain of 0 hides what turns before it")
            self.report.undecided.append(found)
            return
        if self._is_after():
            blocks = _blocks(fit.pairs.z, np.ones(rotated), np.ones(rotated))
        else:
            blocks = _blocks(fit.pairs.z, old[:rotated], new[:rotated])
        size = len(old)
        matrix = np.zeros((size, size))
        index = np.arange(half)
        for (a, b), values in zip(((0, 0), (0, 1), (1, 0), (1, 1)), blocks, strict=True):
            matrix[index + a * half, index + b * half] = values
        if len(fit.rest.matrix) and not self._is_after():
            free = fit.rest.matrix * old[rotated:] / new[rotated:, None]
            error = np.outer(fit.rest.sizes, fit.rest.reach).max(initial=0)
            tolerance += 8 * float(error) * float(np.abs(old / new).max())
            matrix[rotated:, rotated:] = free
        else:
            matrix[rotated:, rotated:] = np.eye(size - rotated)
        off = float(np.abs(matrix.T @ matrix - np.eye(size)).max())
        if off > tolerance:
            what = f"changes the length before the norm, off by {off:.2g}"
            self._fault(role, number, what, _GAINS)
        elif self.mine.norm.kind == "layer":
            ones = matrix.sum(axis=1)
            spread = float(np.abs(ones - np.sign(ones[0])).max())
            if spread > tolerance * np.sqrt(size):
                what = f"does not keep the mean that the norm subtracts, off by {spread:.2g}"
                self._fault(role, number, what, "only signs pass a norm of this kind")

    def _gains_meet(self, meeting: Meeting, head: int, own: _Fit, key: _Fit) -> None:
        """After a norm behind RoPE: AᵀΓ'B is Γ, of the products of both gains."""
        half = meeting.rotated // 2
        before, after = own.gains[0] * key.gains[0], own.gains[1] * key.gains[1]
        one = _blocks(own.pairs.z, np.ones(2 * half), np.ones(2 * half))
        other = _blocks(key.pairs.z, np.ones(2 * half), np.ones(2 * half))
        a = np.array(one).reshape(2, 2, half)
        b = np.array(other).reshape(2, 2, half)
        gains = after[: 2 * half].reshape(2, half)
        found = np.einsum("iap,ip,ibp->abp", a, gains, b)
        wanted = np.zeros((2, 2, half))
        wanted[0, 0], wanted[1, 1] = before[:half], before[half : 2 * half]
        off = float((np.abs(found - wanted) / np.abs(before).max()).max(initial=0))
        if off > 16 * own.rounding.largest + 1e-12:
            cause = "the gains of both do not turn along"
            self._fault(
                meeting.query, head, f"the norm's gains do not meet, off by {off:.2g}", cause
            )

    # ---------------------------------------------------------------- values and output

    def _values(self) -> None:
        role = self.mine.value
        units = self._both(role)
        before, after = self.old.columns(self.mine, role), self.new.columns(self.theirs, role)
        count = len(units[0])
        if not before or len(before) != len(after) or len(before) % count:
            message = f"layer {self.mine.number}: {len(after)} blocks of the output projection"
            raise fault(self.new.path, f"{message} for {len(before)} heads")
        group = len(before) // count
        gates: Any = self._both(self.mine.gate) if self.mine.gate else ((), ())

        def gathered(units: list[Unit], mine: slice) -> list[Segment]:
            return list(sum(units[mine], ()))

        def is_same(j: int) -> bool:
            mine = slice(j * group, (j + 1) * group)
            return (
                self._are_equal(list(units[0][j]), list(units[1][j]))
                and self._are_equal(before[mine], after[mine], 1)
                and self._are_equal(gathered(gates[0], mine), gathered(gates[1], mine))
            )

        def fit(j: int) -> _Value | None:
            return None if is_same(j) else self._fit_value(j, units)

        fits = each(fit, range(count))
        outputs = each(
            lambda h: self._output(before[h], after[h], fits[h // group]), range(len(before))
        )
        for j, found in enumerate(fits):
            if found:
                self._value(j, found, units, group)
        for j, found in enumerate(fits):
            heads = tuple(range(j * group, (j + 1) * group))
            if found is None:
                self._found(role, j, heads, 0.0, 0.0, False, True)
                continue
            first = len(self.report.faults)
            worst = max(found.fit.worst.ratio, *(outputs[h].ratio for h in heads))
            for h in heads:
                if not outputs[h].holds:
                    self._undoes(h, j, before, after, fits, outputs[h])
            holds = len(self.report.faults) == first and found.fit.worst.holds
            holds &= not any(
                f.layer == self.mine.number and f.role == role and f.head == j
                for f in self.report.faults
            )
            self._found(role, j, heads, worst, 0.0, found.is_turned, holds)

    def _value_rows(self, j: int, units: Any) -> tuple[Floats, Floats]:
        old, new = self.old.rows(units[0][j]), self.new.rows(units[1][j])
        if old.shape != new.shape:
            message = f"layer {self.mine.number}: values of shape {old.shape}"
            raise fault(self.new.path, f"{message} became {new.shape}")
        return old, new

    def _fit_value(self, j: int, units: Any) -> _Value:
        old, new = self._value_rows(j, units)
        rounding = self._rounding(units[1][j], units[0][j])
        is_turned = not same_bits(old, new)
        if self.mine.gate is None and self.mine.turns != "signed":
            return _Value(fit_matrix(old, new, rounding), None, is_turned)
        return _Value(*fit_exchange(old, new, rounding), is_turned)

    def _value(self, j: int, found: _Value, units: Any, group: int) -> None:
        """What is wrong with the turn of a head of values."""
        gate, role, fit = self.mine.gate, self.mine.value, found.fit
        rounding = self._rounding(units[1][j], units[0][j])
        if not fit.worst.holds:
            old, new = self._value_rows(j, units)
            is_exchange = gate is not None or self.mine.turns == "signed"
            if is_exchange and fit_matrix(old, new, rounding).worst.holds:
                kind = "its gate" if gate else "clipping"
                cause = f"{kind} lets exchanges of coordinates pass, and no turn"
                self._fault(role, j, "is turned by more than an exchange", cause)
                return
            self._fault(role, j, *self._value_cause(j, old, new, rounding, units))
        elif not fit.is_determined:
            message = "has as many coordinates as columns, so any matrix fits"
            self.report.undecided.append(Fault(f"layer {self.mine.number}", message))
        elif self.mine.turns == "orthogonal" and orthogonality(fit) > 1:
            self._fault(role, j, "its turn is not orthogonal", "a norm of the context follows")
        elif self.mine.turns == "signed":
            size = np.abs(fit.matrix).max(axis=1)
            if (np.abs(size - 1) > 8 * rounding.largest).any():
                self._fault(role, j, "is scaled, and clipping follows")
        if gate is not None:
            self._gated(j, found.taken, fit, gate, group)

    def _value_cause(
        self, j: int, old: Floats, new: Floats, rounding: Rounding, units: Any
    ) -> tuple[str, str]:
        rows = ((i, self.old.rows(unit)) for i, unit in enumerate(units[0]) if i != j)
        has_bias = self.old.has(f"{units[0][j][0].stem}.bias")
        return causes.of_rows(old, new, 0, "half-split", rounding, has_bias, rows, 1e4, 1, len(old))

    def _gated(self, j: int, taken: Any, fit: Matrix, gate: str, group: int) -> None:
        """The gate's rows are exchanged as the values are, and are equal bit by bit.

        Where a value is always 0 its gate opens nothing.
        """
        before, after = self._both(gate)
        live = np.abs(fit.matrix).sum(axis=1) > 0
        for h in range(j * group, (j + 1) * group):
            old, new = self.old.rows(before[h]), self.new.rows(after[h])
            if not np.array_equal(old[taken][live], new[live]):
                self._fault("q", h, "its gate is not exchanged as its values are")

    def _output(self, before: Segment, after: Segment, value: _Value | None) -> Worst:
        """Whether columns undo what turned their values, if that is known."""
        if value is None or not value.fit.worst.holds:
            return Worst(0.0, 0, 0)
        rounding = self._of_columns(before, after)
        return absorbed(self.old.block(before), self.new.block(after), value.fit, rounding)

    def _of_columns(self, before: Segment, after: Segment) -> Rounding:
        slack = None
        if isinstance(self.old, Framed):
            slack, _ = self.old.slack(f"{before.stem}.weight")
        unit = self.new.unit_of(after.stem)
        return Rounding(unit) if slack is None else Rounding(unit, 0.0, slack[before.span])

    def _undoes(
        self,
        h: int,
        j: int,
        before: list[Segment],
        after: list[Segment],
        fits: list[_Value | None],
        worst: Worst,
    ) -> None:
        blocks = ((number, self.old.block(segment)) for number, segment in enumerate(before))
        old, new = self.old.block(before[h]), self.new.block(after[h])
        own, others = fits[j], {i: value.fit for i, value in enumerate(fits) if value}
        assert own is not None
        rounding = self._of_columns(before[h], after[h])
        found = causes.of_output(
            old, new, own.fit, worst.ratio, others, j, len(fits), blocks, rounding, h
        )
        self._fault("o", h, *found)

    # ---------------------------------------------------------------- the rest

    def _kept(self) -> None:
        """Rows in a tensor of attention that nothing may turn."""
        known = {m.query for m in self.mine.scores} | {m.key for m in self.mine.scores}
        known |= {self.mine.value, self.mine.gate or "", *sum(self.mine.made_of.values(), ())}
        roles = {role for layout in self.mine.rows.values() for role in layout} - known
        for role in sorted(roles):
            before, after = self._both(role)
            for one, other in zip(before, after, strict=True):
                if not np.array_equal(self.old.rows(one), self.new.rows(other)):
                    where = f"layer {self.mine.number}, {role}"
                    what = "differs, and nothing is known that may turn it"
                    self.report.faults.append(Fault(where, what, "", self.mine.number))


@dataclass(frozen=True)
class _Fit:
    """How the rows of one head of keys or queries are carried."""

    pairs: Pairs
    rest: Matrix
    free: Worst
    """Of a query: whether what RoPE leaves alone undoes that of its key."""
    is_turned: bool
    rounding: Rounding
    gains: tuple[Floats, ...]


@dataclass(frozen=True)
class _Value:
    """How the rows of one head of values are carried."""

    fit: Matrix
    taken: Any
    """Where exchanges alone pass: the row that each takes."""
    is_turned: bool


def _unturned(half: int) -> Pairs:
    return Pairs(np.ones(half, complex), np.zeros(half), Worst(0.0, 0, 0))


@dataclass(frozen=True)
class _Rows:
    """One head on both sides, in the common order."""

    old: Floats
    new: Floats
    rounding: Rounding
    gains: tuple[Floats, ...]
    has_bias: bool

    def part(self, start: int, end: int | None) -> tuple[Floats, Floats, Rounding]:
        return self.old[start:end], self.new[start:end], self.rounding.part(start, end)


def _blocks(z: Any, old: Floats, new: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Γ'⁻¹ Z Γ, pair by pair: the four entries."""
    half = len(z)
    (o1, o2), (n1, n2) = (old[:half], old[half:]), (new[:half], new[half:])
    return z.real * o1 / n1, -z.imag * o2 / n1, z.imag * o1 / n2, z.real * o2 / n2
