module

@[expose] public section

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
