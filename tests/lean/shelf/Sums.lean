/-! What other packages build on: sums, over whatever has a zero and an addition. -/

universe u

namespace Sums

/-- `f 0 + f 1 + … + f (n - 1)`. -/
def sum {α : Type u} [Zero α] [Add α] : {n : Nat} → (Fin n → α) → α
  | 0, _ => 0
  | _ + 1, f => sum (fun i => f i.castSucc) + f (Fin.last _)

variable {α : Type u} [Lean.Grind.CommRing α] {n : Nat}

theorem sum_congr (f g : Fin n → α) (h : ∀ i, f i = g i) : sum f = sum g := by
  rw [funext h]

theorem sum_add (f g : Fin n → α) : (sum fun i => f i + g i) = sum f + sum g := by
  induction n with
  | zero => simp only [sum]; grind
  | succ n ih => simp only [sum, ih]; grind

theorem mul_sum (c : α) (f : Fin n → α) : (sum fun i => c * f i) = c * sum f := by
  induction n with
  | zero => simp only [sum]; grind
  | succ n ih => simp only [sum, ih]; grind

end Sums
