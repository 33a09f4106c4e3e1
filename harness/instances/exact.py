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
from harness.instances.search import named_function, plain
from harness.language.types import Index, Named, Parameter, function_parts

EXACT = ObjectArithmetic(Fraction, lambda x: 1 / x)


def breaks(example: Counterexample, claim: Claim, library: Library) -> Counterexample | None:
    """The instance with the two sides of `claim`, if it meets the hypotheses and they differ.

    In exact fractions; nothing too for an instance that cannot be read as one of this claim.
    """
    try:
        values = read(example.values, claim, example.sizes)
        walk: Evaluator[Any] = Evaluator(library, EXACT, example.sizes)
        if not _meets(walk, claim, values):
            return None
        left, right = walk.equation(claim.conclusion, values)
    except UNREADABLE:
        return None
    if not (left != right).any():
        return None
    names = [p.name for p in claim.parameters]
    return Counterexample(
        {name: size for name, size in example.sizes.items() if name in names},
        {name: value for name, value in example.values.items() if name in names},
        plain(left[0]),
        plain(right[0]),
        example.remark,
    )


def meets(
    sizes: Mapping[str, int], values: Mapping[str, Json], claim: Claim, library: Library
) -> bool:
    """Whether an instance meets the hypotheses of a claim, in exact fractions."""
    try:
        return _meets(Evaluator(library, EXACT, sizes), claim, read(values, claim, sizes))
    except UNREADABLE:
        return False


UNREADABLE = (KeyError, ValueError, TypeError, IndexError, Unsupported)
"""What is raised for an instance that is none of the claim's."""


def _meets(walk: Evaluator[Any], claim: Claim, values: Mapping[str, Value[Any]]) -> bool:
    for hypothesis in claim.hypotheses:
        left, right = walk.equation(hypothesis.equation, values)
        if (left != right).any():
            return False
    return True


def read(
    values: Mapping[str, Json], claim: Claim, sizes: Mapping[str, int]
) -> Mapping[str, Value[Any]]:
    """Values of a claim's variables as the array interpreter takes them; see `UNREADABLE`."""
    found: dict[str, Value[Any]] = {}
    for parameter in claim.parameters:
        if parameter.is_explicit:
            found[parameter.name] = _value(parameter, values[parameter.name], sizes)
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
