module

public import Foldability.Folding.Norms
public import Foldability.Folding.Residual

/-!
# Folding through a LayerNorm

LayerNorm takes the mean of a token away before it scales. Once all that writes to the residual
stream does so already, what is left of LayerNorm is the norm of RMSNorm, which rotations pass
through. A rotation that keeps the vector of ones passes through LayerNorm as it is.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-- Three vectors are added in any order: `(u + v) + w = u + (v + w)`. -/
theorem addVec_assoc {n : Nat} (u v w : Vec α n) :
    addVec (addVec u v) w = addVec u (addVec v w) := by
  funext i
  exact Lean.Grind.Semiring.add_assoc _ _ _

/-- What reads a LayerNorm, with its gain, its bias and `Rᵀ` fused into it, reads what it read of a
token that was centred before it was turned:
`(W diag(γ) Rᵀ) norm(R C v) + (W β + b) = W LayerNorm(v) + b`. -/
theorem fused_layerNorm_invariant_of_rotation {k m : Nat}
    (f : α → α) (C : Mat α m m) (γ β : Vec α m) (R : Mat α m m) (W : Mat α k m) (b : Vec α k)
    (v : Vec α m) (orthogonal : mul (transpose R) R = identity) :
    addVec (mulVec (mul (mul W (diagonal γ)) (transpose R)) (normalized f (mulVec R (mulVec C v))))
        (addVec (mulVec W β) b) =
      addVec (mulVec W (layerNorm f C γ β v)) b := by
  rw [fused_norm_invariant_of_rotation f γ R W _ orthogonal, layerNorm, rmsNorm, mulVec_addVec,
    addVec_assoc]

/-- The attention sublayer under LayerNorm, with biases and groups: on tokens that are centred and
turned it is a sublayer under the norm of RMSNorm, once gain, bias and `Rᵀ` are fused into what
reads, and what writes is centred and turned. -/
theorem layerNormAttentionSublayer_equivariant_of_rotation
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (f : α → α) (C : Mat α m m) (γ β : Vec α m) (R : Mat α m m)
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin g → P → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (orthogonal : mul (transpose R) R = identity) :
    addVec (mulVec R (mulVec C x)) (biasedGroupedQueryRopeAttentionBlockOutput group weights Θ
        (fun k => mul (mul (Wq k) (diagonal γ)) (transpose R))
        (fun k => addVec (mulVec (Wq k) β) (bq k))
        (fun j => mul (mul (Wk j) (diagonal γ)) (transpose R))
        (fun j => addVec (mulVec (Wk j) β) (bk j))
        (fun j => mul (mul (Wv j) (diagonal γ)) (transpose R))
        (fun j => addVec (mulVec (Wv j) β) (bv j))
        (mul (mul R C) Wo) (mulVec R (mulVec C bo)) p (normalized f (mulVec R (mulVec C x))) pos
        (fun j => normalized f (mulVec R (mulVec C (T j))))) =
      mulVec R (mulVec C (addVec x (biasedGroupedQueryRopeAttentionBlockOutput group weights Θ
        Wq bq Wk bk Wv bv Wo bo p (layerNorm f C γ β x) pos fun j => layerNorm f C γ β (T j)))) := by
  simp only [biasedGroupedQueryRopeAttentionBlockOutput,
    fused_layerNorm_invariant_of_rotation f C γ β R _ _ _ orthogonal, mul_mulVec (mul R C),
    mul_mulVec R C, mulVec_addVec C, mulVec_addVec R]

/-- What is left of LayerNorm without gain and bias turns with its token where the rotation keeps
the vector `u` of which nothing is left, that of ones in practice, with `μ = 1 / m`:
`norm(R v - μ (u · R v) u) = R norm(v - μ (u · v) u)`. -/
theorem centredNorm_equivariant_of_kept_ones {m : Nat}
    (f : α → α) (μ : α) (u : Vec α m) (R : Mat α m m) (v : Vec α m)
    (orthogonal : mul (transpose R) R = identity) (kept : mulVec R u = u) :
    normalized f (addVec (mulVec R v) (smulVec (-(μ * dot u (mulVec R v))) u)) =
      mulVec R (normalized f (addVec v (smulVec (-(μ * dot u v)) u))) := by
  have length : dot u (mulVec R v) = dot u v := by
    rw [← dot_mulVec_mulVec_of_orthogonal R u v orthogonal, kept]
  rw [← normalized_equivariant_of_orthogonal f R _ orthogonal, mulVec_addVec, mulVec_smulVec, kept,
    length]

end Foldability
