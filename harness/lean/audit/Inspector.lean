module

public meta import Lean

/-!
Looks into a built package from outside. The package is loaded as data: none of its notation,
macros, instances, coercions or options is active here, so none can bend what is printed or
compared. Reads `request.txt`, and writes `answer.txt`, in lines of fields that tabs separate.

The library's generic functions on lists are not used: some Leans ship them without code to run.
-/

open Lean

-- reference definitions

namespace Harness

/-! ## Lists -/

meta def reversed {α : Type} : List α → List α → List α
  | [], done => done
  | a :: rest, done => reversed rest (a :: done)

meta def joined {α : Type} : List α → List α → List α
  | [], more => more
  | a :: rest, more => a :: joined rest more

meta def count {α : Type} : List α → Nat
  | [] => 0
  | _ :: rest => count rest + 1

/-! ## Text -/

meta def escape : List Char → String → String
  | [], done => done
  | '\\' :: rest, done => escape rest (done ++ "\\\\")
  | '\t' :: rest, done => escape rest (done ++ "\\t")
  | '\n' :: rest, done => escape rest (done ++ "\\n")
  | ' ' :: rest, done => escape rest (done ++ "\\s")
  | c :: rest, done => escape rest (done.push c)

meta def textFrom : List Char → String → String
  | [], done => done
  | c :: rest, done => textFrom rest (done.push c)

meta def textOf (characters : List Char) : String := textFrom characters ""

/-- One part of a name. What could be taken for more than one part (`«A.b»` is one), for a number
or for nothing is marked, so that two names never have one text. -/
meta def partText (part : String) : String :=
  match part.toList with
  | [] => "\\e"
  | c :: rest =>
    let text := escapeDots (escape (c :: rest) "").toList ""
    if c.isDigit then "\\#" ++ text else text
where
  escapeDots : List Char → String → String
    | [], done => done
    | '.' :: rest, done => escapeDots rest (done ++ "\\d")
    | c :: rest, done => escapeDots rest (done.push c)

meta def nameText : Name → String
  | .anonymous => ""
  | .str .anonymous s => partText s
  | .str p s => nameText p ++ "." ++ partText s
  | .num p n => nameText p ++ "." ++ n.repr

meta def namesText : List Name → String → String
  | [], done => done
  | n :: rest, done => namesText rest (done ++ " " ++ nameText n)

/-- The pieces of a text between separators. -/
meta def pieces (separator : Char) : List Char → String → List String → List String
  | [], piece, done => reversed (piece :: done) []
  | c :: rest, piece, done =>
    if c == separator then pieces separator rest "" (piece :: done)
    else pieces separator rest (piece.push c) done

meta def split (separator : Char) (text : String) : List String :=
  pieces separator text.toList "" []

meta def number : List Char → Nat → Nat
  | [], n => n
  | c :: rest, n => number rest (10 * n + (c.toNat - 48))

meta def nameOf : List String → Name → Name
  | [], n => n
  | s :: rest, n => nameOf rest (.str n s)

meta def readName (text : String) : Name := nameOf (split '.' text) .anonymous

/-! ## Expressions as text

The form is for fingerprints: names of bound variables, and nothing else that has no meaning, are
left out. -/

meta def levelText : Level → String
  | .zero => "0"
  | .succ l => "+" ++ levelText l
  | .max a b => "(max " ++ levelText a ++ " " ++ levelText b ++ ")"
  | .imax a b => "(imax " ++ levelText a ++ " " ++ levelText b ++ ")"
  | .param n => nameText n
  | .mvar _ => "?"

meta def exprText : Expr → String → String
  | .bvar i, done => done ++ "#" ++ i.repr
  | .sort l, done => done ++ "*" ++ levelText l
  | .const n _, done => done ++ nameText n
  | .app f a, done => exprText a (exprText f (done ++ "(") ++ " ") ++ ")"
  | .lam _ t b _, done => exprText b (exprText t (done ++ "(λ ") ++ " ") ++ ")"
  | .forallE _ t b _, done => exprText b (exprText t (done ++ "(∀ ") ++ " ") ++ ")"
  | .letE _ t v b _, done =>
    exprText b (exprText v (exprText t (done ++ "(let ") ++ " ") ++ " ") ++ ")"
  | .lit (.natVal n), done => done ++ n.repr
  | .lit (.strVal s), done => done ++ "\"" ++ escape s.toList "" ++ "\""
  | .mdata _ e, done => exprText e done
  | .proj s i e, done => exprText e (done ++ "(" ++ nameText s ++ "." ++ i.repr ++ " ") ++ ")"
  | .fvar _, done => done ++ "?"
  | .mvar _, done => done ++ "?"

/-! The same with the names of bound variables and without loss, in prefix notation: for whoever
reads a statement back. -/

meta def exprWords : Expr → String → String
  | .bvar i, done => done ++ " #" ++ i.repr
  | .sort l, done => done ++ " *" ++ escape (levelText l).toList ""
  | .const n _, done => done ++ " !" ++ nameText n
  | .app f a, done => exprWords a (exprWords f (done ++ " @"))
  | .lam n t b _, done => exprWords b (exprWords t (done ++ " L" ++ nameText n))
  | .forallE n t b _, done => exprWords b (exprWords t (done ++ " P" ++ nameText n))
  | .letE n t v b _, done => exprWords v (exprWords b (exprWords t (done ++ " @ L" ++ nameText n)))
  | .lit (.natVal n), done => done ++ " =" ++ n.repr
  | .lit (.strVal s), done => done ++ " \"" ++ escape s.toList ""
  | .mdata _ e, done => exprWords e done
  | .proj s i e, done => exprWords e (done ++ " ." ++ nameText s ++ "." ++ i.repr)
  | .fvar _, done => done ++ " ?"
  | .mvar _, done => done ++ " ?"

/-! ## What the package declares -/

meta def kindOf : ConstantInfo → String
  | .thmInfo _ => "theorem"
  | .defnInfo _ => "definition"
  | .axiomInfo _ => "axiom"
  | .opaqueInfo _ => "opaque"
  | .quotInfo _ => "quotient"
  | .inductInfo _ => "inductive"
  | .ctorInfo _ => "constructor"
  | .recInfo _ => "recursor"

meta def originalKind (env : Environment) (n : Name) : String :=
  match getOriginalConstKind? env n with
  | some .axiom => "axiom"
  | some .thm => "theorem"
  | some .defn => "definition"
  | some _ => "other"
  | none => ""

meta def marks (env : Environment) (n : Name) (c : ConstantInfo) : String :=
  (if c.isUnsafe then " unsafe" else "") ++
  (if c.isPartial then " partial" else "") ++
  (if (Compiler.getImplementedBy? env n).isSome then " implemented_by" else "") ++
  (if isExtern env n then " extern" else "")

meta def usedInValue (c : ConstantInfo) : List Name :=
  match c with
  | .thmInfo v => v.value.getUsedConstants.toList
  | .defnInfo v => v.value.getUsedConstants.toList
  | .opaqueInfo v => v.value.getUsedConstants.toList
  | .inductInfo v => joined v.ctors v.all
  | .ctorInfo v => [v.induct]
  | .recInfo v => v.all
  | _ => []

meta def structure? (c : ConstantInfo) : String :=
  match c with
  | .thmInfo v => exprText v.type ""
  | .defnInfo v => exprText v.value (exprText v.type "" ++ " := ")
  | c => exprText c.type ""

/-- The axioms among what is cited. A library that ships no proofs shows its theorems as axioms;
what they were is remembered apart. -/
meta partial def describeAxioms (out : IO.FS.Handle) (env : Environment) : List Name → IO Unit
  | [] => pure ()
  | n :: rest => do
    match env.find? n with
    | some (.axiomInfo _) =>
      let original := originalKind env n
      if original == "axiom" || original == "" then
        out.putStrLn ("cited\t" ++ nameText n ++ "\taxiom\t" ++ original)
    | _ => pure ()
    describeAxioms out env rest

meta partial def describe (out : IO.FS.Handle) (env : Environment) (module : Name) : List Name → IO Unit
  | [] => pure ()
  | n :: rest => do
    match env.find? n with
    | none => pure ()
    | some c =>
      out.putStrLn ("constant\t" ++ nameText n ++ "\t" ++ kindOf c ++ "\t" ++ nameText module
        ++ "\t" ++ marks env n c
        ++ "\t" ++ namesText c.type.getUsedConstants.toList ""
        ++ "\t" ++ namesText (usedInValue c) ""
        ++ "\t" ++ structure? c)
      describeAxioms out env c.type.getUsedConstants.toList
      describeAxioms out env (usedInValue c)
    describe out env module rest

meta partial def isIn (n : Name) : List Name → Bool
  | [] => false
  | m :: rest => m == n || isIn n rest

/-- Whether a module comes with Lean itself, which vouches for it. -/
meta def isCore (m : Name) : Bool :=
  let root := m.getRoot
  root == `Init || root == `Std || root == `Lean || root == `Lake

/-- The package's modules and those of other packages, with the names of what they declare. -/
meta partial def modulesFrom (env : Environment) (wanted : List Name) (i : Nat)
    (done : List (Name × List Name)) : List (Name × List Name) :=
  if i < env.header.moduleNames.size then
    let m := env.header.moduleNames[i]!
    let d := env.header.moduleData[i]!
    if isIn m wanted || !isCore m then modulesFrom env wanted (i + 1) ((m, d.constNames.toList) :: done)
    else modulesFrom env wanted (i + 1) done
  else reversed done []

/-- An entry of the compiler's table of replacements, which is stored without its type. -/
meta unsafe def replacementOf (e : EnvExtensionEntry) : ScopedEnvExtension.Entry Compiler.CSimp.Entry :=
  unsafeCast e

/-- The theorems by which the compiler runs one function in place of another. -/
meta unsafe def describeReplacements (out : IO.FS.Handle) (entries : Array EnvExtensionEntry)
    (i : Nat) : IO Unit := do
  if h : i < entries.size then
    match replacementOf entries[i] with
    | .global e => out.putStrLn ("csimp\t" ++ nameText e.thmName ++ "\t" ++ nameText e.fromDeclName)
    | .scoped _ e => out.putStrLn ("csimp\t" ++ nameText e.thmName ++ "\t" ++ nameText e.fromDeclName)
    describeReplacements out entries (i + 1)

meta unsafe def findReplacements (out : IO.FS.Handle) (tables : Array (Name × Array EnvExtensionEntry))
    (i : Nat) : IO Unit := do
  if h : i < tables.size then
    match tables[i] with
    | (n, entries) => if n == `Lean.Compiler.CSimp.ext then describeReplacements out entries 0
    findReplacements out tables (i + 1)

meta unsafe def describeModules (out : IO.FS.Handle) (env : Environment) (wanted : List Name)
    (i : Nat) : IO Unit := do
  if i < env.header.moduleNames.size then
    let m := env.header.moduleNames[i]!
    if isIn m wanted || !isCore m then findReplacements out env.header.moduleData[i]!.entries 0
    describeModules out env wanted (i + 1)

meta partial def describeAll (out : IO.FS.Handle) (env : Environment) : List (Name × List Name) → IO Unit
  | [] => pure ()
  | (m, names) :: rest => do
    describe out env m names
    describeAll out env rest

/-! ## Statements, to be read back -/

meta partial def isSortValued : Expr → Bool
  | .forallE _ _ b _ => isSortValued b
  | .mdata _ e => isSortValued e
  | .sort _ => true
  | _ => false

meta def state (out : IO.FS.Handle) (n : Name) (c : ConstantInfo) : IO Unit :=
  out.putStrLn <| "stated\t" ++ nameText n ++ "\t" ++ exprWords c.type "" ++ "\t" ++
    match c with
    | .defnInfo v => exprWords v.value ""
    | _ => ""

meta partial def stateAll (out : IO.FS.Handle) (full : Environment) : List Name → IO Unit
  | [] => pure ()
  | n :: rest => do
    match full.find? n with
    | some c => state out n c
    | none => pure ()
    stateAll out full rest

/-- Definitions that stand for types or propositions, which statements are read through. -/
meta partial def stateTypes (out : IO.FS.Handle) (full : Environment) : List (Name × List Name) → IO Unit
  | [] => pure ()
  | (_, names) :: rest => do
    each names
    stateTypes out full rest
where
  each : List Name → IO Unit
    | [] => pure ()
    | n :: rest => do
      match full.find? n with
      | some (.defnInfo v) => if isSortValued v.type then state out n (.defnInfo v)
      | _ => pure ()
      each rest

/-! ## Replay

Every declaration is given to the kernel again, from its stored terms, in an environment that holds
nothing of the package but what the kernel accepted before. -/

meta def failure : Kernel.Exception → String
  | .unknownConstant _ n => "unknown constant " ++ nameText n
  | .alreadyDeclared _ n => "already declared " ++ nameText n
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

meta def give (env : Kernel.Environment) (d : Declaration) : Except Kernel.Exception Kernel.Environment :=
  env.addDeclCore 0 d none

meta partial def constructors (full : Environment) : List Name → List Constructor
  | [] => []
  | n :: rest =>
    match full.find? n with
    | some c => { name := n, type := c.type } :: constructors full rest
    | none => constructors full rest

meta partial def inductives (full : Environment) : List Name → List InductiveType
  | [] => []
  | n :: rest =>
    match full.find? n with
    | some (.inductInfo v) =>
      { name := n, type := v.type, ctors := constructors full v.ctors } :: inductives full rest
    | _ => inductives full rest

meta def declarationOf (full : Environment) : ConstantInfo → Option Declaration
  | .thmInfo v => some (.thmDecl v)
  | .defnInfo v => some (.defnDecl v)
  | .axiomInfo v => some (.axiomDecl v)
  | .opaqueInfo v => some (.opaqueDecl v)
  | .inductInfo v =>
    some (.inductDecl v.levelParams v.numParams (inductives full v.all) v.isUnsafe)
  | _ => none

meta partial def typeOfInductives (full : Environment) : List Name → List Name
  | [] => []
  | n :: rest =>
    match full.find? n with
    | some c => joined c.type.getUsedConstants.toList (typeOfInductives full rest)
    | none => typeOfInductives full rest

meta partial def dependencies (full : Environment) (c : ConstantInfo) : List Name :=
  match c with
  | .ctorInfo v => [v.induct]
  | .recInfo v => v.all
  | .inductInfo v => removed v.all (typeOfInductives full (joined v.all v.ctors))
  | c => joined c.type.getUsedConstants.toList (usedInValue c)
where
  removed (own : List Name) : List Name → List Name
    | [] => []
    | n :: rest => if isIn n own then removed own rest else n :: removed own rest

meta partial def replay (out : IO.FS.Handle) (full : Environment) (path : List Name) (env : Kernel.Environment)
    (n : Name) : IO Kernel.Environment := do
  if (env.find? n).isSome then return env
  match full.find? n with
  | none => return env
  | some c =>
    if isIn n path then
      out.putStrLn ("replay\t" ++ nameText n ++ "\trefused\tit rests on itself")
      return env
    if c.isUnsafe || c.isPartial then
      out.putStrLn ("replay\t" ++ nameText n ++ "\tskipped\tunsafe")
      return env
    let env ← all (n :: path) (dependencies full c) env
    if (env.find? n).isSome then return env
    match declarationOf full c with
    | none =>
      out.putStrLn ("replay\t" ++ nameText n ++ "\trefused\tthe kernel makes no such constant")
      return env
    | some d =>
      match give env d with
      | .ok env =>
        out.putStrLn ("replay\t" ++ nameText n ++ "\taccepted\t")
        return env
      | .error e =>
        out.putStrLn ("replay\t" ++ nameText n ++ "\trefused\t" ++ escape (failure e).toList "")
        return env
where
  all (path : List Name) : List Name → Kernel.Environment → IO Kernel.Environment
    | [], env => return env
    | n :: rest, env => do
      let env ← replay out full path env n
      all path rest env

meta partial def replayAll (out : IO.FS.Handle) (full : Environment) :
    List (Name × List Name) → Kernel.Environment → IO Kernel.Environment
  | [], env => return env
  | (_, names) :: rest, env => do
    let env ← replay.all out full [] names env
    replayAll out full rest env

/-! ## Comparison

An item is a closed statement and its proof, both written out in postfix notation; the kernel
accepts it or not. -/

/-- Level parameters in the order in which they appear as types of types in a statement. -/
meta partial def levelOrder : Expr → List Name → List Name
  | .forallE _ (.sort (.succ (.param u))) b _, done =>
    levelOrder b (if isIn u done then done else u :: done)
  | .forallE _ (.sort (.param u)) b _, done =>
    levelOrder b (if isIn u done then done else u :: done)
  | .forallE _ _ b _, done => levelOrder b done
  | .mdata _ e, done => levelOrder e done
  | _, done => reversed done []

meta def readLevel (text : String) : Level :=
  match text.toList with
  | ['0'] => levelZero
  | '+' :: ['0'] => mkLevelSucc levelZero
  | '+' :: u => mkLevelSucc (mkLevelParam (.str .anonymous (textOf u)))
  | _ => mkLevelParam (.str .anonymous text)

meta partial def readLevels : List String → List Level
  | [] => []
  | t :: rest => readLevel t :: readLevels rest

meta partial def levelFor (u : Name) : List Name → List Level → Option Level
  | n :: names, l :: levels => if n == u then some l else levelFor u names levels
  | _, _ => none

meta partial def levelsFor (order : List Name) (levels : List Level) : List Name → List Level
  | [] => []
  | u :: rest =>
    match levelFor u order levels with
    | some l => l :: levelsFor order levels rest
    | none => mkLevelParam `unknown :: levelsFor order levels rest

/-- `name:levels`, the levels in the order of the types that the constant takes. -/
meta def readConstant (env : Kernel.Environment) (text : String) : Expr :=
  match split ':' text with
  | [name, levels] =>
    let n := readName name
    let given := if levels == "" then [] else readLevels (split ',' levels)
    match env.find? n with
    | none => mkConst n given
    | some c =>
      let order := levelOrder c.type []
      if count order == count c.levelParams && count given == count order then
        mkConst n (levelsFor order given c.levelParams)
      else mkConst n given
  | _ => mkConst `malformed []

/-- The type of a constant at some levels. -/
meta def typeOf (env : Kernel.Environment) : Expr → Expr
  | .const n levels =>
    match env.find? n with
    | some c => c.type.instantiateLevelParams c.levelParams levels
    | none => mkConst n levels
  | e => e

meta partial def readExpr (env : Kernel.Environment) : List String → List Expr → Option Expr
  | [], [e] => some e
  | [], _ => none
  | t :: rest, stack =>
    match t.toList, stack with
    | ['@'], a :: f :: stack => readExpr env rest (mkApp f a :: stack)
    | ['L'], b :: t :: stack => readExpr env rest (mkLambda `x .default t b :: stack)
    | ['P'], b :: t :: stack => readExpr env rest (mkForall `x .default t b :: stack)
    | ['*'], stack => readExpr env rest (mkSort levelZero :: stack)
    | '*' :: u, stack => readExpr env rest (mkSort (mkLevelSucc (readLevel (textOf u))) :: stack)
    | '#' :: i, stack => readExpr env rest (mkBVar (number i 0) :: stack)
    | '=' :: n, stack => readExpr env rest (mkRawNatLit (number n 0) :: stack)
    | '!' :: c, stack => readExpr env rest (readConstant env (textOf c) :: stack)
    | '%' :: c, stack => readExpr env rest (typeOf env (readConstant env (textOf c)) :: stack)
    | _, _ => none

meta partial def readNames : List String → List Name
  | [] => []
  | "" :: rest => readNames rest
  | t :: rest => .str .anonymous t :: readNames rest

meta def compare (out : IO.FS.Handle) (env : Kernel.Environment) (id levels statement proof : String) : IO Unit := do
  match readExpr env (split ' ' statement) [], readExpr env (split ' ' proof) [] with
  | some type, some value =>
    let name := Name.str (.str .anonymous "harness comparison") id
    match give env (.thmDecl { name, levelParams := readNames (split ' ' levels), type, value }) with
    | .ok _ => out.putStrLn ("compared\t" ++ id ++ "\taccepted\t")
    | .error e =>
      out.putStrLn ("compared\t" ++ id ++ "\trefused\t" ++ escape (failure e).toList "")
  | _, _ => out.putStrLn ("compared\t" ++ id ++ "\tmalformed\t")

/-! ## The request -/

meta structure Request where
  modules : List Name
  imports : List Name
  base : List Name
  reference : List Name
  statements : List Name
  items : List (List String)

meta partial def readRequest : List String → Request → Request
  | [], r => r
  | line :: rest, r =>
    readRequest rest <| match split '\t' line with
    | ["module", n] => { r with modules := readName n :: r.modules }
    | ["import", n] => { r with imports := readName n :: r.imports }
    | ["base", n] => { r with base := readName n :: r.base }
    | ["reference", n] => { r with reference := readName n :: r.reference }
    | ["state", n] => { r with statements := readName n :: r.statements }
    | "compare" :: fields => { r with items := fields :: r.items }
    | _ => r

meta partial def importsOf (names : List Name) (done : Array Import) : Array Import :=
  match names with
  | [] => done
  | n :: rest => importsOf rest (done.push { module := n, importAll := true })

meta partial def compareAll (out : IO.FS.Handle) (env : Kernel.Environment) : List (List String) → IO Unit
  | [] => pure ()
  | [id, levels, statement, proof] :: rest => do
    compare out env id levels statement proof
    compareAll out env rest
  | _ :: rest => do
    out.putStrLn "malformed\titem"
    compareAll out env rest

meta unsafe def inspect (own : Environment) : IO Unit := do
  let out ← IO.FS.Handle.mk "answer.txt" .write
  let text ← IO.FS.readFile "request.txt"
  let r := readRequest (split '\n' text) ⟨[], [], [], [], [], []⟩
  let full ← importModules (importsOf (joined r.base (joined r.imports r.modules)) #[]) {} 0 (level := .private)
  let modules := modulesFrom full r.modules 0 []
  describeAll out full modules
  describeModules out full r.modules 0
  match r.statements with
  | [] => pure ()
  | names => do
    stateAll out full names
    stateTypes out full modules
  let base ← importModules (importsOf r.base #[]) {} 0 (level := .private)
  -- The references first: a package that declares one of their names must not replace it.
  let env ← replay.all out own [] r.reference base.toKernelEnv
  let env ← replayAll out full modules env
  compareAll out env r.items
  out.putStrLn "end"
  out.flush

end Harness

run_cmd
  let own ← getEnv
  Harness.inspect own
