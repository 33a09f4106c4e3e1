"""Find a fold that makes keys and values easier to quantize, from keys and values that were seen.

For each pair of each key head, seen as a complex number: its mean is turned onto the diagonal, so
that both coordinates share its size, by the angle π/4 - arg(mean z); and it is divided by
(max |z|)^½, which its queries make up for. Values take a Hadamard matrix. All are in closed form.
What is measured is measured on tokens that nothing was found from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.families import Layer
from harness.checkpoints.sides import Side, pair_order
from harness.checkpoints.tensors import fault

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

WAYS = ("nothing", "angles", "scales", "angles and scales")


@dataclass(frozen=True)
class Row:
    """The median over layers and heads of relative errors, for one way of quantizing."""

    what: str
    quantized: str
    way: str
    error: float
    before: float


@dataclass(frozen=True)
class Found:
    """Arrays for a recipe, the table, and what could not be looked for."""

    angles: Floats
    scales: Floats
    keys: str
    """Which of `WAYS` is the best for keys."""
    turns_values: bool
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def _integers(x: Floats, bits: int, axis: int) -> Floats:
    top = 2 ** (bits - 1) - 1
    step = np.abs(x).max(axis=axis, keepdims=True) / top
    step = np.where(step > 0, step, 1.0)
    return np.asarray(np.clip(np.rint(x / step), -top, top) * step)


def _float8(x: Floats, axis: int) -> Floats:
    import ml_dtypes

    step = np.abs(x).max(axis=axis, keepdims=True) / 448
    step = np.where(step > 0, step, 1.0)
    return np.asarray((x / step).astype(ml_dtypes.float8_e4m3fn).astype(float) * step)


QUANTIZERS: Mapping[str, Callable[[Floats], Floats]] = {
    "int4 per token": lambda x: _integers(x, 4, 1),
    "int8 per token": lambda x: _integers(x, 8, 1),
    "fp8 per token": lambda x: _float8(x, 1),
    "int4 per channel": lambda x: _integers(x, 4, 0),
    "int8 per channel": lambda x: _integers(x, 8, 0),
    "fp8 per channel": lambda x: _float8(x, 0),
}
"""Of (tokens, coordinates) of one head."""

_DECIDES = "int4 per token"


def read_activations(path: Path, side: Side) -> dict[str, Floats]:
    """`keys` after RoPE and `values`: (layers, tokens, heads, d); `queries` if they are there.

    Raises `InputError`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except Exception as error:  # a damaged file ends in any error that Python has
        raise fault(path, f"expected a .npz file of numbers: {error}") from None
    layers = side.model.layers
    layer = layers[0]
    (meeting, *others) = layer.scores
    if others or layer.made_of:
        raise fault(path, f"nothing is found for {side.model.family}: its keys have several parts")
    counts = {
        "keys": (len(side.units(layer, meeting.key)), layer.sizes[meeting.key]),
        "values": (len(side.units(layer, layer.value)), layer.sizes[layer.value]),
        "queries": (len(side.units(layer, meeting.query)), layer.sizes[meeting.query]),
    }
    for name, (heads, size) in counts.items():
        if name == "queries" and name not in found:
            continue
        shape: tuple[int, ...] = found[name].shape if name in found else ()
        if len(shape) != 4 or (shape[0], *shape[2:]) != (len(layers), heads, size):
            expected = f"expected {name} of shape ({len(layers)}, tokens, {heads}, {size})"
            raise fault(path, f"{expected}, found {shape or 'none'}")
        if found[name].dtype.kind != "f" or not np.isfinite(found[name]).all():
            raise fault(path, f"{name} holds something that is no finite number")
        if shape[1] != found["keys"].shape[1] or shape[1] < 4:
            raise fault(path, f"{name}: expected as many tokens as keys, at least 4")
    return found


def find(side: Side, activations: Mapping[str, Floats]) -> Found:
    """Look for angles, scales and a turn of values; measure each on the second half of tokens."""
    layers = side.model.layers
    keys, values = activations["keys"], activations["values"]
    half = keys.shape[1] // 2
    most = max(layer.scores[0].rotated for layer in layers) // 2
    angles = np.zeros((len(layers), keys.shape[2], most))
    scales = np.ones_like(angles)
    notes = []
    is_normed = any(layer.norm or layer.is_signed for layer in layers)
    is_gated = any(layer.gate or layer.is_signed for layer in layers)
    if is_normed:
        notes.append("keys: norms or clipping follow, which no angle of this kind passes")
    if is_gated:
        notes.append("values: a gate or clipping follows, which no rotation passes")
    size = values.shape[3]
    if size & (size - 1):
        notes.append(f"values: no Hadamard matrix of size {size} is known here")
    if "queries" not in activations:
        notes.append("head outputs were not measured, since there are no queries")
    table: dict[tuple[str, str, str], list[float]] = {}
    for number, layer in enumerate(layers):
        pairs = layer.scores[0].rotated // 2
        for head in range(keys.shape[2]):
            seen = _canonical(keys[number, :, head].astype(float), layer)
            z = seen[:half, :pairs] + 1j * seen[:half, pairs : 2 * pairs]
            if not is_normed and pairs:
                angles[number, head, :pairs] = np.pi / 4 - np.angle(z.mean(axis=0))
                largest = np.sqrt(np.maximum(np.abs(z).max(axis=0), 1e-30))
                scales[number, head, :pairs] = np.exp(np.log(largest).mean()) / largest
            for way in WAYS if not is_normed and pairs else WAYS[:1]:
                turn = np.exp(1j * angles[number, head, :pairs] * ("angles" in way))
                turn = turn * scales[number, head, :pairs] ** ("scales" in way)
                asked = _queries(activations, number, head, layer)
                for what, error in _of_keys(
                    seen, turn, asked, values[number, :, head].astype(float), half
                ):
                    table.setdefault((*what, way), []).append(error)
        for head in range(values.shape[2]):
            v = values[number, half:, head].astype(float)
            for way, matrix in _value_ways(size, is_gated):
                for name, quantize in QUANTIZERS.items():
                    error = _relative(quantize(v @ matrix.T) @ matrix, v)
                    table.setdefault(("values", name, way), []).append(error)
    median = {key: float(np.median(errors)) for key, errors in table.items()}
    rows = tuple(
        Row(what, quantized, way, error, median[what, quantized, "nothing"])
        for (what, quantized, way), error in median.items()
        if way != "nothing"
    )
    deciding = "head outputs" if "queries" in activations else "keys"
    ways = [way for way in WAYS if (deciding, _DECIDES, way) in median]
    best = min(ways, key=lambda way: median[deciding, _DECIDES, way])
    turned = median.get(("values", _DECIDES, "hadamard"), np.inf)
    return Found(
        angles,
        scales,
        best,
        bool(turned < median["values", _DECIDES, "nothing"]),
        rows,
        tuple(notes),
    )


def _canonical(rows: Floats, layer: Layer) -> Floats:
    order = pair_order(rows.shape[1], layer.scores[0].rotated, layer.pairs)
    return np.asarray(rows[:, order])


def _queries(
    activations: Mapping[str, Floats], number: int, head: int, layer: Layer
) -> list[Floats]:
    if "queries" not in activations:
        return []
    found = activations["queries"][number].astype(float)
    group = found.shape[1] // activations["keys"].shape[2]
    return [_canonical(found[:, h], layer) for h in range(head * group, (head + 1) * group)]


def _of_keys(
    keys: Floats, turn: Any, queries: list[Floats], values: Floats, half: int
) -> Iterator[tuple[tuple[str, str], float]]:
    """Errors of keys, and of what the queries of the second half make of them."""
    turned = _times(keys, turn)
    for name, quantize in QUANTIZERS.items():
        back = _times(quantize(turned), 1 / turn)
        yield ("keys", name), _relative(back[half:], keys[half:])
        for query in queries:
            exact, other = (_context(query[half:], k, values, half) for k in (keys, back))
            yield ("head outputs", name), _relative(other, exact)


def _times(rows: Floats, z: Any) -> Floats:
    half = len(z)
    turned = (rows[:, :half] + 1j * rows[:, half : 2 * half]) * z
    return np.concatenate([turned.real, turned.imag, rows[:, 2 * half :]], axis=1)


def _context(queries: Floats, keys: Floats, values: Floats, first: int) -> Floats:
    """Softmax attention of the tokens from `first` on, each looking at all before it."""
    scores = queries @ keys.T / np.sqrt(keys.shape[1])
    ahead = np.arange(len(keys))[None, :] > first + np.arange(len(queries))[:, None]
    scores[ahead] = -np.inf
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights @ values / weights.sum(axis=1, keepdims=True))


def _value_ways(size: int, is_gated: bool) -> Iterator[tuple[str, Floats]]:
    yield "nothing", np.eye(size)
    if not is_gated and not size & (size - 1):
        from harness.checkpoints.recipes import hadamard

        yield "hadamard", hadamard(size)


def _relative(found: Floats, exact: Floats) -> float:
    return float(np.linalg.norm(found - exact) / max(float(np.linalg.norm(exact)), 1e-300))
