"""Whether tensors follow a turn of the residual stream: every entry of every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.carries import Search, Worst, parts
from harness.checkpoints.families import Residual
from harness.checkpoints.findings import Fault, Report, Stream
from harness.checkpoints.sides import Side
from harness.checkpoints.stream import (
    Frame,
    Framed,
    Place,
    find_frame,
    gains_of,
    places,
    pool,
    refusal,
    turned,
    untied,
)
from harness.checkpoints.tensors import same_bits

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_NEAR = 4.0


def frames(old: Side, new: Side, report: Report) -> tuple[Framed, Framed] | None:
    """Both in the frame of the new, where the stream is turned or gains are fused."""
    stream = old.model.residual
    if isinstance(stream, str) or old.model.family != new.model.family:
        return None
    old, new = untied(old, as_loaded=True), untied(new, as_loaded=True)
    known, others = places(old, stream), places(new, stream)
    if known.keys() != others.keys():
        return None
    if any(old.tensor(n).shape != new.tensor(n).shape for n in known):
        return None
    if any(old.tensor(n).dtype != new.tensor(n).dtype for n in known):
        return None
    watched = (n for n, place in known.items() if place.kind in ("embedding", "norm"))
    if all(same_bits(Side.array(old, n), Side.array(new, n)) for n in watched):
        return None
    if reason := refusal(old) or refusal(new):
        report.undecided.append(Fault("residual stream", f"is not followed: {reason}"))
        return None
    first = f"{stream.embedding}.weight"
    for names in (pool(old, stream), {first: known[first]}):
        frame = find_frame(old, new, names)
        if frame is not None:
            pair = Framed(old, frame), Framed(new, Frame(None))
            if _compared(*pair, first).holds:
                break
    if frame is None:
        what = "no orthogonal matrix carries the old embeddings into the new"
        report.faults.append(Fault(first, what))
        return None
    how = "the same frame, gains fused"
    if frame.matrix is not None:
        how = "turned by a matrix known exactly" if frame.root is None else "turned by a matrix"
    report.frame = how
    report.claims += stream.claims
    return pair


def follow(old: Framed, new: Framed, report: Report) -> Iterator[int]:
    """Every tensor of the stream; those of heads were compared head by head. Yields sizes."""
    is_turned = old.frame.matrix is not None
    stream = old.model.residual
    assert isinstance(stream, Residual)
    mine: list[Fault] = []
    for name, place in old.places.items():
        if place.kind == "norm":
            continue
        is_left = is_turned and same_bits(Side.array(old, name), Side.array(new, name))
        if name not in old.used or is_left:
            worst = _compared(old, new, name)
            holds = worst.holds
            report.streams.append(Stream(name, place.layer, worst.ratio, holds))
            if not holds:
                what = f"does not follow the residual stream, {worst.ratio:.3g} times rounding"
                cause = _cause(old, new, name, place, worst, is_left)
                mine.append(Fault(name, what, cause, place.layer))
        yield old.tensor(name).nbytes
        old.leave_layer()
        new.leave_layer()
    report.faults += mine
    wrong = {fault.layer for fault in report.faults if fault.layer is not None or fault in mine}
    stems = {place.norm: place.layer for place in old.places.values() if place.norm}
    for stem, layer in stems.items() if is_turned else ():
        if layer in wrong and (gains_of(new, stream, stem) != 1).any():
            what = "its gains are not 1, and the turn of the stream does not pass them"
            cause = "they were not fused into what reads behind it"
            report.faults.append(Fault(stem, what, cause, layer))


def _compared(old: Framed, new: Framed, name: str) -> Worst:
    slack, axis = old.slack(name)
    return _worst(old.array(name), new, name, slack, axis)


def _worst(wanted: Floats, new: Framed, name: str, slack: Floats | None, axis: int) -> Worst:
    found = new.array(name)
    if found.ndim == 1:
        found, wanted = found[:, None], wanted[:, None]
    stem = name.removesuffix(".weight").removesuffix(".bias")
    kind = np.result_type(wanted.dtype, np.float32)
    unit, tiny = new.rounding_of(stem)
    unit += 4 * (2.0**-24 if unit > 2.0**-40 else 2.0**-53)
    search = Search()
    for part in parts(len(found), found.shape[1]):
        after = found[part].astype(kind)
        allowed = kind.type(unit) * np.abs(after) + kind.type(tiny)
        if slack is not None:
            allowed += slack.astype(kind)[None, :] if axis else slack[part].astype(kind)[:, None]
        search.look(after - wanted[part].astype(kind), allowed, row=part.start)
    return search.worst


def _cause(old: Framed, new: Framed, name: str, place: Place, worst: Worst, is_left: bool) -> str:
    if is_left:
        return "it was left as it was"
    slack, axis = old.slack(name)
    matrix = old.frame.matrix

    def fits(wanted: Any) -> bool:
        return _worst(wanted, new, name, slack, axis).ratio <= _NEAR

    if matrix is not None and fits(turned(old, name, place, matrix.T)):
        return "it has R where the transpose belongs"
    if place.norm is None:
        return f"worst in row {worst.row}, column {worst.column}"
    stream = old.model.residual
    assert isinstance(stream, Residual)
    plain = Side.array(old, name).astype(float)
    gains, theirs = (gains_of(side, stream, place.norm) for side in (old, new))
    turn = np.eye(stream.size) if matrix is None else matrix.T
    if (gains != 1).any() and fits(plain @ turn * theirs):
        return f"the gains of {place.norm} were not fused into it"
    if (theirs != 1).any() and fits(plain * gains @ turn * theirs):
        return f"the gains of {place.norm} were fused into it, and the norm has them still"
    return f"worst in row {worst.row}, column {worst.column}"
