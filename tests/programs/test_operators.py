"""Each rule of an operator beside PyTorch itself, and what a rule could leave out of sight."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.evidence import Outcome
from harness.programs import graph
from harness.programs.check import exact
from harness.programs.graph import Node
from tests.arrays.language import LIBRARY
from tests.programs.doubles import InDoubles, planted
from tests.programs.examples import TORCH, bound

pytestmark = pytest.mark.programs

torch = pytest.importorskip("torch")


aten = torch.ops.aten
P = (2, 3, 4)
RULES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "add": (lambda x, y: aten.add(x, y, alpha=2), (P, P)),
    "sub": (lambda x, y: aten.sub(x, y, alpha=2), (P, (4,))),
    "rsub": (lambda x: aten.rsub(x, 3.0), (P,)),
    "mul": (aten.mul, (P, (3, 1))),
    "div": (aten.div, (P, P)),
    "neg": (aten.neg, (P,)),
    "reciprocal": (aten.reciprocal, (P,)),
    "pow": (lambda x: aten.pow(x, 3), (P,)),
    "sqrt": (lambda x: aten.sqrt(x * x), (P,)),
    "rsqrt": (lambda x: aten.rsqrt(x * x), (P,)),
    "mm": (aten.mm, ((3, 4), (4, 2))),
    "bmm": (aten.bmm, (P, (2, 4, 3))),
    "mv": (aten.mv, ((3, 4), (4,))),
    "dot": (aten.dot, ((4,), (4,))),
    "addmm": (lambda a, b, c: aten.addmm(a, b, c, beta=2, alpha=3), ((2,), (3, 4), (4, 2))),
    "baddbmm": (aten.baddbmm, ((2, 3, 3), P, (2, 4, 3))),
    "sum": (lambda x: aten.sum(x, [1], True), (P,)),
    "mean": (lambda x: aten.mean(x, [-1, 0]), (P,)),
    "exp": (aten.exp, (P,)),
    "sigmoid": (aten.sigmoid, (P,)),
    "tanh": (aten.tanh, (P,)),
    "silu": (aten.silu, (P,)),
    "gelu": (lambda x: aten.gelu(x, approximate="tanh"), (P,)),
    "erf": (aten.erf, (P,)),
    "log": (lambda x: aten.log(x * x), (P,)),
    "softplus": (aten.softplus, (P,)),
    "sin": (aten.sin, (P,)),
    "cos": (aten.cos, (P,)),
    "relu": (aten.relu, (P,)),
    "_softmax": (lambda x: aten._softmax(x, 1, False), (P,)),
    "max": (lambda x: aten._softmax(x - aten.max(x, -1, True)[0], -1, False), (P,)),
    "amax": (lambda x: aten._softmax(x - aten.amax(x, [-1], True), -1, False), (P,)),
    "maximum": (
        lambda x: aten._softmax(x - aten.maximum(x, aten.amax(x, [-1], True)), -1, False), (P,)),
    "native_layer_norm": (
        lambda x, w, b: aten.native_layer_norm(x, [4], w, b, 1e-3)[0], (P, (4,), (4,))),
    "_scaled_dot_product_flash_attention_for_cpu": (
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True),
        ((1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4))),
    "_safe_softmax": (lambda x: aten._safe_softmax(x, 1), (P,)),
    "_to_copy": (lambda x: x.to(torch.float64, copy=True), (P,)),
    "clone": (aten.clone, (P,)),
    "lift_fresh": (aten.lift_fresh, (P,)),
    "copy": (lambda x, y: x.clone().copy_(y) + x, (P, (4,))),
    "fill": (lambda x: x.clone().fill_(2.0) + x, (P,)),
    "zero": (lambda x: x.clone().zero_() + x, (P,)),
    "cat": (lambda x, y: aten.cat([x, y], 1), (P, P)),
    "stack": (lambda x, y: aten.stack([x, y], 1), (P, P)),
    "index": (lambda x: x[:, torch.tensor([2, 0])], (P,)),
    "index_put": (
        lambda x, y: x.clone().index_put_((torch.tensor([1, 0]),), y), (P, (2, 3, 4))),
    "index_select": (lambda x: aten.index_select(x, 2, torch.tensor([3, 1])), (P,)),
    "embedding": (lambda w: aten.embedding(w, torch.tensor([[1, 0], [2, 2]])), ((3, 4),)),
    "repeat": (lambda x: aten.repeat(x, [2, 1, 1, 3]), (P,)),
    "flip": (lambda x: aten.flip(x, [0, 2]), (P,)),
    "roll": (lambda x: aten.roll(x, [1], [2]), (P,)),
    "tril": (lambda x: aten.tril(x, -1), (P,)),
    "triu": (lambda x: aten.triu(x, 1), (P,)),
    "where": (lambda x, y: aten.where(torch.eye(3, 4) > 0, x, y), (P, P)),
    "masked_fill": (lambda x: aten.masked_fill(x, torch.eye(3, 4) > 0, 2.0), (P,)),
    "zeros_like": (lambda x: aten.zeros_like(x) + x, (P,)),
    "ones_like": (lambda x: aten.ones_like(x) + x, (P,)),
    "empty_like": (lambda x: aten.empty_like(x).copy_(x), (P,)),
    "full_like": (lambda x: aten.full_like(x, 3.0) + x, (P,)),
    "new_zeros": (lambda x: x.new_zeros([4]) + x, (P,)),
    "new_ones": (lambda x: x.new_ones([4]) + x, (P,)),
    "new_empty": (lambda x: x.new_empty([3, 4]).copy_(x[0]), (P,)),
    "new_full": (lambda x: x.new_full([4], 3.0) + x, (P,)),
    "view": (lambda x: aten.view(x, [3, 8]), (P,)),
    "_unsafe_view": (lambda x: aten._unsafe_view(x, [6, 4]), (P,)),
    "_reshape_alias": (lambda x: aten._reshape_alias(x, [6, 4], [4, 1]), (P,)),
    "transpose": (lambda x: aten.transpose(x, 0, -1), (P,)),
    "t": (aten.t, ((3, 4),)),
    "permute": (lambda x: aten.permute(x, [2, 0, 1]), (P,)),
    "expand": (lambda x: aten.expand(x, [5, -1, 3, 4]), ((2, 1, 4),)),
    "slice": (lambda x: aten.slice(x, 2, 1, 4, 2), (P,)),
    "select": (lambda x: aten.select(x, 1, -1), (P,)),
    "unsqueeze": (lambda x: aten.unsqueeze(x, -1), (P,)),
    "squeeze": (lambda x: aten.squeeze(x, 1), ((2, 1, 4),)),
    "alias": (aten.alias, (P,)),
    "detach": (aten.detach, (P,)),
    "diagonal": (lambda x: aten.diagonal(x, 0, 0, 1), (P,)),
    "split": (lambda x: aten.split(x, 3, 2)[1], (P,)),
    "split_with_sizes": (lambda x: aten.split_with_sizes(x, [1, 3], 2)[1], (P,)),
    "unbind": (lambda x: aten.unbind(x, 1)[2], (P,)),
}  # fmt: skip
"""One call for each rule, and the shapes of its arguments."""


def differs(call: Callable[..., Any], shapes: tuple[Any, ...]) -> float:
    """How far a rule's formula, in doubles, is from what PyTorch gives."""
    from harness.programs.tensors import Formula

    rng = np.random.default_rng(0)
    values = {f"v{i}": rng.standard_normal(shape) for i, shape in enumerate(shapes)}
    expected = call(*(torch.tensor(value) for value in values.values()))
    given = [Formula(graph.variable(n, v.shape), torch.float64) for n, v in values.items()]
    result = call(*given)
    assert tuple(result.shape) == tuple(expected.shape) == result.node.shape
    return float(np.abs(InDoubles(values)(result.node) - expected.numpy()).max())


def test_every_rule_is_called() -> None:
    from harness.programs.tensors import OPERATORS, SEVERAL, VIEWS

    assert set(RULES) == set(OPERATORS) | set(VIEWS) | set(SEVERAL)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_what_pytorch_gives(name: str) -> None:
    assert differs(*RULES[name]) < 1e-12


WAYS: dict[str, dict[str, Any]] = {
    "a scale of its own": {"is_causal": True, "scale": 0.3},
    "a mask of truths": {"attn_mask": torch.ones(3, 3, dtype=torch.bool).tril()},
    "a mask that is added": {"attn_mask": torch.full((3, 3), -torch.inf).triu(1)},
    "heads that share keys": {"is_causal": True, "enable_gqa": True},
}


@pytest.mark.parametrize("name", WAYS)
def test_attention_of_pytorch_in_each_of_its_ways(name: str) -> None:
    heads = 4 if "enable_gqa" in WAYS[name] else 2
    attention = partial(torch.nn.functional.scaled_dot_product_attention, **WAYS[name])
    assert differs(attention, ((1, heads, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4))) < 1e-12


def _backwards(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A view, or several, with their entries in another order."""

    def flipped(how: Any) -> Any:
        return [flipped(one) for one in how] if isinstance(how, list) else lambda a: np.flip(how(a))

    return lambda *arguments, **options: flipped(rule(*arguments, **options))


ANY = ("empty_like", "new_empty")
"""Rules for tensors that are written over; any numbers are right."""


@pytest.mark.parametrize("name", [name for name in RULES if name not in ANY])
def test_a_fault_planted_in_a_rule_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.programs import tensors

    for table in (tensors.OPERATORS, tensors.VIEWS, tensors.SEVERAL):
        if name in table:
            fault: Any = planted if table is tensors.OPERATORS else _backwards
            if name in ("max", "amax", "maximum"):  # any number does that is one for a whole row
                fault = _given
            monkeypatch.setitem(table, name, fault(table[name]))  # type: ignore[index]
    assert differs(*RULES[name]) > 0.1


def _given(rule: Callable[..., Any]) -> Callable[..., Any]:
    from harness.programs.tensors import node

    return lambda value, *_: (node(value), None) if rule.__name__ == "_maximum" else node(value)


def test_a_planted_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A rule of `div` that gives 0 made right and wrong programs agree in a trial."""
    from harness.programs import tensors

    def nothing(left: Any, right: Any, **_: Any) -> Node:
        shape = np.broadcast_shapes(tensors.node(left).shape, tensors.node(right).shape)
        return graph.constant(np.zeros(shape))

    monkeypatch.setitem(tensors.OPERATORS, "div", nothing)  # type: ignore[index]
    assert differs(*RULES["div"]) > 0.1
    assert exact(bound(tmp_path, TORCH), LIBRARY).outcome is Outcome.REFUTED


def left(call: Any) -> Any:
    """What is left of a copy of the input after something was done with it."""

    def program(x: Any) -> Any:
        copy = torch.add(x, 0)
        call(copy)
        return copy

    return program


def turned(x: Any) -> Any:
    return torch.add(x.t(), 0)


ONE_FUNCTION: dict[str, tuple[Any, Any]] = {
    "a view of it": (left(lambda x: x.add_(1)), left(lambda x: x.t().add_(1))),
    "itself": (left(lambda x: x.add_(1)), left(lambda x: x.contiguous().view(-1).add_(1))),
    "a copy of it": (left(id), left(lambda x: x.t().contiguous().add_(1))),
    "reshaped, which copies": (left(id), left(lambda x: x.t().reshape(-1).add_(1))),
    "reshaped, which does not": (
        left(lambda x: x.add_(1)), left(lambda x: x.reshape(-1).add_(1))),
    "turned in place": (lambda x: x.t() + 1, lambda x: left(lambda y: y.t_().add_(1))(x)),
    "of one rank less": (lambda x: x[0] @ x, lambda x: (x[:1] @ x).squeeze_(0)),
    "made of one that is turned": (turned, lambda x: left(lambda y: y.contiguous())(turned(x))),
    "whole numbers": (lambda x: x * 2, lambda x: x * torch.full_like(x, 2.5, dtype=torch.int64)),
}  # fmt: skip

TWO_FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "a sum of whole numbers": (
        lambda x: x.sum(-1), lambda x: torch.sum(x, -1, dtype=torch.int64)),
    "put into whole numbers": (
        left(id), lambda x: torch.zeros_like(x, dtype=torch.int64).copy_(x)),
    "turned in place": (left(id), left(lambda x: x.transpose_(0, 1))),
    "of another rank in place": (left(id), left(lambda x: x.unsqueeze_(0))),
    "put into": (left(id), left(lambda x: torch.sin(x, out=x))),
    "a copy of what is turned": (
        lambda x: turned(x) + 1, lambda x: _more(turned(x), torch.Tensor.contiguous)),
    "a reshaped copy of it": (
        lambda x: turned(x) + 1, lambda x: _more(turned(x), lambda y: y.reshape(-1))),
    "entries that are one": (
        lambda x: 2 * x, left(lambda x: x.expand(2, 3, 3)[0].add_(1)),
    ),
    "infinite": (left(id), lambda x: x + torch.finfo(x.dtype).min),
    "no number": (left(id), lambda x: x + (x - x) / (x - x)),
}  # fmt: skip


def _more(value: Any, of: Any) -> Any:
    """One more is added to what is made of it, and it is given."""
    of(value).add_(1)
    return value


@pytest.mark.parametrize("name", ONE_FUNCTION)
def test_what_is_the_same_is_confirmed(name: str) -> None:
    import harness

    found = harness.same(*ONE_FUNCTION[name], shapes={"x": (3, 3)})
    assert found.outcome is Outcome.CONFIRMED, found.summary


@pytest.mark.parametrize("name", TWO_FUNCTIONS)
def test_what_a_rule_could_leave_out_of_sight_is_not_confirmed(name: str) -> None:
    import harness
    from harness.programs.target import Unusable

    try:
        found = harness.same(*TWO_FUNCTIONS[name], shapes={"x": (3, 3)})
    except Unusable:
        return
    assert found.outcome is not Outcome.CONFIRMED, found.summary
