import Streets.Sums
/-! Variables of sections, private helpers, `where`, `match`, `let`, names with primes. -/
open Folded

namespace Sections
section
variable {α : Type u} [Lean.Grind.CommRing α] {m n : Nat} (u v : Fin n → α)

private def square (x : α) : α := x * x

/-- A helper that nobody else sees. -/
def squares : Fin n → α := fun i => square (u i)

def shifted : Fin n → α := fun i => go (u i)
where go (x : α) : α := x + 1

def sum2 : Fin n → α :=
  let w := fun i => u i + v i
  w

def named : Fin n → α :=
  let w := fun i => u i + v i
  have z := v
  fun i => w i * z i

def both (b : Bool) : Fin n → α := match b with
  | true => u
  | false => v

@[simp] theorem sum2_comm' : sum2 u v = sum2 v u :=
  funext fun _ => Lean.Grind.Semiring.add_comm _ _

theorem squares_eq : squares u = fun i => u i * u i := rfl

theorem shifted_eq (i : Fin n) : shifted u i = 1 + u i := Lean.Grind.Semiring.add_comm _ _

theorem named_eq (i : Fin n) : named u v i = v i * (u i + v i) :=
  Lean.Grind.CommSemiring.mul_comm _ _

theorem both_true : both u v true = u := rfl

private theorem hidden (x : α) : x + 0 = x := by grind

/-- A variable after a hypothesis. -/
theorem sum2_congr (h : u = v) (w : Fin n → α) : sum2 u w = sum2 v w := by subst h; rfl

@[simp]
theorem sum2_self (h : u = v) : sum2 u v = sum2 v u := by subst h; rfl
end

section Scores
variable {α : Type u} [Lean.Grind.CommRing α] {d n : Nat}
variable (q : Fin d → α) (K : Fin n → Fin d → α)

/-- A score for each key. -/
def scores : Fin n → α := fun i => dot q (K i)

def attend (weights : (Fin n → α) → Fin n → α) (V : Fin n → Fin d → α) : Fin d → α :=
  fun j => total fun i => weights (scores q K) i * V i j

theorem scores_eq : scores q K = mulVec K q :=
  funext fun i => dot_comm q (K i)

theorem attend_congr (weights : (Fin n → α) → Fin n → α) (V : Fin n → Fin d → α)
    (q' : Fin d → α) (h : ∀ i, q i = q' i) : attend q K weights V = attend q' K weights V := by
  have : q = q' := funext h
  rw [this]
end Scores

end Sections
