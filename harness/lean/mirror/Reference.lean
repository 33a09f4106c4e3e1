/-! ## What each operator of the claim language means

Written on functions and numbers of Lean's core alone. Where sums occur, the package's own sum is
handed in, after it has been compared by its two equations. -/

@[expose] public section

namespace HarnessReference

universe u

def sum_empty (α : Type u) [OfNat α 0] (_ : Fin 0 → α) : α := 0

def sum_next (α : Type u) [Add α] (sum : (n : Nat) → (Fin n → α) → α) (n : Nat)
    (f : Fin (n + 1) → α) : α :=
  sum n (fun i => f i.castSucc) + f (Fin.last n)

def sum_vector (α : Type u) (sum : (n : Nat) → (Fin n → α) → α) (n m : Nat)
    (f : Fin n → Fin m → α) : Fin m → α :=
  fun i => sum n fun j => f j i

def dot (α : Type u) [Mul α] (sum : (n : Nat) → (Fin n → α) → α) (n : Nat) (u v : Fin n → α) : α :=
  sum n fun i => u i * v i

def matvec (α : Type u) [Mul α] (sum : (n : Nat) → (Fin n → α) → α) (m n : Nat)
    (A : Fin m → Fin n → α) (v : Fin n → α) : Fin m → α :=
  fun i => sum n fun j => A i j * v j

def matmul (α : Type u) [Mul α] (sum : (n : Nat) → (Fin n → α) → α) (m k n : Nat)
    (A : Fin m → Fin k → α) (B : Fin k → Fin n → α) : Fin m → Fin n → α :=
  fun i j => sum k fun l => A i l * B l j

def zero_vector (α : Type u) [OfNat α 0] (n : Nat) : Fin n → α :=
  fun _ => 0

def add_vector (α : Type u) [Add α] (n : Nat) (u v : Fin n → α) : Fin n → α :=
  fun i => u i + v i

def subtract_vector (α : Type u) [Sub α] (n : Nat) (u v : Fin n → α) : Fin n → α :=
  fun i => u i - v i

def negate_vector (α : Type u) [Neg α] (n : Nat) (v : Fin n → α) : Fin n → α :=
  fun i => -v i

def scale_vector (α : Type u) [Mul α] (n : Nat) (a : α) (v : Fin n → α) : Fin n → α :=
  fun i => a * v i

def append (α : Type u) (m n : Nat) (u : Fin m → α) (v : Fin n → α) : Fin (m + n) → α :=
  fun i => if h : i.val < m then u ⟨i.val, h⟩ else v ⟨i.val - m, by omega⟩

def head {d h : Nat} (i : Fin (d * h)) : Fin h :=
  ⟨i.val / d, Nat.div_lt_of_lt_mul i.isLt⟩

def coordinate {d h : Nat} (i : Fin (d * h)) : Fin d :=
  ⟨i.val % d, Nat.mod_lt _ (Nat.pos_of_mul_pos_right (Nat.zero_lt_of_lt i.isLt))⟩

def concat (α : Type u) (h d : Nat) (v : Fin h → Fin d → α) : Fin (d * h) → α :=
  fun i => v (head i) (coordinate i)

def zero_matrix (α : Type u) [OfNat α 0] (m n : Nat) : Fin m → Fin n → α :=
  fun _ _ => 0

def identity (α : Type u) [OfNat α 0] [OfNat α 1] (n : Nat) : Fin n → Fin n → α :=
  fun i j => if i = j then 1 else 0

def add_matrix (α : Type u) [Add α] (m n : Nat) (A B : Fin m → Fin n → α) : Fin m → Fin n → α :=
  fun i j => A i j + B i j

def subtract_matrix (α : Type u) [Sub α] (m n : Nat) (A B : Fin m → Fin n → α) :
    Fin m → Fin n → α :=
  fun i j => A i j - B i j

def negate_matrix (α : Type u) [Neg α] (m n : Nat) (A : Fin m → Fin n → α) : Fin m → Fin n → α :=
  fun i j => -A i j

def scale_matrix (α : Type u) [Mul α] (m n : Nat) (a : α) (A : Fin m → Fin n → α) :
    Fin m → Fin n → α :=
  fun i j => a * A i j

def transpose (α : Type u) (m n : Nat) (A : Fin m → Fin n → α) : Fin n → Fin m → α :=
  fun i j => A j i

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
