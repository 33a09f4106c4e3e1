"""Two programs: one function or not, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome
from harness.programs import graph
from harness.programs.binding import Setting
from harness.programs.check import PRIMES, SHARP, Traced, chance, drawn, parting
from harness.programs.graph import Node, NotApplicable
from harness.programs.residues import SAFE_PRIMES, World, refuse_zeros
from harness.programs.running import called, in_order
from harness.programs.target import at_hand


def same(
    programs: tuple[Callable[..., Any], Callable[..., Any]],
    shapes: Mapping[str, tuple[int, ...]],
    others: Mapping[str, Any],
    seed: int,
) -> Evidence:
    """Run both on the same formulas, and compare what comes out modulo primes.

    Raises `Unusable`. What has no meaning in a field is not applicable.
    """
    names = [getattr(program, "__name__", type(program).__name__) for program in programs]
    subject = f"{names[0]} and {names[1]}"

    def found(outcome: Outcome, summary: str, **data: Json) -> Evidence:
        return Evidence(subject, Leg.IMPLEMENTATION, "same function", outcome, summary, data)

    def of(program: Callable[..., Any], given: Mapping[str, Any]) -> Any:
        def ask(values: Mapping[str, Any]) -> Any:
            places, named = in_order(program, values)
            return program(*places, **named)

        return called(at_hand(program), {**given, **others}, ask)

    results: list[Node] = []
    try:
        for program in programs:
            given = {name: graph.variable(name, shape) for name, shape in shapes.items()}
            result = of(program, given)
            results.append(result if isinstance(result, Node) else graph.constant(result))
            graph.visible("return", results[-1])
    except NotApplicable as error:
        return found(Outcome.NOT_APPLICABLE, f"It has no meaning in a field: {error}.")
    left, right = results
    if left.shape != right.shape:
        return found(Outcome.REFUTED, f"They return shapes {left.shape} and {right.shape}.")
    both = Traced(Setting({}, {}, {}, shapes), left, right, {})
    worlds = []
    for pair in range(PRIMES):
        values = {
            k: [a[0] for a in arrays] for k, arrays in drawn(both.setting, pair, [seed]).items()
        }
        world = World(pair, values, seed)
        worlds.append(world)
        one, other = world(left), world(right)
        if np.array_equal(one, other):
            continue
        first = tuple(int(i) for i in np.argwhere(one != other)[0])
        where = parting(both, world)
        at = "" if where is None else f"; they part at `{where.operator}` ({where.line})"
        summary = (
            f"{int((one != other).sum())} of {one.size} entries differ, first {list(first)}{at}."
        )
        twice = World(pair, values, seed + 1)
        if not (np.array_equal(one, twice(left)) and np.array_equal(other, twice(right))):
            return found(
                Outcome.INCONCLUSIVE, f"{summary} But of some operator less is known here."
            )
        example = Counterexample(
            {},
            {name: arrays[0].tolist() for name, arrays in values.items()},
            float(one[first]),
            float(other[first]),
            f"modulo {SAFE_PRIMES[pair]}, in entry {list(first)}",
        )
        wrong = found(Outcome.REFUTED, summary)
        return Evidence(subject, wrong.leg, wrong.check, wrong.outcome, summary, {}, example)
    summary = f"Equal on all {int(np.prod(left.shape, initial=1))} entries modulo {PRIMES} primes."
    idle = [name for name in shapes if not _moves(both, name, seed)]
    if idle:
        return found(Outcome.INCONCLUSIVE, f"{summary} But {', '.join(idle)} moves no result.")
    try:
        refuse_zeros(worlds)
    except NotApplicable as error:
        return found(Outcome.NOT_APPLICABLE, f"It has no meaning in a field: {error}.")
    rng = np.random.default_rng(seed)
    numbers = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    own, others_own = (np.asarray(of(program, numbers)) for program in programs)
    near = SHARP["float32"] * float(np.abs(own).max(initial=0.0))
    is_near = own.shape == others_own.shape and (np.abs(own - others_own) <= near).all()
    if not (is_near and np.isfinite(near)):
        return found(Outcome.INCONCLUSIVE, f"{summary} But in floating point they are far apart.")
    return found(Outcome.CONFIRMED, summary, chance=chance(both))


def _moves(both: Traced, name: str, seed: int) -> bool:
    one, two = (
        {k: [a[0] for a in arrays] for k, arrays in drawn(both.setting, 0, [seed, turn]).items()}
        for turn in (0, 1)
    )
    before = World(0, one, seed)(both.result)
    return not np.array_equal(before, World(0, {**one, name: two[name]}, seed)(both.result))
