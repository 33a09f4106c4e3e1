"""The array interpreter against the meaning of each operator, written out entry by entry."""

from fractions import Fraction
from operator import le
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.arrays import Data, Evaluator, ObjectArithmetic, Places, Unsupported, open_function
from harness.arrays.evaluate import rank, shape_of
from harness.arrays.floats import BoundedFloat64, Float64, exactly
from harness.language.primitives import PRIMITIVES
from harness.language.types import Index, Named, function_parts
from harness.numeric.modular import PrimeField
from tests.arrays.language import LIBRARY, parameters, term
from tests.arrays.naive import evaluate, function, tabulate

FRACTIONS = ObjectArithmetic(Fraction, lambda x: 1 / x, le)

DECLARED = {
    "n, m, d, h": "dimension",
    "P": "type",
    "a, b": "scalar",
    "u, v": "vector(n)",
    "w": "vector(m)",
    "A, B": "matrix(m, n)",
    "S, T": "matrix(n, n)",
    "C": "index(h) -> vector(d)",
    "D": "index(h) -> matrix(d, n)",
    "F": "P -> matrix(n, n)",
    "G": "index(h) -> P -> matrix(n, n)",
    "pos": "index(n) -> P",
    "p": "P",
    "i": "index(n)",
    "f": "vector(n) -> vector(n)",
    "g": "index(h) -> vector(n) -> vector(n)",
    "V": "P -> index(h) -> vector(n)",
    "W": "P -> index(h) -> index(n) -> scalar",
    "e": "scalar -> scalar",
}
SIZES = {"n": 3, "m": 2, "d": 4, "h": 5, "P": 6}


def square(arguments: Any) -> Any:
    """The last argument, entry by entry squared, and one more."""
    return arguments[-1] * arguments[-1] + Fraction(1)


def shifted(arguments: Any) -> Any:
    """g(k)(v) = v + k, entry by entry."""
    index, vector = arguments
    return vector + np.asarray(index)[..., None]


def draw(sizes: dict[str, int], lanes: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    found = {}
    for parameter in parameters(DECLARED):
        if not parameter.is_explicit or rank(parameter.type) is None:
            continue
        target = function_parts(parameter.type)[1]
        shape = (lanes, *shape_of(parameter.type, sizes))
        if isinstance(target, Index | Named):
            high = sizes["P"] if isinstance(target, Named) else sizes["n"]
            found[parameter.name] = rng.integers(0, max(high, 1), shape)
        else:
            numbers = rng.integers(-3, 4, shape)
            found[parameter.name] = np.vectorize(Fraction, otypes=[object])(numbers)
    return found


def as_values(arrays: dict[str, np.ndarray], number: Any = None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for parameter in parameters(DECLARED):
        if not parameter.is_explicit:
            continue
        name = parameter.name
        if name in arrays:
            array = arrays[name]
            plain = array.dtype != object
            values[name] = Places(array) if plain else Data(number(array) if number else array)
    types = {p.name: p.type for p in parameters(DECLARED) if p.is_explicit}
    values["f"] = open_function(types["f"], square)
    values["e"] = open_function(types["e"], square)
    values["g"] = open_function(types["g"], shifted)
    return values


def naive_values(arrays: dict[str, np.ndarray], lane: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: function(array.tolist()[lane], array.ndim - 1) for name, array in arrays.items()
    }
    found["e"] = lambda x: x * x + 1
    found["f"] = lambda x: lambda i: x(i) * x(i) + 1
    found["g"] = lambda k: lambda x: lambda i: x(i) + k
    return found


def agree(text: str, sizes: dict[str, int], lanes: int = 2, seed: int = 0) -> None:
    """Entry by entry, walked for some numbers, and then played again for others."""
    written = term(text, DECLARED)
    walk = Evaluator(LIBRARY, FRACTIONS, sizes)
    shape = shape_of(written.type, sizes)
    for arrays in (draw(sizes, lanes, seed), draw(sizes, lanes, seed + 1000)):
        value = walk.family((), written, as_values(arrays))
        found = np.broadcast_to(value, (lanes, *shape))
        for lane in range(lanes):
            expected = evaluate(written, naive_values(arrays, lane), sizes, LIBRARY)
            assert found.tolist()[lane] == tabulate(expected, shape), text


TERMS = {
    "zero": "a + 0",
    "one": "a + 1",
    "numeral": "11 * a + 2 * v[i]",
    "add": "a + b",
    "subtract": "a - b",
    "negate": "-a",
    "multiply": "a * b",
    "power": "(u[i] - 2) ^ 5 + (Σ j, u[j] * v[j]) ^ 2 - a ^ 3 * b ^ 1 * a ^ 0",
    "divide": "a / b",
    "sum": "Σ j, u[j] * v[j]",
    "if_le": "[j ↦ Σ k, if k ≤ j then S[j, k] * u[k] else a]",
    "if_lt": "[j ↦ if j < i then u[j] else v[i] / a]",
    "if_eq": "Σ j, if i = j then u[j] else 1",
    "if_at_most": "[j ↦ Σ k, if u[j] ≤ S[j, k] * a then v[k] else u[j]]",
    "if_less": "[j ↦ if 0 < u[j] then u[j] else -v[i]]",
    "if_equal": "Σ j, if u[j] = v[i] then 1 else a",
    "max": "[j ↦ max(u[j], v[j])]",
    "min": "min(a, Σ j, u[j])",
    "zero_vector": "u + 0",
    "vector": "[j ↦ u[j] * a]",
    "entry": "u[i]",
    "add_vector": "u + v",
    "subtract_vector": "u - v",
    "negate_vector": "-u",
    "scale_vector": "a * u",
    "dot": "dot(u, v)",
    "sum_vector": "Σ j, u[j] * C(k)",
    "append": "append(u, w)",
    "concat": "concat(C)",
    "zero_matrix": "A + 0",
    "identity": "S + 1",
    "matrix_entry": "S[i, i]",
    "add_matrix": "A + B",
    "subtract_matrix": "A - B",
    "negate_matrix": "-A",
    "scale_matrix": "a * A",
    "matvec": "A @ u",
    "matmul": "A @ S",
    "transpose": "Aᵀ",
    "diagonal": "diagonal(u)",
    "matrix2": "matrix2(a, b, a*b, -a)",
    "blocks": "blocks(A, A @ S, S, S @ T)",
    "blockdiag": "blockdiag(D)",
    "tabulate": "tabulate(j ↦ k ↦ u[j] * S[k, j])",
    "hadamard_vector": "hadamard(u, S @ v) + hadamard(u, v)",
    "hadamard_matrix": "hadamard(S, T @ S)",
}
TERMS["sum_vector"] = "Σ j, dot(C(j), C(j)) * C(j)"

BINDERS = [
    "[j ↦ Σ k, dot(V(pos(j))(k), V(p)(k))]",
    "[j ↦ Σ k, dot(V(pos(j))(k), F(pos(j)) @ u)]",
    "[j ↦ Σ k, W(pos(j))(k)(j)]",
    "Σ j, S[j, j]",
    "[j ↦ ((u[j] * u[j]) * (u[j] * v[j])) * (a * (a * a))]",
    "[j ↦ [k ↦ S[j, k]][j]]",
    "[j ↦ Σ k, S[j, k] * S[k, j]]",
    "Σ j, Σ k, (u[j] * v[k]) * S[k, j]",
    "[j ↦ (F(pos(j)) @ u)[j]]",
    "Σ j, F(pos(j)) @ (u[j] * v)",
    "[j ↦ dot(F(p) @ u, F(pos(j)) @ v)]",
    "concat(k ↦ G(k)(p) @ u)",
    "concat(k ↦ Σ j, u[j] * (G(k)(pos(j)) @ v))",
    "blockdiag(k ↦ G(k)(pos(i)) @ S)",
    "blockdiag((k: index(h)) ↦ S)",
    "u + [j ↦ a]",
    "f(u + f(v))",
    "concat(k ↦ g(k)(u))",
    "concat(k ↦ g(k)(G(k)(p) @ u))",
    "[j ↦ e(u[j]) / (Σ k, e(u[k]))]",
    "Σ j, f(F(pos(j)) @ u)",
    "Σ j, f(u)[j] * (F(pos(j)) @ f(v))",
    "scores(u, j ↦ F(pos(j)) @ u)",
    "scores(A @ u, j ↦ (A @ F(pos(j))) @ u)",
    "(A @ S) @ u + A @ (S @ u)",
    "((S @ T) @ F(p))ᵀ @ u",
    "A @ (S @ T)ᵀ",
    "Σ j, u[j] * ((S @ F(pos(j))) @ v)",
    "blockdiag(D)ᵀ @ concat(C)",
    "(blockdiag(D) @ blockdiag(D)ᵀ) @ concat(C)",
    "blockdiag(D)ᵀ @ blockdiag(D)",
    "blockdiag(D) @ blockdiag(D)ᵀ",
    "blockdiag(k ↦ D(k)ᵀ @ D(k)) @ concat(k ↦ G(k)(p) @ u)",
    "Σ j, (blockdiag(k ↦ G(k)(pos(j))) @ concat((k: index(h)) ↦ F(p) @ u))",
    "[j ↦ Σ k, dot(F(pos(j)) @ u, F(pos(k)) @ v) * S[j, k]]",
    "[j ↦ Σ k, scores(u, (i: index(n)) ↦ F(pos(i)) @ v)[j] "
    "* scores(v, (i: index(n)) ↦ F(pos(j)) @ u)[k]]",
    "Σ j: index(n), a * v",
    "Σ j, (Σ k, u[k] * S[j, k]) * v[j]",
    "attentionContext(s ↦ softmax(e, s), u, j ↦ F(pos(j)) @ v, j ↦ A @ v)",
    "attentionContext(s ↦ [j ↦ s[j] * a], u, j ↦ v, j ↦ F(pos(j)) @ v)",
    "multiHeadRopeAttentionContext(k ↦ (s ↦ f(s) + g(k)(s)), k ↦ (q ↦ (S @ F(q))), "
    "k ↦ G(k)(p), k ↦ G(k)(p), k ↦ S, p, u, pos, j ↦ F(pos(j)) @ u)",
]


@pytest.mark.parametrize("operator", PRIMITIVES)
def test_every_primitive(operator: str) -> None:
    from harness.language.transform import primitives

    assert operator in primitives(term(TERMS[operator], DECLARED))
    agree(TERMS[operator], SIZES)


@pytest.mark.parametrize("text", BINDERS)
def test_binders_become_axes(text: str) -> None:
    agree(text, SIZES)


@pytest.mark.parametrize("text", [text for text in BINDERS if "pos" in text])
@pytest.mark.parametrize("positions", [2, 40])
def test_few_and_many_positions(text: str, positions: int) -> None:
    """Matrices are gathered for vectors, or vectors from what all matrices make of another."""
    agree(text, SIZES | {"P": positions})


@pytest.mark.parametrize("text", [*TERMS.values(), *BINDERS])
@pytest.mark.parametrize("size", [1, 0])
def test_sizes_one_and_zero(text: str, size: int) -> None:
    sizes = dict.fromkeys(SIZES, size)
    if size == 0 and any(name in text for name in ("[i", "(p)", "(p,", "pos(i)", ", p")):
        pytest.skip("there is no index or position to speak of")
    agree(text, sizes)


def test_division_by_zero_is_zero() -> None:
    for arithmetic, zero in (
        (FRACTIONS, np.array([Fraction(0)], dtype=object)),
        (Float64(), np.zeros(1)),
        (PrimeField(16777213), np.zeros(1)),
    ):
        one: Any = arithmetic.constant(1)
        assert arithmetic.divide(one, zero).tolist() == [0]
    found = BoundedFloat64().divide(exactly(np.ones(1)), exactly(np.zeros(1)))
    assert (found.value.tolist(), found.error.tolist()) == ([0.0], [0.0])


def test_a_lane_of_one_serves_all() -> None:
    arrays = draw(SIZES, 3)
    arrays["A"] = arrays["A"][:1]
    walk = Evaluator(LIBRARY, FRACTIONS, SIZES)
    value = walk.term(term("A @ u", DECLARED), as_values(arrays))
    assert isinstance(value, Data)
    matrix = arrays["A"][0].tolist()
    for lane, vector in enumerate(arrays["u"].tolist()):
        expected = [sum(x * y for x, y in zip(row, vector, strict=True)) for row in matrix]
        assert value.array[lane].tolist() == expected


def test_fractions_residues_and_floats_agree() -> None:
    """Integer inputs: floats are exact, residues are the integers modulo p."""
    field = PrimeField(8388593)
    ordered = [TERMS[name] for name in ("if_at_most", "if_less", "if_equal", "max", "min")]
    kept = [text for text in (*TERMS.values(), *BINDERS) if text not in ordered]
    for text in [t for t in kept if "/" not in t and "softmax" not in t]:
        arrays = draw(SIZES, 2)
        written = term(text, DECLARED)
        exact = Evaluator(LIBRARY, FRACTIONS, SIZES).term(written, as_values(arrays))
        assert isinstance(exact, Data)
        number = lambda a: a.astype(float)  # noqa: E731
        values = as_values(arrays, number)
        values |= {k: open_float(k) for k in ("f", "e", "g")}
        floats = Evaluator(LIBRARY, Float64(), SIZES).term(written, values)
        assert isinstance(floats, Data)
        assert (floats.array == exact.array.astype(float)).all(), text
        residues = Evaluator(LIBRARY, field, SIZES).term(
            written, values | {k: open_float(k, field) for k in ("f", "e", "g")}
        )
        assert isinstance(residues, Data)
        expected = np.vectorize(lambda x: int(x) % 8388593, otypes=[np.int64])(exact.array)
        assert (field.canonical(residues.array) == expected).all(), text


def open_float(name: str, field: PrimeField | None = None) -> Any:
    types = {p.name: p.type for p in parameters(DECLARED) if p.is_explicit}
    finish = field.reduce if field else np.asarray
    if name == "g":
        return open_function(types["g"], lambda xs: finish(xs[1] + np.asarray(xs[0])[..., None]))
    return open_function(types[name], lambda xs: finish(finish(xs[-1] * xs[-1]) + 1.0))


def test_what_no_array_holds_is_refused() -> None:
    from harness.language.elaborate import elaborate_statement
    from harness.language.parser import parse_statement

    scope = LIBRARY.scope(parameters(DECLARED))
    statement = elaborate_statement(parse_statement("∀ (x: vector(n)), f(x) = x"), scope)
    with pytest.raises(Unsupported, match=r"vector\(n\)"):
        Evaluator(LIBRARY, FRACTIONS, SIZES).equation(statement, as_values(draw(SIZES, 1)))


def test_both_sides_come_in_one_shape() -> None:
    from harness.language.elaborate import elaborate_statement
    from harness.language.parser import parse_statement

    scope = LIBRARY.scope(parameters(DECLARED))
    statement = elaborate_statement(parse_statement("∀ k q, G(k)(q) = 1"), scope)
    arrays = draw(SIZES, 4)
    left, right = Evaluator(LIBRARY, FRACTIONS, SIZES).equation(statement, as_values(arrays))
    assert left.shape == right.shape == (4, 5, 6, 3, 3)
    assert (left == arrays["G"]).all()
    assert (right == np.eye(3)).all()


# -- random terms -----------------------------------------------------------------------------

SCALARS = st.sampled_from(["a", "b", "0", "1", "u[i]", "S[i, i]", "e(a)"])
VECTORS = st.sampled_from(["u", "v", "f(u)", "(F(p) @ u)", "[j ↦ v[j]]"])
MATRICES = st.sampled_from(["S", "T", "F(p)", "F(pos(i))", "diagonal(u)", "Sᵀ"])


def deeper(kinds: Any) -> Any:
    scalars, vectors, matrices = kinds
    s = st.one_of(
        scalars,
        st.builds("({} + {})".format, scalars, st.sampled_from(["a", "b"])),
        st.builds("({} * {})".format, scalars, scalars),
        st.builds("dot({}, {})".format, vectors, vectors),
        st.builds("(Σ j, {}[j] * u[j])".format, vectors),
        st.builds("(Σ j, {}[j, j])".format, matrices),
        st.builds("(Σ j, dot(F(pos(j)) @ {}, {}))".format, vectors, vectors),
    )
    v = st.one_of(
        vectors,
        st.builds("({} + {})".format, vectors, vectors),
        st.builds("({} @ {})".format, matrices, vectors),
        st.builds("({} * {})".format, st.sampled_from(["a", "b", "u[i]"]), vectors),
        st.builds("f({})".format, vectors),
        st.builds("[j ↦ {}[j] * dot(F(pos(j)) @ u, {})]".format, vectors, vectors),
        st.builds("(Σ j, {}[j] * (F(pos(j)) @ {}))".format, vectors, vectors),
    )
    m = st.one_of(
        matrices,
        st.builds("({} @ {})".format, matrices, matrices),
        st.builds("({} - {})".format, matrices, matrices),
        st.builds("diagonal({})".format, vectors),
        st.builds("({})ᵀ".format, matrices),
    )
    return s, v, m


def nested(depth: int) -> Any:
    kinds = (SCALARS, VECTORS, MATRICES)
    for _ in range(depth):
        kinds = deeper(kinds)
    return st.one_of(*kinds[1:])


@settings(max_examples=60, deadline=None)
@given(nested(3), st.integers(0, 9))
def test_random_terms(text: str, seed: int) -> None:
    agree(text, {"n": 2, "m": 2, "d": 2, "h": 2, "P": 3}, lanes=2, seed=seed)


@pytest.mark.parametrize("arithmetic", [Float64(), PrimeField(8388593)])
def test_only_exact_numbers_are_compared(arithmetic: Any) -> None:
    written = term("max(a, b)", DECLARED)
    values = as_values(draw(SIZES, 2), lambda a: a.astype(float))
    with pytest.raises(Unsupported, match="decided in exact numbers alone"):
        Evaluator(LIBRARY, arithmetic, SIZES).term(written, values)
