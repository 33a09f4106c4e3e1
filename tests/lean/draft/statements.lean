/-! Statements in all the shapes that a draft may meet. They go to the end of the package Isometry,
within its namespace. -/

/-- A family of vectors, though its type alone could be a matrix. -/
theorem family {n d : Nat} (q : Fin d → α) (K : Fin n → Fin d → α) (j : Fin n) :
    inner q (K j) = inner (K j) q := by
  unfold inner; exact total_congr fun i => by grind

/-- A matrix that is also taken row by row. -/
theorem rows {m n : Nat} (A : Fin m → Fin n → α) (v : Fin n → α) :
    act A v = fun i => inner (A i) v := rfl

theorem later_variable {m n : Nat} (A : Fin m → Fin n → α) (orthogonal : compose (flip A) A = unit)
    (u v : Fin n → α) : inner (act A u) (act A v) = inner u v :=
  inner_invariant A u v orthogonal

/-- `A` keeps inner products. -/
def IsIsometry {m n : Nat} (A : Fin m → Fin n → α) : Prop := compose (flip A) A = unit

/-- A proposition with a name is read through. -/
theorem named_proposition {m n : Nat} (A : Fin m → Fin n → α) (u : Fin n → α) (h : IsIsometry A) :
    inner (act A u) (act A u) = inner u u :=
  inner_invariant A u u h

theorem names {n : Nat} (dot : Fin n → α) (forall_ : α) («a b» : α) (_ : «a b» = forall_) :
    inner dot dot + «a b» * 1 = inner dot dot + forall_ := by grind

theorem partly {n : Nat} {P : Type} (x : α) (p : P) (f : P → Fin n → α) (small : n ≤ 3)
    (zero : ∀ i, f p i = 0) : x + inner (f p) (f p) = x := by
  have : inner (f p) (f p) = 0 := by
    unfold inner; rw [total_congr (g := fun _ => 0) fun i => by grind, total_zero]
  grind

/-- There is no `≤` in the claim language. -/
theorem no_equation (n : Nat) (x : α) : x = x → n ≤ n + 1 := fun _ => Nat.le_succ n

theorem numeral {n : Nat} (v : Fin n → α) : 2 * inner v v = inner v v + inner v v := by grind

theorem implication {n : Nat} (u v : Fin n → α) (h : ∀ i, u i = 0 → v i = 0) (e : u = fun _ => 0)
    (i : Fin n) : v i = 0 := h i (by rw [e])

theorem no_scalars {n : Nat} (_ : Fin n) : n + 0 = n := rfl

/-- Natural numbers that are no sizes are numbers. -/
theorem natural_numbers (n : Nat) : n + 0 = n := rfl

def twice (x : α) : α := x + x

theorem no_definition (x : α) : twice x = x + x := rfl

/-- Indices are compared as such, or as numbers. -/
theorem masked {n : Nat} (v : Fin n → α) (i j : Fin n) :
    (if j ≤ i then v j else 0) = if i.val < j.val then 0 else if i = j then v j else v j := by
  by_cases h : j ≤ i
  · have below : j.val ≤ i.val := h
    rw [if_pos h, if_neg (Nat.not_lt.mpr below), ite_self]
  · have above : ¬ j.val ≤ i.val := h
    rw [if_neg h, if_pos (Nat.lt_of_not_le above)]

theorem by_entries {m n : Nat} (F : (Fin m → Fin n → α) → α) (a : α) (A : Fin m → Fin n → α) :
    F (fun i j => a * A i j) = F (fun i j => A i j * a) := by
  congr; funext i j; grind

theorem partial_application {m n : Nat} (F : ((Fin n → α) → Fin m → α) → α)
    (A : Fin m → Fin n → α) : F (act A) = F fun v => act A v := rfl

abbrev Column (α : Type u) (n : Nat) := Fin n → α

theorem sizes {k : Nat} (c : Fin k → Column α (2 * k + 1)) (i : Fin k) (j : Fin (2 * k + 1)) :
    c i j - -(c i j) = c i j + c i j := by grind
