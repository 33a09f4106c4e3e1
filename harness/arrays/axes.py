"""Rearrangements of axes as data: a chain of reshapes and transpositions is one of each.

The axes of an array are taken apart into factors, these are put in an order, and neighbours are
merged into the axes of the result. Reshapes and transpositions give another such rearrangement, so
that a chain of them comes to at most reshape, transpose, reshape, and often to one or to none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from math import prod
from operator import methodcaller
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """How the axes of a result come out of those of an array of shape `source`.

    Each is made once, so that they are compared and hashed by identity.
    """

    source: Shape
    factors: Shape
    """The sizes that the array's axes are taken apart into; no 1s, unless one of them is 0."""
    groups: tuple[Shape, ...]
    """For each axis of the result the factors that it consists of; none where its size is 1."""
    shape: Shape
    """The shape of the result."""
    is_view: bool
    """Whether only neighbours are merged, so that nothing need be copied."""

    @property
    def order(self) -> Shape:
        """The factors as the result has them."""
        return tuple(i for group in self.groups for i in group)


@lru_cache(4096)
def _made(source: Shape, factors: Shape, groups: tuple[Shape, ...]) -> Axes:
    shape = tuple(prod(factors[i] for i in group) for group in groups)
    is_view = all(b == a + 1 for group in groups for a, b in pairwise(group))
    return Axes(source, factors, groups, shape, is_view)


@lru_cache(4096)
def of(shape: Shape) -> Axes:
    """Nothing rearranged."""
    factors = tuple(size for size in shape if size != 1)
    at = iter(range(len(factors)))
    return _made(shape, factors, tuple(() if size == 1 else (next(at),) for size in shape))


@lru_cache(4096)
def permuted(axes: Axes, order: Shape) -> Axes:
    """The axes of the result in another order."""
    return _made(axes.source, axes.factors, tuple(axes.groups[i] for i in order))


@lru_cache(4096)
def reshaped(axes: Axes, shape: Shape) -> Axes | None:
    """The same entries in the same order; nothing where a factor cannot be taken apart for it."""
    order = axes.order
    if 0 in axes.factors:
        return None
    pieces: dict[int, list[int]] = {i: [] for i in order}
    groups: list[list[tuple[int, int]]] = []
    rest, at = 1, -1
    for size in shape:
        group: list[tuple[int, int]] = []
        while size > 1:
            if rest == 1:
                at += 1
                rest = axes.factors[order[at]]
            piece = min(rest, size)
            if rest % piece or size % piece:
                return None
            group.append((order[at], len(pieces[order[at]])))
            pieces[order[at]].append(piece)
            rest, size = rest // piece, size // piece
        groups.append(group)
    first: dict[int, int] = {}
    factors: list[int] = []
    for i in range(len(axes.factors)):
        first[i] = len(factors)
        factors.extend(pieces[i])
    found = tuple(tuple(first[i] + j for i, j in group) for group in groups)
    return _made(axes.source, tuple(factors), found)


@lru_cache(4096)
def through(axes: Axes, framed: Shape, order: Shape, shape: Shape) -> Axes | None:
    """Reshaped, permuted and reshaped again; nothing where `reshaped` gives nothing."""
    first = reshaped(axes, framed)
    return None if first is None else reshaped(permuted(first, order), shape)


@lru_cache(4096)
def rearrangement(xp: Any, axes: Axes) -> Callable[[Any], Any]:
    """The rearrangement of an array of the namespace, in as few calls as it takes."""
    order, shape = axes.order, axes.shape
    if order == tuple(range(len(order))):
        return _chain([_reshape(xp, shape)] if shape != axes.source else [])
    steps = [_reshape(xp, axes.factors), _permute(xp, order), _reshape(xp, shape)]
    if axes.factors == axes.source:
        del steps[0]
    if shape == tuple(axes.factors[i] for i in order):
        del steps[-1]
    return _chain(steps)


def _reshape(xp: Any, shape: Shape) -> Callable[[Any], Any]:
    # The functions of NumPy's namespace take three times as long as the methods of its arrays.
    return methodcaller("reshape", shape) if xp is np else partial(xp.reshape, shape=shape)


def _permute(xp: Any, order: Shape) -> Callable[[Any], Any]:
    return methodcaller("transpose", order) if xp is np else partial(xp.permute_dims, axes=order)


def _chain(steps: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    match steps:
        case []:
            return lambda array: array
        case [step]:
            return step
        case _:

            def run(array: Any) -> Any:
                for step in steps:
                    array = step(array)
                return array

            return run
