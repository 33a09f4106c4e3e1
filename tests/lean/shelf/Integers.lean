/-! Packages about whole numbers: structures, classes, lists, powers and sizes. -/

section
/-! Integer arithmetic of quantized layers. -/
namespace Quantize

structure Params where
  scale : Int
  zeroPoint : Int
deriving Repr, DecidableEq, Inhabited

def Params.encode (p : Params) (x : Int) : Int := p.scale * x + p.zeroPoint

def encode (scale zeroPoint x : Int) : Int := scale * x + zeroPoint

def saturate (lo hi x : Int) : Int := if x < lo then lo else if hi < x then hi else x

theorem encode_sub (s z x y : Int) : encode s z x - encode s z y = s * (x - y) := by
  unfold encode; grind

theorem saturate_le (lo hi x : Int) (h : lo ≤ hi) : saturate lo hi x ≤ hi := by
  unfold saturate; grind

theorem Params.encode_zero (p : Params) : p.encode 0 = p.zeroPoint := by
  unfold Params.encode; grind

end Quantize
end

section
/-! Polynomials of small degree, with powers. -/
namespace Horner

def quadratic (a b c x : Int) : Int := a * x ^ 2 + b * x + c
def horner (a b c x : Int) : Int := (a * x + b) * x + c

theorem quadratic_eq (a b c x : Int) : quadratic a b c x = horner a b c x := by
  unfold quadratic horner; grind

theorem binomial {R : Type} [Lean.Grind.CommRing R] (x y : R) :
    (x + y) ^ 2 = x ^ 2 + 2 * x * y + y ^ 2 := by grind

theorem difference (x y : Int) : x * x - y * y = (x + y) * (x - y) := by grind

theorem horner_zero (a b c : Int) : horner a b c 0 = c := by unfold horner; grind

end Horner
end

section
/-! Classes of the package's own. -/

class Activation (F : Type) where
  apply : F → Int → Int
  atZero : ∀ f : F, apply f 0 = 0

inductive Kind | identity | negated
deriving DecidableEq, Repr

instance : Activation Kind where
  apply
    | .identity, x => x
    | .negated, x => -x
  atZero := by intro f; cases f <;> rfl

namespace Classes

def weighted (w x y : Int) : Int := w * x + (1 - w) * y

theorem weighted_one (x y : Int) : weighted 1 x y = x := by unfold weighted; grind

theorem at_zero [Activation F] (f : F) : Activation.apply f 0 = 0 := Activation.atZero f

theorem kinds (k : Kind) : k = .identity ∨ k = .negated := by cases k <;> simp

end Classes
end

section
/-! Natural numbers: sizes and counts of parameters. -/

def Shapes.dense (m n : Nat) : Nat := m * n + m

theorem Shapes.dense_eq (m n : Nat) : Shapes.dense m n = m * (n + 1) := by
  simp [Shapes.dense, Nat.mul_add]

def Shapes.heads (h d : Nat) : Nat := h * d

theorem Shapes.heads_le (h d : Nat) (hd : 0 < d) : h ≤ Shapes.heads h d :=
  Nat.le_mul_of_pos_right h hd
end

section
/-! Lists beside vectors. -/

def Lists.total (xs : List Int) : Int := xs.foldr (· + ·) 0

def Lists.shiftAll (c : Int) (v : Fin n → Int) : Fin n → Int := fun i => v i + c

theorem Lists.total_cons (x : Int) (xs : List Int) :
    Lists.total (x :: xs) = x + Lists.total xs := rfl

theorem Lists.shift_shift (c d : Int) (v : Fin n → Int) :
    Lists.shiftAll c (Lists.shiftAll d v) = Lists.shiftAll (d + c) v := by
  funext i; unfold Lists.shiftAll; omega

theorem Lists.pair_fst (p : Int × Int) : (p.1, p.2) = p := rfl
end
