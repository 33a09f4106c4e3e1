"""Random elements of the commutant of a large family, by eigenspaces, in doubles.

The null space of F X = X F has d² unknowns. But what commutes with a family, and with its
transposes, commutes with every element of the algebra that they generate. So it maps each
eigenspace of a random symmetric element into itself; and where another element leads from one
eigenspace into another, X on the one is X on the other. Only X on one eigenspace of each such
component is left to find, and these are small: 2 × 2 for pairs that turn at different speeds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from harness.arrays.floats import Floats

_APART = 1e-10
"""Eigenvalues that differ by more than this part of the largest belong to different spaces."""

_LINKED = 1e-9
"""An element that is larger than this, relative to itself, between two spaces links them."""

_NOTHING = 1e-9
"""What is smaller than this, relative to what it is part of, is rounding."""

_WIDE = 24
"""The largest eigenspace whose commutant is found by a null space, with the square as unknowns."""

Solver = Callable[[Floats, int], tuple[Floats, int]]
"""Random commuting matrices, so many, of a small family (count, k, k); and the dimension."""


class Undetermined(Exception):
    """A family whose commutant is not found in this way; says why."""


def commuting(
    rng: np.random.Generator, family: Floats, draws: int, solve: Solver
) -> tuple[Floats, int]:
    """Matrices (draws, d, d) that commute with F and Fᵀ for all F, and the algebra's dimension.

    `family` is (count, d, d). `solve` does the same for small matrices, by their null space.
    Raises `Undetermined`. Callers check what they get: "random" elements stand for all.
    """
    d = family.shape[-1]
    one, other = (_combination(rng, family) for _ in range(2))
    square = one.T @ one + rng.uniform(0.5, 1.5) * (one @ one.T)
    values, vectors = np.linalg.eigh(one + one.T + square)
    apart = np.diff(values) > _APART * np.abs(values).max(initial=0.0)
    starts = np.concatenate([[0], 1 + np.flatnonzero(apart)])
    ends = np.concatenate([starts[1:], [d]])
    words = [vectors.T @ word @ vectors for word in (one, other, one @ other, other.T @ one)]
    found = np.zeros((draws, d, d))
    dimension = 0
    for members, links in _components(words[0] + words[1], starts, ends):
        root = slice(starts[members[0]], ends[members[0]])
        inside = np.stack([word[root, root] for word in words])
        block, size = _on_one_space(rng, inside, draws, solve)
        dimension += size
        found[:, root, root] = block
        for space, before in zip(members[1:], links, strict=True):
            here = slice(starts[space], ends[space])
            there = slice(starts[before], ends[before])
            link = words[0][there, here] + words[1][there, here]
            found[:, here, here] = np.linalg.solve(link, found[:, there, there] @ link)
    return vectors @ found @ vectors.T, dimension


def _combination(rng: np.random.Generator, family: Floats) -> Floats:
    found = np.tensordot(rng.standard_normal(family.shape[0]), family, 1)
    return np.asarray(found / max(float(_size(found)), 1e-300))


def _size(matrices: Floats) -> Floats:
    """Frobenius norms; those of `np.linalg` take longer than all else for a 2 × 2 matrix."""
    return np.asarray(np.sqrt(np.einsum("...ij,...ij->...", matrices, matrices)))


def _components(
    word: Floats, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> list[tuple[list[int], list[int]]]:
    """Spaces that a word links, each after one that it is linked to; the strongest links first."""
    squares = np.add.reduceat(np.add.reduceat(word * word, starts, axis=0), starts, axis=1)
    strength = np.maximum(squares, squares.T)
    limit = (_LINKED * _size(word)) ** 2
    sizes = ends - starts
    waiting = set(range(len(starts)))
    found = []
    while waiting:
        members = [min(waiting)]
        waiting.remove(members[0])
        links: list[int] = []
        best = strength[members[0]].copy()
        source = np.full(len(starts), members[0])
        while waiting:
            rest = np.array(sorted(waiting))
            space = int(rest[best[rest].argmax()])
            if best[space] <= limit:
                break
            if sizes[space] != sizes[source[space]]:
                raise Undetermined("eigenspaces of different dimensions are linked")
            waiting.remove(space)
            members.append(space)
            links.append(int(source[space]))
            closer = strength[space] > best
            best[closer], source[closer] = strength[space][closer], space
        found.append((members, links))
    return found


def _on_one_space(
    rng: np.random.Generator, inside: Floats, draws: int, solve: Solver
) -> tuple[Floats, int]:
    """Matrices that commute with an algebra on one of its eigenspaces.

    On a generic one it is made of real, complex or quaternionic numbers: where it is neither real
    nor complex, and small, the null space tells.
    """
    k = inside.shape[-1]
    element = rng.standard_normal((draws, k, k))
    one = np.eye(k)
    rest = inside - np.einsum("wii->w", inside)[:, None, None] / k * one
    sizes = _size(rest)
    if sizes.max() <= _NOTHING * np.sqrt((inside * inside).sum()):
        return element, k * k
    longest = int(sizes.argmax())
    turn = rest[longest] * (np.sqrt(k) / sizes[longest])
    along = np.einsum("wij,ij->w", rest, turn) / k
    if (
        np.abs(turn @ turn + one).max() <= _NOTHING
        and np.abs(rest - along[:, None, None] * turn).max() <= _NOTHING
    ):
        return (element - turn @ element @ turn) / 2, k * k // 2
    if k > _WIDE:
        raise Undetermined(f"an eigenspace of dimension {k} is neither real nor complex")
    return solve(inside, draws)
