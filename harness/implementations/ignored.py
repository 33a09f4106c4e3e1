"""Which parameters of a definition never move its value.

Attention that ignores its weights, or is 0 whatever it is given, obeys every law that attention
obeys. Where an implementation is known, it tells; of any other definition this much can be told.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Places, Unsupported, Value
from harness.arrays.evaluate import open_function, rank, shape_of, size_of
from harness.claims.model import Definition, Library
from harness.instances.exact import EXACT
from harness.language.terms import Term, Variable
from harness.language.transform import apply
from harness.language.types import Function, Index, Named, Parameter, Sort, function_parts, resolve

DRAWS = 6
"""Instances, each with every parameter changed in turn, before one is said to be ignored."""


def ignored(definition: Definition, library: Library) -> list[str]:
    """The parameters whose change changed no value, at any of some random exact instances.

    Raises `Unsupported` for a definition that cannot be evaluated.
    """
    explicit = [p for p in definition.parameters if p.is_explicit]
    waiting = {p.name for p in explicit}
    rng = random.Random(definition.name)
    for _ in range(DRAWS):
        sizes = {
            p.name: rng.choice((2, 3)) for p in definition.parameters if isinstance(p.sort, Sort)
        }
        waiting &= _unmoved(definition, explicit, library, sizes, rng)
    return [p.name for p in explicit if p.name in waiting]


def _unmoved(
    definition: Definition,
    explicit: Sequence[Parameter],
    library: Library,
    sizes: dict[str, int],
    rng: random.Random,
) -> set[str]:
    """Lane 0 holds an instance; in lane i the i-th parameter is another."""
    lanes = 1 + len(explicit)
    values: dict[str, Value[Any]] = {}
    fixed: set[str] = set()
    """What has one value only, so that it cannot be changed."""
    for lane, parameter in enumerate(explicit, 1):
        _, target = function_parts(parameter.type)
        if rank(parameter.type) is None:
            made = _function(parameter, sizes, rng, lanes, lane)
            values[parameter.name] = open_function(parameter.type, made)
            continue
        shape = shape_of(parameter.type, sizes)
        if isinstance(target, Index | Named):
            size = size_of(target, sizes)
            if not size:
                raise Unsupported(f"there is no {parameter.type}")
            old = np.array([rng.randrange(size) for _ in range(prod(shape))], dtype=np.int64)
            new = (old + 1) % size
            whole = np.broadcast_to(old, (lanes, prod(shape))).copy()
            whole[lane] = new
            values[parameter.name] = Places(whole.reshape(lanes, *shape))
            if size < 2 or not prod(shape):
                fixed.add(parameter.name)
            continue
        numbers = _lanes(rng, lanes, lane, prod(shape))
        values[parameter.name] = Data(numbers.reshape(lanes, *shape))
        if not prod(shape):
            fixed.add(parameter.name)
    body, indices = _applied(definition.body)
    walk: Evaluator[Any] = Evaluator(library, EXACT, sizes)
    found = walk.family(indices, body, values)
    core = len(indices) + (rank(body.type) or 0)
    found = found.reshape(-1, *found.shape[found.ndim - core :])
    found = np.broadcast_to(found, (lanes, *found.shape[1:]))
    return {
        p.name
        for lane, p in enumerate(explicit, 1)
        if p.name not in fixed and not np.any(found[lane] != found[0])
    }


def _lanes(rng: random.Random, lanes: int, lane: int, count: int) -> Any:
    """(lanes, count): the same numbers in every lane but one, in which each is another."""
    old = [Fraction(rng.randint(-9, 9)) for _ in range(count)]
    whole = np.empty((lanes, count), dtype=object)
    whole[...] = np.array(old, dtype=object)
    whole[lane] = np.array([x + rng.choice((-3, -2, -1, 1, 2, 3)) for x in old], dtype=object)
    return whole


def _function(
    parameter: Parameter, sizes: dict[str, int], rng: random.Random, lanes: int, lane: int
) -> Callable[[Sequence[Any]], Any]:
    """A quadratic form of all that it is given, for each entry of its result."""
    arguments, result = function_parts(parameter.type)
    shape = shape_of(result, sizes)
    shapes = [shape_of(a, sizes) for a in arguments]
    size = prod(shape)
    constant = _lanes(rng, lanes, lane, size)
    linear = [_lanes(rng, lanes, lane, size * prod(s)).reshape(lanes, size, -1) for s in shapes]

    def call(given: Sequence[Any]) -> Any:
        found = constant
        for argument, core, factors in zip(given, shapes, linear, strict=True):
            array = np.asarray(argument, dtype=object)
            frame = array.shape[: array.ndim - len(core)]
            x = array.reshape(*frame, 1, prod(core))
            found = found + (factors * (x + x * x)).sum(axis=-1)
        return found.reshape(*found.shape[:-1], *shape)

    return call


def _applied(body: Term) -> tuple[Term, list[Variable]]:
    """A family at bound indices, so that its members can be compared."""
    indices: list[Variable] = []
    while isinstance(type_ := resolve(body.type), Function):
        if not isinstance(resolve(type_.source), Index | Named):
            raise Unsupported("a function cannot be compared")
        indices.append(Variable(f"·{len(indices)}", type_.source))
        body = apply(body, indices[-1])
    return body, indices
