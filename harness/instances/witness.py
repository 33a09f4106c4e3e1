"""Instances that meet all hypotheses of a claim and in which something turns."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, product
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Places, Unsupported, Value
from harness.claims.model import Claim, Library
from harness.claims.substance import spoken_of, substance
from harness.evidence import Json, Witness
from harness.instances.exact import are_telling, meets, numbers_of, plain, points_of, telling
from harness.instances.functions import function_names
from harness.instances.models import Models
from harness.instances.ordered import Moved, is_whole
from harness.instances.search import WORK, Numbers, draw_lanes, small_sizes
from harness.language.types import within

_SOME = 1e-6
"""What is larger in doubles is not 0."""

_MODELS = 6
"""How often hypotheses are solved at sizes."""


@dataclass(frozen=True)
class _Drawn:
    """Instances at the same sizes, where every open function is the same."""

    sizes: Mapping[str, int]
    function: str
    walk: Evaluator[Any]
    values: Mapping[str, Value[Any]]
    simplest: Callable[[Any], Iterable[int]]
    """Of lanes that are wanted some, those with the least to read first."""
    good: Any
    """(lanes,): where the hypotheses hold, as far as can be told before it is asked exactly."""


def find_witness(claim: Claim, library: Library, *, seconds: float) -> Witness | None:
    """The smallest instance that meets the hypotheses and is not trivial, if one turns up.

    Not trivial: of all that `substance` names, no matrix is diagonal (of a family, not every
    member), and no vector or scalar is 0. So in particular no matrix is ±1. Raises `Unsupported`.
    How long is told by work, as in `find_small`.
    """
    bare = replace(claim, parameters=spoken_of(claim))
    subjects = substance(claim)
    wanted = {str(part) for p in bare.explicit for part in within(p.type)}
    sizes = [s for s in small_sizes(bare) if all(n in wanted or s[n] == 1 for n in s)]
    for drawn in chain(
        _from_pools(bare, library, sizes, seconds * WORK), _solved(bare, library, sizes)
    ):
        lanes = len(drawn.good)
        arrays = [numbers_of(subject, drawn.walk, drawn.values) for subject in subjects]
        told = zip(subjects, arrays, strict=True)
        numbers = [np.abs(telling(subject, array, lanes)) > _SOME for subject, array in told]
        for lane in drawn.simplest(drawn.good & are_telling(numbers)):
            values = _shown(drawn, lane)
            if meets(drawn.sizes, values, bare, library):
                return Witness(drawn.sizes, values, points_of(numbers, lane))
    return None


def _from_pools(
    bare: Claim, library: Library, sizes: Sequence[Mapping[str, int]], left: float
) -> Iterator[_Drawn]:
    """Small numbers, and what hypotheses of known forms make of them."""
    for own, function in product(sizes, function_names(bare)):
        if left < 0:
            return
        try:
            drawn = draw_lanes(bare, library, own, function, Numbers())
        except Unsupported:  # doubles decide no `if x ≤ y`, and fractions do
            return
        yield _Drawn(own, function, drawn.walk, drawn.values, drawn.simplest, drawn.good)
        left -= drawn.walk.work


def _solved(bare: Claim, library: Library, sizes: Sequence[Mapping[str, int]]) -> Iterator[_Drawn]:
    """What hypotheses ask of numbers is solved for, or, of an order, moved to, in fractions."""
    for own, function in product(sizes, function_names(bare)):
        rng = np.random.default_rng([2, *own.values(), len(function)])
        moved = Moved(bare, library, own, rng, function)
        yield _Drawn(own, function, moved.walk, moved.values, np.flatnonzero, moved.good)
        if not bare.has_relations and not function:
            for model in Models(bare, library, own, random.Random(str(own))).models(_MODELS):
                good = np.array([not is_whole(bare) or _is_whole(model.values)])
                yield _Drawn(own, "", moved.walk, model.values, np.flatnonzero, good)


def _is_whole(values: Mapping[str, Value[Any]]) -> bool:
    numbers = chain.from_iterable(v.array.flat for v in values.values() if isinstance(v, Data))
    return all(number.denominator == 1 for number in numbers)


def _shown(drawn: _Drawn, lane: int) -> dict[str, Json]:
    """Values of all variables in one lane, as data."""
    found: dict[str, Json] = {}
    for name, value in drawn.values.items():
        match value:
            case Data(array) | Places(array):
                found[name] = _whole(array[lane])
            case _:
                found[name] = drawn.function
    return found


def _whole(array: Any) -> Json:
    if np.ndim(array):
        return [_whole(item) for item in array]
    is_exact = isinstance(array, Fraction)
    return plain(array if is_exact else Fraction(float(array)).limit_denominator(100))
