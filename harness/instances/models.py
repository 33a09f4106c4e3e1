"""Exact instances that satisfy a claim's hypotheses, found one variable at a time.

A variable that the hypotheses determine linearly, given those before it, is taken from the
solutions of that system (so the commutant of a matrix is solved for, not guessed); any other from
the pool of small matrices, whichever satisfies what is asked. Each hypothesis is tested exactly on
the result.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Places, Unsupported, Value
from harness.arrays.evaluate import places_of, shape_of, size_of
from harness.claims.forms import UnitSquares, recognise
from harness.claims.model import Claim, Hypothesis, Library
from harness.instances import pool
from harness.instances.exact import EXACT, meeting
from harness.instances.tables import is_array
from harness.language.transform import equation_variables
from harness.language.types import Index, Matrix, Parameter, function_parts, is_place

CANDIDATES = 24
"""How many values of one variable are tried before its predecessors are drawn anew."""

MAX_UNKNOWNS = 40
"""Linear systems larger than this are not solved."""


@dataclass
class Model:
    """Values for the variables that hypotheses mention."""

    values: dict[str, Value[Any]]
    families: dict[str, str] = field(default_factory=dict)
    """How each variable was found."""
    bases: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """A point and a basis of the solutions of a variable on which nothing else depends."""


class Models:
    """Finds models of a claim's hypotheses at given sizes."""

    def __init__(
        self, claim: Claim, library: Library, sizes: Mapping[str, int], rng: random.Random
    ) -> None:
        if claim.has_relations:
            raise Unsupported("models are found of equations, and a hypothesis is none")
        self.claim, self.sizes, self.rng = claim, sizes, rng
        self.library = library
        self.walk = Evaluator(library, EXACT, sizes)
        self.mentioned = {h.name: equation_variables(h.equation) for h in claim.hypotheses}
        names = claim.explicit
        wanted = {name for found in self.mentioned.values() for name in found}
        self.variables = [p for p in names if p.name in wanted and not is_place(p.type)]
        self.places = [p for p in names if p.name in wanted and is_place(p.type)]
        self.spheres = list(self._spheres())

    def _spheres(self) -> Iterator[list[Parameter]]:
        """Variables whose squares add up to one, entry by entry; nothing else is asked of them."""
        for hypothesis in self.claim.hypotheses:
            mentioned = self.mentioned[hypothesis.name]
            others = [found for name, found in self.mentioned.items() if name != hypothesis.name]
            for form in recognise(hypothesis.equation, self.library):
                if not isinstance(form, UnitSquares) or form.vector or len(form.atoms) < 2:
                    continue
                alike = len({atom.arguments for atom in form.atoms}) == 1
                if alike and not any(mentioned & found for found in others):
                    yield [p for p in self.variables if p.name in mentioned]

    def models(self, attempts: int) -> Iterator[Model]:
        """Models, at most one an attempt; solved for together where nothing else meets the
        hypotheses. Raises `Unsupported`."""
        for p in self.variables:
            if not is_array(p.type):
                raise Unsupported(f"{p.name} is a function that a hypothesis speaks of")
        for way in (self._attempt, self._together):
            is_met = False
            for _ in range(attempts):
                found = way()
                if found is not None:
                    is_met = True
                    yield found
            if is_met:
                return

    def _attempt(self) -> Model | None:
        model = Model({})
        for p in self.places:
            model.values[p.name] = place_value(p, self.sizes, self.rng)
        model.values |= meeting_places(self.claim, self.library, self.sizes, self.rng)
        for together in self.spheres:
            points = pool.sphere(self.rng, len(together), shape_of(together[0].type, self.sizes))
            for p, array in zip(together, points, strict=True):
                model.values[p.name] = Data(np.asarray(array)[None])
                model.families[p.name] = "rational points of the unit circle"
        for p in sorted(self.variables, key=self._dependence):
            if p.name in model.values:
                continue
            known = {*model.values, p.name}
            own = [h for h in self.claim.hypotheses if p.name in self.mentioned[h.name]]
            asked = [h for h in own if self.mentioned[h.name] <= known]
            if not self._choose(p, asked, model, is_last=asked == own):
                return None
        holds = meeting(self.walk, self.claim.hypotheses, model.values, 1)
        return model if holds[0] else None

    def _dependence(self, p: Parameter) -> tuple[bool, float]:
        """Variables with a hypothesis of their own first; otherwise at random."""
        own = any(found == {p.name} for found in self.mentioned.values())
        return not own, self.rng.random()

    def _choose(
        self, p: Parameter, asked: Sequence[Hypothesis], model: Model, *, is_last: bool
    ) -> bool:
        shape = shape_of(p.type, self.sizes)
        if asked:
            solved = self._solve([p], asked, model)
            if solved is not None:
                if not solved[1] and not any(map(np.any, solved[0])):
                    return False
                (point,), basis = solved[0], [direction for (direction,) in solved[1]]
                if is_last:
                    model.bases[p.name] = point, np.array(basis, dtype=object).reshape(-1, *shape)
                (array,) = self._drawn(*solved)
                names = ", ".join(h.name for h in asked)
                model.families[p.name] = f"solutions of {names} (dimension {len(basis)})"
                model.values[p.name] = Data(array[None])
                return True
        candidates, kinds = self._candidates(p, shape)
        tried = {**model.values, p.name: Data(candidates)}
        holds = meeting(self.walk, asked, tried, len(candidates))
        for number in np.flatnonzero(holds):
            model.values[p.name] = Data(candidates[number : number + 1])
            model.families[p.name] = kinds[number]
            return True
        return False

    def _candidates(self, p: Parameter, shape: tuple[int, ...]) -> tuple[Any, list[str]]:
        _, target = function_parts(p.type)
        kinds, arrays = [], []
        for number in range(CANDIDATES):
            if isinstance(target, Matrix):
                names = list(pool.KINDS)
                kind = names[number] if number < 4 else self.rng.choice(names)
                arrays.append(pool.draw(self.rng, kind, shape))
            else:
                kind = "small numbers"
                arrays.append(pool.draw_scalars(self.rng, shape))
            kinds.append(kind)
        order = list(range(CANDIDATES))
        self.rng.shuffle(order)
        return np.stack([arrays[i] for i in order]), [kinds[i] for i in order]

    def _solve(
        self, unknown: Sequence[Parameter], asked: Sequence[Hypothesis], model: Model
    ) -> tuple[list[Any], list[list[Any]]] | None:
        """A point and a basis of the solutions, each an array for every unknown, where what is
        asked is linear in all of them at once; no point where there is no solution.
        """
        shapes = [shape_of(p.type, self.sizes) for p in unknown]
        count = sum(math.prod(shape) for shape in shapes)
        if count > MAX_UNKNOWNS:
            return None
        trial = [Fraction(self.rng.randint(2, 9)) for _ in range(count)]
        rows = [[Fraction(0)] * count, *pool.identity(count), trial]
        rows += [[2 * x for x in trial]]
        tried = _split(np.array(rows, dtype=object).reshape(count + 3, count), shapes)
        values = {**model.values, **{p.name: Data(a) for p, a in zip(unknown, tried, strict=True)}}
        found = []
        for hypothesis in asked:
            left, right = self.walk.equation(hypothesis.equation, values)
            found.append((left - right).reshape(len(left), -1))
        outputs = np.concatenate(found, axis=1)
        if len(outputs) == 1:
            return None
        origin, units, at_trial, at_twice = outputs[0], outputs[1:-2], outputs[-2], outputs[-1]
        slopes = units - origin
        predicted = origin + np.array(trial, dtype=object) @ slopes
        if np.any(predicted != at_trial) or np.any(2 * predicted - origin != at_twice):
            return None
        solution = solve(slopes.T.tolist(), (-origin).tolist(), count)
        if solution is None:
            return [], []
        rows = [solution[0], *solution[1]]
        point, *basis = zip(*_split(np.array(rows, dtype=object), shapes), strict=True)
        return list(point), [list(direction) for direction in basis]

    def _together(self) -> Model | None:
        """One solution of hypotheses that are linear in all that they speak of: `a + b = 10` and
        `a - b = 4`, say, which no order of the variables meets one by one."""
        if self.places or len(self.variables) < 2:
            return None
        solved = self._solve(self.variables, self.claim.hypotheses, Model({}))
        if solved is None or not any(map(np.any, solved[0])):
            return None
        model = Model({})
        names = ", ".join(h.name for h in self.claim.hypotheses)
        for p, array in zip(self.variables, self._drawn(*solved), strict=True):
            model.values[p.name] = Data(array[None])
            model.families[p.name] = f"solutions of {names}"
        return model if meeting(self.walk, self.claim.hypotheses, model.values, 1)[0] else None

    def _drawn(self, point: Sequence[Any], basis: Sequence[Sequence[Any]]) -> list[Any]:
        """One solution, an array for each unknown."""
        found = list(point)
        for direction in basis:
            factor = Fraction(self.rng.randint(-2, 2))
            found = [x + factor * d for x, d in zip(found, direction, strict=True)]
        return [np.asarray(x, dtype=object) for x in found]


def _split(rows: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Of rows of numbers (many, …) the parts (many, *shape), one after the other."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(rows, ends[:-1], axis=1)
    return [part.reshape(len(rows), *s) for part, s in zip(parts, shapes, strict=True)]


def solve(
    rows: list[list[Fraction]], right: list[Fraction], count: int
) -> tuple[list[Fraction], list[list[Fraction]]] | None:
    """A solution of linear equations, and a basis of the homogeneous ones."""
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    system = [[*row, last] for row, last in zip(rows, right, strict=True)]
    numbers = [[QQ(x.numerator, x.denominator) for x in map(Fraction, row)] for row in system]
    reduced, pivots = DomainMatrix(numbers, (len(numbers), count + 1), QQ).rref()
    if count in pivots:
        return None
    found = [
        [Fraction(int(x.numerator), int(x.denominator)) for x in row] for row in reduced.to_list()
    ]
    point, basis = [Fraction(0)] * count, []
    for i, column in enumerate(pivots):
        point[column] = found[i][count]
    for free in (c for c in range(count) if c not in pivots):
        direction = [Fraction(c == free) for c in range(count)]
        for i, column in enumerate(pivots):
            direction[column] = -found[i][free]
        basis.append(direction)
    return point, basis


def is_about_indices(hypothesis: Hypothesis) -> bool:
    """Whether both sides of a hypothesis are indices or positions."""
    return is_place(hypothesis.equation.left.type)


_MAPS = 300
_KEPT = 8
_CHOICES = 64


def meeting_places(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    rng: random.Random | None = None,
) -> dict[str, Value[Any]]:
    """Maps of indices such that the hypotheses about them hold, and of all others nothing.

    All maps are tried where they are few. Raises `Unsupported` where none was found.
    """
    asked = [h for h in claim.hypotheses if is_about_indices(h)]
    if not asked:
        return {}
    rng = rng or random.Random(str(sorted(sizes.items())))
    walk: Evaluator[Any] = Evaluator(library, EXACT, sizes)
    wanted = {h.name: equation_variables(h.equation) for h in asked}
    names = set().union(*wanted.values())
    places = [p for p in claim.explicit if p.name in names]

    def extended(left: Sequence[Parameter], found: dict[str, Value[Any]]) -> Any:
        if not left:
            return found
        p, *others = left
        known = {*found, p.name}
        ready = [h for h in asked if p.name in wanted[h.name] and wanted[h.name] <= known]
        tried = _tried(p, sizes, rng)
        good = np.flatnonzero(meeting(walk, ready, {**found, p.name: Places(tried)}, len(tried)))
        for lane in good[:_KEPT]:
            more = extended(others, {**found, p.name: Places(tried[lane : lane + 1])})
            if more is not None:
                return more
        return None

    result: dict[str, Value[Any]] | None = extended(places, {})
    if result is None:
        raise Unsupported(f"no maps were found that meet {', '.join(wanted)}")
    return result


def every_choice(
    claim: Claim, library: Library, sizes: Mapping[str, int]
) -> Iterator[dict[str, Value[Any]]]:
    """Each choice of the indices, and maps to indices, that a claim is about, as far as the
    hypotheses about them allow it: numbers can be symbols, and these cannot. Positions of a type
    are left out: nothing compares them, so those that differ stand for all.

    Raises `Unsupported` where there are too many.
    """
    places = [p for p in claim.explicit if isinstance(function_parts(p.type)[1], Index)]
    if not all(is_array(p.type) for p in places):
        raise Unsupported("an index is a function of numbers")
    shapes = [shape_of(p.type, sizes) for p in places]
    ranges = [range(size_of(function_parts(p.type)[1], sizes)) for p in places]
    lengths = [math.prod(shape) for shape in shapes]
    if math.prod(len(r) ** n for r, n in zip(ranges, lengths, strict=True)) > _CHOICES:
        raise Unsupported(f"there are more than {_CHOICES} choices of its indices")
    each = [itertools.product(r, repeat=n) for r, n in zip(ranges, lengths, strict=True)]
    names = {p.name for p in places}
    about = [h for h in claim.hypotheses if is_about_indices(h)]
    asked = [h for h in about if equation_variables(h.equation) <= names]
    walk: Evaluator[Any] = Evaluator(library, EXACT, sizes)
    for row in itertools.product(*each):
        chosen: dict[str, Value[Any]] = {
            p.name: Places(np.array(value, dtype=int).reshape(1, *shape))
            for p, value, shape in zip(places, row, shapes, strict=True)
        }
        if meeting(walk, asked, chosen, 1)[0]:
            yield chosen


def _tried(p: Parameter, sizes: Mapping[str, int], rng: random.Random) -> Any:
    """(many, *shape): all values, or many; what moves the most indices comes first."""
    size, shape = places_of(p.type, sizes), shape_of(p.type, sizes)
    count = int(np.prod(shape))
    if size**count <= _MAPS:
        rows = [list(row) for row in itertools.product(range(size), repeat=count)]
    else:
        rows = [[rng.randrange(size) for _ in range(count)] for _ in range(_MAPS // 3)]
        for _ in range(_MAPS // 3):
            order = [i % size for i in range(count)]
            rng.shuffle(order)
            rows.append(order)
            swapped = list(range(count))
            for one, other in zip(order[::2], order[1::2], strict=False):
                if max(one, other) < min(size, count):
                    swapped[one], swapped[other] = other, one
            rows.append([i % size for i in swapped])
    rng.shuffle(rows)
    rows.sort(key=lambda row: sum(i == x for i, x in enumerate(row)))
    return np.array(rows, dtype=int).reshape(len(rows), *shape)


def place_value(p: Parameter, sizes: Mapping[str, int], rng: random.Random) -> Places:
    """Random indices or positions."""
    size, shape = places_of(p.type, sizes), (1, *shape_of(p.type, sizes))
    found = np.empty(shape, dtype=int)
    for place in np.ndindex(*shape):
        found[place] = rng.randrange(size)
    return Places(found)
