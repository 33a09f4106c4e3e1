"""How to meet hypotheses whose forms do not tell: ways are tried, and the first to serve is taken.

A way says which variable is solved for in each hypothesis, what the check computes modulo, and of
which kinds the functions are that hypotheses speak of. Nothing is met by what is all 0, or by
constant functions alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice, product
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluators, Unsupported, open_function
from harness.arrays.evaluate import shape_of
from harness.claims.forms import Solved
from harness.claims.hypotheses import Assignment, Unmet, assign, assignments, named, open_functions
from harness.claims.model import Claim, Hypothesis, Library
from harness.language.transform import equation_variables
from harness.language.types import is_place
from harness.numeric.instance import Instance
from harness.numeric.laws import Constants, Lawful, lawful, names
from harness.numeric.modular import PrimeField
from harness.numeric.reals import Field
from harness.numeric.spelling import defect, is_met, largest

WAYS = 40
"""So many choices of what to solve for are tried."""

LARGEST = 12
"""Hypotheses about more variables are not searched: each draw takes too long to try many."""

WAYS_TAKEN = 3
"""So many of them are taken in turn."""

DRAWS = 36
"""So many batches are drawn for each choice of moduli and sizes, however many ways there are."""

TRIALS = 4
"""So many batches must meet the hypotheses before a way is taken."""

KINDS = 24
"""So many combinations of kinds of functions are kept."""

_ENOUGH = 0.55
"""The part of a batch that has to meet the hypotheses."""

_MANY = 0.5
"""A matrix that is 1 in a larger part of a batch than this says little."""

_NONE = 0.1
"""Two batches of which less than this part meets them end a trial."""

_TOLERANCE = 1e-9


class Shape(Enum):
    """How the sizes of a claim lie to each other, where not all have instances."""

    ANY = "any"
    FALLING = "falling"
    RISING = "rising"
    EQUAL = "equal"
    EVEN = "even"

    def of(self, sizes: Mapping[str, int]) -> dict[str, int]:
        """The sizes so arranged, in the order of the claim."""
        match self:
            case Shape.FALLING | Shape.RISING:
                ordered = sorted(sizes.values(), reverse=self is Shape.FALLING)
                return dict(zip(sizes, ordered, strict=True))
            case Shape.EQUAL:
                return dict.fromkeys(sizes, max(sizes.values(), default=0))
            case Shape.EVEN:
                return {name: size + size % 2 for name, size in sizes.items()}
            case _:
                return dict(sizes)


@dataclass(frozen=True)
class Trial:
    """A way to meet hypotheses."""

    assignment: Assignment
    moduli: Sequence[Any]
    choices: Sequence[int]
    shape: Shape = Shape.ANY
    laws: Sequence[Mapping[str, str]] = ()


Draw = Callable[[Trial, int], tuple[Field, Instance]]


def search(
    claim: Claim,
    library: Library,
    evaluators: Evaluators,
    draw: Draw,
    wider: Sequence[tuple[Sequence[Any], Sequence[int]]],
) -> list[Trial]:
    """Ways that serve: where no function is asked for a few, in which other variables are solved.

    One by which a matrix is 1 is taken where there is no other. All are modulo the same. Raises
    `Unmet`, which names the hypothesis that was not met.
    """
    if len(claim.spoken) > LARGEST:
        assign(claim, library)
        raise Unmet(f"no search is made where hypotheses speak of more than {LARGEST} variables")
    functions = open_functions(claim)
    about = [h for h in claim.hypotheses if equation_variables(h.equation) & functions]
    spoken = functions & set().union(*(equation_variables(h.equation) for h in about))
    others = [h for h in claim.hypotheses if h not in about]
    failed: dict[str, int] = {}
    for moduli, choices in wider:
        if moduli and isinstance(moduli[0], tuple) and not spoken:
            continue
        shapes = Shape if others else (Shape.ANY,)  # laws of functions hold at all sizes
        ways = product(shapes, islice(_assignments(claim, library), WAYS))
        drawn = 0
        good: dict[frozenset[str], Trial] = {}
        poor: list[Trial] = []
        for shape, assignment in ways:
            if drawn >= DRAWS or len(good) >= WAYS_TAKEN:
                break
            solved = assignment.solved
            if solved in good:
                continue
            trial = Trial(assignment, moduli, choices, shape)
            met, first, nothing = 0.0, "", ""
            for number in range(TRIALS):
                drawn += 1
                try:
                    field, instance = draw(trial, number)
                except (Unmet, np.linalg.LinAlgError):
                    break
                part, missed = _part(others, evaluators, field, instance)
                first = first or missed
                nothing = _nothing(assignment, instance)
                met += part / TRIALS
                if number == 1 and met * TRIALS < _NONE:
                    break
            if met < _ENOUGH or nothing:
                missed = first or nothing
                failed[missed] = failed.get(missed, 0) + 1
                continue
            if not spoken:
                if not solved:
                    return [trial]
                if _are_ones(assignment, instance):
                    poor.append(trial)
                else:
                    good[solved] = trial
                continue
            laws = list(islice(_laws(claim, about, spoken, evaluators, field, instance), KINDS))
            telling = [law for law, is_telling in laws if is_telling]
            if telling:
                return [replace(trial, laws=telling)]
            for hypothesis in about:
                but = " but by constant functions" if laws else ""
                failed[named(hypothesis) + but] = 1
        if good or poor:
            return [*good.values()] or poor[:1]
    worst = max(failed, key=lambda name: failed[name], default="")
    raise Unmet(f"no instance was found that meets {worst}" if worst else "no instance was found")


def _assignments(claim: Claim, library: Library) -> Iterator[Assignment]:
    with suppress(Unmet):
        yield assign(claim, library)
    yield from assignments(claim, library)


def _tolerance(field: Field) -> float:
    return 0 if isinstance(field, PrimeField) else _TOLERANCE


def _met(hypothesis: Hypothesis, evaluators: Evaluators, field: Field, instance: Instance) -> Any:
    with np.errstate(all="ignore"):
        return defect(hypothesis, evaluators, field, instance) <= _tolerance(field)


def _is_mostly_met(
    hypothesis: Hypothesis, evaluators: Evaluators, field: Field, instance: Instance
) -> bool:
    with np.errstate(all="ignore"):
        tolerance = _tolerance(field)
        return is_met(hypothesis, evaluators, field, instance, _ENOUGH, tolerance)


def _part(
    hypotheses: Sequence[Hypothesis], evaluators: Evaluators, field: Field, instance: Instance
) -> tuple[float, str]:
    """The part of the lanes that meet all, and the hypothesis that too few meet, if one is."""
    fair, missed = np.ones(instance.lanes, dtype=bool), ""
    for hypothesis in hypotheses:
        fair &= _met(hypothesis, evaluators, field, instance)
        if fair.mean() < _ENOUGH and not missed:
            missed = named(hypothesis)
    return float(fair.mean()), missed


def _nothing(assignment: Assignment, instance: Instance) -> str:
    """What was met by 0 alone."""
    for name, forms in assignment.forms.items():
        for form in forms:
            value = instance.values.get(name)
            if not isinstance(form, Solved) or not isinstance(value, Data):
                continue
            if value.array.size and not value.array.any():
                return f"what is asked of {name} but by 0"
    return ""


def _are_ones(assignment: Assignment, instance: Instance) -> bool:
    """Whether a matrix that was solved for is 1 in most lanes: then others had better be."""
    for name, forms in assignment.forms.items():
        value = instance.values.get(name)
        if not isinstance(value, Data) or not any(isinstance(f, Solved) for f in forms):
            continue
        array = value.array
        if array.ndim > 2 and array.shape[-1] == array.shape[-2] > 1:
            same = largest(array - np.eye(array.shape[-1])) <= _TOLERANCE
            if same.mean() > _MANY:
                return True
    return False


def _laws(
    claim: Claim,
    about: Sequence[Hypothesis],
    spoken: set[str],
    evaluators: Evaluators,
    field: Field,
    instance: Instance,
) -> Iterator[tuple[dict[str, str], bool]]:
    """Kinds for all functions that hypotheses speak of, such that these are met.

    With each, whether one of them is not constant.
    """
    types = {p.name: p.type for p in claim.parameters if p.name in spoken}
    constants = Constants.of(field, np.random.default_rng(1), instance.lanes)

    def extended(
        found: dict[str, str], own: Instance, is_telling: bool
    ) -> Iterator[tuple[dict[str, str], bool]]:
        if len(found) == len(types):
            yield found, is_telling
            return
        name = next(n for n in types if n not in found)
        known = {*found, name}
        ready = [
            h
            for h in about
            if name in equation_variables(h.equation)
            and equation_variables(h.equation) & spoken <= known
        ]
        for kind in names(types[name]):
            rng = np.random.default_rng(len(found))
            function = lawful(kind, field, rng, types[name], own.sizes, constants)
            values = {**own.values, name: open_function(types[name], function)}
            more = replace(own, values=values)
            try:
                if all(_is_mostly_met(h, evaluators, field, more) for h in ready):
                    varies = is_telling or _varies(function, field, instance)
                    yield from extended({**found, name: kind}, more, varies)
            except Unsupported:
                raise
            except (ValueError, TypeError):  # a rule that this type has no use for
                continue

    yield from extended({}, instance, False)


def _varies(function: Lawful, field: Field, instance: Instance) -> bool:
    """Whether a function has two values."""
    found = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        arguments: list[Any] = []
        for source in function.sources:
            shape = (instance.lanes, *shape_of(source, instance.sizes))
            data = np.zeros(shape, int) if is_place(source) else field.uniform(rng, shape)
            arguments.append(data)
        found.append(function(arguments))
    return any((one != found[0]).any() for one in found)
