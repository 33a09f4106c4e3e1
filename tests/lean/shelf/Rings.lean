import Sums
/-! Packages over a commutative ring, by class: matrices, graphs, tables, masks, notation. -/

section
/-! Three-point stencils, every argument explicit. -/

def Stencil.at (α : Type) [Add α] [Mul α] (a b c u v w : α) : α := a * u + b * v + c * w

def Stencil.laplace (α : Type) [Lean.Grind.CommRing α] (u v w : α) : α := u - 2 * v + w

theorem Stencil.laplace_linear (α : Type) [Lean.Grind.CommRing α] (u h : α) :
    Stencil.laplace α (u - h) u (u + h) = 0 := by unfold Stencil.laplace; grind
end

section
/-! A structure of two numbers, with operations and their laws. -/

@[ext] structure Cx (R : Type) where
  re : R
  im : R

namespace Cx
variable {R : Type} [Lean.Grind.CommRing R]

def add (z w : Cx R) : Cx R := ⟨z.re + w.re, z.im + w.im⟩

def normSq (a b : R) : R := a * a + b * b

/-- The real and imaginary part of a product, of parts. -/
def mulRe (a b c d : R) : R := a * c - b * d
def mulIm (a b c d : R) : R := a * d + b * c

theorem normSq_mul (a b c d : R) :
    normSq (mulRe a b c d) (mulIm a b c d) = normSq a b * normSq c d := by
  unfold normSq mulRe mulIm; grind

theorem add_comm' (z w : Cx R) : add z w = add w z := by
  unfold add
  rw [Lean.Grind.Semiring.add_comm z.re, Lean.Grind.Semiring.add_comm z.im]

end Cx
end

section
/-! Dense layers over a commutative ring, everything by `variable`, in dots. -/

namespace Dense

universe u
variable {α : Type u} [Lean.Grind.CommRing α] {m n k : Nat}

def Mat (m n : Nat) (α : Type u) : Type u := Fin m → Fin n → α
def Col (n : Nat) (α : Type u) : Type u := Fin n → α

def Mat.apply (A : Mat m n α) (v : Col n α) : Col m α := fun i => Sums.sum fun j => A i j * v j

def Col.add (u v : Col n α) : Col n α := fun i => u i + v i
def layer (W : Mat m n α) (b : Col m α) (x : Col n α) : Col m α := (W.apply x).add b

theorem Col.add_comm (u v : Col n α) : u.add v = v.add u :=
  funext fun i => Lean.Grind.Semiring.add_comm (u i) (v i)

theorem Mat.apply_add (A : Mat m n α) (u v : Col n α) :
    A.apply (u.add v) = (A.apply u).add (A.apply v) := by
  funext i
  simp only [Mat.apply, Col.add, ← Sums.sum_add]
  exact Sums.sum_congr _ _ fun j => Lean.Grind.Semiring.left_distrib _ _ _

theorem layer_bias (W : Mat m n α) (b c : Col m α) (x : Col n α) :
    layer W (b.add c) x = (layer W b x).add c := by
  funext i
  exact (Lean.Grind.Semiring.add_assoc _ (b i) (c i)).symm

end Dense
end

section
/-! A change of low rank, merged into the weights, on another package's matrices. -/

namespace LowRank
open Dense

variable {α : Type u} [Lean.Grind.CommRing α] {m r n : Nat}

def Mat.mul (A : Mat m r α) (B : Mat r n α) : Mat m n α := fun i j => Sums.sum fun l => A i l * B l j
def Mat.add (A B : Mat m n α) : Mat m n α := fun i j => A i j + B i j
def merged (W : Mat m n α) (B : Mat m r α) (A : Mat r n α) : Mat m n α := Mat.add W (Mat.mul B A)

theorem Mat.add_comm (A B : Mat m n α) : Mat.add A B = Mat.add B A :=
  funext fun _ => funext fun _ => Lean.Grind.Semiring.add_comm _ _

end LowRank
end

section
/-! Messages along the edges of a graph whose nodes are numbered. -/
open Sums

abbrev Graphs.Features (nodes width : Nat) (R : Type) := Fin nodes → Fin width → R

namespace Graphs
variable {R : Type} [Lean.Grind.CommRing R] {k d : Nat}

def gather (A : Fin k → Fin k → R) (X : Features k d R) : Features k d R :=
  fun i c => sum fun j => A i j * X j c

theorem gather_add (A : Fin k → Fin k → R) (X Y : Features k d R) (i : Fin k) (c : Fin d) :
    gather A (fun j b => X j b + Y j b) i c = gather A X i c + gather A Y i c := by
  unfold gather
  rw [← sum_add]
  exact sum_congr _ _ fun j => by grind

end Graphs
end

section
/-! Tables that are looked up by tokens of any type. -/
namespace Embeddings

variable {Token : Type} {R : Type} [Lean.Grind.CommRing R] {d : Nat}

def lookup (table : Token → Fin d → R) (pos : Fin d → R) (t : Token) : Fin d → R :=
  fun i => table t i + pos i

theorem lookup_sub (table : Token → Fin d → R) (p : Fin d → R) (s t : Token) (i : Fin d) :
    lookup table p s i - lookup table p t i = table s i - table t i := by
  unfold lookup; grind

theorem decode_encode (enc : Token → Nat) (dec : Nat → Token) (h : ∀ t, dec (enc t) = t)
    (t : Token) : enc (dec (enc t)) = enc t := by rw [h]

end Embeddings
end

section
/-! Blocks as functions: composition, and equations of functions. -/
namespace Residual
variable {R : Type} [Lean.Grind.CommRing R] {n : Nat}

abbrev Block (R : Type) (n : Nat) := (Fin n → R) → Fin n → R

def skip (f : Block R n) : Block R n := fun x i => x i + f x i
def chain (f g : Block R n) : Block R n := fun x => g (f x)

theorem skip_apply (f : Block R n) (x : Fin n → R) (i : Fin n) : skip f x i - x i = f x i := by
  unfold skip; grind

theorem chain_id (f : Block R n) : chain f (fun x => x) = f := rfl

end Residual
end

section
/-! Masks by indices. -/
namespace Masks
variable {α : Type} [Lean.Grind.CommRing α] {n : Nat}

def causal (i j : Fin n) (x : α) : α := if j ≤ i then x else 0
def strict (i j : Fin n) (x : α) : α := if j < i then x else 0
def diagonal (i j : Fin n) (x : α) : α := if i = j then x else 0

theorem causal_self (i : Fin n) (x : α) : causal i i x = x := if_pos (Nat.le_refl _)

theorem causal_split (i j : Fin n) (x : α) : causal i j x = strict i j x + diagonal i j x := by
  unfold causal strict diagonal
  by_cases h : i = j
  · subst h; simp [Fin.le_refl, Fin.lt_irrefl]; grind
  · by_cases l : j ≤ i
    · have : j < i := Nat.lt_of_le_of_ne l fun e => h (Fin.ext e.symm)
      simp [h, l, this]; grind
    · have : ¬ j < i := fun g => l (Nat.le_of_lt g)
      simp [h, l, this]; grind

theorem first_row (x : α) : causal (0 : Fin 2) 1 x = 0 := rfl

theorem last_sees_all (j : Fin (n + 1)) (x : α) : causal (Fin.last n) j x = x :=
  if_pos (Fin.le_last j)

end Masks
end

section
/-! Notation of several kinds, and `macro`. -/
namespace Signals

def mix [Add α] (u v : Fin n → α) : Fin n → α := fun i => u i + v i
def gain [Mul α] (c : α) (u : Fin n → α) : Fin n → α := fun i => c * u i
def inv [Neg α] (u : Fin n → α) : Fin n → α := fun i => -u i

scoped infixl:65 " ⊞ " => mix
scoped infixr:70 " ⊡ " => gain
scoped prefix:75 "∼" => inv
local notation "silence" => fun _ => 0
macro "both " u:term:max v:term:max : term => `($u ⊞ $v ⊞ $u)

variable {α : Type u} [Lean.Grind.CommRing α] {n : Nat} (u v w : Fin n → α)

theorem mix_comm : u ⊞ v = v ⊞ u := funext fun _ => Lean.Grind.Semiring.add_comm _ _

theorem gain_mix (c : α) : c ⊡ (u ⊞ v) = c ⊡ u ⊞ c ⊡ v :=
  funext fun _ => Lean.Grind.Semiring.left_distrib _ _ _

theorem mix_silence : u ⊞ silence = u := by funext i; unfold mix; grind

theorem both_eq : both u v = v ⊞ u ⊞ u := by funext i; unfold mix; grind

end Signals
end
