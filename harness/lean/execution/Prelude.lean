meta partial def loop (n i : Nat) (f : Fin n → Array SCALAR → Array SCALAR) (done : Array SCALAR) :
    Array SCALAR :=
  if h : i < n then loop n (i + 1) f (f ⟨i, h⟩ done) else done

@[noinline] meta def table (n : Nat) (f : Fin n → SCALAR) : Array SCALAR :=
  loop n 0 (fun i done => done.push (f i)) #[]

@[noinline] meta def total (n : Nat) (f : Fin n → SCALAR) : SCALAR :=
  let added := loop n 0 (fun i done => #[@Add.add SCALAR ADD (done.getD 0 ZERO) (f i)]) #[ZERO]
  added.getD 0 ZERO

meta def weights (mode factor n : Nat) (s : Fin n → SCALAR) : Fin n → SCALAR :=
  let powers := table n fun i => power mode factor (s i)
  let sum := total n fun i => powers.getD i.val ZERO
  fun i => @Div.div SCALAR DIV (powers.getD i.val ZERO) sum

abbrev Chosen := Option (Array Nat → Array SCALAR → Array SCALAR)

meta def none : Chosen := Option.none

@[noinline] meta unsafe def choose (n k : Nat) (f : Array Nat → Array SCALAR → Array SCALAR)
    (rest : Chosen) : Chosen :=
  if n == k then some f else rest
