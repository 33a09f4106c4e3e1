import Streets.Sections
/-! Vectors and matrices of types of their own, and of what they are not. -/

namespace Shapes

abbrev Vec (α : Type) (n : Nat) := Fin n → α
@[reducible] def Mat (α : Type) (m n : Nat) := Fin m → Fin n → α

variable {α : Type} [Lean.Grind.CommRing α]

def smul (c : α) (v : Vec α n) : Vec α n := fun i => c * v i
def vadd (u v : Vec α n) : Vec α n := fun i => u i + v i
def tr (A : Mat α m n) : Mat α n m := fun i j => A j i

local infixl:65 " ⊹ " => vadd
scoped notation:max A "ᵗ" => tr A

theorem vadd_comm (u v : Vec α n) : u ⊹ v = v ⊹ u :=
  funext fun _ => Lean.Grind.Semiring.add_comm _ _

theorem smul_vadd (c : α) (u v : Vec α n) : smul c (u ⊹ v) = smul c u ⊹ smul c v :=
  funext fun _ => Lean.Grind.Semiring.left_distrib _ _ _

theorem tr_tr (A : Mat α m n) : Aᵗᵗ = A := rfl

def IsSymmetric (A : Mat α n n) : Prop := Aᵗ = A

theorem IsSymmetric.flip {A : Mat α n n} (hA : IsSymmetric A) : IsSymmetric (Aᵗ) := by
  unfold IsSymmetric at *; rw [hA, hA]

theorem symm_apply (A : Mat α n n) (hA : IsSymmetric A) (i j : Fin n) : A i j = A j i := by
  have := congrFun (congrFun hA j) i
  exact this

/-- A structure round its entries. -/
structure Grid (α : Type) (m n : Nat) where
  entry : Fin m → Fin n → α

def Grid.tr (A : Grid α m n) : Grid α n m := ⟨fun i j => A.entry j i⟩

theorem Grid.tr_tr (A : Grid α m n) : A.tr.tr = A := rfl

theorem Grid.entry_tr (A : Grid α m n) (i : Fin m) (j : Fin n) : A.tr.entry j i = A.entry i j := rfl

/-- Core's vectors. -/
def vsum (v : Vector Int n) : Int := v.sum
def asum (xs : Array Int) : Int := xs.foldl (· + ·) 0
def lsum (xs : List Int) : Int := xs.sum
def pairs (f : Fin m × Fin n → α) (i : Fin m) (j : Fin n) : α := f (i, j)

theorem lsum_cons (x : Int) (xs : List Int) : lsum (x :: xs) = x + lsum xs := by
  simp [lsum, List.sum_cons]

theorem asum_empty : asum #[] = 0 := by simp [asum]

theorem pairs_eq (f : Fin m × Fin n → α) (i : Fin m) (j : Fin n) : pairs f i j = f (i, j) := rfl

theorem vsum_congr (v w : Vector Int n) (h : v = w) : vsum v = vsum w := by rw [h]

end Shapes
