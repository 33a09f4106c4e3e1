module theorem one : 1 = 1 := rfl
def mapped (l : List Nat) : List Nat := l.map (· + 1)
/- Only this one is wrong. -/ theorem two (l : List Nat) : mapped l = l := by simp [mappedd]
