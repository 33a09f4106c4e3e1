"""Attention and RoPE as people write them in NumPy; tokens are rows, heads side by side."""

import numpy as np


def softmax(s):
    powers = np.exp(s - s.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def weights(q, keys):
    return softmax(keys @ q / np.sqrt(q.shape[-1]))


def context(q, keys, values):
    return weights(q, keys) @ values


def block(q, keys, values, wo):
    return wo @ context(q, keys, values)


def half_split(x, cos, sin):
    """Pairs are the coordinates i and i + d/2."""
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def interleaved(x, cos, sin):
    """Pairs are the coordinates 2i and 2i + 1."""
    found = np.empty_like(x)
    found[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
    found[..., 1::2] = x[..., 1::2] * cos + x[..., 0::2] * sin
    return found


def half_split_matrix(c, s):
    """The columns are the unit vectors, rotated."""
    return half_split(np.eye(2 * len(c)), c, s).T


def interleaved_matrix(c, s):
    return interleaved(np.eye(2 * len(c)) + 0 * c[0], c, s).T


def multi_head(x, wq, wk, wv, wo, cos, sin, heads):
    """Causal self-attention; row i of the result is the token at place i."""
    n = len(x)
    q, k, v = ((x @ w.T).reshape(n, heads, -1).swapaxes(0, 1) for w in (wq, wk, wv))
    q, k = half_split(q, cos, sin), half_split(k, cos, sin)
    scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
    scores = np.where(np.arange(n) > np.arange(n)[:, None], -np.inf, scores)
    heads_side_by_side = (softmax(scores) @ v).swapaxes(0, 1).reshape(n, -1)
    return heads_side_by_side @ wo.T


def residual(x, wq, wk, wv, wo, cos, sin, heads):
    return x + multi_head(x, wq, wk, wv, wo, cos, sin, heads)
