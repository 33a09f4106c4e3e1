"""From a recipe to new tensors: each head turned in float32 or doubles, and rounded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.families import Layer, Meeting, Pairing, Residual
from harness.checkpoints.formats import are_finite, rounded, working_type
from harness.checkpoints.recipes import Recipe, inverses, key_turns, matrices, stream_matrix
from harness.checkpoints.sides import Segment, Side, Unit, pair_order, span
from harness.checkpoints.stream import Place, pieces, places, refusal, seen, turned
from harness.checkpoints.tensors import Tensor, fault
from harness.checkpoints.working import each

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats


_PIECE = 1 << 16


@dataclass(frozen=True)
class Turn:
    """A part of a tensor, and what becomes of it; indices are of rows, or of columns."""

    take: Any
    put: Any
    apply: Callable[[Floats], Floats]
    axis: int = 0
    is_flat: bool = False
    """Whether entries are counted through all axes, as those of gains by head and coordinate."""

    @property
    def ends(self) -> tuple[Any, Any]:
        return self.take, self.put

    def parts(self, array: Floats) -> Iterator[tuple[slice, ...]]:
        """Pieces of the other axis, such that what is computed of one stays near the processor."""
        if array.ndim == 1:
            yield ()
            return
        own, other = array.shape[self.axis], array.shape[1 - self.axis]
        is_whole = isinstance(self.take, slice)
        count = len(range(*self.take.indices(own))) if is_whole else len(self.take)
        step = max(1, _PIECE // max(count, 1))
        yield from ((slice(start, start + step),) for start in range(0, other, step))


class Turning:
    """All turns of a recipe; those of the layer at hand are kept."""

    def __init__(self, side: Side, recipe: Recipe) -> None:
        self.side = side
        self.recipe = recipe
        self.layout: Pairing | None = recipe.data.get("layout")
        self._layer: Layer | None = None
        self._turns: dict[str, list[Turn]] = {}
        self._rooms: list[Any] = [np.empty(0, np.uint8)] * 2
        self._stream: Floats | None = None
        self._places: dict[str, Place] = {}
        stream = side.model.residual
        if "residual" in recipe.data:
            if reason := refusal(side):
                raise recipe.fault("residual", reason)
            assert isinstance(stream, Residual)
            self._stream, self._places = stream_matrix(recipe, stream.size), places(side, stream)

    def folded(self, tensor: Tensor) -> Any | None:
        """The new numbers of a tensor in its format, or None where nothing is turned in it.

        They lie where those of the tensor after the next will.
        """
        turns, place = self._of(tensor.name), self._places.get(tensor.name)
        if not turns and place is None:
            return None
        old = self.side.array(tensor.name)
        self._rooms.reverse()
        if self._rooms[0].nbytes != old.nbytes:
            self._rooms[0] = np.empty(old.nbytes, np.uint8)
        new = self._rooms[0].view(old.dtype).reshape(old.shape)
        kind = working_type(tensor.dtype)
        if place is not None and (turns or place.kind == "norm"):
            old = turned(self.side, tensor.name, place, self._stream)
            new[...] = rounded(old, tensor.dtype)
        elif place is not None:
            for part, _, made in pieces(self.side, tensor.name, place, self._stream):
                seen(new, place)[part] = rounded(made, tensor.dtype)
        else:
            new[...] = old

        def turn_one(turn: Turn) -> None:
            before, after = (x.reshape(-1) if turn.is_flat else x for x in (old, new))
            for part in turn.parts(before):
                take, put = ((x, *part) if not turn.axis else (*part, x) for x in turn.ends)
                after[put] = rounded(turn.apply(before[take].astype(kind)), tensor.dtype)

        each(turn_one, turns)
        self.side.leave_layer()
        if not are_finite(self._rooms[0], tensor.dtype):
            raise fault(tensor.file, f"{tensor.name} comes to have entries beyond {tensor.dtype}")
        return new

    def _of(self, name: str) -> list[Turn]:
        if name not in self.side.used:
            return []
        if self._layer is None or not name.startswith(f"{self._layer.prefix}."):
            layers = self.side.model.layers
            self._layer = next(x for x in layers if name.startswith(f"{x.prefix}."))
            self._turns = {}
            self._plan(self._layer)
        return self._turns.get(name, [])

    def _plan(self, layer: Layer) -> None:
        asked = self.recipe.data.keys() if self.recipe.turns_at(layer.number) else ()
        if self.layout or not {"angles", "scales", "free"}.isdisjoint(asked):
            for number, meeting in enumerate(layer.scores):
                self._plan_scores(layer, number, meeting)
        if "values" in asked:
            self._plan_values(layer)

    def _rows(self, unit: Unit, take: Any, put: Any, apply: Callable[[Floats], Floats]) -> None:
        """The same turn for the rows of a weight and for its bias."""
        where = np.concatenate([np.arange(s.start, s.start + s.size) for s in unit])
        for kind in ("weight", "bias"):
            name = f"{unit[0].stem}.{kind}"
            if self.side.has(name):
                turn = Turn(span(where[take]), span(where[put]), apply)
                self._turns.setdefault(name, []).append(turn)

    def _plan_scores(self, layer: Layer, number: int, meeting: Meeting) -> None:
        queries = self.side.units(layer, meeting.query)
        keys = self.side.units(layer, meeting.key)
        size = layer.sizes[meeting.key]
        rotated = meeting.rotated
        turns = key_turns(self.recipe, layer, number, meeting, len(keys))
        free = matrices(self.recipe, "free", layer, number, len(keys), size - rotated)
        inverse = inverses(self.recipe, "free", free)
        take = pair_order(size, rotated, layer.pairs)
        put = pair_order(size, rotated, self.layout or layer.pairs)
        for role, units in ((meeting.query, queries), (meeting.key, keys)):
            gains = self.side.gains(layer, role) if layer.norm else []
            for h, unit in enumerate(units):
                j = h * len(keys) // len(units)
                is_query = role == meeting.query
                z = 1 / turns[j].conj() if is_query else turns[j]
                matrix = inverse[j].T if is_query else free[j]
                length = np.abs(z) if layer.norm else np.ones(len(z))
                self._rows(unit, take, put, carrying(z / length, matrix))
                if h < len(gains):
                    self._gains(gains[h], take, put, z, layer)

    def _gains(self, segment: Segment, take: Any, put: Any, z: Any, layer: Layer) -> None:
        assert layer.norm is not None
        half, less = len(z), layer.norm.less
        is_odd = np.abs(z.imag) > np.abs(z.real)
        scale = np.concatenate([np.abs(z), np.abs(z)])

        def moved(gains: Floats) -> Floats:
            new = gains + less
            first, second = new[:half].copy(), new[half : 2 * half].copy()
            new[:half] = np.where(is_odd, second, first)
            new[half : 2 * half] = np.where(is_odd, first, second)
            new[: 2 * half] *= scale
            return new - less

        where = np.arange(segment.start, segment.start + segment.size)
        carry = carrying(z, np.eye(segment.size - 2 * half))
        for kind, apply in (("weight", moved), ("bias", carry)):
            if self.side.has(name := f"{segment.stem}.{kind}"):
                turn = Turn(span(where[take]), span(where[put]), apply, is_flat=True)
                self._turns.setdefault(name, []).append(turn)

    def _plan_values(self, layer: Layer) -> None:
        role = layer.value
        units, columns = self.side.units(layer, role), self.side.columns(layer, role)
        size = layer.sizes[role]
        found = matrices(self.recipe, "values", layer, 0, len(units), size)
        inverse = inverses(self.recipe, "values", found)
        everything = np.arange(size)
        for unit, matrix in zip(units, found, strict=True):
            self._rows(unit, everything, everything, _times(matrix))
        group = len(columns) // len(units)
        for h, segment in enumerate(columns):
            undo = _times(inverse[h // group], on_rows=False)
            turn = Turn(segment.span, segment.span, undo, axis=1)
            self._turns.setdefault(f"{segment.stem}.weight", []).append(turn)
        if layer.gate is None:
            return
        for h, unit in enumerate(self.side.units(layer, layer.gate)):
            matrix = found[h // group]
            if ((matrix != 0).sum(axis=1) != 1).any():
                message = f"{self.side.model.family} has a gate, which lets `exchange` pass alone"
                raise self.recipe.fault("values", message)
            self._rows(unit, np.abs(matrix).argmax(axis=1), everything, lambda rows: rows)


def _times(matrix: Floats, *, on_rows: bool = True) -> Callable[[Floats], Floats]:
    """A matrix times rows, or columns times a matrix, in what they are computed in."""

    def apply(block: Floats) -> Floats:
        mine = matrix.astype(block.dtype)
        found: Floats = mine @ block if on_rows else block @ mine
        return found

    return apply


def carrying(z: Any, matrix: Floats) -> Callable[[Floats], Floats]:
    """Rows in the common order: z on pairs, a matrix on the rest."""
    half = len(z)
    planes = np.array([[z.real, -z.imag], [z.imag, z.real]]).transpose(2, 0, 1)

    def apply(rows: Floats) -> Floats:
        turned = np.empty(rows.shape, rows.dtype)
        if half:
            before, after = (
                x[: 2 * half].reshape(2, half, -1).swapaxes(0, 1) for x in (rows, turned)
            )
            np.matmul(planes.astype(rows.dtype), before, out=after)
        if len(matrix):
            turned[2 * half :] = matrix.astype(rows.dtype) @ rows[2 * half :]
        return turned

    return apply
