/-
Copyright. This module has a header, and the word module stands before it.
-/
module -- with a remark

public import Ord.«2d»

@[expose] public section
namespace Ord.Code
section Lists -- of numbers
def mapped (l : List Nat) : List Nat := l.map (· + 1)
def joined (a b : List Nat) := a ++ b
def total (l : List Nat) : Nat := l.foldr (· + ·) 0
def counted : Vector Nat 3 := Vector.ofFn fun i => i.val
infixl:65 " ++++ " => joined
structure Box where
  items : List Nat
deriving Repr, DecidableEq
instance : Append Box := ⟨fun a b => ⟨a.items ++ b.items⟩⟩
#eval total [1, 2]
theorem total_cons (n : Nat) (l : List Nat) : total (n :: l) = n + total l := rfl
end Lists

namespace Open
def dot (u v : List Nat) : Nat := total (List.zipWith (· * ·) u v)
/-- info: 11 -/
#guard_msgs in #eval dot [1, 2] [3, 4]
