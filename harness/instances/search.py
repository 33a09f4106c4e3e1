"""Counterexamples for people: small sizes, small numbers, checked in exact fractions.

Candidates are drawn at random from small pools (0 and ±1, signed permutations, powers of one
signed permutation), thousands at once, smallest sizes first; those that meet the hypotheses and
break the conclusion in doubles are put in order of simplicity, and the first that stands in
exact fractions is taken. Nothing need be known about the form of the hypotheses.

A claim about all commutative rings speaks of the integers modulo 5 too, where -1 is a square:
hypotheses that no fractions meet are tried there last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, product
from typing import Any

import numpy as np

from harness.arrays import (
    Data,
    Evaluator,
    Places,
    Unsupported,
    Value,
)
from harness.arrays.evaluate import core_rank, places_of, rank, shape_of
from harness.arrays.floats import Float64, Floats
from harness.claims.forms import Conjugate, Inverse, recognise
from harness.claims.hypotheses import Unmet, assign
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.instances.exact import breaks, fails_in, plain
from harness.instances.functions import function_names, named_function
from harness.instances.ordered import is_whole
from harness.language.terms import Relation
from harness.language.transform import free_variables
from harness.language.types import Parameter, is_place

_LANES = 2000
_MODULUS = 5
_NEAR = 1e-9


@dataclass(frozen=True)
class Found:
    """A counterexample, and where it was met with: drawing again gives the same."""

    example: Counterexample
    numbers: int
    """Which of `PASSES` it was drawn in."""
    function: int
    """Which of `FUNCTIONS` the open functions are."""
    lane: int


WORK = 100_000_000
"""What a machine that is idle does in about a second, in the measure of `Evaluator.work`."""


def find_small(claim: Claim, library: Library, *, seconds: float) -> Found | None:
    """The simplest counterexample that turns up, if one does.

    The search ends when so much work is done as an idle machine does in the given time: what is
    found does not depend on what else a machine has to do.
    """
    left = seconds * WORK
    for i, numbers in enumerate(PASSES):
        if numbers.modulus and ("divide" in claim.scalars.operations or claim.has_relations):
            continue
        if numbers.fractions and claim.has_relations and is_whole(claim):
            continue
        for sizes in small_sizes(claim):
            for k, name in enumerate(function_names(claim)):
                if left < 0:
                    return None
                try:
                    drawn = draw_lanes(claim, library, sizes, name, numbers)
                    found = _search(claim, library, sizes, name, numbers, drawn)
                except Unsupported:
                    return None
                if found is not None:
                    return Found(found[1], i, k, found[0])
                left -= drawn.walk.work
    return None


def draw_small(
    claim: Claim, library: Library, sizes: Mapping[str, int], place: tuple[int, int, int]
) -> Counterexample:
    """The counterexample at a place of `Found`: numbers, function and lane.

    Raises `ValueError` where there is none.
    """
    number, function, lane = place
    names = function_names(claim)
    if number < len(PASSES) and function < len(names) and lane < _LANES:
        numbers, name = PASSES[number], names[function]
        try:
            drawn = draw_lanes(claim, library, sizes, name, numbers)
            found = _exactly(claim, library, sizes, drawn.arrays, lane, name, numbers)
        except (Unsupported, KeyError) as error:
            raise ValueError(str(error)) from None
        if found is not None:
            return found
    raise ValueError("there is no counterexample at this place; the claim may have changed")


def small_sizes(claim: Claim) -> Iterator[dict[str, int]]:
    """Sizes 1, 2 and 3, those with the smallest sum first."""
    names = claim.sized
    choices = [c for c in product((1, 2, 3), repeat=len(names)) if sum(c) <= 2 * len(names) + 1]
    for choice in sorted(choices, key=lambda c: (sum(c), max(c, default=0))):
        yield dict(zip(names, choice, strict=True))


@dataclass(frozen=True)
class Numbers:
    """What candidates are drawn from, and where they count as equal."""

    fractions: bool = False
    """Whether scalars may be fractions."""
    modulus: int = 0
    """Integers modulo this number; none where it is 0."""

    def fails(self, relation: Relation, left: Floats, right: Floats) -> Any:
        """(lanes,): where the sides do not stand so to each other, in doubles."""
        gap = right - left
        if self.modulus:
            gap = np.minimum(gap % self.modulus, -gap % self.modulus)
        gap = np.where(np.abs(gap) > _NEAR, gap, 0.0)
        return np.broadcast_to(fails_in(relation, 0.0, gap), (_LANES,))


@dataclass(frozen=True)
class Lanes:
    """Many small instances at once, and which of them meet the hypotheses."""

    arrays: Mapping[str, Any]
    """(lanes, *shape) for each variable that is no open function."""
    values: Mapping[str, Value[Any]]
    walk: Evaluator[Any]
    good: Any
    """(lanes,): where the hypotheses hold, in doubles."""

    def simplest(self, wanted: Any) -> Iterator[int]:
        """The lanes that are `wanted`, at most twenty, those with the least to read first."""
        lanes = np.flatnonzero(wanted)
        weight = sum((_complexity(a)[lanes] for a in self.arrays.values()), np.zeros(lanes.size))
        yield from map(int, lanes[np.argsort(weight, kind="stable")][:20])


def draw_lanes(
    claim: Claim, library: Library, sizes: Mapping[str, int], function: str, numbers: Numbers
) -> Lanes:
    """Instances of a claim, the same ones each time. Raises `Unsupported`."""
    rng = np.random.default_rng([1, *sizes.values(), len(function), numbers.fractions])
    pool = _Pool(rng, sizes, numbers, claim.has_order)
    arrays: dict[str, Any] = {}
    values: dict[str, Value[Any]] = {}
    for parameter in claim.explicit:
        name = parameter.name
        if rank(parameter.type) is None:
            values[name] = named_function(function, parameter)
            continue
        arrays[name] = pool.draw(parameter)
        array = arrays[name]
        values[name] = Places(array) if is_place(parameter.type) else Data(array)
    walk = Evaluator(library, Float64(), sizes)
    if not numbers.modulus:
        _solved(claim, library, walk, pool, arrays, values)
    good = np.ones(_LANES, dtype=bool)
    for hypothesis in claim.hypotheses:
        equation = hypothesis.equation
        good &= ~numbers.fails(equation.relation, *walk.equation(equation, values))
    return Lanes(arrays, values, walk, good)


def _solved(
    claim: Claim,
    library: Library,
    walk: Evaluator[Floats],
    pool: _Pool,
    arrays: dict[str, Any],
    values: dict[str, Value[Any]],
) -> None:
    """Give the matrices of every other lane that hypotheses determine their values.

    Products of inverses are met by nobody who draws at random. What is inverted is made regular
    first. Lanes where inverses are no small fractions are left to those who check.
    """
    known = tuple(h for h in claim.hypotheses if recognise(h.equation, library))
    try:
        assignment = assign(replace(claim, hypotheses=known), library)
    except Unmet:
        return
    lanes = slice(1, None, 2)
    inverted = set[str]()
    for form in chain.from_iterable(assignment.forms.values()):
        match form:
            case Conjugate(_, carrier):
                inverted.add(carrier.name)
            case Inverse(_, other):
                inverted |= free_variables(other)
    for parameter in assignment.order:
        name = parameter.name
        if name not in arrays or is_place(parameter.type):
            continue
        array = arrays[name]
        if name in inverted and array.ndim > 2 and array.shape[-1] == array.shape[-2]:
            regular = np.abs(np.linalg.det(array)) > _NEAR
            made = np.where(regular[..., None, None], array, pool.signed_permutations(array.shape))
            array[lanes] = made[lanes]
        for form in assignment.forms[name]:
            match form:
                case Conjugate(owner, _, by, other, bound):
                    outer = walk.family(bound, by, values)
                    inner = walk.family(bound, other, values)
                    found = outer @ inner @ _inverse(outer)
                case Inverse(owner, other, bound, _, is_transposed) if array.ndim > 2:
                    found = walk.family(bound, other, values)
                    if found.shape[-1] != found.shape[-2]:
                        continue
                    found = _inverse(found)
                    found = np.swapaxes(found, -1, -2) if is_transposed else found
                case _:
                    continue
            order = [1 + [p.name for p in bound].index(a) for a in owner.arguments]
            found = found.transpose(0, *order, found.ndim - 2, found.ndim - 1)
            near = np.rint(found)
            found = np.where(np.abs(found - near) < _NEAR, near, found)
            array[lanes] = np.broadcast_to(found, array.shape)[lanes]
        values[name] = Data(array)


def _inverse(matrices: Floats) -> Floats:
    """Inverses of those that have one, and of the others 0."""
    regular = np.abs(np.linalg.det(matrices)) > _NEAR
    one = np.eye(matrices.shape[-1])
    found = np.linalg.inv(np.where(regular[..., None, None], matrices, one))
    return np.asarray(np.where(regular[..., None, None], found, 0.0))


PASSES = (Numbers(), Numbers(fractions=True), Numbers(modulus=_MODULUS))
"""The numbers that candidates are drawn from, in turn."""


def _search(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    function: str,
    numbers: Numbers,
    drawn: Lanes,
) -> tuple[int, Counterexample] | None:
    """A counterexample and its lane."""
    if not drawn.good.any():
        return None
    sides = drawn.walk.equation(claim.conclusion, drawn.values)
    broken = numbers.fails(claim.conclusion.relation, *sides)
    for lane in drawn.simplest(drawn.good & broken):
        found = _exactly(claim, library, sizes, drawn.arrays, lane, function, numbers)
        if found is not None:
            return lane, found
    return None


class _Pool:
    """Small values for variables, for many lanes at once."""

    def __init__(
        self,
        rng: np.random.Generator,
        sizes: Mapping[str, int],
        kind: Numbers,
        is_signed: bool = False,
    ) -> None:
        self.rng = rng
        self.is_signed = is_signed
        """Whether all variables are to be of both signs, and none at times positive alone."""
        self.sizes = sizes
        self.kind = kind
        self.turns: dict[int, Floats] = {}

    def draw(self, parameter: Parameter) -> Any:
        """(lanes, *shape): integers for places, else small numbers."""
        rng = self.rng
        type_ = parameter.type
        shape = (_LANES, *shape_of(type_, self.sizes))
        if is_place(type_):
            return rng.integers(0, max(places_of(type_, self.sizes), 1), shape)
        if self.kind.modulus:
            return rng.integers(0, self.kind.modulus, shape).astype(np.float64)
        numbers = rng.choice([0.0, 1.0, -1.0], shape, p=[0.5, 0.35, 0.15])
        if rng.random() < 0.3 and not self.is_signed:
            numbers = np.abs(numbers)
        own = core_rank(type_)
        if own == 0 and self.kind.fractions:
            pick = rng.choice([0.0, 1.0, -1.0, 0.6, 0.8, -0.6, -0.8, 2.0, 0.5], shape)
            return np.where(rng.random(shape) < 0.5, pick, numbers)
        if own < 2 or min(shape[-2:]) == 0:
            return numbers
        # Matrices: half of the lanes get signed permutations, or powers of one for each lane.
        which = rng.integers(0, 4, (_LANES, *[1] * (len(shape) - 1)))
        signed = self.signed_permutations(shape)
        found = np.where(which == 1, signed, numbers)
        if shape[-1] == shape[-2]:
            powers = self.powers(shape)
            found = np.where(which >= 2, powers, found)
        return found

    def signed_permutations(self, shape: Sequence[int]) -> Floats:
        """A single ±1 in each column, in different rows (in each row, if there are fewer)."""
        *frame, m, n = shape
        size = max(m, n)
        order = self.rng.random((*frame, size)).argsort(axis=-1)
        signs = self.rng.choice([1.0, -1.0], (*frame, size, 1), p=[0.7, 0.3])
        return np.asarray((np.eye(size)[order] * signs)[..., :m, :n])

    def powers(self, shape: Sequence[int]) -> Floats:
        """Powers of one signed permutation for each lane, whichever variable asks."""
        *frame, d, _ = shape
        if d not in self.turns:
            self.turns[d] = self.signed_permutations((_LANES, d, d))
        turn = self.turns[d].reshape(_LANES, *[1] * (len(frame) - 1), d, d)
        exponent = self.rng.integers(0, 4, (*frame, 1, 1))
        power = np.broadcast_to(np.eye(d), tuple(shape))
        for k in (1, 2, 3):
            power = np.where(exponent >= k, power @ turn, power)
        return np.asarray(power)


def _complexity(array: Any) -> Floats:
    """Small where a reader has little to read: few numbers that are not 0, and no fractions.

    Square matrices that are singular count as less simple than signed permutations.
    """
    axes = tuple(range(1, array.ndim))
    numbers = np.abs(array)
    found = (numbers.sum(axis=axes) + 2 * (numbers != np.rint(numbers)).sum(axis=axes)).astype(
        float
    )
    if array.ndim > 2 and array.shape[-1] == array.shape[-2] and array.dtype != np.int64:
        rows = (np.abs(array).sum(axis=-1) == 1).all(axis=-1)
        columns = (np.abs(array).sum(axis=-2) == 1).all(axis=-1)
        plain = rows & columns
        found += 3 * (~plain).sum(axis=tuple(range(1, plain.ndim)))
    return np.asarray(found)


def _exactly(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    arrays: Mapping[str, Any],
    lane: int,
    function: str,
    numbers: Numbers,
) -> Counterexample | None:
    """The lane as a counterexample, if it is one in exact fractions."""
    values: dict[str, Json] = {}
    for parameter in claim.explicit:
        array = arrays.get(parameter.name)
        values[parameter.name] = function if array is None else plain(_fractions(array[lane]))
    remark = f"exact, over the integers modulo {numbers.modulus}" if numbers.modulus else "exact"
    example = Counterexample(dict(sizes), values, None, None, remark)
    return breaks(example, claim, library, numbers.modulus)


def _fractions(array: Any) -> Any:
    """What small doubles stand for: whole numbers, and fractions such as 3/5."""
    found = np.empty(np.shape(array), dtype=object)
    for place, number in np.ndenumerate(array):
        found[place] = Fraction(number).limit_denominator(100)
    return found
