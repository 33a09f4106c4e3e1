"""Counterexamples made small enough to be checked by hand.

A step leaves out one index of a dimension (or one position), or puts a simpler number somewhere.
Steps that keep it a counterexample, in exact fractions, are taken until none does; so what is left
is minimal: nothing more can be left out by one step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from harness.arrays.evaluate import rank, size_of
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.instances.exact import UNREADABLE, Trials, plain
from harness.instances.functions import FUNCTIONS
from harness.language.types import (
    Dim,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Index,
    Matrix,
    Named,
    Parameter,
    Sort,
    Type,
    Vector,
    function_parts,
    is_place,
    resolve,
)


def shrink(example: Counterexample, claim: Claim, library: Library) -> Counterexample:
    """The smallest counterexample that steps lead to from `example`, which must be one."""
    trials = Trials(library)
    found = trials.breaks(example, claim)
    while found is not None:
        example = found
        tried = (trials.breaks(candidate, claim) for candidate in _steps(example, claim))
        found = next((smaller for smaller in tried if smaller is not None), None)
    return example


def _steps(example: Counterexample, claim: Claim) -> Iterator[Counterexample]:
    """Smaller instances, those with less to read first."""
    for parameter in claim.parameters:
        if isinstance(parameter.sort, Sort):
            size = example.sizes.get(parameter.name, 0)
            for index in range(size if size > 1 else 0):
                try:
                    yield _without(example, claim, parameter, index)
                except UNREADABLE:
                    continue
    for parameter in claim.explicit:
        for value in _simpler(parameter, example.values[parameter.name]):
            yield replace(example, values={**example.values, parameter.name: value})


# -- one index less -------------------------------------------------------------------------------


def _without(example: Counterexample, claim: Claim, cut: Parameter, index: int) -> Counterexample:
    sizes = {**example.sizes, cut.name: example.sizes[cut.name] - 1}
    values: dict[str, Json] = {}
    for parameter in claim.explicit:
        value = example.values[parameter.name]
        if rank(parameter.type) is None:
            values[parameter.name] = value
            continue
        sources, result = function_parts(parameter.type)
        array = np.array(value, dtype=object)
        axes: list[Type] = list(sources)
        match result:
            case Vector(size):
                axes.append(Index(size))
            case Matrix(rows, columns):
                axes += [Index(rows), Index(columns)]
        for axis, type_ in enumerate(axes):
            array = array.take(_kept(type_, cut, index, example.sizes), axis=axis)
        if isinstance(result, Index | Named):
            places = _kept(result, cut, index, example.sizes)
            array = np.vectorize(lambda p, at=places: at.index(p) if p in at else 0)(array)
        values[parameter.name] = array.tolist()
    return replace(example, sizes=sizes, values=values)


def _kept(type_: Type, cut: Parameter, index: int, sizes: Mapping[str, int]) -> list[int]:
    """The places of an index type that are left when `index` is cut out of `cut`."""
    match resolve(type_):
        case Index(size):
            return _kept_of(size, cut, index, sizes)
        case Named(name) as named:
            every = range(size_of(named, sizes))
            return [i for i in every if name != cut.name or i != index]
        case other:
            raise TypeError(f"{other} has no places")


def _kept_of(dim: Dim, cut: Parameter, index: int, sizes: Mapping[str, int]) -> list[int]:
    match resolve(dim):
        case DimVar(name):
            return [i for i in range(sizes[name]) if name != cut.name or i != index]
        case DimLit(value):
            return list(range(value))
        case DimSum(left, right):
            offset = size_of(Index(left), sizes)
            below = _kept_of(left, cut, index, sizes)
            return [*below, *(offset + i for i in _kept_of(right, cut, index, sizes))]
        case DimProduct(left, right):
            # `right` things of size `left`, side by side.
            block = size_of(Index(left), sizes)
            own = _kept_of(left, cut, index, sizes)
            return [block * k + i for k in _kept_of(right, cut, index, sizes) for i in own]
        case _:
            raise TypeError("a dimension that was never found")


# -- simpler values -------------------------------------------------------------------------------


def _simpler(parameter: Parameter, value: Any) -> Iterator[Json]:
    """The value with one number in it made simpler: 0 before 1 before −1 before all others."""
    if rank(parameter.type) is None:
        names = list(FUNCTIONS)
        yield from names[: names.index(value)] if value in names else ()
        return
    zero_alone = is_place(parameter.type)
    array = np.array(value, dtype=object)
    for place in np.ndindex(*array.shape):
        old = Fraction(array[place])  # type: ignore[call-overload]
        for new in (0,) if zero_alone else (0, 1, -1):
            if _weight(Fraction(new)) < _weight(old):
                changed = array.copy()
                changed[place] = new
                yield changed.tolist() if changed.ndim else plain(changed)


def _weight(number: Fraction) -> tuple[bool, int, int, bool]:
    """How much there is to read."""
    return number != 0, number.denominator, abs(number.numerator), number < 0
