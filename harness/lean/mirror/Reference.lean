/-! ## What each operator of the claim language means

Written on functions and numbers of Lean's core alone. The package's sum is compared by its two
equations; operators that the claim language defines by others are not here. -/

@[expose] public section

namespace HarnessReference

universe u

def sum_empty (α : Type u) [OfNat α 0] (_ : Fin 0 → α) : α := 0

def sum_next (α : Type u) [Add α] (sum : (n : Nat) → (Fin n → α) → α) (n : Nat)
    (f : Fin (n + 1) → α) : α :=
  sum n (fun i => f i.castSucc) + f (Fin.last n)

def append (α : Type u) (m n : Nat) (u : Fin m → α) (v : Fin n → α) : Fin (m + n) → α :=
  fun i => if h : i.val < m then u ⟨i.val, h⟩ else v ⟨i.val - m, by omega⟩

def head {d h : Nat} (i : Fin (d * h)) : Fin h :=
  ⟨i.val / d, Nat.div_lt_of_lt_mul i.isLt⟩

def coordinate {d h : Nat} (i : Fin (d * h)) : Fin d :=
  ⟨i.val % d, Nat.mod_lt _ (Nat.pos_of_mul_pos_right (Nat.zero_lt_of_lt i.isLt))⟩

def concat (α : Type u) (h d : Nat) (v : Fin h → Fin d → α) : Fin (d * h) → α :=
  fun i => v (head i) (coordinate i)

def identity (α : Type u) [OfNat α 0] [OfNat α 1] (n : Nat) : Fin n → Fin n → α :=
  fun i j => if i = j then 1 else 0

def diagonal (α : Type u) [OfNat α 0] (n : Nat) (v : Fin n → α) : Fin n → Fin n → α :=
  fun i j => if i = j then v i else 0

def matrix2 (α : Type u) (a b c d : α) : Fin 2 → Fin 2 → α :=
  fun i j => if i = 0 then if j = 0 then a else b else if j = 0 then c else d

def blocks (α : Type u) (m n k l : Nat) (A : Fin m → Fin k → α) (B : Fin m → Fin l → α)
    (C : Fin n → Fin k → α) (D : Fin n → Fin l → α) : Fin (m + n) → Fin (k + l) → α :=
  fun i j =>
    append α m n (fun i => append α k l (A i) (B i) j) (fun i => append α k l (C i) (D i) j) i

def blockdiag (α : Type u) [OfNat α 0] (h d e : Nat) (A : Fin h → Fin d → Fin e → α) :
    Fin (d * h) → Fin (e * h) → α :=
  fun i j => if head i = head j then A (head i) (coordinate i) (coordinate j) else 0

end HarnessReference

end
