"""Attention as PyTorch runs it, in double precision: its own attention, softmax and projections.

`scaled_dot_product_attention` divides by √d and masks by itself. RoPE is written as model code
has it: the interleaved layout multiplies complex numbers (Llama's original code), the half-split
layout adds x cos to rotate_half(x) sin (the Llama of Transformers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn.functional import linear, scaled_dot_product_attention

from harness.implementations.instances import Instance, Layout


def tensor(array: Any) -> torch.Tensor:
    """A tensor of doubles."""
    return torch.as_tensor(array, dtype=torch.float64)


def rope(x: torch.Tensor, positions: Any, frequencies: Any, layout: Layout) -> torch.Tensor:
    """RoPE on tokens (…, n, d) at `positions` (n,), with `frequencies` (…, d/2)."""
    angles = tensor(positions)[:, None] * tensor(frequencies)[..., None, :]
    if layout == "interleaved":
        pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).contiguous())
        turns = torch.polar(torch.ones_like(angles), angles)
        return torch.view_as_real(pairs * turns).flatten(-2)
    both = torch.cat((angles, angles), dim=-1)
    first, second = x.chunk(2, dim=-1)
    return x * both.cos() + torch.cat((-second, first), dim=-1) * both.sin()


def attention(instance: Instance) -> torch.Tensor:
    """(e,): attention of a given query over given keys and values."""
    return _attend(instance, tensor(instance.V))


def heads(instance: Instance) -> torch.Tensor:
    """(h·e,): the contexts of all heads, side by side."""
    x, tokens = tensor(instance.x)[None], tensor(instance.T)
    wq, wk, wv = (tensor(w) for w in (instance.Wq, instance.Wk, instance.Wv))
    queries, keys, values = (
        torch.einsum("hdm,nm->hnd", w, t) for w, t in ((wq, x), (wk, tokens), (wv, tokens))
    )
    places = [instance.positions[j] for j in instance.pos]
    here = [instance.positions[instance.p]]
    queries = rope(queries, here, instance.frequencies, instance.layout)
    keys = rope(keys, places, instance.frequencies, instance.layout)
    seen = torch.as_tensor(instance.seen)[:, None, :]
    return scaled_dot_product_attention(queries, keys, values, attn_mask=seen).flatten()


def block(instance: Instance) -> torch.Tensor:
    """(m,): the contexts of all heads through the output projection."""
    return linear(heads(instance), tensor(instance.Wo))


def grouped_block(instance: Instance) -> torch.Tensor:
    """(m,): heads that share keys and values as PyTorch groups them, and biases as it adds them."""
    x, tokens = tensor(instance.x)[None], tensor(instance.T)
    shared = instance.frequencies[: instance.groups]

    def project(name: str, token: torch.Tensor, heads: int) -> torch.Tensor:
        weights = tensor(getattr(instance, f"W{name}")[:heads])
        flat = linear(
            token, weights.flatten(0, 1), tensor(getattr(instance, f"b{name}")[:heads]).flatten()
        )
        return flat.unflatten(-1, (heads, -1)).transpose(0, 1)

    queries = project("q", x, len(instance.Wq))
    keys, values = (project(name, tokens, instance.groups) for name in "kv")
    copies = shared.repeat(len(instance.Wq) // instance.groups, axis=0)
    queries = rope(queries, [instance.positions[instance.p]], copies, instance.layout)
    keys = rope(keys, [instance.positions[j] for j in instance.pos], shared, instance.layout)
    seen = torch.as_tensor(instance.seen)[:, None, :]
    contexts = scaled_dot_product_attention(
        queries[None], keys[None], values[None], attn_mask=seen, enable_gqa=True
    )
    return linear(contexts.flatten(), tensor(instance.Wo), tensor(instance.bo))


def _scores(instance: Instance) -> torch.Tensor:
    return linear(tensor(instance.q), tensor(instance.K))


def _weights(instance: Instance) -> torch.Tensor:
    """Attention over values that are the unit vectors."""
    return _attend(instance, torch.eye(len(instance.K), dtype=torch.float64))


def _attend(instance: Instance, values: torch.Tensor) -> torch.Tensor:
    q, keys = tensor(instance.q)[None, None], tensor(instance.K)[None]
    seen = torch.as_tensor(instance.seen[:1])[None]
    return scaled_dot_product_attention(q, keys, values[None], attn_mask=seen)[0, 0]


def _query(instance: Instance) -> torch.Tensor:
    """(d,): the token that asks, projected and turned by the first head."""
    x = linear(tensor(instance.x), tensor(instance.Wq[0]))[None]
    here = [instance.positions[instance.p]]
    return rope(x, here, instance.frequencies[0], instance.layout)[0]


def _matrix(instance: Instance, pairs: int, layout: Layout) -> torch.Tensor:
    """RoPE as a matrix: its columns are the unit vectors, turned."""
    frequencies = instance.frequencies[0][:pairs]
    unit = torch.eye(2 * pairs, dtype=torch.float64)
    here = [instance.positions[instance.p]] * len(unit)
    return rope(unit, here, frequencies, layout).T


IMPLEMENTS: Mapping[str, Callable[[Instance], Any]] = {
    "scores": _scores,
    "attentionWeights": _weights,
    "attentionContext": attention,
    "attentionBlockOutput": lambda i: linear(attention(i), tensor(i.Wo)),
    "ropeVector": _query,
    "ropeAttentionHeadContext": heads,
    "ropeAttentionBlockOutput": block,
    "multiHeadRopeAttentionContext": heads,
    "concatProjectedMultiHeadRopeAttentionBlockOutput": block,
    "residualConcatProjectedMultiHeadRopeAttentionBlockOutput": lambda i: tensor(i.x) + block(i),
    "biasedGroupedQueryRopeAttentionBlockOutput": grouped_block,
    "softmax": lambda i: torch.softmax(tensor(i.s), dim=-1),
    "planeRotation": lambda i: _matrix(i, 1, "interleaved"),
    "ropeInterleaved": lambda i: _matrix(i, len(i.frequencies[0]), "interleaved"),
    "ropeHalfSplit": lambda i: _matrix(i, len(i.frequencies[0]), "half-split"),
}
"""What each definition of a project would have to give, by name."""
