import Mathlib

/-! About any scalars of a class, and any finite types of indices. -/

open Matrix

namespace App

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
theorem mul_swap [CommRing R] {ι : Type v} {κ : Type w} [Fintype ι] [DecidableEq ι] (A : Matrix κ ι R)
    (h : A * 1 = A) : A * 1 = A := h

end App
