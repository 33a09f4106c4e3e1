"""Each rule for NumPy beside NumPy itself; and a fault planted in any of them is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.programs import arrays, graph
from harness.programs.arrays import FUNCTIONS, UFUNCS, Array
from tests.programs.doubles import InDoubles, planted

P = (2, 3, 4)
Q = (3, 4)
Rule = tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]


def softened(most: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A softmax, in which the largest entry cancels."""

    def call(x: Any) -> Any:
        powers = np.exp(x - most(x))
        return powers / powers.sum(axis=-1, keepdims=True)

    return call


def assigned(x: Any, y: Any) -> Any:
    found = x.copy()
    found[:, 1:, ::2] = y
    found[0] += x[1]
    return found


RULES: dict[str, Rule] = {
    **{name: (getattr(np, name), (P, Q)) for name in ("add", "subtract", "multiply", "divide")},
    **{
        name: (getattr(np, name), (P,))
        for name in (
            *("negative", "positive", "exp", "square", "reciprocal", "tanh", "sin", "cos"),
            *("conjugate", "zeros_like", "ones_like", "atleast_2d", "ravel", "squeeze", "flip"),
            *("transpose", "matrix_transpose", "tril", "triu", "sum", "mean", "var", "copy"),
        )
    },
    "sqrt": (lambda x: np.sqrt(x * x + 1), (P,)),
    "log": (lambda x: np.log(x * x + 1), (P,)),
    "power": (lambda x: x**3 + x**-2 + (x * x) ** 0.5, (P,)),
    "matmul": (np.matmul, (P, (4, 2))),
    "vecdot": (np.vecdot, (P, (4,))),
    "matvec": (np.matvec, (P, (4,))),
    "vecmat": (np.vecmat, ((3,), P)),
    "reshape": (lambda x: np.reshape(x, (4, 6)), (P,)),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 2), (P,)),
    "moveaxis": (lambda x: np.moveaxis(x, 0, 2), (P,)),
    "expand_dims": (lambda x: np.expand_dims(x, 1), (P,)),
    "repeat": (lambda x: np.repeat(x, 2, axis=1), (P,)),
    "tile": (lambda x: np.tile(x, (2, 1, 3)), (P,)),
    "roll": (lambda x: np.roll(x, 1, axis=1), (P,)),
    "broadcast_to": (lambda x: np.broadcast_to(x, (5, 2, 3, 4)), (P,)),
    "take": (lambda x: np.take(x, [2, 0], axis=1), (P,)),
    "take_along_axis": (lambda x: np.take_along_axis(x, np.array([[[2], [0], [1]]]), 2), (P,)),
    "diagonal": (lambda x: np.diagonal(x, 1, 1, 2), (P,)),
    "pad": (lambda x: np.pad(x, ((0, 0), (1, 0), (0, 2))), (P,)),
    "full_like": (lambda x: np.full_like(x, 3.0) + x, (P,)),
    "empty_like": (lambda x: assigned(np.empty_like(x) * 0.0 + 1.0, 2.0) + x, (P,)),
    "concatenate": (lambda x, y: np.concatenate([x, y], axis=1), (P, P)),
    "stack": (lambda x, y: np.stack([x, y], axis=1), (P, P)),
    "vstack": (lambda x, y: np.vstack([x, y]), (P, P)),
    "hstack": (lambda x, y: np.hstack([x, y]), (P, P)),
    "split": (lambda x: np.split(x, [1, 3], axis=2)[1], (P,)),
    "array_split": (lambda x: np.array_split(x, 3, axis=2)[0], (P,)),
    "where": (lambda x, y: np.where(np.eye(3, 4) > 0, x, y), (P, Q)),
    "einsum": (lambda x, y: np.einsum("bij,kj->kbi", x, y), (P, Q)),
    "einsum of all leading axes": (lambda x, y: np.einsum("...ij,kj->...ik", x, y), (P, Q)),
    "einsum without an arrow": (lambda x, y: np.einsum("cba,bd", x, y), (P, (3, 2))),
    "tensordot": (lambda x, y: np.tensordot(x, y, axes=([1, 2], [0, 1])), (P, Q)),
    "cumsum": (lambda x: np.cumsum(x, axis=1), (P,)),
    "dot": (np.dot, (P, (4, 2))),
    "inner": (np.inner, (Q, Q)),
    "outer": (np.outer, ((3,), (4,))),
    "max": (softened(lambda x: np.max(x, axis=-1, keepdims=True)), (P,)),
    "amax": (softened(lambda x: np.amax(x, -1, keepdims=True)), (P,)),
    "maximum": (softened(lambda x: np.maximum(x, x.max(axis=-1, keepdims=True))), (P,)),
    "ndarray.T": (lambda x: x.T, (P,)),
    "ndarray.mT": (lambda x: x.mT, (P,)),
    "ndarray.transpose": (lambda x: x.transpose(1, 0, 2), (P,)),
    "ndarray.swapaxes": (lambda x: x.swapaxes(1, 2), (P,)),
    "ndarray.reshape": (lambda x: x.reshape(2, -1, order="F"), (P,)),
    "ndarray.ravel": (lambda x: x.ravel(), (P,)),
    "ndarray.flatten": (lambda x: x.flatten(), (P,)),
    "ndarray.squeeze": (lambda x: x.squeeze(), ((3, 1, 4),)),
    "ndarray.repeat": (lambda x: x.repeat(3, axis=1), (P,)),
    "ndarray.copy": (lambda x: x.copy(), (P,)),
    "ndarray.astype": (lambda x: x.astype(np.float64), (P,)),
    "ndarray.sum": (lambda x: x.sum(axis=(0, 2)), (P,)),
    "ndarray.mean": (lambda x: x.mean(-1, keepdims=True), (P,)),
    "ndarray.var": (lambda x: x.var(axis=1, ddof=1), (P,)),
    "ndarray.max": (softened(lambda x: x.max(axis=-1, keepdims=True)), (P,)),
    "ndarray.dot": (lambda x, y: x.dot(y), (Q, (4, 2))),
    "ndarray.__getitem__": (lambda x: x[..., None, ::-2] + x[[1, 0]][..., None, 1::2], (P,)),
    "ndarray.__setitem__": (assigned, (P, (2, 2))),
    "ndarray.__iter__": (lambda x: sum(row * i for i, row in enumerate(x)), (P,)),
    "np.add.reduce": (lambda x: np.add.reduce(x, axis=1), (P,)),
    "np.maximum.reduce": (softened(lambda x: np.maximum.reduce(x, -1, keepdims=True)), (P,)),
    "a result put in place": (lambda x, y: np.multiply(x, y, out=x.copy()), (P, Q)),
}
"""One call for each rule, and the shapes of its arguments."""

ANSWERS = ("shape", "ndim", "size", "result_type", "iscomplexobj", "isrealobj")
"""Functions that tell of an array and compute nothing."""

METHODS = sorted(
    name
    for name, value in vars(Array).items()
    if callable(value) and not name.startswith("_") and name != "item"
)


def differs(call: Callable[..., Any], shapes: tuple[tuple[int, ...], ...]) -> float:
    """How far a rule's formula, in doubles, is from what NumPy gives."""
    rng = np.random.default_rng(0)
    values = {f"v{i}": rng.standard_normal(shape) for i, shape in enumerate(shapes)}
    expected = call(*(value.copy() for value in values.values()))
    result = call(*(Array(graph.variable(n, v.shape)) for n, v in values.items()))
    assert isinstance(result, Array)
    found = InDoubles(values)(result.node)
    assert found.shape == expected.shape == result.shape
    return float(np.abs(found - expected).max())


def test_every_rule_is_called() -> None:
    assert {*UFUNCS, *FUNCTIONS} - {*ANSWERS} <= set(RULES)
    assert {f"ndarray.{name}" for name in METHODS} <= set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_what_numpy_gives(name: str) -> None:
    assert differs(*RULES[name]) < 1e-12


def _given(rule: Callable[..., Any]) -> Callable[..., Any]:
    """For a largest entry any number does that is one for a whole row; so not what was given."""
    return lambda array, *_, **__: array


@pytest.mark.parametrize("name", sorted({*UFUNCS, *FUNCTIONS} - {*ANSWERS, "empty_like"}))
def test_a_fault_planted_in_a_rule_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table: Any = arrays.UFUNCS if name in UFUNCS else arrays.FUNCTIONS
    fault = _given if name in ("max", "amax", "maximum") else planted
    monkeypatch.setitem(table, name, fault(table[name]))
    assert differs(*RULES[name]) > 0.1


@pytest.mark.parametrize("name", METHODS)
def test_a_fault_planted_in_a_method_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = _given if name == "max" else planted
    monkeypatch.setattr(Array, name, fault(getattr(Array, name)))
    assert differs(*RULES[f"ndarray.{name}"]) > 0.1
