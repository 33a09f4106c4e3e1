"""Instances in exact fractions: read back from what people are shown, and held to a claim."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from operator import le
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays import Data, Evaluator, ObjectArithmetic, Places, Unsupported, Value
from harness.arrays.evaluate import Evaluators, core_rank, rank, shape_of
from harness.claims.model import Claim, Hypothesis, Library
from harness.evidence import Counterexample, Json
from harness.instances.functions import named_function
from harness.language.terms import Equation, Relation, Term, Variable
from harness.language.types import Parameter, is_place

EXACT = ObjectArithmetic(Fraction, lambda x: 1 / x, le)


def breaks(
    example: Counterexample, claim: Claim, library: Library, modulus: int = 0
) -> Counterexample | None:
    """The instance with the two sides of `claim`, if it meets the hypotheses and breaks it.

    In exact fractions, or modulo a number; `None` too for an instance that cannot be read as one
    of this claim.
    """
    return Trials(library).breaks(example, claim, modulus)


class Trials:
    """Instances held to claims, one after the other.

    What a side comes to at an instance is kept, since claims that differ in a hypothesis or on one
    side share the rest; and so is the way in which sides are computed at sizes.
    """

    def __init__(self, library: Library) -> None:
        self._evaluators = Evaluators(library, keep=32)
        self._known: dict[Hashable, tuple[Counterexample, Mapping[str, Value[Any]], _Sides]] = {}

    def breaks(
        self, example: Counterexample, claim: Claim, modulus: int = 0
    ) -> Counterexample | None:
        """As the function of this name."""
        try:
            if any(self._gap(example, claim, h.equation, modulus) for h in claim.hypotheses):
                return None
            if not self._gap(example, claim, claim.conclusion, modulus):
                return None
            left, right = self._both(example, claim, claim.conclusion, modulus)
        except UNREADABLE:
            return None
        names = [p.name for p in claim.parameters]
        return Counterexample(
            {name: size for name, size in example.sizes.items() if name in names},
            {name: value for name, value in example.values.items() if name in names},
            plain(left[0]),
            plain(right[0]),
            example.remark,
        )

    def _gap(self, example: Counterexample, claim: Claim, equation: Equation, modulus: int) -> bool:
        if modulus and equation.relation.is_order:
            raise ValueError(f"there is no order modulo {modulus}")
        return bool(equation.relation.fails(*self._both(example, claim, equation, modulus)).any())

    def _both(
        self, example: Counterexample, claim: Claim, equation: Equation, modulus: int
    ) -> tuple[Any, Any]:
        walk = self._evaluators.at(EXACT, example.sizes)
        which = (id(example), claim.parameters)
        if which not in self._known:
            self._known[which] = example, read(example.values, claim, example.sizes), {}
        _, values, sides = self._known[which]
        for term in (equation.left, equation.right):
            if (equation.parameters, term) not in sides:
                sides[equation.parameters, term] = walk.family(equation.parameters, term, values)
        left, right = (sides[equation.parameters, t] for t in (equation.left, equation.right))
        return (left % modulus, right % modulus) if modulus else (left, right)


def meets(
    sizes: Mapping[str, int], values: Mapping[str, Json], claim: Claim, library: Library
) -> bool:
    """Whether an instance meets the hypotheses of a claim, in exact fractions."""
    try:
        walk: Evaluator[Any] = Evaluator(library, EXACT, sizes)
        return bool(meeting(walk, claim.hypotheses, read(values, claim, sizes), 1)[0])
    except UNREADABLE:
        return False


_Sides = dict[tuple[tuple[Variable, ...], Term], Any]

UNREADABLE = (KeyError, ValueError, TypeError, IndexError, Unsupported)
"""What is raised for an instance that is none of the claim's."""


def meeting(
    walk: Evaluator[Any],
    hypotheses: Sequence[Hypothesis],
    values: Mapping[str, Value[Any]],
    lanes: int,
) -> NDArray[np.bool_]:
    """(lanes,): the instances that meet all hypotheses."""
    found = np.ones(lanes, dtype=bool)
    for hypothesis in hypotheses:
        left, right = walk.equation(hypothesis.equation, values)
        gap = left - right
        found &= ~fails_in(hypothesis.equation.relation, gap, 0 * gap)
    return found


def fails_in(relation: Relation, left: Any, right: Any) -> NDArray[np.bool_]:
    """(lanes,): where some entries of two sides (lanes, …) do not stand so to each other.

    It is (1,) where both sides are, that is where they are the same in all lanes.
    """
    fails = relation.fails(left, right).astype(bool)
    return np.asarray(fails.any(axis=tuple(range(1, fails.ndim))))


def are_telling(numbers: Sequence[Any]) -> NDArray[np.bool_]:
    """(lanes,): where each of the arrays (lanes, …), one a subject, has a number that is not 0."""
    found = [array.astype(bool).any(axis=tuple(range(1, array.ndim))) for array in numbers]
    return np.asarray(np.logical_and.reduce(found, axis=0))


def points_of(numbers: Sequence[Any], lane: int) -> tuple[tuple[int, ...], ...]:
    """Where the first number of each subject that is not 0 stands, in one lane."""
    return tuple(tuple(np.argwhere(array[lane])[0].tolist()) for array in numbers)


def numbers_of(term: Term, walk: Evaluator[Any], values: Mapping[str, Value[Any]]) -> Any:
    """(lanes, *shape): what a term comes to. Raises `Unsupported` where that is no number."""
    value = walk.term(term, values)
    if not isinstance(value, Data):
        raise Unsupported("a witness of something that is no number")
    return value.array


def shown_value(term: Term, walk: Evaluator[Any], values: Mapping[str, Value[Any]]) -> Json:
    """What a term comes to in one instance; nothing where it is no number, vector or matrix."""
    core = rank(term.type)
    if core is None:
        return None
    found = walk.term(term, values)
    if not isinstance(found, Data):
        return None
    # What is the same for every instance, as an identity matrix is, has no axis of instances.
    return plain(found.array[0] if found.array.ndim > core else found.array)


def telling(subject: Term, array: Any, lanes: int) -> Any:
    """The numbers of a subject in all lanes; of a matrix, those off its diagonal, and else 0."""
    if core_rank(subject.type) == 2:
        rows, columns = array.shape[-2:]
        array = array * (np.arange(rows)[:, None] != np.arange(columns))
    return np.broadcast_to(array, (lanes, *array.shape[1:]))


def read(
    values: Mapping[str, Json], claim: Claim, sizes: Mapping[str, int]
) -> Mapping[str, Value[Any]]:
    """Values of a claim's variables as the array interpreter takes them; see `UNREADABLE`."""
    return {p.name: _value(p, values[p.name], sizes) for p in claim.explicit}


def _value(parameter: Parameter, given: Json, sizes: Mapping[str, int]) -> Value[Any]:
    if rank(parameter.type) is None:
        return named_function(str(given), parameter)
    shape = (1, *shape_of(parameter.type, sizes))
    if is_place(parameter.type):
        return Places(np.array(given, dtype=np.int64).reshape(shape))
    exact = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        item: Any = given
        for i in place[1:]:
            item = item[i]
        exact[place] = Fraction(item)
    return Data(exact)


def plain(value: Any) -> Json:
    """An array of exact numbers as data: nested lists of integers, and of fractions as text."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value] if value.ndim else plain(value[()])
    fraction = Fraction(value)
    return int(fraction) if fraction.denominator == 1 else str(fraction)
