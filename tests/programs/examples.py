"""A grouped-query RoPE attention in NumPy and in PyTorch: right, written otherwise, and wrong."""

import importlib.util
from pathlib import Path
from typing import Any

from harness.claims.programs import Program, load_program
from tests.arrays.language import LIBRARY

BINDING = """\
program: attend.py:attend
says: Attention with groups of heads, biases, rotated pairs and a causal mask.
implements: biasedGroupedQueryRopeAttentionBlockOutput
for:
  n, k, m, g, h: dimension
  group: index(h) -> index(g)
  soft: index(n) -> vector(n) -> vector(n)
  scale: scalar
  c, s: index(n) -> vector(k)
  Wq: index(h) -> matrix(k + k, m)
  bq: index(h) -> vector(k + k)
  Wk, Wv: index(g) -> matrix(k + k, m)
  bk, bv: index(g) -> vector(k + k)
  Wo: matrix(m, (k + k)*h)
  bo: vector(m)
  T: index(n) -> vector(m)
each: {i: index(n)}
where:
  weights: a ↦ z ↦ soft(i)(scale * z)
  Θ: "j ↦ a ↦ ropeHalfSplit(c(a), s(a))"
  p: i
  x: T(i)
  pos: j ↦ j
open: {soft: causal softmax}
give:
  x: T
  wq: {is: Wq, shape: [h*(k + k), m]}
  bq: {is: bq, shape: [h*(k + k)]}
  wk: {is: Wk, shape: [g*(k + k), m]}
  bk: {is: bk, shape: [g*(k + k)]}
  wv: {is: Wv, shape: [g*(k + k), m]}
  bv: {is: bv, shape: [g*(k + k)]}
  wo: Wo
  bo: bo
  cos: c
  sin: s
  heads: {number: h}
  groups: {number: g}
at:
  - {n: 3, k: 2, m: 5, g: 2, h: 4, group: [0, 0, 1, 1], scale: 1/2}
  - {n: 4, k: 2, m: 3, g: 1, h: 2, group: [0, 0], scale: 1/2}
"""

NUMPY = """\
import numpy as np


def rotate(x, cos, sin):
    first, second = np.split(x, 2, axis=-1)
    c, s = cos[:, None, :], sin[:, None, :]
    return np.concatenate([first * c - second * s, second * c + first * s], axis=-1)


def softmax(scores):
    scores = scores - scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores)
    return weights / weights.sum(axis=-1, keepdims=True)


def attend(x, wq, bq, wk, bk, wv, bv, wo, bo, cos, sin, heads, groups):
    n = x.shape[0]
    d = wq.shape[0] // heads
    q = (x @ wq.T + bq).reshape(n, heads, d)
    k = (x @ wk.T + bk).reshape(n, groups, d)
    v = (x @ wv.T + bv).reshape(n, groups, d)
    q, k = rotate(q, cos, sin), rotate(k, cos, sin)
    k = np.repeat(k, heads // groups, axis=1)
    v = np.repeat(v, heads // groups, axis=1)
    scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(d)
    later = np.triu(np.ones((n, n), dtype=bool), 1)
    scores = np.where(later, -np.inf, scores)
    weights = softmax(scores)
    context = np.einsum("hij,jhd->ihd", weights, v).reshape(n, heads * d)
    return context @ wo.T + bo
"""

TORCH = """\
import math

import torch
import torch.nn.functional as F


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def attend(x, wq, bq, wk, bk, wv, bv, wo, bo, cos, sin, heads, groups):
    n, d = x.shape[0], wq.shape[0] // heads
    q = F.linear(x, wq, bq).view(n, heads, d).transpose(0, 1)
    k = F.linear(x, wk, bk).view(n, groups, d).transpose(0, 1)
    v = F.linear(x, wv, bv).view(n, groups, d).transpose(0, 1)
    q, k = rotate(q, cos, sin), rotate(k, cos, sin)
    k = k.repeat_interleave(heads // groups, dim=0)
    v = v.repeat_interleave(heads // groups, dim=0)
    scores = q @ k.transpose(-1, -2) / math.sqrt(d)
    later = torch.ones(n, n, dtype=torch.bool).triu(1)
    scores = scores.masked_fill(later, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    context = (weights @ v).transpose(0, 1).reshape(n, heads * d)
    return F.linear(context, wo, bo)
"""

Edits = dict[str, tuple[str, str]]

WRONG: Edits = {
    "scale 1/d": ("np.sqrt(d)", "d"),
    "no scale": (" / np.sqrt(d)", ""),
    "scale of the model's width": ("np.sqrt(d)", "np.sqrt(x.shape[1])"),
    "scale twice": ("/ np.sqrt(d)", "/ np.sqrt(d) / np.sqrt(d)"),
    "scale by the square root": ("/ np.sqrt(d)", "* np.sqrt(d)"),
    "mask one later": ("bool), 1)", "bool), 2)"),
    "no mask": ("np.where(later, -np.inf, scores)", "scores"),
    "mask the past": ("np.triu(np.ones((n, n), dtype=bool), 1)",
                      "np.tril(np.ones((n, n), dtype=bool), -1)"),
    "mask after the softmax": (
        "    scores = np.where(later, -np.inf, scores)\n    weights = softmax(scores)\n",
        "    weights = np.where(later, 0.0, softmax(scores))\n"),
    "mask that is not infinite": ("-np.inf", "-1e4"),
    "mask transposed": ("np.where(later,", "np.where(later.T,"),
    "interleaved pairs": ("first, second = np.split(x, 2, axis=-1)",
                          "first, second = x[..., ::2], x[..., 1::2]"),
    "rotated the other way": ("first * c - second * s, second * c + first * s",
                              "first * c + second * s, second * c - first * s"),
    "a sign in rotate": ("second * c + first * s", "second * c - first * s"),
    "keys not rotated": ("rotate(q, cos, sin), rotate(k, cos, sin)", "rotate(q, cos, sin), k"),
    "queries not rotated": ("rotate(q, cos, sin), rotate(k, cos, sin)", "q, rotate(k, cos, sin)"),
    "values rotated": ("np.repeat(v, heads", "np.repeat(rotate(v, cos, sin), heads"),
    "cosine and sine exchanged": ("rotate(q, cos, sin), rotate(k, cos, sin)",
                                  "rotate(q, sin, cos), rotate(k, sin, cos)"),
    "positions reversed": ("rotate(k, cos, sin)", "rotate(k, cos[::-1], sin[::-1])"),
    "positions one off for keys": ("rotate(k, cos, sin)",
                                   "rotate(k, np.roll(cos, 1, 0), np.roll(sin, 1, 0))"),
    "bias of queries forgotten": ("x @ wq.T + bq", "x @ wq.T"),
    "bias of keys forgotten": ("x @ wk.T + bk", "x @ wk.T"),
    "bias of values forgotten": ("x @ wv.T + bv", "x @ wv.T"),
    "bias of the output forgotten": ("wo.T + bo", "wo.T"),
    "bias of the output twice": ("wo.T + bo", "wo.T + bo + bo"),
    "bias of keys after the rotation": (
        "k = (x @ wk.T + bk).reshape(n, groups, d)\n",
        "k = (x @ wk.T).reshape(n, groups, d) + rotate(bk.reshape(1, groups, d), cos, sin)\n"),
    "weights of keys for values": ("x @ wv.T", "x @ wk.T"),
    "heads tiled": ("k = np.repeat(k, heads // groups, axis=1)",
                    "k = np.tile(k, (1, heads // groups, 1))"),
    "heads of values tiled": ("v = np.repeat(v, heads // groups, axis=1)",
                              "v = np.tile(v, (1, heads // groups, 1))"),
    "heads shifted": ("    scores = np.ein", "    k = np.roll(k, 1, axis=1)\n    scores = np.ein"),
    "heads last in the rows": ("q = (x @ wq.T + bq).reshape(n, heads, d)",
                               "q = (x @ wq.T + bq).reshape(n, d, heads).swapaxes(1, 2)"),
    "softmax over the queries": ("weights.sum(axis=-1, keepdims=True)",
                                 "weights.sum(axis=-2, keepdims=True)"),
    "softmax not divided": ("return weights / weights.sum(axis=-1, keepdims=True)",
                            "return weights"),
    "softmax off by one": ("weights.sum(axis=-1, keepdims=True)",
                           "(1 + weights.sum(axis=-1, keepdims=True))"),
    "twice as sharp": ("np.exp(scores)", "np.exp(scores) * np.exp(scores)"),
    "weights transposed": ('"hij,jhd->ihd"', '"hji,jhd->ihd"'),
    "scores transposed": ('"ihd,jhd->hij"', '"ihd,jhd->hji"'),
    "heads after coordinates": ('"hij,jhd->ihd"', '"hij,jhd->idh"'),
    "output not projected": ("return context @ wo.T + bo", "return context[:, :x.shape[1]] + bo"),
    "residual added": ("return context", "return x + context"),
    "one head forgotten": ("weights, v).reshape", "weights * (np.arange(heads) > 0)[:, None, None],"
                           " v).reshape"),
    "one ulp in one weight": (
        "    q = (x @ wq.T + bq)",
        "    wq = wq * np.where(np.arange(wq.size).reshape(wq.shape) == 0, 1 + 2**-52, 1.0)\n"
        "    q = (x @ wq.T + bq)"),
    "inputs ignored": ("return context @ wo.T + bo", "return context * 0.0 @ wo.T + bo * 0.0"),
}  # fmt: skip

RIGHT: Edits = {
    "as it is": ("", ""),
    "halves exchanged, of queries and keys alike": (
        "np.concatenate([first * c - second * s, second * c + first * s]",
        "np.concatenate([second * c + first * s, first * c - second * s]"),
    "queries scaled": ('np.einsum("ihd,jhd->hij", q, k) / np.sqrt(d)',
                       'np.einsum("ihd,jhd->hij", q / np.sqrt(d), k)'),
    "scaled by a power": ("/ np.sqrt(d)", "* d**-0.5"),
    "products in place of einsum": ('np.einsum("ihd,jhd->hij", q, k)',
                                    "q.transpose(1, 0, 2) @ k.transpose(1, 2, 0)"),
    "no largest score taken off": ("    scores = scores - scores.max(axis=-1, keepdims=True)\n",
                                   ""),
    "the largest of all taken off": ("scores.max(axis=-1, keepdims=True)", "scores.max()"),
    "divided at the end": (
        "return weights / weights.sum(axis=-1, keepdims=True)",
        "total = np.einsum('hij->hi', weights)\n    return weights * (1 / total)[..., None]"),
    "a mask that is added": ("np.where(later, -np.inf, scores)",
                             "scores + np.where(later, -1e30, 0.0)"),
    "a mask of −10⁹": ("-np.inf", "-1e9"),
    "a mask from positions": ("np.triu(np.ones((n, n), dtype=bool), 1)",
                              "np.arange(n)[None, :] > np.arange(n)[:, None]"),
    "pairs as two products": (
        "    return np.concatenate([first * c - second * s, second * c + first * s], axis=-1)",
        "    turned = np.concatenate([-second, first], axis=-1)\n"
        "    return x * np.tile(c, (1, 1, 2)) + turned * np.tile(s, (1, 1, 2))"),
    "pairs written in place": (
        "    return np.concatenate([first * c - second * s, second * c + first * s], axis=-1)",
        "    out = np.empty_like(x)\n    half = x.shape[-1] // 2\n"
        "    out[..., :half] = first * c - second * s\n"
        "    out[..., half:] = second * c + first * s\n    return out"),
    "groups by an index": ("np.repeat(k, heads // groups, axis=1)",
                           "k[:, np.arange(heads) * groups // heads]"),
    "groups by broadcasting": (
        "np.repeat(k, heads // groups, axis=1)",
        "np.broadcast_to(k[:, :, None], (n, groups, heads // groups, d)).reshape(n, heads, d)"),
    "projections in one": (
        "    q = (x @ wq.T + bq).reshape(n, heads, d)\n"
        "    k = (x @ wk.T + bk).reshape(n, groups, d)\n"
        "    v = (x @ wv.T + bv).reshape(n, groups, d)\n",
        "    w, b = np.concatenate([wq, wk, wv]), np.concatenate([bq, bk, bv])\n"
        "    a, e = heads * d, (heads + groups) * d\n"
        "    y = x @ w.T + b\n"
        "    q, k, v = (y[:, s].reshape(n, -1, d) for s in\n"
        "               (slice(0, a), slice(a, e), slice(e, None)))\n"),
    "biases as a column": (
        "x @ wq.T + bq",
        "np.concatenate([x, np.ones((n, 1))], 1) @ np.concatenate([wq, bq[:, None]], 1).T"),
    "head by head": (
        "    return context @ wo.T + bo",
        "    found = np.zeros((n, wo.shape[0]))\n"
        "    for head in range(heads):\n"
        "        part = slice(head * d, (head + 1) * d)\n"
        "        found += context[:, part] @ wo[:, part].T\n"
        "    return found + bo"),
    "query by query, as the keys come (online)": (
        "    weights = softmax(scores)\n"
        '    context = np.einsum("hij,jhd->ihd", weights, v).reshape(n, heads * d)\n',
        "    context = np.zeros((n, heads, d))\n"
        "    for i in range(n):\n"
        "        most, total, found = scores[:, i, 0], 1.0, v[0]\n"
        "        for j in range(1, i + 1):\n"
        "            new = np.max(np.stack([most, scores[:, i, j]]), axis=0)\n"
        "            old, here = np.exp(most - new), np.exp(scores[:, i, j] - new)\n"
        "            total = total * old + here\n"
        "            found = found * old[:, None] + here[:, None] * v[j]\n"
        "            most = new\n"
        "        context[i] = found / (total[:, None] if i else 1.0)\n"
        "    context = context.reshape(n, heads * d)\n"),
    "values through the output first": (
        '    context = np.einsum("hij,jhd->ihd", weights, v).reshape(n, heads * d)\n'
        "    return context @ wo.T + bo",
        '    through = np.einsum("jhd,ohd->jho", v, wo.reshape(-1, heads, d))\n'
        '    return np.einsum("hij,jho->io", weights, through) + bo'),
    "a batch of one": ("return context @ wo.T + bo", "return (context @ wo.T + bo)[None]"),
    "a cast to doubles": ("x.shape[0]\n", "x.shape[0]\n    x = x.astype(np.float64)\n"),
}  # fmt: skip


def edited(source: str, edit: tuple[str, str]) -> str:
    """The source with one change, which must be one."""
    old, new = edit
    assert old in source
    return source.replace(old, new, 1) if old else source


def loaded(path: Path) -> Any:
    """The module of a file, as an import makes it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bound(folder: Path, source: str, binding: str = BINDING) -> Program:
    """The program of a source, as a file of this text binds it."""
    (folder / "attend.py").write_text(source, "utf-8")
    (folder / "binding.yaml").write_text(binding, "utf-8")
    return load_program(folder / "binding.yaml", "binding.yaml", LIBRARY, folder)
