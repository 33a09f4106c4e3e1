"""How to meet hypotheses whose forms do not tell: ways are tried on a batch, and the first that serves
is taken.

A way says which variable is solved for in each hypothesis, what the check computes modulo, and of
which kinds the functions are that hypotheses speak of. Nothing is met by what is all 0, or by
constant functions alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluators, Unsupported, open_function
from harness.claims.hypotheses import (
    Assignment,
    Solved,
    Unmet,
    assign,
    assignments,
    named,
    open_functions,
)
from harness.claims.model import Claim, Hypothesis, Library
from harness.language.transform import equation_variables
from harness.numeric.instance import Instance
from harness.numeric.laws import CONSTANT, Constants, lawful, names
from harness.numeric.modular import PrimeField
from harness.numeric.reals import Field
from harness.numeric.spelling import defect

WAYS = 40
"""So many choices of what to solve for are tried."""

KINDS = 24
"""So many combinations of kinds of functions are kept."""

_ENOUGH = 0.55
"""The part of a batch that has to meet the hypotheses."""

_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Trial:
    """A way to meet hypotheses."""

    assignment: Assignment
    moduli: Sequence[Any]
    choices: Sequence[int]
    laws: Sequence[Mapping[str, str]] = ()


Draw = Callable[[Trial, int], tuple[Field, Instance]]


def search(
    claim: Claim,
    library: Library,
    evaluators: Evaluators,
    draw: Draw,
    wider: Sequence[tuple[Sequence[Any], Sequence[int]]],
) -> Trial:
    """The first way that serves. Raises `Unmet`, which names the hypothesis that was not met."""
    functions = open_functions(claim)
    about = [h for h in claim.hypotheses if equation_variables(h.equation) & functions]
    spoken = functions & set().union(*(equation_variables(h.equation) for h in about))
    others = [h for h in claim.hypotheses if h not in about]
    failed: dict[str, int] = {}
    for moduli, choices in wider:
        if moduli and isinstance(moduli[0], tuple) and not spoken:
            continue
        for assignment in islice(_assignments(claim, library), WAYS):
            trial = Trial(assignment, moduli, choices)
            for number in range(2):
                try:
                    field, instance = draw(trial, number)
                except (Unmet, np.linalg.LinAlgError):
                    break
                missed = _missed(others, evaluators, field, instance)
                missed = missed or _nothing(assignment, instance)
                if missed:
                    failed[missed] = failed.get(missed, 0) + 1
                    break
            else:
                if not spoken:
                    return trial
                laws = list(islice(_laws(claim, about, spoken, evaluators, field, instance), KINDS))
                telling = [law for law in laws if not set(law.values()) <= CONSTANT]
                if telling:
                    return replace(trial, laws=telling)
                for hypothesis in about:
                    reason = "only constant functions were found for " if laws else ""
                    failed[f"{reason}{named(hypothesis)}"] = 1
    worst = max(failed, key=lambda name: failed[name], default="")
    raise Unmet(f"no instance was found that meets {worst}" if worst else "no instance was found")


def _assignments(claim: Claim, library: Library) -> Iterator[Assignment]:
    try:
        yield assign(claim, library)
    except Unmet:
        pass
    yield from assignments(claim, library)


def _met(hypothesis: Hypothesis, evaluators: Evaluators, field: Field, instance: Instance) -> Any:
    tolerance = 0 if isinstance(field, PrimeField) else _TOLERANCE
    with np.errstate(all="ignore"):
        return defect(hypothesis, evaluators, field, instance) <= tolerance


def _missed(
    hypotheses: Sequence[Hypothesis], evaluators: Evaluators, field: Field, instance: Instance
) -> str:
    """The hypothesis that too few lanes meet, as messages call it; empty where there is none."""
    fair = np.ones(instance.lanes, dtype=bool)
    for hypothesis in hypotheses:
        fair &= _met(hypothesis, evaluators, field, instance)
        if fair.mean() < _ENOUGH:
            return named(hypothesis)
    return ""


def _nothing(assignment: Assignment, instance: Instance) -> str:
    """What was met by 0 alone."""
    for name, forms in assignment.forms.items():
        for form in forms:
            value = instance.values[name]
            if isinstance(form, Solved) and isinstance(value, Data) and value.array.size:
                if not value.array.any():
                    return f"what is asked of {name} but by 0"
    return ""


def _laws(
    claim: Claim,
    about: Sequence[Hypothesis],
    spoken: set[str],
    evaluators: Evaluators,
    field: Field,
    instance: Instance,
) -> Iterator[dict[str, str]]:
    """Kinds for all functions that hypotheses speak of, such that these are met."""
    types = {p.name: p.type for p in claim.parameters if p.name in spoken}
    constants = Constants.of(field, np.random.default_rng(1), instance.lanes)

    def extended(found: dict[str, str], own: Instance) -> Iterator[dict[str, str]]:
        if len(found) == len(types):
            yield found
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
                if all(_met(h, evaluators, field, more).mean() >= _ENOUGH for h in ready):
                    yield from extended({**found, name: kind}, more)
            except Unsupported:
                raise
            except (ValueError, TypeError):  # a rule that this type has no use for
                continue

    yield from extended({}, instance)
