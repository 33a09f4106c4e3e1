module

public import Foldability.LinearAlgebra

/-!
# Folding through a single head

A rotation of queries and keys does not change the scores; so it does not change the weights; the
context turns with the values; and the output projection turns it back. Where the rotation commutes
with RoPE, it can be folded into the weights of the block.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-! ## Given queries, keys and values -/

/-- Scores do not change when queries and keys are turned alike: `(R q) · (R Kⱼ) = q · Kⱼ`. -/
theorem scores_invariant_of_orthogonal {n d e : Nat}
    (R : Mat α e d) (q : Vec α d) (K : Fin n → Vec α d)
    (orthogonal : mul (transpose R) R = identity) :
    scores (mulVec R q) (fun j => mulVec R (K j)) = scores q K := by
  funext j
  rw [scores, scores, dot_mulVec, ← mul_mulVec, orthogonal, identity_mulVec]

/-- Equal scores get equal weights: `weights(R q, R K) = weights(q, K)`. -/
theorem attentionWeights_invariant_of_orthogonal {n d e : Nat}
    (weights : Vec α n → Vec α n) (R : Mat α e d) (q : Vec α d) (K : Fin n → Vec α d)
    (orthogonal : mul (transpose R) R = identity) :
    attentionWeights weights (mulVec R q) (fun j => mulVec R (K j)) =
      attentionWeights weights q K := by
  rw [attentionWeights, attentionWeights, scores_invariant_of_orthogonal R q K orthogonal]

/-- The context turns with the values, whatever turns queries and keys:
`Ctx(R q, R K, S V) = S Ctx(q, K, V)`. Nothing is asked of `S`. -/
theorem attentionContext_equivariant_of_orthogonal_keys {n d d' e e' : Nat}
    (weights : Vec α n → Vec α n) (R : Mat α d' d) (S : Mat α e' e)
    (q : Vec α d) (K : Fin n → Vec α d) (V : Fin n → Vec α e)
    (orthogonal : mul (transpose R) R = identity) :
    attentionContext weights (mulVec R q) (fun j => mulVec R (K j)) (fun j => mulVec S (V j)) =
      mulVec S (attentionContext weights q K V) := by
  simp only [attentionContext, attentionWeights_invariant_of_orthogonal weights R q K orthogonal]
  exact sumVec_smulVec_mulVec (attentionWeights weights q K) S V

/-- The context turns with the queries, keys and values: `Ctx(R q, R K, R V) = R Ctx(q, K, V)`. -/
theorem attentionContext_equivariant_of_orthogonal {n d e : Nat}
    (weights : Vec α n → Vec α n) (R : Mat α e d) (q : Vec α d) (K V : Fin n → Vec α d)
    (orthogonal : mul (transpose R) R = identity) :
    attentionContext weights (mulVec R q) (fun j => mulVec R (K j)) (fun j => mulVec R (V j)) =
      mulVec R (attentionContext weights q K V) :=
  attentionContext_equivariant_of_orthogonal_keys weights R R q K V orthogonal

/-- One rotation of query, keys and values cannot be seen from outside the block, once the output
projection undoes it: `(W_o Rᵀ) Ctx(R q, R K, R V) = W_o Ctx(q, K, V)`. -/
theorem attentionBlockOutput_invariant_of_shared_rotation {n d m : Nat}
    (weights : Vec α n → Vec α n) (R : Mat α d d) (Wo : Mat α m d)
    (q : Vec α d) (K V : Fin n → Vec α d)
    (orthogonal : mul (transpose R) R = identity) :
    attentionBlockOutput weights (mul Wo (transpose R))
        (mulVec R q) (fun j => mulVec R (K j)) (fun j => mulVec R (V j)) =
      attentionBlockOutput weights Wo q K V := by
  rw [attentionBlockOutput, attentionBlockOutput,
    attentionContext_equivariant_of_orthogonal weights R q K V orthogonal,
    mul_transpose_mulVec_of_orthogonal Wo R _ orthogonal]

/-! ## Under RoPE -/

/-- A rotation that commutes with RoPE passes through it, whatever it is that is turned:
`Θ(p) (R u) = R (Θ(p) u)`. -/
theorem mulVec_mulVec_of_commutes {d : Nat} {P : Type v}
    (Θ : P → Mat α d d) (R : Mat α d d) (p : P) (u : Vec α d)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p)) :
    mulVec (Θ p) (mulVec R u) = mulVec R (mulVec (Θ p) u) := by
  rw [← mul_mulVec, commutes, mul_mulVec]

/-- A rotation that commutes with RoPE passes through it: `Θ(p) ((R W) x) = R (Θ(p) (W x))`. -/
theorem ropeVector_equivariant_of_commutes {d m : Nat} {P : Type v}
    (Θ : P → Mat α d d) (R : Mat α d d) (W : Mat α d m) (p : P) (x : Vec α m)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p)) :
    ropeVector Θ (mul R W) p x = mulVec R (ropeVector Θ W p x) := by
  rw [ropeVector, ropeVector, mul_mulVec R, mulVec_mulVec_of_commutes Θ R p _ commutes]

/-- Scores under RoPE do not change when `R` is folded into the projections of queries and keys:
`(Θ(p) R W_q x) · (Θ(posⱼ) R W_k Tⱼ) = (Θ(p) W_q x) · (Θ(posⱼ) W_k Tⱼ)`. -/
theorem ropeScores_invariant_of_commutes {n d m : Nat} {P : Type v}
    (Θ : P → Mat α d d) (R : Mat α d d) (Wq Wk : Mat α d m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p))
    (orthogonal : mul (transpose R) R = identity) :
    scores (ropeVector Θ (mul R Wq) p x) (fun j => ropeVector Θ (mul R Wk) (pos j) (T j)) =
      scores (ropeVector Θ Wq p x) (fun j => ropeVector Θ Wk (pos j) (T j)) := by
  simp only [ropeVector_equivariant_of_commutes Θ R _ _ _ commutes]
  exact scores_invariant_of_orthogonal R _ _ orthogonal

/-- The context of a head turns by the `S` that is folded into its values, once `R` is folded into
its queries and keys: `Ctx` of `R W_q, R W_k, S W_v` is `S Ctx` of `W_q, W_k, W_v`. -/
theorem ropeAttentionHeadContext_equivariant_of_commuting_keys {n d e e' m : Nat} {P : Type v}
    (weights : Vec α n → Vec α n) (Θ : P → Mat α d d) (R : Mat α d d) (S : Mat α e' e)
    (Wq Wk : Mat α d m) (Wv : Mat α e m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p))
    (orthogonal : mul (transpose R) R = identity) :
    ropeAttentionHeadContext weights Θ (mul R Wq) (mul R Wk) (mul S Wv) p x pos T =
      mulVec S (ropeAttentionHeadContext weights Θ Wq Wk Wv p x pos T) := by
  simp only [ropeAttentionHeadContext, ropeVector_equivariant_of_commutes Θ R _ _ _ commutes,
    mul_mulVec S]
  exact attentionContext_equivariant_of_orthogonal_keys weights R S _ _ _ orthogonal

/-- The context of a head turns by the `R` that is folded into its projections:
`Ctx` of `R W_q, R W_k, R W_v` is `R Ctx` of `W_q, W_k, W_v`. -/
theorem ropeAttentionHeadContext_equivariant_of_commutes {n d m : Nat} {P : Type v}
    (weights : Vec α n → Vec α n) (Θ : P → Mat α d d) (R : Mat α d d) (Wq Wk Wv : Mat α d m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p))
    (orthogonal : mul (transpose R) R = identity) :
    ropeAttentionHeadContext weights Θ (mul R Wq) (mul R Wk) (mul R Wv) p x pos T =
      mulVec R (ropeAttentionHeadContext weights Θ Wq Wk Wv p x pos T) :=
  ropeAttentionHeadContext_equivariant_of_commuting_keys weights Θ R R Wq Wk Wv p x pos T
    commutes orthogonal

/-- A rotation that commutes with RoPE folds into the weights of a whole single-head attention
block: `Attn` of `R W_q, R W_k, R W_v, W_o Rᵀ` is `Attn` of `W_q, W_k, W_v, W_o`. -/
theorem folded_qkvo_attention_block_invariant_of_commutes {n d m : Nat} {P : Type v}
    (weights : Vec α n → Vec α n) (Θ : P → Mat α d d) (R : Mat α d d)
    (Wq Wk Wv : Mat α d m) (Wo : Mat α m d)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p))
    (orthogonal : mul (transpose R) R = identity) :
    ropeAttentionBlockOutput weights Θ (mul R Wq) (mul R Wk) (mul R Wv) (mul Wo (transpose R))
        p x pos T =
      ropeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T := by
  simp only [ropeAttentionBlockOutput, ropeAttentionHeadContext,
    ropeVector_equivariant_of_commutes Θ R _ _ _ commutes, mul_mulVec R]
  exact attentionBlockOutput_invariant_of_shared_rotation weights R Wo _ _ _ orthogonal

end Foldability
