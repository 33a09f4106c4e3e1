import Attention.Head

/-! Attention, three files deep. -/

open Attention in
theorem Attention.head_congr {α : Type u} [Lean.Grind.CommRing α] {n d e : Nat}
    (softmax : (Fin n → α) → Fin n → α) (q r : Fin d → α) (K : Fin n → Fin d → α)
    (V : Fin n → Fin e → α) (same : ∀ j, inner q (K j) = inner r (K j)) :
    head softmax q K V = head softmax r K V := by
  have : logits q K = logits r K := funext same
  unfold head
  rw [this]

theorem Attention.head_scaled {α : Type u} [Lean.Grind.CommRing α] {n d e : Nat}
    (softmax : (Fin n → α) → Fin n → α) (q : Fin d → α) (K : Fin n → Fin d → α)
    (V : Fin n → Fin e → α) (c : α) (x : Fin e) :
    Attention.head softmax q K (fun j i => c * V j i) x = c * Attention.head softmax q K V x := by
  unfold Attention.head
  rw [← Sums.mul_sum]
  exact Sums.sum_congr _ _ fun j => by grind
