"""The project's definitions with some of them changed, as if `definitions.yaml` said so."""

from pathlib import Path

import yaml

from harness.claims.library import load_library
from harness.claims.model import Library
from tests.arrays.language import ROOT

DEFINITIONS = ROOT / "specs" / "definitions.yaml"

CONCAT = "multiHeadRopeAttentionContext"
BLOCK = "concatProjectedMultiHeadRopeAttentionBlockOutput"
RESIDUAL = "residualConcatProjectedMultiHeadRopeAttentionBlockOutput"
SUBLAYER = "attentionSublayer"
QK_NORM = "qkNormGroupedQueryRopeAttentionBlockOutput"
LATENT = "latentAttentionBlockOutput"
GROUPED = "biasedGroupedQueryRopeAttentionBlockOutput"

GIVEN = "weights, Θ, Wq, Wk, Wv, {}p, x, pos, T"
INTERLEAVED = "blockdiag(i ↦ planeRotation(c[i], s[i]))"
HALF_SPLIT = "blocks(diagonal(c), -diagonal(s), diagonal(s), diagonal(c))"


def head(q: str = "ropeVector(Θ, Wq, p, x)", k: str = "ropeVector(Θ, Wk, pos(j), T(j))") -> str:
    """The body of one RoPE head, with this query and these keys."""
    return f"attentionContext(weights, {q}, j ↦ {k}, j ↦ Wv @ T(j))"


def heads(q: str = "Wq", k: str = "Wk", v: str = "Wv(k) @ T(j)") -> str:
    """The body of all heads, written out."""
    return (
        f"concat(k ↦ attentionContext(weights(k), ropeVector(Θ(k), {q}(k), p, x), "
        f"j ↦ ropeVector(Θ(k), {k}(k), pos(j), T(j)), j ↦ {v}))"
    )


def grouped(
    q: str = "Θ(group(k))(p) @ (Wq(k) @ x + bq(k))",
    v: str = "Wv(group(k)) @ T(j) + bv(group(k))",
    end: str = " + bo",
) -> str:
    """The body of grouped-query attention with biases, with these queries and values."""
    key = "Θ(group(k))(pos(j)) @ (Wk(group(k)) @ T(j) + bk(group(k)))"
    return f"Wo @ concat(k ↦ attentionContext(weights(k), {q}, j ↦ {key}, j ↦ {v})){end}"


def normed(key: str) -> str:
    """The body of grouped-query attention with norms of queries and keys, with these keys."""
    query = "Θ(group(k))(p) @ headNorm(fq, Gq, i ↦ Wq(i) @ x, k)"
    keys, values = f"j ↦ Θ(group(k))(pos(j)) @ {key}", "j ↦ Wv(group(k)) @ T(j)"
    return f"Wo @ concat(k ↦ attentionContext(weights(k), {query}, {keys}, {values}))"


def latent(turned: str) -> str:
    """The body of latent attention, with this part of the keys."""
    query = "append(Wqn(k) @ normq(Dq @ x), Θ(p) @ (Wqr(k) @ normq(Dq @ x)))"
    keys, values = (
        f"j ↦ append(Wkn(k) @ normk(Dk @ T(j)), {turned})",
        "j ↦ Wv(k) @ normk(Dk @ T(j))",
    )
    return f"Wo @ concat(k ↦ attentionContext(weights(k), {query}, {keys}, {values}))"


def sublayer(
    residual: str = "T(i)",
    query: str = "norm(T(i))",
    keys: str = "j ↦ norm(T(j))",
    pos: str = "pos",
) -> str:
    """The body of an attention sublayer, with what it adds to and what attention reads."""
    weights = "k ↦ weights(k)(i), Θ, Wq, Wk, Wv, Wo"
    return f"{residual} + {BLOCK}({weights}, pos(i), {query}, {pos}, {keys})"


def layer(second: str = "norm'", first: str = "norm") -> str:
    """The body of a transformer's layer, with these norms."""
    attended = f"{SUBLAYER}({first}, weights, Θ, Wq, Wk, Wv, Wo, pos, T, i)"
    used = " + 0 * (norm(T(i)) + norm'(T(i)))"
    return f"mlpSublayer({second}, act, Wg, Wu, Wd, {attended}){used}"


WRONG = [
    ("scores", "the keys alone", "[j ↦ dot(K(j), K(j))]"),
    ("scores", "turned around", "[j ↦ -dot(q, K(j))]"),
    ("attentionWeights", "weights ignored", "scores(q, K)"),
    ("attentionWeights", "applied twice", "weights(weights(scores(q, K)))"),
    ("attentionContext", "weights ignored", "Σ j, V(j)"),
    ("attentionContext", "always zero", "Σ j, 0 * V(j)"),
    ("attentionContext", "the raw scores", "Σ j, scores(q, K)[j] * V(j)"),
    ("attentionBlockOutput", "zero", "0 * (Wo @ attentionContext(weights, q, K, V))"),
    ("ropeVector", "not turned", "W @ x"),
    ("ropeVector", "turned back", "Θ(p)ᵀ @ (W @ x)"),
    ("ropeVector", "turned twice", "Θ(p) @ (Θ(p) @ (W @ x))"),
    ("ropeAttentionHeadContext", "Θ on keys only", head(q="Wq @ x")),
    ("ropeAttentionHeadContext", "Θ on the query only", head(k="Wk @ T(j)")),
    ("ropeAttentionHeadContext", "one position for all", head(k="ropeVector(Θ, Wk, p, T(j))")),
    ("ropeAttentionHeadContext", "one token for all", head(k="ropeVector(Θ, Wk, pos(j), x)")),
    ("ropeAttentionHeadContext", "one matrix", head(k="ropeVector(Θ, Wq, pos(j), T(j))")),
    ("ropeAttentionBlockOutput", "doubled", f"(1 + 1) * (Wo @ {head()})"),
    (CONCAT, "values rotated", heads(v="Θ(k)(pos(j)) @ (Wv(k) @ T(j))")),
    (CONCAT, "roles swapped", heads(q="Wk", k="Wq")),
    (BLOCK, "zero", f"0 * (Wo @ {CONCAT}({GIVEN.format('')}))"),
    (RESIDUAL, "residual dropped", f"{BLOCK}({GIVEN.format('Wo, ')})"),
    (RESIDUAL, "residual alone", f"x + 0 * {BLOCK}({GIVEN.format('Wo, ')})"),
    (RESIDUAL, "residual subtracted", f"{BLOCK}({GIVEN.format('Wo, ')}) - x"),
    (GROUPED, "query bias forgotten", grouped(q="Θ(group(k))(p) @ (Wq(k) @ x)")),
    (GROUPED, "query bias not turned", grouped(q="Θ(group(k))(p) @ (Wq(k) @ x) + bq(k)")),
    (GROUPED, "value bias forgotten", grouped(v="Wv(group(k)) @ T(j)")),
    (GROUPED, "output bias forgotten", grouped(end="")),
    ("headNorm", "gain before the lengths", "f([i ↦ dot(G(i) @ v(i), v(i))])[k] * (G(k) @ v(k))"),
    ("headNorm", "gain forgotten", "f([i ↦ dot(v(i), v(i))])[k] * v(k) + 0 * (G(k) @ v(k))"),
    ("headNorm", "turned around", "-(G(k) @ (f([i ↦ dot(v(i), v(i))])[k] * v(k)))"),
    (QK_NORM, "keys normed with gains alone", normed("(Gk(group(k)) @ (Wk(group(k)) @ T(j)))")),
    (QK_NORM, "one token for all", normed("headNorm(fk, Gk, i ↦ Wk(i) @ x, group(k))")),
    (LATENT, "shared part not turned", latent("Wkr @ T(j)")),
    (LATENT, "shared part turned back", latent("Θ(pos(j))ᵀ @ (Wkr @ T(j))")),
    (LATENT, "one position for all", latent("Θ(p) @ (Wkr @ T(j))")),
    ("normalized", "not scaled", "0 * f(dot(v, v)) * v + v"),
    ("normalized", "scaled twice", "f(dot(v, v)) * (f(dot(v, v)) * v)"),
    ("rmsNorm", "gain forgotten", "normalized(f, v) + 0 * γ"),
    ("rmsNorm", "gain twice", "diagonal(γ) @ (diagonal(γ) @ normalized(f, v))"),
    ("layerNorm", "not centred", "diagonal(γ) @ normalized(f, v) + β + 0 * (C @ v)"),
    ("layerNorm", "bias forgotten", "diagonal(γ) @ normalized(f, C @ v) + 0 * β"),
    ("layerNorm", "bias under the gain", "diagonal(γ) @ (normalized(f, C @ v) + β)"),
    ("gatedMlp", "gate on the other side", "Wd @ [i ↦ (Wg @ v)[i] * act((Wu @ v)[i])]"),
    ("gatedMlp", "not activated", "Wd @ [i ↦ (Wg @ v)[i] * (Wu @ v)[i] + 0 * act(0)]"),
    (SUBLAYER, "residual normed", sublayer(residual="norm(T(i))")),
    (SUBLAYER, "keys not normed", sublayer(keys="T")),
    (SUBLAYER, "the query not normed", sublayer(query="T(i)")),
    (SUBLAYER, "one position for all", sublayer(pos="j ↦ pos(i)")),
    ("mlpSublayer", "residual dropped", "0 * v + gatedMlp(act, Wg, Wu, Wd, norm(v))"),
    ("mlpSublayer", "norm after it", "v + norm(gatedMlp(act, Wg, Wu, Wd, v))"),
    ("transformerLayer", "one norm for both", layer("norm")),
    ("transformerLayer", "norms exchanged", layer("norm", "norm'")),
    ("softmax", "not normalised", "[j ↦ exp(s[j])]"),
    ("softmax", "normalised by itself", "[j ↦ exp(s[j]) / exp(s[j])]"),
    ("planeRotation", "flipped sign", "matrix2(c, s, s, c)"),
    ("planeRotation", "the other way round", "matrix2(c, s, -s, c)"),
    ("ropeInterleaved", "the other layout", HALF_SPLIT),
    ("ropeInterleaved", "the other way round", "blockdiag(i ↦ planeRotation(c[i], -s[i]))"),
    ("ropeHalfSplit", "the other layout", INTERLEAVED),
    ("ropeHalfSplit", "flipped sign", HALF_SPLIT.replace("-", "")),
]
"""Definitions, what is wrong with them, and the text that says so."""


def library(folder: Path, **changed: str) -> Library:
    """The project's library with other bodies for some definitions."""
    path = folder / "definitions.yaml"
    path.write_text(definitions(**changed), "utf-8")
    return load_library(path, "definitions.yaml")


def definitions(**changed: str) -> str:
    """The text of `definitions.yaml` with other bodies for some definitions."""
    data = yaml.safe_load(DEFINITIONS.read_text("utf-8"))
    for name, text in changed.items():
        data["definitions"][name]["is"] = text
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
