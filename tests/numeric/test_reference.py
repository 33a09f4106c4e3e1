"""The definitions against attention written from the papers, with loops and nothing of ours.

Vaswani et al. 2017 (scaled dot products, heads side by side), Su et al. 2021 (pair i of a query
or key at position p turns by p θᵢ); the half-split layout is GPT-NeoX's.
"""

import math

import numpy as np
import pytest

from harness.arrays import Data, Evaluator, Places, open_function
from harness.arrays.floats import Float64
from harness.language.parser import parse_type
from tests.arrays.language import LIBRARY, term

HEADS, SIZE, MODEL, TOKENS = 3, 4, 5, 6
POSITIONS = [0, 1, 2, 3, 7, 100, 5000]


def turn(x: list[float], position: int, layout: str) -> list[float]:
    """RoPE as the paper has it: x₂ᵢ cos − x₂ᵢ₊₁ sin and x₂ᵢ₊₁ cos + x₂ᵢ sin."""
    half = len(x) // 2
    found = [0.0] * len(x)
    for i in range(half):
        angle = position * 10000.0 ** (-2 * i / len(x))
        first, second = (2 * i, 2 * i + 1) if layout == "interleaved" else (i, i + half)
        found[first] = x[first] * math.cos(angle) - x[second] * math.sin(angle)
        found[second] = x[second] * math.cos(angle) + x[first] * math.sin(angle)
    return found


def times(matrix: list[list[float]], x: list[float]) -> list[float]:
    return [math.fsum(a * b for a, b in zip(row, x, strict=True)) for row in matrix]


def head(wq, wk, wv, x, position, tokens, positions, layout):  # type: ignore[no-untyped-def]
    query = turn(times(wq, x), position, layout)
    scores = []
    for token, place in zip(tokens, positions, strict=True):
        key = turn(times(wk, token), place, layout)
        scores.append(math.fsum(a * b for a, b in zip(query, key, strict=True)) / math.sqrt(SIZE))
    powers = [math.exp(s - max(scores)) for s in scores]
    values = [times(wv, token) for token in tokens]
    return [
        math.fsum(p * v[i] for p, v in zip(powers, values, strict=True)) / math.fsum(powers)
        for i in range(SIZE)
    ]


DECLARED = {
    "n, d, m, h, k": "dimension",
    "P": "type",
    "weights": "index(h) -> vector(n) -> vector(n)",
    "c, s": "P -> vector(k)",
    "Wq, Wk, Wv": "index(h) -> matrix(d, m)",
    "Wo": "matrix(m, d*h)",
    "p": "P",
    "x": "vector(m)",
    "pos": "index(n) -> P",
    "T": "index(n) -> vector(m)",
    "turns": "P -> matrix(d, d)",
}


def drawn(seed: int):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    arrays = {
        **{name: rng.standard_normal((HEADS, SIZE, MODEL)) for name in ("Wq", "Wk", "Wv")},
        "Wo": rng.standard_normal((MODEL, SIZE * HEADS)),
        "x": rng.standard_normal(MODEL),
        "T": rng.standard_normal((TOKENS, MODEL)),
    }
    angles = np.array(
        [[p * 10000.0 ** (-2 * i / SIZE) for i in range(SIZE // 2)] for p in POSITIONS]
    )
    places = {"p": rng.integers(0, len(POSITIONS)), "pos": rng.integers(0, len(POSITIONS), TOKENS)}
    return arrays, angles, places


def softmax_of_paper(arguments):  # type: ignore[no-untyped-def]
    scores = arguments[-1] / math.sqrt(SIZE)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("layout", ["interleaved", "half-split"])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_multi_head_attention(layout: str, residual: bool, seed: int) -> None:
    arrays, angles, places = drawn(seed)
    sizes = {"n": TOKENS, "d": SIZE, "m": MODEL, "h": HEADS, "k": SIZE // 2, "P": len(POSITIONS)}
    values = {name: Data(array[None]) for name, array in arrays.items()}
    values |= {name: Places(np.asarray(place)[None]) for name, place in places.items()}
    values |= {"c": Data(np.cos(angles)[None]), "s": Data(np.sin(angles)[None])}
    values["weights"] = open_function(parse_type(DECLARED["weights"]), softmax_of_paper)
    walk = Evaluator(LIBRARY, Float64(), sizes)

    name = "ropeInterleaved" if layout == "interleaved" else "ropeHalfSplit"
    turns = walk.term(term(f"q ↦ {name}(c(q), s(q))", {**DECLARED}), values)
    assert isinstance(turns, Data)
    values["turns"] = turns
    block = "concatProjectedMultiHeadRopeAttentionBlockOutput"
    block = f"residual{block[0].upper()}{block[1:]}" if residual else block
    output = walk.term(
        term(f"{block}(weights, (j: index(h)) ↦ turns, Wq, Wk, Wv, Wo, p, x, pos, T)", DECLARED),
        values,
    )
    assert isinstance(output, Data)

    position = POSITIONS[int(places["p"])]
    positions = [POSITIONS[int(i)] for i in places["pos"]]
    x, tokens = arrays["x"].tolist(), arrays["T"].tolist()
    contexts = [
        head(
            *(arrays[w][k].tolist() for w in ("Wq", "Wk", "Wv")),
            x,
            position,
            tokens,
            positions,
            layout,
        )
        for k in range(HEADS)
    ]
    expected = times(arrays["Wo"].tolist(), [y for context in contexts for y in context])
    if residual:
        expected = [a + b for a, b in zip(x, expected, strict=True)]
    assert np.abs(output.array[0] - expected).max() < 1e-11 * max(map(abs, expected))


@pytest.mark.parametrize(
    "wrong",
    ["flipped sign", "other layout", "scale forgotten", "heads in the other order"],
)
def test_the_reference_is_not_vacuous(wrong: str) -> None:
    """What it is meant to notice does make a difference of more than rounding."""
    arrays, _, places = drawn(0)
    positions = [POSITIONS[int(i)] for i in places["pos"]]
    x, tokens = arrays["x"].tolist(), arrays["T"].tolist()
    weights = [[arrays[w][k].tolist() for w in ("Wq", "Wk", "Wv")] for k in range(HEADS)]
    position = POSITIONS[int(places["p"])]
    right = [y for w in weights for y in head(*w, x, position, tokens, positions, "interleaved")]
    if wrong == "flipped sign":
        negative = [-p for p in positions]
        other = [y for w in weights for y in head(*w, x, position, tokens, negative, "interleaved")]
    elif wrong == "other layout":
        other = [y for w in weights for y in head(*w, x, position, tokens, positions, "half-split")]
    elif wrong == "scale forgotten":
        scaled = [[[[math.sqrt(SIZE) * y for y in row] for row in w[0]], *w[1:]] for w in weights]
        other = [y for w in scaled for y in head(*w, x, position, tokens, positions, "interleaved")]
    else:
        other = right[SIZE:] + right[:SIZE]
    assert max(abs(a - b) for a, b in zip(right, other, strict=True)) > 1e-3
