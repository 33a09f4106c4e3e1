/-! Theorems that say several things. -/

theorem two (a b c : Int) : a * b = b * a ∧ a * (b + c) = a * b + a * c :=
  ⟨Int.mul_comm a b, Int.mul_add a b c⟩

theorem moved (a b c : Int) : a + c = b + c ↔ a = b :=
  ⟨fun h => by omega, fun h => by omega⟩

theorem deep (a b c : Int) (h : a = b) :
    b * c = a * c ∧ ∀ d : Int, (a + d = c + d ↔ (b = c ∧ c = a)) :=
  ⟨by rw [h], fun d => ⟨fun k => ⟨by omega, by omega⟩, fun k => by omega⟩⟩

/-- A variable stands between hypotheses. -/
theorem between (a b : Int) (h : a = b) (d : Int) (k : b + d = 0) : a + d = 0 := by omega

namespace Own

/-- The package has something of its own by the name of a part, so there are none. -/
theorem two (a b : Int) : a + 0 = a ∧ a + b = b + a := ⟨by omega, Int.add_comm a b⟩

theorem two.left (a b : Int) : a * b = b * a := Int.mul_comm a b

end Own

def isBetween (a b c : Int) : Prop := a ≤ b ∧ b ≤ c

structure Step where
  first : Int
  second : Int
  grows : first ≤ second

structure Balanced (a b : Int) : Prop where
  sum : a + b = 0
  grows : a ≤ b

theorem squeezed (a b c : Int) (h : isBetween a b c) (k : c = a) : b = a := by
  obtain ⟨h, h'⟩ := h; omega

theorem widened (s : Step) (d : Int) : s.first + d ≤ s.second + d :=
  Int.add_le_add_right s.grows d

theorem balanced (a b : Int) (h : Balanced a b) : b = -a ∧ a + a ≤ b + b := by
  have := h.sum; have := h.grows; omega

theorem halved (a b : Int) (h : ∃ c, a = c + c ∧ b = c) : a = b + b := by
  obtain ⟨c, h, rfl⟩ := h; exact h

theorem swapped (p : Int × Int) : p.1 + p.2 = p.2 + p.1 := Int.add_comm _ _

theorem solved (a b : Int) : ∃ c, a + c = b := ⟨b - a, by omega⟩

theorem parted (a b : Int) (h : ∃ c, a = c + c) : ∃ d e, d + e + b = a + b ∧ b + e + d = b + a := by
  obtain ⟨c, h⟩ := h
  have k : c + c = a := by omega
  exact ⟨c, c, by omega, by omega⟩

theorem solved_again (a b : Int) : ∃ c, a + c = b + b := solved a (b + b)

theorem paired (a b : Int) : ∃ p : Int × Int, p.1 + p.2 = a + b ∧ p.1 - p.2 + a = b :=
  ⟨(b, a), Int.add_comm b a, by show b - a + a = b; omega⟩

/-- Nobody can tell from this proof which one it is. -/
theorem hidden (a : Int) : ∃ c, a + c = 0 :=
  Classical.byContradiction fun h => h ⟨-a, by omega⟩
