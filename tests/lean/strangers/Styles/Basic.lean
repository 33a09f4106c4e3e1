/-! A plain file: no module header, instances as their author likes them. -/

namespace Styles

universe u

/-- A sum, its instances in an order of their own. -/
def sum {α : Type u} [Add α] [OfNat α 0] : {n : Nat} → (f : Fin n → α) → α
  | 0, _ => 0
  | n + 1, f => sum (fun i : Fin n => f i.castSucc) + f (Fin.last n)

/-- The inner product: the size before the scalars, one class for all that it needs, `Type` alone. -/
def dot {n : Nat} {α : Type} [Lean.Grind.CommRing α] (u v : Fin n → α) : α :=
  sum fun i => u i * v i

/-- It takes no instance at all. -/
def transpose {m n : Nat} {α : Type u} (A : Fin m → Fin n → α) : Fin n → Fin m → α :=
  fun i j => A j i

end Styles
