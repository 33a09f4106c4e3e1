module

public import Foldability.Folding.SingleHead

/-!
# Folding through the residual stream

An orthogonal matrix turns all that flows through a transformer: the norm does not see it once its
gain is fused into what reads the norm, each sublayer undoes it where it reads, and turns what it
adds.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-- The norm turns with its token: `norm(R v) = R norm(v)`. -/
theorem normalized_equivariant_of_orthogonal {m : Nat}
    (f : α → α) (R : Mat α m m) (v : Vec α m)
    (orthogonal : mul (transpose R) R = identity) :
    normalized f (mulVec R v) = mulVec R (normalized f v) := by
  rw [normalized, normalized, dot_mulVec, ← mul_mulVec, orthogonal, identity_mulVec]
  funext i
  simp only [smulVec, mulVec, dot, mul_sum]
  exact sum_congr fun j => by grind

/-- What reads the norm, with the gain and `Rᵀ` fused into it, reads what it read:
`(W diag(γ) Rᵀ) norm(R v) = W RMSNorm(v)`. -/
theorem fused_norm_invariant_of_rotation {k m : Nat}
    (f : α → α) (γ : Vec α m) (R : Mat α m m) (W : Mat α k m) (v : Vec α m)
    (orthogonal : mul (transpose R) R = identity) :
    mulVec (mul (mul W (diagonal γ)) (transpose R)) (normalized f (mulVec R v)) =
      mulVec W (rmsNorm f γ v) := by
  rw [normalized_equivariant_of_orthogonal f R v orthogonal,
    mul_transpose_mulVec_of_orthogonal _ R _ orthogonal, mul_mulVec, rmsNorm]

/-- The attention sublayer of turned tokens is its turned output, once the gain and `Rᵀ` are fused
into the projections of queries, keys and values, and `R` into that of the output. -/
theorem attentionSublayer_equivariant_of_rotation {n d m h : Nat} {P : Type v}
    (f : α → α) (γ : Vec α m) (R : Mat α m m)
    (weights : Fin h → Fin n → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (pos : Fin n → P) (T : Fin n → Vec α m) (i : Fin n)
    (orthogonal : mul (transpose R) R = identity) :
    attentionSublayer (fun v => normalized f v) weights Θ
        (fun k => mul (mul (Wq k) (diagonal γ)) (transpose R))
        (fun k => mul (mul (Wk k) (diagonal γ)) (transpose R))
        (fun k => mul (mul (Wv k) (diagonal γ)) (transpose R))
        (mul R Wo) pos (fun j => mulVec R (T j)) i =
      mulVec R (attentionSublayer (fun v => rmsNorm f γ v) weights Θ Wq Wk Wv Wo pos T i) := by
  simp only [attentionSublayer, concatProjectedMultiHeadRopeAttentionBlockOutput,
    multiHeadRopeAttentionContext, ropeAttentionHeadContext, ropeVector,
    fused_norm_invariant_of_rotation f γ R _ _ orthogonal, mul_mulVec R, mulVec_addVec]

/-- The MLP sublayer of a turned token is its turned output, once the gain and `Rᵀ` are fused into
the matrices that read, and `R` into the one that writes. -/
theorem mlpSublayer_equivariant_of_rotation {m l : Nat}
    (f : α → α) (γ : Vec α m) (R : Mat α m m) (act : α → α)
    (Wg Wu : Mat α l m) (Wd : Mat α m l) (v : Vec α m)
    (orthogonal : mul (transpose R) R = identity) :
    mlpSublayer (fun v => normalized f v) act
        (mul (mul Wg (diagonal γ)) (transpose R)) (mul (mul Wu (diagonal γ)) (transpose R))
        (mul R Wd) (mulVec R v) =
      mulVec R (mlpSublayer (fun v => rmsNorm f γ v) act Wg Wu Wd v) := by
  simp only [mlpSublayer, gatedMlp, fused_norm_invariant_of_rotation f γ R _ _ orthogonal,
    mul_mulVec R, mulVec_addVec]

end Foldability
