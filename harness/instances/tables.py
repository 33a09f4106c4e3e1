"""Instances over exact numbers; open functions as tables.

An open function is whatever one likes, as long as equal arguments give equal values: here each new
argument gets new values (symbols, or random numbers), which are kept. `Table.merge` makes two
arguments count as equal, which is how congruence enters the check of a certificate.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.arrays import Data, ObjectArithmetic, Places, Value, open_function
from harness.arrays.evaluate import rank, shape_of, size_of
from harness.language.types import (
    Named,
    Parameter,
    Sort,
    Type,
    function_parts,
    is_place,
)

Number = Any
Symbol = Callable[[str], Number]
"""A number for a name: a generator of a ring, or a random one."""

INVERSES = 4
"""How many new symbols are put aside for each inverse: its irreducible factors', at most."""


@dataclass
class Table:
    """Open functions, and inverses that the numbers do not have, as they are asked for."""

    symbol: Symbol
    key: Callable[[Number], Hashable] = lambda number: number
    invert: Callable[[Number], Number] | None = None
    """The inverse of a number that is not 0, where these numbers have one; else a new symbol."""

    def __post_init__(self) -> None:
        self.known: dict[Hashable, Any] = {}
        self.equal: dict[Hashable, Hashable] = {}
        self.stands: dict[Hashable, Any] = {}
        """What stands for all that counts as equal to it."""
        self.entries: dict[str, list[tuple[tuple[Any, ...], Any]]] = {}
        self.drawn = 0
        self.inverses = 0
        given = self.symbol

        def counted(name: str) -> Number:
            self.drawn += 1
            return given(name)

        self.symbol = counted

    @staticmethod
    def over(numbers: Any) -> Table:
        """A table of numbers that have symbols, keys, and reciprocals of their own."""
        return Table(numbers.symbol, numbers.key, numbers.reciprocal)

    def canonical(self, argument: Any) -> Hashable:
        """What all arguments that are equal by `merge` have in common."""
        if isinstance(argument, np.ndarray):
            found: Hashable = (argument.shape, *map(self.key, argument.reshape(-1)))
        else:
            found = ((), self.key(argument))
        while found in self.equal:
            found = self.equal[found]
        return found

    def merge(self, left: Any, right: Any) -> None:
        """From now on two arguments count as equal."""
        one, two = self.canonical(left), self.canonical(right)
        if one != two:
            self.equal[one] = two
            self.stands[two] = self.stands.get(two, right)

    def function(self, name: str, type_: Type, sizes: Mapping[str, int]) -> Value[Any]:
        """An open function of this type."""
        sources, target = function_parts(type_)
        ranks = [rank(source) or 0 for source in sources]
        shape = shape_of(target, sizes)

        def values(arguments: Sequence[Any]) -> Any:
            frames = [a.shape[: a.ndim - r] for a, r in zip(arguments, ranks, strict=True)]
            frame = np.broadcast_shapes(*frames)
            spread = [
                np.broadcast_to(a, frame + a.shape[a.ndim - r :])
                for a, r in zip(arguments, ranks, strict=True)
            ]
            result = np.empty(frame + shape, dtype=object)
            for place in np.ndindex(*frame):
                result[place] = self.value(name, tuple(a[place] for a in spread), shape)
            return result

        return open_function(type_, values)

    def value(self, name: str, arguments: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
        """The value at these arguments: known, or new."""
        key = (name, *map(self.canonical, arguments))
        if key not in self.known:
            found: Any = np.empty(shape, dtype=object)
            for place in np.ndindex(*shape):
                found[place] = self.symbol(f"{name}{len(self.known)}")
            value = found if shape else found[()]
            self.known[key] = value
            self.entries.setdefault(name, []).append((arguments, value))
        return self.known[key]

    def inverse(self, number: Number) -> Number:
        """The inverse of a number; the same for numbers that are equal by `merge`."""
        own = self.canonical(number)
        key = ("1/", own)
        if key not in self.known:
            self.inverses += 1
            number = self.stands.get(own, number)  # its factors' inverses are those that are known
            self.known[key] = self.invert(number) if self.invert else self.symbol("1/")
        return self.known[key]

    @property
    def symbols(self) -> int:
        """How many symbols a ring should have in which the same is evaluated."""
        return self.drawn + INVERSES * self.inverses


def sizes_of(parameters: Sequence[Parameter], sizes: Sequence[int]) -> dict[str, int]:
    """Sizes for all dimensions, taken in turn, and for all types, as many as positions need."""
    turn = itertools.cycle(sizes)
    found = {p.name: next(turn) for p in parameters if p.sort is Sort.DIMENSION}
    for p in parameters:
        if p.sort is Sort.TYPE:
            found[p.name] = 1
    for p in parameters:
        if p.sort is Sort.TYPE:
            found[p.name] = max(1, sum(_places(q, p.name, found) for q in parameters))
    return found


def _places(parameter: Parameter, name: str, sizes: Mapping[str, int]) -> int:
    if isinstance(parameter.sort, Sort):
        return 0
    sources, target = function_parts(parameter.type)
    if target != Named(name):
        return 0
    return int(np.prod([size_of(s, sizes) for s in sources if not isinstance(s, Named)] or [1]))


def values_of(
    parameters: Sequence[Parameter], sizes: Mapping[str, int], table: Table
) -> dict[str, Value[Any]]:
    """Every entry of every variable a symbol; positions as different as there is room for."""
    values: dict[str, Value[Any]] = {}
    next_place: dict[str, int] = {}
    for p in parameters:
        if not isinstance(p.sort, Sort):
            values[p.name] = _value(p, sizes, table, next_place)
    return values


def _value(
    p: Parameter, sizes: Mapping[str, int], table: Table, next_place: dict[str, int]
) -> Value[Any]:
    _, target = function_parts(p.type)
    if not is_array(p.type):
        return table.function(p.name, p.type, sizes)
    shape = shape_of(p.type, sizes)
    if is_place(p.type):
        size = size_of(target, sizes)
        start = next_place.get(str(target), 0)
        count = int(np.prod(shape)) if shape else 1
        next_place[str(target)] = start + count
        return Places((np.arange(start, start + count).reshape(1, *shape)) % max(size, 1))
    array = np.empty((1, *shape), dtype=object)
    for place in np.ndindex(*array.shape):
        array[place] = table.symbol(p.name)
    return Data(array)


def is_array(type_: Type) -> bool:
    """Whether an array holds a value of this type."""
    return rank(type_) is not None


def entries(parameters: Sequence[Parameter], sizes: Mapping[str, int]) -> int:
    """How many symbols the variables that arrays hold have."""
    total = 0
    for p in parameters:
        if not isinstance(p.sort, Sort) and is_array(p.type) and not is_place(p.type):
            total += int(np.prod(shape_of(p.type, sizes)))
    return total


def arithmetic(
    of: Callable[[int], Number],
    table: Table,
    at_most: Callable[[Number, Number], bool] | None = None,
) -> ObjectArithmetic:
    """Exact arithmetic in which an inverse is a value of the table."""
    return ObjectArithmetic(of, table.inverse, at_most)
