"""Universe levels: which is at most which, whatever natural numbers their parameters stand for.

A level without `imax` is a maximum of numbers and of parameters with something added, such as
`max 2 (u+1) v`: one number, and for each parameter the most that is added to it. Such a maximum is
at most another exactly if each of its members is at most a single member of the other: of the
number, let all parameters be 0; of `u+k`, let `u` be very large.

`imax a b` is 0 where `b` is 0 and `max a b` elsewhere, so the parameters of `b` are tried both as 0
and as at least 1, and each case is one without `imax`. With this the order is decided, not
approximated. (Carneiro, The Type Theory of Lean, "Typing", defines it by all values as well;
lean4lean and nanoda split cases where this does, but one at a time.)

    imax 1 u ≤ u + 1?    u = 0: 0 ≤ 1.  u ≥ 1: max 1 u ≤ u + 1.   Yes.
    u ≤ imax 1 u?        u = 0: 0 ≤ 0.  u ≥ 1: u ≤ max 1 u.       Yes.
    max 1 u ≤ imax 1 u?  u = 0: 1 ≤ 0.                            No.
"""

from __future__ import annotations

from itertools import product

from harness.kernel.ruling import Declined
from harness.kernel.terms import (
    ZERO,
    IMax,
    Level,
    Max,
    Name,
    Param,
    Succ,
    Zero,
    level_parts,
)

MOST_CASES = 12
"""How many parameters are told apart into 0 and more: there are 2 ** MOST_CASES cases then."""

_known: dict[tuple[Level, Level], bool] = {}


def at_most(a: Level, b: Level) -> bool:
    """Whether `a` is at most `b` for all values of the parameters."""
    if a is b:
        return True
    answer = _known.get((a, b))
    if answer is None:
        answer = _known[a, b] = _decide(a, b)
    return answer


def same(a: Level, b: Level) -> bool:
    """Whether the two are one level for all values of the parameters."""
    return a is b or (at_most(a, b) and at_most(b, a))


def is_zero(level: Level) -> bool:
    """Whether it is 0 for all values of the parameters."""
    return at_most(level, ZERO)


def is_never_zero(level: Level) -> bool:
    """Whether it is at least 1 for all values of the parameters."""
    return at_most(Succ(ZERO), level)


def parameters(level: Level) -> set[Name]:
    """The parameters that occur in the level."""
    return {part.name for part in level_parts([level]) if isinstance(part, Param)}


def instantiate(level: Level, values: dict[Name, Level]) -> Level:
    """The level with these values in the place of its parameters."""
    if not level.has_parameter:
        return level
    made: dict[Level, Level] = {}
    for part in level_parts([level]):
        if isinstance(part, Succ):
            made[part] = Succ(made[part.of])
        elif isinstance(part, Max | IMax):
            made[part] = type(part)(made[part.left], made[part.right])
        elif isinstance(part, Param):
            made[part] = values.get(part.name, part)
        else:
            made[part] = part
    return made[level]


def _decide(a: Level, b: Level) -> bool:
    split: set[Name] = set()
    for part in level_parts([a, b]):
        if isinstance(part, IMax):
            split |= parameters(part.right)
    if len(split) > MOST_CASES:
        raise Declined(f"a level with {len(split)} parameters under imax")
    names = sorted(split, key=repr)
    for zeros in product((True, False), repeat=len(names)):
        case = dict(zip(names, zeros, strict=True))
        number, added = _maximum(a, case)
        most, room = _maximum(b, case)
        if number > most or any(k > room.get(name, -1) for name, k in added.items()):
            return False
    return True


def _maximum(level: Level, is_zero: dict[Name, bool]) -> tuple[int, dict[Name, int]]:
    """The level as a number and what is added to each parameter.

    The number is the least value of the whole, so a parameter that is at least 1 counts in it; so
    it is 0 only where the level is.
    """
    made: dict[Level, tuple[int, dict[Name, int]]] = {}
    for part in level_parts([level]):
        if isinstance(part, Zero):
            made[part] = 0, {}
        elif isinstance(part, Param):
            if part.name not in is_zero:
                made[part] = 0, {part.name: 0}
            else:
                made[part] = (0, {}) if is_zero[part.name] else (1, {part.name: 0})
        elif isinstance(part, Succ):
            number, added = made[part.of]
            made[part] = number + 1, {name: k + 1 for name, k in added.items()}
        else:
            assert isinstance(part, Max | IMax)
            right = made[part.right]
            if isinstance(part, IMax) and right[0] == 0:
                # All parameters of the right side are told apart, so it is 0 and not only may be.
                made[part] = right
                continue
            left = made[part.left]
            added = dict(left[1])
            for name, k in right[1].items():
                added[name] = max(k, added.get(name, 0))
            made[part] = max(left[0], right[0]), added
    return made[level]
