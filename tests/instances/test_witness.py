"""Instances of hypotheses that small random numbers do not meet."""

import random
from fractions import Fraction

import pytest

from harness.instances.models import Models
from harness.instances.witness import find_witness
from harness.symbolic.ground import compare
from tests.test_bounds import PROJECT, over

LIBRARY = PROJECT.library


@pytest.mark.parametrize(
    ("kind", "names", "assumed", "expected"),
    [
        ("integers", "c", {"h": "c + c = 10"}, {"c": 5}),
        (
            "rational numbers",
            "a b",
            {"h": "a + b = 10", "k": "a - b = 3"},
            {"a": "13/2", "b": "7/2"},
        ),
        ("rational numbers", "a b", {"h": "a * b = 1", "k": "b = 7"}, {"a": "1/7", "b": 7}),
    ],
)
def test_the_only_numbers_that_meet_hypotheses_are_found(
    kind: str, names: str, assumed: dict[str, str], expected: dict[str, object]
) -> None:
    claim = over(kind, names, f"{names[0]} = {names[0]} + 1", **assumed)
    witness = find_witness(claim, LIBRARY, seconds=1)
    assert witness is not None
    assert witness.values == expected


def test_whole_numbers_are_not_answered_by_fractions() -> None:
    claim = over("integers", "c", "c = c + 1", h="c + c = 9")
    assert find_witness(claim, LIBRARY, seconds=1) is None


def test_what_bounds_ask_is_moved_to() -> None:
    claim = over("integers", "a b", "a = b", h="a = 100 * b", k="3 ≤ b")
    witness = find_witness(claim, LIBRARY, seconds=1)
    assert witness is not None
    a, b = witness.values["a"], witness.values["b"]
    assert isinstance(a, int)
    assert isinstance(b, int)
    assert a == 100 * b
    assert b >= 3


def test_what_is_chosen_by_an_order_is_decided_in_fractions() -> None:
    claim = over("rational numbers", "a b", "a = b", h="max(a, b) = 3", k="0 < a")
    witness = find_witness(claim, LIBRARY, seconds=1)
    assert witness is not None
    a, b = (Fraction(str(witness.values[name])) for name in "ab")
    assert max(a, b) == 3
    assert a > 0


def test_equations_that_no_order_of_the_variables_meets_are_solved_together() -> None:
    """By hand: a = 13/2, b = 7/2; and where one is free, every solution is one."""
    claim = over("rational numbers", "a b", "2 * a = 13", h="a + b = 10", k="a - b = 3")
    [model, *_] = Models(claim, LIBRARY, {}, random.Random(0)).models(1)
    assert [model.values[name].array[0] for name in "ab"] == [Fraction(13, 2), Fraction(7, 2)]
    found = compare(claim, LIBRARY, ())
    assert found is not None
    assert found.is_equal
    wrong = compare(
        over("rational numbers", "a b", "a = 7", h="a + b = 10", k="a - b = 3"), LIBRARY, ()
    )
    assert wrong is not None
    assert not wrong.is_equal
    three = {"h": "a + b = c", "k": "a - b = c + c + 1"}
    for model in Models(
        over("rational numbers", "a b c", "a = c", **three), LIBRARY, {}, random.Random(0)
    ).models(4):
        a, b, c = (model.values[name].array[0] for name in "abc")
        assert a + b == c
        assert a - b == c + c + 1
