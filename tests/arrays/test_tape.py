"""Tapes and rearrangements against NumPy, and against walks that were not recorded."""

from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.arrays import Data, Evaluator, Places, open_function
from harness.arrays import axes as rearranged
from harness.arrays.floats import Float64
from harness.arrays.tape import Recorder
from harness.language.elaborate import elaborate_statement
from harness.language.parser import parse_statement
from tests.arrays.language import LIBRARY, parameters, term

DECLARED = {
    "n, d": "dimension",
    "P": "type",
    "F": "P -> matrix(d, d)",
    "pos": "index(n) -> P",
    "v": "vector(d)",
    "f": "vector(d) -> vector(d)",
}
SIZES = {"n": 3, "d": 2, "P": 4}
TURNED = "[i ↦ dot(f(F(pos(i)) @ v), v)]"


@st.composite
def chains(draw: Any) -> tuple[tuple[int, ...], list[tuple[str, tuple[int, ...]]]]:
    """A shape, and reshapes and transpositions that can follow one another."""
    shape = start = tuple(draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 6]), max_size=4)))
    steps: list[tuple[str, tuple[int, ...]]] = []
    for _ in range(draw(st.integers(0, 5))):
        if draw(st.booleans()):
            order = tuple(draw(st.permutations(range(len(shape)))))
            steps.append(("permute", order))
            shape = tuple(shape[i] for i in order)
        else:
            factors = [f for size in shape for f in ((2, 2) if size == 4 else (size,))]
            groups: list[list[int]] = [[]]
            for factor in factors:
                if draw(st.booleans()):
                    groups.append([])
                groups[-1].append(factor)
            shape = tuple(prod(g) for g in groups)
            steps.append(("reshape", shape))
    return start, steps


@given(chains())
def test_chains_of_rearrangements_are_what_numpy_makes_of_them(chain: Any) -> None:
    shape, steps = chain
    array = expected = np.arange(float(prod(shape))).reshape(shape)
    recorder = Recorder(Float64())
    slot = given = recorder.input(array, shape)
    for name, how in steps:
        expected = expected.transpose(how) if name == "permute" else expected.reshape(how)
        slot = getattr(recorder, name)(slot, how)
        assert slot.shape == expected.shape
    assert recorder.value(slot).tolist() == expected.tolist()
    (again,) = recorder.tape([slot])([np.asarray(array + 1)])
    assert again.tolist() == (expected + 1).tolist()
    if expected.size and all(name == "permute" for name, _ in steps):
        assert slot == given or len(recorder.tape([slot])) == 1, "one step for a whole chain"


def test_a_chain_is_one_reshape_one_transposition_one_reshape() -> None:
    how = rearranged.of((6, 1, 4))
    for shape in ((6, 4), (2, 3, 4), (2, 12)):
        found = rearranged.reshaped(how, shape)
        assert found is not None
        how = found
    assert how.groups == ((0,), (1, 2)), "as many factors as it needs"
    turned = rearranged.permuted(how, (1, 0))
    assert (turned.shape, turned.is_view) == ((12, 2), True)
    back = rearranged.reshaped(turned, (24,))
    assert back is not None
    assert not back.is_view, "factors that are no neighbours are merged by a copy"
    assert rearranged.reshaped(turned, (8, 3)) is None, "12 does not begin with 8"


def values(seed: int, function: Any = None) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    types = {p.name: p.type for p in parameters(DECLARED) if p.is_explicit}
    factor = rng.standard_normal()
    return {
        "F": Data(rng.standard_normal((5, 4, 2, 2))),
        "pos": Places(rng.integers(0, 4, (5, 3))),
        "v": Data(rng.standard_normal((5, 2))),
        "f": open_function(types["f"], function or (lambda xs: factor * xs[-1])),
    }


def test_everything_that_is_given_is_looked_at_again() -> None:
    """Numbers, places and functions of the first time leave nothing behind."""
    walk = Evaluator(LIBRARY, Float64(), SIZES)
    written = term(TURNED, DECLARED)
    first = values(0)
    walk.family((), written, first)
    for name in first:
        changed = first | {name: values(1)[name]}
        played = walk.family((), written, changed)
        fresh = Evaluator(LIBRARY, Float64(), SIZES).family((), written, changed)
        assert played.tolist() == fresh.tolist(), name
        assert played.tolist() != walk.family((), written, first).tolist(), name


def test_a_walk_is_made_once_for_each_shape() -> None:
    walk = Evaluator(LIBRARY, Float64(), SIZES)
    written = term(TURNED, DECLARED)
    for _ in range(3):
        assert walk.family((), written, values(2)).shape == (5, 3)
    shared = values(2)
    shared["F"] = Data(shared["F"].array[:1])
    assert walk.family((), written, shared).shape == (5, 3)
    (asked,) = walk._asked.values()
    assert len(asked.tapes) == 2


def test_numbers_are_let_go_after_a_walk() -> None:
    """A block of a large model would be held in memory twice over."""
    import gc
    import weakref

    walk = Evaluator(LIBRARY, Float64(), SIZES)
    kept: list[Any] = []

    def function(arguments: Any) -> Any:
        found = arguments[-1] * 2.0
        kept.append(weakref.ref(found))
        return found

    gc.disable()
    try:
        given = values(5, function)
        walk.family((), term(TURNED, DECLARED), given)
        walk.term(term(TURNED, DECLARED), given)
        assert [ref() for ref in kept] == [None, None]
    finally:
        gc.enable()


def test_numbers_cannot_be_read_while_they_are_recorded() -> None:
    """A walk that looked into them would freeze what it saw."""
    recorder = Recorder(Float64())
    slot: Any = recorder.input(np.ones(3), (3,))
    for look in (float, bool, iter, lambda x: x[0], lambda x: x + 1.0, lambda x: x < 1.0):
        with pytest.raises(TypeError):
            look(slot)


def test_what_no_result_needs_is_not_done_again() -> None:
    calls: list[str] = []
    recorder = Recorder(Float64())
    given = recorder.input(np.ones(3), (3,))

    def named(name: str) -> Any:
        return lambda a: calls.append(name) or a + 1

    recorder.numbers(named("not needed"), given)
    needed = recorder.numbers(named("needed"), given)
    tape = recorder.tape([needed])
    calls.clear()
    (found,) = tape([np.zeros(3)])
    assert (found.tolist(), calls) == ([1, 1, 1], ["needed"])


def test_bare_numbers_are_rearranged_like_arrays() -> None:
    """NumPy gives one in place of an array of shape (), and open functions hand it on."""
    recorder = Recorder(Float64())
    given = recorder.input(np.float64(2.0), ())
    for slot in (recorder.reshape(given, (1, 1)), recorder.permute(given, ())):
        assert np.asarray(recorder.value(slot)).ravel().tolist() == [2.0]


def test_an_equation_is_played_for_both_sides() -> None:
    scope = LIBRARY.scope(parameters(DECLARED))
    statement = elaborate_statement(parse_statement("∀ i, F(pos(i)) @ v = v"), scope)
    walk = Evaluator(LIBRARY, Float64(), SIZES)
    for seed in (3, 4):
        given = values(seed)
        left, right = walk.equation(statement, given)
        at = given["pos"].array
        turns = given["F"].array[np.arange(5)[:, None], at]
        expected = np.einsum("bnij,bj->bni", turns, given["v"].array)
        assert np.abs(left - expected).max() < 1e-14
        assert (right == np.broadcast_to(given["v"].array[:, None], right.shape)).all()
