/-! What the package declares. -/

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
meta def describeAxiom (out : IO.FS.Handle) (env : Environment) (n : Name) : IO Unit :=
  match env.find? n with
  | some (.axiomInfo _) => do
    let original := originalKind env n
    if original == "axiom" || original == "" then
      say out ["cited", nameText n, "axiom", original]
  | _ => pure ()

meta def describe (out : IO.FS.Handle) (env : Environment) (module n : Name) : IO Unit :=
  match env.find? n with
  | none => pure ()
  | some c => do
    let stated := c.type.getUsedConstants.toList
    let used := usedInValue c
    say out ["constant", nameText n, kindOf c, nameText module, marks env n c,
      namesText stated, namesText used, structure? c]
    each (describeAxiom out env) stated
    each (describeAxiom out env) used

/-- Whether a module comes with Lean itself, which vouches for it. -/
meta def isCore (m : Name) : Bool :=
  isIn m.getRoot [`Init, `Std, `Lean, `Lake]

/-- The package's modules and those of other packages. -/
meta partial def modulesFrom (env : Environment) (wanted : List Name) (i : Nat) :
    List (Name × ModuleData) :=
  if i < env.header.moduleNames.size then
    let m := env.header.moduleNames[i]!
    let rest := modulesFrom env wanted (i + 1)
    if isIn m wanted || !isCore m then (m, env.header.moduleData[i]!) :: rest else rest
  else []

/-- An entry of the compiler's table of replacements, which is stored without its type. -/
meta unsafe def replacementOf (e : EnvExtensionEntry) :
    ScopedEnvExtension.Entry Compiler.CSimp.Entry :=
  unsafeCast e

/-- The theorems by which the compiler runs one function in place of another. -/
meta unsafe def describeReplacement (out : IO.FS.Handle) (e : EnvExtensionEntry) : IO Unit :=
  match replacementOf e with
  | .global e | .scoped _ e => say out ["csimp", nameText e.thmName, nameText e.fromDeclName]

meta unsafe def describeReplacements (out : IO.FS.Handle) (module : ModuleData) : IO Unit :=
  each table module.entries.toList
where
  table : Name × Array EnvExtensionEntry → IO Unit
    | (n, entries) =>
      if n == `Lean.Compiler.CSimp.ext then each (describeReplacement out) entries.toList
      else pure ()

/-! Statements, to be read back. -/

meta def isSortValued : Expr → Bool
  | .forallE _ _ b _ => isSortValued b
  | .mdata _ e => isSortValued e
  | .sort _ => true
  | _ => false

meta def state (out : IO.FS.Handle) (n : Name) (c : ConstantInfo) : IO Unit :=
  say out ["stated", nameText n, exprWords c.type "",
    match c with
    | .defnInfo v => exprWords v.value ""
    | _ => ""]

meta def stateNamed (out : IO.FS.Handle) (full : Environment) (n : Name) : IO Unit :=
  match full.find? n with
  | some c => state out n c
  | none => pure ()

/-- A definition that stands for a type or a proposition, which statements are read through. -/
meta def stateType (out : IO.FS.Handle) (full : Environment) (n : Name) : IO Unit :=
  match full.find? n with
  | some (.defnInfo v) => if isSortValued v.type then state out n (.defnInfo v) else pure ()
  | _ => pure ()
