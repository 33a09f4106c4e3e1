"""Inputs for Lean and Python alike: sizes and values of a subject's parameters, drawn once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from harness.arrays.evaluate import shape_of, size_of
from harness.arrays.values import Unsupported
from harness.language.types import (
    Function,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Sort,
    Type,
    Vector,
    function_parts,
    resolve,
)

TURNS = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25))
"""Pythagorean triples: cosine and sine of an angle, over a common denominator."""

_LARGEST = 3
_BUDGET = 36
"""The largest product of an instance's dimensions; Lean's definitions recompute what they use."""


@dataclass(frozen=True)
class Open:
    """A function that the subject leaves open: which of the kinds below stands for it."""

    type: Type
    kind: str
    """`weights` for maps of vectors to vectors of their size, `power` for maps of scalars."""


@dataclass(frozen=True)
class Instance:
    """Sizes and values for all parameters of one subject."""

    style: str
    """`dense`, or `rotations`: square matrices are products of plane rotations."""
    mode: int
    """0: open functions are positive; 1: they may divide by zero."""
    sizes: Mapping[str, int]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """NumPy arrays of fractions, in the shape of the parameter's type."""
    places: Mapping[str, Any] = field(default_factory=dict)
    """NumPy arrays of integers, for parameters whose values are indices or positions."""


def open_kind(type_: Type) -> Open | None:
    """How to stand for a function of this type; nothing where a table can hold it.

    Raises `Unsupported` where neither is possible.
    """
    arguments, result = function_parts(type_)
    data = [a for a in arguments if not isinstance(resolve(a), Index | Named)]
    if not data:
        return None
    if len(data) > 1 or arguments[-1] is not data[0]:
        raise Unsupported(f"no function of type {type_} is at hand to run with")
    if isinstance(data[0], Scalar) and isinstance(result, Scalar):
        return Open(type_, "power")
    if isinstance(data[0], Vector) and data[0] == result:
        return Open(type_, "weights")
    raise Unsupported(f"no function of type {type_} is at hand to run with")


def is_place(type_: Type) -> bool:
    """Whether a table of this type holds indices or positions."""
    return isinstance(function_parts(type_)[1], Index | Named)


def draw(
    parameters: Sequence[Parameter], count: int, seed: str, unit: Fraction = Fraction(1)
) -> Iterator[Instance]:
    """`count` instances of varied shape, the same ones for the same seed.

    Entries are multiples of parts of `unit`; small ones keep exponentials within doubles.
    """
    rng = random.Random(seed)
    dims = [p.name for p in parameters if p.sort is Sort.DIMENSION]
    types = [p.name for p in parameters if p.sort is Sort.TYPE]
    for number, sizes in zip(range(count), _sizes(rng, dims), strict=False):
        style = "rotations" if number % 2 == 0 else "dense"
        mode = 1 if number % 4 == 3 else 0
        whole = {**sizes, **dict.fromkeys(types, 2)}
        yield _fill(rng, parameters, whole, style, mode, unit)


def _sizes(rng: random.Random, dims: list[str]) -> Iterator[dict[str, int]]:
    """All 1; all 2 as far as the budget goes; each dimension 0 in turn; then at random."""
    if not dims:
        while True:
            yield {}
    yield dict.fromkeys(dims, 1)
    every: list[tuple[int, ...]] = list(product(range(1, _LARGEST + 1), repeat=len(dims)))
    choices = [sizes for sizes in every if _product(sizes) <= _BUDGET]
    larger = [c for c in choices if _product(c) > 1 and len(set(c)) > 1] or choices
    empty = list(dims)
    rng.shuffle(empty)
    turn = 0
    while True:
        found = dict(zip(dims, rng.choice(larger), strict=True))
        turn += 1
        if turn % 3 == 0 and empty:
            found[empty.pop()] = 0
        yield found


def _product(sizes: tuple[int, ...]) -> int:
    return prod(sizes)


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
        if not parameter.is_explicit or open_kind(parameter.type) is not None:
            continue
        shape = shape_of(parameter.type, sizes)
        if is_place(parameter.type):
            below = size_of(function_parts(parameter.type)[1], sizes)
            if below == 0 and _product(shape):
                raise Unsupported(f"{parameter.name} has no value where its type is empty")
            drawn = [rng.randrange(max(below, 1)) for _ in range(_product(shape))]
            places[parameter.name] = np.asarray(drawn, dtype=np.int64).reshape(shape)
        else:
            numbers[parameter.name] = _table(rng, parameter.type, shape, style, unit)
    return Instance(style, mode, sizes, numbers, places)


def _table(
    rng: random.Random, type_: Type, shape: tuple[int, ...], style: str, unit: Fraction
) -> Any:
    import numpy as np

    table = np.empty(shape, dtype=object)
    _, result = _table_parts(type_)
    if style == "rotations" and isinstance(result, Matrix) and shape[-1] == shape[-2]:
        for place in np.ndindex(*shape[:-2]):
            table[place] = _rotation(rng, shape[-1])
        return table
    for place in np.ndindex(*shape):
        table[place] = unit * Fraction(rng.randint(-3, 3), rng.choice((1, 1, 2, 3)))
    return table


def _table_parts(type_: Type) -> tuple[list[Type], Type]:
    arguments: list[Type] = []
    type_ = resolve(type_)
    while isinstance(type_, Function):
        arguments.append(type_.source)
        type_ = resolve(type_.target)
    return arguments, type_


def _rotation(rng: random.Random, size: int) -> Any:
    """Rational rotations of the planes (0, 1), (2, 3), …; all of one size commute."""
    import numpy as np

    found = np.full((size, size), Fraction(0), dtype=object)
    for i in range(0, size - 1, 2):
        a, b, c = rng.choice(TURNS)
        cosine, sine = rng.choice((Fraction(a, c), Fraction(-b, c))), Fraction(0)
        sine = Fraction(b, c) if cosine == Fraction(a, c) else Fraction(a, c)
        found[i, i], found[i, i + 1] = cosine, -sine
        found[i + 1, i], found[i + 1, i + 1] = sine, cosine
    if size % 2:
        found[size - 1, size - 1] = Fraction(rng.choice((1, -1)))
    return found
