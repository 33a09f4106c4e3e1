"""Small exact matrices to try where hypotheses ask for something: turns, swaps, shears.

Each is named, so that evidence can say of what kind an instance was.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

Matrix = list[list[Fraction]]

SCALARS = tuple(
    Fraction(a, b)
    for a, b in [
        *[(1, 1), (-1, 1), (0, 1), (2, 1), (1, 2), (-2, 1)],
        *[(3, 5), (4, 5), (-3, 5), (-4, 5), (5, 4), (3, 4)],
    ]
)
"""Among them sines and cosines, and their hyperbolic kin."""


def identity(size: int) -> Matrix:
    """1."""
    return [[Fraction(i == j) for j in range(size)] for i in range(size)]


def signed_permutation(rng: random.Random, size: int) -> Matrix:
    """One entry 1 or −1 in each row and column."""
    order = list(range(size))
    rng.shuffle(order)
    found = [[Fraction(0)] * size for _ in range(size)]
    for i, j in enumerate(order):
        found[i][j] = Fraction(rng.choice((1, -1)))
    return found


def turn(rng: random.Random, size: int) -> Matrix:
    """A plane rotation with the cosine 0, 3/5 or 4/5, in two coordinates."""
    found = identity(size)
    if size > 1:
        i, j = sorted(rng.sample(range(size), 2))
        c, s = rng.choice([(0, 5), (3, 4), (4, 3), (0, -5), (3, -4)])
        found[i][i] = found[j][j] = Fraction(c, 5)
        found[i][j], found[j][i] = Fraction(-s, 5), Fraction(s, 5)
    return found


def turns_in_pairs(rng: random.Random, size: int) -> Matrix:
    """Rotations of the pairs of coordinates (0, 1), (2, 3), …; all such commute."""
    found = identity(size)
    for i in range(0, size - 1, 2):
        c, s = rng.choice([(0, 5), (3, 4), (4, 3), (4, -3), (-3, 4)])
        found[i][i] = found[i + 1][i + 1] = Fraction(c, 5)
        found[i][i + 1], found[i + 1][i] = Fraction(-s, 5), Fraction(s, 5)
    return found


def product_of_turns(rng: random.Random, size: int) -> Matrix:
    """A signed permutation times a plane rotation."""
    one, two = np.array(signed_permutation(rng, size)), np.array(turn(rng, size))
    found: Matrix = (one @ two).tolist()
    return found


def shear(rng: random.Random, size: int) -> Matrix:
    """Ones on the diagonal and one other entry: invertible, not orthogonal."""
    found = identity(size)
    if size > 1:
        i, j = rng.sample(range(size), 2)
        found[i][j] = Fraction(rng.choice((1, 2, -1)))
    return found


def involution(rng: random.Random, size: int) -> Matrix:
    """A reflection along a direction that need not be at right angles to what it keeps."""
    found = identity(size)
    i = rng.randrange(size)
    found[i] = [Fraction(rng.choice((0, 1, -2))) for _ in range(size)]
    found[i][i] = Fraction(-1)
    return found


def integers(rng: random.Random, size: int) -> Matrix:
    """Integers between −2 and 2."""
    return [[Fraction(rng.randint(-2, 2)) for _ in range(size)] for _ in range(size)]


def zero(rng: random.Random, size: int) -> Matrix:
    """0."""
    return [[Fraction(0)] * size for _ in range(size)]


KINDS: Mapping[str, Callable[[random.Random, int], Matrix]] = {
    "plane rotation": turn,
    "signed permutation": signed_permutation,
    "product of both": product_of_turns,
    "rotations of pairs": turns_in_pairs,
    "shear": shear,
    "involution": involution,
    "integer matrix": integers,
    "zero": zero,
}


def draw(rng: random.Random, kind: str, shape: tuple[int, ...]) -> Any:
    """An array of this shape, whose last two axes are matrices of this kind.

    Rectangular ones are cut out of square ones, so that tall ones keep orthonormal columns.
    """
    found = np.empty(shape, dtype=object)
    *frame, rows, columns = shape
    for place in np.ndindex(*frame):
        square = np.array(KINDS[kind](rng, max(rows, columns)), dtype=object)
        found[place] = square.reshape(max(rows, columns), max(rows, columns))[:rows, :columns]
    return found


def draw_scalars(rng: random.Random, shape: tuple[int, ...]) -> Any:
    """An array of small numbers, among them points of the unit circle."""
    found = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        found[place] = rng.choice(SCALARS)
    return found


def sphere(rng: random.Random, count: int, shape: tuple[int, ...]) -> Any:
    """(count, *shape): numbers whose squares add up to one at each place, seen from a pole."""
    found = np.empty((count, *shape), dtype=object)
    for place in np.ndindex(*shape):
        seen = [rng.choice(_SLOPES) for _ in range(count - 1)]
        length = sum(t * t for t in seen)
        point = [(1 - length) / (1 + length), *(2 * t / (1 + length) for t in seen)]
        rng.shuffle(point)
        found[(slice(None), *place)] = point
    return found


_SLOPES = tuple(Fraction(a, b) for a, b in [(1, 2), (-1, 2), (2, 1), (1, 3), (-1, 3), (1, 1)])
