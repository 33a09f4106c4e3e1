module

public import Foldability.Folding.SingleHead

/-!
# Folding through all heads

Each head may carry a rotation of its own. After concatenation the bundle has turned by the block
diagonal of them, which the shared output projection absorbs; the residual is added to an output
that has not changed.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-- The bundle rotation is orthogonal when each head's rotation is: `B(R)ᵀ B(R) = 1`, where
`B(R) = blockdiag(R₁, …, Rₕ)`. -/
theorem blockDiag_orthogonal {h d e : Nat} (R : Fin h → Mat α e d)
    (orthogonal : ∀ k, mul (transpose (R k)) (R k) = identity) :
    mul (transpose (blockDiag R)) (blockDiag R) = identity := by
  simp only [transpose_blockDiag, mul_blockDiag, orthogonal, blockDiag_identity]

/-- The output projection absorbs the bundle rotation:
`(W_o B(R)ᵀ) Concat(R₁ c₁, …, Rₕ cₕ) = W_o Concat(c₁, …, cₕ)`. -/
theorem outputProjection_absorbs_blockDiag {h d e m : Nat}
    (R : Fin h → Mat α e d) (Wo : Mat α m (d * h)) (c : Fin h → Vec α d)
    (orthogonal : ∀ k, mul (transpose (R k)) (R k) = identity) :
    mulVec (mul Wo (transpose (blockDiag R))) (concat fun k => mulVec (R k) (c k)) =
      mulVec Wo (concat c) := by
  rw [← blockDiag_mulVec_concat]
  exact mul_transpose_mulVec_of_orthogonal Wo _ _ (blockDiag_orthogonal R orthogonal)

/-- Values need not turn with queries and keys: `Rₖ` commutes with RoPE and folds into those two, and
any orthogonal `Sₖ` folds into the values and the output projection. `W_o B(S)ᵀ Concat(Ctx⁽ᵏ⁾)` with
`Rₖ W_q⁽ᵏ⁾, Rₖ W_k⁽ᵏ⁾, Sₖ W_v⁽ᵏ⁾` is `W_o Concat(Ctx⁽ᵏ⁾)` with `W_q⁽ᵏ⁾, W_k⁽ᵏ⁾, W_v⁽ᵏ⁾`. -/
theorem concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_separate_rotations
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d) (R S : Fin h → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ k p, mul (Θ k p) (R k) = mul (R k) (Θ k p))
    (orthogonal : ∀ k, mul (transpose (R k)) (R k) = identity)
    (orthogonalValues : ∀ k, mul (transpose (S k)) (S k) = identity) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ
        (fun k => mul (R k) (Wq k)) (fun k => mul (R k) (Wk k)) (fun k => mul (S k) (Wv k))
        (mul Wo (transpose (blockDiag S))) p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T := by
  simp only [concatProjectedMultiHeadRopeAttentionBlockOutput, multiHeadRopeAttentionContext,
    ropeAttentionHeadContext_equivariant_of_commuting_keys _ _ _ _ _ _ _ _ _ _ _ (commutes _)
      (orthogonal _)]
  exact outputProjection_absorbs_blockDiag S Wo _ orthogonalValues

/-- Rotations that commute with RoPE, one for each head, fold into the weights of a multi-head
attention block with one shared output projection: `W_o B(R)ᵀ Concat(Ctx⁽ᵏ⁾)` with
`Rₖ W_q⁽ᵏ⁾, Rₖ W_k⁽ᵏ⁾, Rₖ W_v⁽ᵏ⁾` is `W_o Concat(Ctx⁽ᵏ⁾)` with `W_q⁽ᵏ⁾, W_k⁽ᵏ⁾, W_v⁽ᵏ⁾`. -/
theorem concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d) (R : Fin h → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ k p, mul (Θ k p) (R k) = mul (R k) (Θ k p))
    (orthogonal : ∀ k, mul (transpose (R k)) (R k) = identity) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ
        (fun k => mul (R k) (Wq k)) (fun k => mul (R k) (Wk k)) (fun k => mul (R k) (Wv k))
        (mul Wo (transpose (blockDiag R))) p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T :=
  concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_separate_rotations weights Θ R R
    Wq Wk Wv Wo p x pos T commutes orthogonal orthogonal

/-- The same fold leaves the whole residual block unchanged: `x + W_o B(R)ᵀ Concat(Ctx⁽ᵏ⁾)` with
`Rₖ W_q⁽ᵏ⁾, Rₖ W_k⁽ᵏ⁾, Rₖ W_v⁽ᵏ⁾` is `x + W_o Concat(Ctx⁽ᵏ⁾)` with `W_q⁽ᵏ⁾, W_k⁽ᵏ⁾, W_v⁽ᵏ⁾`. -/
theorem residualConcatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d) (R : Fin h → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ k p, mul (Θ k p) (R k) = mul (R k) (Θ k p))
    (orthogonal : ∀ k, mul (transpose (R k)) (R k) = identity) :
    residualConcatProjectedMultiHeadRopeAttentionBlockOutput weights Θ
        (fun k => mul (R k) (Wq k)) (fun k => mul (R k) (Wk k)) (fun k => mul (R k) (Wv k))
        (mul Wo (transpose (blockDiag R))) p x pos T =
      residualConcatProjectedMultiHeadRopeAttentionBlockOutput weights Θ Wq Wk Wv Wo
        p x pos T := by
  simp only [residualConcatProjectedMultiHeadRopeAttentionBlockOutput,
    concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes weights Θ R Wq Wk Wv Wo
      p x pos T commutes orthogonal]

end Foldability
