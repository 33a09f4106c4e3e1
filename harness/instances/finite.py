"""Counterexamples over the integers modulo a small number, where functions are tables.

There a law of a function can be held to all arguments, and all functions can be tried, since there
are few of each. A claim about all fields speaks of those of 2, 3 and 5 elements, one about all
commutative rings of the integers modulo 4 as well, where `exp(a) = 3^a` is an exponential.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Places, Unsupported, Value, open_function
from harness.arrays.arithmetic import PlainArithmetic
from harness.arrays.evaluate import places_of, rank, shape_of, size_of
from harness.claims.model import Claim, Hypothesis, Library
from harness.evidence import Counterexample, Json, Witness
from harness.instances.exact import are_telling, fails_in, numbers_of, points_of, telling
from harness.instances.tables import is_array
from harness.language.terms import Term, Variable
from harness.language.transform import equation_variables, over_places
from harness.language.types import Parameter, Type, function_parts, is_place

_LANES = 4000
_TABLES = 20_000
"""So many functions are tried: all, where there are no more."""

_ARGUMENTS = 256
"""Functions of more arguments than this are not tried, nor laws for more values."""

_ROUNDS = 3


class Residues(PlainArithmetic[Any]):
    """The integers modulo a number, in arrays of whole numbers; 1/x is 0 where there is none."""

    xp: Any = np

    def __init__(self, modulus: int) -> None:
        self.modulus = modulus
        inverses = [
            next((y for y in range(modulus) if x * y % modulus == 1), 0) for x in range(modulus)
        ]
        self.inverses = np.array(inverses)

    def reduce(self, value: Any) -> Any:
        return np.asarray(value % self.modulus)

    def constant(self, value: int) -> Any:
        return self.reduce(value)

    def divide(self, left: Any, right: Any) -> Any:
        return self.multiply(left, self.inverses[right])


def find_finite(
    claim: Claim,
    library: Library,
    *,
    deadline: float | None = None,
    moduli: Sequence[int] = (2, 3, 4, 5),
) -> Counterexample | None:
    """A counterexample modulo a small number, where hypotheses have laws of functions or vectors.

    Nothing for other claims, and for those about one type of numbers such as ℚ.
    """
    searches = _searches(claim, library, deadline, moduli)
    return next(filter(None, (search.found() for search in searches)), None)


def find_met(
    claim: Claim, library: Library, subjects: Sequence[Term], modulus: int
) -> Witness | None:
    """An instance modulo a number that meets the hypotheses, in which no subject is trivial."""
    searches = _searches(claim, library, None, (modulus,))
    return next(filter(None, (search.met(subjects) for search in searches)), None)


def _searches(
    claim: Claim, library: Library, deadline: float | None, moduli: Sequence[int]
) -> Iterator[_Search]:
    has_laws = any(
        not is_place(v.type) for h in claim.hypotheses for v in h.equation.parameters
    ) or any(rank(p.type) is None for p in claim.explicit if p.name in claim.spoken)
    has_laws = has_laws or claim.has_relations
    if not claim.scalars.is_any or not has_laws:
        return
    names = claim.sized
    for modulus, size in itertools.product(moduli, (1, 2)):
        if deadline is not None and time.monotonic() > deadline:
            return
        if size == 1 and not names:
            continue
        if modulus == 4 and "divide" in claim.scalars.operations:
            continue  # no field
        yield _Search(claim, library, dict.fromkeys(names, size), modulus)


@dataclass(frozen=True)
class _Table:
    """Functions of one type, one for each lane, by their values at all arguments."""

    type: Type
    sizes: Mapping[str, int]
    modulus: int
    values: Any
    """(lanes, arguments, *shape of the result)"""

    def value(self) -> Value[Any]:
        sources, _ = function_parts(self.type)
        ranks = [0 if is_place(s) else rank(s) or 0 for s in sources]
        bases = [size_of(s, self.sizes) if is_place(s) else self.modulus for s in sources]
        lanes = np.arange(len(self.values))

        def called(arguments: Sequence[Any]) -> Any:
            place: Any = 0
            for argument, own, base in zip(arguments, ranks, bases, strict=True):
                flat = argument.reshape(*argument.shape[: argument.ndim - own], -1)
                for k in range(flat.shape[-1]):
                    place = place * base + flat[..., k]
            return self.values[lanes, place]

        return open_function(self.type, called)


class _Search:
    def __init__(
        self, claim: Claim, library: Library, sizes: Mapping[str, int], modulus: int
    ) -> None:
        self.claim, self.sizes, self.modulus = claim, sizes, modulus
        self.arithmetic = Residues(modulus)
        self.library = library
        self._walks: dict[int, Evaluator[Any]] = {}
        self.rng = np.random.default_rng([modulus, *sizes.values()])
        self.functions = [p for p in claim.explicit if rank(p.type) is None]
        self.wanted = {h.name: equation_variables(h.equation) for h in claim.hypotheses}

    def found(self) -> Counterexample | None:
        """The first lane that meets the hypotheses and breaks the conclusion."""
        with suppress(Unsupported):
            for pick, arrays, values, good in self._lanes():
                left, right = self._walk(_LANES).equation(self.claim.conclusion, values)
                broken = good & fails_in(self.claim.conclusion.relation, left, right)
                if broken.any():
                    lane = int(broken.argmax())
                    first, second = (s[lane if s.shape[0] > 1 else 0] for s in (left, right))
                    remark = f"exact, over the integers modulo {self.modulus}"
                    values_ = self._shown(lane, pick, arrays)
                    sides = first.tolist(), second.tolist()
                    return Counterexample(dict(self.sizes), values_, *sides, remark)
        return None

    def met(self, subjects: Sequence[Term]) -> Witness | None:
        """The first lane that meets the hypotheses, and in which no subject is trivial."""
        with suppress(Unsupported):
            for pick, arrays, values, good in self._lanes():
                numbers = [self._telling(subject, pick, values) for subject in subjects]
                good &= are_telling(numbers)
                if good.any():
                    lane = int(good.argmax())
                    shown = self._shown(lane, pick, arrays)
                    return Witness(dict(self.sizes), shown, points_of(numbers, lane))
        return None

    def _telling(
        self, subject: Term, tables: Mapping[str, _Table], values: Mapping[str, Value[Any]]
    ) -> Any:
        """(lanes, *shape): where a number is not 0; of a matrix, off its diagonal."""
        sources, _ = function_parts(subject.type)
        if isinstance(subject, Variable) and subject.name in tables:
            counts = [size_of(s, self.sizes) if is_place(s) else self.modulus for s in sources]
            array = tables[subject.name].values
            array = array.reshape(len(array), *counts, *array.shape[2:])
        else:
            array = numbers_of(subject, self._walk(_LANES), values)
        return telling(subject, array, _LANES) != 0

    def _lanes(
        self,
    ) -> Iterator[tuple[Mapping[str, _Table], Mapping[str, Any], Mapping[str, Value[Any]], Any]]:
        """Functions, arrays, the values that these are, and which lanes meet the hypotheses."""
        tables = self._tables()
        for _ in range(_ROUNDS if tables is not None else 0):
            assert tables is not None
            pick = self._picked(tables)
            arrays = {p.name: self._drawn(p) for p in self.claim.explicit if is_array(p.type)}
            values: dict[str, Value[Any]] = {name: t.value() for name, t in pick.items()}
            for p in self.claim.parameters:
                if p.name in arrays:
                    own = arrays[p.name]
                    values[p.name] = Places(own) if is_place(p.type) else Data(own)
            good = np.ones(_LANES, dtype=bool)
            for hypothesis in self.claim.hypotheses:
                if good.any():
                    good &= self._holds(hypothesis, values, _LANES)
            yield pick, arrays, values, good

    def _walk(self, lanes: int) -> Evaluator[Any]:
        """An evaluator for so many lanes: what it records of open functions is of one shape."""
        if lanes not in self._walks:
            self._walks[lanes] = Evaluator(self.library, self.arithmetic, self.sizes)
        return self._walks[lanes]

    def _drawn(self, p: Parameter) -> Any:
        shape = (_LANES, *shape_of(p.type, self.sizes))
        bound = places_of(p.type, self.sizes) if is_place(p.type) else self.modulus
        return self.rng.integers(0, max(bound, 1), shape)

    # -- functions --------------------------------------------------------------------------------

    def _tables(self) -> dict[str, _Table] | None:
        """Functions for the lanes that meet what is said of these functions alone."""
        found: dict[str, _Table] = {}
        for p in self.functions:
            own = {p.name: self._all(p)}
            if len(found) and len(self.functions) > 1:
                own = self._paired(found, own)
            found = self._filtered(own)
            if not len(next(iter(found.values())).values):
                return None
        return found

    def _all(self, p: Parameter) -> _Table:
        sources, target = function_parts(p.type)
        arguments = 1
        for s in sources:
            shape = shape_of(s, self.sizes)
            arguments *= (
                size_of(s, self.sizes) if is_place(s) else self.modulus ** int(np.prod(shape))
            )
        shape = shape_of(target, self.sizes)
        if arguments > _ARGUMENTS or is_place(target):
            raise Unsupported("a function of too many arguments")
        entries = arguments * int(np.prod(shape))
        count = self.modulus**entries if entries < 40 else _TABLES + 1
        if count <= _TABLES:
            rows = np.array(list(itertools.product(range(self.modulus), repeat=entries)))
        else:
            rows = self.rng.integers(0, self.modulus, (_TABLES, entries))
        return _Table(p.type, self.sizes, self.modulus, rows.reshape(-1, arguments, *shape))

    def _paired(self, one: Mapping[str, _Table], other: Mapping[str, _Table]) -> dict[str, _Table]:
        first = len(next(iter(one.values())).values)
        second = len(next(iter(other.values())).values)
        if first * second <= _TABLES:
            i, j = (x.reshape(-1) for x in np.indices((first, second)))
        else:
            i, j = (self.rng.integers(0, n, _TABLES) for n in (first, second))
        left = {name: replace(t, values=t.values[i]) for name, t in one.items()}
        right = {name: replace(t, values=t.values[j]) for name, t in other.items()}
        return left | right

    def _filtered(self, tables: Mapping[str, _Table]) -> dict[str, _Table]:
        lanes = len(next(iter(tables.values())).values)
        good = np.ones(lanes, dtype=bool)
        values = {name: table.value() for name, table in tables.items()}
        for hypothesis in self.claim.hypotheses:
            if self.wanted[hypothesis.name] <= tables.keys():
                good &= self._holds(hypothesis, values, lanes)
        return {name: replace(t, values=t.values[good]) for name, t in tables.items()}

    def _picked(self, tables: Mapping[str, _Table]) -> dict[str, _Table]:
        if not tables:
            return {}
        lanes = len(next(iter(tables.values())).values)
        which = self.rng.integers(0, lanes, _LANES)
        return {name: replace(t, values=t.values[which]) for name, t in tables.items()}

    # -- hypotheses -------------------------------------------------------------------------------

    def _holds(self, hypothesis: Hypothesis, values: Mapping[str, Value[Any]], lanes: int) -> Any:
        """(lanes,): where a hypothesis holds, for all values that it speaks of."""
        good = np.ones(lanes, dtype=bool)
        equation, bound = over_places(hypothesis.equation)
        for more in self._everything(bound, lanes):
            left, right = self._walk(lanes).equation(equation, {**values, **more})
            good &= ~fails_in(equation.relation, left, right)
            if not good.any():
                break
        return good

    def _everything(self, bound: Sequence[Variable], lanes: int) -> Iterator[dict[str, Value[Any]]]:
        shapes = [shape_of(v.type, self.sizes) for v in bound]
        if any(rank(v.type) is None for v in bound):
            raise Unsupported("a ∀ over functions")
        counts = [int(np.prod(shape)) for shape in shapes]
        if self.modulus ** sum(counts) > _ARGUMENTS:
            raise Unsupported("a ∀ over too many values")
        for row in itertools.product(range(self.modulus), repeat=sum(counts)):
            found: dict[str, Value[Any]] = {}
            start = 0
            for variable, shape, count in zip(bound, shapes, counts, strict=True):
                own = np.array(row[start : start + count], dtype=int).reshape(1, *shape)
                found[variable.name] = Data(np.broadcast_to(own, (lanes, *shape)))
                start += count
            yield found

    # -- people -----------------------------------------------------------------------------------

    def _shown(
        self, lane: int, tables: Mapping[str, _Table], arrays: Mapping[str, Any]
    ) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for p in self.claim.parameters:
            if p.name in arrays:
                values[p.name] = arrays[p.name][lane].tolist()
            elif p.name in tables:
                values[p.name] = self._table(tables[p.name], lane)
        return values

    def _table(self, table: _Table, lane: int) -> Json:
        found: list[Json] = []
        sources, _ = function_parts(table.type)
        ranges: list[Any] = []
        for s in sources:
            shape = shape_of(s, self.sizes)
            if is_place(s):
                ranges.append(list(range(size_of(s, self.sizes))))
            else:
                rows = itertools.product(range(self.modulus), repeat=int(np.prod(shape)))
                ranges.append([np.array(row).reshape(shape).tolist() for row in rows])
        for place, arguments in enumerate(itertools.product(*ranges)):
            value = table.values[lane, place].tolist()
            found.append({"at": list(arguments), "is": value})
        return found
