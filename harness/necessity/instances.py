"""Counterexamples evaluated again, exactly, against another claim over the same parameters."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, ObjectArithmetic, Places, Unsupported, Value
from harness.arrays.evaluate import rank, shape_of
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.language.types import Index, Named, Parameter, function_parts
from harness.numeric.small import named_function


def breaks(example: Counterexample, claim: Claim, library: Library) -> bool:
    """Whether the instance meets the claim's hypotheses and breaks its conclusion.

    In exact fractions; false too for an instance that cannot be read as one of this claim.
    """
    try:
        values = _values(example, claim)
        arithmetic = ObjectArithmetic(Fraction, lambda x: 1 / x)
        walk: Evaluator[Any] = Evaluator(library, arithmetic, example.sizes)
        for hypothesis in claim.hypotheses:
            left, right = walk.equation(hypothesis.equation, values)
            if (left != right).any():
                return False
        left, right = walk.equation(claim.conclusion, values)
        return bool((left != right).any())
    except (KeyError, ValueError, TypeError, Unsupported):
        return False


def _values(example: Counterexample, claim: Claim) -> Mapping[str, Value[Any]]:
    found: dict[str, Value[Any]] = {}
    for parameter in claim.parameters:
        if parameter.is_explicit:
            found[parameter.name] = _value(parameter, example.values[parameter.name], example.sizes)
    return found


def _value(parameter: Parameter, given: Json, sizes: Mapping[str, int]) -> Value[Any]:
    if rank(parameter.type) is None:
        return named_function(str(given), parameter)
    shape = (1, *shape_of(parameter.type, sizes))
    if isinstance(function_parts(parameter.type)[1], Index | Named):
        return Places(np.array(given, dtype=np.int64).reshape(shape))
    exact = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        item: Any = given
        for i in place[1:]:
            item = item[i]
        exact[place] = Fraction(item)
    return Data(exact)
