import Styles.Signs
/-! Names, types and commands of all kinds, and another namespace. -/

abbrev ℝ := Rat

structure Layer (m n : Nat) where
  weights : Fin m → Fin n → ℝ
  bias : Fin m → ℝ
deriving Inhabited

inductive Activation | relu | id
deriving Repr, DecidableEq

class Scored (β : Type) where
  score : β → Nat

instance : Scored Activation := ⟨fun _ => 0⟩

mutual
def isEven : Nat → Bool | 0 => true | n + 1 => isOdd n
def isOdd : Nat → Bool | 0 => false | n + 1 => isEven n
end

namespace Wörter
open Styles.Signs

def Affine.apply (a b x : ℝ) : ℝ := a * x + b

/-- Of lists, beside what is of vectors. -/
def total (xs : List Int) : Int := xs.foldr (· + ·) 0

theorem «apply zero» (a x : ℝ) : Affine.apply a 0 x = a * x := by simp [Affine.apply, Rat.add_zero]

theorem apply_one' (b x : ℝ) : Affine.apply 1 b x = x + b := by simp [Affine.apply, Rat.one_mul]

theorem total_nil : total [] = 0 := rfl

theorem doubled {α : Type u} [Lean.Grind.CommRing α] {n : Nat} (u v : Vect n α) :
    twice! u + v = v + twice! u := add_comm _ _

theorem product {α : Type u} [Lean.Grind.CommRing α] {m : Nat} (A B : Grid m m α)
    (one : A = 1) (same : B = A) : A ⬝ B = B ⬝ A := by subst same; rfl

theorem one_product {α : Type u} [Lean.Grind.CommRing α] {m n : Nat} (A : Grid m m α) (B : Grid m n α)
    (h : A = 1) : A ⬝ B = (1 : Grid m m α) ⬝ B := by rw [h]

end Wörter
