"""Inputs for Lean and Python alike: sizes and values of a subject's parameters, drawn once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from types import MappingProxyType
from typing import Any

from harness.arrays.evaluate import shape_of, size_of
from harness.arrays.values import Unsupported
from harness.language.types import (
    DimVar,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Sort,
    Type,
    Vector,
    function_parts,
    is_place,
    resolve,
)

TURNS = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25))
"""Pythagorean triples: cosine and sine of an angle, over a common denominator."""

STYLES = ("rotations", "dense")

_LARGEST = 3
_BUDGET = 36
"""The largest product of an instance's dimensions; Lean's definitions recompute what they use."""


@dataclass(frozen=True)
class Instance:
    """Sizes and values for all parameters of one subject."""

    style: str
    """`dense`; `rotations`, where square matrices are products of plane rotations; or `zeros`."""
    mode: int
    """0: open functions are positive; 1: they may divide by zero."""
    sizes: Mapping[str, int]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """NumPy arrays of fractions, in the shape of the parameter's type."""
    places: Mapping[str, Any] = field(default_factory=dict)
    """NumPy arrays of integers, for parameters whose values are indices or positions."""


def open_kind(type_: Type) -> str:
    """What stands for a function of this type that is left open.

    `weights` for maps of vectors to vectors of their size, `power` for maps of scalars; empty
    where a table can hold the function. Raises `Unsupported` where neither is possible.
    """
    arguments, result = function_parts(type_)
    data = [a for a in arguments if not isinstance(resolve(a), Index | Named)]
    if not data:
        return ""
    if len(data) == 1 and arguments[-1] is data[0]:
        if isinstance(data[0], Scalar) and isinstance(result, Scalar):
            return "power"
        if isinstance(data[0], Vector) and data[0] == result:
            return "weights"
    raise Unsupported(f"no function of type {type_} is at hand to run with")


def open_numbers(parameters: Sequence[Parameter]) -> dict[str, int]:
    """The open functions of a subject, numbered from 1: the second is another than the first.

    Raises `Unsupported` as `open_kind` does.
    """
    opened = [p.name for p in parameters if p.is_explicit and open_kind(p.type)]
    return {name: number for number, name in enumerate(opened, 1)}


def draw(
    parameters: Sequence[Parameter],
    count: int,
    seed: str,
    unit: Fraction = Fraction(1),
    *,
    empty: bool = False,
    fixed: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Instance]:
    """`count` instances of varied shape, the same ones for the same seed.

    The first has all sizes 1; in the second all numbers are 0, and open functions divide by it. In
    the two that follow all sizes are 2: of many sizes drawn within the budget some are always 1,
    and a turn of one of two keys would be seen by none. Entries are multiples of parts of `unit`;
    small ones keep exponentials within doubles. With
    `empty` there follows one instance for each dimension in which it is 0, and what has no values
    then; unless a parameter must have one. Dimensions that are `fixed` have that size in each.
    """
    rng = random.Random(seed)
    dims = [p.name for p in parameters if p.sort is Sort.DIMENSION]
    types = dict.fromkeys((p.name for p in parameters if p.sort is Sort.TYPE), 2)
    for number in range(count):
        alike = {0: 1, 2: 2, 3: 2}.get(number)
        sizes = _sizes(rng, dims) if alike is None else dict.fromkeys(dims, alike)
        style = "zeros" if number == 1 else STYLES[number % len(STYLES)]
        mode = 1 if number % 4 == 1 else 0
        yield _fill(rng, parameters, {**sizes, **types, **fixed}, style, mode, unit)
    for dim in dims if empty else ():
        filled = _with_values(parameters, {**_sizes(rng, dims), **types, dim: 0})
        if filled is not None:
            yield _fill(rng, parameters, filled, "dense", 0, unit)


def _sizes(rng: random.Random, dims: Sequence[str]) -> dict[str, int]:
    """Sizes at random, not all alike, whose product is within the budget."""
    sizes = {dim: rng.randint(1, _LARGEST) for dim in dims}
    if len(dims) > 1 and len(set(sizes.values())) == 1:
        sizes[rng.choice(dims)] = 2 if sizes[dims[0]] != 2 else 1
    while prod(sizes.values()) > _BUDGET:
        sizes[rng.choice([dim for dim in dims if sizes[dim] > 1])] -= 1
    return sizes


def _with_values(parameters: Sequence[Parameter], sizes: dict[str, int]) -> dict[str, int] | None:
    """The sizes, with 0 for those over which a parameter would need indices of nothing.

    Nothing where that is not enough: a single index of nothing has no value.
    """
    places = [function_parts(p.type) for p in parameters if p.is_explicit and is_place(p.type)]
    while lacking := [
        arguments
        for arguments, result in places
        if size_of(result, sizes) == 0 and all(size_of(a, sizes) for a in arguments)
    ]:
        over = [
            a.size.name for a in lacking[0] if isinstance(a, Index) and isinstance(a.size, DimVar)
        ]
        if not over:
            return None
        sizes = {**sizes, over[0]: 0}
    return sizes


def _fill(
    rng: random.Random,
    parameters: Sequence[Parameter],
    sizes: Mapping[str, int],
    style: str,
    mode: int,
    unit: Fraction,
) -> Instance:
    import numpy as np

    numbers: dict[str, Any] = {}
    places: dict[str, Any] = {}
    for parameter in parameters:
        if not parameter.is_explicit or open_kind(parameter.type):
            continue
        shape = shape_of(parameter.type, sizes)
        if is_place(parameter.type):
            below = size_of(function_parts(parameter.type)[1], sizes)
            if below == 0 and 0 not in shape:
                raise Unsupported(f"{parameter.name} has no value, as there is no index below 0")
            drawn = [rng.randrange(below) for _ in range(prod(shape))]
            places[parameter.name] = np.asarray(drawn, dtype=np.int64).reshape(shape)
        else:
            numbers[parameter.name] = _table(rng, parameter.type, shape, style, unit)
    return Instance(style, mode, sizes, numbers, places)


def _table(
    rng: random.Random, type_: Type, shape: tuple[int, ...], style: str, unit: Fraction
) -> Any:
    import numpy as np

    table = np.full(shape, Fraction(0), dtype=object)
    if style == "zeros":
        return table
    result = function_parts(type_)[1]
    if style == "rotations" and isinstance(result, Matrix) and shape[-1] == shape[-2]:
        for place in np.ndindex(*shape[:-2]):
            table[place] = _rotation(rng, shape[-1])
        return table
    for place in np.ndindex(*shape):
        table[place] = unit * Fraction(rng.randint(-3, 3), rng.choice((1, 1, 2, 3)))
    return table


def _rotation(rng: random.Random, size: int) -> Any:
    """Rational rotations of the planes (0, 1), (2, 3), …; all of one size commute."""
    import numpy as np

    found = np.full((size, size), Fraction(0), dtype=object)
    for i in range(0, size - 1, 2):
        a, b, c = rng.choice(TURNS)
        cosine, sine = rng.choice(
            ((Fraction(a, c), Fraction(b, c)), (Fraction(-b, c), Fraction(a, c)))
        )
        found[i, i], found[i, i + 1] = cosine, -sine
        found[i + 1, i], found[i + 1, i + 1] = sine, cosine
    if size % 2:
        found[size - 1, size - 1] = Fraction(rng.choice((1, -1)))
    return found
