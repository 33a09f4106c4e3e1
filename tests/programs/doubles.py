"""Formulas in doubles: what a rule writes down, beside what the library itself computes."""

from __future__ import annotations

from collections.abc import Callable
from math import erf
from typing import Any

import numpy as np

from harness.programs.graph import Node, nodes

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "erf": np.vectorize(erf),
    "relu": lambda a: np.maximum(a, 0.0),
    "softplus": lambda a: np.logaddexp(a, 0.0),
    "gelu": lambda a: a * (1 + np.vectorize(erf)(a / np.sqrt(2))) / 2,
    "gelu tanh": lambda a: a * (1 + np.tanh(np.sqrt(2 / np.pi) * (a + 0.044715 * a**3))) / 2,
    "max": np.zeros_like,  # any number does, where it cancels
}


class Doubles:
    """The arithmetic of doubles, in place of a field."""

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def subtract(self, a: Any, b: Any) -> Any:
        return a - b

    def multiply(self, a: Any, b: Any) -> Any:
        return a * b

    def negate(self, a: Any) -> Any:
        return -a

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b

    def reduce(self, a: Any) -> Any:
        return a


class InDoubles:
    """A world in which functions are what they are called, as they are to a library."""

    fields = (Doubles(), Doubles())

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def variable(self, name: str, level: int) -> Any:
        return self.values[name]

    def divide(self, node: Node, level: int, left: Any, right: Any) -> Any:
        return left / right

    def exponential(self, level: int, argument: Any, hidden: Any) -> Any:
        found = np.exp(argument)
        return found if hidden is None else np.where(hidden, 0.0, found)

    def function(self, name: str, level: int, argument: Any) -> Any:
        call = FUNCTIONS[name] if name in FUNCTIONS else getattr(np, name)
        return call(argument)

    def __call__(self, root: Node) -> Any:
        known: dict[Node, Any] = {}
        for node in nodes(root):
            below = [known[o] for o in node.operands]
            known[node] = node.number if node.number is not None else node.compute(self, 0, *below)
        return known[root]


def planted(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A rule with a fault: twice what is right, and one more."""
    return lambda *arguments, **options: _twice(rule(*arguments, **options))


def _twice(found: Any) -> Any:
    from harness.programs import graph
    from harness.programs.arrays import Array

    if isinstance(found, Array):
        return Array(_twice(found.node))
    if isinstance(found, list | tuple):
        return type(found)(_twice(item) for item in found)
    if isinstance(found, Node):
        return graph.add(graph.add(found, found), graph.constant(1.0))
    return found
