"""The kinds of numbers that both sides of a file are computed with: formulas, doubles, bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays import Unsupported
from harness.arrays.floats import UNIT, Bounded, BoundedFloat64, Float64, Floats, exactly
from harness.arrays.functions import LIBRARY, exponential, reciprocal_root, softmax
from harness.programs import graph
from harness.programs.binding import Numbers
from harness.programs.graph import Formulas, Node
from harness.programs.residues import fraction_residue


def _seen(word: str, arguments: Sequence[Any], scores: Any) -> Any:
    """Which keys are seen: those up to the query's own place, or all."""
    keys = np.arange(scores.shape[-1])
    if word in ("causal softmax", "causal exp"):
        return keys <= np.asarray(arguments[0])[..., None]
    return np.ones(keys.shape, dtype=bool)


class FormulaNumbers(Numbers[Node]):
    """Formulas: variables stay variables, each called by its name behind `prefix`."""

    arithmetic = Formulas()

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix

    def leaf(self, name: str, shape: tuple[int, ...]) -> Node:
        return graph.variable(f"{self.prefix}{name}", (1, *shape))

    def fixed(self, values: NDArray[Any]) -> Node:
        numbers = [Fraction(value) for value in values.ravel()]

        def compute(world: graph.World, level: int) -> Any:
            field = world.fields[level]
            found = [fraction_residue(field, number) for number in numbers]
            return np.array(found, dtype=np.float64).reshape(values.shape)

        return Node("given", (), values.shape, compute)

    def open(self, word: str, arguments: Sequence[Any]) -> Node:
        argument: Node = arguments[-1]
        match word:
            case "exp":
                return graph.exponential(argument)
            case "tanh":
                return graph.hyperbolic(argument)
            case "sigmoid":
                return graph.sigmoid(argument)
            case "silu":
                return graph.multiply(argument, graph.sigmoid(argument))
            case "sqrt" | "rsqrt":
                return graph.power(argument, 0.5 if word == "sqrt" else -0.5)
            case "softmax" | "causal softmax" | "causal exp":
                seen = _seen(word, arguments, argument)
                masked = graph.where(seen, argument, graph.constant(np.full((), -np.inf)))
                if word == "causal exp":
                    return graph.exponential(masked)
                return graph.softmax(masked, -1)
            case _:
                return graph.function(word, argument)


class _Drawn:
    """Doubles for the variables, the same for all that ask."""

    def __init__(self, values: Mapping[str, Floats]) -> None:
        self.values = values


class DoubleNumbers(_Drawn, Numbers[Floats]):
    """Doubles, which programs are given."""

    arithmetic = Float64()

    def leaf(self, name: str, shape: tuple[int, ...]) -> Floats:
        return self.values[name][None]

    def fixed(self, values: NDArray[Any]) -> Floats:
        return values.astype(np.float64)

    def open(self, word: str, arguments: Sequence[Any]) -> Floats:
        raise Unsupported(f"what a program is given cannot speak of {word}")


class BoundedNumbers(_Drawn, Numbers[Bounded]):
    """Doubles with bounds on their errors, for the definition."""

    arithmetic = BoundedFloat64()

    def leaf(self, name: str, shape: tuple[int, ...]) -> Bounded:
        return exactly(self.values[name][None])

    def fixed(self, values: NDArray[Any]) -> Bounded:
        found = values.astype(np.float64)
        return Bounded(found, UNIT * np.abs(found))

    def open(self, word: str, arguments: Sequence[Any]) -> Bounded:
        argument: Bounded = arguments[-1]
        match word:
            case "exp":
                return exponential(np, argument)
            case "softmax" | "causal softmax":
                seen = _seen(word, arguments, argument.value)
                return softmax(np, argument, np.broadcast_to(seen, argument.value.shape))
            case "causal exp":
                powers, seen = exponential(np, argument), _seen(word, arguments, argument.value)
                return Bounded(np.where(seen, powers.value, 0.0), np.where(seen, powers.error, 0.0))
            case "rsqrt":
                return reciprocal_root(np, argument)
            case "tanh" | "sigmoid" | "silu":  # none is steeper than 1.1
                value = _SMOOTH[word](argument.value)
                error = 1.1 * argument.error + LIBRARY * UNIT * np.abs(value)
                return Bounded(value, error)
            case _:
                raise Unsupported(f"no bound is known for {word}")


def _sigmoid(a: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * a)))


_SMOOTH: Mapping[str, Callable[[Floats], Floats]] = {
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "silu": lambda a: a * _sigmoid(a),
}
