"""Queries and keys of a layer: how each head is carried, and whether the two undo each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints import causes
from harness.checkpoints.both import Both
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
)
from harness.checkpoints.families import Meeting
from harness.checkpoints.sides import pair_order, span
from harness.checkpoints.tensors import same_bits
from harness.checkpoints.working import each

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_GAINS = "a turn passes only gains that are equal in a pair or are exchanged with it"


@dataclass(frozen=True)
class _Rows:
    """One head on both sides, in the common order, with the gains of its norm."""

    old: Floats
    new: Floats
    rounding: Rounding
    gains: tuple[Floats, ...]
    """Those of the old side, of the new one, and by how much rounding put the latter off."""
    has_bias: bool

    def part(self, start: int, end: int | None) -> tuple[Floats, Floats, Rounding]:
        return self.old[start:end], self.new[start:end], self.rounding.part(start, end)


@dataclass(frozen=True)
class _Fit:
    """How the rows of one head are carried."""

    pairs: Pairs
    rest: Matrix
    free: Worst
    """Of a query: whether what RoPE leaves alone undoes that of its key."""
    is_turned: bool
    rounding: Rounding
    gains: tuple[Floats, ...]


class Scores:
    """A part of queries and a part of keys that meet in the scores of one layer."""

    def __init__(self, both: Both, meeting: Meeting) -> None:
        self.both, self.query, self.key = both, meeting.query, meeting.key
        self.rotated = meeting.rotated
        self.units = {role: both.units(role) for role in (self.query, self.key)}
        self.norm = both.mine.norm
        self.is_after = self.norm is not None and self.norm.place == "after"

    def look(self) -> None:
        count = len(self.units[self.key][0])
        group = len(self.units[self.query][0]) // count
        groups = [tuple(range(j * group, (j + 1) * group)) for j in range(count)]

        def fit_key(j: int) -> _Fit | None:
            is_same = self._is_same(self.key, j)
            is_same = is_same and all(self._is_same(self.query, h) for h in groups[j])
            return None if is_same else self._fit(self.key, j)

        def fit_query(h: int) -> _Fit | None:
            key = fits[h // group]
            return key and self._fit(self.query, h, key)

        fits = each(fit_key, range(count))
        asked = each(fit_query, range(count * group))
        turns = [fit.pairs if fit else _unturned(self.rotated // 2) for fit in fits]
        for j, key in enumerate(fits):
            if key is None:
                self.both.head(self.key, j, groups[j], 0.0, 0.0, False, True)
            else:
                queries = {h: fit for h in groups[j] if (fit := asked[h])}
                self._judge(j, key, queries, turns)

    def _judge(self, j: int, key: _Fit, queries: dict[int, _Fit], turns: list[Pairs]) -> None:
        """A key head that is not the same, with the queries of its group."""
        both = self.both
        before = len(both.report.faults)
        worst = max(key.pairs.worst.ratio, key.rest.worst.ratio)
        carried = worst <= 1
        if carried:
            self._normed(self.key, j, key)
        else:
            self._explain(self.key, j, key)
        product = 0.0
        for h, own in queries.items():
            query = own.pairs
            if not query.worst.holds:
                self._explain(self.query, h, own)
            elif carried and not self.is_after:
                off, ratio = defect(query, key.pairs)
                product = max(product, float(off.max(initial=0)))
                worst = max(worst, float(ratio.max(initial=0)))
                if ratio.max(initial=0) > 1:
                    found = causes.of_product(query, key.pairs, h, turns, j, len(turns))
                    both.fault(self.query, h, *found)
            if carried and not own.free.holds:
                what = "the coordinates without RoPE do not undo those of its keys"
                what += f", {own.free.ratio:.3g} times rounding"
                both.fault(self.query, h, what, self._free_cause(h, own))
            worst = max(worst, query.worst.ratio, own.free.ratio)
            if query.worst.holds:
                self._normed(self.query, h, own)
                if self.is_after and carried:
                    self._gains_meet(h, own, key)
        is_turned = any(fit.is_turned for fit in (key, *queries.values()))
        holds = len(both.report.faults) == before
        turn = key.pairs.z if carried else ()
        both.head(self.key, j, tuple(queries), worst, product, is_turned, holds, turn)

    def _rows(self, role: str, number: int) -> _Rows:
        both, norm = self.both, self.norm
        units = [own[number] for own in self.units[role]]
        rounding = both.rounding(*units)
        unit: Any = rounding.unit
        tiny = rounding.tiny
        slack: Any = rounding.rows
        found, gains = [], []
        common: Any = 0.0
        for (side, layer), own in zip(both.sides, units, strict=True):
            rows = side.rows(own)
            order = pair_order(len(rows), self.rotated, layer.pairs)
            if norm is not None:
                heads = side.gains(layer, role)
                segment = heads[number if len(heads) > 1 else 0]
                gain, added, error = side.gain(segment, norm.less)
                gains.append(gain[order])
                error *= side.rounding_of(segment.stem)[0]
                if side is both.new:
                    gains.append((np.abs(gain) * error)[order])
                if norm.place == "before":
                    rows = rows * gain[:, None]
                    if side is both.old:
                        slack = slack * np.abs(gain)
                    else:
                        common = np.minimum(error, 1e6)[order]
                        tiny *= max(1.0, float(np.abs(gain).max()))
                        unit = unit + common
                    if added is not None:
                        rows = np.concatenate([rows, added[:, None]], axis=1)
            if side is both.old:
                slack = slack[order]
            found.append(rows[span(order)])
        has_bias = both.old.has(f"{units[0][0].stem}.bias")
        return _Rows(
            *both.alike(*found), Rounding(unit, slack, 0.0, tiny, common), tuple(gains), has_bias
        )

    def _fit(self, role: str, number: int, key: _Fit | None = None) -> _Fit:
        """How a head's rows are carried; those of a query, whether they undo its key's."""
        rows = self._rows(role, number)
        old, new, rounding = rows.part(self.rotated, None)
        if key is None and self.both.mine.is_signed:
            rest = fit_exchange(old, new, rounding)[0]
        else:
            rest = fit_matrix(old, new, rounding)
        return _Fit(
            fit_pairs(*rows.part(0, self.rotated)),
            rest,
            self._undone(old, new, rounding, key) if key else Worst(0.0, 0, 0),
            not same_bits(rows.old, rows.new),
            rows.rounding,
            rows.gains,
        )

    def _undone(self, old: Floats, new: Floats, rounding: Rounding, key: _Fit) -> Worst:
        """Whether the rows of a query that RoPE leaves alone undo those of its key."""
        common = key.rounding.part(self.rotated, None).common
        meant = replace(rounding.transposed(), unit=rounding.unit + common)
        return absorbed(old.T, new.T, key.rest, meant)

    def _is_same(self, role: str, number: int) -> bool:
        """Whether a head is the same bit by bit, with what its norm has for it."""
        if self.both.mine.pairs != self.both.theirs.pairs:
            return False
        found = [list(own[number]) for own in self.units[role]]
        for (side, layer), own in zip(self.both.sides, found, strict=True):
            gains = side.gains(layer, role) if layer.norm else []
            own += gains[number : number + 1] if len(gains) > 1 else gains
        return self.both.are_equal(*found)

    # ---------------------------------------------------------------- why not

    def _free_cause(self, head: int, fit: _Fit) -> str:
        rows = self._rows(self.query, head)
        old, new, _ = rows.part(self.rotated, None)
        if np.array_equal(old, new):
            return "they were left as they were"
        if rows.has_bias and np.array_equal(old[:, -1], new[:, -1]):
            return "the bias was left as it was"
        is_carried = fit.rest.worst.holds
        return "they are turned by another matrix" if is_carried else "no matrix carries them"

    def _explain(self, role: str, number: int, fit: _Fit) -> None:
        rows, pairs, model = self._rows(role, number), fit.pairs, self.both.new.model
        numbers = (other for other in range(len(self.units[role][0])) if other != number)
        is_pair = pairs.worst.ratio >= fit.rest.worst.ratio
        what, cause = causes.of_rows(
            rows.old,
            rows.new,
            self.rotated,
            self.both.theirs.pairs,
            rows.rounding,
            rows.has_bias,
            ((other, self._rows(role, other).old) for other in numbers),
            model.base,
            model.context,
            pairs.worst.row if is_pair else len(rows.old),
        )
        if rows.gains and not self.is_after and self._passes_without_gains(rows):
            cause = f"it would without the norm; {_GAINS}"
        self.both.fault(role, number, what, cause)

    def _passes_without_gains(self, rows: _Rows) -> bool:
        before, after, _ = rows.gains
        if not (before.all() and after.all()):
            return False
        old, new = rows.old / before[:, None], rows.new / after[:, None]
        return causes.carries(old, new, self.rotated, rows.rounding)

    # ---------------------------------------------------------------- norms

    def _normed(self, role: str, number: int, fit: _Fit) -> None:
        """What a norm asks of the turn before it, and clipping of any turn."""
        both, rotated = self.both, self.rotated
        if both.mine.is_signed:
            near = np.minimum(np.abs(fit.pairs.z**4 - 1), 1)
            if (near > 40 * fit.pairs.spread + 1e-12).any():
                both.fault(role, number, "is clipped, so only quarter turns pass")
        if self.norm is None:
            return
        old, new, _ = fit.gains
        if not (old.all() and new.all()):
            both.undecided("a gain of 0 hides what turns before it")
            return
        size = len(old)
        turn, error = _turn(fit.pairs.z, size), _error(fit.pairs, size)
        if not self.is_after:
            turn[rotated:, rotated:] = fit.rest.matrix
            error[rotated:, rotated:] = np.outer(fit.rest.sizes, fit.rest.reach)
            turn, error = (x * np.abs(old / new[:, None]) for x in (turn, error))
        error = 8 * error + np.abs(turn) * np.reshape(fit.rounding.common, (-1, 1))
        off, allowed = np.abs(turn.T @ turn - np.eye(size)), np.abs(turn).T @ error
        if (off > allowed + allowed.T + 1e-12).any():
            what = f"changes the length before the norm, off by {off.max():.2g}"
            both.fault(role, number, what, _GAINS)
        elif self.norm.kind == "layer":
            ones = turn.sum(axis=1)
            away = np.abs(ones - np.sign(ones[0]))
            if (away > error.sum(axis=1) + 1e-12).any():
                what = f"does not keep the mean that the norm subtracts, off by {away.max():.2g}"
                both.fault(role, number, what, "only signs pass a norm of this kind")

    def _gains_meet(self, head: int, own: _Fit, key: _Fit) -> None:
        """After a norm behind RoPE: AᵀΓ'B is Γ, of the products of both gains."""
        span = slice(self.rotated)
        (before, after, less), (before_k, after_k, less_k) = own.gains, key.gains
        gains = (after * after_k)[span]
        errors = (np.abs(after) * less_k + less * np.abs(after_k) + less * less_k)[span]
        a, b = (_turn(fit.pairs.z, self.rotated) for fit in (own, key))
        off = np.abs((a.T * gains) @ b - np.diag((before * before_k)[span]))
        own_error, key_error = (_error(fit.pairs, self.rotated) for fit in (own, key))
        a, b, gains = np.abs(a), np.abs(b), np.abs(gains)
        allowed = 8 * ((own_error.T * gains) @ b + (a.T * gains) @ key_error) + (a.T * errors) @ b
        if (off > allowed + 1e-12).any():
            what = f"the norm's gains do not meet, off by {off.max(initial=0):.2g}"
            self.both.fault(self.query, head, what, "the gains of both do not turn along")


def _unturned(half: int) -> Pairs:
    return Pairs(np.ones(half, complex), np.zeros(half), Worst(0.0, 0, 0))


def _turn(z: Any, size: int) -> Floats:
    """What turns the pairs of a head, as a matrix; the rest is left alone."""
    half, made = len(z), np.eye(size)
    first = np.arange(half)
    second = first + half
    made[first, first] = made[second, second] = z.real
    made[first, second], made[second, first] = -z.imag, z.imag
    return made


def _error(pairs: Pairs, size: int) -> Floats:
    """The standard deviation of each entry of that matrix."""
    made = np.abs(_turn(pairs.spread * (1 + 1j), size))
    made[2 * len(pairs.z) :] = 0
    return made
