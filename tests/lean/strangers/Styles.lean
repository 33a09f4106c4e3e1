import Styles.Basic
import Styles.Numbers
import Styles.Universes
import Styles.Words

namespace Styles

universe u

theorem dot_comm {n : Nat} {α : Type} [Lean.Grind.CommRing α] (u v : Fin n → α) :
    dot u v = dot v u :=
  congrArg sum (funext fun i => Lean.Grind.CommSemiring.mul_comm (u i) (v i))

theorem twice_comm {α : Type} [Lean.Grind.CommRing α] {n : Nat} (u v : Fin n → α) :
    twice u v = twice v u := by
  simp only [twice, dot_comm u v]

theorem transpose_transpose {α : Type u} [Lean.Grind.CommRing α] {m n : Nat}
    (A : Fin m → Fin n → α) (B : Fin n → Fin m → α) (h : transpose A = B) : transpose B = A := by
  subst h; rfl

theorem twiceAt_eq {n : Nat} (u : Fin n → Int) (i : Fin n) : twiceAt u i = u i * (1 + 1) := by
  simp [twiceAt]; omega

theorem sub_of_eq (x y : Int) (same : x = y) : x - y = 0 := by omega

theorem mean_comm (x y : Rat) : mean x y = mean y x := by
  simp only [mean, Rat.add_comm]

theorem area_eq (width height : Float) : area width height = width * height := rfl

end Styles
