import Styles.Basic

namespace Styles

/-- Twice an entry, of integers alone. -/
def twiceAt {n : Nat} (u : Fin n → Int) (i : Fin n) : Int := u i + u i

/-- Half the sum of two rational numbers. -/
def mean (x y : Rat) : Rat := (x + y) / (1 + 1)

/-- A product of doubles. -/
def area (width height : Float) : Float := width * height

/-- Twice the inner product. -/
def twice {n : Nat} {α : Type} [Lean.Grind.CommRing α] (u v : Fin n → α) : α := dot u v + dot u v

end Styles
