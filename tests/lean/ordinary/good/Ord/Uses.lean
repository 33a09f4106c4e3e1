import Ord.Plain
-- a comment between
import Ord.Unfolds /- and one behind -/ import Ord.«Zwei Wörter»
/-! What a module without a header sees of others. -/
open Ord
#eval usesHidden 2
/-- info: 10 -/
#guard_msgs in
#eval usesHidden 2
private def hidden (n : Nat) := n + 5
theorem sees : usesHidden 0 = 6 := rfl
theorem decides : usesHidden 0 = 6 := by decide
theorem ownComesFirst : hidden 0 = 5 := rfl
theorem notated : 1 +++ 2 = 4 ∧ next 3 ⊗⊗ 2 = 9 ∧ 5 ⊖⊖ 3 = 3 := by refine ⟨?_, ?_, ?_⟩ <;> by_rfl
theorem written : [arith| 1 plus 2] = 3 := rfl
theorem defaults : ({} : Pair).first = 4 := rfl
theorem even_four : even 4 = true := rfl
theorem twice_eq (n : Nat) : Kept.twice n = n + n := Kept.unfolded n
