module

public import Mathlib.Algebra

@[expose] public section

universe u u' v w w' x

/-! Finite sums: a `foldr` over what a list stands for, its order forgotten. -/

def Multiset (α : Type u) : Type u := Quotient (List.isSetoid α)

def Multiset.sum {M : Type u} [AddCommMonoid M] (s : Multiset M) : M :=
  Quot.liftOn s (List.foldr (· + ·) 0) fun _ _ p =>
    List.Perm.foldr_eq' p (fun x _ y _ z => add_left_comm y x z) 0

def Multiset.map {α : Type u} {β : Type v} (f : α → β) (s : Multiset α) : Multiset β :=
  Quot.liftOn s (fun l => Quot.mk _ (l.map f)) fun _ _ p => Quot.sound (p.map f)

def Multiset.Nodup {α : Type u} (s : Multiset α) : Prop :=
  Quot.liftOn s List.Nodup fun _ _ p => propext p.nodup_iff

structure Finset (α : Type u) where
  val : Multiset α
  nodup : val.Nodup

def Multiset.Mem {α : Type u} (s : Multiset α) (a : α) : Prop :=
  Quot.liftOn s (fun l => a ∈ l) fun _ _ p => propext p.mem_iff

class Fintype (α : Type u) where
  elems : Finset α
  complete : ∀ x : α, elems.val.Mem x

def Finset.univ {α : Type u} [Fintype α] : Finset α := Fintype.elems

protected def Finset.sum {ι : Type u} {M : Type v} [AddCommMonoid M] (s : Finset ι) (f : ι → M) :
    M :=
  (s.1.map f).sum

theorem List.nodup_finRange (n : ℕ) : (List.finRange n).Nodup := by
  simp only [List.Nodup, List.pairwise_iff_getElem]
  intro i j hi hj h e
  have := congrArg Fin.val e
  simp at this
  omega

instance Fin.fintype (n : ℕ) : Fintype (Fin n) :=
  ⟨⟨Quot.mk _ (List.finRange n), List.nodup_finRange n⟩, List.mem_finRange⟩

theorem Fin.sum_univ_zero {M : Type u} [AddCommMonoid M] (f : Fin 0 → M) :
    Finset.sum Finset.univ f = 0 := rfl

theorem Fin.sum_univ_castSucc {M : Type u} [AddCommMonoid M] {n : ℕ} (f : Fin (n + 1) → M) :
    Finset.sum Finset.univ f =
      Finset.sum Finset.univ (fun i : Fin n => f i.castSucc) + f (Fin.last n) := by
  change ((List.finRange (n + 1)).map f).foldr (· + ·) 0 =
    ((List.finRange n).map fun i => f i.castSucc).foldr (· + ·) 0 + f (Fin.last n)
  have concat (l : List M) (a : M) : (l ++ [a]).foldr (· + ·) 0 = l.foldr (· + ·) 0 + a := by
    induction l with
    | nil => exact (AddZeroClass.add_zero a).trans (AddZeroClass.zero_add a).symm
    | cons b l ih =>
      change b + (l ++ [a]).foldr (· + ·) 0 = b + l.foldr (· + ·) 0 + a
      rw [ih, AddSemigroup.add_assoc]
  rw [List.finRange_succ_last, List.map_append, List.map_map]
  exact concat _ _

/-! Vectors and matrices over any types of indices. -/

def dotProduct {m : Type u} {α : Type v} [Fintype m] [Mul α] [AddCommMonoid α] (v w : m → α) : α :=
  Finset.sum Finset.univ fun i => v i * w i

infixl:72 " ⬝ᵥ " => dotProduct

def Matrix (m : Type u) (n : Type u') (α : Type v) : Type (max u u' v) := m → n → α

structure Equiv (α : Sort u) (β : Sort v) where
  toFun : α → β
  invFun : β → α

instance {α : Sort u} {β : Sort v} : CoeFun (Equiv α β) fun _ => α → β := ⟨Equiv.toFun⟩

namespace Matrix

variable {l : Type u} {m : Type u'} {n : Type w} {o : Type w'} {α : Type v} {R : Type x}

def of : Equiv (m → n → α) (Matrix m n α) := ⟨id, id⟩

def transpose (M : Matrix m n α) : Matrix n m α := of fun x y => M y x

scoped postfix:1024 "ᵀ" => Matrix.transpose

def diagonal [DecidableEq n] [Zero α] (d : n → α) : Matrix n n α :=
  of fun i j => if i = j then d i else 0

instance zero [Zero α] : Zero (Matrix m n α) := Pi.instZero
instance add [Add α] : Add (Matrix m n α) := Pi.instAdd
instance sub [Sub α] : Sub (Matrix m n α) := Pi.instSub
instance neg [Neg α] : Neg (Matrix m n α) := Pi.instNeg
instance smul [SMul R α] : SMul R (Matrix m n α) := Pi.instSMul
instance one [DecidableEq n] [Zero α] [One α] : One (Matrix n n α) := ⟨diagonal fun _ => 1⟩

def hadamard [Mul α] (A B : Matrix m n α) : Matrix m n α := of fun i j => A i j * B i j

instance [Fintype m] [Mul α] [AddCommMonoid α] :
    HMul (Matrix l m α) (Matrix m n α) (Matrix l n α) where
  hMul M N := fun i k => (fun j => M i j) ⬝ᵥ fun j => N j k

instance [Fintype n] [Mul α] [AddCommMonoid α] : Mul (Matrix n n α) where
  mul M N := M * N

def mulVec [NonUnitalNonAssocSemiring α] [Fintype n] (M : Matrix m n α) (v : n → α) : m → α
  | i => (fun j => M i j) ⬝ᵥ v

scoped infixr:73 " *ᵥ " => Matrix.mulVec

theorem transpose_mul {α : Type v} [CommSemiring α] [Fintype n] (M : Matrix m n α)
    (N : Matrix n o α) : (M * N)ᵀ = Nᵀ * Mᵀ :=
  funext fun i => funext fun k => congrArg (Finset.sum Finset.univ) <|
    funext fun j => mul_comm (M k j) (N j i)

end Matrix
