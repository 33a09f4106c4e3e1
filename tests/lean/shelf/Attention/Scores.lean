import Sums

namespace Attention

variable {α : Type u} [Lean.Grind.CommRing α] {n d e : Nat}

def inner (u v : Fin d → α) : α := Sums.sum fun i => u i * v i

theorem inner_comm (u v : Fin d → α) : inner u v = inner v u :=
  Sums.sum_congr _ _ fun i => Lean.Grind.CommSemiring.mul_comm (u i) (v i)

def logits (q : Fin d → α) (K : Fin n → Fin d → α) : Fin n → α := fun j => inner q (K j)

end Attention
