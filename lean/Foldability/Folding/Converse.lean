module

public import Foldability.Folding.Rope

/-!
# Nothing else commutes

What commutes with RoPE at one position, where no pair turns as another does, nor as any is turned
back, turns and scales each pair by itself. So what folds is the whole of what can be folded.
-/

@[expose] public section

namespace Foldability

universe u

variable {α : Type u} [Lean.Grind.Field α]

/-- What is 0 when multiplied with what is not 0 is 0. -/
theorem eq_zero_of_mul_eq_zero {a x : α} (nonzero : a ≠ 0) (zero : a * x = 0) : x = 0 := by
  have := Lean.Grind.Field.mul_inv_cancel nonzero
  grind

/-- A column of a diagonal matrix picks one term of a sum: `Σᵢ f i · diag(v) i j = f j · v j`. -/
theorem sum_mul_diagonal {n : Nat} (v f : Vec α n) (j : Fin n) :
    (sum fun i => f i * diagonal v i j) = f j * v j := by
  rw [sum_eq_single j fun i ne => by grind [diagonal]]
  grind [diagonal]

/-- What intertwines two planes that turn neither alike nor one as the other is turned back is of no
use: each of `δ P = τ Q` and `δ Q = -τ P` with `δ² + τ² ≠ 0` leaves 0 alone. -/
theorem eq_zero_of_turned {δ τ p q : α} (apart : δ * δ + τ * τ ≠ 0)
    (first : δ * p = τ * q) (second : δ * q = -(τ * p)) : p = 0 ∧ q = 0 :=
  ⟨eq_zero_of_mul_eq_zero apart (by grind), eq_zero_of_mul_eq_zero apart (by grind)⟩

/-- Every matrix that commutes with half-split RoPE, whose pairs are apart, is half-split itself: a
rotation and scale of each pair, which its own entries tell. -/
theorem ropeHalfSplit_of_commutes {k : Nat} (c s : Vec α k) (A B C D : Mat α k k)
    (commutes : mul (ropeHalfSplit c s) (fromBlocks A B C D) =
      mul (fromBlocks A B C D) (ropeHalfSplit c s))
    (apart : ∀ i j,
      (if i = j then 1 else (c i - c j) * (c i - c j) + (s i - s j) * (s i - s j)) ≠ 0)
    (mirrored : ∀ i j, (c i - c j) * (c i - c j) + (s i + s j) * (s i + s j) ≠ 0) :
    fromBlocks A B C D = ropeHalfSplit (fun i => A i i) (fun i => C i i) := by
  have entry (i j : Fin (k + k)) := congrFun (congrFun commutes i) j
  have one (i j : Fin k) := entry (i.castAdd k) (j.castAdd k)
  have two (i j : Fin k) := entry (i.castAdd k) (j.natAdd k)
  have three (i j : Fin k) := entry (i.natAdd k) (j.castAdd k)
  have four (i j : Fin k) := entry (i.natAdd k) (j.natAdd k)
  simp only [mul, sum_append, ropeHalfSplit, negMat_diagonal, fromBlocks, append_castAdd,
    append_natAdd, sum_diagonal_mul, sum_mul_diagonal] at one two three four
  have back (i j : Fin k) : A i j - D i j = 0 ∧ B i j + C i j = 0 :=
    eq_zero_of_turned (mirrored i j)
      (by have := one i j; have := four i j; grind) (by have := two i j; have := three i j; grind)
  have forth (i j : Fin k) (ne : i ≠ j) : A i j + D i j = 0 ∧ C i j - B i j = 0 :=
    eq_zero_of_turned (by have := apart i j; rwa [if_neg ne] at this)
      (by have := one i j; have := four i j; grind) (by have := two i j; have := three i j; grind)
  have zero (i : Fin k) (x : α) (twice : x + x = 0) : x = 0 :=
    eq_zero_of_mul_eq_zero (mirrored i i) (by grind)
  have alike : D = A := by
    funext i j
    have := (back i j).1
    grind
  have opposite : B = negMat C := by
    funext i j
    have := (back i j).2
    simp only [negMat]
    grind
  have cosines : A = diagonal fun i => A i i := by
    funext i j
    by_cases same : i = j
    · subst same
      simp [diagonal]
    · have := (back i j).1
      have := (forth i j same).1
      rw [zero i (A i j) (by grind)]
      simp [diagonal, same]
  have sines : C = diagonal fun i => C i i := by
    funext i j
    by_cases same : i = j
    · subst same
      simp [diagonal]
    · have := (back i j).2
      have := (forth i j same).2
      rw [zero i (C i j) (by grind)]
      simp [diagonal, same]
  rw [ropeHalfSplit, ← cosines, ← sines, alike, opposite]

end Foldability
