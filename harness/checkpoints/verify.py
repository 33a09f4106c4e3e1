"""Whether two checkpoints are one model in another frame, from their files alone.

Head by head: keys and queries by one complex number for each pair that RoPE rotates and one matrix
for the coordinates that it leaves alone, so that what fits commutes with every Θ(p); the same
number, inverted, on the queries of the group; values by a matrix that the output projection undoes;
norms and gates as their family has them. Everything else must be equal bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints import causes
from harness.checkpoints.carries import (
    Matrix,
    Pairs,
    Rounding,
    absorbed,
    defect,
    fit_exchange,
    fit_matrix,
    fit_pairs,
    orthogonality,
)
from harness.checkpoints.families import Layer, Meeting
from harness.checkpoints.findings import Fault, Head, Report
from harness.checkpoints.sides import Segment, Side, Unit, pair_order
from harness.checkpoints.tensors import fault

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

Say = Callable[[int, int], None]
"""Told how many bytes are done, of how many."""

_SPOKEN = {"transformers_version", "_name_or_path", "dtype", "torch_dtype"}
"""Keys of a config that say nothing of what is computed."""

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
    total = sum(t.nbytes for t in old.checkpoint.tensors.values())
    done = 0
    _config(old, new, report)
    for mine, theirs in zip(old.model.layers, model.layers, strict=True):
        _Layer(old, new, mine, theirs, report).look()
        done += sum(
            old.tensor(name).nbytes for name in old.used if name.startswith(f"{mine.prefix}.")
        )
        old.leave_layer()
        new.leave_layer()
        say(done, total)
    for size in _rest(old, new, report):
        done += size
        say(done, total)
    return report


def _config(old: Side, new: Side, report: Report) -> None:
    one, other = old.checkpoint, new.checkpoint
    if one.kind != other.kind or one.kind == "gguf":
        return  # the keys have other names; sizes were compared head by head
    for key in sorted(set(one.config) | set(other.config)):
        before, after = one.config.get(key), other.config.get(key)
        if before != after and key not in _SPOKEN:
            what = f"expected {key} to be {before!r}, found {after!r}"
            report.faults.append(Fault("config.json", what))


def _rest(old: Side, new: Side, report: Report) -> Iterator[int]:
    """Compare every tensor that nothing turns; yields their sizes as it goes."""
    one, other = old.checkpoint, new.checkpoint
    is_other_family = old.model.family != new.model.family
    labels = {label: name for name, label in new.model.rest.items()} if is_other_family else {}
    met = set()
    for name, tensor in one.tensors.items():
        if name in old.used:
            if not is_other_family and name not in other.tensors:
                report.faults.append(Fault(name, "is missing"))
            continue
        twin = labels.get(old.model.rest.get(name, ""), "" if is_other_family else name)
        found = other.tensors.get(twin)
        if found is None and is_other_family:
            what = "has no counterpart that is known in the other family"
            report.undecided.append(Fault(name, what))
        elif found is None:
            report.faults.append(Fault(name, "is missing"))
        else:
            met.add(twin)
            _equal(name, tensor, found, report)
        yield tensor.nbytes
    for name in sorted(set(other.tensors) - met - new.used):
        if is_other_family:
            report.undecided.append(Fault(name, "has no counterpart that is known"))
        elif name not in one.tensors:
            report.faults.append(Fault(name, "is there in the new checkpoint alone"))
    for name in sorted(new.used - set(one.tensors)) if not is_other_family else ():
        report.faults.append(Fault(name, "is there in the new checkpoint alone"))


def _equal(name: str, tensor: Any, found: Any, report: Report) -> None:
    if tensor.shape != found.shape:
        what = f"expected shape {tensor.shape}, found {found.shape}"
    elif tensor.dtype != found.dtype and tensor.file.suffix == found.file.suffix:
        what = f"expected {tensor.dtype}, found {found.dtype}"
    elif tensor.dtype != found.dtype:
        if np.array_equal(tensor.array().astype(float), found.array().astype(float)):
            report.equal += 1
            return
        what = "differs"
    else:
        pairs = zip(tensor.chunks(), found.chunks(), strict=True)
        if all(np.array_equal(x, y) for x, y in pairs):
            report.equal += 1
            return
        what = "differs, and a fold leaves it as it is"
    report.faults.append(Fault(name, what))


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

    def _rounding(self, unit: Unit) -> Rounding:
        return Rounding(max(self.new.unit_of(segment.stem) for segment in unit))

    # ---------------------------------------------------------------- queries and keys

    def _rows(self, role: str, number: int, meeting: Meeting, units: Any) -> _Rows:
        """A head's rows on both sides in the common order, with the gains of its norm."""
        sides = ((self.old, self.mine, units[0]), (self.new, self.theirs, units[1]))
        found, gains = [], []
        unit: Any = self._rounding(units[1][number]).unit
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
                    unit = unit * np.ones(len(rows))
                    if side is self.new:
                        unit = unit + side.unit_of(segment.stem) * np.minimum(error, 1e6)[order]
                    if added is not None:
                        rows = np.concatenate([rows, added[:, None]], axis=1)
            found.append(rows[order])
        if found[0].shape != found[1].shape:
            message = f"layer {self.mine.number}: expected a head of {found[0].shape}"
            raise fault(self.new.path, f"{message}, found {found[1].shape}")
        stem = units[0][number][0].stem
        return _Rows(found[0], found[1], Rounding(unit), tuple(gains), self.old.has(f"{stem}.bias"))

    def _scores(self, meeting: Meeting) -> None:
        queries, keys = self._both(meeting.query), self._both(meeting.key)
        count, group = len(keys[0]), len(queries[0]) // len(keys[0])
        rotated = meeting.rotated
        all_keys = [self._rows(meeting.key, j, meeting, keys) for j in range(count)]
        fitted = [fit_pairs(*rows.part(0, rotated)) for rows in all_keys]
        is_signed = self.mine.is_signed
        for j in range(count):
            before = len(self.report.faults)
            key, rows = fitted[j], all_keys[j]
            rest = fit_matrix(*rows.part(rotated, None))
            if is_signed:
                rest = fit_exchange(*rows.part(rotated, None))[0]
            worst = max(key.worst.ratio, rest.worst.ratio)
            is_turned = not np.array_equal(rows.old, rows.new)
            carried = worst <= 1
            if not carried:
                self._explain(meeting.key, j, rows, meeting, keys, key, rest)
            self._normed(meeting.key, j, rows, rotated, key, rest, carried)
            product = 0.0
            for h in range(j * group, (j + 1) * group):
                own = self._rows(meeting.query, h, meeting, queries)
                query = fit_pairs(*own.part(0, rotated))
                old, new, rounding = own.part(rotated, None)
                free = absorbed(old.T, new.T, rest, rounding)
                is_turned |= not np.array_equal(own.old, own.new)
                if query.worst.ratio > 1:
                    carry = fit_matrix(old, new, rounding)
                    self._explain(meeting.query, h, own, meeting, queries, query, carry)
                elif carried and not self._is_after():
                    off, ratio = defect(query, key)
                    product = max(product, float(off.max(initial=0)))
                    worst = max(worst, float(ratio.max(initial=0)))
                    if ratio.max(initial=0) > 1:
                        found = causes.of_product(query, key, h, fitted, j, count)
                        self._fault(meeting.query, h, *found)
                if carried and free.ratio > 1:
                    what = "the coordinates without RoPE do not undo those of its keys"
                    cause = self._free_cause(own, rotated)
                    self._fault(meeting.query, h, f"{what}, {free.ratio:.3g} times rounding", cause)
                worst = max(worst, query.worst.ratio, free.ratio)
                part = fit_matrix(old, new, rounding) if own.gains else None
                self._normed(meeting.query, h, own, rotated, query, part, query.worst.holds)
                if self._is_after() and carried and query.worst.holds:
                    self._gains_meet(meeting, h, own, rows, query, key)
            holds = len(self.report.faults) == before
            heads = tuple(range(j * group, (j + 1) * group))
            self.report.heads.append(
                Head(self.mine.number, meeting.key, j, heads, worst, product, is_turned, holds)
            )

    def _free_cause(self, own: _Rows, rotated: int) -> str:
        old, new, rounding = own.part(rotated, None)
        if np.array_equal(old, new):
            return "they were left as they were"
        if own.has_bias and np.array_equal(old[:, -1], new[:, -1]):
            return "the bias was left as it was"
        if not fit_matrix(old, new, rounding).worst.holds:
            return "no matrix carries them"
        return "they are turned by another matrix"

    def _is_after(self) -> bool:
        return self.mine.norm is not None and self.mine.norm.place == "after"

    def _explain(
        self,
        role: str,
        number: int,
        rows: _Rows,
        meeting: Meeting,
        units: Any,
        pairs: Pairs,
        rest: Matrix,
    ) -> None:
        def others() -> Iterator[tuple[int, Floats]]:
            for other in range(len(units[0])):
                if other != number:
                    yield other, self._rows(role, other, meeting, units).old

        is_pair = pairs.worst.ratio >= rest.worst.ratio
        what, cause = causes.of_rows(
            rows.old,
            rows.new,
            meeting.rotated,
            self.theirs.pairs,
            rows.rounding,
            rows.has_bias,
            others,
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

    def _normed(
        self,
        role: str,
        number: int,
        rows: _Rows,
        rotated: int,
        pairs: Pairs,
        rest: Matrix | None,
        is_carried: bool,
    ) -> None:
        """What a norm asks of the turn before it, and clipping of any turn."""
        if self.mine.is_signed and is_carried:
            near = np.minimum(np.abs(pairs.z**4 - 1), 1)
            if (near > 40 * pairs.spread + 1e-12).any():
                self._fault(role, number, "is clipped, so only quarter turns pass")
        if not rows.gains or not is_carried:
            return
        assert self.mine.norm is not None
        old, new = rows.gains
        tolerance = 8 * rows.rounding.largest + 1e-12
        half = rotated // 2
        if not (old.all() and new.all()):
            found = Fault(f"layer {self.mine.number}", "a gain of 0 hides what turns before it")
            self.report.undecided.append(found)
            return
        if self._is_after():
            blocks = _blocks(pairs.z, np.ones(rotated), np.ones(rotated))
        else:
            blocks = _blocks(pairs.z, old[:rotated], new[:rotated])
        size = len(old)
        matrix = np.zeros((size, size))
        index = np.arange(half)
        for (a, b), values in zip(((0, 0), (0, 1), (1, 0), (1, 1)), blocks, strict=True):
            matrix[index + a * half, index + b * half] = values
        if rest is not None and not self._is_after():
            free = rest.matrix * old[rotated:] / new[rotated:, None]
            error = np.outer(rest.sizes, rest.reach).max(initial=0)
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

    def _gains_meet(
        self, meeting: Meeting, head: int, own: _Rows, rows: _Rows, query: Pairs, key: Pairs
    ) -> None:
        """After a norm behind RoPE: AᵀΓ'B is Γ, of the products of both gains."""
        half = meeting.rotated // 2
        before, after = own.gains[0] * rows.gains[0], own.gains[1] * rows.gains[1]
        one = _blocks(query.z, np.ones(2 * half), np.ones(2 * half))
        other = _blocks(key.z, np.ones(2 * half), np.ones(2 * half))
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
        fits = []
        turned = []
        for j in range(count):
            old, new = (
                side.rows(own[j]) for side, own in zip((self.old, self.new), units, strict=True)
            )
            if old.shape != new.shape:
                message = f"layer {self.mine.number}: values of shape {old.shape}"
                raise fault(self.new.path, f"{message} became {new.shape}")
            turned.append(not np.array_equal(old, new))
            fits.append(self._value(j, old, new, self._rounding(units[1][j]), units, group))
        for j in range(count):
            first = len(self.report.faults)
            worst = fits[j].worst.ratio
            is_turned = turned[j]
            for h in range(j * group, (j + 1) * group):
                worst = max(worst, self._output(h, j, before, after, fits))
            heads = tuple(range(j * group, (j + 1) * group))
            holds = len(self.report.faults) == first and fits[j].worst.holds
            holds &= not any(
                f.layer == self.mine.number and f.role == role and f.head == j
                for f in self.report.faults
            )
            self.report.heads.append(
                Head(self.mine.number, role, j, heads, worst, 0.0, is_turned, holds)
            )

    def _value(
        self, j: int, old: Floats, new: Floats, rounding: Rounding, units: Any, group: int
    ) -> Matrix:
        gate, role = self.mine.gate, self.mine.value
        if gate is None and self.mine.turns != "signed":
            fit = fit_matrix(old, new, rounding)
        else:
            fit, taken = fit_exchange(old, new, rounding)
        if not fit.worst.holds:
            if gate is not None or self.mine.turns == "signed":
                dense = fit_matrix(old, new, rounding)
                if dense.worst.holds:
                    kind = "its gate" if gate else "clipping"
                    cause = f"{kind} lets exchanges of coordinates pass, and no turn"
                    self._fault(role, j, "is turned by more than an exchange", cause)
                    return fit
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
            self._gated(j, taken, gate, group)
        return fit

    def _value_cause(
        self, j: int, old: Floats, new: Floats, rounding: Rounding, units: Any
    ) -> tuple[str, str]:
        def others() -> Iterator[tuple[int, Floats]]:
            for other in range(len(units[0])):
                if other != j:
                    yield other, self.old.rows(units[0][other])

        has_bias = self.old.has(f"{units[0][j][0].stem}.bias")
        return causes.of_rows(
            old, new, 0, "half-split", rounding, has_bias, others, 1e4, 1, len(old)
        )

    def _gated(self, j: int, taken: Any, gate: str, group: int) -> None:
        """The gate's rows are exchanged as the values are, and are equal bit by bit."""
        before, after = self._both(gate)
        for h in range(j * group, (j + 1) * group):
            old, new = self.old.rows(before[h]), self.new.rows(after[h])
            if not np.array_equal(old[taken], new):
                self._fault("q", h, "its gate is not exchanged as its values are")

    def _output(
        self, h: int, j: int, before: list[Segment], after: list[Segment], fits: list[Matrix]
    ) -> float:
        old, new = self.old.block(before[h]), self.new.block(after[h])
        if old.shape != new.shape:
            message = f"layer {self.mine.number}: an output projection of {old.shape}"
            raise fault(self.new.path, f"{message} became {new.shape}")
        rounding = Rounding(self.new.unit_of(after[h].stem))
        worst = absorbed(old, new, fits[j], rounding)
        if not fits[j].worst.holds:
            return 0.0  # its values are what is wrong
        if worst.ratio > 1:

            def blocks() -> Iterator[tuple[int, Floats]]:
                for number, segment in enumerate(before):
                    yield number, self.old.block(segment)

            found = causes.of_output(old, new, fits[j], worst.ratio, fits, j, blocks, rounding, h)
            self._fault("o", h, *found)
        return worst.ratio

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
class _Rows:
    """One head on both sides, in the common order."""

    old: Floats
    new: Floats
    rounding: Rounding
    gains: tuple[Floats, ...]
    has_bias: bool

    def part(self, start: int, end: int | None) -> tuple[Floats, Floats, Rounding]:
        unit = self.rounding.unit
        own = Rounding(unit[start:end]) if isinstance(unit, np.ndarray) else self.rounding
        return self.old[start:end], self.new[start:end], own


def _blocks(z: Any, old: Floats, new: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Γ'⁻¹ Z Γ, pair by pair: the four entries."""
    half = len(z)
    (o1, o2), (n1, n2) = (old[:half], old[half:]), (new[:half], new[half:])
    return z.real * o1 / n1, -z.imag * o2 / n1, z.imag * o1 / n2, z.real * o2 / n2
