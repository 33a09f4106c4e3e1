"""One checkpoint seen through its family: heads as matrices, whatever tensors hold them.

Rows of rotated coordinates come first: the first of each pair, the second of each, then what RoPE
leaves alone. So two checkpoints of different layouts meet in one order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from harness.checkpoints.families import Layer, Model, Pairing, model_of
from harness.checkpoints.formats import format_of, working_type
from harness.checkpoints.gguf import quantized
from harness.checkpoints.reading import open_checkpoint, require_computable
from harness.checkpoints.tensors import Checkpoint, Tensor, fault

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats


_APART = 16
"""Numbers between rows: where these lie a power of two apart, a processor's cache keeps few."""


@dataclass(frozen=True)
class Segment:
    """Consecutive rows (of a weight and its bias) or columns of one tensor."""

    stem: str
    """The tensor's name, without `.weight` or `.bias`."""
    start: int
    size: int

    @property
    def span(self) -> slice:
        return slice(self.start, self.start + self.size)


Unit = tuple[Segment, ...]
"""One head's part of a role; more than one segment where values are made of several."""


def pair_order(size: int, rotated: int, pairs: Pairing) -> Any:
    """Where each coordinate of the common order stands in a head of this layout."""
    if pairs == "interleaved":
        turned = np.arange(rotated).reshape(-1, 2).T.reshape(-1)
    else:
        turned = np.arange(rotated)
    return np.concatenate([turned, np.arange(rotated, size)]).astype(int)


def span(index: Any) -> Any:
    """The same indices, as a slice where they are consecutive: what it takes is not copied."""
    if len(index) and (np.diff(index) == 1).all():
        return slice(int(index[0]), int(index[-1]) + 1)
    return index


@dataclass
class Side:
    """A checkpoint with what its family says; arrays of the layer at hand are kept mapped."""

    checkpoint: Checkpoint
    model: Model
    used: set[str] = field(default_factory=set)
    """The tensors in which something may be turned."""
    _mapped: dict[str, Floats] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.checkpoint.path

    def tensor(self, name: str) -> Tensor:
        found = self.checkpoint.tensors.get(name)
        if found is None:
            raise fault(self.path, f"{self.model.family}: there is no tensor {name}")
        return found

    def has(self, name: str) -> bool:
        return name in self.checkpoint.tensors

    def array(self, name: str) -> Floats:
        """A tensor's numbers in their own format; an array of two axes keeps them."""
        if name not in self._mapped:
            tensor = self.tensor(name)
            require_computable(tensor)
            if name in quantized(self.checkpoint.config):
                message = f"{name} is quantized, so its rounding has no unit; use the original"
                raise fault(self.path, message)
            self._mapped[name] = tensor.array()
        return self._mapped[name]

    def leave_layer(self) -> None:
        self._mapped.clear()

    def slack(self, name: str) -> tuple[Floats | None, Literal[0, 1]]:
        """What each row of a tensor may be off by, or each column, where it was computed."""
        return None, 0

    def units(self, layer: Layer, role: str) -> list[Unit]:
        """Where the heads of a role are, in their order. Raises `InputError` for wrong shapes."""
        if role in layer.made_of:
            parts = [self.units(layer, part) for part in layer.made_of[role]]
            return [sum(unit, ()) for unit in zip(*parts, strict=True)]
        found: list[Unit] = []
        for stem, start, size in self._segments(layer, layer.rows, 0, role):
            found.append((Segment(stem, start, size),))
        return found

    def columns(self, layer: Layer, role: str) -> list[Segment]:
        return [Segment(*item) for item in self._segments(layer, layer.columns, 1, role)]

    def gains(self, layer: Layer, role: str) -> list[Segment]:
        """The gains of each head's norm; a single one where all heads share it."""
        assert layer.norm is not None
        return [Segment(*item) for item in self._segments(layer, layer.norm.gains, 0, role)]

    def _segments(
        self, layer: Layer, layouts: Any, axis: int, role: str
    ) -> Iterator[tuple[str, int, int]]:
        for short, roles in layouts.items():
            stem = f"{layer.prefix}.{short}"
            if role not in roles:
                continue
            tensor = self.tensor(f"{stem}.weight")
            total = sum(layer.sizes[r] for r in roles)
            flat = tensor.shape if layouts is not (layer.norm and layer.norm.gains) else None
            length = flat[axis] if flat and axis < len(flat) else _count(tensor.shape)
            if length != total or (flat is not None and len(flat) != 2):
                message = f"{tensor.name} has shape {tensor.shape}; its family has {total} in "
                raise fault(tensor.file, message + ("rows" if axis == 0 else "columns"))
            start = 0
            for item in roles:
                if item == role:
                    yield stem, start, layer.sizes[item]
                start += layer.sizes[item]

    def _working(self, stem: str) -> Any:
        return working_type(self.tensor(f"{stem}.weight").dtype)

    def rows(self, unit: Unit) -> Floats:
        """The rows of a head, with its bias as one more column where it has one."""
        stems = [segment.stem for segment in unit]
        biased = any(self.has(f"{stem}.bias") for stem in stems)
        width = self.array(f"{stems[0]}.weight").shape[1]
        shape = sum(segment.size for segment in unit), width + biased + _APART
        found: Floats = np.empty(shape, self._working(stems[0]))[:, : width + biased]
        start = 0
        for segment in unit:
            weight, end = self.array(f"{segment.stem}.weight"), start + segment.size
            if weight.shape[1] != width:
                message = f"{segment.stem}.weight has {weight.shape[1]} columns, expected {width}"
                raise fault(self.path, message)
            found[start:end, :width] = weight[segment.span]
            if biased:
                found[start:end, width] = self.array(f"{segment.stem}.bias")[segment.span]
            start = end
        return found

    def block(self, segment: Segment) -> Floats:
        """The columns of an output projection that meet one head."""
        found: Floats = self.array(f"{segment.stem}.weight")[:, segment.span]
        return found.astype(self._working(segment.stem))

    def piece(self, segment: Segment, kind: str, axis: int) -> Floats | None:
        """The numbers of a segment in their own format, or None where there is no such tensor."""
        name = f"{segment.stem}.{kind}"
        if not self.has(name):
            return None
        found = self.array(name)
        if found.ndim < 2 or axis == 0:
            return found.reshape(-1)[segment.span] if found.shape[0] == 1 else found[segment.span]
        return found[:, segment.span]

    def gain(self, segment: Segment, less: float) -> tuple[Floats, Floats | None, Floats]:
        """Gains, the norm's own biases if it has any, and the gains' errors in units."""
        stored = self.array(f"{segment.stem}.weight").reshape(-1)[segment.span].astype(float)
        added = None
        if self.has(bias := f"{segment.stem}.bias"):
            added = self.array(bias).reshape(-1)[segment.span].astype(float)
        gains = stored + less
        with np.errstate(divide="ignore", invalid="ignore"):
            return gains, added, np.where(stored == 0, 0.0, np.abs(stored / gains))

    def rounding_of(self, stem: str) -> tuple[float, float]:
        """A weight's format: the unit of rounding, and what a number too small for it is off by."""
        found = format_of(self.tensor(f"{stem}.weight").dtype)
        assert found is not None
        return found.unit, found.tiny


def _count(shape: tuple[int, ...]) -> int:
    found = 1
    for size in shape:
        found *= size
    return found


def open_side(path: Path, family: Path | None = None, pairs: Pairing | None = None) -> Side:
    """Open a checkpoint and find its family. Raises `InputError`."""
    checkpoint = open_checkpoint(path)
    model = model_of(checkpoint, family)
    if pairs is not None:
        model = model.in_layout(pairs)
    side = Side(checkpoint, model)
    for layer in model.layers:
        for layouts in (layer.rows, layer.columns, layer.norm.gains if layer.norm else {}):
            for short in layouts:
                weight, bias = (f"{layer.prefix}.{short}.{x}" for x in ("weight", "bias"))
                side.used |= {weight} if layouts is layer.columns else {weight, bias}
    side.used &= set(checkpoint.tensors)
    if not side.used:
        raise fault(path, f"{model.family}: none of its tensors of attention is here")
    return side
