/- Copyright. This module needs no header, and importing it is all that others do. -/
private def hidden (n : Nat) := n + 3
def usesHidden (n : Nat) : Nat := hidden n * 2
theorem saysHidden : hidden 0 = 3 := rfl
theorem unfolds (n : Nat) : usesHidden n = hidden n * 2 := rfl

namespace Ord

def helper (n : Nat) : Nat := n + 1
macro "by_rfl" : tactic => `(tactic| rfl)
notation:65 a:65 " +++ " b:66 => helper (a + b)
infixl:60 " ⊗⊗ " => fun a b => a * b + 1
scoped infixl:60 " ⊖⊖ " => fun a b => a - b + 1
local notation "three" => hidden 0
syntax "next" term:max : term
macro_rules | `(next $t) => `($t + 1)
declare_syntax_cat arith
syntax num : arith
syntax arith " plus " arith : arith
syntax "[arith|" arith "]" : term
macro_rules
  | `([arith| $n:num]) => `($n)
  | `([arith| $a plus $b]) => `([arith| $a] + [arith| $b])
theorem notations : 1 +++ 2 = 4 ∧ 2 ⊗⊗ 3 = 7 ∧ three = 3 := by refine ⟨?_, ?_, ?_⟩ <;> by_rfl
theorem syntaxes : next 3 = 4 ∧ [arith| 1 plus 2] = 3 := ⟨rfl, rfl⟩

@[simp] theorem simple (n : Nat) : hidden n = n + 3 := rfl
theorem simplified : hidden 1 = 4 := by simp

class Pointed (α : Type) where
  point : α
  same : point = point
instance : Pointed Nat where
  point := hidden 2
  same := rfl
structure Pair where
  first : Nat := hidden 1
  second : List Nat := []
deriving Repr, DecidableEq, BEq, Hashable, Inhabited
inductive Tree (α : Type)
  | leaf
  | node (left : Tree α) (value : α) (right : Tree α)
deriving Repr
mutual
def even : Nat → Bool | 0 => true | n + 1 => odd n
def odd : Nat → Bool | 0 => false | n + 1 => even n
end
def halves (n : Nat) : Nat := if h : n < 2 then 0 else halves (n - 2) + 1
termination_by n
partial def search (n : Nat) : Nat := if n > 9 then n else search (n + 1)

#print axioms saysHidden
#check hidden
#eval usesHidden 2
set_option maxRecDepth 1000 in
open Nat in
theorem opened : succ 1 = 2 := rfl

def mapped (l : List Nat) : List Nat := l.map (· + 1)
theorem mapped_length (l : List Nat) : (mapped l).length = l.length := List.length_map ..
