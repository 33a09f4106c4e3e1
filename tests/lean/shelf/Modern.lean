module

public import Sums

/-! A module that exposes what it defines, and keeps its helpers. -/

@[expose] public section

namespace Modern

universe u
variable {α : Type u} {n : Nat}

def mean2 [Lean.Grind.Field α] (x y : α) : α := (x + y) / 2

def power [Zero α] [Add α] [Mul α] (x : Fin n → α) : α := Sums.sum fun i => x i * x i

private theorem helper [Lean.Grind.CommRing α] (x : α) : -x * -x = x * x := by grind

theorem power_neg [Lean.Grind.CommRing α] (x : Fin n → α) :
    (power fun i => -x i) = power x :=
  Sums.sum_congr _ _ fun i => helper (x i)

theorem mean2_comm [Lean.Grind.Field α] (x y : α) : mean2 x y = mean2 y x := by
  unfold mean2; grind

end Modern

end
