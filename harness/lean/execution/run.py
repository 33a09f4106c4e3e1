"""The execution leg: Lean and Python compute the same things from the same inputs, apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from harness.arrays.values import Unsupported
from harness.claims.model import Claim
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome
from harness.lean.errand import Errand, ErrandFailed, run_errand
from harness.lean.execution.carried import carried
from harness.lean.execution.instances import Instance, draw
from harness.lean.execution.program import (
    KINDS,
    Program,
    Scalars,
    Subject,
    from_bits,
    inputs,
    line,
    program,
)
from harness.lean.execution.python_side import Doubles, Exact, sides
from harness.lean.process import Signal
from harness.lean.session import Session
from harness.lean.toolchain import Toolchain

COUNTS: dict[Scalars, int] = {"Rat": 9, "Float": 4}
"""How many instances of each subject are run, on each kind of numbers."""

CHECKS: dict[Scalars, str] = {"Rat": "rational", "Float": "float64"}

_ROOM = 4
"""Lean may err as Python may, in another order of operations; and both bounds are rounded."""


@dataclass(frozen=True)
class Run:
    """One subject, one side of it, one instance, one kind of numbers."""

    subject: Subject
    side: int
    kind: Scalars
    instance: Instance


@dataclass
class Tally:
    """What came of the runs of one subject on one kind of numbers."""

    instances: int = 0
    entries: int = 0
    empty: int = 0
    met: int = 0
    """Instances that satisfy the hypotheses of a claim."""
    without_bound: int = 0
    """Entries so large or so near to a division by zero that their error has no bound."""
    sizes: list[dict[str, int]] = field(default_factory=list)
    largest: float = 0.0
    """The largest part of the bound that a difference of doubles took up."""
    wrong: tuple[Instance, int, Json, Json, str] | None = None


def execute(
    session: Session,
    toolchain: Toolchain,
    *,
    folder: Path,
    seed: int = 0,
    stop: Signal | None = None,
    on_start: Callable[[], None] = lambda: None,
) -> Iterator[Evidence]:
    """Evidence for every claim and definition. Raises ErrandFailed and Stopped."""
    subjects, refusals = _subjects(session)
    yield from refusals
    library = session.project.library
    constants = [*library.primitives.values(), *map(library.qualified, library.definitions)]
    declarations = session.answer.declarations
    homes = {declarations[name].module for name in constants if name in declarations}
    made = program(library, subjects, carried(session.build.package, homes))
    runs: list[Run] = []
    faults = dict(made.faults)
    for subject in subjects:
        if subject.name in faults:
            continue
        try:
            runs += _runs(subject, seed)
        except Unsupported as error:
            faults[subject.name] = str(error)
    yield from (
        Evidence(name, Leg.EXECUTION, "execution", Outcome.INCONCLUSIVE, f"Not run: {fault}.")
        for name, fault in faults.items()
    )
    if not runs:
        return
    asked = "\n".join(_line(made, run) for run in runs)
    errand = Errand("Execution", made.text, {"inputs.txt": asked}, ends_with="\nend\n")
    text, seconds = run_errand(
        errand, session.build, toolchain, folder=folder, stop=stop, on_start=on_start
    )
    answers = text.split("\n")[:-2]
    if len(answers) != len(runs):
        raise ErrandFailed(f"Lean gave {len(answers)} answers to {len(runs)} questions.")
    tallies = _compare(session, runs, answers)
    share = seconds / len(runs)
    for (name, kind), tally in tallies.items():
        count = sum(run.subject.name == name and run.kind == kind for run in runs)
        yield _evidence(session, name, kind, tally, share * count)


def _subjects(session: Session) -> tuple[list[Subject], list[Evidence]]:
    library = session.project.library
    declarations = session.answer.declarations
    found: list[Subject] = []
    refusals: list[Evidence] = []
    everything = [
        *(Subject(c.theorem, c.parameters, c.conclusion) for c in session.project.claims),
        *(
            Subject(name, d.parameters, _call(session, name))
            for name, d in library.definitions.items()
        ),
    ]
    from harness.lean.mirror.plan import reached_by

    for subject in everything:
        definitions, operators = reached_by(library, subject.what)
        constants = [library.qualified(name) for name in sorted(definitions)]
        constants += [
            library.primitives[op] for op in sorted(operators) if op in library.primitives
        ]
        missing = [name for name in constants if name not in declarations]
        swapped = [
            name
            for start in constants
            if start in declarations
            for name in session.graph.rests_on(start)
            if declarations[name].marks & {"implemented_by", "extern"}
        ]
        if swapped:
            summary = (
                f"Lean would run other code in place of {swapped[0]}, which is marked "
                f"{', '.join(sorted(declarations[swapped[0]].marks))}."
            )
            refusals.append(_refusal(subject.name, Outcome.REFUTED, summary))
        elif missing:
            outcome = Outcome.NOT_RUN if not session.build.ok else Outcome.REFUTED
            refusals.append(_refusal(subject.name, outcome, f"Lean has no {missing[0]} to run."))
        else:
            found.append(subject)
    return found, refusals


def _call(session: Session, name: str) -> Any:
    """The definition at its own parameters."""
    from harness.language.terms import Call, Variable
    from harness.language.types import DimVar, Named, Sort

    definition = session.project.library.definitions[name]
    implicit = tuple(
        DimVar(p.name) if p.sort is Sort.DIMENSION else Named(p.name)
        for p in definition.parameters
        if not p.is_explicit
    )
    arguments = tuple(Variable(p.name, p.type) for p in definition.parameters if p.is_explicit)
    return Call(name, implicit, arguments, definition.body.type)


def _refusal(name: str, outcome: Outcome, summary: str) -> Evidence:
    return Evidence(name, Leg.EXECUTION, "execution", outcome, summary)


def _runs(subject: Subject, seed: int) -> Iterator[Run]:
    from harness.language.terms import Equation

    both = 2 if isinstance(subject.what, Equation) else 1
    for kind in KINDS:
        unit = Fraction(1) if kind == "Rat" else Fraction(1, 4)
        drawn = draw(subject.parameters, COUNTS[kind], f"{seed} {subject.name} {kind}", unit)
        for instance in islice(drawn, COUNTS[kind]):
            for side in range(both):
                yield Run(subject, side, kind, instance)


def _line(made: Program, run: Run) -> str:
    integers, numbers = inputs(run.subject, run.instance)
    return line(made.functions[run.subject.name, run.side], run.kind, integers, numbers)


# -- comparing -----------------------------------------------------------------------------------


def _compare(
    session: Session, runs: Sequence[Run], answers: Sequence[str]
) -> dict[tuple[str, Scalars], Tally]:
    library = session.project.library
    claims = {claim.theorem: claim for claim in session.project.claims}
    tallies: dict[tuple[str, Scalars], Tally] = {}
    expected: list[Any] = []
    lean: list[list[Any]] = []
    for run, answer in zip(runs, answers, strict=True):
        kind = Exact() if run.kind == "Rat" else Doubles()
        tally = tallies.setdefault((run.subject.name, run.kind), Tally())
        subject, instance = run.subject, run.instance
        if run.side == 0:
            expected = sides(kind, library, subject.parameters, subject.what, instance)
            lean = []
            tally.instances += 1
            tally.empty += 0 in instance.sizes.values()
            if dict(instance.sizes) not in tally.sizes:
                tally.sizes.append(dict(instance.sizes))
        lean.append(_numbers(run.kind, answer))
        _check(tally, run, lean[-1], expected[run.side])
        if run.side == 1 and run.kind == "Rat":
            _check_claim(session, claims[subject.name], tally, run, lean)
    return tallies


def _numbers(kind: Scalars, answer: str) -> list[Any]:
    letter, *words = answer.split()
    if letter != ("r" if kind == "Rat" else "f"):
        raise ErrandFailed(f"Lean answered with a line that means nothing: {answer[:80]}")
    return [Fraction(word) if kind == "Rat" else from_bits(int(word)) for word in words]


def _check(tally: Tally, run: Run, lean: list[Any], expected: Any) -> None:
    """Compare one value of Lean's with Python's, entry by entry."""
    if run.kind == "Rat":
        python = list(expected.flat)
        same = lean == python
        shown: Json = [str(x) for x in python]
    else:
        python, bounds = list(expected.value.flat), list(expected.error.flat)
        same = len(lean) == len(python)
        for here, there, bound in zip(lean, python, bounds, strict=False):
            if not math.isfinite(bound):
                tally.without_bound += 1
                continue
            difference = abs(here - there)
            same = same and difference <= _ROOM * bound
            if bound > 0:
                tally.largest = max(tally.largest, difference / (_ROOM * bound))
        shown = [float(x) for x in python]
    tally.entries += len(python)
    if not same and tally.wrong is None:
        told: Json = [str(x) if run.kind == "Rat" else x for x in lean]
        tally.wrong = (run.instance, run.side, told, shown, "Lean's value, and Python's")


def _check_claim(
    session: Session, claim: Claim, tally: Tally, run: Run, lean: list[list[Any]]
) -> None:
    """Where the hypotheses hold, Lean's two sides must be equal."""
    library, instance = session.project.library, run.instance
    for hypothesis in claim.hypotheses:
        try:
            left, right = sides(Exact(), library, claim.parameters, hypothesis.equation, instance)
        except Unsupported:
            return
        if list(left.flat) != list(right.flat):
            return
    tally.met += 1
    if lean[0] != lean[1] and tally.wrong is None:
        told = [[str(x) for x in side] for side in lean]
        tally.wrong = (instance, 0, told[0], told[1], "Lean's left side, and its right side")


def _evidence(session: Session, name: str, kind: Scalars, tally: Tally, seconds: float) -> Evidence:
    data: dict[str, Json] = {
        "instances": tally.instances,
        "entries": tally.entries,
        "shapes": tally.sizes,
        "with_empty_dimension": tally.empty,
        **session.toolchain,
    }
    if kind == "Rat":
        data["hypotheses_met"] = tally.met
    else:
        data["largest_part_of_bound"] = tally.largest
        data["without_bound"] = tally.without_bound
    check = CHECKS[kind]
    if tally.wrong is not None:
        instance, side, left, right, remark = tally.wrong
        summary = f"Lean and Python disagree: {remark}, differ at sizes {_sizes(instance)}."
        if "left side" in remark:
            summary = f"Lean's own two sides differ at sizes {_sizes(instance)}."
        values: dict[str, Json] = {k: _nested(v) for k, v in instance.numbers.items()}
        values |= {k: _nested(v) for k, v in instance.places.items()}
        example = Counterexample(
            dict(instance.sizes), values, left, right, f"{remark}; side {side}"
        )
        return Evidence(
            name,
            Leg.EXECUTION,
            check,
            Outcome.REFUTED,
            summary,
            data,
            counterexample=example,
            seconds=seconds,
        )
    if tally.entries <= tally.without_bound:
        summary = "No value had an entry, or none had a bound; nothing was compared."
        return Evidence(name, Leg.EXECUTION, check, Outcome.INCONCLUSIVE, summary, data)
    what = (
        "are equal to Python's, as fractions"
        if kind == "Rat"
        else "agree with Python's doubles within the bound on rounding"
    )
    shapes = "one shape" if len(tally.sizes) == 1 else f"{len(tally.sizes)} shapes"
    summary = (
        f"Lean's own definitions, run by Lean on {tally.instances} instances of {shapes}: "
        f"all {tally.entries - tally.without_bound} entries {what}."
    )
    if tally.met:
        summary = f"{summary[:-1]}; in {tally.met} the hypotheses hold, and the sides are equal."
    return Evidence(name, Leg.EXECUTION, check, Outcome.CONFIRMED, summary, data, seconds=seconds)


def _sizes(instance: Instance) -> str:
    return ", ".join(f"{name} = {size}" for name, size in instance.sizes.items()) or "(none)"


def _nested(table: Any) -> Json:
    if table.ndim == 0:
        return str(table[()])
    return [_nested(row) if row.ndim else str(row[()]) for row in map(_array, table)]


def _array(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray):
        return value
    found = np.empty((), dtype=object)
    found[()] = value
    return found
