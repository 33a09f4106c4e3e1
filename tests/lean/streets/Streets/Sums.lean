/-! Sums as people write them: none of them is a sum by definition. -/

/-- The first term before the rest. -/
def first {α : Type u} [Zero α] [Add α] : {n : Nat} → (Fin n → α) → α
  | 0, _ => 0
  | _ + 1, f => f 0 + first fun i => f i.succ

namespace Folded

variable {α : Type u} [Lean.Grind.CommRing α]

def total {n : Nat} (f : Fin n → α) : α := Fin.foldl n (fun acc i => acc + f i) 0

@[simp] theorem total_zero (f : Fin 0 → α) : total f = 0 := by
  simp [total]

@[simp] theorem total_succ {n : Nat} (f : Fin (n + 1) → α) :
    total f = total (fun i => f i.castSucc) + f (Fin.last n) := by
  simp [total, Fin.foldl_succ_last]

def dot (u v : Fin n → α) : α := total fun i => u i * v i

theorem dot_comm (u v : Fin n → α) : dot u v = dot v u :=
  congrArg total (funext fun i => Lean.Grind.CommSemiring.mul_comm (u i) (v i))

def mulVec (A : Fin m → Fin n → α) (v : Fin n → α) : Fin m → α := fun i => dot (A i) v

def mul (A : Fin m → Fin k → α) (B : Fin k → Fin n → α) : Fin m → Fin n → α :=
  fun i j => total fun l => A i l * B l j

theorem mulVec_eq (A : Fin m → Fin n → α) (v w : Fin n → α) (h : v = w) :
    mulVec A v = mulVec A w := by rw [h]

end Folded
