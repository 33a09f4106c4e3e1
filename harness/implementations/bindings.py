"""What the parameters of each definition are, in a drawn layer.

A definition is known by its name and its parameters, in the language's own notation, but for what
its dimensions and types are called. One of the same name with other parameters is another
definition, and nothing is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.arrays import Data, Places, Value, open_function
from harness.arrays.floats import UNIT, Bounded, BoundedFloat64, Floats, exactly
from harness.arrays.functions import exponential, reciprocal_root, silu, softmax
from harness.claims.model import Definition
from harness.implementations.layers import EPSILON, Instance
from harness.implementations.papers import pair, rotary_matrix
from harness.language.transform import substitute
from harness.language.types import (
    Dim,
    DimVar,
    Named,
    Parameter,
    Sort,
    Type,
    function_parts,
    substitute_type,
)

_GIVEN = "q: vector(d), K: index(n) -> vector(d)"
_ROPE = "P: type, weights: vector(n) -> vector(n), Θ: P -> matrix(d, d)"
_HEAD = f"{_ROPE}, Wq: matrix(d, m), Wk: matrix(d, m), Wv: matrix(e, m)"
_HEADS = (
    "n: dimension, d: dimension, m: dimension, h: dimension, P: type, "
    "weights: index(h) -> vector(n) -> vector(n), Θ: index(h) -> P -> matrix(d, d), "
    "Wq: index(h) -> matrix(d, m), Wk: index(h) -> matrix(d, m), Wv: index(h) -> matrix(d, m)"
)
_SUBLAYER = _HEADS[_HEADS.index("weights") :].replace(
    "index(h) -> vector(n)", "index(h) -> index(n) -> vector(n)"
)
_SHARED = (
    "n: dimension, d: dimension, m: dimension, g: dimension, h: dimension, P: type, "
    "group: index(h) -> index(g), weights: index(h) -> vector(n) -> vector(n), "
    "Θ: index(g) -> P -> matrix(d, d), Wq: index(h) -> matrix(d, m), bq: index(h) -> vector(d), "
    "Wk: index(g) -> matrix(d, m), bk: index(g) -> vector(d), "
    "Wv: index(g) -> matrix(d, m), bv: index(g) -> vector(d)"
)
_MLP = "act: scalar -> scalar, Wg: matrix(l, m), Wu: matrix(l, m), Wd: matrix(m, l), v: vector(m)"
_TOKENS = "p: P, x: vector(m), pos: index(n) -> P, T: index(n) -> vector(m)"
_LATENT = (
    "weights: index(h) -> vector(n) -> vector(n), Θ: P -> matrix(r, r), "
    "normq: vector(a) -> vector(a), normk: vector(b) -> vector(b), "
    "Dq: matrix(a, m), Dk: matrix(b, m), "
    "Wqn: index(h) -> matrix(c, a), Wqr: index(h) -> matrix(r, a), "
    "Wkn: index(h) -> matrix(c, b), Wkr: matrix(r, m), Wv: index(h) -> matrix(e, b)"
)
_PAIRS = "k: dimension, c: vector(k), s: vector(k)"


def _dims(names: str) -> str:
    return ", ".join(f"{name}: dimension" for name in names)


SIGNATURES: Mapping[str, str] = {
    "scores": f"{_dims('nd')}, {_GIVEN}",
    "attentionWeights": f"{_dims('nd')}, weights: vector(n) -> vector(n), {_GIVEN}",
    "attentionContext": (
        f"{_dims('nde')}, weights: vector(n) -> vector(n), {_GIVEN}, V: index(n) -> vector(e)"
    ),
    "attentionBlockOutput": (
        f"{_dims('ndem')}, weights: vector(n) -> vector(n), Wo: matrix(m, e), {_GIVEN}, "
        "V: index(n) -> vector(e)"
    ),
    "ropeVector": (
        f"{_dims('dm')}, P: type, Θ: P -> matrix(d, d), W: matrix(d, m), p: P, x: vector(m)"
    ),
    "ropeAttentionHeadContext": f"{_dims('ndem')}, {_HEAD}, {_TOKENS}",
    "ropeAttentionBlockOutput": f"{_dims('ndem')}, {_HEAD}, Wo: matrix(m, e), {_TOKENS}",
    "multiHeadRopeAttentionContext": f"{_HEADS}, {_TOKENS}",
    "concatProjectedMultiHeadRopeAttentionBlockOutput": (
        f"{_HEADS}, Wo: matrix(m, d*h), {_TOKENS}"
    ),
    "residualConcatProjectedMultiHeadRopeAttentionBlockOutput": (
        f"{_HEADS}, Wo: matrix(m, d*h), {_TOKENS}"
    ),
    "biasedGroupedQueryRopeAttentionBlockOutput": (
        f"{_SHARED}, Wo: matrix(m, d*h), bo: vector(m), {_TOKENS}"
    ),
    "headNorm": (
        f"{_dims('dh')}, f: vector(h) -> vector(h), G: index(h) -> matrix(d, d), "
        "v: index(h) -> vector(d), k: index(h)"
    ),
    "qkNormGroupedQueryRopeAttentionBlockOutput": (
        f"{_dims('ndemgh')}, P: type, group: index(h) -> index(g), "
        "weights: index(h) -> vector(n) -> vector(n), "
        "fq: vector(h) -> vector(h), Gq: index(h) -> matrix(d, d), "
        "fk: vector(g) -> vector(g), Gk: index(g) -> matrix(d, d), "
        "Θ: index(g) -> P -> matrix(d, d), Wq: index(h) -> matrix(d, m), "
        f"Wk: index(g) -> matrix(d, m), Wv: index(g) -> matrix(e, m), Wo: matrix(m, e*h), {_TOKENS}"
    ),
    "latentAttentionBlockOutput": (
        f"{_dims('ncremabh')}, P: type, {_LATENT}, Wo: matrix(m, e*h), {_TOKENS}"
    ),
    "normalized": f"{_dims('m')}, f: scalar -> scalar, v: vector(m)",
    "rmsNorm": f"{_dims('m')}, f: scalar -> scalar, γ: vector(m), v: vector(m)",
    "layerNorm": (
        f"{_dims('m')}, f: scalar -> scalar, C: matrix(m, m), "
        "γ: vector(m), β: vector(m), v: vector(m)"
    ),
    "gatedMlp": f"{_dims('ml')}, {_MLP}",
    "attentionSublayer": (
        f"{_dims('ndmh')}, P: type, norm: vector(m) -> vector(m), {_SUBLAYER}"
        ", Wo: matrix(m, d*h), pos: index(n) -> P, T: index(n) -> vector(m), i: index(n)"
    ),
    "transformerLayer": (
        _dims("ndmhl")
        + ", P: type, norm: vector(m) -> vector(m), norm': vector(m) -> vector(m), "
        + _SUBLAYER
        + ", Wo: matrix(m, d*h), act: scalar -> scalar, Wg: matrix(l, m), Wu: matrix(l, m), "
        "Wd: matrix(m, l), pos: index(n) -> P, T: index(n) -> vector(m), i: index(n)"
    ),
    "mlpSublayer": f"{_dims('ml')}, norm: vector(m) -> vector(m), {_MLP}",
    "softmax": "n: dimension, exp: scalar -> scalar, s: vector(n)",
    "planeRotation": "c: scalar, s: scalar",
    "ropeInterleaved": _PAIRS,
    "ropeHalfSplit": _PAIRS,
}
"""The definitions that implementations are known for."""


def signature(definition: Definition) -> str:
    """The parameters of a definition, as the table above writes them."""
    return ", ".join(
        f"{p.name}: {p.sort.value if isinstance(p.sort, Sort) else p.sort}"
        for p in definition.parameters
    )


def renamed(definition: Definition) -> Definition:
    """The definition with its dimensions and types called as the table above calls them.

    Lean finds them by itself, so what an author calls them says nothing. What is written in a call
    keeps its name, which says what it is.
    """
    wanted = re.findall(r"(\w+): (?:dimension|type)\b", SIGNATURES.get(definition.name, ""))
    found = [p for p in definition.parameters if not p.is_explicit]
    if len(found) != len(wanted) or [p.name for p in found] == wanted:
        return definition
    names = dict(zip((p.name for p in found), wanted, strict=True))
    dims: dict[str, Dim] = {k: DimVar(v) for k, v in names.items()}
    types: dict[str, Type] = {k: Named(v) for k, v in names.items()}

    def parameter(old: Parameter) -> Parameter:
        if not old.is_explicit:
            return Parameter(names[old.name], old.sort)
        return Parameter(old.name, substitute_type(old.type, dims, types))

    body = substitute(definition.body, {}, dims, types)
    return replace(definition, parameters=tuple(map(parameter, definition.parameters)), body=body)


@dataclass(frozen=True)
class Shape:
    """Which instances a definition can take."""

    one_head: bool
    equal: bool
    """Keys and values have one size."""
    turns: bool
    """Positions, frequencies and the layout matter."""


def shape(name: str) -> Shape:
    """What the signature of a known definition asks of an instance."""
    text = SIGNATURES[name]
    many = "h: dimension" in text
    equal = many and "e: dimension" not in text
    return Shape(one_head=not many, equal=equal, turns="Θ: " in text or "c: " in text)


def values(definition: Definition, instance: Instance) -> dict[str, Value[Bounded]]:
    """The arguments of a known definition, in doubles whose leaves carry their own errors."""
    many = not shape(definition.name).one_head
    types = {p.name: p.type for p in definition.parameters if p.is_explicit}
    shared = slice(instance.groups if "group" in types else None)
    given = ("x", "T", "Wo", "bo", "q", "K", "V", "γ", "Wg", "Wu", "Wd", "Wqn", "Wkn", "Dq", "Dk")
    arrays = {name: getattr(instance, name) for name in given}
    for name in ("Wq", "bq"):
        arrays[name] = getattr(instance, name)[slice(None) if many else 0]
    for name in ("Wk", "bk", "Wv", "bv"):
        arrays[name] = getattr(instance, name)[shared if many else 0]
    arrays["W"], arrays["v"] = instance.Wq[0], instance.bk if "G" in types else instance.x
    arrays["Wqr"], arrays["Wkr"] = instance.Wq, instance.Wk[0]
    for name, gains in (("G", instance.bq), ("Gq", instance.bq), ("Gk", instance.bk[shared])):
        arrays[name] = gains[..., None] * np.eye(gains.shape[-1])
    found: dict[str, Value[Bounded]] = {k: Data(exactly(a[None])) for k, a in arrays.items()}
    found["β"] = found["bo"]
    found["C"] = Data(_centring(len(instance.x)))
    found["p"] = Places(np.asarray([instance.p]))
    found["i"] = Places(np.asarray([instance.i]))
    found["k"] = Places(np.asarray([instance.i % len(instance.Wq)]))
    found["pos"] = Places(np.asarray([instance.pos]))
    found["group"] = Places(np.asarray([instance.group]))
    for name, function in _functions(instance, types).items():
        if name in types:
            found[name] = open_function(types[name], function)
    if "exp" in types:
        found["s"] = Data(exactly(instance.s[None]))
    elif "Θ" in types:
        place = shared if len(function_parts(types["Θ"])[0]) > 1 else 0
        found["Θ"] = Data(BoundedFloat64().lay(lambda a: a[:, place], _families(instance)))
    elif "c" in types:
        found |= _angle(instance, one=definition.name == "planeRotation")
    return {name: found[name] for name in types}


SHOWN: Mapping[str, str] = {
    "weights": "softmax(s / √d), masked",
    "exp": "exp",
    "f": "1 / √(mean of the squares + ε)",
    "fq": "1 / √(mean of the squares of a head, or of all + ε)",
    "fk": "1 / √(mean of the squares of a head, or of all + ε)",
    "normq": "RMSNorm with its gain",
    "normk": "RMSNorm with its gain",
    "norm": "RMSNorm with its gain",
    "norm'": "RMSNorm with the same gain backwards",
    "act": "SiLU",
}
"""What the open functions of definitions are taken to be, in words."""


def _centring(size: int) -> Bounded:
    """The matrix that takes the mean of a vector away, (1, m, m)."""
    value = np.eye(size) - 1 / size
    return Bounded(value[None], np.full((1, size, size), 2 * UNIT))


def _functions(
    instance: Instance, types: Mapping[str, Type]
) -> Mapping[str, Callable[[Sequence[Any]], Bounded]]:
    """What the open functions of definitions are taken to be; see `SHOWN`."""
    arithmetic = BoundedFloat64()
    epsilon = exactly(np.asarray(EPSILON))

    def root(squares: Bounded, width: int = len(instance.x)) -> Bounded:
        count = exactly(np.asarray(float(width)))
        return reciprocal_root(np, arithmetic.add(arithmetic.divide(squares, count), epsilon))

    def of_heads(heads: int) -> Callable[[Sequence[Any]], Bounded]:
        """The scales of a norm of each head, or of all at once."""
        one = instance.layout == "interleaved"
        taken = np.eye(heads) if one else np.ones((heads, heads))
        width = instance.bq.shape[1] * (1 if one else heads)

        def scale(arguments: Sequence[Any]) -> Bounded:
            of_all = arithmetic.lay(lambda a: a[..., None, :], arguments[0])
            return root(arithmetic.total(arithmetic.multiply(of_all, exactly(taken))), width)

        return scale

    def norm(token: Bounded, gain: Floats) -> Bounded:
        scale = root(arithmetic.total(arithmetic.multiply(token, token)))
        scale = arithmetic.lay(lambda a: a[..., None], scale)
        return arithmetic.multiply(arithmetic.multiply(scale, token), exactly(gain))

    gained = {name: lambda a: norm(a[0], instance.γ) for name in ("norm", "normq", "normk")}
    return gained | {
        "weights": _weights(instance, types),
        "exp": lambda a: exponential(np, a[0]),
        "f": of_heads(len(instance.Wq)) if "G" in types else lambda a: root(a[0]),
        "fq": of_heads(len(instance.Wq)),
        "fk": of_heads(instance.groups),
        "norm'": lambda a: norm(a[0], instance.γ[::-1]),
        "act": lambda a: silu(np, a[0]),
    }


def _weights(instance: Instance, types: Mapping[str, Type]) -> Callable[[Sequence[Any]], Bounded]:
    """softmax(s / √d) under the mask of the head: what the papers make of a score.

    Where each token that asks has weights of its own, it has a mask of its own.
    """
    scale = np.sqrt(instance.Wq.shape[1] + ("Wqn" in types) * instance.Wqn.shape[1])
    arithmetic = BoundedFloat64()

    def weights(arguments: Sequence[Any]) -> Bounded:
        *places, scores = arguments
        head_and_token = len(places) > 1
        masks = instance.seen_by_all if head_and_token else instance.seen
        seen = masks[tuple(places) or 0]
        divisor = Bounded(np.asarray(scale), np.asarray(scale * UNIT))
        return softmax(np, arithmetic.divide(scores, divisor), seen)

    return weights


def _families(instance: Instance) -> Bounded:
    """RoPE of every head at every position, (1, h, P, d, d).

    An angle is a rounded product, of which cosine and sine are rounded again.
    """
    heads, size = instance.frequencies.shape[0], 2 * instance.frequencies.shape[1]
    value = np.zeros((1, heads, len(instance.positions), size, size))
    error = np.zeros_like(value)
    for head, frequencies in enumerate(instance.frequencies.tolist()):
        for place, position in enumerate(instance.positions):
            value[0, head, place] = rotary_matrix(position, frequencies, instance.layout)
            for i, frequency in enumerate(frequencies):
                both = list(pair(i, size, instance.layout))
                error[0, head, place][np.ix_(both, both)] = _turn_error(position * frequency)
    return Bounded(value, error)


def _turn_error(angle: Any) -> Any:
    return UNIT * (angle + 2)


def _angle(instance: Instance, *, one: bool) -> dict[str, Value[Bounded]]:
    angles: Floats = instance.positions[instance.p] * instance.frequencies[0]
    angles = (angles[0] if one else angles)[None]
    error = np.asarray(_turn_error(angles))
    return {
        "c": Data(Bounded(np.cos(angles), error)),
        "s": Data(Bounded(np.sin(angles), error)),
    }
