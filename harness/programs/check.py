"""A program beside its definition: exactly, modulo primes, and in doubles within a bound."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from harness.arrays import Evaluators, Unsupported
from harness.arrays.floats import Floats
from harness.claims.model import Library
from harness.claims.programs import Program
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome
from harness.extras import remedy
from harness.language.notation import to_text
from harness.numeric.modular import Residues
from harness.programs import graph
from harness.programs.binding import Binding, Setting, settings
from harness.programs.graph import Node, nodes
from harness.programs.kinds import BoundedNumbers, DoubleNumbers, FormulaNumbers
from harness.programs.residues import SAFE_PRIMES, World, refuse_zeros
from harness.programs.running import run
from harness.programs.target import Fails, Missing, Target, Unusable, load
from harness.programs.untouched import untouched

PRIMES = 3
"""How many pairs of primes each formula is computed modulo, at least."""

RARE = 1e-6
"""The chance that another function passes is smaller than this, or nothing is confirmed."""

INSTANCES = 4
"""How many instances in doubles at each choice of sizes."""

SHARP = {"float64": 1e-6, "float32": 1e-2}
"""A bound below this part of the largest entry tells right from wrong."""

COARSER = {"float64": 1.0, "float32": 2.0**29}
"""By how much the rounding of a format is larger than that of doubles."""

FEW = 12
"""How many numbers a sentence may hold."""

TRIES = 60
"""How many instances are tried to find a smaller one on which the two differ."""

ROOM = 8
"""How many times the definition's bound a difference may be: a program rounds in its own order,
and more often."""


@dataclass(frozen=True)
class Traced:
    """Both sides at one choice of sizes, as formulas of one shape."""

    setting: Setting
    result: Node
    definition: Node
    given: Mapping[str, Any]


def trace(program: Program, library: Library, target: Target, setting: Setting) -> Traced:
    """Run the program on formulas. Raises `NotApplicable` and `Unusable`."""
    evaluators = Evaluators(library, as_written=True)
    binding = Binding(program, evaluators, setting, FormulaNumbers())
    given = binding.given(target)
    result = run(program, target, given, setting.sizes)  # before there is an answer to be found
    definition = binding.definition()
    return Traced(setting, fitted(result, definition.shape), definition, given)


def fitted(result: Any, shape: tuple[int, ...]) -> Node:
    """The result at the definition's shape; axes of size 1, as of a batch, may be more or fewer."""
    if not isinstance(result, Node):
        result = graph.constant(result)
    graph.visible("return", result)
    if [n for n in result.shape if n != 1] != [n for n in shape if n != 1]:
        flat = int(np.prod(result.shape, initial=1)) == int(np.prod(shape, initial=1))
        if not (flat and _merges(result.shape, shape)):
            message = f"it returns an array of shape {result.shape}, the definition is of {shape}"
            raise Unusable(message)
    return graph.rearrange("fit", lambda a: a.reshape(shape), result)


def _merges(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether one shape is the other with neighbouring axes as one, or apart."""

    def ends(shape: tuple[int, ...]) -> set[int]:
        return set(np.cumprod(shape[::-1], dtype=np.int64).tolist()) if shape else set()

    return ends(one) <= ends(other) or ends(other) <= ends(one)


def drawn(setting: Setting, pair: int, seed: list[int]) -> dict[str, list[Residues]]:
    """Random residues for every variable, in both fields of a pair."""
    rng = np.random.default_rng([*seed, pair])
    fields = World(pair, {}).fields
    return {
        name: [field.uniform(rng, (1, *shape)) for field in fields]
        for name, shape in setting.leaves.items()
    }


def exact(program: Program, library: Library, *, seed: int = 0) -> Evidence:
    """The program and the definition on the same residues, modulo several primes."""
    target = load(program, formulas=True)
    entries = most = 0
    missed = 1.0
    moved: set[str] = set()
    operators: dict[str, None] = {}
    shapes: list[Json] = []
    computes = False
    for number, setting in enumerate(settings(program, seed)):
        both = trace(program, library, target, setting)
        used = nodes(both.result)
        operators |= dict.fromkeys(node.operator for node in used if node.operands)
        worlds: list[World] = []
        while len(worlds) < PRIMES or (
            not number and missed > RARE and len(worlds) < len(SAFE_PRIMES)
        ):
            values = drawn(setting, len(worlds), [seed, number])
            world = World(len(worlds), values, seed)
            left, right = world(both.result), world(both.definition)
            if not np.array_equal(left, right):
                return _refuted(program, library, both, world, left, right)
            worlds.append(world)
            missed = min(missed, chance(both, len(worlds)))
        refuse_zeros(worlds)
        most = max(most, len(worlds))
        entries += left.size
        moved |= _moving(both, values, world, set(setting.leaves) - moved)
        computes = computes or not _handed_on(both, world)
        shapes.append(dict(setting.sizes))
    data: dict[str, Json] = {
        "primes": list(SAFE_PRIMES[:most]),
        "entries": entries,
        "chance": missed,
        "operators": list(operators),
        "shapes": shapes,
        "moved_by": sorted(moved),
        "fixed": sorted(setting.fixed),
        "versions": dict(target.versions),
    }
    idle = sorted(set(setting.leaves) - moved)
    if idle:
        summary = f"Equal, but {', '.join(idle)} moves no result: nothing is shown of it."
        return evidence(program, "exact", Outcome.INCONCLUSIVE, summary, data)
    if not entries or not moved:
        summary = "There was nothing to compare: no entry that any input moves."
        return evidence(program, "exact", Outcome.INCONCLUSIVE, summary, data)
    if not computes:
        summary = "Equal, but it hands on what its file gives it, where the definition computes."
        return evidence(program, "exact", Outcome.INCONCLUSIVE, summary, data)
    if missed > RARE:
        summary = (
            f"Equal, but by degrees another function might be, with a chance up to {missed:.1g}."
        )
        summary += " It is smaller at smaller sizes."
        return evidence(program, "exact", Outcome.INCONCLUSIVE, summary, data)
    given = f" {', '.join(sorted(setting.fixed))} as its file has it;" if setting.fixed else ""
    summary = (
        f"Equal to the definition on all {entries:,} entries modulo each of {most} primes, at "
        f"{len(shapes)} choices of sizes;{given} each of {len(moved)} inputs moves the result. By "
        f"degrees, another function passes with a chance of at most {missed:.1g}."
    )
    return evidence(program, "exact", Outcome.CONFIRMED, summary, data)


def _handed_on(both: Traced, world: World) -> bool:
    """Whether each entry of the result is one that the program was given, and was computed."""
    waiting, given = list(both.given.values()), set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting += part
        elif isinstance(part, Node):
            given |= set(world(part).ravel().tolist())
    plain = {0.0, 1.0}.union(*(levels[0].ravel().tolist() for levels in world.values.values()))
    made = set(world(both.definition).ravel().tolist())
    return made <= given and not made <= plain


def _moving(
    both: Traced, values: Mapping[str, list[Residues]], world: World, names: set[str]
) -> set[str]:
    """Which variables, drawn anew by themselves, move the program's result."""
    before = world(both.result)
    again = drawn(both.setting, world.pair, [world.seed, 10**6])
    found = set()
    for name in names:
        other = World(world.pair, {**values, name: again[name]}, world.seed)
        if not np.array_equal(before, other(both.result)):
            found.add(name)
    return found


def chance(both: Traced, primes: int = PRIMES) -> float:
    """By degrees (Schwartz and Zippel), that two different formulas agree modulo all the primes.

    Exponentials and random functions count as numbers drawn afresh, but for the chance that two
    arguments of one function that differ agree.
    """
    degree = sum(sum(side.degree) for side in (both.result, both.definition))
    fresh = [n for n in nodes(both.result, both.definition) if n.degree == (1, 0) and n.operands]
    applied = [n for n in fresh if n.raises or n.operator.split()[0] in graph.ONE_SIDED]
    counts: Counter[str] = Counter()
    inner: Counter[str] = Counter()
    for node in applied:
        count = int(np.prod(node.shape, initial=1))
        counts[node.operator] += count
        inner[node.operator] += count * sum(node.operands[0].degree)
    # Of two arguments the difference has at most both degrees; each is in so many pairs.
    degree += sum((counts[name] - 1) * inner[name] for name in counts)
    return math.prod(min(1.0, degree / ((p - 1) // 2)) for p in SAFE_PRIMES[:primes])


def _refuted(
    program: Program, library: Library, both: Traced, world: World, left: Residues, right: Residues
) -> Evidence:
    wrong = int((left != right).sum())
    where = parting(both, world)
    sizes = ", ".join(f"{k} = {v}" for k, v in both.setting.sizes.items())
    summary = f"It differs from the definition in {wrong} of {left.size} entries at {sizes}."
    data: dict[str, Json] = {"differ": wrong, "entries": left.size}
    if where is not None:
        summary += f" They part at `{where.operator}`{where.line and f' ({where.line})'}."
        data |= {"operator": where.operator, "line": where.line}
    # What is left of a random function in the result may be known of the true one, and equal.
    doubtful: list[str] = []
    other = World(world.pair, world.values, world.seed + 1)
    if not (
        np.array_equal(left, other(both.result)) and np.array_equal(right, other(both.definition))
    ):
        met = {n.operator.split()[0] for n in nodes(both.result, both.definition)}
        doubtful = sorted(met & graph.ONE_SIDED) or ["exp within exp"]
    outcome = Outcome.REFUTED
    beside = guarded(program, "floats", lambda: floats(program, library, seed=world.seed))
    near = beside.outcome
    if near is Outcome.REFUTED:
        doubtful = []
        summary += " So it does in floating point."
    elif near is Outcome.CONFIRMED and not doubtful:
        summary += (
            " In floating point it agrees within the bound: what differs may be a number that was "
            "rounded, as 1/√d is where d is no square."
        )
    if doubtful:
        outcome = Outcome.INCONCLUSIVE
        names = ", ".join(doubtful)
        summary += f" But of {names} less is known here than is true, so this decides nothing."
    first = tuple(int(i) for i in np.argwhere(left != right)[0])
    example = beside.counterexample
    if outcome is Outcome.REFUTED and example is None:
        p = SAFE_PRIMES[world.pair]
        example = Counterexample(
            dict(both.setting.sizes),
            {name: world.values[name][0][0].tolist() for name in both.setting.leaves},
            float(left[first]),
            float(right[first]),
            f"left: the program, right: the definition, in entry {list(first)} modulo {p}",
        )
    found = evidence(program, "exact", outcome, summary, data)
    return replace(found, counterexample=example)


def parting(both: Traced, world: World) -> Node | None:
    """The first operator of the program that leads to something which the definition has not.

    Entries are compared by their residues: what the definition computes on its way is known, and
    whatever is made of what a right operator gives is known or leads to something known.
    """
    known: set[float] = set()
    for node in nodes(both.definition):
        level = 1 if (node, 1) in world.known else 0
        known.update(np.asarray(world(node, level)).ravel().tolist())
    order = nodes(both.result)
    strays: set[Node] = set()
    for node in reversed(order):
        level = 1 if (node, 1) in world.known else 0
        values = np.asarray(world(node, level)).ravel()
        is_last = node is both.result
        if (is_last or node in strays) and not known.issuperset(values.tolist()):
            strays.add(node)
            strays.update(node.operands)
        else:
            strays.discard(node)
    parts = next((node for node in order if node in strays and node.operands), None)
    if parts is not None:
        return parts
    made = [node for node in order if node.operands]  # all of it is known: it ends too early
    return made[-2] if len(made) > 1 else None


def floats(program: Program, library: Library, *, seed: int = 0) -> Evidence:
    """The program as it is, in floating point, beside the definition with its bound."""
    target = load(program, formulas=False)
    evaluators = Evaluators(library, as_written=True)  # terms are walked once for all instances
    instances = sharp = 0
    largest = 0.0
    moved: set[str] = set()
    for number, setting in enumerate(settings(program, seed)):
        for turn in range(INSTANCES):
            values = _doubles(setting, [seed, number, turn])
            left, right, bound = _both(program, evaluators, target, setting, values)
            if turn == 0:
                again = _doubles(setting, [seed, number, INSTANCES])
                moved |= {
                    name
                    for name in set(values) - moved
                    for other in [{**values, name: again[name]}]
                    if not np.array_equal(
                        left, _result(program, evaluators, target, setting, other)
                    )
                }
            scale = max(np.abs(left).max(initial=0.0), np.abs(right).max(initial=0.0))
            difference = np.abs(left - right)
            instances += 1
            if not np.isfinite(right).all():
                continue
            sharp += bool((bound <= SHARP[program.precision] * scale).all())
            if not (difference <= bound).all():
                return _apart(program, evaluators, target, setting, values)
            used = difference[bound > 0] / bound[bound > 0]
            largest = max(largest, float(used.max(initial=0.0)))
    data: dict[str, Json] = {"instances": instances, "sharp": sharp, "largest_ratio": largest}
    if idle := sorted(set(values) - moved) or ["no input"] * (not moved):
        summary = f"Equal, but {', '.join(idle)} moves no result: nothing is shown of it."
        return evidence(program, program.precision, Outcome.INCONCLUSIVE, summary, data)
    if 2 * sharp < instances:
        summary = f"The rounding bound says enough on {sharp} of {instances} instances only."
        return evidence(program, program.precision, Outcome.INCONCLUSIVE, summary, data)
    summary = (
        f"Run as it is, equal to the definition within {ROOM} times its rounding bound "
        f"in {program.precision} on "
        f"{instances} instances; the largest difference is {largest:.2g} of that."
    )
    return evidence(program, program.precision, Outcome.CONFIRMED, summary, data)


def _both(
    program: Program,
    evaluators: Evaluators,
    target: Target,
    setting: Setting,
    values: Mapping[str, Floats],
) -> tuple[Floats, Floats, Floats]:
    """What the program gives, what the definition gives, and how far they may be apart."""
    left = _result(program, evaluators, target, setting, values)
    right = Binding(program, evaluators, setting, BoundedNumbers(values)).definition()
    fitted(graph.variable("result", left.shape), right.value.shape)
    bound = ROOM * COARSER[program.precision] * right.error
    return left.reshape(right.value.shape), right.value, bound


def _result(
    program: Program,
    evaluators: Evaluators,
    target: Target,
    setting: Setting,
    values: Mapping[str, Floats],
) -> Floats:
    """What the program gives."""
    given = Binding(program, evaluators, setting, DoubleNumbers(values)).given(target)
    return np.array(run(program, target, given, setting.sizes), dtype=np.float64)


def _smaller(
    values: Mapping[str, Floats], differ: Callable[[Mapping[str, Floats]], bool]
) -> Mapping[str, Floats]:
    """Whole numbers, and as few that are not 0 as were found, on which the two still differ."""
    whole = {name: np.clip(np.rint(2 * value), -2, 2) + 0.0 for name, value in values.items()}
    if not differ(whole):
        return values
    waiting = [(name, np.arange(value.size)) for name, value in whole.items()]
    for _ in range(TRIES):
        if not waiting:
            break
        name, places = waiting.pop(0)
        less = whole[name].copy()
        less.ravel()[places] = 0.0
        if np.array_equal(less, whole[name]):
            continue
        if differ({**whole, name: less}):
            whole[name] = less
        elif len(places) > 1:
            waiting += [(name, half) for half in np.array_split(places, 2)]
    return whole


def _apart(
    program: Program,
    evaluators: Evaluators,
    target: Target,
    setting: Setting,
    values: Mapping[str, Floats],
) -> Evidence:
    """A refutation, at the smallest instance that was found."""

    def differ(values: Mapping[str, Floats]) -> bool:
        with np.errstate(all="ignore"):
            left, right, bound = _both(program, evaluators, target, setting, values)
        far = np.abs(left - right) > np.maximum(bound, SHARP[program.precision] * np.abs(right))
        return bool(np.isfinite(left).all() and np.isfinite(right).all() and far.any())

    values = _smaller(values, differ)
    left, right, _ = _both(program, evaluators, target, setting, values)
    difference = np.abs(left - right)
    sizes = ", ".join(f"{k} = {v}" for k, v in setting.sizes.items())
    sizes += _few(values)
    scale = float(np.abs(right).max(initial=0.0)) or 1.0
    most = float(difference.max()) / scale
    shown: dict[str, Json] = {name: value.tolist() for name, value in values.items()}
    shown |= {name: places.tolist() for name, places in setting.places.items()}
    shown |= {name: [str(Fraction(v)) for v in a.ravel()] for name, a in setting.fixed.items()}
    summary = f"It differs from the definition by {most:.2g} of its largest entry at {sizes}."
    example = Counterexample(
        dict(setting.sizes),
        shown,
        left.tolist(),
        right.tolist(),
        "left: the program; right: the definition",
    )
    found = evidence(program, program.precision, Outcome.REFUTED, summary, {"difference": most})
    return replace(found, counterexample=example)


def _few(values: Mapping[str, Floats]) -> str:
    """What is not 0, in words, where that is little."""
    found = [
        f"{name}[{']['.join(map(str, place))}] = {value[tuple(place)]:g}"
        for name, value in values.items()
        for place in np.argwhere(value)
    ]
    if not found:
        return ", with 0 everywhere"
    return f", with {', '.join(found)} and 0 elsewhere" if len(found) <= FEW else ""


def _doubles(setting: Setting, seed: list[int]) -> dict[str, Floats]:
    """Numbers whose sums stay near 1."""
    rng = np.random.default_rng(seed)
    return {
        name: np.asarray(rng.standard_normal(shape)) / np.sqrt(shape[-1] if len(shape) > 1 else 1)
        for name, shape in setting.leaves.items()
    }


def evidence(
    program: Program,
    check: str,
    outcome: Outcome,
    summary: str,
    data: Mapping[str, Json] | None = None,
) -> Evidence:
    name = f"{program.name}: {check}"
    facts: dict[str, Json] = {"program": program.target, **(data or {})}
    if check == "exact":
        given = (*program.make, *(program.give or ()))
        facts["tensors"] = {n: ", ".join(map(to_text, g.terms)) for n, g in given if g.terms}
    return Evidence(program.definition, Leg.IMPLEMENTATION, name, outcome, summary, facts)


def guarded(program: Program, check: str, ask: Callable[[], Evidence]) -> Evidence:
    """The evidence of one check, or of what kept it from an answer."""
    try:
        with untouched(Unusable):  # formulas are worked out, and numbers read, after it has run
            return ask()
    except graph.NotApplicable as error:
        summary = f"It has no meaning in a field: {error}."
        return evidence(program, check, Outcome.NOT_APPLICABLE, summary)
    except Unsupported as error:
        summary = f"The definition cannot be computed: {error}."
        return evidence(program, check, Outcome.INCONCLUSIVE, summary)
    except Missing as error:
        summary = f"Not run: {error}; {remedy('programs')}."
        return evidence(program, check, Outcome.NOT_RUN, summary)
    except Unusable as error:
        summary = f"The program cannot be run as its file says: {error}."
        facts: dict[str, Json] = {"fails": isinstance(error, Fails)}
        found = evidence(program, check, Outcome.ERROR, summary, facts)
        return replace(found, diagnostics=program.fault(error.given, str(error)))
    except Exception as error:
        summary = f"The harness failed on it: {type(error).__name__}: {error}."
        return evidence(program, check, Outcome.ERROR, summary)
