module

public import Foldability.Definitions

/-!
# Linear algebra

What the theorems need of sums, matrices and blocks, over a commutative ring.
-/

@[expose] public section

namespace Foldability

universe u

variable {α : Type u} [Lean.Grind.CommRing α]

/-! ## Sums -/

/-- Sums of equal terms are equal: `f = g` termwise gives `Σᵢ f i = Σᵢ g i`. -/
theorem sum_congr {n : Nat} {f g : Fin n → α} (h : ∀ i, f i = g i) : sum f = sum g :=
  congrArg sum (funext h)

/-- A sum of zeros is zero: `f i = 0` for all `i` gives `Σᵢ f i = 0`. -/
theorem sum_eq_zero {n : Nat} {f : Fin n → α} (zero : ∀ i, f i = 0) : sum f = 0 := by
  induction n with
  | zero => rfl
  | succ n ih => grind [sum]

/-- A sum of sums splits: `Σᵢ (f i + g i) = Σᵢ f i + Σᵢ g i`. -/
theorem sum_add {n : Nat} (f g : Fin n → α) : sum (fun i => f i + g i) = sum f + sum g := by
  induction n with
  | zero => grind [sum]
  | succ n ih => grind [sum]

/-- A factor moves into a sum: `a Σᵢ f i = Σᵢ a (f i)`. -/
theorem mul_sum {n : Nat} (a : α) (f : Fin n → α) : a * sum f = sum fun i => a * f i := by
  induction n with
  | zero => grind [sum]
  | succ n ih => grind [sum]

/-- A factor moves into a sum from the right: `(Σᵢ f i) a = Σᵢ (f i) a`. -/
theorem sum_mul {n : Nat} (f : Fin n → α) (a : α) : sum f * a = sum fun i => f i * a := by
  induction n with
  | zero => grind [sum]
  | succ n ih => grind [sum]

/-- Two sums may be taken in either order: `Σᵢ Σⱼ f i j = Σⱼ Σᵢ f i j`. -/
theorem sum_comm {m n : Nat} (f : Fin m → Fin n → α) :
    (sum fun i => sum fun j => f i j) = sum fun j => sum fun i => f i j := by
  induction m with
  | zero => exact (sum_eq_zero fun _ => rfl).symm
  | succ m ih => simp only [sum, sum_add, ih]

/-- A sum with at most one term that is not zero is that term: `f j = 0` for all `j ≠ i` gives
`Σⱼ f j = f i`. -/
theorem sum_eq_single {n : Nat} {f : Fin n → α} (i : Fin n) (zero : ∀ j, i ≠ j → f j = 0) :
    sum f = f i := by
  induction n with
  | zero => exact i.elim0
  | succ n ih =>
    cases i using Fin.lastCases with
    | last =>
      rw [sum, sum_eq_zero fun j => zero j.castSucc (Fin.ne_of_gt (Fin.castSucc_lt_last j))]
      grind
    | cast i =>
      rw [sum, ih i fun j ne => zero j.castSucc fun eq => ne (Fin.castSucc_inj.mp eq),
        zero (Fin.last n) (Fin.ne_of_lt (Fin.castSucc_lt_last i))]
      grind

/-- A sum over two ranges, one after the other:
`Σ_{i < m+n} f i = Σ_{i < m} f i + Σ_{i < n} f (m + i)`. -/
theorem sum_append {m n : Nat} (f : Fin (m + n) → α) :
    sum f = sum (fun i => f (i.castAdd n)) + sum (fun i => f (i.natAdd m)) := by
  induction n with
  | zero => exact (Lean.Grind.Semiring.add_zero (sum f)).symm
  | succ n ih =>
    exact (congrArg (· + f (Fin.last (m + n))) (ih fun i => f i.castSucc)).trans
      (Lean.Grind.Semiring.add_assoc _ _ _)

/-! ## Matrices -/

/-- A product applied to a vector: `(A B) v = A (B v)`. -/
theorem mul_mulVec {m k n : Nat} (A : Mat α m k) (B : Mat α k n) (v : Vec α n) :
    mulVec (mul A B) v = mulVec A (mulVec B v) := by
  funext i
  simp only [mulVec, mul, dot, sum_mul, mul_sum]
  rw [sum_comm]
  grind

/-- A matrix applied to a sum of vectors: `A (u + v) = A u + A v`. -/
theorem mulVec_addVec {m n : Nat} (A : Mat α m n) (u v : Vec α n) :
    mulVec A (addVec u v) = addVec (mulVec A u) (mulVec A v) := by
  funext i
  simp only [mulVec, dot, addVec, ← sum_add]
  exact sum_congr fun j => by grind

/-- The identity leaves a vector as it is: `1 v = v`. -/
theorem identity_mulVec {n : Nat} (v : Vec α n) : mulVec identity v = v := by
  funext i
  simp only [mulVec, dot, identity]
  rw [sum_eq_single i fun j ne => by grind]
  grind

/-- A matrix moves across an inner product as its transpose: `(A u) · v = u · (Aᵀ v)`. -/
theorem dot_mulVec {m n : Nat} (A : Mat α m n) (u : Vec α n) (v : Vec α m) :
    dot (mulVec A u) v = dot u (mulVec (transpose A) v) := by
  simp only [mulVec, dot, transpose, sum_mul, mul_sum]
  rw [sum_comm]
  exact sum_congr fun i => sum_congr fun j => by grind

/-- A matrix moves out of a weighted sum of vectors: `Σⱼ aⱼ (A vⱼ) = A Σⱼ aⱼ vⱼ`. -/
theorem sumVec_smulVec_mulVec {n m k : Nat} (a : Vec α n) (A : Mat α m k) (v : Fin n → Vec α k) :
    (sumVec fun j => smulVec (a j) (mulVec A (v j))) =
      mulVec A (sumVec fun j => smulVec (a j) (v j)) := by
  funext i
  simp only [sumVec, smulVec, mulVec, dot, mul_sum]
  rw [sum_comm]
  exact sum_congr fun i => sum_congr fun j => by grind

/-- `Rᵀ R = 1` undoes `R`: `(W Rᵀ) (R v) = W v`. -/
theorem mul_transpose_mulVec_of_orthogonal {m e d : Nat}
    (W : Mat α m d) (R : Mat α e d) (v : Vec α d)
    (orthogonal : mul (transpose R) R = identity) :
    mulVec (mul W (transpose R)) (mulVec R v) = mulVec W v := by
  rw [mul_mulVec, ← mul_mulVec (transpose R), orthogonal, identity_mulVec]

/-! ## Blocks -/

/-- The place of coordinate `i` of head `k`: `d · k + i`. -/
def place {d h : Nat} (k : Fin h) (i : Fin d) : Fin (d * h) :=
  ⟨d * k.val + i.val, by
    have := Nat.mul_le_mul_left d (Nat.succ_le_of_lt k.isLt)
    have := i.isLt
    grind⟩

/-- The head of the place of coordinate `i` of head `k` is `k`. -/
theorem head_place {d h : Nat} (k : Fin h) (i : Fin d) : head (place k i) = k := by
  have := i.isLt
  ext
  simp only [head, place]
  rw [Nat.mul_add_div (by omega), Nat.div_eq_of_lt i.isLt, Nat.add_zero]

/-- The coordinate of the place of coordinate `i` of head `k` is `i`. -/
theorem coordinate_place {d h : Nat} (k : Fin h) (i : Fin d) : coordinate (place k i) = i := by
  ext
  simp only [coordinate, place]
  rw [Nat.mul_add_mod, Nat.mod_eq_of_lt i.isLt]

/-- A place is given by its head and its coordinate: `i = d · ⌊i / d⌋ + (i mod d)`. -/
theorem place_head_coordinate {d h : Nat} (i : Fin (d * h)) : place (head i) (coordinate i) = i :=
  Fin.ext (Nat.div_add_mod i.val d)

/-- A sum over all places is a sum over heads of sums over coordinates:
`Σ_{i < d·h} f i = Σₖ Σᵢ f (d · k + i)`. -/
theorem sum_place {d h : Nat} (f : Fin (d * h) → α) :
    sum f = sum fun k => sum fun i => f (place k i) := by
  induction h with
  | zero => rfl
  | succ h ih => exact (sum_append (m := d * h) (n := d) f).trans (congrArg (· + _) (ih _))

/-- The transpose of a block diagonal: `blockdiag(A₁, …, Aₕ)ᵀ = blockdiag(A₁ᵀ, …, Aₕᵀ)`. -/
theorem transpose_blockDiag {h d e : Nat} (A : Fin h → Mat α d e) :
    transpose (blockDiag A) = blockDiag fun k => transpose (A k) := by
  funext i j
  grind [transpose, blockDiag]

/-- Block diagonals multiply block by block: `blockdiag(Aₖ) blockdiag(Bₖ) = blockdiag(Aₖ Bₖ)`. -/
theorem mul_blockDiag {h d e l : Nat} (A : Fin h → Mat α d e) (B : Fin h → Mat α e l) :
    mul (blockDiag A) (blockDiag B) = blockDiag fun k => mul (A k) (B k) := by
  funext i j
  simp only [mul, blockDiag, sum_place, head_place, coordinate_place]
  rw [sum_eq_single (head i) fun k ne => sum_eq_zero fun l => by grind]
  by_cases same : head i = head j
  · rw [if_pos same]
    exact sum_congr fun l => by grind
  · rw [if_neg same]
    exact sum_eq_zero fun l => by grind

/-- The block diagonal of identities is the identity: `blockdiag(1, …, 1) = 1`. -/
theorem blockDiag_identity {h d : Nat} :
    blockDiag (fun _ : Fin h => (identity : Mat α d d)) = identity := by
  funext i j
  have : i = j ↔ head i = head j ∧ coordinate i = coordinate j := by
    grind [place_head_coordinate]
  grind [blockDiag, identity]

/-- A block diagonal turns each head's vector by its own block:
`blockdiag(A₁, …, Aₕ) Concat(v₁, …, vₕ) = Concat(A₁ v₁, …, Aₕ vₕ)`. -/
theorem blockDiag_mulVec_concat {h d e : Nat} (A : Fin h → Mat α d e) (v : Fin h → Vec α e) :
    mulVec (blockDiag A) (concat v) = concat fun k => mulVec (A k) (v k) := by
  funext i
  simp only [mulVec, dot, blockDiag, concat, sum_place, head_place, coordinate_place]
  rw [sum_eq_single (head i) fun k ne => sum_eq_zero fun l => by grind]
  exact sum_congr fun l => by grind

/-! ## Two by two blocks -/

/-- The first coordinates of `(u, v)` are those of `u`: `(u, v) i = u i` for `i < m`. -/
theorem append_castAdd {α : Type u} {m n : Nat} (u : Vec α m) (v : Vec α n) (i : Fin m) :
    append u v (i.castAdd n) = u i :=
  dif_pos i.isLt

/-- The last coordinates of `(u, v)` are those of `v`: `(u, v) (m + i) = v i` for `i < n`. -/
theorem append_natAdd {α : Type u} {m n : Nat} (u : Vec α m) (v : Vec α n) (i : Fin n) :
    append u v (i.natAdd m) = v i := by
  grind [append]

/-- The negative of a diagonal matrix is diagonal: `-diag(v) = diag(-v)`. -/
theorem negMat_diagonal {n : Nat} (v : Vec α n) :
    negMat (diagonal v) = diagonal fun i => -v i := by
  funext i j
  grind [negMat, diagonal]

/-- A row of a diagonal matrix picks one term of a sum: `Σⱼ diag(v) i j · f j = v i · f i`. -/
theorem sum_diagonal_mul {n : Nat} (v f : Vec α n) (i : Fin n) :
    (sum fun j => diagonal v i j * f j) = v i * f i := by
  rw [sum_eq_single i fun j ne => by grind [diagonal]]
  grind [diagonal]

/-- Matrices of four diagonal blocks multiply like 2 × 2 matrices, entry by entry:
`(a b; c d) (a' b'; c' d') = (aa' + bc', ab' + bd'; ca' + dc', cb' + dd')`. -/
theorem mul_fromBlocks_diagonal {n : Nat} (a b c d a' b' c' d' : Vec α n) :
    mul (fromBlocks (diagonal a) (diagonal b) (diagonal c) (diagonal d))
        (fromBlocks (diagonal a') (diagonal b') (diagonal c') (diagonal d')) =
      fromBlocks
        (diagonal fun i => a i * a' i + b i * c' i)
        (diagonal fun i => a i * b' i + b i * d' i)
        (diagonal fun i => c i * a' i + d i * c' i)
        (diagonal fun i => c i * b' i + d i * d' i) := by
  funext i j
  cases i using Fin.addCases <;> cases j using Fin.addCases <;>
    simp only [mul, sum_append, fromBlocks, append_castAdd, append_natAdd, sum_diagonal_mul] <;>
    grind [diagonal]

/-- Four blocks transpose block by block: `(A B; C D)ᵀ = (Aᵀ Cᵀ; Bᵀ Dᵀ)`. -/
theorem transpose_fromBlocks {α : Type u} {m n k l : Nat}
    (A : Mat α m k) (B : Mat α m l) (C : Mat α n k) (D : Mat α n l) :
    transpose (fromBlocks A B C D) =
      fromBlocks (transpose A) (transpose C) (transpose B) (transpose D) := by
  funext i j
  cases i using Fin.addCases <;> cases j using Fin.addCases <;>
    simp only [transpose, fromBlocks, append_castAdd, append_natAdd]

/-- The identity in four blocks: `(1 0; 0 1) = 1`. -/
theorem fromBlocks_identity {m n : Nat} :
    fromBlocks identity zeroMat zeroMat identity = (identity : Mat α (m + n) (m + n)) := by
  funext i j
  cases i using Fin.addCases <;> cases j using Fin.addCases <;>
    simp only [fromBlocks, append_castAdd, append_natAdd, identity, zeroMat, Fin.ext_iff,
      Fin.val_castAdd, Fin.val_natAdd] <;>
    grind

/-- A diagonal matrix is its own transpose. -/
theorem transpose_diagonal {n : Nat} (v : Vec α n) : transpose (diagonal v) = diagonal v := by
  funext i j
  grind [transpose, diagonal]

/-- Matrices of two blocks on the diagonal multiply block by block:
`(A 0; 0 B) (C 0; 0 D) = (A C 0; 0 B D)`. -/
theorem mul_fromBlocks_zero {a b k l c d : Nat} (A : Mat α a k) (B : Mat α b l)
    (C : Mat α k c) (D : Mat α l d) :
    mul (fromBlocks A zeroMat zeroMat B) (fromBlocks C zeroMat zeroMat D) =
      fromBlocks (mul A C) zeroMat zeroMat (mul B D) := by
  have zero {n : Nat} : sum (fun _ : Fin n => (0 : α)) = 0 := sum_eq_zero fun _ => rfl
  funext i j
  cases i using Fin.addCases <;> cases j using Fin.addCases <;>
    simp only [mul, sum_append, fromBlocks, append_castAdd, append_natAdd, zeroMat,
      Lean.Grind.Semiring.mul_zero, Lean.Grind.Semiring.zero_mul, zero] <;>
    grind

/-- The identity leaves a matrix as it is: `1 A = A`. -/
theorem identity_mul {m n : Nat} (A : Mat α m n) : mul identity A = A := by
  funext i j
  simp only [mul, identity]
  rw [sum_eq_single i fun j ne => by grind]
  grind

/-- The identity leaves a matrix as it is: `A 1 = A`. -/
theorem mul_identity {m n : Nat} (A : Mat α m n) : mul A identity = A := by
  funext i j
  simp only [mul, identity]
  rw [sum_eq_single j fun j ne => by grind]
  grind

end Foldability
