import Mathlib

/-! About the real numbers, as people write who have Mathlib. -/

open Matrix

namespace App

variable {n d m : ℕ}

/-- The scores of a query against all keys. -/
noncomputable def scores (q : Fin d → ℝ) (K : Matrix (Fin n) (Fin d) ℝ) : Fin n → ℝ := K *ᵥ q

/-- The Gram matrix of the columns. -/
noncomputable def gram (A : Matrix (Fin n) (Fin d) ℝ) : Matrix (Fin d) (Fin d) ℝ := Aᵀ * A

/-- A linear layer with a bias. -/
noncomputable def layer (W : Matrix (Fin m) (Fin d) ℝ) (b : Fin m → ℝ) (x : Fin d → ℝ) :
    Fin m → ℝ :=
  W *ᵥ x + b

theorem gram_transpose (A : Matrix (Fin n) (Fin d) ℝ) : (gram A)ᵀ = gram A :=
  transpose_mul Aᵀ A

theorem scores_apply (q : Fin d → ℝ) (K : Matrix (Fin n) (Fin d) ℝ) (i : Fin n) :
    scores q K i = Finset.sum Finset.univ fun j => K i j * q j := rfl

theorem mul_of_orthogonal (R : Matrix (Fin d) (Fin d) ℝ) (A : Matrix (Fin n) (Fin d) ℝ)
    (h : Rᵀ * R = 1) : A * (Rᵀ * R) = A * 1 := congrArg (A * ·) h

theorem layer_zero (W : Matrix (Fin m) (Fin d) ℝ) (b : Fin m → ℝ) (x : Fin d → ℝ)
    (h : W *ᵥ x = 0) : layer W b x = 0 + b := congrArg (· + b) h

/-- What no specification can say. -/
theorem exp_congr (x y : ℝ) (h : x = y) : Real.exp x = Real.exp y := congrArg _ h

end App
