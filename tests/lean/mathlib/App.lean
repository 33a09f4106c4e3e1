import Mathlib

/-! About the real numbers, as people write who have Mathlib. -/

open Matrix

namespace App

section Reals

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
    (h : Rᵀ * R = 1) : A * (Rᵀ * R) = A * (1 : Matrix (Fin d) (Fin d) ℝ) :=
  congrArg (fun B : Matrix (Fin d) (Fin d) ℝ => A * B) h

theorem layer_zero (W : Matrix (Fin m) (Fin d) ℝ) (b : Fin m → ℝ) (x : Fin d → ℝ)
    (h : W *ᵥ x = 0) : layer W b x = 0 + b := congrArg (· + b) h

/-- Behind what proves it in Mathlib is a `sorry`. -/
theorem sum_squared (x y : ℝ) : (x + y) * (x + y) = x + y := Real.mul_self_add x y

/-- What no specification can say. -/
theorem exp_congr (x y : ℝ) (h : x = y) : Real.exp x = Real.exp y := congrArg _ h

end Reals

section Rings

/-! About any scalars of a class, and any finite types of indices. -/

universe u v w

variable {R : Type u} {n m : ℕ}

/-- A quadratic form. -/
def quad [CommRing R] (A : Matrix (Fin n) (Fin n) R) (x : Fin n → R) : R := x ⬝ᵥ A *ᵥ x

theorem quad_one [CommRing R] (x : Fin n → R) (A : Matrix (Fin n) (Fin n) R) (h : A = 1) :
    quad A x = x ⬝ᵥ (1 : Matrix (Fin n) (Fin n) R) *ᵥ x := congrArg (quad · x) h

theorem smul_transpose [CommRing R] (c : R) (A B : Matrix (Fin m) (Fin n) R) :
    (c • (A - B))ᵀ = c • (Aᵀ - Bᵀ) := rfl

theorem add_swap [AddCommMonoid R] (f : Fin n → R) (a : R) :
    (Finset.sum Finset.univ f) + a = a + Finset.sum Finset.univ f := add_comm _ _

theorem diagonal_transpose [Semiring R] (v : Fin n → R) (A : Matrix (Fin n) (Fin n) R)
    (h : A = diagonal v) : Aᵀ = (diagonal v)ᵀ := congrArg transpose h

/-- Over types of indices, of which sizes are one case. -/
theorem mul_swap [CommRing R] {ι : Type v} {κ : Type w} [Fintype ι] [DecidableEq ι]
    (A : Matrix κ ι R)
    (h : A * (1 : Matrix ι ι R) = A) : A * (1 : Matrix ι ι R) = A := h

end Rings

end App
