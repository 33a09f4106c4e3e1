import Sums
/-! Packages about rational numbers, each with names of its own. -/

section
/-! Activations on rational numbers, a plain file. -/

namespace Activations

/-- The part of `x` that is not negative. -/
def relu (x : Rat) : Rat := if 0 ≤ x then x else 0

def leakyRelu (slope x : Rat) : Rat := if 0 ≤ x then x else slope * x

/-- A step that is a line in the middle. -/
def hardTanh (x : Rat) : Rat := if x < -1 then -1 else if 1 < x then 1 else x

theorem relu_nonneg (x : Rat) : 0 ≤ relu x := by unfold relu; split <;> grind

theorem leaky_one (x : Rat) : leakyRelu 1 x = x := by unfold leakyRelu; grind

theorem hardTanh_bounds (x : Rat) : -1 ≤ hardTanh x ∧ hardTanh x ≤ 1 := by
  unfold hardTanh; grind

theorem relu_eq_zero_iff (x : Rat) : relu x = 0 ↔ x ≤ 0 := by unfold relu; grind

end Activations
end

section
open Sums

/-!
# A perceptron
Weights and inputs are vectors of rational numbers by a name of their own.
-/

abbrev Weights (n : Nat) := Fin n → Rat

namespace Perceptron

def score {n : Nat} (w x : Weights n) (b : Rat) : Rat := sum (fun i => w i * x i) + b

def update {n : Nat} (rate err : Rat) (w x : Weights n) : Weights n :=
  fun i => w i + rate * err * x i

theorem update_zero {n : Nat} (rate : Rat) (w x : Weights n) : update rate 0 w x = w := by
  funext i; unfold update; grind

theorem score_comm {n : Nat} (w x : Weights n) (b : Rat) : score w x b = score x w b := by
  unfold score
  congr 1
  exact sum_congr _ _ fun i => Rat.mul_comm (w i) (x i)

end Perceptron
end

section
/-! Losses of one sample and of many. -/
namespace Losses

def squared (y t : Rat) : Rat := (y - t) * (y - t)
def hinge (y t : Rat) : Rat := if y * t ≤ 1 then 1 - y * t else 0

def total {n : Nat} (y t : Fin n → Rat) : Rat := Sums.sum fun i => squared (y i) (t i)

theorem squared_comm (y t : Rat) : squared y t = squared t y := by unfold squared; grind

theorem hinge_nonneg (y t : Rat) : 0 ≤ hinge y t := by unfold hinge; grind

theorem total_comm {n : Nat} (y t : Fin n → Rat) : total y t = total t y :=
  Sums.sum_congr _ _ fun i => squared_comm (y i) (t i)

end Losses
end

section
/-! Convex combinations, over ordered fields. -/
namespace Mixtures

def blend [Add α] [Mul α] [Sub α] [One α] (t x y : α) : α := (1 - t) * x + t * y

theorem blend_ends [Lean.Grind.CommRing α] (x y : α) : blend 0 x y = x := by unfold blend; grind

theorem half_le (x y : Rat) (h : x ≤ y) : (x + y) / 2 ≤ y := by grind

end Mixtures
end

section
/-! Steps of a solver, with Greek letters, primes and digits in names. -/
namespace Euler

def step₁ (f : Rat → Rat) (Δt y : Rat) : Rat := y + Δt * f y

def rk4 (f : Rat → Rat) (Δt y : Rat) : Rat :=
  let k₁ := f y
  let k₂ := f (y + Δt / 2 * k₁)
  let k₃ := f (y + Δt / 2 * k₂)
  let k₄ := f (y + Δt * k₃)
  y + Δt / 6 * (k₁ + 2 * k₂ + 2 * k₃ + k₄)

theorem step₁_zero (f : Rat → Rat) (y : Rat) : step₁ f 0 y = y := by unfold step₁; grind

theorem rk4_zero' (f : Rat → Rat) (y : Rat) : rk4 f 0 y = y := by unfold rk4; grind

end Euler
end

section
/-! An optimizer with a state, and a run of several steps. -/

structure State where
  weight : Rat
  velocity : Rat
deriving Repr

namespace Momentum

def State.step (β η g : Rat) (s : State) : State :=
  { velocity := β * s.velocity + g, weight := s.weight - η * (β * s.velocity + g) }

def velocity (β g v : Rat) : Rat := β * v + g
def weight (η w v : Rat) : Rat := w - η * v

def run (η g : Rat) : Nat → Rat → Rat
  | 0, w => w
  | n + 1, w => run η g n (w - η * g)

theorem velocity_twice (β g v : Rat) :
    velocity β g (velocity β g v) = β * β * v + (β + 1) * g := by unfold velocity; grind

theorem weight_still (η w : Rat) : weight η w 0 = w := by unfold weight; grind

theorem run_two (η g w : Rat) : run η g 2 w = w - 2 * (η * g) := by simp only [run]; grind

theorem State.step_free (η : Rat) (s : State) (h : s.velocity = 0) :
    (State.step 0 η 0 s).weight = s.weight := by
  unfold State.step; grind

end Momentum
end
