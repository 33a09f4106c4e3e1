import Lean
import Ord.ℝᵢ
open Lean Elab Tactic
theorem größe?_ᵢ : (0 : Nat) = 0 := rfl
elab "by_elab" : tactic => do evalTactic (← `(tactic| rfl))
def doubled (n : Nat) : Nat := n + n
macro "four" : term => `($(quote (doubled 2)))
theorem four_eq : four = 4 := by by_elab
run_cmd logInfo "said while it is built"
noncomputable section
def chosen : Nat := Classical.choice ⟨3⟩
