module

@[expose] public section

/-! Shapes of Mathlib, as far as the profile speaks of them. -/

section Algebra

notation "ℕ" => Nat
notation "ℤ" => Int

universe u

class AddSemigroup (G : Type u) extends Add G where
  protected add_assoc : ∀ a b c : G, a + b + c = a + (b + c)

class AddZeroClass (M : Type u) extends Zero M, Add M where
  protected zero_add : ∀ a : M, 0 + a = a
  protected add_zero : ∀ a : M, a + 0 = a

class AddMonoid (M : Type u) extends AddSemigroup M, AddZeroClass M

class AddCommMonoid (M : Type u) extends AddMonoid M where
  protected add_comm : ∀ a b : M, a + b = b + a

class SubNegMonoid (G : Type u) extends AddMonoid G, Neg G, Sub G where
  protected sub_eq_add_neg : ∀ a b : G, a - b = a + -b

class AddGroup (A : Type u) extends SubNegMonoid A where
  protected neg_add_cancel : ∀ a : A, -a + a = 0

class AddCommGroup (G : Type u) extends AddGroup G, AddCommMonoid G

class Distrib (R : Type u) extends Mul R, Add R where
  protected left_distrib : ∀ a b c : R, a * (b + c) = a * b + a * c
  protected right_distrib : ∀ a b c : R, (a + b) * c = a * c + b * c

class MulZeroClass (M : Type u) extends Mul M, Zero M where
  zero_mul : ∀ a : M, 0 * a = 0
  mul_zero : ∀ a : M, a * 0 = 0

class Semigroup (G : Type u) extends Mul G where
  protected mul_assoc : ∀ a b c : G, a * b * c = a * (b * c)

class MulOneClass (M : Type u) extends One M, Mul M where
  protected one_mul : ∀ a : M, 1 * a = a
  protected mul_one : ∀ a : M, a * 1 = a

class Monoid (M : Type u) extends Semigroup M, MulOneClass M

class CommMonoid (M : Type u) extends Monoid M where
  protected mul_comm : ∀ a b : M, a * b = b * a

class NonUnitalNonAssocSemiring (α : Type u) extends AddCommMonoid α, Distrib α, MulZeroClass α

class NonUnitalSemiring (α : Type u) extends NonUnitalNonAssocSemiring α, Semigroup α

class Semiring (α : Type u) extends NonUnitalSemiring α, Monoid α

class CommSemiring (R : Type u) extends Semiring R, CommMonoid R

class Ring (R : Type u) extends Semiring R, AddCommGroup R

class CommRing (α : Type u) extends Ring α, CommMonoid α

instance CommRing.toCommSemiring {α : Type u} [s : CommRing α] : CommSemiring α := { s with }

class DivInvMonoid (G : Type u) extends Monoid G, Inv G, Div G where
  protected div_eq_mul_inv : ∀ a b : G, a / b = a * b⁻¹

class Field (K : Type u) extends CommRing K, DivInvMonoid K where
  protected mul_inv_cancel : ∀ a : K, a ≠ 0 → a * a⁻¹ = 1
  protected inv_zero : (0 : K)⁻¹ = 0

theorem mul_comm {α : Type u} [CommMonoid α] (a b : α) : a * b = b * a := CommMonoid.mul_comm a b

theorem add_comm {α : Type u} [AddCommMonoid α] (a b : α) : a + b = b + a :=
  AddCommMonoid.add_comm a b

theorem add_left_comm {α : Type u} [AddCommMonoid α] (a b c : α) : a + (b + c) = b + (a + c) := by
  rw [← AddSemigroup.add_assoc, add_comm a b, AddSemigroup.add_assoc]

instance Mul.toSMul (α : Type u) [Mul α] : SMul α α := ⟨(· * ·)⟩

instance Int.instCommRing : CommRing ℤ where
  add_assoc := Int.add_assoc
  zero_add := Int.zero_add
  add_zero := Int.add_zero
  add_comm := Int.add_comm
  sub_eq_add_neg _ _ := Int.sub_eq_add_neg
  neg_add_cancel := Int.add_left_neg
  left_distrib := Int.mul_add
  right_distrib := Int.add_mul
  zero_mul := Int.zero_mul
  mul_zero := Int.mul_zero
  mul_assoc := Int.mul_assoc
  one_mul := Int.one_mul
  mul_one := Int.mul_one
  mul_comm := Int.mul_comm

namespace Pi

universe v w
variable {I : Type u} {f : I → Type v} {M : Type w}

instance instZero [∀ i, Zero (f i)] : Zero (∀ i, f i) := ⟨fun _ => 0⟩
instance instAdd [∀ i, Add (f i)] : Add (∀ i, f i) := ⟨fun a b i => a i + b i⟩
instance instSub [∀ i, Sub (f i)] : Sub (∀ i, f i) := ⟨fun a b i => a i - b i⟩
instance instNeg [∀ i, Neg (f i)] : Neg (∀ i, f i) := ⟨fun a i => -a i⟩
instance instMul [∀ i, Mul (f i)] : Mul (∀ i, f i) := ⟨fun a b i => a i * b i⟩
instance instSMul [∀ i, SMul M (f i)] : SMul M (∀ i, f i) := ⟨fun s x i => s • x i⟩

end Pi

end Algebra

section Matrix

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

end Matrix

section Real

/-- In Mathlib a completion of the rationals; here nobody can tell. -/
structure Real where ofCauchy ::
  cauchy : Rat

notation "ℝ" => Real

namespace Real

instance : Zero ℝ := ⟨⟨0⟩⟩
instance : One ℝ := ⟨⟨1⟩⟩
instance : Add ℝ := ⟨fun a b => ⟨a.cauchy + b.cauchy⟩⟩
instance : Neg ℝ := ⟨fun a => ⟨-a.cauchy⟩⟩
instance : Mul ℝ := ⟨fun a b => ⟨a.cauchy * b.cauchy⟩⟩
instance : Sub ℝ := ⟨fun a b => a + -b⟩
instance : Inv ℝ := ⟨fun a => ⟨a.cauchy⁻¹⟩⟩

theorem ext_cauchy : ∀ {x y : ℝ}, x.cauchy = y.cauchy → x = y
  | ⟨_⟩, ⟨_⟩, rfl => rfl

instance commRing : CommRing ℝ where
  add_assoc _ _ _ := ext_cauchy (Rat.add_assoc _ _ _)
  zero_add _ := ext_cauchy (Rat.zero_add _)
  add_zero _ := ext_cauchy (Rat.add_zero _)
  add_comm _ _ := ext_cauchy (Rat.add_comm _ _)
  sub_eq_add_neg _ _ := rfl
  neg_add_cancel _ := ext_cauchy (Rat.neg_add_cancel _)
  left_distrib _ _ _ := ext_cauchy (Rat.mul_add _ _ _)
  right_distrib _ _ _ := ext_cauchy (Rat.add_mul _ _ _)
  zero_mul _ := ext_cauchy (Rat.zero_mul _)
  mul_zero _ := ext_cauchy (Rat.mul_zero _)
  mul_assoc _ _ _ := ext_cauchy (Rat.mul_assoc _ _ _)
  one_mul _ := ext_cauchy (Rat.one_mul _)
  mul_one _ := ext_cauchy (Rat.mul_one _)
  mul_comm _ _ := ext_cauchy (Rat.mul_comm _ _)

noncomputable instance instDivInvMonoid : DivInvMonoid ℝ where
  div a b := a * b⁻¹
  div_eq_mul_inv _ _ := rfl

noncomputable instance instField : Field ℝ where
  mul_inv_cancel _ h := ext_cauchy (Rat.mul_inv_cancel _ fun e => h (ext_cauchy e))
  inv_zero := ext_cauchy Rat.inv_zero

instance : Inhabited ℝ := ⟨0⟩

noncomputable opaque exp : ℝ → ℝ

/-- As on a branch of work in progress. -/
theorem mul_self_aux (x : ℝ) : x * x = x := sorry

theorem mul_self_add (x y : ℝ) : (x + y) * (x + y) = x + y := mul_self_aux (x + y)

end Real

end Real
