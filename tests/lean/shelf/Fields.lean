import Sums
/-! Packages over a field, and about doubles. -/

section
/-! Gradient descent in one dimension, over any field. -/
section
variable {K : Type} [Lean.Grind.Field K]

/-- One step against the gradient. -/
def Descent.step (η : K) (grad : K → K) (x : K) : K := x - η * grad x

def Descent.loss (a x : K) : K := (x - a) * (x - a) / 2

theorem Descent.exact (a x : K) : Descent.step 1 (fun y => y - a) x = a := by
  unfold Descent.step; grind

theorem Descent.loss_at (a : K) : Descent.loss a a = 0 := by
  unfold Descent.loss; grind

theorem Descent.exists_fixed (η : K) : ∃ x : K, Descent.step η (fun y => y) x = x :=
  ⟨0, by unfold Descent.step; grind⟩
end
end

section
/-! Rotations of pairs, by a cosine and a sine that are any numbers. -/
namespace Rotary
variable {F : Type} [Lean.Grind.Field F]

def first (c s x y : F) : F := c * x - s * y
def second (c s x y : F) : F := s * x + c * y

theorem norm_kept (c s x y : F) (unit : c * c + s * s = 1) :
    first c s x y * first c s x y + second c s x y * second c s x y = x * x + y * y := by
  unfold first second; grind

theorem relative (c s c' s' x y : F) :
    first c s (first c' s' x y) (second c' s' x y) =
      first (c * c' - s * s') (s * c' + c * s') x y := by
  unfold first second; grind

theorem norm_sq (c s x y : F) (unit : c ^ 2 + s ^ 2 = 1) :
    first c s x y ^ 2 + second c s x y ^ 2 = x ^ 2 + y ^ 2 := by
  unfold first second; grind

end Rotary
end

section
/-! Layers that divide by a size of their input. -/

namespace Normalize
section
variable {K : Type u} [Lean.Grind.Field K] {n : Nat}

def rms (rsqrt : K → K) (gain x : Fin n → K) : Fin n → K :=
  let s := rsqrt (Sums.sum fun j => x j * x j)
  fun i => gain i * (x i * s)

theorem rms_gain (rsqrt : K → K) (c : K) (gain x : Fin n → K) (i : Fin n) :
    rms rsqrt (fun j => c * gain j) x i = c * rms rsqrt gain x i := by
  unfold rms; grind

theorem scale_cancels (x s : K) (hs : s ≠ 0) : x * s / s = x := by grind
end
end Normalize
end

section
/-! A filter of one dimension; theorems about what is not zero. -/

section Filter
variable {K : Type _} [Lean.Grind.Field K]

def kalmanGain (p r : K) : K := p / (p + r)
def kalmanUpdate (p r x z : K) : K := x + kalmanGain p r * (z - x)

theorem kalman_trusts (p z x : K) (hp : p ≠ 0) : kalmanUpdate p 0 x z = z := by
  unfold kalmanUpdate kalmanGain; grind

end Filter
end

section
/-! Doubles: what is true by definition. -/

def Floats.axpy (a x y : Float) : Float := a * x + y
def Floats.fma (x y z : Float) : Float := x * y + z

theorem Floats.axpy_fma (a x y : Float) : Floats.axpy a x y = Floats.fma a x y := rfl

end
