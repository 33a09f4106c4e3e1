import Attention.Scores

namespace Attention

variable {α : Type u} [Lean.Grind.CommRing α] {n d e : Nat}

/-- One head, with whatever makes weights of scores. -/
def head (softmax : (Fin n → α) → Fin n → α) (q : Fin d → α) (K : Fin n → Fin d → α)
    (V : Fin n → Fin e → α) : Fin e → α :=
  let w := softmax (logits q K)
  fun c => Sums.sum fun j => w j * V j c

end Attention
