"""The order of universe levels, against all values of their parameters up to a bound."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.kernel.ruling import Declined
from harness.kernel.terms import (
    ZERO,
    IMax,
    Level,
    Max,
    Param,
    Succ,
)
from harness.kernel.universes import at_most, is_never_zero, is_zero, same

U, V, W = (Param((name,)) for name in "uvw")
ONE = Succ(ZERO)


def value(level: Level, of: dict[Level, int]) -> int:
    """What the level is for these values of the parameters, by the definition."""
    if isinstance(level, Param):
        return of[level]
    if isinstance(level, Succ):
        return value(level.of, of) + 1
    if isinstance(level, Max):
        return max(value(level.left, of), value(level.right, of))
    if isinstance(level, IMax):
        right = value(level.right, of)
        return max(value(level.left, of), right) if right else 0
    return 0


LEVELS = st.recursive(
    st.sampled_from([ZERO, U, V, W]),
    lambda inner: st.one_of(
        st.builds(Succ, inner),
        st.builds(Max, inner, inner),
        st.builds(IMax, inner, inner),
    ),
    max_leaves=6,
)


def depth(level: Level) -> int:
    if isinstance(level, Succ):
        return depth(level.of) + 1
    if isinstance(level, Max | IMax):
        return max(depth(level.left), depth(level.right))
    return 0


@settings(max_examples=100, deadline=None)
@given(LEVELS, LEVELS)
def test_it_is_at_most_exactly_if_no_values_say_otherwise(a: Level, b: Level) -> None:
    # A parameter above 0 is decided by one that is above it and all that is added.
    most = depth(a) + depth(b) + 3
    values = [dict(zip((U, V, W), v, strict=True)) for v in product(range(most), repeat=3)]
    assert at_most(a, b) == all(value(a, of) <= value(b, of) for of in values)


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        (IMax(ONE, U), Succ(U), True),
        (U, IMax(ONE, U), True),
        (Max(ONE, U), IMax(ONE, U), False),
        (IMax(U, V), Max(U, V), True),
        (Max(U, V), IMax(U, V), False),
        (IMax(U, Succ(V)), Max(U, Succ(V)), True),
        (Max(U, Succ(V)), IMax(U, Succ(V)), True),
        (Succ(U), U, False),
        (U, ZERO, False),
        (IMax(U, IMax(V, W)), IMax(Max(U, V), W), True),
        (IMax(Max(U, V), W), IMax(U, IMax(V, W)), True),
        (Max(Succ(U), V), Succ(Max(U, V)), True),
        (Succ(Max(U, V)), Max(Succ(U), V), False),
    ],
)
def test_by_hand(a: Level, b: Level, answer: bool) -> None:
    assert at_most(a, b) is answer


def test_zero_and_never_zero() -> None:
    assert is_zero(IMax(U, ZERO))
    assert not is_zero(U)
    assert is_never_zero(Max(U, ONE))
    assert not is_never_zero(IMax(ONE, U))
    assert same(IMax(U, U), U)


def test_too_many_cases_are_declined() -> None:
    level: Level = ZERO
    for i in range(20):
        level = Max(level, IMax(ONE, Param((f"u{i}",))))
    with pytest.raises(Declined):
        at_most(level, ONE)
