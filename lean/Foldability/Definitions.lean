module

/-!
# Definitions

Vectors, matrices and attention, over any type that has the operations that are used. A definition
asks for operations only (`[Add α]`, `[Mul α]`, …), so that it can be run on rationals and on
floats; the theorems ask for the laws of a commutative ring.
-/

@[expose] public section

namespace Foldability

universe u v

/-! ## Vectors and matrices -/

/-- A vector with `n` entries: `v : αⁿ`, with entries `v i`. -/
abbrev Vec (α : Type u) (n : Nat) := Fin n → α

/-- A matrix with `m` rows and `n` columns: `A : αᵐˣⁿ`, with entries `A i j`. -/
abbrev Mat (α : Type u) (m n : Nat) := Fin m → Fin n → α

/-- The sum of finitely many scalars: `Σᵢ f i`. The empty sum is `0`. -/
def sum {α : Type u} [OfNat α 0] [Add α] : {n : Nat} → (f : Fin n → α) → α
  | 0, _ => 0
  | n + 1, f => sum (fun i : Fin n => f i.castSucc) + f (Fin.last n)

/-- The sum of finitely many vectors, entry by entry: `(Σⱼ f j) i = Σⱼ (f j) i`. -/
def sumVec {α : Type u} [OfNat α 0] [Add α] {n m : Nat} (f : Fin n → Vec α m) : Vec α m :=
  fun i => sum fun j => f j i

/-- The inner product of two vectors: `u · v = Σᵢ uᵢ vᵢ`. -/
def dot {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Vec α n) : α :=
  sum fun i => u i * v i

/-- A matrix applied to a vector: `(A v) i = Σⱼ A i j · v j`. -/
def mulVec {α : Type u} [OfNat α 0] [Add α] [Mul α] {m n : Nat} (A : Mat α m n) (v : Vec α n) :
    Vec α m :=
  fun i => dot (A i) v

/-- The product of two matrices: `(A B) i j = Σₖ A i k · B k j`. -/
def mul {α : Type u} [OfNat α 0] [Add α] [Mul α] {m k n : Nat} (A : Mat α m k) (B : Mat α k n) :
    Mat α m n :=
  fun i j => sum fun l => A i l * B l j

/-- The transpose of a matrix: `Aᵀ i j = A j i`. -/
def transpose {α : Type u} {m n : Nat} (A : Mat α m n) : Mat α n m :=
  fun i j => A j i

/-- The identity matrix: `1 i j = 1` if `i = j`, and `0` otherwise. -/
def identity {α : Type u} [OfNat α 0] [OfNat α 1] {n : Nat} : Mat α n n :=
  fun i j => if i = j then 1 else 0

/-- The sum of two vectors: `(u + v) i = u i + v i`. -/
def addVec {α : Type u} [Add α] {n : Nat} (u v : Vec α n) : Vec α n :=
  fun i => u i + v i

/-- A vector scaled by a scalar: `(a v) i = a · v i`. -/
def smulVec {α : Type u} [Mul α] {n : Nat} (a : α) (v : Vec α n) : Vec α n :=
  fun i => a * v i

/-- The matrix of zeros: `0 i j = 0`. -/
def zeroMat {α : Type u} [OfNat α 0] {m n : Nat} : Mat α m n :=
  fun _ _ => 0

/-- The matrix with every sign changed: `(-A) i j = -(A i j)`. -/
def negMat {α : Type u} [Neg α] {m n : Nat} (A : Mat α m n) : Mat α m n :=
  fun i j => -A i j

/-- The diagonal matrix of a vector: `diag(v) i j = v i` if `i = j`, and `0` otherwise. -/
def diagonal {α : Type u} [OfNat α 0] {n : Nat} (v : Vec α n) : Mat α n n :=
  fun i j => if i = j then v i else 0

/-- The 2 × 2 matrix with the rows `(a, b)` and `(c, d)`. -/
def matrix2 {α : Type u} (a b c d : α) : Mat α 2 2 :=
  fun i j => if i = 0 then if j = 0 then a else b else if j = 0 then c else d

/-! ## Blocks

The `d · h` coordinates of `h` heads of size `d` are ordered head by head: coordinate `i` of head
`k` stands at place `d · k + i`.
-/

/-- The head that a place belongs to: `⌊i / d⌋`. -/
def head {d h : Nat} (i : Fin (d * h)) : Fin h :=
  ⟨i.val / d, Nat.div_lt_of_lt_mul i.isLt⟩

/-- The coordinate that a place holds within its head: `i mod d`. -/
def coordinate {d h : Nat} (i : Fin (d * h)) : Fin d :=
  ⟨i.val % d, Nat.mod_lt _ (Nat.pos_of_mul_pos_right (Nat.zero_lt_of_lt i.isLt))⟩

/-- The heads' vectors one below the other: `Concat(v₁, …, vₕ)`. -/
def concat {α : Type u} {h d : Nat} (v : Fin h → Vec α d) : Vec α (d * h) :=
  fun i => v (head i) (coordinate i)

/-- The heads' matrices along the diagonal, and zero elsewhere: `blockdiag(A₁, …, Aₕ)`. -/
def blockDiag {α : Type u} [OfNat α 0] {h d e : Nat} (A : Fin h → Mat α d e) :
    Mat α (d * h) (e * h) :=
  fun i j => if head i = head j then A (head i) (coordinate i) (coordinate j) else 0

/-- Two vectors one below the other: `(u, v)`. -/
def append {α : Type u} {m n : Nat} (u : Vec α m) (v : Vec α n) : Vec α (m + n) :=
  fun i => if h : i.val < m then u ⟨i.val, h⟩ else v ⟨i.val - m, by omega⟩

/-- A matrix made of four blocks: the rows `(A B)` above the rows `(C D)`. -/
def fromBlocks {α : Type u} {m n k l : Nat}
    (A : Mat α m k) (B : Mat α m l) (C : Mat α n k) (D : Mat α n l) : Mat α (m + n) (k + l) :=
  fun i j => append (fun i => append (A i) (B i) j) (fun i => append (C i) (D i) j) i

/-! ## Attention

`weights` is any map from a query's scores to its attention weights: softmax with its scale and
mask, or any other.
-/

/-- The scores of a query against the keys: `sⱼ = q · Kⱼ`. -/
def scores {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d : Nat}
    (q : Vec α d) (K : Fin n → Vec α d) : Vec α n :=
  fun j => dot q (K j)

/-- The weights that a query gives to the keys: `weights(q, K) = weights(q · K₁, …, q · Kₙ)`. -/
def attentionWeights {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d : Nat}
    (weights : Vec α n → Vec α n) (q : Vec α d) (K : Fin n → Vec α d) : Vec α n :=
  weights (scores q K)

/-- The context: the values, weighted and added, `Ctx(q, K, V) = Σⱼ weights(q, K)ⱼ Vⱼ`. -/
def attentionContext {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d e : Nat}
    (weights : Vec α n → Vec α n)
    (q : Vec α d) (K : Fin n → Vec α d) (V : Fin n → Vec α e) : Vec α e :=
  sumVec fun j => smulVec (attentionWeights weights q K j) (V j)

/-- The output of an attention block on a given query, keys and values: `W_o Ctx(q, K, V)`. -/
def attentionBlockOutput {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d e m : Nat}
    (weights : Vec α n → Vec α n) (Wo : Mat α m e)
    (q : Vec α d) (K : Fin n → Vec α d) (V : Fin n → Vec α e) : Vec α m :=
  mulVec Wo (attentionContext weights q K V)

/-- The query or key of a token `x` at position `p`: projected, then rotated, `Θ(p) (W x)`. -/
def ropeVector {α : Type u} [OfNat α 0] [Add α] [Mul α] {d m : Nat} {P : Type v}
    (Θ : P → Mat α d d) (W : Mat α d m) (p : P) (x : Vec α m) : Vec α d :=
  mulVec (Θ p) (mulVec W x)

/-- The context of a head with RoPE, for the token `x` at position `p` that attends to the tokens
`T` at the positions `pos`: `Ctx(Θ(p) W_q x, Θ(posⱼ) W_k Tⱼ, W_v Tⱼ)`. Values are not rotated. -/
def ropeAttentionHeadContext {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d e m : Nat} {P : Type v}
    (weights : Vec α n → Vec α n) (Θ : P → Mat α d d)
    (Wq Wk : Mat α d m) (Wv : Mat α e m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α e :=
  attentionContext weights
    (ropeVector Θ Wq p x) (fun j => ropeVector Θ Wk (pos j) (T j)) (fun j => mulVec Wv (T j))

/-- The output of a single-head attention block with RoPE: `Attn(x, T) = W_o Ctx(x, T)`. -/
def ropeAttentionBlockOutput {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d e m : Nat} {P : Type v}
    (weights : Vec α n → Vec α n) (Θ : P → Mat α d d)
    (Wq Wk : Mat α d m) (Wv : Mat α e m) (Wo : Mat α m e)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α m :=
  mulVec Wo (ropeAttentionHeadContext weights Θ Wq Wk Wv p x pos T)

/-- The contexts of all heads, concatenated: `Concat(Ctx⁽¹⁾(x, T), …, Ctx⁽ʰ⁾(x, T))`. Each head has
its own weights, rotations and projections. -/
def multiHeadRopeAttentionContext {α : Type u} [OfNat α 0] [Add α] [Mul α]
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α (d * h) :=
  concat fun k => ropeAttentionHeadContext (weights k) (Θ k) (Wq k) (Wk k) (Wv k) p x pos T

/-- The output of a multi-head attention block with RoPE and one shared output projection:
`W_o Concat(Ctx⁽¹⁾(x, T), …, Ctx⁽ʰ⁾(x, T))`. -/
def concatProjectedMultiHeadRopeAttentionBlockOutput {α : Type u} [OfNat α 0] [Add α] [Mul α]
    {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α m :=
  mulVec Wo (multiHeadRopeAttentionContext weights Θ Wq Wk Wv p x pos T)

/-- The output of the whole block, with the residual added:
`x + W_o Concat(Ctx⁽¹⁾(x, T), …, Ctx⁽ʰ⁾(x, T))`. -/
def residualConcatProjectedMultiHeadRopeAttentionBlockOutput {α : Type u}
    [OfNat α 0] [Add α] [Mul α] {n d m h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α m :=
  addVec x (concatProjectedMultiHeadRopeAttentionBlockOutput weights Θ Wq Wk Wv Wo p x pos T)

/-- The output of grouped-query attention with biases: query head `k` looks at the keys and values
of head `group(k)`, which have one RoPE, and each projection adds its bias:
`W_o Concat(Ctx⁽¹⁾(x, T), …, Ctx⁽ʰ⁾(x, T)) + b_o`, where `Ctx⁽ᵏ⁾` is of the query
`Θ(p) (W_q x + b_q)`, the keys `Θ(posⱼ) (W_k Tⱼ + b_k)` and the values `W_v Tⱼ + b_v`. -/
def biasedGroupedQueryRopeAttentionBlockOutput {α : Type u} [OfNat α 0] [Add α] [Mul α]
    {n d m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n) (Θ : Fin g → P → Mat α d d)
    (Wq : Fin h → Mat α d m) (bq : Fin h → Vec α d)
    (Wk : Fin g → Mat α d m) (bk : Fin g → Vec α d)
    (Wv : Fin g → Mat α d m) (bv : Fin g → Vec α d)
    (Wo : Mat α m (d * h)) (bo : Vec α m)
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α m :=
  addVec (mulVec Wo (concat fun k => attentionContext (weights k)
    (mulVec (Θ (group k) p) (addVec (mulVec (Wq k) x) (bq k)))
    (fun j => mulVec (Θ (group k) (pos j)) (addVec (mulVec (Wk (group k)) (T j)) (bk (group k))))
    (fun j => addVec (mulVec (Wv (group k)) (T j)) (bv (group k))))) bo

/-- One of several heads, normed: `Gₖ (f(v₁ · v₁, …, vₕ · vₕ)ₖ vₖ)`. The scales are any function of the
squared lengths of all heads: RMSNorm of each head by itself, or of all heads at once. The gain is
any matrix; where it is `diag(γₖ)`, it is the gain of RMSNorm. -/
def headNorm {α : Type u} [OfNat α 0] [Add α] [Mul α] {d h : Nat}
    (f : Vec α h → Vec α h) (G : Fin h → Mat α d d) (v : Fin h → Vec α d) (k : Fin h) :
    Vec α d :=
  mulVec (G k) (smulVec (f (fun i => dot (v i) (v i)) k) (v k))

/-- The output of grouped-query attention whose queries and keys are normed before they are turned
(QK-norm). Values have a size of their own. -/
def qkNormGroupedQueryRopeAttentionBlockOutput {α : Type u} [OfNat α 0] [Add α] [Mul α]
    {n d e m g h : Nat} {P : Type v} (group : Fin h → Fin g)
    (weights : Fin h → Vec α n → Vec α n)
    (fq : Vec α h → Vec α h) (Gq : Fin h → Mat α d d)
    (fk : Vec α g → Vec α g) (Gk : Fin g → Mat α d d) (Θ : Fin g → P → Mat α d d)
    (Wq : Fin h → Mat α d m) (Wk : Fin g → Mat α d m) (Wv : Fin g → Mat α e m)
    (Wo : Mat α m (e * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α m :=
  mulVec Wo (concat fun k => attentionContext (weights k)
    (mulVec (Θ (group k) p) (headNorm fq Gq (fun i => mulVec (Wq i) x) k))
    (fun j => mulVec (Θ (group k) (pos j))
      (headNorm fk Gk (fun i => mulVec (Wk i) (T j)) (group k)))
    (fun j => mulVec (Wv (group k)) (T j)))

/-- The output of latent attention (MLA). A query is a part without RoPE beside one with it, both
projected from the query's latent vector; so is a key, whose part with RoPE all heads share and which
is projected from the token itself, the rest from the token's latent vector, as the values are.
A latent vector is a projection of the token, normed in any way. -/
def latentAttentionBlockOutput {α : Type u} [OfNat α 0] [Add α] [Mul α]
    {n c r e m a b h : Nat} {P : Type v}
    (weights : Fin h → Vec α n → Vec α n) (Θ : P → Mat α r r)
    (normq : Vec α a → Vec α a) (normk : Vec α b → Vec α b)
    (Dq : Mat α a m) (Dk : Mat α b m)
    (Wqn : Fin h → Mat α c a) (Wqr : Fin h → Mat α r a)
    (Wkn : Fin h → Mat α c b) (Wkr : Mat α r m)
    (Wv : Fin h → Mat α e b) (Wo : Mat α m (e * h))
    (p : P) (x : Vec α m) (pos : Fin n → P) (T : Fin n → Vec α m) : Vec α m :=
  mulVec Wo (concat fun k => attentionContext (weights k)
    (append (mulVec (Wqn k) (normq (mulVec Dq x)))
      (mulVec (Θ p) (mulVec (Wqr k) (normq (mulVec Dq x)))))
    (fun j => append (mulVec (Wkn k) (normk (mulVec Dk (T j))))
      (mulVec (Θ (pos j)) (mulVec Wkr (T j))))
    (fun j => mulVec (Wv k) (normk (mulVec Dk (T j)))))

/-! ## The residual stream

What surrounds attention in a transformer. `norm` is any map of a token to what its sublayer reads.
-/

/-- A token scaled by a function of its squared length, `f(v · v) v`: the norm of RMSNorm, before
its gain, where `f(t) = 1 / √(t / m + ε)`. -/
def normalized {α : Type u} [OfNat α 0] [Add α] [Mul α] {m : Nat} (f : α → α) (v : Vec α m) :
    Vec α m :=
  smulVec (f (dot v v)) v

/-- RMSNorm with its gain: `diag(γ) f(v · v) v`. -/
def rmsNorm {α : Type u} [OfNat α 0] [Add α] [Mul α] {m : Nat} (f : α → α) (γ v : Vec α m) :
    Vec α m :=
  mulVec (diagonal γ) (normalized f v)

/-- LayerNorm: `diag(γ) f(Cv · Cv) C v + β`. `C` is any matrix; where `C = 1 - (1 / m) 1 1ᵀ`, it takes
the mean away. -/
def layerNorm {α : Type u} [OfNat α 0] [Add α] [Mul α] {m : Nat} (f : α → α) (C : Mat α m m)
    (γ β v : Vec α m) : Vec α m :=
  addVec (mulVec (diagonal γ) (normalized f (mulVec C v))) β

/-- A gated MLP: `W_d (act(W_g v) ⊙ W_u v)`. -/
def gatedMlp {α : Type u} [OfNat α 0] [Add α] [Mul α] {m l : Nat} (act : α → α)
    (Wg Wu : Mat α l m) (Wd : Mat α m l) (v : Vec α m) : Vec α m :=
  mulVec Wd fun i => act (mulVec Wg v i) * mulVec Wu v i

/-- What attention makes of token `i`, added to it: all tokens `T` are normed, and stand at `pos`.
The weights of each head may differ from token to token, as masks do. -/
def attentionSublayer {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d m h : Nat} {P : Type v}
    (norm : Vec α m → Vec α m)
    (weights : Fin h → Fin n → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (pos : Fin n → P) (T : Fin n → Vec α m) (i : Fin n) : Vec α m :=
  addVec (T i) (concatProjectedMultiHeadRopeAttentionBlockOutput (fun k => weights k i) Θ
    Wq Wk Wv Wo (pos i) (norm (T i)) pos fun j => norm (T j))

/-- What a gated MLP makes of a token, added to it: `v + MLP(norm(v))`. -/
def mlpSublayer {α : Type u} [OfNat α 0] [Add α] [Mul α] {m l : Nat}
    (norm : Vec α m → Vec α m) (act : α → α)
    (Wg Wu : Mat α l m) (Wd : Mat α m l) (v : Vec α m) : Vec α m :=
  addVec v (gatedMlp act Wg Wu Wd (norm v))

/-- Token `i` after a whole layer of a transformer: norm, attention, residual, norm, MLP, residual. -/
def transformerLayer {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d m h l : Nat} {P : Type v}
    (norm norm' : Vec α m → Vec α m)
    (weights : Fin h → Fin n → Vec α n → Vec α n) (Θ : Fin h → P → Mat α d d)
    (Wq Wk Wv : Fin h → Mat α d m) (Wo : Mat α m (d * h))
    (act : α → α) (Wg Wu : Mat α l m) (Wd : Mat α m l)
    (pos : Fin n → P) (T : Fin n → Vec α m) (i : Fin n) : Vec α m :=
  mlpSublayer norm' act Wg Wu Wd (attentionSublayer norm weights Θ Wq Wk Wv Wo pos T i)

/-! ## Softmax and RoPE -/

/-- Softmax, for a given exponential: `softmax(s) j = exp(s j) / Σₖ exp(s k)`. -/
def softmax {α : Type u} [OfNat α 0] [Add α] [Div α] {n : Nat} (exp : α → α) (s : Vec α n) :
    Vec α n :=
  fun j => exp (s j) / sum fun k => exp (s k)

/-- The rotation of a plane by the angle with cosine `c` and sine `s`: the rows `(c, -s)` and
`(s, c)`. -/
def planeRotation {α : Type u} [Neg α] (c s : α) : Mat α 2 2 :=
  matrix2 c (-s) s c

/-- RoPE in the interleaved layout: pair `i` is the coordinates `2i` and `2i + 1`, turned by the
angle with cosine `c i` and sine `s i`. -/
def ropeInterleaved {α : Type u} [OfNat α 0] [Neg α] {k : Nat} (c s : Vec α k) :
    Mat α (2 * k) (2 * k) :=
  blockDiag fun i => planeRotation (c i) (s i)

/-- RoPE in the half-split layout: pair `i` is the coordinates `i` and `k + i`, turned by the angle
with cosine `c i` and sine `s i`: the rows `(diag(c), -diag(s))` above `(diag(s), diag(c))`. -/
def ropeHalfSplit {α : Type u} [OfNat α 0] [Neg α] {k : Nat} (c s : Vec α k) :
    Mat α (k + k) (k + k) :=
  fromBlocks (diagonal c) (negMat (diagonal s)) (diagonal s) (diagonal c)

end Foldability
