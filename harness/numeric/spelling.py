"""Equations for all numbers, vectors or matrices, asked at a few: what a batch can be held to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluators, Unsupported, Value
from harness.arrays.evaluate import rank, shape_of
from harness.arrays.floats import Floats
from harness.claims.model import Claim, Hypothesis
from harness.language.terms import Equation, Relation
from harness.language.transform import over_places
from harness.language.types import is_place
from harness.numeric.instance import Instance
from harness.numeric.modular import PrimeField
from harness.numeric.reals import Field

SAMPLES = 12
"""So many values of each bound variable are tried in every lane."""


CANCELLED = 1e-9
"""Sides that are smaller than this part of what they are made of have cancelled."""

_ROUNDED = 1e-12
"""Nor are real numbers that are nearer to each other than this taken to be unequal."""

_HELD = 2
"""The seed by which instances are held to hypotheses; samplers solve by others."""


def spelled(
    equation: Equation, field: Field, sizes: Mapping[str, int], lanes: int, seed: int = 0
) -> Iterator[tuple[Equation, Mapping[str, Value[Any]]]]:
    """The equation at values of what it ranges over beyond indices and positions.

    Among them are 0, ±1, values that are equal and values that add up to 0: where laws like to
    fail. The others differ by `seed`: what was solved for at some is held to others.
    Raises `Unsupported` where it ranges over functions.
    """
    bare, bound = over_places(equation)
    if not bound:
        yield bare, {}
        return
    for variable in bound:
        if rank(variable.type) is None:
            raise Unsupported(f"a ∀ over functions, {variable.name}")
    for sample in range(SAMPLES):
        rng = np.random.default_rng([seed, sample, lanes])
        values: dict[str, Value[Any]] = {}
        drawn: list[Floats] = []
        for variable in bound:
            shape = (lanes, *shape_of(variable.type, sizes))
            drawn.append(_drawn(field, rng, shape, sample, drawn))
            values[variable.name] = Data(drawn[-1])
        yield bare, values


def _drawn(
    field: Field,
    rng: np.random.Generator,
    shape: Sequence[int],
    sample: int,
    before: Sequence[Floats],
) -> Floats:
    match SAMPLES - 1 - sample:
        case 0:
            return np.zeros(tuple(shape))
        case 1:
            return np.ones(tuple(shape))
        case 2 | 3:
            return rng.integers(-2, 3, tuple(shape)).astype(np.float64)
        case 4 if before and before[0].shape == tuple(shape):
            return before[0]
        case 5 if before and before[0].shape == tuple(shape):
            return np.asarray(-before[0])
        case 6 if before:
            return np.zeros(tuple(shape))
    return field.uniform(rng, shape)


def defects(
    claim: Claim, evaluators: Evaluators, field: Field, instance: Instance
) -> Iterator[tuple[str, Floats]]:
    """For each hypothesis, by how much its sides differ at most, relative to their size.

    Shape (lanes,); 0 where it holds exactly.
    """
    for hypothesis in claim.hypotheses:
        yield hypothesis.name, defect(hypothesis, evaluators, field, instance)


def defect(
    hypothesis: Hypothesis, evaluators: Evaluators, field: Field, instance: Instance
) -> Floats:
    """(lanes,): by how much one hypothesis fails, relative to the size of its sides."""
    worst = np.zeros(instance.lanes)
    for found in _defects_at(hypothesis, evaluators, field, instance):
        worst = np.maximum(worst, found)
    return worst


def is_met(
    hypothesis: Hypothesis,
    evaluators: Evaluators,
    field: Field,
    instance: Instance,
    part: float,
    tolerance: float,
) -> bool:
    """Whether this part of the lanes at least meets a hypothesis.

    What does not meet it shows at the first values of what a ∀ binds, and the others are not asked.
    """
    met = np.ones(instance.lanes, dtype=bool)
    for found in _defects_at(hypothesis, evaluators, field, instance):
        met &= found <= tolerance
        if met.mean() < part:
            return False
    return bool(met.mean() >= part)


def _defects_at(
    hypothesis: Hypothesis, evaluators: Evaluators, field: Field, instance: Instance
) -> Iterator[Floats]:
    """(lanes,): by how much a hypothesis fails, at one value after another of what a ∀ binds.

    Where both sides are next to nothing, as those of `A @ A = 0` are, their size is what they would
    be if nothing had cancelled: that of the sides at the magnitudes of all numbers.
    """
    walk = evaluators.at(field, instance.sizes)
    spelt = spelled(hypothesis.equation, field, instance.sizes, instance.lanes, _HELD)
    for equation, values in spelt:
        if is_place(equation.left.type):  # modulo 3 the index 3 would be 0
            one, other = walk.places(equation, {**instance.values, **values})
            yield largest((one != other).astype(np.float64))
            continue
        left, right = walk.equation(equation, {**instance.values, **values})
        if hypothesis.equation.relation is Relation.UNEQUAL:
            # What was solved for has rounding in it: it may be 0 and not look so.
            least = 0.0 if isinstance(field, PrimeField) else _ROUNDED
            gap = np.abs(field.subtract(left, right))
            same = gap <= np.maximum(CANCELLED * np.abs(left), least)
            yield largest(same.astype(np.float64))
            continue
        difference = largest(field.subtract(left, right))
        size = np.maximum(largest(left), largest(right))
        found = difference / np.where(size > 0, size, 1.0)
        if not isinstance(field, PrimeField) and (found > CANCELLED).any():
            sides = walk.equation(equation, _magnitudes({**instance.values, **values}))
            whole = np.maximum(*map(largest, sides))
            has_cancelled = (whole > 0) & (size <= CANCELLED * whole)
            found = np.where(has_cancelled, difference / np.where(whole > 0, whole, 1.0), found)
        # What is no number meets nothing.
        yield np.where(np.isfinite(found), found, np.inf)


def _magnitudes(values: Mapping[str, Value[Any]]) -> dict[str, Value[Any]]:
    return {k: Data(np.abs(v.array)) if isinstance(v, Data) else v for k, v in values.items()}


def largest(values: Floats) -> Floats:
    """The largest magnitude in each lane: (lanes, …) to (lanes,)."""
    return np.asarray(np.abs(values).max(axis=tuple(range(1, values.ndim)), initial=0.0))
