"""The functions that stand for open ones in counterexamples, by the names that people are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.arrays import Unsupported, Value, open_function
from harness.arrays.evaluate import rank
from harness.claims.model import Claim
from harness.language.types import Parameter, function_parts, is_place

FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "x ↦ x": lambda x: x,
    "x ↦ x*x + 1": lambda x: x * x + 1,
    "x ↦ 1": lambda x: x * 0 + 1,
    "x ↦ 0": lambda x: x * 0,
}
"""What open functions from a type to itself are taken to be, entry by entry.

The constants are of use only where hypotheses speak of functions.
"""

_ANY = 2
"""So many of them are tried where no hypothesis does."""


def function_names(claim: Claim) -> tuple[str, ...]:
    """What the open functions of a claim are taken to be, in turn; one empty name without any."""
    functions = {p.name for p in claim.explicit if rank(p.type) is None}
    if functions & claim.spoken:
        return tuple(FUNCTIONS)
    return tuple(FUNCTIONS)[:_ANY] if functions else ("",)


def named_function(name: str, parameter: Parameter) -> Value[Any]:
    """The open function of this name, taken entry by entry of its last argument.

    Raises `Unsupported` where the result is not of that argument's type, and `KeyError` for a
    name that no counterexample shows.
    """
    arguments, result = function_parts(parameter.type)
    if arguments[-1] != result or not all(map(is_place, arguments[:-1])):
        raise Unsupported("no simple function of this type")
    function = FUNCTIONS[name]

    def called(given: Sequence[Any]) -> Any:
        argument = given[-1]
        found = function(argument)  # NumPy gives a bare number in place of an array of shape ()
        return found if np.shape(found) else np.asarray(found, dtype=argument.dtype)

    return open_function(parameter.type, called)
