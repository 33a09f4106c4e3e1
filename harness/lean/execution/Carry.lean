module

public meta import Lean

/-!
Brings the package's definitions here to be run: from the terms that Lean has stored, not from their
text. The package is loaded as data, so that nothing of it decides what is run but these terms: no
notation, instance, attribute or option of it is active, and no code of it has run. What the
compiler has no code for, it gets: recursors by their rules, and functions of Lean's own library
from their stored terms where their code was not shipped.
-/

set_option autoImplicit false

@[expose] public section

open Lean

namespace HarnessRun

/-! The library's generic functions are not used: some Leans ship them without code to run. -/

meta def isIn (n : Name) : List Name → Bool
  | [] => false
  | m :: rest => m == n || isIn n rest

meta def joined : List Name → List Name → List Name
  | [], more => more
  | n :: rest, more => n :: joined rest more

/-- What stands beside a name in a list. -/
meta def beside {α : Type} (n : Name) : List (Name × α) → Option α
  | [] => none
  | (m, a) :: rest => if m == n then some a else beside n rest

meta def numeral : List Char → Nat → Nat
  | [], n => n
  | c :: rest, n => numeral rest (10 * n + (c.toNat - 48))

/-- A term built anew, so that nothing but what it says is kept, with constants exchanged. -/
meta partial def rebuilt (names : List (Name × Name)) : Expr → Expr
  | .bvar i => mkBVar i
  | .sort u => mkSort (level u)
  | .const n us =>
    match beside n names with
    | some m => mkConst m (levels us)
    | none => mkConst n (levels us)
  | .app f a => mkApp (rebuilt names f) (rebuilt names a)
  | .lam n t b i => mkLambda n i (rebuilt names t) (rebuilt names b)
  | .forallE n t b i => mkForall n i (rebuilt names t) (rebuilt names b)
  | .letE n t v b _ => mkLet n (rebuilt names t) (rebuilt names v) (rebuilt names b)
  | .lit (.natVal n) => mkRawNatLit (numeral n.repr.toList 0)
  | .lit (.strVal s) => mkStrLit s
  | .mdata _ e => rebuilt names e
  | .proj s i e => mkProj s i (rebuilt names e)
  | .fvar _ | .mvar _ => mkConst `HarnessRun.malformed
where
  level : Level → Level
    | .zero => levelZero
    | .succ u => mkLevelSucc (level u)
    | .max a b => mkLevelMax (level a) (level b)
    | .imax a b => mkLevelIMax (level a) (level b)
    | .param n => mkLevelParam n
    | .mvar _ => mkLevelParam `malformed
  levels : List Level → List Level
    | [] => []
    | u :: us => level u :: levels us

/-- How far the carrying has come. -/
meta structure State where
  /-- The package, as data. -/
  package : Environment
  /-- Where its definitions are run. -/
  env : Environment
  /-- Constants of Lean's own that others stand for: recursors, and copies of definitions. -/
  names : List (Name × Name) := []
  /-- What cannot be run, and why. -/
  failed : List (Name × String) := []

/-- Ask the compiler; what it complains of. -/
meta def compiled (s : State) (n : Name) : IO (State × String) := do
  let state ← IO.mkRef ({ env := s.env } : Core.State)
  let options := ({} : Options).setBool `compiler.postponeCompile false
  let context : Core.Context :=
    { fileName := "", fileMap := { source := "", positions := #[] }, options }
  match ← (compileDecls #[n] true context state).toBaseIO with
  | .ok _ => return ({ s with env := (← state.get).env }, "")
  | .error (.error _ m) => return (s, ← m.toString)
  | .error _ => return (s, "the compiler gave up")

/-- Add a declaration. The inspector has had the kernel check the original. -/
meta def added (s : State) (d : Declaration) : Except String State :=
  match s.env.addDeclCore 0 d none false with
  -- It is to be run while this file is read, as all that is `meta` is.
  | .ok env => .ok { s with env := marked env (names d) }
  | .error _ => .error "it cannot be added"
where
  names : Declaration → List Name
    | .defnDecl v => [v.name]
    | .axiomDecl v => [v.name]
    | _ => []
  marked (env : Environment) : List Name → Environment
    | [] => env
    | n :: rest => marked (markMeta env n) rest

/-- What `e` cites, in what it computes and in its types. -/
meta def cited (e : Expr) : List Name := e.getUsedConstants.toList

meta def fail (s : State) (n : Name) (why : String) : State :=
  { s with failed := (n, why) :: s.failed }

/-- A recursor's first `n` arguments put in; the bodies of its rules are functions of them. -/
meta def below : Nat → Expr → Expr
  | 0, e => e
  | n + 1, .lam _ _ b _ => below n b
  | _, e => e

/-- `t`, a type with binders, as a function of the same binders. -/
meta def overBinders : Expr → Expr → Expr
  | .forallE n t b i, body => mkLambda n i t (overBinders b body)
  | _, body => body

/-- `f #from … #(from - count + 1)`: variables from the outermost on. -/
meta def withVariables (f : Expr) (first : Nat) : Nat → Expr
  | 0 => f
  | count + 1 => mkApp (withVariables f first count) (mkBVar (first - count))

/-- The rules are stated below parameters, motives and minor premises; `shift` more binders stand
between those and where they are used. -/
meta def withRules (shift heads : Nat) : List RecursorRule → Expr → Expr
  | [], f => f
  | rule :: rest, f =>
    let case := (below heads rule.rhs).liftLooseBVars 0 shift
    withRules shift heads rest (mkApp f case)

meta def parameters : List Name → List Level
  | [] => []
  | u :: us => mkLevelParam u :: parameters us

/-- A function that computes what a recursor does, by its rules: cases, and itself. -/
meta def recursor (s : State) (own : Name) (v : RecursorVal) : Option Declaration :=
  match v.name with
  | .str type "rec" =>
    let heads := v.numParams + v.numMotives + v.numMinors
    let count := heads + v.numIndices + 1
    let last := count - 1
    let cases := mkConst (.str type "casesOn") (parameters v.levelParams)
    let f := withVariables cases last v.numParams
    let f := mkApp f (mkBVar (last - v.numParams))
    let f := withVariables f (v.numIndices) (v.numIndices + 1)
    let f := withRules (v.numIndices + 1) heads v.rules f
    let value := overBinders v.type f
    let names := (v.name, own) :: s.names
    let d : DefinitionVal :=
      { name := own, levelParams := v.levelParams, type := rebuilt names v.type,
        value := rebuilt names value, hints := .opaque, safety := .unsafe }
    if v.numMotives == 1 then some (.defnDecl d) else none
  | _ => none

/-- Whether it is a recursor that the compiler knows, or one of a proposition. -/
meta def isLogical (env : Environment) : Name → Bool
  | .str type _ =>
    match env.find? type with
    | some (.inductInfo v) => isProp v.type
    | _ => true
  | _ => true
where
  isProp : Expr → Bool
    | .forallE _ _ b _ => isProp b
    | .sort .zero => true
    | _ => false

/-- Roots of what acts on the world: a definition that rests on these is not run. -/
meta def acts (n : Name) : Bool :=
  isIn n.getRoot [`IO, `BaseIO, `EIO, `ST, `EST, `HarnessRun]

meta def constructors (s : State) : List Name → List Constructor
  | [] => []
  | n :: rest =>
    match s.package.find? n with
    | some c => { name := n, type := rebuilt [] c.type } :: constructors s rest
    | none => constructors s rest

meta def types (s : State) : List Name → List InductiveType
  | [] => []
  | n :: rest =>
    match s.package.find? n with
    | some (.inductInfo v) =>
      { name := n, type := rebuilt [] v.type, ctors := constructors s v.ctors } :: types s rest
    | _ => types s rest

meta def typesOf (s : State) : List Name → List Name
  | [] => []
  | n :: rest =>
    match s.package.find? n with
    | some c => joined (cited c.type) (typesOf s rest)
    | none => typesOf s rest

/-- The first of these that cannot be run. -/
meta def firstFailed (s : State) : List Name → Option (Name × String)
  | [] => none
  | n :: rest =>
    match beside n s.failed with
    | some why => some (n, why)
    | none => firstFailed s rest

/-- Whether Lean computes it by other means than its term. -/
meta def isPrimitive (env : Environment) (n : Name) : Bool :=
  isExtern env n || (Compiler.getImplementedBy? env n).isSome

meta def copyOf (s : State) (v : DefinitionVal) (name : Name) : Declaration :=
  let type := rebuilt s.names v.type
  let value := rebuilt s.names v.value
  .defnDecl { name, levelParams := v.levelParams, type, value, hints := v.hints, safety := .unsafe }

/-- Whether the package has a constant of its own by the name of one that is here already: more of
Lean is loaded here than the package imports. -/
meta def isTaken (s : State) (n : Name) : Bool :=
  match s.env.getModuleIdxFor? n, s.package.getModuleIdxFor? n with
  | some _, some i =>
    let home := s.package.header.moduleNames.getD i.toNat .anonymous
    !isIn home.getRoot [`Init, `Std, `Lean, `Lake]
  | _, _ => false

/-- Whether the compiler can call it. -/
meta def runs (s : State) (v : DefinitionVal) : IO Bool := do
  let own := `HarnessRun.tried ++ v.name
  let value := mkConst v.name (parameters v.levelParams)
  let d : DefinitionVal :=
    { v with name := own, value, hints := .opaque, safety := .unsafe }
  match added s (.defnDecl d) with
  | .ok tried => return (← compiled tried own).2 == ""
  | .error _ => return false

/-- Whether it is what Lean makes under the name `casesOn`: the compiler looks at no such term, and
takes the cases, and what each is given, by their places. -/
meta def isCases (env : Environment) (type : Name) (v : DefinitionVal) : Bool :=
  match mkCasesOnImp env.toKernelEnv type with
  | .ok (.defnDecl made) =>
    rebuilt [] made.type == rebuilt [] v.type && rebuilt [] made.value == rebuilt [] v.value
  | _ => false

mutual

/-- Bring a constant here with all that it rests on, those first. -/
meta partial def carry (path : List Name) (s : State) (n : Name) : IO State := do
  if (beside n s.failed).isSome then return s
  if acts n then return fail s n "it acts on the world, or has a name of the runner's own"
  if isTaken s n then return fail s n "Lean has another constant of this name"
  if s.env.contains n then return s
  if isIn n path then return fail s n "it rests on itself"
  match s.package.find? n with
  | some (.defnInfo v) => carryDefinition path s v
  | some (.inductInfo v) =>
    let s ← all (n :: path) s (without v.all (typesOf s (joined v.all (constructorNames s v.all))))
    orFail s n (added s (.inductDecl v.levelParams v.numParams (types s v.all) v.isUnsafe))
  | some (.ctorInfo v) => carry path s v.induct
  | some (.recInfo v) => all path s v.all
  | some c => do
    -- Proofs are not run; what has no value cannot be.
    let s ← all (n :: path) s (cited c.type)
    let type := rebuilt [] c.type
    let d : AxiomVal := { name := n, levelParams := c.levelParams, type, isUnsafe := true }
    orFail s n (added s (.axiomDecl d))
  | none => return fail s n "Lean does not have it"
where
  orFail (s : State) (n : Name) : Except String State → IO State
    | .ok s => return s
    | .error why => return fail s n why
  constructorNames (s : State) : List Name → List Name
    | [] => []
    | n :: rest =>
      match s.package.find? n with
      | some (.inductInfo v) => joined v.ctors (constructorNames s rest)
      | _ => constructorNames s rest
  without (these : List Name) : List Name → List Name
    | [] => []
    | n :: rest => if isIn n these then without these rest else n :: without these rest

meta partial def all (path : List Name) (s : State) : List Name → IO State
  | [] => return s
  | n :: rest => do all path (← carry path s n) rest

meta partial def carryDefinition (path : List Name) (s : State) (v : DefinitionVal) : IO State := do
  let s ← all (v.name :: path) s (joined (cited v.type) (cited v.value))
  match v.name with
  | .str type "casesOn" =>
    if !isCases s.env type v then return fail s v.name "it is not what Lean makes under this name"
    match s.env.addDeclCore 0 (copyOf s v v.name) none false with
    | .ok env => return { s with env := markAuxRecursor env v.name }
    | .error _ => return fail s v.name "it cannot be added"
  | _ => run path s v v.name

/-- Add a definition under a name, and have the compiler make code of it. -/
meta partial def run (path : List Name) (s : State) (v : DefinitionVal) (name : Name) :
    IO State := do
  if v.safety != .safe then return fail s name "it is not safe"
  match firstFailed s (cited v.value) with
  | some (_, why) => return fail s name why
  | none => pure ()
  let s ← recursors s (cited v.value)
  match added s (copyOf s v name) with
  | .error why => return fail s name why
  | .ok tried => do
    let (done, complaint) ← compiled tried name
    if complaint == "" then return done
    -- Once more, with what Lean's library has no code for.
    let s ← copies (v.name :: path) s (cited v.value)
    match added s (copyOf s v name) with
    | .error why => return fail s name why
    | .ok tried => do
      let (done, second) ← compiled tried name
      if second == "" then return done
      return fail s name complaint

meta partial def recursors (s : State) : List Name → IO State
  | [] => return s
  | n :: rest => do
    match beside n s.names, s.env.find? n with
    | none, some (.recInfo v) =>
      if isLogical s.env n then recursors s rest else do
      let s ← carry [] s (.str n.getPrefix "casesOn")
      let own := `HarnessRun.made ++ n
      match recursor s own v with
      | none => recursors s rest
      | some d =>
        match added s d with
        | .error _ => recursors s rest
        | .ok tried => do
          let (done, complaint) ← compiled { tried with names := (n, own) :: s.names } own
          recursors (if complaint == "" then done else s) rest
    | _, _ => recursors s rest

meta partial def copies (path : List Name) (s : State) : List Name → IO State
  | [] => return s
  | n :: rest => do
    match beside n s.names, s.package.find? n with
    | none, some (.defnInfo v) =>
      -- What is not imported here is the package's, and was carried.
      if isIn n path || isPrimitive s.env n || (s.env.getModuleIdxFor? n).isNone then
        copies path s rest
      else if ← runs s v then copies path s rest
      else do
      let own := `HarnessRun.made ++ n
      let tried ← run path s v own
      match beside own tried.failed with
      | some _ => copies path s rest
      | none => copies path { tried with names := (n, own) :: tried.names } rest
    | _, _ => copies path s rest

end

/-! What is brought here, and which of it cannot be run. -/

/-- A text without the ends of lines. -/
meta def oneLine (text : String) : String := from_ text.toList ""
where
  from_ : List Char → String → String
    | [], done => done
    | c :: rest, done => from_ rest (done.push (if c.toNat < 32 then ' ' else c))

meta def report (out : IO.FS.Handle) (s : State) : List Name → Nat → IO Unit
  | [], _ => pure ()
  | n :: rest, i => do
    match beside n s.failed with
    | some why => out.putStrLn ("failed " ++ i.repr ++ " " ++ oneLine why)
    | none => pure ()
    report out s rest (i + 1)

/-- The environment with the definitions `wanted` of the package; tells what cannot be run. -/
meta def carried (env : Environment) (modules wanted : List Name) : IO Environment := do
  let package ← importModules (imports modules).toArray {} 0 (level := .private)
  let s ← all [] { package, env } wanted
  let out ← IO.FS.Handle.mk "answer.txt" .write
  report out s wanted 0
  out.flush
  return s.env
where
  imports : List Name → List Import
    | [] => []
    | n :: rest => { module := n, importAll := true } :: imports rest

end HarnessRun
