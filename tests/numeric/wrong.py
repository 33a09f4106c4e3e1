"""Claims that are false: an edit of a true one each, or a belief that people have held."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.claims.model import Claim
from tests.arrays.language import CLAIMS, claim_of, edited

BLOCK = "folded_qkvo_attention_block_invariant_of_commutes"
MULTI = "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
SHARED = "attentionBlockOutput_invariant_of_shared_rotation"


def edit(theorem: str, old: str, new: str) -> Callable[[Path], Claim]:
    return lambda folder: edited(theorem, folder, (old, new))


def without(theorem: str, hypothesis: str) -> Callable[[Path], Claim]:
    def make(folder: Path) -> Claim:
        claim = CLAIMS[theorem]
        kept = tuple(h for h in claim.hypotheses if h.name != hypothesis)
        assert len(kept) == len(claim.hypotheses) - 1
        return replace(claim, hypotheses=kept)

    return make


def belief(text: str) -> Callable[[Path], Claim]:
    return lambda folder: claim_of(folder, text)


WRONG: dict[str, Callable[[Path], Claim]] = {
    "transpose lost on the output": edit(BLOCK, "Wo @ Rᵀ", "Wo @ R"),
    "rotation of the query only": edit(BLOCK, "R @ Wk", "Wk"),
    "rotation of the key only": edit(BLOCK, "R @ Wq", "Wq"),
    "values forgotten": edit(BLOCK, "R @ Wv", "Wv"),
    "output forgotten": edit(BLOCK, "Wo @ Rᵀ", "Wo"),
    "query and key swapped": edit(BLOCK, "R @ Wq, R @ Wk", "R @ Wk, R @ Wq"),
    "key turned the other way": edit(BLOCK, "R @ Wk", "Rᵀ @ Wk"),
    "transpose lost on the bundle": edit(MULTI, "blockdiag(R)ᵀ", "blockdiag(R)"),
    "values of a head forgotten": edit(MULTI, "R(k) @ Wv(k)", "Wv(k)"),
    "output forgotten for all heads": edit(MULTI, "Wo @ blockdiag(R)ᵀ", "Wo"),
    "given values not turned": edit(SHARED, "j ↦ R @ V(j)", "V"),
    "a sign": edit(
        "planeRotation_orthogonal", "ᵀ @ planeRotation(c, s)", "ᵀ @ planeRotation(c, -s)"
    ),
    "a transpose in a proof of orthogonality": edit(
        "planeRotation_orthogonal", "then: planeRotation(c, s)ᵀ", "then: planeRotation(c, s)"
    ),
    "layouts mixed": edit(
        "ropeHalfSplit_commutes", "@ ropeHalfSplit(c', s')", "@ ropeHalfSplit(c', s)"
    ),
    "operands swapped": belief(
        "for:\n  d: dimension\n  A, B: matrix(d, d)\nthen: (A @ B)ᵀ = Aᵀ @ Bᵀ\n"
    ),
    "indices swapped": belief(
        "for:\n  d: dimension\n  A: matrix(d, d)\nthen: Σ i, Σ j, A[i, j] * A[i, j] "
        "= Σ i, Σ j, A[i, j] * A[j, i]\n"
    ),
    "two that commute with a third commute with each other": belief(
        """
for:
  d: dimension
  P: type
  F: P -> matrix(d, d)
  A, B: matrix(d, d)
assume:
  one: ∀ p, F(p) @ A = A @ F(p)
  two: ∀ p, F(p) @ B = B @ F(p)
  a: Aᵀ @ A = 1
  b: Bᵀ @ B = 1
then: A @ B = B @ A
"""
    ),
    "an orthogonal matrix is a rotation of the plane": belief(
        """
for:
  A: matrix(2, 2)
  c, s: scalar
assume:
  orthogonal: Aᵀ @ A = 1
then: A @ planeRotation(c, s) = planeRotation(c, s) @ A
"""
    ),
    "columns orthonormal, so rows are": belief(
        "for:\n  m, n: dimension\n  A: matrix(m, n)\n"
        "assume:\n  columns: Aᵀ @ A = 1\nthen: A @ Aᵀ = 1\n"
    ),
    "one rotation for a head of a group each": belief(
        """
for:
  h, d: dimension
  A: index(h) -> matrix(d, d)
  B: matrix(d, d)
  q: index(h) -> vector(d)
  key: vector(d)
assume:
  orthogonal: ∀ k, A(k)ᵀ @ A(k) = 1
  shared: Bᵀ @ B = 1
then: "[k ↦ dot(A(k) @ q(k), B @ key)] = [k ↦ dot(q(k), key)]"
"""
    ),
    "a family commutes with itself": belief(
        """
for:
  d: dimension
  P: type
  F: P -> matrix(d, d)
  A: matrix(d, d)
assume:
  commutes: ∀ p, F(p) @ A = A @ F(p)
  orthogonal: Aᵀ @ A = 1
then: ∀ p q, F(p) @ F(q) = F(q) @ F(p)
"""
    ),
    "a family is orthogonal": belief(
        """
for:
  d: dimension
  P: type
  F: P -> matrix(d, d)
  A: matrix(d, d)
assume:
  commutes: ∀ p, F(p) @ A = A @ F(p)
  orthogonal: Aᵀ @ A = 1
then: ∀ p, F(p)ᵀ @ F(p) = 1
"""
    ),
    "no rotation needed of what commutes": without(BLOCK, "orthogonal"),
    "any rotation will do": without(BLOCK, "commutes"),
    "any rotation of a head will do": without(MULTI, "commutes"),
    "no rotation needed in a head": without(MULTI, "orthogonal"),
    "any turn of given values": without(SHARED, "orthogonal"),
    "off the circle": without("ropeInterleaved_orthogonal", "unit"),
}

BELIEFS = (
    "two that commute with a third commute with each other",
    "an orthogonal matrix is a rotation of the plane",
    "a family commutes with itself",
    "a family is orthogonal",
)
"""Those that hold for some families or for some orthogonal matrices, and so for some instances."""
