/-! What the package declares, beside its terms. -/

meta def kindOf : ConstantInfo → String
  | .thmInfo _ => "theorem"
  | .defnInfo _ => "definition"
  | .axiomInfo _ => "axiom"
  | .opaqueInfo _ => "opaque"
  | .quotInfo _ => "quotient"
  | .inductInfo _ => "inductive"
  | .ctorInfo _ => "constructor"
  | .recInfo _ => "recursor"

/-- Whether an axiom of Lean's library is one. A library that ships no proofs shows its theorems as
axioms; what they were is remembered apart. -/
meta def isAxiom (env : Environment) (n : Name) : Bool :=
  match getOriginalConstKind? env n with
  | some .axiom => true
  | some _ => false
  | none => true

meta def marks (env : Environment) (n : Name) (c : ConstantInfo) : List String :=
  chosen (fun (word, holds) => if holds then some (quote word) else none) [
    ("unsafe", c.isUnsafe),
    ("partial", c.isPartial),
    ("implemented_by", (Compiler.getImplementedBy? env n).isSome),
    ("extern", isExtern env n),
    ("field", (env.getProjectionFnInfo? n).isSome)]

/-- Whether a module comes with Lean itself, which vouches for it. -/
meta def isCore (m : Name) : Bool :=
  isIn m.getRoot [`Init, `Std, `Lean, `Lake]

/-- Whether what a module declares is believed without its proof: another package's, as fetched. -/
meta def isBelieved (env : Environment) (believed : List Name) (n : Name) : Bool :=
  match env.getModuleIdxFor? n with
  | some i => isIn env.header.moduleNames[i.toNat]!.getRoot believed
  | none => false

/-- The package's modules and those of other packages that are not `believed`. -/
meta partial def modulesFrom (env : Environment) (wanted believed : List Name) (i : Nat) :
    List (Name × ModuleData) :=
  if i < env.header.moduleNames.size then
    let m := env.header.moduleNames[i]!
    let rest := modulesFrom env wanted believed (i + 1)
    if isIn m wanted || !(isCore m || isIn m.getRoot believed) then (m, env.header.moduleData[i]!) :: rest else rest
  else []

/-- An entry of the table of places, which is stored without its type. -/
meta unsafe def placeOf (e : EnvExtensionEntry) : Name × DeclarationRanges := unsafeCast e

/-- Where the declarations of a module stand, by the numbers of their names. -/
meta unsafe def placesIn (s : Store) (places : Table (List Nat)) (module : ModuleData) : IO Unit :=
  each (fun (n, entries) =>
    if n == `Lean.declRangeExt then each one entries.toList else pure ()) module.entries.toList
where
  one (e : EnvExtensionEntry) : IO Unit := do
    let (n, ranges) := placeOf e
    let r := ranges.range
    places.put (← nameIn s n) [r.pos.line, r.pos.column, r.endPos.line, r.endPos.column]

/-- An entry of the compiler's table of replacements, which is stored without its type. -/
meta unsafe def replacementOf (e : EnvExtensionEntry) :
    ScopedEnvExtension.Entry Compiler.CSimp.Entry :=
  unsafeCast e

/-- The theorems by which the compiler runs one function in place of another. -/
meta unsafe def describeReplacement (s : Store) (e : EnvExtensionEntry) : IO Unit :=
  match replacementOf e with
  | .global e | .scoped _ e => do
    let (_, theorem_) ← nameOf s e.thmName
    let (_, replaced) ← nameOf s e.fromDeclName
    say s.out "csimp" ["\"theorem\":" ++ nameText theorem_, "\"replaces\":" ++ nameText replaced]

meta unsafe def describeReplacements (s : Store) (module : ModuleData) : IO Unit :=
  each table module.entries.toList
where
  table : Name × Array EnvExtensionEntry → IO Unit
    | (n, entries) =>
      if n == `Lean.Compiler.CSimp.ext then each (describeReplacement s) entries.toList
      else pure ()
