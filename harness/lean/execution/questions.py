"""What Lean and Python are both asked: each side of each subject, on each of its instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from harness.arrays.values import Unsupported
from harness.claims.model import ScalarKind
from harness.evidence import Outcome
from harness.lean.execution.inputs import Instance, draw
from harness.lean.execution.kinds import KINDS, WHOLE, Scalars
from harness.lean.execution.subjects import Subject

FEWEST = 200
"""How many instances a run has at least, over all subjects."""

LEAST: dict[Scalars, int] = {"Rat": 9, "Float": 4}
"""How many instances each subject has at least, of sizes that are not 0."""


@dataclass(frozen=True)
class Question:
    """One subject, one side of it, one instance, one kind of numbers."""

    subject: Subject
    side: int
    kind: Scalars
    instance: Instance


def questions(
    subjects: Sequence[Subject],
    seed: int,
    kinds: Mapping[str, Sequence[Scalars]] = MappingProxyType({}),
) -> tuple[list[Question], dict[str, tuple[Outcome, str]]]:
    """All questions, and why a subject has none, by its name; the same ones for the same seed.

    `kinds` are the numbers on which each subject runs; all of them where nothing is said.
    """
    found: list[Question] = []
    faults: dict[str, tuple[Outcome, str]] = {}
    share = -(-FEWEST // max(len(subjects), 1))
    rational = max(LEAST["Rat"], share * LEAST["Rat"] // sum(LEAST.values()))
    counts = {"Rat": rational, "Float": max(LEAST["Float"], share - rational)}
    for subject in subjects:
        try:
            found += [
                q
                for kind in kinds.get(subject.name, KINDS)
                for q in _about(subject, kind, counts[kind], seed)
            ]
        except Unsupported as error:
            faults[subject.name] = Outcome.INCONCLUSIVE, f"Not run: {error}."
        except Exception as error:  # a fault of ours, and of this subject alone
            summary = f"No instance was drawn: {type(error).__name__}: {error}"
            faults[subject.name] = Outcome.ERROR, summary
    return found, faults


def _about(subject: Subject, kind: Scalars, count: int, seed: int) -> Iterator[Question]:
    unit = Fraction(1) if kind == "Rat" else Fraction(1, 4)
    name, junk = f"{seed} {subject.name} {kind}", kind == "Rat"
    for drawn in draw(subject.parameters, count, name, unit, empty=junk):
        instance = in_numbers_of(subject.scalars, drawn)
        for side in range(len(subject.sides)):
            yield Question(subject, side, kind, instance)


def in_numbers_of(scalars: ScalarKind | None, instance: Instance) -> Instance:
    """The instance in numbers of this type: of fractions, their numerators."""
    if scalars is None or scalars.lean_name not in WHOLE:
        return instance
    import numpy as np

    numbers = {}
    for name, table in instance.numbers.items():
        numbers[name] = np.empty(table.shape, dtype=object)
        for place, number in np.ndenumerate(table):
            whole = number.numerator
            numbers[name][place] = Fraction(abs(whole) if scalars.lean_name == "Nat" else whole)
    return replace(instance, numbers=numbers)
