"""Counts of operations, against counts by hand and against numbers that count themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
import sympy

from harness.claims.model import Claim
from harness.cost.count import count
from harness.cost.counts import Counts, Uncountable, shown
from harness.cost.fold import FoldCost, fold_cost
from harness.language.elaborate import elaborate_term
from harness.language.parser import parse_term, parse_type
from harness.language.scope import Scope
from harness.language.types import Parameter, Sort
from tests.arrays.language import PROJECT

SINGLE = "folded_qkvo_attention_block_invariant_of_commutes"
SOFTMAX = "folded_qkvo_softmax_attention_block_invariant_of_commutes"
MULTI = "residualConcatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"


def claim(name: str) -> Claim:
    return next(c for c in PROJECT.claims if c.theorem == name)


def counted(text: str, **types: str) -> tuple[str, str, str]:
    dims = [Parameter(name, Sort.DIMENSION) for name in "mnkh"]
    variables = [Parameter(name, parse_type(type_)) for name, type_ in types.items()]
    term = elaborate_term(parse_term(text), Scope({}, (*dims, *variables)))
    found = count(term, PROJECT.library)
    return shown(found.multiplications), shown(found.additions), shown(found.divisions)


A, B, V = {"A": "matrix(m, k)"}, {"B": "matrix(k, n)"}, {"v": "vector(n)"}


@pytest.mark.parametrize(
    ("text", "types", "expected"),
    [
        ("A @ B", A | B, ("k·m·n", "k·m·n - m·n", "0")),
        ("(A @ B) @ v", A | B | V, ("k·m·n + m·n", "k·m·n - m", "0")),
        ("A @ (B @ v)", A | B | V, ("k·m + k·n", "k·m + k·n - k - m", "0")),
        ("hadamard(v, v)", V, ("n", "0", "0")),
        ("dot(v, v) * v", V, ("2·n", "n - 1", "0")),
        # The same twice is computed once; what does not depend on the index too.
        ("dot(v, v) + dot(v, v)", V, ("n", "n", "0")),
        ("[i ↦ dot(v, v) * v[i]]", V, ("2·n", "n - 1", "0")),
        ("[i ↦ v[i] / (Σ j, v[j] * v[j])]", V, ("n", "n - 1", "n")),
        ("(Σ i, v[i] * v[i]) + (Σ j, v[j] * v[j])", V, ("n", "n", "0")),
        ("Σ i, Σ j, v[i] * v[j]", V, ("n²", "n² - 1", "0")),
        # The zeros of a block diagonal are not multiplied.
        (
            "blockdiag(R) @ x",
            {"R": "index(h) -> matrix(m, n)", "x": "vector(n*h)"},
            ("h·m·n", "h·m·n - h·m", "0"),
        ),
        (
            "W @ blockdiag(R)ᵀ",
            {"R": "index(h) -> matrix(m, n)", "W": "matrix(k, n*h)"},
            ("h·k·m·n", "h·k·m·n - h·k·m", "0"),
        ),
        # What is looked up is computed once for each that there is, and not for each look.
        (
            "concat(i ↦ A(f(i)) @ v)",
            V | {"A": "index(m) -> matrix(k, n)", "f": "index(h) -> index(m)"},
            ("k·m·n", "k·m·n - k·m", "0"),
        ),
        (
            "Σ i, dot(v, v) * u(f(i))[i]",
            V | {"u": "index(m) -> vector(h)", "f": "index(h) -> index(m)"},
            ("h + n", "h + n - 2", "0"),
        ),
        ("-v - v", V, ("0", "2·n", "0")),
        ("concat(i ↦ F(i))", {"F": "index(h) -> vector(n)"}, ("0", "0", "0")),
    ],
)
def test_counts_by_hand(text: str, types: dict[str, str], expected: tuple[str, ...]) -> None:
    assert counted(text, **types) == expected


BIASED = "biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations"
GROUPED = "groupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations"


def test_heads_that_share_keys_and_values_share_their_cost() -> None:
    """Queries, scores, contexts and output once a query head; keys and values once a group."""
    found = fold_cost(claim(GROUPED), PROJECT.library)
    assert found.is_free
    assert shown(found.parameters_after) == "2·d·g·m + 2·d·h·m"
    d, g, h, m, n = sympy.symbols("d g h m n")
    queries, keys, values = h * (d * m + d * d), g * n * (d * m + d * d), g * n * d * m
    scores = contexts = h * n * d
    by_hand = queries + keys + values + scores + contexts + m * d * h
    assert shown(found.after.multiplications) == shown(by_hand)
    # R and S of a group fold into its keys and values, R into its queries, S into W_o's blocks.
    assert shown(found.once.multiplications) == "2·d²·g·m + 2·d²·h·m"


def test_biases_are_parameters_and_fold_once() -> None:
    plain, biased = (fold_cost(claim(name), PROJECT.library) for name in (GROUPED, BIASED))
    assert biased.is_free
    assert shown(biased.parameters_after - plain.parameters_after) == "2·d·g + d·h"
    assert shown(biased.once.multiplications - plain.once.multiplications) == "2·d²·g + d²·h"
    assert biased.after.multiplications == plain.after.multiplications
    # To each query, to the key and the value of each token in each group, and to the output.
    added = biased.after.additions - plain.after.additions
    assert shown(added) == "2·d·g·n + d·h + m"
    assert biased.inputs == ("bo", "x", "T")


# -- numbers that count what is done to them -------------------------------------------------------


class Number:
    """Nothing but what was done to it; attention written for it knows nothing of terms."""

    done: ClassVar[Counter[str]] = Counter()

    def __add__(self, other: Number) -> Number:
        Number.done["additions"] += 1
        return Number()

    def __mul__(self, other: Number) -> Number:
        Number.done["multiplications"] += 1
        return Number()

    def __truediv__(self, other: Number) -> Number:
        Number.done["divisions"] += 1
        return Number()


Numbers = list[Number]
Rows = list[Numbers]


def total(values: Sequence[Number]) -> Number:
    found = values[0]
    for value in values[1:]:
        found = found + value
    return found


def numbers(size: int) -> Numbers:
    return [Number() for _ in range(size)]


def matrix(rows: int, columns: int) -> Rows:
    return [numbers(columns) for _ in range(rows)]


def act(a: Rows, v: Numbers) -> Numbers:
    return [total([x * y for x, y in zip(row, v, strict=True)]) for row in a]


def product(a: Rows, b: Rows) -> Rows:
    columns = list(zip(*b, strict=True))
    return [[total([x * y for x, y in zip(row, c, strict=True)]) for c in columns] for row in a]


def exp(x: Number) -> Number:
    Number.done["calls"] += 1
    return Number()


def softmax(scores: Numbers) -> Numbers:
    values = [exp(score) for score in scores]
    whole = total(values)
    return [value / whole for value in values]


def opaque(scores: Numbers) -> Numbers:
    Number.done["calls"] += 1
    return numbers(len(scores))


Weights = Callable[[Numbers], Numbers]
SIZES = {"n": 3, "d": 4, "m": 5, "h": 2}


def head(weights: Weights, turn: Rows | None) -> Numbers:
    """The context of one head; with `turn`, that matrix acts on query, keys and values."""
    n, d, m = SIZES["n"], SIZES["d"], SIZES["m"]

    def projected() -> Numbers:
        vector = act(matrix(d, m), numbers(m))
        return vector if turn is None else act(turn, vector)

    query = act(matrix(d, d), projected())
    keys = [act(matrix(d, d), projected()) for _ in range(n)]
    scores = [total([a * b for a, b in zip(query, key, strict=True)]) for key in keys]
    values = [projected() for _ in range(n)]
    weighted = [[w * x for x in v] for w, v in zip(weights(scores), values, strict=True)]
    return [total(column) for column in zip(*weighted, strict=True)]


def block(weights: Weights, heads: int, *, online: bool, residual: bool) -> Counter[str]:
    """The operations of a whole block."""
    n, d, m = SIZES["n"], SIZES["d"], SIZES["m"]
    Number.done = Counter()
    turn = matrix(d, d) if online else None
    contexts = [head(weights, turn) for _ in range(heads)]
    if turn is not None:
        contexts = [act(turn, context) for context in contexts]
    output = act(matrix(m, d * heads), [x for context in contexts for x in context])
    if residual:
        output = [x + y for x, y in zip(numbers(m), output, strict=True)]
    assert len(output) == m
    assert n > 0
    return Number.done


def at_sizes(counts: Counts) -> Counter[str]:
    def value(polynomial: object) -> int:
        return int(polynomial.subs({s: SIZES[str(s)] for s in polynomial.free_symbols}))  # type: ignore[attr-defined]

    found = {name: value(getattr(counts, name)) for name in ("multiplications", "additions")}
    found["divisions"] = value(counts.divisions)
    found["calls"] = sum(map(value, counts.calls.values()))
    return Counter({name: number for name, number in found.items() if number})


@pytest.mark.parametrize(
    ("theorem", "weights", "heads", "residual"),
    [(SINGLE, opaque, 1, False), (SOFTMAX, softmax, 1, False), (MULTI, opaque, 2, True)],
)
def test_blocks_of_attention_are_counted_as_loops_count_them(
    theorem: str, weights: Weights, heads: int, residual: bool
) -> None:
    found = fold_cost(claim(theorem), PROJECT.library)
    before = block(weights, heads, online=False, residual=residual)
    assert at_sizes(found.before) == before
    assert at_sizes(found.after) == before
    assert at_sizes(found.unfolded) == block(weights, heads, online=True, residual=residual)


def test_the_fold_itself_as_loops_count_it() -> None:
    d, m = SIZES["d"], SIZES["m"]
    Number.done = Counter()
    for _ in range(3):
        product(matrix(d, d), matrix(d, m))
    product(matrix(m, d), matrix(d, d))
    assert at_sizes(fold_cost(claim(SINGLE), PROJECT.library).once) == Number.done


def test_the_fold_of_all_heads_by_hand() -> None:
    """As the page has it: no parameter more, no operation more, and what not folding would cost."""
    found = fold_cost(claim(MULTI), PROJECT.library)
    assert found.is_free
    assert shown(found.parameters_after) == "4·d·h·m"
    extra = found.unfolded - found.before
    assert shown(extra.multiplications) == "2·d²·h·n + 2·d²·h"
    assert found.inputs == ("x", "T")
    assert [item.name for item in found.folded] == ["Wq", "Wk", "Wv", "Wo"]


@pytest.mark.parametrize(
    ("theorem", "reason"),
    [
        ("attentionBlockOutput_invariant_of_shared_rotation", "q changes"),
        ("scores_invariant_of_orthogonal", "q changes"),
        ("ropeVector_equivariant_of_commutes", "one definition"),
        ("planeRotation_commutes", "one definition"),
    ],
)
def test_what_is_no_fold_is_not_counted_as_one(theorem: str, reason: str) -> None:
    with pytest.raises(Uncountable, match=reason):
        fold_cost(claim(theorem), PROJECT.library)


@pytest.mark.parametrize("bias", ["Wq(k) @ x", "bq(k) + Wq(k) @ x"])
def test_what_is_made_of_an_input_is_no_bias(tmp_path: Path, bias: str) -> None:
    """It cannot be computed before the input is there."""
    from harness.claims.load import load_claim

    text = (PROJECT.specs / f"{BIASED}.yaml").read_text("utf-8")
    path = tmp_path / "folded.yaml"
    path.write_text(text.replace("R(group(k)) @ bq(k)", bias), "utf-8")
    with pytest.raises(Uncountable, match="bq is made of x"):
        fold_cost(load_claim(path, "folded.yaml", PROJECT.library), PROJECT.library)


FOLDS_TO_MORE = """\
theorem: folded
says: A fold through a taller matrix; true or not, it is not free.
for:
  n, d, e, m: dimension
  P: type
  weights: vector(n) -> vector(n)
  Θ: P -> matrix(d, d)
  R: matrix(e, d)
  Wq, Wk, Wv: matrix(d, m)
  Wo: matrix(m, d)
  p: P
  x: vector(m)
  pos: index(n) -> P
  T: index(n) -> vector(m)
then: >-
  ropeAttentionBlockOutput(weights, Θ, Wq, Wk, R @ Wv, Wo @ Rᵀ, p, x, pos, T)
  = ropeAttentionBlockOutput(weights, Θ, Wq, Wk, Wv, Wo, p, x, pos, T)
"""


def costly(tmp_path: Path) -> FoldCost:
    from harness.claims.load import load_claim

    path = tmp_path / "folded.yaml"
    path.write_text(FOLDS_TO_MORE, "utf-8")
    return fold_cost(load_claim(path, "folded.yaml", PROJECT.library), PROJECT.library)


def test_a_fold_that_is_not_free_is_not_called_free(tmp_path: Path) -> None:
    """R with more rows than columns makes values longer: 2·(e - d)·m parameters more."""
    found = costly(tmp_path)
    assert not found.is_free
    assert shown(found.parameters_after - found.parameters_before) == "-2·d·m + 2·e·m"
