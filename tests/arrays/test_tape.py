"""Tapes and products against NumPy, and against walks that were not recorded."""

from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.arrays import Data, Evaluator, Places, open_function
from harness.arrays.axes import Named
from harness.arrays.floats import Float64
from harness.arrays.products import Algebra, Pick, Product
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
def networks(draw: Any) -> tuple[list[tuple[int, ...]], set[int], dict[int, int]]:
    """The axes of some factors, which of them are summed, and their sizes."""
    sizes = {axis: draw(st.sampled_from([0, 1, 2, 3, 3])) for axis in range(6)}
    axes = st.lists(st.sampled_from(range(6)), max_size=4, unique=True)
    factors = [tuple(f) for f in draw(st.lists(axes, min_size=1, max_size=5))]
    return factors, draw(st.sets(st.sampled_from(range(6)))), sizes


def as_arrays(algebra: Algebra, factors: Any, sizes: Any) -> tuple[list[Any], list[Named]]:
    rng = np.random.default_rng(0)
    arrays = [rng.integers(-3, 4, [sizes[a] for a in f]).astype(float) for f in factors]
    named = [
        Named(algebra.tape.input(array, array.shape), f)
        for array, f in zip(arrays, factors, strict=True)
    ]
    return arrays, named


@given(networks(), st.lists(st.integers(0, 4), max_size=2))
def test_products_are_what_einsum_makes_of_them(network: Any, again: list[int]) -> None:
    factors, summed, sizes = network
    algebra = Algebra(Recorder(Float64()))
    inputs, named = as_arrays(algebra, factors, sizes)
    repeated = [*range(len(factors)), *(i % len(factors) for i in again)]
    factors, named = [factors[i] for i in repeated], [named[i] for i in repeated]
    free = sorted({a for f in factors for a in f} - summed)
    found = algebra.array(Product(tuple(named), {a: sizes[a] for a in summed}))
    slot = algebra.spread(found, {a: sizes[a] for a in free})
    idle = prod(sizes[a] for a in summed if not any(a in f for f in factors))
    for _ in range(2):
        arrays = [inputs[i] for i in repeated]
        operands = [x for pair in zip(arrays, map(list, factors), strict=True) for x in pair]
        expected = np.einsum(*operands, free) * idle
        (played,) = algebra.tape.tape([slot])(inputs)
        assert played.tolist() == expected.tolist()
        inputs = [array + 1 for array in inputs]


@given(networks(), st.integers(0, 5), st.integers(0, 5))
def test_picks_are_what_matrices_of_0_and_1_make_of_them(network: Any, at: int, of: int) -> None:
    """X[…, pos(j), …], whatever else is multiplied and summed."""
    factors, summed, sizes = network
    members = 4
    factors = [(*factors[0], 7), *factors[1:], *[(7,)] * (of % 2)]
    picked = (0, at) if at else (0,)
    places = np.random.default_rng(at).integers(0, members, [sizes[a] for a in picked])
    algebra = Algebra(Recorder(Float64()))
    arrays, named = as_arrays(algebra, factors, sizes | {7: members})
    pick = Pick(Named(algebra.tape.input(places, places.shape, are_places=True), picked), 7)
    over = {a: sizes[a] for a in summed} | {7: members}
    free = sorted({a for f in (*factors, picked) for a in f} - over.keys())
    found = algebra.array(Product((*named, pick), over))
    slot = algebra.spread(found, {a: sizes[a] for a in free})
    taken = (places[..., None] == np.arange(members)).astype(float)
    operands: list[Any] = [taken, [*picked, 7]]
    for array, f in zip(arrays, factors, strict=True):
        operands += [array, list(f)]
    idle = prod(sizes[a] for a in summed if not any(a in f for f in (*factors, picked)))
    assert algebra.tape.value(slot).tolist() == (np.einsum(*operands, free) * idle).tolist()


@given(networks(), st.permutations(range(6)), st.integers(0, 6))
def test_axes_are_grouped_as_numpy_groups_them(network: Any, order: Any, cut: int) -> None:
    (axes, *_), _, sizes = network
    algebra = Algebra(Recorder(Float64()))
    (array,), (named,) = as_arrays(algebra, [axes], sizes)
    groups = [order[:cut], order[cut:]]
    expected = array.transpose([axes.index(a) for a in order if a in axes])
    expected = expected.reshape([prod(sizes[a] for a in g if a in axes) for g in groups])
    slot = algebra.grouped(named, groups)
    assert algebra.tape.value(slot).tolist() == expected.tolist()
    assert slot is algebra.grouped(named, groups)
    whole = algebra.ungrouped(slot, {a: sizes[a] for a in order if a in axes})
    assert (
        algebra.tape.value(algebra.grouped(whole, [[a] for a in axes])).tolist() == array.tolist()
    )


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
    assert len(walk._tapes) == 2


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

    recorder.step("one", named("not needed"), given)
    needed = recorder.step("other", named("needed"), given)
    tape = recorder.tape([needed])
    calls.clear()
    (found,) = tape([np.zeros(3)])
    assert (found.tolist(), calls) == ([1, 1, 1], ["needed"])


def test_a_step_on_the_same_operands_is_one_step() -> None:
    recorder = Recorder(Float64())
    one, other = (recorder.input(np.ones(3), (3,)) for _ in range(2))
    double = recorder.step("double", lambda a: a + a, one)
    assert recorder.step("double", lambda a: a + a, one) is double
    assert recorder.step("double", lambda a: a + a, other) is not double
    assert recorder.step("half", lambda a: a / 2, one) is not double


def test_both_sides_share_what_they_have_in_common() -> None:
    """(S T) v on both sides of an equation is two products and no more."""
    declared = {"n": "dimension", "S, T": "matrix(n, n)", "v, w": "vector(n)"}
    scope = LIBRARY.scope(parameters(declared))
    statement = elaborate_statement(parse_statement("S @ (T @ v) + w = w - (S @ T) @ v"), scope)
    products: list[int] = []

    class Counting(Float64):
        def matmul(self, left: Any, right: Any) -> Any:
            products.append(1)
            return super().matmul(left, right)

    walk = Evaluator(LIBRARY, Counting(), {"n": 3})
    rng = np.random.default_rng(0)
    given = {k: Data(rng.random((2, 3, 3) if k in "ST" else (2, 3))) for k in "STvw"}
    for _ in range(2):
        products.clear()
        walk.equation(statement, given)
        assert len(products) == 2


def test_bare_numbers_are_rearranged_like_arrays() -> None:
    """NumPy gives one in place of an array of shape (), and open functions hand it on."""
    recorder = Recorder(Float64())
    given = recorder.input(np.float64(2.0), ())
    for slot in (recorder.arranged(given, (), (1, 1)), recorder.arranged(given, (), ())):
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
