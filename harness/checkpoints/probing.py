"""What may turn queries and keys, by the gradients of the running model.

With C = (∂L/∂W) Wᵀ of a head, the plane of coordinates a and b is a symmetry if, for every loss L,
the antisymmetric part of C of a key head is there minus the sum of those of its query heads. From
more losses than query heads, least squares tell the planes, and the heads that are its group. That
holds exactly whatever is computed between scores and losses, so doubles tell it apart.

Frequencies come from two tokens at several distances. The gradient of the log odds of what one
gives to the other, met with a query's rows, is what each pair adds to the score: z exp(iωδ) + w.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.families import Layer, Pairing
from harness.checkpoints.running import in_doubles, load
from harness.checkpoints.sides import Side, Unit, pair_order
from harness.checkpoints.tensors import fault

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_TOKENS = 24
_MORE = 8
"""Losses beyond the number of query heads."""
_ZERO, _CLEAR = 1e-9, 1e-7
"""What a symmetry leaves at most, and anything else at least; SmolLM2's are 1e-14 and 7.5e-5."""
_STRIDES = (1, 4, 16, 64)
_NEAR = 1e-6
"""How far a frequency may be from what it is said to be, as a share."""
_LAYOUTS: tuple[Pairing, ...] = ("half-split", "interleaved")


@dataclass(frozen=True)
class Probed:
    """One layer: what the model has, and whether the family's file is right of it."""

    layer: int
    found: str
    holds: bool | None
    """None where it is not decided."""
    reason: str = ""


def probe(side: Side) -> list[Probed]:
    """Ask the model of a folder about each of its layers. Raises `InputError`."""
    layers = side.model.layers
    for layer in layers:
        if len(layer.scores) > 1 or layer.made_of:
            raise fault(side.path, f"{side.model.family}: keys of several parts are not probed")
    asked = max(len(side.units(layer, layer.scores[0].query)) for layer in layers) + _MORE
    with in_doubles():
        model = load(_folder(side.path), "float64", "eager")
    products = dict(_products(side, model, asked))
    turns = _frequencies(side, model)  # the last: it changes the model
    return [_judged(side, layer, products, turns.get(layer.number)) for layer in layers]


def _products(side: Side, model: Any, count: int) -> Iterator[tuple[tuple[int, str], Floats]]:
    """The antisymmetric part of (∂L/∂W) Wᵀ, by layer and role: (heads, losses, d, d)."""
    import torch

    rng = np.random.default_rng(0)
    known = dict(model.named_parameters())
    names = sorted({n for layer in side.model.layers for n in _names(side, layer)})
    if missing := [name for name in names if name not in known]:
        raise fault(side.path, f"the running model has no parameter {missing[0]}")
    words = torch.tensor(rng.integers(0, model.config.vocab_size, (1, _TOKENS)))
    with in_doubles():
        said = model(words, use_cache=False)[0]
    weights = [known[name] for name in names]
    gradients: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(count):
        loss = torch.tensor(rng.normal(size=tuple(said.shape)), dtype=said.dtype)
        made = torch.autograd.grad(said, weights, loss, retain_graph=True)
        for name, gradient in zip(names, made, strict=True):
            gradients[name].append(gradient)
    for layer in side.model.layers:
        for role in (layer.scores[0].query, layer.scores[0].key):
            yield (
                (layer.number, role),
                np.stack([_product(unit, known, gradients) for unit in side.units(layer, role)]),
            )


def _product(unit: Unit, known: Any, gradients: Any) -> Floats:
    (segment,) = unit
    total: Any = 0
    for kind in ("weight", "bias"):
        if (name := f"{segment.stem}.{kind}") in gradients:
            rows = known[name].detach()[segment.span].numpy().reshape(segment.size, -1)
            found = np.stack([g[segment.span].numpy() for g in gradients[name]])
            total = total + found.reshape(len(found), segment.size, -1) @ rows.T
    return np.asarray(total - total.swapaxes(1, 2))


def _frequencies(side: Side, model: Any) -> dict[int, Floats]:
    """How far one step turns each pair, by layer; nothing of layers of which it is not told.

    Attention is made to give nothing to what follows, so that scores alone know of positions.
    """
    import torch

    known = dict(model.named_parameters())
    asked = [layer for layer in side.model.layers if layer.scores[0].rotated and not layer.norm]
    names = sorted({name for layer in asked for name in _names(side, layer)})
    with torch.no_grad():
        for layer in side.model.layers:
            for short in layer.columns:
                known[f"{layer.prefix}.{short}.weight"].zero_()
    mask = torch.zeros((1, 1, 2, 2), dtype=torch.float64)
    mask[..., 0, 1] = torch.finfo(mask.dtype).min

    def met(distance: int) -> dict[int, Any]:
        places = torch.tensor([[0, distance]])
        options = {"use_cache": False, "output_attentions": True, "return_dict": True}
        with in_doubles():
            said = model(places * 0 + 3, position_ids=places, attention_mask=mask, **options)
        rows = [torch.log(layer[0, :, 1]) for layer in said.attentions]
        odds = torch.stack([(row[:, 0] - row[:, 1]).sum() for row in rows]).sum()
        made = torch.autograd.grad(odds, [known[name] for name in names], allow_unused=True)
        gradients = {k: v for k, v in zip(names, made, strict=True) if v is not None}
        return {layer.number: _added(side, layer, known, gradients) for layer in asked}

    try:
        seen = {n: met(n) for n in sorted({0, *_STRIDES, *(2 * s for s in _STRIDES)})}
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError):
        return {}  # not every program lets itself be asked so
    found = {}
    for layer in asked:
        turned: Any = 0.0
        is_told = True
        for stride in _STRIDES:
            one, two, three = (seen[n][layer.number] for n in (0, stride, 2 * stride))
            with np.errstate(divide="ignore", invalid="ignore"):
                step = (three - two) / (two - one)
            is_told &= bool((np.abs(np.abs(step) - 1) < _NEAR).all())
            angle = np.angle(step)
            turned = (angle + 2 * np.pi * np.round((turned * stride - angle) / 2 / np.pi)) / stride
        turned = np.abs(turned)
        if is_told and (np.ptp(turned, axis=0) <= _NEAR * turned.max(axis=0)).all():
            found[layer.number] = turned[0]
    return found


def _added(side: Side, layer: Layer, known: Any, gradients: Any) -> Any:
    """What each pair of each query head adds to the log odds, as a complex number."""
    meeting, found = layer.scores[0], []
    for (segment,) in side.units(layer, meeting.query):
        order = pair_order(segment.size, meeting.rotated, layer.pairs)[: meeting.rotated]
        total: Any = 0
        for kind in ("weight", "bias"):
            if (name := f"{segment.stem}.{kind}") in gradients:
                rows, slopes = (
                    x.detach()[segment.span].numpy()[order].reshape(2, len(order) // 2, -1)
                    for x in (known[name], gradients[name])
                )
                ((a, b), (c, d)) = np.einsum("aij,bij->abi", rows, slopes)
                total = total + (a + d) - 1j * (b - c)
        found.append(total)
    return np.array(found)


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _names(side: Side, layer: Layer) -> Iterator[str]:
    for role in (layer.scores[0].query, layer.scores[0].key):
        for (segment,) in side.units(layer, role):
            for kind in ("weight", "bias"):
                if side.has(name := f"{segment.stem}.{kind}"):
                    yield name


def _judged(side: Side, layer: Layer, products: Any, turns: Floats | None) -> Probed:
    meeting = layer.scores[0]
    queries, keys = (products[layer.number, role] for role in (meeting.query, meeting.key))
    size, group = queries.shape[2], len(queries) // len(keys)
    first, second = np.triu_indices(size, 1)
    asked = queries[:, :, first, second].transpose(2, 1, 0)  # (planes, losses, query heads)
    solver = np.linalg.pinv(asked)
    said = expected(layer.pairs, meeting.rotated, size)[first, second]
    shapes, groups, wrong, is_clear = [], [], False, True
    for g, key in enumerate(keys):
        wanted = key[:, first, second].T
        shares = (solver @ wanted[:, :, None])[:, :, 0]
        left = np.linalg.norm(wanted - (asked @ shares[:, :, None])[:, :, 0], axis=1)
        left /= np.maximum(np.linalg.norm(wanted, axis=1), np.finfo(float).tiny)
        holds = left < _ZERO
        is_clear &= bool((holds | (left > _CLEAR)).all())
        shapes.append(_shape(holds, size))
        own = np.where(np.abs(shares[holds].mean(axis=0) + 1) < 1e-3)[0] if holds.any() else ()
        groups.append(tuple(int(h) for h in own))
        is_group = groups[-1] == tuple(range(g * group, (g + 1) * group))
        wrong |= bool((said & ~holds).any()) or (bool(holds.any()) and not is_group)
        wrong |= bool(holds.all() and not said.all())
    same = shapes[0] if len(set(shapes)) == 1 else "; ".join(shapes)
    found = f"{same}; query heads of each key head: {_told(groups)}"
    if turns is not None:
        found += f"; {_powers(turns, side.model.base)}"
    if layer.norm or layer.is_signed:
        return Probed(layer.number, found, None, "a norm or clipping hides what passes before it")
    if not is_clear:
        return Probed(layer.number, found, None, "symmetries are not told apart from the rest")
    if wrong:
        own_shape = _shape(said, size)
        return Probed(layer.number, found, False, f"the family's file says {own_shape}")
    return Probed(layer.number, found, True)


def _told(groups: list[tuple[int, ...]]) -> str:
    sizes = {len(group) for group in groups}
    if sum(groups, ()) == tuple(range(sum(map(len, groups)))) and len(sizes) == 1:
        return f"{sizes.pop()} each, one after another"
    return ", ".join(str(list(group)) for group in groups)


def _powers(turns: Floats, base: float) -> str:
    """What frequencies are, beside those that the config's base gives by itself."""
    said = base ** (-np.arange(len(turns)) / len(turns))
    are_plain = (np.abs(turns - said) <= _NEAR * said).all()
    how = "the powers of" if are_plain else "scaled, not the powers of"
    return f"frequencies {turns.max():.4g} to {turns.min():.4g}, {how} {base:g}"


def expected(pairs: Pairing, rotated: int, size: int) -> Any:
    """Which planes of coordinates turn freely, by a layout: (size, size)."""
    order, half = pair_order(size, rotated, pairs), rotated // 2
    made = np.zeros((size, size), bool)
    made[order[:half], order[half:rotated]] = True
    made[np.ix_(order[rotated:], order[rotated:])] = True
    return made | made.T


def _shape(holds: Any, size: int) -> str:
    """The layout with exactly these planes, in words."""
    if holds.all():
        return f"no RoPE on any of {size} coordinates"
    if not holds.any():
        return "no plane turns freely"
    for pairs in _LAYOUTS:
        for rotated in range(size - size % 2, 0, -2):  # one free plane is as good as a pair
            if (expected(pairs, rotated, size)[np.triu_indices(size, 1)] == holds).all():
                return f"{pairs} pairs over {rotated} of {size} coordinates"
    return f"{int(holds.sum())} planes that no layout explains"
