"""Instances that meet all hypotheses of a claim and in which something turns."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from harness.arrays.evaluate import rank
from harness.claims.model import Claim, Library
from harness.claims.substance import spoken_of, substance
from harness.evidence import Json, Witness
from harness.instances.exact import are_telling, meets, numbers_of, plain, points_of, telling
from harness.instances.functions import function_names
from harness.instances.search import WORK, Numbers, draw_lanes, small_sizes
from harness.language.types import within


def find_witness(claim: Claim, library: Library, *, seconds: float) -> Witness | None:
    """The smallest instance that meets the hypotheses and is not trivial, if one turns up.

    Not trivial: of all that `substance` names, no matrix is diagonal (of a family, not every
    member), and no vector or scalar is 0. So in particular no matrix is ±1. Raises `Unsupported`.
    How long is told by work, as in `find_small`.
    """
    left = seconds * WORK
    bare = replace(claim, parameters=spoken_of(claim))
    subjects = substance(claim)
    functions = [p.name for p in bare.explicit if rank(p.type) is None]
    wanted = {str(part) for p in bare.explicit for part in within(p.type)}
    tried = (s for s in small_sizes(bare) if all(n in wanted or s[n] == 1 for n in s))
    for sizes, function in product(tried, function_names(bare)):
        if left < 0:
            return None
        drawn = draw_lanes(bare, library, sizes, function, Numbers())
        lanes = len(drawn.good)
        arrays = [numbers_of(subject, drawn.walk, drawn.values) for subject in subjects]
        told = zip(subjects, arrays, strict=True)
        numbers = [np.abs(telling(subject, array, lanes)) > 0.5 for subject, array in told]
        left -= drawn.walk.work
        for lane in drawn.simplest(drawn.good & are_telling(numbers)):
            values: dict[str, Json] = dict.fromkeys(functions, function)
            values |= {name: _whole(array[lane]) for name, array in drawn.arrays.items()}
            if meets(sizes, values, bare, library):
                return Witness(sizes, values, points_of(numbers, lane))
    return None


def _whole(array: Any) -> Json:
    if array.ndim:
        return [_whole(item) for item in array]
    return plain(Fraction(float(array)).limit_denominator(100))
