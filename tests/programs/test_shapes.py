"""Batches of sequences, and new tokens behind cached ones: said by the file, no code of ours."""

from pathlib import Path

import pytest

from harness.evidence import Outcome
from harness.programs.check import exact, floats, guarded
from tests.arrays.language import LIBRARY
from tests.programs.examples import bound

HEAD = """\
import numpy as np


def rotate(x, cos, sin):
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def softmax(s):
    powers = np.exp(s - s.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


"""

BATCH = (
    HEAD
    + """\
def attend(x, wq, wk, wv, wo, cos, sin, heads):
    b, n, _ = x.shape
    q, k, v = ((x @ w.T).reshape(b, n, heads, -1).swapaxes(1, 2) for w in (wq, wk, wv))
    q, k = rotate(q, cos, sin), rotate(k, cos, sin)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(np.arange(n) > np.arange(n)[:, None], -np.inf, scores)
    return (softmax(scores) @ v).swapaxes(1, 2).reshape(b, n, -1) @ wo.T
"""
)

STEP = (
    HEAD
    + """\
def attend(old, new, wq, wk, wv, wo, cos, sin, heads):
    m, n = len(old), len(old) + len(new)
    tokens = np.concatenate([old, new])
    k, v = ((tokens @ w.T).reshape(n, heads, -1).swapaxes(0, 1) for w in (wk, wv))
    q = (new @ wq.T).reshape(len(new), heads, -1).swapaxes(0, 1)
    q, k = rotate(q, cos[m:], sin[m:]), rotate(k, cos, sin)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(np.arange(n) > m + np.arange(len(new))[:, None], -np.inf, scores)
    return (softmax(scores) @ v).swapaxes(0, 1).reshape(len(new), -1) @ wo.T
"""
)

COMMON = """\
  n, k, m, h, {sizes}: dimension
  soft: index(n) -> vector(n) -> vector(n)
  scale: scalar
  c, s: index(n) -> vector(k)
  Wq, Wk, Wv: index(h) -> matrix(k + k, m)
  Wo: matrix(m, (k + k)*h)
"""

WEIGHTS = """\
  wq: {is: Wq, shape: [h*(k + k), m]}
  wk: {is: Wk, shape: [h*(k + k), m]}
  wv: {is: Wv, shape: [h*(k + k), m]}
  wo: Wo
  cos: c
  sin: s
  heads: {number: h}
"""

START = """\
program: attend.py:attend
implements: concatProjectedMultiHeadRopeAttentionBlockOutput
open: {soft: causal softmax}
for:
"""

OF_BATCH = (
    START
    + COMMON.format(sizes="b")
    + """\
  T: index(b) -> index(n) -> vector(m)
each: {l: index(b), i: index(n)}
where:
  weights: a ↦ z ↦ soft(i)(scale * z)
  Θ: "o ↦ a ↦ ropeHalfSplit(c(a), s(a))"
  p: i
  x: T(l)(i)
  pos: j ↦ j
  T: T(l)
give:
  x: T
"""
    + WEIGHTS
    + "at: [{n: 3, k: 2, m: 4, h: 2, b: 2, scale: 1/2}]\n"
)

OF_STEP = (
    START
    + COMMON.format(sizes="u, w")
    + """\
  T: index(n) -> vector(m)
  cached: index(u) -> index(n)
  fresh: index(w) -> index(n)
each: {i: index(w)}
where:
  weights: a ↦ z ↦ soft(fresh(i))(scale * z)
  Θ: "o ↦ a ↦ ropeHalfSplit(c(a), s(a))"
  p: fresh(i)
  x: T(fresh(i))
  pos: j ↦ j
give:
  old: j ↦ T(cached(j))
  new: j ↦ T(fresh(j))
"""
    + WEIGHTS
    + "at: [{n: 5, k: 2, m: 4, h: 2, u: 3, w: 2, cached: [0, 1, 2], fresh: [3, 4], scale: 1/2}]\n"
)


@pytest.mark.parametrize(
    ("source", "binding", "old", "new"),
    [
        (BATCH, OF_BATCH, ".swapaxes(1, 2).reshape(b, n, -1)", ".swapaxes(0, 2).reshape(b, n, -1)"),
        (STEP, OF_STEP, "rotate(q, cos[m:], sin[m:])", "rotate(q, cos[: n - m], sin[: n - m])"),
        (STEP, OF_STEP, "> m + np.arange", "> np.arange"),
    ],
    ids=["batch", "positions of the cache forgotten", "mask of the cache forgotten"],
)
def test_right_is_confirmed_and_wrong_refuted(
    tmp_path: Path, source: str, binding: str, old: str, new: str
) -> None:
    program = bound(tmp_path, source, binding)
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.CONFIRMED, found.summary
    assert floats(program, LIBRARY).outcome is Outcome.CONFIRMED
    assert old in source
    found = exact(bound(tmp_path, source.replace(old, new), binding), LIBRARY)
    assert found.outcome is Outcome.REFUTED, found.summary
