"""The residual stream turned by one orthogonal matrix R, with the gains of its norms fused.

A norm that divides by the root mean square lets R pass, and its gains do not: so what reads the
stream behind a norm becomes W diag(γ) Rᵀ and the gains become 1, what writes into the stream
becomes R W, and embeddings become E Rᵀ. Whether a checkpoint admits it is asked of every tensor
that it has: what nothing is said of may read the stream or write into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from harness.checkpoints.families import Residual
from harness.checkpoints.formats import format_of, working_type
from harness.checkpoints.sides import Side
from harness.checkpoints.tensors import same_bits

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_SIGMAS = 8.0
_UNIFORM = 3**-0.5
_ROWS = 1024
"""Vectors that are looked at together."""
_POOLED = 4
"""Layers whose inputs help to find R."""
_NEAR = 0.25


@dataclass(frozen=True)
class Place:
    """What a tensor is to the stream."""

    kind: Literal["embedding", "input", "output", "norm"]
    norm: str | None = None
    """Of an input: the stem of the norm before it."""
    layer: int | None = None


def places(side: Side, stream: Residual) -> dict[str, Place]:
    """The tensors of a checkpoint that read the stream, write into it, or norm it."""
    found = {f"{stream.embedding}.weight": Place("embedding")}
    found[f"{stream.head}.weight"] = Place("input", stream.last)
    found[f"{stream.last}.weight"] = Place("norm")
    for block in stream.blocks:
        found[f"{block.norm}.weight"] = Place("norm", None, block.layer)
        for stem in block.inputs:
            found[f"{stem}.weight"] = Place("input", block.norm, block.layer)
        for stem in block.outputs:
            for kind in ("weight", "bias"):
                found[f"{stem}.{kind}"] = Place("output", None, block.layer)
    return {name: place for name, place in found.items() if side.has(name)}


def refusal(side: Side) -> str | None:
    """Why R may not be folded into this checkpoint, in a sentence; None where it may."""
    stream = side.model.residual
    if isinstance(stream, str):
        return stream
    known = places(side, stream)
    biases = {f"{stem}.bias" for block in stream.blocks for stem in block.inputs}
    within = {
        f"{layer.prefix}.{stem}.{kind}"
        for layer in side.model.layers
        if layer.norm
        for stem in layer.norm.gains
        for kind in ("weight", "bias")
    }
    for name, tensor in side.checkpoint.tensors.items():
        if name not in known and name not in biases | within:
            return f"nothing is said of {name}, which may read the residual stream"
        if name in known and stream.size not in tensor.shape:
            return f"{name} has shape {tensor.shape}, and the stream has size {stream.size}"
    for stem in (stream.last, *(block.norm for block in stream.blocks)):
        if not side.has(f"{stem}.weight"):
            return f"there is no norm {stem}.weight"
    if not (side.has(f"{stream.head}.weight") or stream.is_tied):
        return f"there is no {stream.head}.weight for the last norm's gains to be fused into"
    return None


def gains_of(side: Side, stream: Residual, stem: str) -> Floats:
    found: Floats = Side.array(side, f"{stem}.weight").reshape(-1).astype(float) + stream.less
    return found


def seen(found: Floats, place: Place) -> Floats:
    """A tensor's vectors of the stream as rows: those of what writes into it are columns."""
    return np.atleast_2d(found.T) if place.kind == "output" else found


def has_last_gains(side: Side) -> bool:
    """Whether the norm before the head has gains to be fused."""
    stream = side.model.residual
    if isinstance(stream, str) or not side.has(f"{stream.last}.weight"):
        return False
    return bool((gains_of(side, stream, stream.last) != 1).any())


def pieces(
    side: Side, name: str, place: Place, matrix: Floats | None
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Some vectors of a tensor at a time, in what is computed in: where they are, with gains fused,
    and these in the frame of `matrix`."""
    stream = side.model.residual
    assert isinstance(stream, Residual)
    found, kind = seen(Side.array(side, name), place), working_type(side.tensor(name).dtype)
    gains = 1 if place.norm is None else gains_of(side, stream, place.norm).astype(kind)
    turn = None if matrix is None else matrix.T.astype(kind)
    for start in range(0, len(found), _ROWS):
        part = slice(start, start + _ROWS)
        plain = found[part].astype(kind)
        plain *= gains
        yield part, plain, plain if turn is None else plain @ turn


def turned(side: Side, name: str, place: Place, matrix: Floats | None) -> Floats:
    """A tensor with gains fused, in the frame of `matrix`, in what is computed in."""
    stream = side.model.residual
    assert isinstance(stream, Residual)
    found = Side.array(side, name)
    kind = working_type(side.tensor(name).dtype)
    if place.kind == "norm":
        return np.full(found.shape, 1 - stream.less, kind)
    if matrix is None and (place.norm is None or (gains_of(side, stream, place.norm) == 1).all()):
        return found
    made = np.empty(found.shape, kind)
    for part, _, new in pieces(side, name, place, matrix):
        seen(made, place)[part] = new
    return made


@dataclass(frozen=True)
class Frame:
    """R, and how sure it is."""

    matrix: Floats | None
    """None where the frame is the same."""
    root: Floats | None = None
    """K, where the error of w Rᵀ has the standard deviation `size` ‖w K‖; None where R is exact."""
    size: float = 0.0

    def slack(self, vectors: Floats, arithmetic: float) -> Floats:
        """What the entries of each row of `vectors` may be off by, in the new frame."""
        if self.matrix is None:
            return np.zeros(len(vectors))
        found: Floats = _SIGMAS * arithmetic * np.linalg.norm(vectors, axis=1).astype(float)
        if self.root is not None:
            away = np.linalg.norm(vectors @ self.root.astype(vectors.dtype), axis=1)
            found = found + _SIGMAS * self.size * away
        return found


def find_frame(old: Side, new: Side, names: dict[str, Place]) -> Frame | None:
    """The orthogonal matrix that carries vectors of these tensors; None where there is none."""
    if all(same_bits(Side.array(old, name), Side.array(new, name)) for name in names):
        return Frame(None)
    stream = old.model.residual
    assert isinstance(stream, Residual)
    gram, cross = np.zeros((2, stream.size, stream.size))
    unit = 0.0
    for name, place in names.items():
        found = format_of(new.tensor(name).dtype)
        assert found is not None
        squares = [float(np.linalg.norm(x)) ** 2 for _, x, _ in pieces(new, name, place, None)]
        size = max(float(np.sqrt(sum(squares) / new.array(name).size)), 1e-30)
        unit = max(unit, found.unit + found.tiny / size)
        for (_, mine, _), (_, theirs, _) in zip(
            *(pieces(side, name, place, None) for side in (old, new)), strict=True
        ):
            for x in (mine, theirs):
                x /= x.dtype.type(size)
            gram += mine.T @ mine
            cross += mine.T @ theirs
    try:
        inverse = np.linalg.inv(gram)
        inverse = (inverse + inverse.T) / 2
        root = np.linalg.cholesky(inverse)
    except np.linalg.LinAlgError:
        return None
    matrix = (inverse @ cross).T
    matrix += (inverse @ (cross - gram @ matrix.T)).T
    condition = np.sqrt(np.linalg.norm(gram) * np.linalg.norm(inverse))
    del gram, cross, inverse  # each as large as R
    for exact in _snapped(matrix):
        if np.abs(exact @ exact.T - np.eye(stream.size)).max() < 1e-12:
            return Frame(None if (exact == np.eye(stream.size)).all() else exact)
    if np.linalg.norm(matrix @ matrix.T - np.eye(stream.size), 2) > _NEAR:
        return None
    for _ in range(6):  # Newton's iteration for the nearest orthogonal matrix
        matrix = 1.5 * matrix - 0.5 * matrix @ (matrix.T @ matrix)
    return Frame(matrix, root, (unit + 2.0**-50 * condition) * _UNIFORM)


def _snapped(matrix: Floats) -> Iterator[Floats]:
    """Matrices of signs, and signed exchanges, that are near: they are known exactly."""
    scale = np.sqrt(len(matrix))
    if (np.abs(np.abs(matrix) * scale - 1) < _NEAR).all():
        yield np.sign(matrix) / scale
    if (np.abs(matrix - np.round(matrix)) < _NEAR).all():
        yield np.round(matrix)


def pool(side: Side, stream: Residual) -> dict[str, Place]:
    """Tensors by which R is found: nothing but R turns their rows."""
    found = places(side, stream)
    numbers = sorted({block.layer for block in stream.blocks})[:_POOLED]
    return {
        name: place
        for name, place in found.items()
        if place.kind == "embedding"
        or (place.kind == "input" and name not in side.used and place.layer in (None, *numbers))
    }


def untied(side: Side, *, as_loaded: bool = False) -> Side:
    """The same, with a head of its own where the embeddings are the head.

    The gains of the last norm are fused into a head alone. `as_loaded`, a head that is stored
    beside embeddings that are one is what it is to programs: not there.
    """
    stream = side.model.residual
    if isinstance(stream, str) or not stream.is_tied:
        return side
    if side.has(f"{stream.head}.weight") and not as_loaded:
        return side
    embedding = side.checkpoint.tensors.get(f"{stream.embedding}.weight")
    if embedding is None:
        return side
    head = replace(embedding, name=f"{stream.head}.weight")
    tensors = {**side.checkpoint.tensors, head.name: head}
    return Side(replace(side.checkpoint, tensors=tensors), side.model, side.used)


class Framed(Side):
    """A side whose tensors are seen with gains fused, and in another frame of the stream."""

    def __init__(self, side: Side, frame: Frame) -> None:
        model = replace(side.model)
        super().__init__(side.checkpoint, model, side.used)
        stream = model.residual
        assert isinstance(stream, Residual)
        self.frame = frame
        self.places = places(side, stream)
        self._seen: dict[str, tuple[Floats, Floats | None]] = {}

    def array(self, name: str) -> Floats:
        place = self.places.get(name)
        if place is None or place.kind == "norm":
            return super().array(name)
        return self._found(name, place)[0]

    def slack(self, name: str) -> tuple[Floats | None, Literal[0, 1]]:
        """What the error of R and of products with it leaves of each row, or of each column."""
        place = self.places.get(name)
        if place is None:
            return None, 0
        return self._found(name, place)[1], 1 if place.kind == "output" else 0

    def _found(self, name: str, place: Place) -> tuple[Floats, Floats | None]:
        if name not in self._seen:
            matrix = self.frame.matrix
            if matrix is None or place.kind == "norm":
                self._seen[name] = turned(self, name, place, matrix), None
                return self._seen[name]
            dtype = self.tensor(name).dtype
            made = np.empty(self.tensor(name).shape, working_type(dtype))
            arithmetic = 2.0**-53 if dtype == "F64" else 2.0**-24
            slack = []
            for part, plain, new in pieces(self, name, place, matrix):
                seen(made, place)[part] = new
                slack.append(self.frame.slack(plain, arithmetic))
            self._seen[name] = made, np.concatenate(slack)
        return self._seen[name]

    def rounding_of(self, stem: str) -> tuple[float, float]:
        place, (unit, tiny) = self.places.get(f"{stem}.weight"), super().rounding_of(stem)
        stream = self.model.residual
        if place is None or place.norm is None or isinstance(stream, str):
            return unit, tiny
        gains = gains_of(self, stream, place.norm)
        if (gains == 1).all():
            return unit, tiny
        return unit + super().rounding_of(place.norm)[0], tiny * float(np.abs(gains).max())

    def leave_layer(self) -> None:
        super().leave_layer()
        self._seen.clear()
