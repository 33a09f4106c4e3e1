import Streets.Shapes
import Streets.Scalars
/-! Explicit types and sizes, instances last, laws of several classes, further instances. -/

namespace Orders

def scale (α : Type u) (n : Nat) [Mul α] (c : α) (v : Fin n → α) : Fin n → α := fun i => c * v i

def pointwise {n : Nat} {α : Type _} [Inhabited α] [DecidableEq α] [Add α] (u v : Fin n → α) :
    Fin n → α := fun i => u i + v i

def ite0 {α : Type u} [Zero α] [DecidableEq α] (x y : α) : α := if x = 0 then y else x

def average {α : Type u} [Lean.Grind.Field α] (x y : α) : α := (x + y) / (1 + 1)

def hadamard ⦃n : Nat⦄ {α : Type u} [Lean.Grind.Semiring α] (u v : Fin n → α) : Fin n → α :=
  fun i => u i * v i

def mapped {α β : Type} {n : Nat} (f : α → β) (v : Fin n → α) : Fin n → β := fun i => f (v i)

def sigmoidal {α : Type} [Add α] [One α] [Div α] (exp : α → α) (x : α) : α := 1 / (1 + exp x)

def residual [Add α] (f : (Fin n → α) → Fin n → α) (x : Fin n → α) : Fin n → α :=
  fun i => x i + f x i

def row (A : Fin m → Fin n → α) (i : Fin m) : Fin n → α := A i
def outer [Mul α] (u : Fin m → α) (v : Fin n → α) : Fin m → Fin n → α := fun i j => u i * v j
def lastOf (u : Fin (n + 1) → α) : α := u (Fin.last n)
def front (u : Fin (n + 1) → α) : Fin n → α := fun i => u i.castSucc
def pair (x y : α) : Fin 2 → α := fun i => if i = 0 then x else y
def eye [Zero α] [One α] : Fin n → Fin n → α := fun i j => if i = j then 1 else 0
def matmul [Lean.Grind.CommRing α] (A : Fin m → Fin k → α) (B : Fin k → Fin n → α) :
    Fin m → Fin n → α := fun i j => Folded.total fun l => A i l * B l j

theorem scale_scale {α : Type u} [Lean.Grind.CommRing α] {n : Nat} (c d : α) (v : Fin n → α) :
    scale α n c (scale α n d v) = scale α n (c * d) v :=
  funext fun _ => (Lean.Grind.Semiring.mul_assoc _ _ _).symm

theorem average_comm {α : Type u} [Lean.Grind.Field α] (x y : α) : average x y = average y x := by
  unfold average; rw [Lean.Grind.Semiring.add_comm]

theorem hadamard_comm {α : Type u} [Lean.Grind.CommRing α] ⦃n : Nat⦄ (u v : Fin n → α) :
    hadamard u v = hadamard v u := funext fun _ => Lean.Grind.CommSemiring.mul_comm _ _

theorem hadamard_one {α : Type u} [Lean.Grind.Ring α] {n : Nat} (u v : Fin n → α)
    (h : ∀ i, v i = 1) : hadamard u v = u := by
  funext i; simp only [hadamard, h]; exact Lean.Grind.Semiring.mul_one _

theorem residual_zero [Lean.Grind.CommRing α] (f : (Fin n → α) → Fin n → α)
    (h : ∀ v i, f v i = 0) : residual f = fun x => x := by
  funext x i; simp only [residual, h]; exact Lean.Grind.Semiring.add_zero _

theorem residual_congr [Lean.Grind.CommRing α] {f g : (Fin n → α) → Fin n → α}
    (h : ∀ v, f v = g v) (x : Fin n → α) : residual f x = residual g x := by
  rw [funext h]

theorem row_tr [Lean.Grind.CommRing α] (A : Fin m → Fin n → α) (i : Fin m) :
    row (fun i j => A i j) i = A i := rfl

theorem outer_apply [Lean.Grind.CommRing α] (u : Fin m → α) (v : Fin n → α) :
    ∀ i j, outer u v i j = v j * u i := fun _ _ => Lean.Grind.CommSemiring.mul_comm _ _

theorem pair_eq [Lean.Grind.CommRing α] (x y : α) : pair x y 0 = x := rfl

theorem front_congr [Lean.Grind.CommRing α] (u v : Fin (n + 1) → α) (h : u = v) :
    front u = front v := by rw [h]

theorem mapped_id [Lean.Grind.CommRing α] (v : Fin n → α) : mapped (fun x => x) v = v := rfl

theorem pointwise_comm [Inhabited α] [DecidableEq α] [Lean.Grind.CommRing α] (u v : Fin n → α) :
    pointwise u v = pointwise v u := funext fun _ => Lean.Grind.Semiring.add_comm _ _

theorem eye_eye [Lean.Grind.CommRing α] (i j : Fin n) :
    (eye i j : α) = eye j i := by
  unfold eye
  by_cases h : i = j
  · subst h; rfl
  · rw [if_neg h, if_neg fun e => h e.symm]

theorem comp_id [Lean.Grind.CommRing α] (f : α → α) : f ∘ id = f := rfl

theorem two_mul [Lean.Grind.CommRing α] (x : α) : 2 * x = x + x := by grind
theorem sq_eq [Lean.Grind.CommRing α] (x : α) : x ^ 2 = x * x := by grind
theorem noncomm [Lean.Grind.Ring α] (x y z : α) : x * (y + z) = x * y + x * z :=
  Lean.Grind.Semiring.left_distrib _ _ _

/-! Operations that are taken one by one, with laws or without, or not at all. -/
def zeros [OfNat α 0] (n : Nat) : Fin n → α := fun _ => 0
def flip {α : Type u} (A : Fin m → Fin n → α) : Fin n → Fin m → α := fun i j => A j i

theorem zeros_apply [OfNat α 0] (i : Fin n) : zeros n i = (0 : α) := rfl
theorem one_of_eq [OfNat R 1] (x : R) (h : x = 1) : 1 = x := h.symm
theorem flip_flip {α : Type u} (A : Fin m → Fin n → α) : flip (flip A) = A := rfl
theorem with_law [Mul R] [Add R] (distrib : ∀ a b c : R, a * (b + c) = a * b + a * c) (x y : R) :
    x * (y + y) = x * y + x * y := distrib x y y
theorem assoc [Add R] [Std.Associative (α := R) (· + ·)] (a b c : R) : a + b + c = a + (b + c) :=
  Std.Associative.assoc a b c

end Orders
