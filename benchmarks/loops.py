"""The same blocks, written by hand, folded and not folded; all instances share the family Θ."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.numeric.instance import Instance


def numpy_block(instance: Instance) -> int:
    """Fold, both outputs and their difference, with NumPy, one instance after the other."""
    get = instance.array
    at = {n: instance.values[n].array for n in ("p", "pos")}  # type: ignore[union-attr]
    differences = []
    for i in range(instance.lanes):
        turn, token, tokens, r = get("Θ")[0], get("x")[i], get("T")[i], get("R")[i]
        wq, wk, wv, wo = (get(name)[i] for name in ("Wq", "Wk", "Wv", "Wo"))
        query_turn, key_turns = turn[at["p"][i]], turn[at["pos"][i]]
        sides = []
        for a, b, c, d in ((r @ wq, r @ wk, r @ wv, wo @ r.T), (wq, wk, wv, wo)):
            keys = (key_turns @ (tokens @ b.T)[:, :, None])[:, :, 0]
            scores = keys @ (query_turn @ (a @ token)) / 4
            powers = np.exp(scores - scores.max())
            sides.append(d @ ((powers / powers.sum()) @ (tokens @ c.T)))
        differences.append(np.abs(sides[0] - sides[1]).max())
    assert max(differences) < 1e-9
    return instance.lanes


def batched_block(instance: Instance) -> int:
    """Both outputs for all instances at once, with nothing done twice: what NumPy allows."""
    get = instance.array
    at = {n: instance.values[n].array for n in ("p", "pos")}  # type: ignore[union-attr]
    turns, token, tokens, r = get("Θ"), get("x")[..., None], get("T"), get("R")
    query_turn, key_turns = turns[0].take(at["p"], axis=0), turns[0].take(at["pos"], axis=0)
    wo, projected = get("Wo"), [get("Wq") @ token, *(get(n) @ tokens.mT for n in ("Wk", "Wv"))]
    sides = []
    for folded in (True, False):
        query, keys, values = (r @ a for a in projected) if folded else projected
        turned = (key_turns @ np.ascontiguousarray(keys.mT)[..., None])[..., 0]
        scores = (turned @ (query_turn @ query))[..., 0] / 4
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        context = values @ (powers / powers.sum(axis=-1, keepdims=True))[..., None]
        sides.append(wo @ (r.mT @ context if folded else context))
    assert np.abs(sides[0] - sides[1]).max() < 1e-9
    return instance.lanes


def flint_multihead(instance: Instance, prime: int, *, holds: bool = True) -> int:
    """Fold, scores and both outputs with FLINT; weights are numbers drawn beforehand.

    Modulo another prime than the instance was drawn for, the sides differ: then not `holds`.
    """
    from flint import nmod_mat

    def matrix(array: Any) -> Any:
        numbers = np.atleast_2d(array).astype(np.int64) % prime
        return nmod_mat(*numbers.shape, numbers.ravel().tolist(), prime)

    key = (id(instance), prime)
    if key not in _READY:
        get = instance.array
        places = [instance.values[n].array for n in ("p", "pos")]  # type: ignore[union-attr]
        heads = range(instance.sizes["h"])
        n = instance.sizes["n"]
        weights = np.random.default_rng(0).integers(0, prime, (len(heads), n, 1))
        _READY[key] = [
            (
                [
                    (
                        matrix(get("Θ")[0, k, places[0][i]]),
                        [matrix(get("Θ")[0, k, place]) for place in places[1][i]],
                        *(matrix(get(name)[i, k]) for name in ("R", "Wq", "Wk", "Wv")),
                        matrix(get("Wo")[i][:, k * 16 : (k + 1) * 16]),
                        matrix(weights[k]),
                    )
                    for k in heads
                ],
                matrix(get("x")[i][:, None]),
                matrix(get("T")[i].T),
                [matrix(token[:, None]) for token in get("T")[i]],
            )
            for i in range(instance.lanes)
        ]
    for heads_, token, tokens, each in _READY[key]:
        sides = []
        for fold in (True, False):
            total = None
            for query_turn, turns, r, wq, wk, wv, wo, weight in heads_:
                if fold:
                    wq, wk, wv, wo = r * wq, r * wk, r * wv, wo * r.transpose()
                query = (query_turn * (wq * token)).transpose()
                scores = [
                    query * (turn * (wk * one)) for turn, one in zip(turns, each, strict=True)
                ]
                out = wo * ((wv * tokens) * weight)
                total = out if total is None else total + out
            sides.append((total, scores))
        assert not holds or sides[0] == sides[1]
    return instance.lanes


_READY: dict[tuple[int, int], Any] = {}
"""FLINT's matrices of an instance: making them is not counted."""
