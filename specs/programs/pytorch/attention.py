"""Attention by PyTorch's own functions; tokens are rows, heads side by side."""

import torch
from torch.nn.functional import linear, scaled_dot_product_attention


def softmax(s):
    return torch.softmax(s, dim=-1)


def weights(q, keys):
    unit = torch.eye(len(keys), dtype=q.dtype)
    return scaled_dot_product_attention(q[None, None], keys[None], unit[None])[0, 0]


def context(q, keys, values):
    return scaled_dot_product_attention(q[None, None, None], keys[None, None], values[None, None])[
        0, 0, 0
    ]


def block(q, keys, values, wo):
    return linear(context(q, keys, values), wo)


def half_split(x, cos, sin):
    """As the Llama of Transformers has it."""
    first, second = x.chunk(2, dim=-1)
    return x * torch.cat((cos, cos), dim=-1) + torch.cat((-second, first), dim=-1) * torch.cat(
        (sin, sin), dim=-1
    )


def interleaved(x, cos, sin):
    """As GPT-J has it."""
    first, second = x[..., 0::2], x[..., 1::2]
    turned = torch.stack((-second, first), dim=-1).flatten(-2)
    return x * torch.stack((cos, cos), -1).flatten(-2) + turned * torch.stack(
        (sin, sin), -1
    ).flatten(-2)


def half_split_matrix(c, s):
    return half_split(torch.eye(2 * len(c), dtype=c.dtype), c, s).T


def interleaved_matrix(c, s):
    return interleaved(torch.eye(2 * len(c), dtype=c.dtype), c, s).T


def multi_head(x, wq, wk, wv, wo, cos, sin, heads):
    n = len(x)
    q, k, v = (linear(x, w).unflatten(-1, (heads, -1)).transpose(0, 1) for w in (wq, wk, wv))
    q, k = half_split(q, cos, sin), half_split(k, cos, sin)
    found = scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]
    return linear(found.transpose(0, 1).reshape(n, -1), wo)


def residual(x, wq, wk, wv, wo, cos, sin, heads):
    return x + multi_head(x, wq, wk, wv, wo, cos, sin, heads)
