module

public import Foldability.Folding.Pairs

/-!
# Folding into latent attention

Queries and keys are two parts, one without RoPE and one with it. Each part takes a pair of matrices
of its own; the part of the keys that all heads share has one pair for all of them.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-- The inner product of vectors of two parts: `(u, v) · (u', v') = u · u' + v · v'`. -/
theorem dot_append {m n : Nat} (u u' : Vec α m) (v v' : Vec α n) :
    dot (append u v) (append u' v') = dot u u' + dot v v' := by
  simp only [dot, sum_append, append_castAdd, append_natAdd]

/-- Pairs that undo each other keep inner products: `(A u) · (B v) = u · v` where `Aᵀ B = 1`. -/
theorem dot_mulVec_mulVec_of_undoing_pair {m n : Nat} (A B : Mat α m n) (u v : Vec α n)
    (undoes : mul (transpose A) B = identity) :
    dot (mulVec A u) (mulVec B v) = dot u v := by
  rw [dot_mulVec, ← mul_mulVec, undoes, identity_mulVec]

/-- Scores of queries and keys of two parts do not change when each part has a pair that undoes
itself: `(M u, A v) · (N Kⱼ, B Lⱼ) = (u, v) · (Kⱼ, Lⱼ)`. -/
theorem scores_append_invariant_of_undoing_pairs {n c r : Nat} (M N : Mat α c c) (A B : Mat α r r)
    (u : Vec α c) (v : Vec α r) (K : Fin n → Vec α c) (L : Fin n → Vec α r)
    (undoesRest : mul (transpose M) N = identity)
    (undoes : mul (transpose A) B = identity) :
    scores (append (mulVec M u) (mulVec A v))
        (fun j => append (mulVec N (K j)) (mulVec B (L j))) =
      scores (append u v) (fun j => append (K j) (L j)) := by
  funext j
  rw [scores, scores, dot_append, dot_append, dot_mulVec_mulVec_of_undoing_pair M N _ _ undoesRest,
    dot_mulVec_mulVec_of_undoing_pair A B _ _ undoes]

/-- The whole of what folds into queries and keys of latent attention, with its latent vectors as they
are: `A` and `B` into the parts with RoPE, for all heads alike, and `Mₖ` and `Nₖ` into the parts
without it, for each head. Values and output take what they take elsewhere. -/
theorem latentAttentionBlockOutput_invariant_of_intertwining_pairs
    {n c r e m a b h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ' Θ : P → Mat α r r)
    (A B : Mat α r r) (M N : Fin h → Mat α c c)
    (normq : Vec α a → Vec α a) (normk : Vec α b → Vec α b)
    (Dq : Mat α a m) (Dk : Mat α b m)
    (Wqn : Fin h → Mat α c a) (Wqr : Fin h → Mat α r a)
    (Wkn : Fin h → Mat α c b) (Wkr : Mat α r m)
    (Wv : Fin h → Mat α e b) (Wo : Mat α m (e * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (queries : ∀ p, mul (Θ' p) A = mul A (Θ p))
    (keys : ∀ p, mul (Θ' p) B = mul B (Θ p))
    (undoes : mul (transpose A) B = identity)
    (undoesRest : ∀ k, mul (transpose (M k)) (N k) = identity) :
    latentAttentionBlockOutput weights Θ' normq normk Dq Dk
        (fun k => mul (M k) (Wqn k)) (fun k => mul A (Wqr k))
        (fun k => mul (N k) (Wkn k)) (mul B Wkr) Wv Wo p x pos T =
      latentAttentionBlockOutput weights Θ normq normk Dq Dk
        Wqn Wqr Wkn Wkr Wv Wo p x pos T := by
  simp only [latentAttentionBlockOutput, mul_mulVec A, mul_mulVec B, mul_mulVec (M _),
    mul_mulVec (N _), mulVec_mulVec_of_intertwines queries,
    mulVec_mulVec_of_intertwines keys, attentionContext, attentionWeights,
    scores_append_invariant_of_undoing_pairs _ _ _ _ _ _ _ _ (undoesRest _) undoes]

end Foldability
