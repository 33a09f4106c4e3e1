/-! ## A field in which the kernel can divide

Lean's rationals do not compute in the kernel as its library is shipped. Modulo 3 every number but
0 is its own inverse. -/

@[expose] public section

namespace HarnessReference

instance neZeroThree : NeZero 3 := ⟨by decide⟩

noncomputable def ringModuloThree : Lean.Grind.CommRing (Fin 3) :=
  Lean.Grind.Fin.instCommRingFinOfNeZeroNat 3

noncomputable def fieldModuloThree : Lean.Grind.Field (Fin 3) where
  toCommRing := ringModuloThree
  inv a := a
  div a b := a * b
  zpow := ⟨fun a n => ringModuloThree.npow.hPow a n.natAbs⟩
  div_eq_mul_inv _ _ := rfl
  zero_ne_one := by decide
  inv_zero := rfl
  mul_inv_cancel := by decide
  zpow_zero a := ringModuloThree.pow_zero a
  zpow_succ a n := ringModuloThree.pow_succ a n
  zpow_neg a n := congrArg (ringModuloThree.npow.hPow a) (Int.natAbs_neg n)

end HarnessReference

end
