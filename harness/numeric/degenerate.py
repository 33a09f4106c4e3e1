"""Instances in which something is 0, or 1, or equal: random numbers never are.

The last lanes of a batch are such, one pattern each; whoever draws a variable that may take any
value hands its array through `patterned`, and open functions are constant in the first of them.
"""

from __future__ import annotations

import numpy as np

from harness.arrays.floats import Floats

PATTERNS = (
    "all zero",
    "all one",
    "some variables zero",
    "all entries equal",
    "some entries zero",
    "0 and ±1",
    "some variables zero or one",
    "some rows zero",
)
"""What the last lanes of a batch are, one each."""

_EQUAL = 3.0

_MANY = 16


def count(lanes: int) -> int:
    """How many lanes of a batch are degenerate: the last ones, and none of a small batch."""
    return min(len(PATTERNS), lanes // 4) if lanes >= _MANY else 0


def patterned(rng: np.random.Generator, array: Floats) -> Floats:
    """(lanes, …) with the last lanes as `PATTERNS` says."""
    lanes = array.shape[0]
    found = np.array(array)
    for lane, pattern in zip(range(lanes - count(lanes), lanes), PATTERNS, strict=False):
        own = found[lane]
        match pattern:
            case "all zero":
                own = np.zeros_like(own)
            case "all one":
                own = np.ones_like(own)
            case "some variables zero":
                own = own * rng.integers(0, 2)
            case "all entries equal":
                own = np.full_like(own, _EQUAL)
            case "some entries zero":
                own = own * rng.integers(0, 2, own.shape)
            case "0 and ±1":
                own = rng.integers(-1, 2, own.shape).astype(np.float64)
            case "some variables zero or one":
                own = (own, np.zeros_like(own), np.ones_like(own))[rng.integers(0, 3)]
            case _:
                own = own * rng.integers(0, 2, (*own.shape[:-1], *[1] * (own.ndim > 0)))
        found[lane] = own
    return found


def constants(lanes: int) -> tuple[Floats, Floats]:
    """(lanes,) each: the factor of what open functions give, and what is added to it."""
    factor, shift = np.ones(lanes), np.zeros(lanes)
    first = lanes - count(lanes)
    factor[first : first + 2] = 0.0
    shift[first + 1 : first + 2] = 1.0
    return factor, shift
