module

public import Mathlib.Algebra

@[expose] public section

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

end Real
