"""Functions for the open ones that hypotheses speak of: a pool of kinds, tried one after another.

A kind is a rule over any arithmetic: residues, doubles with their error bounds, narrow formats.
Nothing says which laws a kind has; whether it meets what a claim asks is seen on the instance, as
for every hypothesis. Some are laws with nothing else to them (`f(x²)`, where f is random, is even
and no more), so that a claim that needs more than its hypotheses is found out.

The constants of one batch are shared by its functions, so that `x / c` undoes `c x`; each index
that a function takes gives it other constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as own
from functools import cache
from typing import Any

import numpy as np

from harness.arrays.evaluate import rank, shape_of
from harness.arrays.floats import UNIT, Bounded, BoundedFloat64, Floating, Floats, exactly
from harness.arrays.functions import LIBRARY, exponential, reciprocal_root
from harness.language.types import Index, Named, Type, function_parts
from harness.numeric.functions import wave
from harness.numeric.modular import Fetching, PairField, PrimeField, RandomFunction
from harness.numeric.placing import Placing
from harness.numeric.reals import Field

Number = Any
"""An array of residues or doubles, or doubles with their errors."""

CONSTANTS = 3


@dataclass(frozen=True)
class Constants:
    """Numbers that are not 0, for each lane: (CONSTANTS, lanes)."""

    array: Floats

    @staticmethod
    def of(field: Field, rng: np.random.Generator, lanes: int) -> Constants:
        if isinstance(field, PrimeField):
            numbers = rng.integers(1, field.prime, (CONSTANTS, lanes)).astype(np.float64)
            return Constants(field.reduce(numbers))
        signs = rng.choice([-1.0, 1.0], (CONSTANTS, lanes))
        return Constants(signs * rng.uniform(0.4, 1.6, (CONSTANTS, lanes)))


@dataclass(frozen=True)
class Operations:
    """What rules compute with; scalars have the shape (*binders, lanes), vectors one axis more."""

    function: Lawful
    arithmetic: Any
    turn: Any
    """What the indices that the function takes add to constants: (*binders, lanes), or 0."""

    @property
    def xp(self) -> Any:
        return self.arithmetic.xp

    def of(self, array: Any) -> Number:
        """An array of numbers that are what they are meant to be."""
        placing = self.function.placing
        array = array if isinstance(self.function.field, PrimeField) else placing.array(array)
        return exactly(array, self.xp) if self.is_bounded else array

    @property
    def is_bounded(self) -> bool:
        return isinstance(self.arithmetic, BoundedFloat64)

    def values(self, x: Number) -> Any:
        return x.value if self.is_bounded else x

    def axes(self, x: Number, count: int) -> Number:
        """`x` with so many axes of length 1 after the others."""
        return self.arithmetic.lay(lambda a: a.reshape(*a.shape, *[1] * count), x)

    def in_all_lanes(self, x: Number, core: int) -> Number:
        """An argument that is one for all lanes, in each: what a rule gives has one shape then."""
        lanes = self.function.constants.array.shape[1]

        def spread(a: Any) -> Any:
            at = a.ndim - 1 - core
            return self.xp.broadcast_to(a, (*a.shape[:at], lanes, *a.shape[at + 1 :]))

        return self.arithmetic.lay(spread, x)

    def constant(self, which: int = 0, like: int = 0) -> Number:
        """A constant, with `like` axes after that of the lanes."""
        own = self.of(self.function.constants.array[which])
        return self.axes(self.multiply(own, self.of(1.0 + np.asarray(self.turn, float))), like)

    def number(self, value: int, x: Number) -> Number:
        """A whole number in the shape of `x`."""
        return self.of(np.full(np.shape(self.values(x)), float(value)))

    def add(self, x: Number, y: Number) -> Number:
        return self.arithmetic.add(x, y)

    def subtract(self, x: Number, y: Number) -> Number:
        return self.arithmetic.subtract(x, y)

    def multiply(self, x: Number, y: Number) -> Number:
        return self.arithmetic.multiply(x, y)

    def divide(self, x: Number, y: Number) -> Number:
        return self.arithmetic.divide(x, y)

    def choose(self, mask: Any, x: Number, y: Number) -> Number:
        return self.arithmetic.lay(lambda a, b: self.xp.where(mask, a, b), x, y)

    def total(self, v: Number) -> Number:
        """The sum of a vector, with an axis of length 1 in its place."""
        return self.axes(self.arithmetic.total(v), 1)

    def exp(self, x: Number) -> Number:
        if self.is_bounded:
            return exponential(self.xp, x)
        base = self.function.field
        if isinstance(base, PairField):
            return base.exp(x)
        if isinstance(base, PrimeField):
            return np.ones_like(x)
        return self.xp.exp(x)

    def circle(self, x: Number) -> tuple[Number, Number]:
        """Cosine and sine."""
        if self.is_bounded:
            error = x.error + LIBRARY * UNIT
            return Bounded(self.xp.cos(x.value), error), Bounded(self.xp.sin(x.value), error)
        base = self.function.field
        if isinstance(base, PairField):
            return base.circle_at(x)
        if isinstance(base, PrimeField):
            return np.ones_like(x), np.zeros_like(x)
        return self.xp.cos(x), self.xp.sin(x)

    def random(self, arguments: Sequence[Number], rank_: int, shape: Sequence[int]) -> Number:
        """A random function of arguments with `rank_` axes each, and of the indices."""
        first = self.values(arguments[0])
        frame = first.ndim - rank_
        turn = np.broadcast_to(np.asarray(self.turn, float), first.shape[:frame])
        turn = self.axes(self.of(turn), rank_)
        lengths = [*(self.values(a).shape[frame:] for a in arguments), (1,) * rank_]
        return self.function.randomly([*arguments, turn], rank_, lengths, tuple(shape))


@dataclass(frozen=True)
class Lawful:
    """An open function by a rule of the pool. It is called with all arguments at once."""

    name: str
    rule: Rule
    field: Field
    sources: Sequence[Type]
    shape: tuple[int, ...]
    constants: Constants
    seed: int
    placing: Placing = own(default_factory=Placing)
    made: dict[Any, Any] = own(default_factory=dict)
    """Its random functions, which keep what they are."""

    def __str__(self) -> str:
        return self.name

    def on(self, placing: Placing) -> Any:
        """The same function on other arrays."""
        if isinstance(self.field, PrimeField):
            return Fetching(self, placing.backend)
        made = {key: function.on(placing) for key, function in self.made.items()}
        return replace(self, placing=placing, made=made)

    def __call__(self, arguments: Sequence[Any]) -> Any:
        data: list[Any] = []
        cores: list[int] = []
        turn: Any = 0.0
        for i, (argument, source) in enumerate(zip(arguments, self.sources, strict=True)):
            if isinstance(source, Index | Named):
                turn = turn + (i + 1.0) * np.asarray(argument, float)
            else:
                data.append(argument)
                cores.append(rank(source) or 0)
        if any(isinstance(a, Bounded) for a in data):
            arithmetic: Any = BoundedFloat64(self.placing.backend)
            data = [a if isinstance(a, Bounded) else exactly(a, arithmetic.xp) for a in data]
        elif isinstance(self.field, PrimeField):
            arithmetic = self.field
            data = [self.field.reduce(np.asarray(a, float)) for a in data]
        else:
            arithmetic = Floating(self.placing.backend, self.placing.dtype)
        operations = Operations(self, arithmetic, turn)
        return self.rule(operations, *map(operations.in_all_lanes, data, cores))

    def randomly(
        self,
        arguments: Sequence[Number],
        rank_: int,
        shapes: Sequence[tuple[int, ...]],
        shape: tuple[int, ...],
    ) -> Number:
        """One of its random functions."""
        key = (rank_, tuple(shapes), shape)
        lanes = self.constants.array.shape[1]
        if key not in self.made:
            rng = np.random.default_rng([self.seed, len(self.made)])
            if isinstance(self.field, PrimeField):
                keys = np.asarray(rng.integers(0, 2**64, lanes, dtype=np.uint64))
                made: Any = RandomFunction(self.field, keys, [rank_] * len(shapes), shape, False)
            else:
                lengths = [int(np.prod(s)) for s in shapes]
                made = wave(rng, lanes, lengths, [rank_] * len(shapes), shape).on(self.placing)
            self.made[key] = made
        function = self.made[key]
        if isinstance(self.field, PrimeField):
            return function(arguments)
        one = self.placing.xp.asarray(1.0, dtype=self.placing.backend.dtype(self.placing.dtype))
        if any(isinstance(a, Bounded) for a in arguments):
            return function(one, *arguments)
        return function.alone(one, *arguments)


Rule = Callable[..., Number]


def _exp(o: Operations, x: Number, sign: int = 1, core: int = 0) -> Number:
    scaled = o.multiply(o.constant(like=core), x)
    return o.exp(scaled if sign > 0 else o.arithmetic.negate(scaled))


def _halves(o: Operations, x: Number, core: int, which: Callable[..., Number]) -> Number:
    two = o.number(2, x)
    return o.divide(which(_exp(o, x, 1, core), _exp(o, x, -1, core)), two)


def _positive(o: Operations, x: Number) -> Any:
    return o.values(x) > 0


def _absolute(o: Operations, x: Number) -> Number:
    return o.choose(_positive(o, x), x, o.arithmetic.negate(x))


def _inverse_root(o: Operations, x: Number) -> Number:
    """1 / √|x|, and 0 for 0."""
    if isinstance(o.function.field, PrimeField):
        return o.function.field.inverse_roots(x)
    is_zero = o.values(x) == 0
    size = o.choose(is_zero, o.number(1, x), _absolute(o, x))
    if not o.is_bounded:
        return o.choose(is_zero, o.number(0, x), 1 / o.xp.sqrt(size))
    found = reciprocal_root(o.xp, size)
    unsure = o.xp.where(x.error > 0, o.xp.full_like(x.error, float("inf")), x.error)
    return o.choose(is_zero, Bounded(o.xp.zeros_like(x.value), unsure), found)


def _relu(o: Operations, x: Number) -> Number:
    """x where it is positive, else 0: a positive scale passes through."""
    field = o.function.field
    is_positive = field.are_positive(x) if isinstance(field, PrimeField) else _positive(o, x)
    return _either(o, is_positive, x, o.number(0, x))


def _chance(o: Operations, x: Number) -> Any:
    """A mask that is a random function of x, where arguments are exact; nothing else is so."""
    if not isinstance(o.function.field, PrimeField):
        return _positive(o, x)
    return np.asarray(o.random([x], 0, ())) > 0


def _retraction(o: Operations, x: Number) -> Number:
    """x where chance says so, else one number of which it says so too."""
    if not isinstance(o.function.field, PrimeField):
        low, high = o.number(-1, x), o.number(1, x)
        return _larger(o, low, _smaller(o, high, x))
    c = o.constant() + np.zeros_like(x)
    return np.where(_chance(o, x) & _chance(o, c), x, c)


def _larger(o: Operations, x: Number, y: Number) -> Number:
    return _either(o, o.values(x) > o.values(y), x, y)


def _smaller(o: Operations, x: Number, y: Number) -> Number:
    return _either(o, o.values(x) > o.values(y), y, x)


def _either(o: Operations, mask: Any, x: Number, y: Number) -> Number:
    """The larger or smaller of two: as far from the true one as the worse of them.

    The true one may be the other: of 0 and x = −1 ± 2 the larger is at most 1, and computed as 0.
    """
    found = o.choose(mask, x, y)
    if not o.is_bounded:
        return found
    return Bounded(found.value, o.xp.maximum(x.error, y.error))


def _one(core: int) -> Mapping[str, Rule]:
    """Functions of one argument, done entry by entry where it has `core` axes of its own."""

    def minus(o: Operations, x: Number) -> Number:
        return o.arithmetic.negate(x)

    def square(o: Operations, x: Number) -> Number:
        return o.multiply(x, x)

    def c(o: Operations, which: int = 0) -> Number:
        return o.constant(which, core)

    def wave_of(o: Operations, x: Number) -> Number:
        """A random function of each entry."""
        flat = x
        return o.random([flat], 0, ()) if not core else _entrywise(o, flat, core)

    def sigmoid(o: Operations, x: Number) -> Number:
        one = o.number(1, x)
        return o.divide(one, o.add(one, _exp(o, x, -1, core)))

    def tanh(o: Operations, x: Number) -> Number:
        up, down = _exp(o, x, 1, core), _exp(o, x, -1, core)
        return o.divide(o.subtract(up, down), o.add(up, down))

    return {
        "c x": lambda o, x: o.multiply(c(o), x),
        "x / c": lambda o, x: o.divide(x, o.add(c(o), o.number(0, x))),
        "-x": minus,
        "f(x)": wave_of,
        "f(x²)": lambda o, x: wave_of(o, square(o, x)),
        "x f(x²)": lambda o, x: o.multiply(x, wave_of(o, square(o, x))),
        "|x|": _absolute,
        "max(x, 0)": lambda o, x: _either(o, _positive(o, x), x, o.number(0, x)),
        "relu(x)": _relu,
        "1 / √|x|": _inverse_root,
        "x / √|x|": lambda o, x: o.multiply(x, _inverse_root(o, x)),
        "x or -x": lambda o, x: (
            o.choose(_chance(o, x), x, minus(o, x)) if not core else minus(o, x)
        ),
        "x or c": lambda o, x: _retraction(o, x) if not core else x,
        "c - x": lambda o, x: o.subtract(c(o), x),
        "x + c": lambda o, x: o.add(x, c(o)),
        "x - c": lambda o, x: o.subtract(x, c(o)),
        "x²": square,
        "c x²": lambda o, x: o.multiply(c(o), square(o, x)),
        "x³": lambda o, x: o.multiply(x, square(o, x)),
        "1 / x": lambda o, x: o.divide(o.number(1, x), x),
        "exp(c x)": lambda o, x: _exp(o, x, 1, core),
        "exp(-c x)": lambda o, x: _exp(o, x, -1, core),
        "cos(c x)": lambda o, x: o.circle(o.multiply(c(o), x))[0],
        "sin(c x)": lambda o, x: o.circle(o.multiply(c(o), x))[1],
        "cosh(c x)": lambda o, x: _halves(o, x, core, o.add),
        "sinh(c x)": lambda o, x: _halves(o, x, core, o.subtract),
        "1 / (1 + exp(-c x))": sigmoid,
        "tanh(c x)": tanh,
        "x": lambda o, x: x,
        "c": lambda o, x: o.add(c(o), o.number(0, x)),
        "1": lambda o, x: o.number(1, x),
        "0": lambda o, x: o.number(0, x),
    }


def _entrywise(o: Operations, x: Number, core: int) -> Number:
    """The random function of a scalar, at each entry: its axes go before those of the lanes."""

    def out(a: Any) -> Any:
        lane = a.ndim - core - 1
        return o.xp.moveaxis(a, lane, -1)

    moved = o.arithmetic.lay(out, x)
    turn = o.turn
    if np.ndim(turn):
        turn = np.asarray(turn)
        turn = turn.reshape(*turn.shape[:-1], *[1] * core, turn.shape[-1])
    found = replace(o, turn=turn).random([moved], 0, ())
    return o.arithmetic.lay(lambda a: o.xp.moveaxis(a, -1, a.ndim - core - 1), found)


def _two(core: int) -> Mapping[str, Rule]:
    """Functions of two arguments of one type, done entry by entry."""

    def c(o: Operations) -> Number:
        return o.constant(0, core)

    def between(o: Operations, x: Number, y: Number) -> Number:
        return o.add(x, o.multiply(c(o), o.subtract(y, x)))

    def random(o: Operations, *numbers: Number) -> Number:
        return o.random(list(numbers), 0, ()) if not core else o.multiply(numbers[0], c(o))

    return {
        "x + y": lambda o, x, y: o.add(x, y),
        "x y": lambda o, x, y: o.multiply(x, y),
        "max(x, y)": _larger,
        "min(x, y)": _smaller,
        "f(x, y)": random,
        "f(x + y, x y)": lambda o, x, y: random(o, o.add(x, y), o.multiply(x, y)),
        "x - y": lambda o, x, y: o.subtract(x, y),
        "f(x - y)": lambda o, x, y: random(o, o.subtract(x, y)),
        "x + y + c": lambda o, x, y: o.add(o.add(x, y), c(o)),
        "c x y": lambda o, x, y: o.multiply(c(o), o.multiply(x, y)),
        "x + y - x y": lambda o, x, y: o.subtract(o.add(x, y), o.multiply(x, y)),
        "x + c (y - x)": between,
        "(x + y) / 2": lambda o, x, y: o.divide(o.add(x, y), o.number(2, o.add(x, y))),
        "x / y": lambda o, x, y: o.divide(x, y),
        "x": lambda o, x, y: o.add(x, o.number(0, y)),
        "y": lambda o, x, y: o.add(y, o.number(0, x)),
        "c": lambda o, x, y: o.add(c(o), o.number(0, o.add(x, y))),
        "0": lambda o, x, y: o.number(0, o.add(x, y)),
    }


def _form(o: Operations, v: Number) -> Number:
    """Σ cⱼ vⱼ, with an axis of length 1 in place of the vector's."""
    steps = o.of(np.arange(1.0, np.shape(o.values(v))[-1] + 1))
    return o.total(o.multiply(o.add(o.constant(0, 1), o.multiply(steps, o.constant(1, 1))), v))


def _norm(o: Operations, v: Number) -> Number:
    return o.total(o.multiply(v, v))


def _steps(o: Operations, v: Number) -> Number:
    """Each entry less the first."""
    first = o.arithmetic.lay(lambda a: a[..., :1], v)
    return o.subtract(v, first)


def _mean(o: Operations, v: Number) -> Number:
    total = o.total(v)
    return o.divide(total, o.number(np.shape(o.values(v))[-1], total))


def _softmax(o: Operations, v: Number) -> Number:
    powers = _exp(o, v, 1, 1)
    return o.divide(powers, o.add(o.total(powers), o.number(0, powers)))


_SUMMARIES: Mapping[str, Callable[[Operations, Number], Number]] = {
    "c₁ v₁ + … + cₙ vₙ": _form,
    "v₁ + … + vₙ": lambda o, v: o.total(v),
    "v·v": _norm,
    "mean(v)": _mean,
}
"""Numbers that a vector has; each keeps an axis of length 1."""


def _of_vector() -> Mapping[str, Rule]:
    """Functions of a vector to a scalar."""

    def bare(rule: Callable[..., Number]) -> Rule:
        return lambda o, v: o.arithmetic.lay(lambda a: a[..., 0], rule(o, v))

    found: dict[str, Rule] = {name: bare(rule) for name, rule in _SUMMARIES.items()}
    found |= {
        "f(v)": lambda o, v: o.random([v], 1, ()),
        "f(v·v)": lambda o, v: o.random([_norm(o, v)], 1, ()),
        "f(v₁ + … + vₙ, v·v)": lambda o, v: o.random([o.total(v), _norm(o, v)], 1, ()),
        "f(v - v₁)": lambda o, v: o.random([_steps(o, v)], 1, ()),
        "f(v²)": lambda o, v: o.random([o.multiply(v, v)], 1, ()),
        "v·v / (v₁ + … + vₙ)": bare(lambda o, v: o.divide(_norm(o, v), o.total(v))),
        "exp(c₁ v₁ + … + cₙ vₙ)": bare(lambda o, v: o.exp(_form(o, v))),
        "c": bare(lambda o, v: o.add(o.constant(0, 1), o.number(0, o.total(v)))),
        "0": bare(lambda o, v: o.number(0, o.total(v))),
    }
    return found


def _vectors() -> Mapping[str, Rule]:
    """Functions of a vector to one of the same size."""

    def length(o: Operations, v: Number) -> int:
        return int(np.shape(o.values(v))[-1])

    def over(o: Operations, v: Number) -> Number:
        return o.divide(v, o.add(o.total(v), o.number(0, v)))

    def by_place(o: Operations, v: Number) -> Number:
        return o.multiply(v, o.of(np.arange(1.0, length(o, v) + 1)))

    def scaled(o: Operations, v: Number) -> Number:
        factor = o.axes(o.random([_norm(o, v)], 1, ()), 1)
        return o.multiply(v, factor)

    return {
        "f(v)": lambda o, v: o.random([v], 1, (length(o, v),)),
        "f(v - v₁)": lambda o, v: o.random([_steps(o, v)], 1, (length(o, v),)),
        "v f(v·v)": scaled,
        "softmax(c v)": _softmax,
        "v / (v₁ + … + vₙ)": over,
        "v - mean(v)": lambda o, v: o.subtract(v, _mean(o, v)),
        "mean(v) at each place": lambda o, v: o.add(_mean(o, v), o.number(0, v)),
        "v (v·v) / (v₁ + … + vₙ)²": lambda o, v: o.divide(
            o.multiply(v, _norm(o, v)), o.add(o.multiply(o.total(v), o.total(v)), o.number(0, v))
        ),
        "v backwards": lambda o, v: o.arithmetic.lay(lambda a: o.xp.flip(a, axis=-1), v),
        "v by its places": by_place,
    }


def kinds(type_: Type) -> Mapping[str, Rule]:
    """The kinds of functions of this type; those with the most to them first."""
    sources, target = function_parts(type_)
    data = tuple(s for s in sources if not isinstance(s, Index | Named))
    return _kinds(data, target)


@cache
def _kinds(data: tuple[Type, ...], target: Type) -> Mapping[str, Rule]:
    ranks = [rank(d) for d in data]
    core = rank(target)
    if None in ranks or core is None or isinstance(target, Index | Named):
        return {}
    alike = all(d == target for d in data)
    if len(data) == 1 and alike:
        return {**(_vectors() if core == 1 else {}), **_one(core)}
    if len(data) == 2 and alike:
        return _two(core)
    if len(data) == 1 and ranks == [1] and core == 0:
        return _of_vector()
    if len(data) == 2 and ranks == [0, core]:
        return {
            "x v": lambda o, x, v: o.multiply(o.axes(x, core), v),
            "v": lambda o, x, v: o.add(v, o.number(0, o.axes(x, core))),
        }
    return {}


def lawful(
    name: str,
    field: Field,
    rng: np.random.Generator,
    type_: Type,
    sizes: Mapping[str, int],
    constants: Constants,
) -> Lawful:
    """A function of this type and kind."""
    sources, target = function_parts(type_)
    seed = int(rng.integers(0, 2**32))
    rule = kinds(type_)[name]
    return Lawful(name, rule, field, sources, shape_of(target, sizes), constants, seed)


def names(type_: Type) -> Iterator[str]:
    """The kinds of functions of a type."""
    yield from kinds(type_)
