import Styles.Basic
/-! Vectors and matrices as types of their own, with instances for the usual signs. -/

namespace Styles.Signs

variable {α : Type u} {m n k : Nat}

def Vect (n : Nat) (α : Type u) := Fin n → α
def Grid (m n : Nat) (α : Type u) := Fin m → Fin n → α

instance [Add α] : Add (Vect n α) := ⟨fun u v i => u i + v i⟩
instance [Add α] : Add (Grid m n α) := ⟨fun A B i j => A i j + B i j⟩
instance [Mul α] : HMul α (Vect n α) (Vect n α) := ⟨fun c v i => c * v i⟩
instance [Zero α] [One α] : OfNat (Grid n n α) 1 := ⟨fun i j => if i = j then 1 else 0⟩
-- A sign that means something else than its operator.
instance [Neg α] : Neg (Vect n α) := ⟨fun v => v⟩

/-- Its sizes come in the order of `variable`. -/
def times [Zero α] [Add α] [Mul α] (A : Grid m k α) (B : Grid k n α) : Grid m n α :=
  fun i j => sum fun l => A i l * B l j

/-- What it is of and where from is said with a sign. -/
def moved [Add α] [Mul α] (c : α) (u v : Vect n α) : Vect n α := c * u + v

infixl:70 " ⬝ " => times

macro "twice! " x:term:max : term => `($x + $x)

theorem add_comm {α : Type u} [Lean.Grind.CommRing α] (u v : Vect n α) : u + v = v + u :=
  funext fun _ => Lean.Grind.Semiring.add_comm _ _

theorem grid_comm {α : Type u} [Lean.Grind.CommRing α] (A B : Grid m n α) : A + B = B + A :=
  funext fun _ => funext fun _ => Lean.Grind.Semiring.add_comm _ _

theorem moved_eq {α : Type u} [Lean.Grind.CommRing α] (c : α) (u v : Vect n α) :
    moved c u v = v + c * u :=
  add_comm _ _

end Styles.Signs
