"""Attention and RoPE written from the papers, loop by loop, sharing nothing with the claims.

Vectors are lists of floats, matrices lists of rows, and every sum is rounded once (`math.fsum`).

- Vaswani et al. 2017, "Attention Is All You Need", arXiv 1706.03762.
- Su et al. 2021, "RoFormer", arXiv 2104.09864v5: RoPE, in the interleaved layout.
- Ainslie et al. 2023, "GQA", arXiv 2305.13245: query heads in groups that share keys and values.
- Ba, Kiros and Hinton 2016, "Layer Normalization", arXiv 1607.06450.
- Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", arXiv 1910.07467.
- Shazeer 2020, "GLU Variants Improve Transformer", arXiv 2002.05202: the gated MLP.
- Touvron et al. 2023, "LLaMA", arXiv 2302.13971: norms stand before each sublayer.
- OLMo 2 (Walsh et al. 2024), arXiv 2501.00656, and Qwen3 (Yang et al. 2025), arXiv 2505.09388:
  norms of queries and keys before RoPE, of all heads at once and of each by itself.
- DeepSeek-V2 (Liu et al. 2024), arXiv 2405.04434: multi-head latent attention.
- Black et al. 2022, "GPT-NeoX-20B", arXiv 2204.06745, whose code brought the half-split layout
  that the Llama checkpoints of Transformers have.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.implementations.layers import EPSILON, Instance, Layout

Vector = Sequence[float]
Rows = Sequence[Vector]


def dot(u: Vector, v: Vector) -> float:
    """u · v."""
    return math.fsum(a * b for a, b in zip(u, v, strict=True))


def project(matrix: Rows, x: Vector) -> list[float]:
    """W x, for W with as many rows as the result has entries."""
    return [dot(row, x) for row in matrix]


def add(u: Vector, v: Vector) -> list[float]:
    """u + v."""
    return [a + b for a, b in zip(u, v, strict=True)]


def scores(q: Vector, keys: Rows) -> list[float]:
    """q · kⱼ for every key: a row of Q Kᵀ (Vaswani et al., equation 1)."""
    return [dot(q, k) for k in keys]


def softmax(logits: Vector) -> list[float]:
    """exp(sⱼ) / Σₖ exp(sₖ); −∞ stands for what the mask hides (Vaswani et al., 3.2.3)."""
    largest = max(logits)
    powers = [math.exp(s - largest) for s in logits]
    total = math.fsum(powers)
    return [p / total for p in powers]


def attention_weights(q: Vector, keys: Rows, seen: Sequence[bool]) -> list[float]:
    """softmax(q Kᵀ / √d), over the keys that are seen (Vaswani et al., equation 1)."""
    scale = math.sqrt(len(q))
    scaled = [s / scale for s in scores(q, keys)]
    return softmax([s if see else -math.inf for s, see in zip(scaled, seen, strict=True)])


def attention(q: Vector, keys: Rows, values: Rows, seen: Sequence[bool]) -> list[float]:
    """softmax(q Kᵀ / √d) V for one query (Vaswani et al., equation 1)."""
    weights = attention_weights(q, keys, seen)
    return [dot(weights, column) for column in zip(*values, strict=True)]


def pair(i: int, d: int, layout: Layout) -> tuple[int, int]:
    """The two coordinates of pair i of d.

    Coordinates 2i and 2i + 1 (Su et al., equation 15), or i and i + d/2 (GPT-NeoX).
    """
    return (2 * i, 2 * i + 1) if layout == "interleaved" else (i, i + d // 2)


def rotate(x: Vector, position: int, frequencies: Vector, layout: Layout) -> list[float]:
    """RoPE on a vector: each pair (a, b) becomes (a cos − b sin, b cos + a sin).

    The angle of pair i is position · frequencyᵢ (Su et al., equation 34).
    """
    turned = [math.nan] * len(x)
    for i, frequency in enumerate(frequencies):
        cosine, sine = math.cos(position * frequency), math.sin(position * frequency)
        a, b = pair(i, len(x), layout)
        turned[a] = x[a] * cosine - x[b] * sine
        turned[b] = x[b] * cosine + x[a] * sine
    return turned


def rotary_matrix(position: int, frequencies: Vector, layout: Layout) -> list[list[float]]:
    """RoPE as a matrix: a rotation of the plane for each pair (Su et al., equation 15)."""
    d = 2 * len(frequencies)
    matrix = [[0.0] * d for _ in range(d)]
    for i, frequency in enumerate(frequencies):
        a, b = pair(i, d, layout)
        angle = position * frequency
        matrix[a][a], matrix[a][b] = math.cos(angle), -math.sin(angle)
        matrix[b][a], matrix[b][b] = math.sin(angle), math.cos(angle)
    return matrix


def head(instance: Instance, k: int, shared: int | None = None) -> list[float]:
    """Head k: attention with rotated queries and keys (Su et al., equations 14 and 16).

    Values are not rotated. Where it looks at keys and values that are `shared`, those of the head
    of this number, their frequencies are the query's as well, and each projection adds its bias.
    """
    j = k if shared is None else shared
    frequencies = instance.frequencies[j].tolist()

    def projected(name: str, token: Vector, index: int) -> list[float]:
        found = project(getattr(instance, f"W{name}")[index].tolist(), token)
        bias = getattr(instance, f"b{name}")[index].tolist()
        return found if shared is None else add(found, bias)

    def turned(vector: Vector, place: int) -> list[float]:
        return rotate(vector, instance.positions[place], frequencies, instance.layout)

    tokens = instance.T.tolist()
    return attention(
        turned(projected("q", instance.x.tolist(), k), instance.p),
        [
            turned(projected("k", token, j), at)
            for token, at in zip(tokens, instance.pos, strict=True)
        ],
        [projected("v", token, j) for token in tokens],
        instance.seen[k].tolist(),
    )


def multi_head(instance: Instance) -> list[float]:
    """Concat(head₁, …, headₕ) (Vaswani et al., 3.2.2)."""
    return [entry for k in range(len(instance.Wq)) for entry in head(instance, k)]


def block(instance: Instance) -> list[float]:
    """Concat(head₁, …, headₕ) through the output projection (Vaswani et al., 3.2.2)."""
    return project(instance.Wo.tolist(), multi_head(instance))


def residual_block(instance: Instance) -> list[float]:
    """x + Sublayer(x), without the norm (Vaswani et al., 3.1)."""
    return add(instance.x.tolist(), block(instance))


def grouped_block(instance: Instance) -> list[float]:
    """Query heads in groups, one key and value head a group (Ainslie et al., 2.2), and biases."""
    contexts = [entry for k, j in enumerate(instance.group) for entry in head(instance, k, j)]
    return add(project(instance.Wo.tolist(), contexts), instance.bo.tolist())


def root_mean_square_norm(x: Vector, gain: Vector) -> list[float]:
    """xᵢ gᵢ / RMS(x), where RMS(x)² is the mean of the squares (Zhang and Sennrich, equation 4).

    ε is added to the mean, as the code that came with the paper does.
    """
    root = math.sqrt(math.fsum(a * a for a in x) / len(x) + EPSILON)
    return [a / root * g for a, g in zip(x, gain, strict=True)]


def layer_norm(x: Vector, gain: Vector, bias: Vector) -> list[float]:
    """gᵢ (xᵢ − mean) / σ + bᵢ, where σ² is the variance with ε added (Ba et al., equation 4)."""
    mean = math.fsum(x) / len(x)
    deviation = math.sqrt(math.fsum((a - mean) ** 2 for a in x) / len(x) + EPSILON)
    return [(a - mean) / deviation * g + b for a, g, b in zip(x, gain, bias, strict=True)]


def normed_heads(instance: Instance, heads: Rows, gains: Rows) -> list[list[float]]:
    """RMSNorm of queries or keys: of each head in interleaved layers, of all in the others."""
    if instance.layout == "interleaved":
        return [root_mean_square_norm(v, g) for v, g in zip(heads, gains, strict=True)]
    joined = [[entry for head in rows for entry in head] for rows in (heads, gains)]
    found, size = root_mean_square_norm(*joined), len(heads[0])
    return [found[i : i + size] for i in range(0, len(found), size)]


def normed_grouped_block(instance: Instance) -> list[float]:
    """Grouped queries whose queries and keys are normed, then turned; no biases."""
    x, tokens = instance.x.tolist(), instance.T.tolist()
    queries = [project(matrix, x) for matrix in instance.Wq.tolist()]
    queries = normed_heads(instance, queries, instance.bq.tolist())
    shared, gains = instance.Wk.tolist()[: instance.groups], instance.bk.tolist()
    keys = [
        normed_heads(instance, [project(matrix, t) for matrix in shared], gains[: len(shared)])
        for t in tokens
    ]
    contexts: list[float] = []
    for k, j in enumerate(instance.group):
        frequencies = instance.frequencies[j].tolist()

        def turned(vector: Vector, place: int, given: Vector = frequencies) -> list[float]:
            return rotate(vector, instance.positions[place], given, instance.layout)

        values = [project(instance.Wv[j].tolist(), t) for t in tokens]
        rows = [turned(key[j], at) for key, at in zip(keys, instance.pos, strict=True)]
        seen = instance.seen[k].tolist()
        contexts += attention(turned(queries[k], instance.p), rows, values, seen)
    return project(instance.Wo.tolist(), contexts)


def latent_block(instance: Instance) -> list[float]:
    """Latent attention (DeepSeek-V2, equations 9 to 19), the latent vectors as long as a token."""
    x, tokens = instance.x.tolist(), instance.T.tolist()
    latent = normed(instance, project(instance.Dq.tolist(), x))
    latents = [normed(instance, project(instance.Dk.tolist(), token)) for token in tokens]
    frequencies = instance.frequencies[0].tolist()

    def turned(matrix: Rows, vector: Vector, place: int) -> list[float]:
        position = instance.positions[place]
        return rotate(project(matrix, vector), position, frequencies, instance.layout)

    shared = [
        turned(instance.Wk[0].tolist(), token, at)
        for token, at in zip(tokens, instance.pos, strict=True)
    ]
    contexts: list[float] = []
    for k in range(len(instance.Wq)):
        query = project(instance.Wqn[k].tolist(), latent)
        query += turned(instance.Wq[k].tolist(), latent, instance.p)
        keys = [
            project(instance.Wkn[k].tolist(), rest) + part
            for rest, part in zip(latents, shared, strict=True)
        ]
        values = [project(instance.Wv[k].tolist(), rest) for rest in latents]
        contexts += attention(query, keys, values, instance.seen[k].tolist())
    return project(instance.Wo.tolist(), contexts)


def swish_gated(instance: Instance, x: Vector) -> list[float]:
    """W₂ (Swish(W x) ⊙ V x), without biases (Shazeer, equation 6)."""
    gate, up = project(instance.Wg.tolist(), x), project(instance.Wu.tolist(), x)
    activated = [a / (1 + math.exp(-a)) * b for a, b in zip(gate, up, strict=True)]
    return project(instance.Wd.tolist(), activated)


def normed(instance: Instance, x: Vector) -> list[float]:
    """RMSNorm with the layer's gain."""
    return root_mean_square_norm(x, instance.γ.tolist())


def attention_sublayer(instance: Instance) -> list[float]:
    """x + Attention(RMSNorm(x)) for one token among all (Touvron et al., 2.2)."""
    import numpy as np

    tokens = [normed(instance, token) for token in instance.T.tolist()]
    i = instance.i
    inner = replace(
        instance,
        x=np.asarray(tokens[i]),
        T=np.asarray(tokens),
        p=instance.pos[i],
        seen=instance.seen_by_all[:, i],
    )
    return add(instance.T[i].tolist(), block(inner))


def layer(instance: Instance) -> list[float]:
    """Attention and FFN, each with a norm before it and the residual around it (ibid.).

    The gain of the second norm is that of the first backwards.
    """
    import numpy as np

    token = np.asarray(attention_sublayer(instance))
    return mlp_sublayer(replace(instance, x=token, γ=instance.γ[::-1]))


def mlp_sublayer(instance: Instance) -> list[float]:
    """x + FFN(RMSNorm(x)) (Touvron et al., 2.2)."""
    x = instance.x.tolist()
    return add(x, swish_gated(instance, normed(instance, x)))


def _given(instance: Instance) -> tuple[list[float], list[list[float]], list[list[float]], Any]:
    found = instance.q.tolist(), instance.K.tolist(), instance.V.tolist()
    return (*found, instance.seen[0].tolist())


def _query(instance: Instance) -> list[float]:
    projected = project(instance.Wq[0].tolist(), instance.x.tolist())
    position = instance.positions[instance.p]
    return rotate(projected, position, instance.frequencies[0].tolist(), instance.layout)


def _matrix(instance: Instance, pairs: int, layout: Layout) -> list[list[float]]:
    """RoPE as a matrix: its columns are the unit vectors, turned."""
    position, frequencies = instance.positions[instance.p], instance.frequencies[0].tolist()[:pairs]
    columns = [
        rotate([float(i == j) for i in range(2 * pairs)], position, frequencies, layout)
        for j in range(2 * pairs)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


IMPLEMENTS: Mapping[str, Callable[[Instance], Any]] = {
    "scores": lambda i: scores(*_given(i)[:2]),
    "attentionWeights": lambda i: attention_weights(*_given(i)[:2], i.seen[0].tolist()),
    "attentionContext": lambda i: attention(*_given(i)),
    "attentionBlockOutput": lambda i: project(i.Wo.tolist(), attention(*_given(i))),
    "ropeVector": _query,
    "ropeAttentionHeadContext": lambda i: head(i, 0),
    "ropeAttentionBlockOutput": lambda i: project(i.Wo.tolist(), head(i, 0)),
    "multiHeadRopeAttentionContext": multi_head,
    "concatProjectedMultiHeadRopeAttentionBlockOutput": block,
    "residualConcatProjectedMultiHeadRopeAttentionBlockOutput": residual_block,
    "biasedGroupedQueryRopeAttentionBlockOutput": grouped_block,
    "headNorm": lambda i: normed_heads(i, i.bk.tolist(), i.bq.tolist())[i.i % len(i.bk)],
    "qkNormGroupedQueryRopeAttentionBlockOutput": normed_grouped_block,
    "latentAttentionBlockOutput": latent_block,
    "normalized": lambda i: root_mean_square_norm(i.x.tolist(), [1.0] * len(i.x)),
    "rmsNorm": lambda i: normed(i, i.x.tolist()),
    "layerNorm": lambda i: layer_norm(i.x.tolist(), i.γ.tolist(), i.bo.tolist()),
    "gatedMlp": lambda i: swish_gated(i, i.x.tolist()),
    "attentionSublayer": attention_sublayer,
    "mlpSublayer": mlp_sublayer,
    "transformerLayer": layer,
    "softmax": lambda i: softmax(i.s.tolist()),
    "planeRotation": lambda i: _matrix(i, 1, "interleaved"),
    "ropeInterleaved": lambda i: _matrix(i, len(i.frequencies[0]), "interleaved"),
    "ropeHalfSplit": lambda i: _matrix(i, len(i.frequencies[0]), "half-split"),
}
"""What each definition of a project would have to give, by name."""
