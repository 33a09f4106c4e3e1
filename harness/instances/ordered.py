"""Instances of claims that speak of an order, in exact fractions or whole numbers.

Numbers are drawn small, and then moved: where a hypothesis does not hold, one entry after the other
of what it speaks of is put to where it would if the hypothesis were linear in that entry. Nothing
need be known about the form of the hypotheses; which lanes meet them is decided exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any
from zlib import crc32

import numpy as np

from harness.arrays import Data, Evaluator, Places, Value
from harness.arrays.evaluate import places_of, rank, shape_of
from harness.claims.model import Claim, Hypothesis, Library
from harness.evidence import Counterexample, Json
from harness.instances.exact import EXACT, meeting, plain
from harness.instances.functions import function_names, named_function
from harness.instances.shrink import shrink
from harness.language.terms import Relation
from harness.language.transform import equation_variables
from harness.language.types import Sort, is_place

LANES = 48
BATCHES = 12
"""So many are tried."""
_ROUNDS = 8
_LARGEST = 1000
"""Numbers with larger parts are not moved to: where nothing is linear they would grow for ever."""
_NUMBERS = tuple(Fraction(n) for n in ("0", "1", "-1", "2", "1/2", "-1/2", "-2", "3", "1/3", "5"))
_ROOM = tuple(Fraction(n) for n in ("0", "0", "1/2", "1", "3"))
"""By how much more than it must one side exceeds another, where it may not be equal too."""


def is_whole(claim: Claim) -> bool:
    """Whether a claim speaks of whole numbers alone."""
    return claim.scalars.is_type and "divide" not in claim.scalars.operations


@dataclass(frozen=True)
class Batch:
    """Instances of one claim at the same sizes."""

    sizes: Mapping[str, int]
    function: str
    """What all open functions are."""
    arrays: Mapping[str, Any]
    good: Any
    """(lanes,): where the hypotheses hold."""
    left: Any
    right: Any
    """The sides of the conclusion, (lanes, …)."""
    wrong: Any
    """(lanes,): where the hypotheses hold, and the conclusion does not."""

    def shown(self, lane: int) -> Counterexample:
        """One lane, as a reader sees it."""
        values: dict[str, Json] = {n: plain(array[lane]) for n, array in self.arrays.items()}
        left, right = (plain(side[lane]) for side in (self.left, self.right))
        remark = f"exact; open functions are {self.function}" if self.function else "exact"
        return Counterexample(dict(self.sizes), values, left, right, remark)


def draw(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    function: str = "",
) -> Batch:
    """Instances at these sizes, the same ones for the same generator. Raises `Unsupported`."""
    work = Moved(claim, library, sizes, rng, function)
    left, right = work.sides(claim.conclusion)
    fails = claim.conclusion.relation.fails(left, right).reshape(LANES, -1).any(axis=1)
    wrong = work.good & fails.astype(bool)
    return Batch(sizes, function, work.arrays, work.good, left, right, wrong)


def batch(claim: Claim, library: Library, seed: int, number: int) -> Batch:
    """The instances of batch `number`; each fourth one has sizes that are easily forgotten, 0 and 1
    or a single one that is large.

    Raises `Unsupported`.
    """
    rng = np.random.default_rng([seed, number, crc32(claim.theorem.encode())])
    names = claim.sized
    choices = (0, 1) if is_edge(number) else (2, 3, 4)
    types = {p.name for p in claim.parameters if p.sort is Sort.TYPE}
    sizes = {n: max(int(rng.choice(choices)), int(n in types)) for n in names}
    if names and number % 12 == 7:
        sizes = {**dict.fromkeys(names, 2), str(rng.choice(names)): int(rng.integers(7, 17))}
    functions = function_names(claim)
    return draw(claim, library, sizes, rng, functions[number % len(functions)])


def is_edge(number: int) -> bool:
    """Whether a batch has sizes other than the usual ones."""
    return number % 4 == 3


def find_ordered(claim: Claim, library: Library) -> Counterexample | None:
    """The first counterexample among the batches, made small.

    Raises `Unsupported`.
    """
    for number in range(BATCHES):
        found = batch(claim, library, 0, number)
        if found.wrong.any():
            return shrunk(found, int(found.wrong.argmax()), claim, library)
    return None


def shrunk(found: Batch, lane: int, claim: Claim, library: Library) -> Counterexample:
    """A counterexample of a batch, made small; with open functions it stays as it is."""
    example = found.shown(lane)
    return example if found.function else shrink(example, claim, library)


class Moved:
    """Numbers that were moved to where the hypotheses of a claim hold. Raises `Unsupported`."""

    def __init__(
        self,
        claim: Claim,
        library: Library,
        sizes: Mapping[str, int],
        rng: np.random.Generator,
        function: str,
    ) -> None:
        self.rng, self.is_whole = rng, is_whole(claim)
        self.walk: Evaluator[Any] = Evaluator(library, EXACT, sizes)
        self.arrays: dict[str, Any] = {}
        self.values: dict[str, Value[Any]] = {}
        self.numbers: list[str] = []
        for p in (p for p in claim.explicit):
            if rank(p.type) is None:
                self.values[p.name] = named_function(function, p)
                continue
            shape = (LANES, *shape_of(p.type, sizes))
            if is_place(p.type):
                self.arrays[p.name] = rng.integers(0, max(places_of(p.type, sizes), 1), shape)
                self.values[p.name] = Places(self.arrays[p.name])
                continue
            self.numbers.append(p.name)
            self.arrays[p.name] = self._chosen(_NUMBERS, shape)
            self.values[p.name] = Data(self.arrays[p.name])
        # What leaves room is asked first, and what leaves none last.
        asked = sorted(claim.hypotheses, key=lambda h: h.equation.is_equation)
        self.good = meeting(self.walk, claim.hypotheses, self.values, LANES)
        """(lanes,): where the hypotheses hold."""
        for _ in range(_ROUNDS):
            if self.good.all():
                break
            for hypothesis in asked:
                self._move(hypothesis)
            self.good = meeting(self.walk, claim.hypotheses, self.values, LANES)

    def _chosen(self, among: Sequence[Fraction], shape: Sequence[int]) -> Any:
        kept = [n for n in among if not self.is_whole or n.denominator == 1]
        found = np.empty(tuple(shape), dtype=object)
        picked = self.rng.integers(0, len(kept), found.size)
        found.reshape(-1)[:] = [kept[i] for i in picked]
        return found

    def sides(self, equation: Any) -> tuple[Any, Any]:
        """Both sides of a hypothesis or conclusion, (lanes, …)."""
        left, right = self.walk.equation(equation, self.values)
        shape = (LANES, *left.shape[1:])
        return np.broadcast_to(left, shape), np.broadcast_to(right, shape)

    def _gap(self, hypothesis: Hypothesis) -> Any:
        left, right = self.sides(hypothesis.equation)
        return (right - left).reshape(LANES, -1)

    def _move(self, hypothesis: Hypothesis) -> None:
        """Put entries to where the hypothesis holds, as far as one at a time can."""
        relation = hypothesis.equation.relation
        spoken = [n for n in self.numbers if n in equation_variables(hypothesis.equation)]
        entries = [
            (name, place) for name in spoken for place in np.ndindex(*self.arrays[name].shape[1:])
        ]
        gap = self._gap(hypothesis)
        for which in self.rng.permutation(len(entries)):
            failing = relation.fails(0 * gap, gap).astype(bool)
            if not failing.any():
                return
            name, place = entries[which]
            column = self.arrays[name][(slice(None), *place)]  # a view: what is put there stays
            before = column.copy()
            column[:] = before + 1
            slope = self._gap(hypothesis) - gap
            column[:] = before
            useful = failing & (slope != 0).astype(bool)
            for lane in np.flatnonzero(useful.any(axis=1)):
                k = int(useful[lane].argmax())
                step = (self._wanted(relation) - gap[lane, k]) / slope[lane, k]
                if self.is_whole and relation is Relation.EQUAL and step.denominator != 1:
                    continue
                if self.is_whole:
                    step = Fraction(ceil(step) if slope[lane, k] > 0 else floor(step))
                moved = before[lane] + step
                if max(abs(moved.numerator), moved.denominator) <= _LARGEST:
                    column[lane] = moved
            gap = self._gap(hypothesis)

    def _wanted(self, relation: Relation) -> Fraction:
        """By how much the right side is to exceed the left one."""
        if relation is Relation.EQUAL:
            return Fraction(0)
        room = _ROOM[int(self.rng.integers(0, len(_ROOM)))]
        return room if relation is Relation.AT_MOST else room + Fraction(1)
