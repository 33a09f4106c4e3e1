/-! Types in universes as their authors choose them. -/

namespace Styles

universe u v w

/-- One universe for both types. -/
def through {α P : Type u} (f : P → α) (x : P) : α := f x

/-- Scalars after another type, and a type that may be a proposition. -/
def either {Q : Sort v} {α : Type u} [Add α] (f g : Q → α) (x : Q) : α := f x + g x

theorem through_comm {α P : Type u} [Lean.Grind.CommRing α] (f : P → α) (x y : P) :
    through f x + through f y = through f y + through f x :=
  Lean.Grind.Semiring.add_comm _ _

theorem either_comm {P : Type w} {α : Type u} [Lean.Grind.CommRing α] (f g : P → α) (x : P) :
    either f g x = either g f x :=
  Lean.Grind.Semiring.add_comm _ _

theorem sort_comm {α : Type u} [Lean.Grind.CommRing α] {P : Sort v} (f g : P → α) (x y : P) :
    either f g x + g y = g y + either f g x :=
  Lean.Grind.Semiring.add_comm _ _

theorem int_comm {P : Type} (f g : P → Int) (x : P) : either f g x = either g f x := by
  simp only [either, Int.add_comm]

theorem high_comm {α : Type} [Lean.Grind.CommRing α] {P : Type 1} {Q : Type (u + 1)}
    (f : P → α) (g : Q → α) (x : P) (y : Q) : f x + g y = g y + f x :=
  Lean.Grind.Semiring.add_comm _ _

theorem larger_comm {α : Type (max u v)} [Lean.Grind.CommRing α] {P : Type u} (f g : P → α)
    (x : P) :
    either f g x = either g f x :=
  Lean.Grind.Semiring.add_comm _ _

end Styles
