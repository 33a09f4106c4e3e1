module

public import Foldability.Folding.MultiHead
public import Foldability.Folding.Pairs

/-!
# Instances: RoPE and softmax

The theorems speak of any family `Θ` and any `weights`. Here is what they mean for RoPE itself,
whose pairs can each be turned by a rotation of their own, and for softmax.
-/

@[expose] public section

namespace Foldability

universe u v

/-! ## RoPE -/

section

variable {α : Type u} [Lean.Grind.CommRing α]

/-- A rotation of the plane is orthogonal when `c² + s² = 1`. -/
theorem planeRotation_orthogonal (c s : α) (unit : c * c + s * s = 1) :
    mul (transpose (planeRotation c s)) (planeRotation c s) = identity := by
  funext i j
  match i, j with
  | 0, 0 | 0, 1 | 1, 0 | 1, 1 =>
    simp [mul, sum, transpose, planeRotation, matrix2, identity]; grind

/-- Rotations of the plane commute: both products turn by the sum of the angles. -/
theorem planeRotation_commutes (c s c' s' : α) :
    mul (planeRotation c s) (planeRotation c' s') =
      mul (planeRotation c' s') (planeRotation c s) := by
  funext i j
  match i, j with
  | 0, 0 | 0, 1 | 1, 0 | 1, 1 => simp [mul, sum, planeRotation, matrix2]; grind

/-- Interleaved RoPE is orthogonal when `cᵢ² + sᵢ² = 1` for each pair `i`. -/
theorem ropeInterleaved_orthogonal {k : Nat} (c s : Vec α k)
    (unit : ∀ i, c i * c i + s i * s i = 1) :
    mul (transpose (ropeInterleaved c s)) (ropeInterleaved c s) = identity :=
  blockDiag_orthogonal _ fun i => planeRotation_orthogonal (c i) (s i) (unit i)

/-- Rotations of interleaved pairs commute with interleaved RoPE:
`RoPE(c, s) RoPE(c', s') = RoPE(c', s') RoPE(c, s)`. -/
theorem ropeInterleaved_commutes {k : Nat} (c s c' s' : Vec α k) :
    mul (ropeInterleaved c s) (ropeInterleaved c' s') =
      mul (ropeInterleaved c' s') (ropeInterleaved c s) := by
  simp only [ropeInterleaved, mul_blockDiag, planeRotation_commutes (c _)]

/-- Rotations of half-split pairs commute with half-split RoPE:
`RoPE(c, s) RoPE(c', s') = RoPE(c', s') RoPE(c, s)`. -/
theorem ropeHalfSplit_commutes {k : Nat} (c s c' s' : Vec α k) :
    mul (ropeHalfSplit c s) (ropeHalfSplit c' s') =
      mul (ropeHalfSplit c' s') (ropeHalfSplit c s) := by
  simp only [ropeHalfSplit, negMat_diagonal, mul_fromBlocks_diagonal]
  congr <;> grind

/-- Half-split RoPE is orthogonal when `cᵢ² + sᵢ² = 1` for each pair `i`. -/
theorem ropeHalfSplit_orthogonal {k : Nat} (c s : Vec α k)
    (unit : ∀ i, c i * c i + s i * s i = 1) :
    mul (transpose (ropeHalfSplit c s)) (ropeHalfSplit c s) = identity := by
  rw [← fromBlocks_identity]
  simp only [ropeHalfSplit, negMat_diagonal, transpose_fromBlocks, transpose_diagonal,
    mul_fromBlocks_diagonal]
  congr <;> first | grind | (funext i j; grind [diagonal, zeroMat])

/-! ## RoPE of a part of a head -/

/-- The identity is orthogonal: `1ᵀ 1 = 1`. -/
theorem identity_orthogonal {n : Nat} :
    mul (transpose (identity : Mat α n n)) identity = identity := by
  rw [mul_identity]
  funext i j
  grind [transpose, identity]

/-- Partial RoPE, in any layout, commutes with what commutes with it on the coordinates that it
turns, beside any `S` on the rest: `(Θ 0; 0 1) (R 0; 0 S) = (R 0; 0 S) (Θ 0; 0 1)`. -/
theorem partialRope_commutes {d r : Nat} (Θ R : Mat α d d) (S : Mat α r r)
    (commutes : mul Θ R = mul R Θ) :
    mul (fromBlocks Θ zeroMat zeroMat identity) (fromBlocks R zeroMat zeroMat S) =
      mul (fromBlocks R zeroMat zeroMat S) (fromBlocks Θ zeroMat zeroMat identity) := by
  rw [mul_fromBlocks_zero, mul_fromBlocks_zero, commutes, identity_mul, mul_identity]

/-- What folds under partial RoPE is orthogonal when both of its parts are:
`(R 0; 0 S)ᵀ (R 0; 0 S) = 1`. -/
theorem partialRope_orthogonal {d r : Nat} (R : Mat α d d) (S : Mat α r r)
    (orthogonal : mul (transpose R) R = identity)
    (orthogonalRest : mul (transpose S) S = identity) :
    mul (transpose (fromBlocks R zeroMat zeroMat S)) (fromBlocks R zeroMat zeroMat S) =
      identity := by
  rw [transpose_fromBlocks, ← fromBlocks_identity, ← orthogonal, ← orthogonalRest]
  exact mul_fromBlocks_zero (transpose R) (transpose S) R S

/-! ## Angles, and nothing else -/

/-- Rotations that commute with RoPE, one for each head, fold into its queries and keys alone. -/
theorem concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commuting_keys
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d) (R : Fin h → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ k p, mul (Θ k p) (R k) = mul (R k) (Θ k p))
    (orthogonal : ∀ k, mul (transpose (R k)) (R k) = identity) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ
        (fun k => mul (R k) (Wq k)) (fun k => mul (R k) (Wk k)) Wv Wo p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T := by
  simp only [concatProjectedMultiHeadRopeAttentionBlockOutput, multiHeadRopeAttentionContext,
    ropeAttentionHeadContext, ropeVector_equivariant_of_commutes _ _ _ _ _ (commutes _),
    attentionContext, attentionWeights, scores_invariant_of_orthogonal _ _ _ (orthogonal _)]

/-- Any angle for each pair of each key head folds into its keys and its group's queries, under
half-split RoPE with any cosines and sines: nothing is asked but `c² + s² = 1`. -/
theorem groupedQueryRopeHalfSplitAttentionBlockOutput_invariant_of_angles
    {n k m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (c' s' : P → Vec α k) (c s : Fin g → Vec α k)
    (Wq : Fin h → Mat α (k + k) m) (Wk Wv : Fin g → Mat α (k + k) m) (Wo : Mat α m ((k + k) * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (unit : ∀ j i, c j i * c j i + s j i * s j i = 1) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights
        (fun _ p => ropeHalfSplit (c' p) (s' p))
        (fun i => mul (ropeHalfSplit (c (group i)) (s (group i))) (Wq i))
        (fun i => mul (ropeHalfSplit (c (group i)) (s (group i))) (Wk (group i)))
        (fun i => Wv (group i)) Wo p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights
        (fun _ p => ropeHalfSplit (c' p) (s' p))
        Wq (fun i => Wk (group i)) (fun i => Wv (group i)) Wo p x pos T :=
  concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commuting_keys weights _
    (fun i => ropeHalfSplit (c (group i)) (s (group i))) Wq _ _ Wo p x pos T
    (fun _ _ => ropeHalfSplit_commutes _ _ _ _)
    (fun i => ropeHalfSplit_orthogonal _ _ (unit (group i)))

/-- Any angle for each pair of each key head folds into its keys and its group's queries, under
interleaved RoPE with any cosines and sines: nothing is asked but `c² + s² = 1`. -/
theorem groupedQueryRopeInterleavedAttentionBlockOutput_invariant_of_angles
    {n k m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (c' s' : P → Vec α k) (c s : Fin g → Vec α k)
    (Wq : Fin h → Mat α (2 * k) m) (Wk Wv : Fin g → Mat α (2 * k) m) (Wo : Mat α m ((2 * k) * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (unit : ∀ j i, c j i * c j i + s j i * s j i = 1) :
    concatProjectedMultiHeadRopeAttentionBlockOutput weights
        (fun _ p => ropeInterleaved (c' p) (s' p))
        (fun i => mul (ropeInterleaved (c (group i)) (s (group i))) (Wq i))
        (fun i => mul (ropeInterleaved (c (group i)) (s (group i))) (Wk (group i)))
        (fun i => Wv (group i)) Wo p x pos T =
      concatProjectedMultiHeadRopeAttentionBlockOutput weights
        (fun _ p => ropeInterleaved (c' p) (s' p))
        Wq (fun i => Wk (group i)) (fun i => Wv (group i)) Wo p x pos T :=
  concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commuting_keys weights _
    (fun i => ropeInterleaved (c (group i)) (s (group i))) Wq _ _ Wo p x pos T
    (fun _ _ => ropeInterleaved_commutes _ _ _ _)
    (fun i => ropeInterleaved_orthogonal _ _ (unit (group i)))

/-- Any angle for each pair of each key head folds into its keys and its group's queries, and into
their biases, under half-split RoPE of the first coordinates of a head, with any cosines and sines:
nothing is asked but `c² + s² = 1`. -/
theorem partialRopeHalfSplitAttentionBlockOutput_invariant_of_angles
    {n k r m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (c' s' : P → Vec α k) (c s : Fin g → Vec α k)
    (Wq : Fin h → Mat α (k + k + r) m) (bq : Fin h → Vec α (k + k + r))
    (Wk : Fin g → Mat α (k + k + r) m) (bk : Fin g → Vec α (k + k + r))
    (Wv : Fin g → Mat α (k + k + r) m) (bv : Fin g → Vec α (k + k + r))
    (Wo : Mat α m ((k + k + r) * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (unit : ∀ j i, c j i * c j i + s j i * s j i = 1) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights
        (fun _ p => fromBlocks (ropeHalfSplit (c' p) (s' p)) zeroMat zeroMat identity)
        (fun i => mul
          (fromBlocks (ropeHalfSplit (c (group i)) (s (group i))) zeroMat zeroMat identity) (Wq i))
        (fun i => mulVec
          (fromBlocks (ropeHalfSplit (c (group i)) (s (group i))) zeroMat zeroMat identity) (bq i))
        (fun j => mul (fromBlocks (ropeHalfSplit (c j) (s j)) zeroMat zeroMat identity) (Wk j))
        (fun j => mulVec (fromBlocks (ropeHalfSplit (c j) (s j)) zeroMat zeroMat identity) (bk j))
        Wv bv Wo bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights
        (fun _ p => fromBlocks (ropeHalfSplit (c' p) (s' p)) zeroMat zeroMat identity)
        Wq bq Wk bk Wv bv Wo bo p x pos T :=
  biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_commuting_pairs group weights _
    (fun j => fromBlocks (ropeHalfSplit (c j) (s j)) zeroMat zeroMat identity) _
    Wq bq Wk bk Wv bv Wo bo p x pos T
    (fun _ _ => partialRope_commutes _ _ _ (ropeHalfSplit_commutes _ _ _ _))
    (fun _ _ => partialRope_commutes _ _ _ (ropeHalfSplit_commutes _ _ _ _))
    (fun j => partialRope_orthogonal _ _ (ropeHalfSplit_orthogonal _ _ (unit j)) identity_orthogonal)

/-- Any angle for each pair of each key head folds into its keys and its group's queries, and into
their biases, under interleaved RoPE of the first coordinates of a head, with any cosines and sines:
nothing is asked but `c² + s² = 1`. -/
theorem partialRopeInterleavedAttentionBlockOutput_invariant_of_angles
    {n k r m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (c' s' : P → Vec α k) (c s : Fin g → Vec α k)
    (Wq : Fin h → Mat α (2 * k + r) m) (bq : Fin h → Vec α (2 * k + r))
    (Wk : Fin g → Mat α (2 * k + r) m) (bk : Fin g → Vec α (2 * k + r))
    (Wv : Fin g → Mat α (2 * k + r) m) (bv : Fin g → Vec α (2 * k + r))
    (Wo : Mat α m ((2 * k + r) * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (unit : ∀ j i, c j i * c j i + s j i * s j i = 1) :
    biasedGroupedQueryRopeAttentionBlockOutput group weights
        (fun _ p => fromBlocks (ropeInterleaved (c' p) (s' p)) zeroMat zeroMat identity)
        (fun i => mul
          (fromBlocks (ropeInterleaved (c (group i)) (s (group i))) zeroMat zeroMat identity) (Wq i))
        (fun i => mulVec
          (fromBlocks (ropeInterleaved (c (group i)) (s (group i))) zeroMat zeroMat identity) (bq i))
        (fun j => mul (fromBlocks (ropeInterleaved (c j) (s j)) zeroMat zeroMat identity) (Wk j))
        (fun j => mulVec (fromBlocks (ropeInterleaved (c j) (s j)) zeroMat zeroMat identity) (bk j))
        Wv bv Wo bo p x pos T =
      biasedGroupedQueryRopeAttentionBlockOutput group weights
        (fun _ p => fromBlocks (ropeInterleaved (c' p) (s' p)) zeroMat zeroMat identity)
        Wq bq Wk bk Wv bv Wo bo p x pos T :=
  biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_commuting_pairs group weights _
    (fun j => fromBlocks (ropeInterleaved (c j) (s j)) zeroMat zeroMat identity) _
    Wq bq Wk bk Wv bv Wo bo p x pos T
    (fun _ _ => partialRope_commutes _ _ _ (ropeInterleaved_commutes _ _ _ _))
    (fun _ _ => partialRope_commutes _ _ _ (ropeInterleaved_commutes _ _ _ _))
    (fun j => partialRope_orthogonal _ _ (ropeInterleaved_orthogonal _ _ (unit j)) identity_orthogonal)

end

/-! ## Softmax -/

/-- The single-head fold for softmax attention, with any exponential: it leaves the block's output
unchanged when `weights` is `softmax(s) j = exp(s j) / Σₖ exp(s k)`. -/
theorem folded_qkvo_softmax_attention_block_invariant_of_commutes
    {α : Type u} [Lean.Grind.Field α] {n d m : Nat} {P : Type v}
    (exp : α → α) (Θ : P → Mat α d d) (R : Mat α d d)
    (Wq Wk Wv : Mat α d m) (Wo : Mat α m d)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m)
    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p))
    (orthogonal : mul (transpose R) R = identity) :
    ropeAttentionBlockOutput (softmax exp) Θ
        (mul R Wq) (mul R Wk) (mul R Wv) (mul Wo (transpose R)) p x pos T =
      ropeAttentionBlockOutput (softmax exp) Θ Wq Wk Wv Wo p x pos T :=
  folded_qkvo_attention_block_invariant_of_commutes (softmax exp) Θ R Wq Wk Wv Wo p x pos T
    commutes orthogonal

end Foldability
