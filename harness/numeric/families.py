"""Families of matrices with something to commute with.

A generic family commutes with multiples of 1 only. So families are made of blocks,
F(p) = U (⊕ⱼ 1 ⊗ Bⱼ(p)) U⁻¹: a block that is repeated, or that is a complex matrix written as a
real one, leaves room for what commutes with it. U is a permutation of coordinates, an orthogonal
matrix, or (where nothing orthogonal has to commute) a generic one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from harness.arrays.floats import Floats
from harness.numeric.reals import Field


@dataclass(frozen=True)
class Block:
    """A block of the given size, `copies` times; a complex one takes twice its size."""

    size: int
    copies: int
    kind: str
    """`real`, `complex`, or `turn` (a complex number of modulus 1)."""

    @property
    def width(self) -> int:
        """The coordinates that all copies take together."""
        return self.size * self.copies * (1 if self.kind == "real" else 2)


KINDS = (
    "rotated pairs",
    "rotated pairs, equal frequencies",
    "complex matrices",
    "repeated generic blocks",
    "pairs turned and scaled",
    "multiples of 1",
    "two generic blocks",
)
"""The kinds of families that are drawn, as evidence names them."""

BASES = ("adjacent pairs", "half-split pairs", "orthogonal basis", "generic basis")


def blocks(kind: str, d: int) -> list[Block]:
    """The blocks of a d × d family of this kind; a coordinate left over stands by itself."""
    half = d // 2
    table = {
        "rotated pairs": [Block(1, 1, "turn")] * half,
        "rotated pairs, equal frequencies": [Block(1, half, "turn")],
        "complex matrices": [Block(half, 1, "complex")],
        "repeated generic blocks": [Block(half, 2, "real")],
        "pairs turned and scaled": [Block(1, 1, "complex")] * half,
        "multiples of 1": [Block(1, d, "real")],
        "two generic blocks": [Block(half, 1, "real"), Block(d - half, 1, "real")],
    }
    found = [block for block in table[kind] if block.width]
    rest = d - sum(block.width for block in found)
    return found + [Block(1, 1, "real")] * rest


@dataclass(frozen=True)
class Style:
    """A kind of family, and a basis."""

    family: str
    basis: str

    def __str__(self) -> str:
        return f"{self.family}, {self.basis}"


@dataclass(frozen=True)
class Basis:
    """What the families that one matrix commutes with have in common.

    Lane i has the style i modulo their number.
    """

    styles: tuple[Style, ...]
    matrix: Floats
    """U: (lanes, *shared indices, d, d)."""
    inverse: Floats
    signs: Floats
    """An orthogonal involution that commutes with all such families; shaped as `matrix`."""


def draw_basis(
    field: Field, rng: np.random.Generator, styles: Sequence[Style], frame: Sequence[int], d: int
) -> Basis:
    """U for a frame (lanes, *shared indices)."""
    found = np.zeros((3, *frame, d, d))
    for first, style in _groups(styles, frame[0]):
        lanes = slice(first, None, len(styles))
        inner = (found[0, lanes].shape[0], *frame[1:])
        found[:, lanes] = _draw_basis(field, rng, style, inner, d)
    return Basis(tuple(styles), found[0], found[1], found[2])


def draw_family(
    field: Field,
    rng: np.random.Generator,
    shared: Basis,
    frame: Sequence[int],
    d: int,
    *,
    orthogonal: bool = False,
    commuting: bool = False,
) -> Floats:
    """F: (*frame, d, d), where the frame is (lanes, *indices); `shared.matrix` broadcasts to it."""
    whole = np.zeros((*frame, d, d))
    for first, style in _groups(shared.styles, frame[0]):
        lanes = slice(first, None, len(shared.styles))
        start = 0
        for block, alike in groupby(blocks(style.family, d)):
            count = len(list(alike))
            size = block.width // block.copies
            many = (whole[lanes].shape[0], count, *frame[1:])
            each = _block(field, rng, block, many, orthogonal=orthogonal, commuting=commuting)
            each = np.moveaxis(each, 1, -3)
            for copy in range(block.copies):
                corners = start + copy * size + block.width * np.arange(count)
                places = corners[:, None] + np.arange(size)
                whole[lanes][..., places[:, :, None], places[:, None, :]] = each
            start += count * block.width
    return field.matmul(field.matmul(shared.matrix, whole), shared.inverse)


def _groups(styles: Sequence[Style], lanes: int) -> list[tuple[int, Style]]:
    return list(enumerate(styles))[:lanes]


def _draw_basis(
    field: Field, rng: np.random.Generator, style: Style, frame: Sequence[int], d: int
) -> Floats:
    """U, its inverse and the signs, one above the other."""
    one = np.broadcast_to(np.eye(d), (*frame, d, d))
    if style.basis == "generic basis":
        matrix = field.uniform(rng, (*frame, d, d))
        return np.stack([matrix, field.inverse(matrix), one])
    if style.basis == "orthogonal basis":
        matrix = field.orthogonal_in(rng, field.uniform(rng, (*frame, d, d)), one)
    else:
        order = np.arange(d)
        if style.basis == "half-split pairs":
            half = d // 2
            order[: 2 * half] = order[: 2 * half].reshape(2, half).T.reshape(-1)
        matrix = np.broadcast_to(np.eye(d)[:, order], (*frame, d, d))
    inverse = np.swapaxes(matrix, -1, -2)
    signs = [np.zeros((*frame, 0))]
    for block in blocks(style.family, d):
        each = rng.integers(0, 2, (*frame, block.copies, 1)) * 2.0 - 1.0
        shape = (*frame, block.copies, block.width // block.copies)
        signs.append(np.broadcast_to(each, shape).reshape(*frame, block.width))
    diagonal = np.concatenate(signs, axis=-1)
    return np.stack([matrix, inverse, field.matmul(matrix * diagonal[..., None, :], inverse)])


def _block(
    field: Field,
    rng: np.random.Generator,
    block: Block,
    frame: Sequence[int],
    *,
    orthogonal: bool,
    commuting: bool,
) -> Floats:
    n = block.size
    if block.kind == "real":
        if commuting and n > 1:
            return _real(field, rng, 1, frame, orthogonal) * np.eye(n)
        return _real(field, rng, n, frame, orthogonal)
    if block.kind == "turn" or orthogonal:
        turns = field.turns(rng, frame)
        a, b = (turns[..., i, None, None] * np.eye(n) for i in (0, 1))
    elif commuting:
        a, b = (field.uniform(rng, (*frame, 1, 1)) * np.eye(n) for _ in range(2))
    else:
        a, b = (field.uniform(rng, (*frame, n, n)) for _ in range(2))
    found = np.empty((*np.broadcast_shapes(a.shape, b.shape)[:-2], 2 * n, 2 * n))
    found[..., :n, :n] = found[..., n:, n:] = a
    found[..., :n, n:], found[..., n:, :n] = -b, b
    return found


def _real(
    field: Field, rng: np.random.Generator, n: int, frame: Sequence[int], orthogonal: bool
) -> Floats:
    if not orthogonal:
        return field.uniform(rng, (*frame, n, n))
    if n == 1:
        return np.asarray(rng.integers(0, 2, (*frame, 1, 1)) * 2.0 - 1.0)
    one = np.broadcast_to(np.eye(n), (*frame, n, n))
    return field.orthogonal_in(rng, field.uniform(rng, (*frame, n, n)), one)
