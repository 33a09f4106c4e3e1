/-! Replay. Every declaration is written down, made again from what was written, and given to the
kernel in an environment that holds Lean's own library and what the kernel accepted before. What of
the library a declaration rests on is written down before it. -/

meta def failure : Kernel.Exception → String
  | .unknownConstant _ n => "unknown constant " ++ plain n
  | .alreadyDeclared _ n => "already declared " ++ plain n
  | .declTypeMismatch _ _ _ => "the value does not have the stated type"
  | .declHasMVars _ _ _ => "metavariables"
  | .declHasFVars _ _ _ => "free variables"
  | .funExpected _ _ _ => "function expected"
  | .typeExpected _ _ _ => "type expected"
  | .letTypeMismatch _ _ _ _ _ => "let type mismatch"
  | .exprTypeMismatch _ _ _ _ => "type mismatch"
  | .appTypeMismatch _ _ _ _ _ => "application type mismatch"
  | .invalidProj _ _ _ => "invalid projection"
  | .thmTypeIsNotProp _ _ _ => "the theorem's type is not a proposition"
  | .other s => s
  | .deterministicTimeout => "timeout"
  | .excessiveMemory => "excessive memory"
  | .deepRecursion => "deep recursion"
  | .interrupted => "interrupted"

/-- Whether the kernel came to an end of its own means, and said nothing of the declaration. -/
meta def isWeak : Kernel.Exception → Bool
  | .deterministicTimeout | .excessiveMemory | .deepRecursion | .interrupted => true
  | _ => false

/-- Stops the work on one declaration, of which nothing is known then. -/
meta def giveUp {α : Type} (reason : String) : IO α := throw (.resourceExhausted none 0 reason)

meta def fail {α : Type} (e : Kernel.Exception) : IO α :=
  if isWeak e then giveUp ("Lean's kernel gave up: " ++ failure e) else refuse (failure e)

meta def give (env : Kernel.Environment) (d : Declaration) :
    Except Kernel.Exception Kernel.Environment :=
  env.addDeclCore 0 d none

/-- What a package stores under one name. -/
meta structure Stored where
  module : Name
  info : ConstantInfo
  /-- First line and column, last line and column, where the module says so. -/
  place : List Nat
  /-- Whether it is a part of a theorem, and the package does not store it. -/
  isPart : Bool := false

meta inductive Progress where
  | open
  | done
  /-- Nobody knows whether the kernel accepts it. -/
  | undecided

meta structure Replay where
  store : Store
  /-- Lean's own library, and what else is believed. -/
  library : Environment
  /-- The first names of the modules that are believed and not Lean's own. -/
  believed : List Name
  /-- What is to be replayed under a name and its number, by all modules that declare it. -/
  stored : Name → Nat → IO (List Stored)
  progress : Table Progress
  env : IO.Ref Kernel.Environment
  /-- The package, loaded as data. Without it nothing is told of what is replayed: of declarations of
  the harness's own, and where it is asked about comparisons alone. -/
  told : Option Environment
  /-- The theorems that are believed and were written down. -/
  trusted : IO.Ref (List Name)
  steps : IO.Ref Nat
  /-- Steps that Lean did not live through when it was asked before. -/
  skipped : List Nat

/-- Writes down that a piece of work begins, which may end Lean; whether it is left out. -/
meta def step (r : Replay) : IO Bool := do
  let i ← r.steps.get
  r.steps.set (i + 1)
  say r.store.out "step" ["\"number\":" ++ i.repr]
  r.store.out.flush
  return folded (fun found k => found || k == i) false r.skipped

meta def tell (r : Replay) (work : Environment → IO Unit) : IO Unit :=
  match r.told with
  | some full => work full
  | none => pure ()

meta def rule (r : Replay) (i : Nat) (verdict reason : String) : IO Unit :=
  tell r fun _ => do
    let n := (← r.store.names.get)[i]!
    say r.store.out "ruling" ["\"name\":" ++ nameText n, "\"verdict\":" ++ quote verdict, "\"reason\":" ++ quote reason]

meta def write (r : Replay) (text : String) : IO Unit :=
  tell r fun _ => r.store.out.putStrLn text

/-- A piece of work on a declaration begins. -/
meta def start (r : Replay) : IO Unit := do
  if ← step r then giveUp "Lean ended when it was asked about it"

/-- The constants that a declaration cites, by what was made of it. -/
meta def usedIn (c : ConstantInfo) : List Name :=
  let value := match c with
    | .thmInfo v => v.value.getUsedConstants.toList
    | .defnInfo v => v.value.getUsedConstants.toList
    | .opaqueInfo v => v.value.getUsedConstants.toList
    | _ => []
  joined c.type.getUsedConstants.toList value

meta def declarationOf : ConstantInfo → Option Declaration
  | .thmInfo v => some (.thmDecl v)
  | .defnInfo v => some (.defnDecl { v with safety := .safe })
  | .axiomInfo v => some (.axiomDecl v)
  | .opaqueInfo v => some (.opaqueDecl v)
  | _ => none

meta def recursorNames (n : Name) (first : Bool) (nested : Nat) : List Name :=
  .str n "rec" :: if first then auxiliary nested else []
where
  auxiliary : Nat → List Name
    | 0 => []
    | k + 1 => joined (auxiliary k) [.str n ("rec_" ++ (k + 1).repr)]

/-- An inductive type with all that belongs to it. -/
meta structure Block where
  types : List Built
  constructors : List Built
  recursors : List Built

meta def blockText (b : Block) : String :=
  "{\"inductive\":{\"types\":" ++ texts b.types ++ ",\"ctors\":" ++ texts b.constructors ++
    ",\"recs\":" ++ texts b.recursors ++ "}}"
where
  texts (items : List Built) : String := list (mapped (fun b => b.text) items)

meta def blockParts (b : Block) : List Built := joined b.types (joined b.constructors b.recursors)

/-- The block of an inductive type, whose parts `find` looks up. -/
meta unsafe def blockOf (s : Store) (find : Name → IO (Option ConstantInfo)) (v : InductiveVal) :
    IO Block := do
  let types ← parts v.all
  let constructors ← parts (folded (fun done (t : Built) =>
    match t.info with
    | .inductInfo t => joined done t.ctors
    | _ => done) [] types)
  let names := match v.all with
    | [] => []
    | n :: more => joined (recursorNames n true v.numNested)
      (folded (fun done n => joined done (recursorNames n false 0)) [] more)
  let recursors ← parts names
  return { types, constructors, recursors }
where
  parts (names : List Name) : IO (List Built) := do
    let found ← made find names
    made (built s) (chosen (fun c => c) found)

meta def typeOf? (b : Built) (constructors : List Built) : Option InductiveType :=
  match b.info with
  | .inductInfo v => some {
      name := v.name
      type := v.type
      ctors := chosen (fun (c : Built) =>
        if isIn c.info.name v.ctors then some { name := c.info.name, type := c.info.type }
        else none) constructors }
  | _ => none

/-- What is said of a declaration that was not accepted. -/
meta structure Refusal where
  verdict : String
  reason : String
  progress : Progress

/-- The work on a declaration; where it stops on the way, why. -/
meta def refused (work : IO Unit) : IO (Option Refusal) := do
  try
    work
    return none
  catch
    | .userError reason => return some { verdict := "refused", reason, progress := .done }
    | .resourceExhausted none _ reason =>
      return some { verdict := "undecided", reason, progress := .undecided }
    | error => throw error

mutual

/-- A declaration, after all that it rests on. -/
meta unsafe def visit (r : Replay) (n : Name) : IO Unit := do
  let (i, n) ← nameOf r.store n
  if (← r.progress.find i).isSome then return
  match ← r.stored n i with
  | [] =>
    match r.library.find? n with
    | some c => visitLibrary r i c
    | none => return
  | first :: others => visitStored r i first others

/-- A declaration of Lean's library, which is written down and believed. -/
meta unsafe def visitLibrary (r : Replay) (i : Nat) (c : ConstantInfo) : IO Unit := do
  let some _ := r.told | return
  match c with
  | .ctorInfo v => visit r v.induct
  | .recInfo v => each (visit r) v.all
  | .inductInfo v => do
    let block ← blockOf r.store (fun n => return r.library.find? n) v
    each (fun b => do r.progress.put (← nameIn r.store b.info.name) .done) (blockParts block)
    each (fun b => each (visit r) (usedIn b.info)) (blockParts block)
    write r (blockText block)
  | .quotInfo _ => do
    visit r `Eq
    each (fun n => do
      r.progress.put (← nameIn r.store n) .done
      match r.library.find? n with
      | some c => write r (← built r.store c).text
      | none => pure ()) [`Quot, `Quot.mk, `Quot.lift, `Quot.ind]
  | c => do
    r.progress.put i .done
    let isTheorem := match c with
      | .thmInfo _ => isBelieved r.library r.believed c.name
      | _ => false
    if isTheorem then r.trusted.modify (c.name :: ·)
    let b ← built r.store (if isTheorem then .axiomInfo { c.toConstantVal with isUnsafe := false } else c)
    each (visit r) (usedIn b.info)
    write r b.text
    match c with
    | .axiomInfo _ =>
      if isAxiom r.library b.info.name then say r.store.out "axiom" ["\"name\":" ++ nameText b.info.name]
    | _ => return

/-- All that is cited is visited. Refuses where one of it is not done yet: then it rests on what is
being looked at. -/
meta unsafe def visitUsed (r : Replay) (names : List Name) : IO Unit :=
  each (fun n => do
    visit r n
    match ← r.progress.find (← nameIn r.store n) with
    | some .open => refuse "it rests on itself"
    | some .undecided => giveUp ("it rests on " ++ plain n ++ ", which is undecided")
    | _ => pure ()) names

meta unsafe def describe (r : Replay) (i : Nat) (s : Stored) : IO Unit :=
  tell r fun full => do
    let (name, n) ← nameOf r.store s.info.name
    let (_, module) ← nameOf r.store s.module
    if name != i then refuse "it is stored under another name than its own"
    let own := if s.isPart then [quote "part"] else marks full n s.info
    say r.store.out "constant" ["\"name\":" ++ nameText n, "\"kind\":" ++ quote (kindOf s.info),
      "\"module\":" ++ nameText module, "\"marks\":" ++ list own,
      "\"place\":" ++ numbers s.place]

/-- A declaration of the package. -/
meta unsafe def visitStored (r : Replay) (i : Nat) (first : Stored) (others : List Stored) :
    IO Unit := do
  let c := first.info
  let isSkipped := c.isUnsafe || c.isPartial
  if !isSkipped then
    -- What belongs to an inductive type is looked at with it.
    match c with
    | .inductInfo v => visitBlock r v
    | .ctorInfo v => visit r v.induct
    | .recInfo v => each (visit r) v.all
    | _ => pure ()
    if (← r.progress.find i).isSome then return
  r.progress.put i .open
  describe r i first
  if isSkipped then
    rule r i "skipped" "unsafe"
    discard <| refused do
      match c with
      | .inductInfo _ | .ctorInfo _ | .recInfo _ => pure ()
      | c => write r (← built r.store c).text
  else
    match ← refused (visitSimple r i c others) with
    | some stopped => do
      rule r i stopped.verdict stopped.reason
      r.progress.put i stopped.progress
      return
    | none => pure ()
  r.progress.put i .done

/-- A definition, theorem, axiom or opaque constant of the package. -/
meta unsafe def visitSimple (r : Replay) (i : Nat) (c : ConstantInfo) (others : List Stored) :
    IO Unit := do
  match c with
  | .ctorInfo v => visitUsed r [v.induct]
  | .recInfo v => visitUsed r v.all
  | _ => pure ()
  let some _ := declarationOf c | refuse "the kernel makes no such constant"
  start r
  let b ← built r.store c
  each (sameAs b) others
  visitUsed r (usedIn b.info)
  let some d := declarationOf b.info | refuse "the kernel makes no such constant"
  match r.library.find? b.info.name with
  | some known =>
    asInLibrary b known
    visitLibrary r i known
    rule r i "accepted" "as in Lean's own library"
  | none =>
    write r b.text
    start r
    match give (← r.env.get) d with
    | .ok env =>
      r.env.set env
      rule r i "accepted" ""
    | .error e => fail e
where
  /-- Two modules may declare the same; theorems may have two proofs, of which one is enough. -/
  sameAs (b : Built) (other : Stored) : IO Unit := do
    let o ← built r.store other.info
    let same := match b.info, o.info with
      | .thmInfo _, .thmInfo _ => b.statement == o.statement
      | _, _ => b.text == o.text
    if !same then refuse "two modules declare it, each otherwise"
  asInLibrary (b : Built) (known : ConstantInfo) : IO Unit := do
    let o ← built r.store known
    let same := match b.info, known with
      | .thmInfo _, .thmInfo _ => b.statement == o.statement
      | .thmInfo _, .axiomInfo _ => b.statement == o.statement && !isAxiom r.library b.info.name
      | _, _ => b.text == o.text
    if !same then refuse "Lean's own library has another declaration of this name"

/-- An inductive type of the package, with its constructors and recursors: those that the kernel
makes must be what the package has stored. -/
meta unsafe def visitBlock (r : Replay) (v : InductiveVal) : IO Unit := do
  let block ← IO.mkRef (none : Option Block)
  match ← refused (do start r; block.set (some (← blockOf r.store find v))) with
  | some stopped =>
    each (fun n => do
      let (i, n) ← nameOf r.store n
      match ← r.stored n i, ← r.progress.find i with
      | first :: _, none =>
        r.progress.put i stopped.progress
        describe r i first
        rule r i stopped.verdict stopped.reason
      | _, _ => pure ()) v.all
  | none => do
    let some block ← block.get | return
    let parts ← made (fun (b : Built) => do return (← nameIn r.store b.info.name, b))
      (blockParts block)
    each (fun (i, b) => do
      r.progress.put i .open
      match ← r.stored b.info.name i with
      | first :: _ => describe r i first
      | [] => pure ()) parts
    match ← refused (whole block parts) with
    | some stopped =>
      each (fun (i, _) => do
        rule r i stopped.verdict stopped.reason
        r.progress.put i stopped.progress) parts
    | none => do
      each part parts
      each (fun (i, _) => r.progress.put i .done) parts
where
  find (n : Name) : IO (Option ConstantInfo) := do
    let (i, n) ← nameOf r.store n
    match ← r.stored n i with
    | [] => return none
    | [s] => return some s.info
    | _ => refuse "two modules declare it"
  whole (block : Block) (parts : List (Nat × Built)) : IO Unit := do
    let own := mapped (fun ((_, b) : Nat × Built) => b.info.name) parts
    visitUsed r (chosen (fun n => if isIn n own then none else some n)
      (folded (fun done b => joined done (usedIn b.info)) []
        (joined block.types block.constructors)))
    write r (blockText block)
    match block.types with
    | [] => refuse "an inductive type without a type"
    | first :: _ =>
      let .inductInfo v := first.info | refuse "an inductive type that is none"
      let types := chosen (fun t => typeOf? t block.constructors) block.types
      if count types != count block.types then refuse "an inductive type that is none"
      start r
      match give (← r.env.get) (.inductDecl v.levelParams v.numParams types false) with
      | .ok env => r.env.set env
      | .error e => fail e
  part : Nat × Built → IO Unit
    | (i, b) => do
      match (← r.env.get).find? b.info.name with
      | some c =>
        if (← built r.store c).text == b.text then rule r i "accepted" ""
        else rule r i "refused" "it is not what the kernel makes of the inductive type"
      | none => rule r i "refused" "the kernel makes no such constant"

end

/-! What is behind the theorems that are believed: their proofs are walked and not checked. -/

/-- What a proof may rest on, and words of the compiler, on which none may. -/
meta def allowed : List Name := [`propext, `Classical.choice, `Quot.sound]
meta def compiler : List Name :=
  [`Lean.reduceBool, `Lean.reduceNat, `Lean.trustCompiler, `Lean.ofReduceBool, `Lean.ofReduceNat]

/-- The assumptions behind what is believed of these names, with those `found` already. Lean's own
library is not walked. -/
meta unsafe def behind (r : Replay) (seen : Table Name) : List Name → List Name → IO (List Name)
  | [], found => return found
  | n :: rest, found => do
    -- Of names with one hash, the second is walked again: it is never taken for seen.
    let i := n.hash.toNat
    match ← seen.find i with
    | some m => if m == n then return ← behind r seen rest found
    | none => pure ()
    seen.put i n
    match r.library.find? n with
    | none => behind r seen rest found
    | some c =>
      let assumed := isIn n compiler || match c with
        | .axiomInfo _ => isAxiom r.library n && !isIn n allowed
        | _ => false
      let waiting := if isBelieved r.library r.believed n then joined (usedIn c) rest else rest
      behind r seen waiting (if assumed then n :: found else found)

/-- Tells of each theorem that is believed what is assumed behind it. -/
meta unsafe def tellAssumptions (r : Replay) : IO Unit := do
  let trusted ← r.trusted.get
  -- Nearly always there is nothing, and one walk for all tells that.
  match ← behind r (← Table.new _) trusted [] with
  | [] => return
  | _ => each (fun n => do
      let found ← behind r (← Table.new _) [n] []
      each (fun a => say r.store.out "assumes"
        ["\"theorem\":" ++ nameText n, "\"axiom\":" ++ nameText a]) found) trusted
