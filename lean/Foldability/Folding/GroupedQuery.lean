module

public import Foldability.Folding.MultiHead

/-!
# Folding where query heads share keys and values

In grouped-query attention several query heads look at one key and value head. What is folded into
that head must be undone by all who look at it; so there is one rotation for each key and value
head, and copies of it for its query heads and for their blocks of the output projection.
-/

@[expose] public section

namespace Foldability

universe u v

variable {α : Type u} [Lean.Grind.CommRing α]

/-- Grouped-query attention: `group` says whose keys and values a query head looks at, and each
key and value head `j` has one RoPE, one `R_j` and one `S_j`. Its query heads carry its `R_j`, the
blocks of the output projection their `S_jᵀ`: with `j = group(k)`, `W_o B(S_j)ᵀ Concat(Ctx⁽ᵏ⁾)` with
`R_j W_q⁽ᵏ⁾, R_j W_k⁽ʲ⁾, S_j W_v⁽ʲ⁾` is `W_o Concat(Ctx⁽ᵏ⁾)` with `W_q⁽ᵏ⁾, W_k⁽ʲ⁾, W_v⁽ʲ⁾`. -/
theorem groupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin g → P → Mat α d d) (R S : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (Wk Wv : Fin g → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ j p, mul (Θ j p) (R j) = mul (R j) (Θ j p))
    (orthogonal : ∀ j, mul (transpose (R j)) (R j) = identity)
    (orthogonalValues : ∀ j, mul (transpose (S j)) (S j) = identity) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights (fun k => Θ (group k))
        (fun k => mul (R (group k)) (Wq k)) (fun k => mul (R (group k)) (Wk (group k)))
        (fun k => mul (S (group k)) (Wv (group k)))
        (mul Wo (transpose (blockDiag fun k => S (group k)))) p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights (fun k => Θ (group k))
        Wq (fun k => Wk (group k)) (fun k => Wv (group k)) Wo p x pos T :=
  concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_separate_rotations weights _
    (fun k => R (group k)) (fun k => S (group k)) Wq _ _ Wo p x pos T
    (fun k => commutes (group k)) (fun k => orthogonal (group k))
    (fun k => orthogonalValues (group k))

/-- Biases turn with their weights, and that of the output stays: grouped-query attention of
`R_j W_q⁽ᵏ⁾ x + R_j b_q⁽ᵏ⁾`, `R_j W_k⁽ʲ⁾ T + R_j b_k⁽ʲ⁾`, `S_j W_v⁽ʲ⁾ T + S_j b_v⁽ʲ⁾` and
`W_o B(S_j)ᵀ Concat(Ctx⁽ᵏ⁾) + b_o` is that without the rotations, where `j = group(k)`. -/
theorem biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin g → P → Mat α d d) (R S : Fin g → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ j p, mul (Θ j p) (R j) = mul (R j) (Θ j p))
    (orthogonal : ∀ j, mul (transpose (R j)) (R j) = identity)
    (orthogonalValues : ∀ j, mul (transpose (S j)) (S j) = identity) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights Θ
        (fun k => mul (R (group k)) (Wq k)) (fun k => mulVec (R (group k)) (bq k))
        (fun j => mul (R j) (Wk j)) (fun j => mulVec (R j) (bk j))
        (fun j => mul (S j) (Wv j)) (fun j => mulVec (S j) (bv j))
        (mul Wo (transpose (blockDiag fun k => S (group k)))) bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights Θ Wq bq Wk bk Wv bv Wo bo
        p x pos T := by
  simp only [biasedGroupedQueryRopeAttentionBlockOutput, mul_mulVec (R _), mul_mulVec (S _),
    ← mulVec_addVec, mulVec_mulVec_of_commutes _ _ _ _ (commutes _),
    attentionContext_equivariant_of_orthogonal_keys _ _ _ _ _ _ (orthogonal _)]
  rw [outputProjection_absorbs_blockDiag (fun k => S (group k)) Wo _
    fun k => orthogonalValues (group k)]

end Foldability
