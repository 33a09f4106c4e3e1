set_option maxHeartbeats 1 in
theorem long (a b c d : Nat) : a + b + c + d = d + c + b + a := by grind
