/-! Numbers of all kinds. -/

namespace Scalars

def norm1 (x y : Int) : Int := if x < 0 then -x + y else x + y
def square (x : Int) : Int := x ^ 2
def affine (a b x : Rat) : Rat := a * x + b
def half (x : Rat) : Rat := x / 2
def quarter (x : Rat) : Rat := x * (1 / 4)
def twice (n : Nat) : Nat := 2 * n
def relu (x : Float) : Float := if x > 0 then x else 0
def gelu (x : Float) : Float := x * Float.exp x
def sigmoid (x : Float) : Float := 1 / (1 + Float.exp (-x))
def clip (x : Int) : Int := max 0 x
def compose (f g : Int → Int) : Int → Int := f ∘ g
def apply2 (f : Rat → Rat) (x : Rat) : Rat := f (f x)

theorem square_eq (x : Int) : square x = x * x := by simp [square, Int.pow_succ]
theorem affine_zero (b x : Rat) : affine 0 b x = b := by simp [affine, Rat.zero_mul, Rat.zero_add]
theorem half_double (x : Rat) : half (x + x) = x := by unfold half; grind
theorem twice_eq (n : Nat) : twice n = n + n := by unfold twice; omega
theorem twice_add (m n : Nat) : twice (m + n) = twice m + twice n := by unfold twice; omega
theorem relu_def (x : Float) : relu x = if x > 0 then x else 0 := rfl
theorem sigmoid_def (x : Float) : sigmoid x = 1 / (1 + Float.exp (-x)) := rfl
theorem clip_nonneg (x : Int) : 0 ≤ clip x := by unfold clip; omega
theorem clip_clip (x : Int) : clip (clip x) = clip x := by unfold clip; omega
theorem compose_apply (f g : Int → Int) (x : Int) : compose f g x = f (g x) := rfl
theorem apply2_id (f : Rat → Rat) (hf : ∀ x, f x = x) (x : Rat) : apply2 f x = x := by
  simp [apply2, hf]
theorem sub_sub (a b c : Int) : a - b - c = a - (b + c) := by omega
theorem nat_sub (a b : Nat) : a + b - b = a := by omega
theorem div_self (x : Rat) (hx : x ≠ 0) : x / x = 1 := by grind
theorem exists_zero (a : Int) : ∃ x : Int, x + a = a := ⟨0, by omega⟩
theorem and_both (x : Int) : x + 0 = x ∧ 0 + x = x := by omega
theorem iff_zero (x : Int) : x + 1 = 1 ↔ x = 0 := by omega
theorem square_two : square 2 = 4 := by decide
theorem neg_neg' (x : Int) : - -x = x := by omega
theorem three_mul (x : Int) : 3 * x = x + x + x := by omega

end Scalars
