module

public import Foldability.Folding.Pairs

/-!
# Folding under norms of queries and keys

Where queries and keys are normed before RoPE, what is folded into them has to pass through the norm
as well: an orthogonal matrix keeps lengths, and so the scale; the gains it must carry along.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-- Orthogonal matrices keep inner products: `(R u) · (R v) = u · v`. -/
theorem dot_mulVec_mulVec_of_orthogonal {m n : Nat} (R : Mat α m n) (u v : Vec α n)
    (orthogonal : mul (transpose R) R = identity) :
    dot (mulVec R u) (mulVec R v) = dot u v := by
  rw [dot_mulVec, ← mul_mulVec, orthogonal, identity_mulVec]

/-- A scalar moves out of a product: `A (a v) = a (A v)`. -/
theorem mulVec_smulVec {m n : Nat} (A : Mat α m n) (a : α) (v : Vec α n) :
    mulVec A (smulVec a v) = smulVec a (mulVec A v) := by
  funext i
  simp only [mulVec, dot, smulVec, mul_sum]
  exact sum_congr fun j => by grind

/-- A norm turns with its heads when its gains are carried along:
`norm(G', R v)ₖ = Rₖ norm(G, v)ₖ`, where `G'ₖ Rₖ = Rₖ Gₖ`. -/
theorem headNorm_equivariant_of_carried_gains {d h : Nat}
    (f : Vec α h → Vec α h) (G' G R : Fin h → Mat α d d) (v : Fin h → Vec α d) (k : Fin h)
    (orthogonal : ∀ i, mul (transpose (R i)) (R i) = identity)
    (gains : ∀ i, mul (G' i) (R i) = mul (R i) (G i)) :
    headNorm f G' (fun i => mulVec (R i) (v i)) k = mulVec (R k) (headNorm f G v k) := by
  simp only [headNorm, dot_mulVec_mulVec_of_orthogonal _ _ _ (orthogonal _), mulVec_smulVec,
    ← mul_mulVec, gains]

/-- Under norms of queries and keys, an orthogonal `R_j` that carries RoPE and the gains along folds
into the queries and keys of its group: rotations of pairs where the gains of a pair are
equal, quarter turns and changes of layout whatever the gains are. -/
theorem qkNormGroupedQueryRopeAttentionBlockOutput_invariant_of_carried_gains
    {n d e m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n)
    (fq : Vec α h → Vec α h) (fk : Vec α g → Vec α g)
    (Gq' Gq : Fin h → Mat α d d) (Gk' Gk : Fin g → Mat α d d)
    (Θ' Θ : Fin g → P → Mat α d d) (R : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (Wk : Fin g → Mat α d m) (Wv : Fin g → Mat α e m)
    (Wo : Mat α m (e * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (intertwines : ∀ j p, mul (Θ' j p) (R j) = mul (R j) (Θ j p))
    (orthogonal : ∀ j, mul (transpose (R j)) (R j) = identity)
    (queryGains : ∀ k, mul (Gq' k) (R (group k)) = mul (R (group k)) (Gq k))
    (keyGains : ∀ j, mul (Gk' j) (R j) = mul (R j) (Gk j)) :
    qkNormGroupedQueryRopeAttentionBlockOutput group weights fq Gq' fk Gk' Θ'
        (fun k => mul (R (group k)) (Wq k)) (fun j => mul (R j) (Wk j)) Wv Wo p x pos T =
      qkNormGroupedQueryRopeAttentionBlockOutput group weights fq Gq fk Gk Θ
        Wq Wk Wv Wo p x pos T := by
  have queries (v : Fin h → Vec α d) (k : Fin h) :
      headNorm fq Gq' (fun i => mulVec (R (group i)) (v i)) k =
        mulVec (R (group k)) (headNorm fq Gq v k) :=
    headNorm_equivariant_of_carried_gains fq Gq' Gq (fun k => R (group k)) v k
      (fun _ => orthogonal _) queryGains
  have keys (v : Fin g → Vec α d) (j : Fin g) :
      headNorm fk Gk' (fun i => mulVec (R i) (v i)) j = mulVec (R j) (headNorm fk Gk v j) :=
    headNorm_equivariant_of_carried_gains fk Gk' Gk R v j orthogonal keyGains
  simp only [qkNormGroupedQueryRopeAttentionBlockOutput, mul_mulVec (R _), queries,
    keys, mulVec_mulVec_of_intertwines (intertwines _), attentionContext,
    attentionWeights, scores_invariant_of_undoing_pair _ _ _ _ (orthogonal _)]

/-- Where queries and keys are normed after RoPE, scores do not change when what is folded carries
RoPE and the gains along. -/
theorem qkNormAfterRopeScores_invariant_of_carried_gains
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (fq : Vec α h → Vec α h) (fk : Vec α g → Vec α g)
    (Gq' Gq : Fin h → Mat α d d) (Gk' Gk : Fin g → Mat α d d)
    (Θ' Θ : Fin g → P → Mat α d d) (R : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (Wk : Fin g → Mat α d m) (k : Fin h)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (intertwines : ∀ j p, mul (Θ' j p) (R j) = mul (R j) (Θ j p))
    (orthogonal : ∀ j, mul (transpose (R j)) (R j) = identity)
    (queryGains : ∀ k, mul (Gq' k) (R (group k)) = mul (R (group k)) (Gq k))
    (keyGains : ∀ j, mul (Gk' j) (R j) = mul (R j) (Gk j)) :
    scores
        (headNorm fq Gq'
          (fun i => ropeVector (Θ' (group i)) (mul (R (group i)) (Wq i)) p x) k)
        (fun j => headNorm fk Gk'
          (fun i => ropeVector (Θ' i) (mul (R i) (Wk i)) (pos j) (T j)) (group k)) =
      scores
        (headNorm fq Gq (fun i => ropeVector (Θ (group i)) (Wq i) p x) k)
        (fun j => headNorm fk Gk (fun i => ropeVector (Θ i) (Wk i) (pos j) (T j)) (group k)) := by
  have queries (v : Fin h → Vec α d) (k : Fin h) :
      headNorm fq Gq' (fun i => mulVec (R (group i)) (v i)) k =
        mulVec (R (group k)) (headNorm fq Gq v k) :=
    headNorm_equivariant_of_carried_gains fq Gq' Gq (fun k => R (group k)) v k
      (fun _ => orthogonal _) queryGains
  have keys (v : Fin g → Vec α d) (j : Fin g) :
      headNorm fk Gk' (fun i => mulVec (R i) (v i)) j = mulVec (R j) (headNorm fk Gk v j) :=
    headNorm_equivariant_of_carried_gains fk Gk' Gk R v j orthogonal keyGains
  simp only [ropeVector, mul_mulVec (R _), mulVec_mulVec_of_intertwines (intertwines _), queries,
    keys, scores_invariant_of_undoing_pair _ _ _ _ (orthogonal _)]

/-- A gate of the context lets through what it can be carried along with:
`(W_o blockdiag(U)ᵀ) Concat(D'ₖ Sₖ cₖ) = W_o Concat(Dₖ cₖ)`, where `D'ₖ Sₖ = Sₖ Dₖ`. -/
theorem gatedOutputProjection_undoes_blockDiag {h d m : Nat}
    (D' D U S : Fin h → Mat α d d) (Wo : Mat α m (d * h)) (c : Fin h → Vec α d)
    (gates : ∀ k, mul (D' k) (S k) = mul (S k) (D k))
    (undoesValues : ∀ k, mul (transpose (U k)) (S k) = identity) :
    mulVec (mul Wo (transpose (blockDiag U)))
        (concat fun k => mulVec (D' k) (mulVec (S k) (c k))) =
      mulVec Wo (concat fun k => mulVec (D k) (c k)) := by
  simp only [← mul_mulVec (D' _), gates, mul_mulVec (S _)]
  exact outputProjection_undoes_blockDiag U S Wo _ undoesValues

end Foldability
