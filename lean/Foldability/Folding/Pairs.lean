module

public import Foldability.Folding.SingleHead

/-!
# Folding pairs of matrices

Queries and keys need not be turned alike: what is folded into the keys has to undo what is folded
into the queries, and what is folded into the output projection has to undo what is folded into the
values. Nor need RoPE be the same afterwards: `Θ'(p) A = A Θ(p)` is enough. Rotations, scales of
pairs, any invertible matrix of the values and changes of layout are all of this form.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-! ## Pairs that undo each other -/

/-- Scores do not change when what turns the keys undoes what turns the query:
`(A q) · (B Kⱼ) = q · Kⱼ` where `Aᵀ B = 1`. -/
theorem scores_invariant_of_undoing_pair {n d e : Nat}
    (A B : Mat α e d) (q : Vec α d) (K : Fin n → Vec α d)
    (undoes : mul (transpose A) B = identity) :
    scores (mulVec A q) (fun j => mulVec B (K j)) = scores q K := by
  funext j
  rw [scores, scores, dot_mulVec, ← mul_mulVec, undoes, identity_mulVec]

/-- The context turns with the values, whatever pair turns queries and keys:
`Ctx(A q, B K, S V) = S Ctx(q, K, V)`. -/
theorem attentionContext_equivariant_of_undoing_pair {n d d' e e' : Nat}
    (weights : Vec α n → Vec α n) (A B : Mat α d' d) (S : Mat α e' e)
    (q : Vec α d) (K : Fin n → Vec α d) (V : Fin n → Vec α e)
    (undoes : mul (transpose A) B = identity) :
    attentionContext weights (mulVec A q) (fun j => mulVec B (K j)) (fun j => mulVec S (V j)) =
      mulVec S (attentionContext weights q K V) := by
  simp only [attentionContext, attentionWeights, scores_invariant_of_undoing_pair A B q K undoes]
  exact sumVec_smulVec_mulVec (weights (scores q K)) S V

/-- What turns the output's columns undoes what turns the values: `(W Uᵀ) (S v) = W v`. -/
theorem mul_transpose_mulVec_of_undoing_pair {m e d : Nat}
    (W : Mat α m d) (U S : Mat α e d) (v : Vec α d)
    (undoes : mul (transpose U) S = identity) :
    mulVec (mul W (transpose U)) (mulVec S v) = mulVec W v := by
  rw [mul_mulVec, ← mul_mulVec (transpose U), undoes, identity_mulVec]

/-- The output projection undoes the bundle, head by head:
`(W_o blockdiag(U₁, …, Uₕ)ᵀ) Concat(S₁ c₁, …, Sₕ cₕ) = W_o Concat(c₁, …, cₕ)`. -/
theorem outputProjection_undoes_blockDiag {h d e m : Nat}
    (U S : Fin h → Mat α e d) (Wo : Mat α m (d * h)) (c : Fin h → Vec α d)
    (undoesValues : ∀ k, mul (transpose (U k)) (S k) = identity) :
    mulVec (mul Wo (transpose (blockDiag U))) (concat fun k => mulVec (S k) (c k)) =
      mulVec Wo (concat c) := by
  rw [← blockDiag_mulVec_concat]
  refine mul_transpose_mulVec_of_undoing_pair Wo _ _ _ ?_
  simp only [transpose_blockDiag, mul_blockDiag, undoesValues, blockDiag_identity]

/-! ## Under RoPE -/

/-- What carries one RoPE into another passes through it: `Θ'(p) (A u) = A (Θ(p) u)`. -/
theorem mulVec_mulVec_of_intertwines {d e : Nat} {P : Type v}
    {Θ' : P → Mat α e e} {Θ : P → Mat α d d} {A : Mat α e d}
    (intertwines : ∀ p, mul (Θ' p) A = mul A (Θ p)) (p : P) (u : Vec α d) :
    mulVec (Θ' p) (mulVec A u) = mulVec A (mulVec (Θ p) u) := by
  rw [← mul_mulVec, intertwines, mul_mulVec]

/-- Scores under RoPE do not change when the layout of RoPE does, and the projections of queries and
keys are carried along: `(Θ'(p) R W_q x) · (Θ'(posⱼ) R W_k Tⱼ) = (Θ(p) W_q x) · (Θ(posⱼ) W_k Tⱼ)`. -/
theorem ropeScores_invariant_of_change_of_layout {n d m : Nat} {P : Type v}
    (Θ' Θ : P → Mat α d d) (R : Mat α d d) (Wq Wk : Mat α d m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (intertwines : ∀ p, mul (Θ' p) R = mul R (Θ p))
    (orthogonal : mul (transpose R) R = identity) :
    scores (ropeVector Θ' (mul R Wq) p x) (fun j => ropeVector Θ' (mul R Wk) (pos j) (T j)) =
      scores (ropeVector Θ Wq p x) (fun j => ropeVector Θ Wk (pos j) (T j)) := by
  simp only [ropeVector, mul_mulVec R, mulVec_mulVec_of_intertwines intertwines]
  exact scores_invariant_of_orthogonal R _ _ orthogonal

/-- The whole of what folds into a single-head block: `Attn` under `Θ'` of
`A W_q, B W_k, S W_v, W_o Uᵀ` is `Attn` under `Θ` of `W_q, W_k, W_v, W_o`. -/
theorem ropeAttentionBlockOutput_invariant_of_intertwining_pairs {n d m : Nat} {P : Type v}
    (weights : Vec α n → Vec α n) (Θ' Θ : P → Mat α d d) (A B S U : Mat α d d)
    (Wq Wk Wv : Mat α d m) (Wo : Mat α m d)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (queries : ∀ p, mul (Θ' p) A = mul A (Θ p))
    (keys : ∀ p, mul (Θ' p) B = mul B (Θ p))
    (undoes : mul (transpose A) B = identity)
    (undoesValues : mul (transpose U) S = identity) :
    ropeAttentionBlockOutput weights Θ' (mul A Wq) (mul B Wk) (mul S Wv) (mul Wo (transpose U))
        p x pos T =
      ropeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T := by
  simp only [ropeAttentionBlockOutput, ropeAttentionHeadContext, ropeVector, mul_mulVec A,
    mul_mulVec B, mul_mulVec S, mulVec_mulVec_of_intertwines queries,
    mulVec_mulVec_of_intertwines keys,
    attentionContext_equivariant_of_undoing_pair _ A B S _ _ _ undoes]
  exact mul_transpose_mulVec_of_undoing_pair Wo U S _ undoesValues

/-- The whole of what folds into a multi-head block, for each head by itself:
`W_o blockdiag(U)ᵀ Concat(Ctx⁽ᵏ⁾)` with `Aₖ W_q⁽ᵏ⁾, Bₖ W_k⁽ᵏ⁾, Sₖ W_v⁽ᵏ⁾` under `Θ'ₖ` is
`W_o Concat(Ctx⁽ᵏ⁾)` with `W_q⁽ᵏ⁾, W_k⁽ᵏ⁾, W_v⁽ᵏ⁾` under `Θₖ`. -/
theorem concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_intertwining_pairs
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ' Θ : Fin h → P → Mat α d d)
    (A B S U : Fin h → Mat α d d) (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (queries : ∀ k p, mul (Θ' k p) (A k) = mul (A k) (Θ k p))
    (keys : ∀ k p, mul (Θ' k p) (B k) = mul (B k) (Θ k p))
    (undoes : ∀ k, mul (transpose (A k)) (B k) = identity)
    (undoesValues : ∀ k, mul (transpose (U k)) (S k) = identity) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ'
        (fun k => mul (A k) (Wq k)) (fun k => mul (B k) (Wk k)) (fun k => mul (S k) (Wv k))
        (mul Wo (transpose (blockDiag U))) p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T := by
  simp only [concatProjectedMultiHeadRopeAttentionBlockOutput, multiHeadRopeAttentionContext,
    ropeAttentionHeadContext, ropeVector, mul_mulVec (A _), mul_mulVec (B _), mul_mulVec (S _),
    mulVec_mulVec_of_intertwines (queries _), mulVec_mulVec_of_intertwines (keys _),
    attentionContext_equivariant_of_undoing_pair _ _ _ (S _) _ _ _ (undoes _)]
  exact outputProjection_undoes_blockDiag U S Wo _ undoesValues

/-- The whole of what folds into grouped-query attention with biases, for each key and value head
`j = group(k)` by itself: `A_j` into its queries, `B_j` into its keys, `S_j` into its values and
`U_jᵀ` into the blocks of the output projection, where RoPE was `Θ_j` and is `Θ'_j` now. -/
theorem biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_intertwining_pairs
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ' Θ : Fin g → P → Mat α d d)
    (A B S U : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (queries : ∀ j p, mul (Θ' j p) (A j) = mul (A j) (Θ j p))
    (keys : ∀ j p, mul (Θ' j p) (B j) = mul (B j) (Θ j p))
    (undoes : ∀ j, mul (transpose (A j)) (B j) = identity)
    (undoesValues : ∀ j, mul (transpose (U j)) (S j) = identity) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights Θ'
        (fun k => mul (A (group k)) (Wq k)) (fun k => mulVec (A (group k)) (bq k))
        (fun j => mul (B j) (Wk j)) (fun j => mulVec (B j) (bk j))
        (fun j => mul (S j) (Wv j)) (fun j => mulVec (S j) (bv j))
        (mul Wo (transpose (blockDiag fun k => U (group k)))) bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights Θ Wq bq Wk bk Wv bv Wo bo
        p x pos T := by
  simp only [biasedGroupedQueryRopeAttentionBlockOutput, mul_mulVec (A _), mul_mulVec (B _),
    mul_mulVec (S _), ← mulVec_addVec, mulVec_mulVec_of_intertwines (queries _),
    mulVec_mulVec_of_intertwines (keys _),
    attentionContext_equivariant_of_undoing_pair _ _ _ (S _) _ _ _ (undoes _)]
  rw [outputProjection_undoes_blockDiag (fun k => U (group k)) (fun k => S (group k)) Wo _
    fun k => undoesValues (group k)]

/-! ## What follows of it -/

/-- Scales: what commutes with RoPE folds into the queries, and what undoes it into the keys; it
need not be orthogonal. Pairs scaled by `c` in queries and `1 / c` in keys are of this kind. -/
theorem biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_commuting_pairs
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin g → P → Mat α d d)
    (A B : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (queries : ∀ j p, mul (Θ j p) (A j) = mul (A j) (Θ j p))
    (keys : ∀ j p, mul (Θ j p) (B j) = mul (B j) (Θ j p))
    (undoes : ∀ j, mul (transpose (A j)) (B j) = identity) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights Θ
        (fun k => mul (A (group k)) (Wq k)) (fun k => mulVec (A (group k)) (bq k))
        (fun j => mul (B j) (Wk j)) (fun j => mulVec (B j) (bk j)) Wv bv Wo bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights Θ Wq bq Wk bk Wv bv Wo bo
        p x pos T := by
  simp only [biasedGroupedQueryRopeAttentionBlockOutput, mul_mulVec (A _), mul_mulVec (B _),
    ← mulVec_addVec, mulVec_mulVec_of_intertwines (queries _),
    mulVec_mulVec_of_intertwines (keys _), attentionContext, attentionWeights,
    scores_invariant_of_undoing_pair _ _ _ _ (undoes _)]

/-- Values take any invertible matrix, which need not be orthogonal: `S_j` folds into values, and
what undoes it into the output projection. -/
theorem biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_invertible_values
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin g → P → Mat α d d)
    (S U : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (undoesValues : ∀ j, mul (transpose (U j)) (S j) = identity) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights Θ Wq bq Wk bk
        (fun j => mul (S j) (Wv j)) (fun j => mulVec (S j) (bv j))
        (mul Wo (transpose (blockDiag fun k => U (group k)))) bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights Θ Wq bq Wk bk Wv bv Wo bo
        p x pos T := by
  simp only [biasedGroupedQueryRopeAttentionBlockOutput, mul_mulVec (S _), ← mulVec_addVec,
    attentionContext, sumVec_smulVec_mulVec]
  rw [outputProjection_undoes_blockDiag (fun k => U (group k)) (fun k => S (group k)) Wo _
    fun k => undoesValues (group k)]

/-- A change of layout: where `R_j` carries RoPE as it was into RoPE as it is now, queries and keys
and their biases are carried along, values and output stay. A key head has one `R_j`, which all of
its query heads share. -/
theorem biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_change_of_layout
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ' Θ : Fin g → P → Mat α d d)
    (R : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (intertwines : ∀ j p, mul (Θ' j p) (R j) = mul (R j) (Θ j p))
    (orthogonal : ∀ j, mul (transpose (R j)) (R j) = identity) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights Θ'
        (fun k => mul (R (group k)) (Wq k)) (fun k => mulVec (R (group k)) (bq k))
        (fun j => mul (R j) (Wk j)) (fun j => mulVec (R j) (bk j)) Wv bv Wo bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights Θ Wq bq Wk bk Wv bv Wo bo
        p x pos T := by
  simp only [biasedGroupedQueryRopeAttentionBlockOutput, mul_mulVec (R _), ← mulVec_addVec,
    mulVec_mulVec_of_intertwines (intertwines _), attentionContext, attentionWeights,
    scores_invariant_of_undoing_pair _ _ _ _ (orthogonal _)]

end Foldability
