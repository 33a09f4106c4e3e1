"""From a recipe to new tensors: each head turned in doubles, and rounded once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.families import Layer, Meeting, Pairing
from harness.checkpoints.formats import rounded
from harness.checkpoints.recipes import Recipe, key_turns, matrices
from harness.checkpoints.sides import Segment, Side, Unit, pair_order
from harness.checkpoints.tensors import Tensor, fault

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats


@dataclass(frozen=True)
class Turn:
    """A part of a tensor, and what becomes of it; indices are of rows, or of columns."""

    take: Any
    put: Any
    apply: Callable[[Floats], Floats]
    axis: int = 0


class Turning:
    """All turns of a recipe; those of the layer at hand are kept."""

    def __init__(self, side: Side, recipe: Recipe) -> None:
        self.side = side
        self.recipe = recipe
        self.layout: Pairing | None = recipe.data.get("layout")
        self._layer: Layer | None = None
        self._turns: dict[str, list[Turn]] = {}

    def folded(self, tensor: Tensor) -> Any | None:
        """The new numbers of a tensor in its format, or None where nothing is turned in it."""
        turns = self._of(tensor.name)
        if not turns:
            return None
        old = self.side.array(tensor.name)
        new = np.array(old)  # its own, to be written into
        for turn in turns:
            if turn.axis:
                new[:, turn.put] = rounded(
                    turn.apply(old[:, turn.take].astype(float)), tensor.dtype
                )
            else:
                new[turn.put] = rounded(turn.apply(old[turn.take].astype(float)), tensor.dtype)
        self.side.leave_layer()
        if not np.isfinite(new.astype(np.float32)).all():
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
        for number, meeting in enumerate(layer.scores):
            self._plan_scores(layer, number, meeting)
        self._plan_values(layer)

    def _rows(self, unit: Unit, take: Any, put: Any, apply: Callable[[Floats], Floats]) -> None:
        """The same turn for the rows of a weight and for its bias."""
        where = np.concatenate([np.arange(s.start, s.start + s.size) for s in unit])
        for kind in ("weight", "bias"):
            name = f"{unit[0].stem}.{kind}"
            if self.side.has(name):
                turn = Turn(where[take], where[put], apply)
                self._turns.setdefault(name, []).append(turn)

    def _plan_scores(self, layer: Layer, number: int, meeting: Meeting) -> None:
        queries = self.side.units(layer, meeting.query)
        keys = self.side.units(layer, meeting.key)
        size = layer.sizes[meeting.key]
        rotated = meeting.rotated
        turns = key_turns(self.recipe, layer, number, meeting, len(keys))
        free = matrices(self.recipe, "free", layer, number, len(keys), size - rotated)
        take = pair_order(size, rotated, layer.pairs)
        put = pair_order(size, rotated, self.layout or layer.pairs)
        for role, units in ((meeting.query, queries), (meeting.key, keys)):
            gains = self.side.gains(layer, role) if layer.norm else []
            for h, unit in enumerate(units):
                j = h * len(keys) // len(units)
                is_query = role == meeting.query
                z = 1 / turns[j].conj() if is_query else turns[j]
                matrix = np.linalg.inv(free[j]).T if is_query else free[j]
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
        found = self.side.tensor(f"{segment.stem}.weight")
        if len(found.shape) > 1:
            message = f"{found.name}: gains of shape {found.shape} are not folded"
            raise fault(found.file, message)
        carry = carrying(z, np.eye(segment.size - 2 * half))
        for kind, apply in (("weight", moved), ("bias", carry)):
            if self.side.has(name := f"{segment.stem}.{kind}"):
                turn = Turn(where[take], where[put], apply)
                self._turns.setdefault(name, []).append(turn)

    def _plan_values(self, layer: Layer) -> None:
        role = layer.value
        units, columns = self.side.units(layer, role), self.side.columns(layer, role)
        size = layer.sizes[role]
        found = matrices(self.recipe, "values", layer, 0, len(units), size)
        everything = np.arange(size)
        for unit, matrix in zip(units, found, strict=True):
            self._rows(unit, everything, everything, lambda rows, s=matrix: s @ rows)  # type: ignore[misc]
        group = len(columns) // len(units)
        for h, segment in enumerate(columns):
            inverse = np.linalg.inv(found[h // group])
            where = everything + segment.start
            turn = Turn(where, where, lambda block, u=inverse: block @ u, axis=1)  # type: ignore[misc]
            self._turns.setdefault(f"{segment.stem}.weight", []).append(turn)
        if layer.gate is None:
            return
        for h, unit in enumerate(self.side.units(layer, layer.gate)):
            matrix = found[h // group]
            if ((matrix != 0).sum(axis=1) != 1).any():
                message = f"{self.side.model.family} has a gate, which lets `exchange` pass alone"
                raise self.recipe.fault("values", message)
            self._rows(unit, np.abs(matrix).argmax(axis=1), everything, lambda rows: rows)


def carrying(z: Any, matrix: Floats) -> Callable[[Floats], Floats]:
    """Rows in the common order: z on pairs, a matrix on the rest."""
    half = len(z)

    def apply(rows: Floats) -> Floats:
        shape = (half, *(1 for _ in rows.shape[1:]))
        re, im = z.real.reshape(shape), z.imag.reshape(shape)
        first, second = rows[:half], rows[half : 2 * half]
        turned = [re * first - im * second, im * first + re * second]
        if len(matrix):
            turned.append(matrix @ rows[2 * half :])
        return np.concatenate(turned)

    return apply
