module

@[expose] public section

/-! One declaration of each kind that a kernel treats in its own way. -/

namespace Kinds

universe u v w

inductive Empty : Prop

inductive Color
  | red | green | blue

structure Pair (α : Type u) (β : Type v) where
  first : α
  second : β

structure Point where

inductive Seq (α : Type u)
  | nil
  | cons (head : α) (tail : Seq α)

inductive Vec (α : Type u) : Nat → Type u
  | nil : Vec α 0
  | cons {n : Nat} (head : α) (tail : Vec α n) : Vec α (n + 1)

inductive Same {α : Sort u} (a : α) : α → Prop
  | refl : Same a a

inductive Reach {α : Sort u} (r : α → α → Prop) : α → Prop
  | intro (x : α) (h : ∀ y, r y x → Reach r y) : Reach r x

inductive Any (p : Nat → Prop) : Prop
  | intro (n : Nat) (h : p n)

inductive Index : Nat → Prop
  | intro (n : Nat) (h : n = n) : Index n

inductive Well (α : Type u) (β : α → Type v) : Type (max u v)
  | sup (a : α) (f : β a → Well α β)

inductive Rose (α : Type u)
  | node (label : α) (children : Seq (Rose α))

inductive Deep
  | node (children : Seq (Pair Nat (Seq Deep)))
  | many (f : Nat → Seq Deep)

mutual
inductive Even : Nat → Prop
  | zero : Even 0
  | next {n : Nat} (h : Odd n) : Even (n + 1)
inductive Odd : Nat → Prop
  | next {n : Nat} (h : Even n) : Odd (n + 1)
end

mutual
inductive Term
  | var (n : Nat)
  | app (f : Nat) (args : Terms)
inductive Terms
  | nil
  | cons (head : Term) (tail : Terms)
end

inductive Poly (α : Sort u) (β : Sort v) : Sort (max 1 u v)
  | mk (a : α) (b : β)

def length {α : Type u} : Seq α → Nat
  | .nil => 0
  | .cons _ tail => length tail + 1

theorem length_cons {α : Type u} (a : α) (s : Seq α) : length (.cons a s) = length s + 1 := rfl

theorem eta {α : Type u} {β : Type v} (p : Pair α β) : p = ⟨p.first, p.second⟩ := rfl

theorem unit (p q : Point) : p = q := rfl

theorem funEta {α : Sort u} {β : Sort v} (f : α → β) : f = fun x => f x := rfl

theorem irrelevant {p : Prop} (h k : p) : h = k := rfl

theorem castSame {α : Type u} {a : α} (h : Same a a) (x : Nat) :
    Same.rec (motive := fun _ _ => Nat) x h = x := rfl

theorem gauss : 12345678901234567890 * 98765432109876543210 =
    1219326311370217952237463801111263526900 := rfl

theorem small (n : Nat) : n + 3 = Nat.succ (n + 2) := rfl

theorem level : (∀ p : Prop, p → p) := fun _ h => h

def impredicative : Prop := ∀ (α : Type u) (p : α → Prop) (x : α), p x → p x

def lifted (α : Sort u) (β : Sort v) : Sort (imax u v) := α → β

def alike (a b : Nat) : Prop := a * 0 = b * 0

def Parity := Quot alike

def parity (q : Parity) : Nat := Quot.lift (fun n => n * 0) (fun _ _ h => h) q

theorem parity_mk : parity (Quot.mk _ 7) = 0 := rfl

theorem parity_two : (Quot.mk alike 1) = Quot.mk alike 3 := Quot.sound rfl

theorem parity_ind (q : Parity) : parity q = parity q := Quot.ind (β := fun q => parity q = parity q) (fun _ => rfl) q

def usesLet (n : Nat) : Nat :=
  let m := n + n
  have h : m = n + n := rfl
  (show m = n + n → Nat from fun _ => m) h

noncomputable def choose {α : Sort u} (h : Nonempty α) : α := Classical.choice h

theorem ext {p q : Prop} (h : p ↔ q) : p = q := propext h

opaque secret : Nat

theorem secretSelf : secret = secret := rfl

end Kinds
