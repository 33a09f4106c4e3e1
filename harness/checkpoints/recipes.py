"""What a fold is to do: a recipe of YAML, and the turns that it means for each head.

A turn has a complex number z for each pair of a key head and its inverse for the queries of the
group; a matrix for the coordinates that RoPE leaves alone; and a matrix for each head of values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.families import Layer, Meeting
from harness.claims.document import Document, read_document, schema_faults
from harness.diagnostics import InputError

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats


KEYS = ("angles", "scales", "values", "free", "residual")
"""What turns something."""


@dataclass(frozen=True)
class Recipe:
    """A recipe as it was read."""

    document: Document
    given: Mapping[str, Any]

    @property
    def text(self) -> str:
        return self.document.text

    @property
    def data(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document.data
        return found

    def fault(self, key: str, message: str) -> InputError:
        return InputError([self.document.fault((key,) if key in self.data else (), message)])

    def turns_at(self, layer: int) -> bool:
        layers = self.data.get("layers")
        return layers is None or layer in layers


def read_recipe(path: Path) -> Recipe:
    """Read a recipe and the arrays that it names. Raises `InputError`."""
    document = read_document(path, str(path))
    faults = list(schema_faults(document, "recipe"))
    if faults:
        raise InputError(faults)
    given: dict[str, Any] = {}
    if "given" in document.data:
        file = path.parent / document.data["given"]
        try:
            with np.load(file, allow_pickle=False) as found:
                given = {name: found[name] for name in found.files}
        except Exception as error:  # a damaged file ends in any error that Python has
            message = f"expected a .npz file of numbers at {file}: {error}"
            raise InputError([document.fault(("given",), message)]) from None
        for name, array in given.items():
            if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
                message = f"{name} in {file} holds something that is no finite real number"
                raise InputError([document.fault(("given",), message)])
    recipe = Recipe(document, given)
    for key in KEYS:
        if document.data.get(key) == "given" and key not in given:
            raise recipe.fault(key, f"expected the array {key!r} in the file that `given` names")
    if not set(KEYS) & set(document.data):
        raise recipe.fault("", f"turns nothing: expected one of {', '.join(KEYS)}")
    return recipe


def _generator(recipe: Recipe, *key: int) -> np.random.Generator:
    return np.random.default_rng([int(recipe.data.get("seed", 0)), *key])


def key_turns(recipe: Recipe, layer: Layer, number: int, meeting: Meeting, count: int) -> Any:
    """z for each pair of each key head: (heads, pairs). Raises `InputError`."""
    half = meeting.rotated // 2
    shape = (count, half)
    if not recipe.turns_at(layer.number) or not half:
        return np.ones(shape, complex)
    rng = _generator(recipe, 0, layer.number, number)
    is_shared = layer.norm is not None and any(
        len(roles) == 1 for roles in layer.norm.gains.values()
    )
    match recipe.data.get("angles"):
        case "random":
            z = np.exp(1j * rng.uniform(-np.pi, np.pi, shape))
        case "quarter":
            turns = rng.integers(0, 4, shape)
            if is_shared:  # one gain serves all heads: they exchange the same pairs
                turns = 2 * (turns // 2) + turns[:1] % 2
            z = np.array([1, 1j, -1, -1j])[turns]
        case "given":
            z = np.exp(1j * _given(recipe, "angles", layer.number, shape))
        case _:
            z = np.ones(shape, complex)
    match recipe.data.get("scales"):
        case "random":
            z = z * np.exp(rng.uniform(-0.7, 0.7, shape[1:] if is_shared else shape))
        case "given":
            scales = _given(recipe, "scales", layer.number, shape)
            if not (scales > 0).all():
                raise recipe.fault("scales", "expected scales above 0")
            z = z * scales
    return z


def _given(recipe: Recipe, key: str, layer: int, shape: tuple[int, ...]) -> Floats:
    found = recipe.given[key]
    if found.ndim != len(shape) + 1 or found.shape[1:] != shape or layer >= len(found):
        message = f"{key}: expected shape (layers, {', '.join(map(str, shape))})"
        raise recipe.fault(key, f"{message}, found {found.shape}")
    chosen: Floats = found[layer].astype(float)
    return chosen


def matrices(recipe: Recipe, key: str, layer: Layer, number: int, count: int, size: int) -> Floats:
    """The matrix of each head for `values`, or for what RoPE leaves alone: (heads, size, size).

    Raises `InputError`.
    """
    made = np.broadcast_to(np.eye(size), (count, size, size))
    kind = recipe.data.get(key)
    if kind is None or not size or not recipe.turns_at(layer.number):
        return made
    rng = _generator(recipe, 1 + (key == "free"), layer.number, number)
    makers: dict[str, Callable[[], Floats]] = {
        "hadamard": lambda: hadamard(size),
        "random": lambda: np.linalg.qr(rng.normal(size=(size, size)))[0],
        "exchange": lambda: _exchange(rng, size),
    }
    if kind == "given":
        found = _given(recipe, key, layer.number, (count, size, size))
        if np.linalg.cond(found).max() > 1e6:
            raise recipe.fault(key, f"layer {layer.number}: a matrix that can hardly be inverted")
        return found
    if kind == "hadamard" and size & (size - 1):
        raise recipe.fault(key, f"a Hadamard matrix of size {size}: expected a power of two")
    return np.stack([makers[kind]() for _ in range(count)])


def stream_matrix(recipe: Recipe, size: int) -> Floats | None:
    """The matrix for the residual stream, if there is to be one. Raises `InputError`."""
    kind = recipe.data.get("residual")
    if kind is None:
        return None
    rng = _generator(recipe, 3)
    if kind == "random":
        drawn: Floats = np.linalg.qr(rng.normal(size=(size, size)))[0]
        return drawn
    if kind == "exchange":
        return _exchange(rng, size)
    if kind == "hadamard":
        if size & (size - 1):
            message = f"a Hadamard matrix of size {size}: expected a power of two"
            raise recipe.fault("residual", message)
        signed: Floats = hadamard(size) * rng.choice([-1.0, 1.0], size)
        return signed
    found: Floats = recipe.given["residual"].astype(float)
    if found.shape != (size, size):
        raise recipe.fault("residual", f"expected shape ({size}, {size}), found {found.shape}")
    if np.abs(found @ found.T - np.eye(size)).max() > 1e-9:
        raise recipe.fault("residual", "expected an orthogonal matrix: a norm follows")
    return found


def inverses(recipe: Recipe, key: str, found: Floats) -> Floats:
    """What undoes those matrices: their transposes, unless they were given."""
    undo: Floats = np.linalg.inv(found) if recipe.data.get(key) == "given" else found.swapaxes(1, 2)
    return undo


def hadamard(size: int) -> Floats:
    """The orthogonal matrix of Hadamard's of a size that is a power of two."""
    made = np.ones((1, 1))
    while len(made) < size:
        made = np.block([[made, made], [made, -made]])
    scaled: Floats = made / np.sqrt(size)
    return scaled


def _exchange(rng: np.random.Generator, size: int) -> Floats:
    made: Floats = np.eye(size)[rng.permutation(size)] * rng.choice([-1.0, 1.0], size)[:, None]
    return made
