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
    ("extern", isExtern env n)]

/-- What the parts of a theorem say whose conclusion is made with ∧ or ↔, each with its proof by that
theorem; none of any other. They are called as Lean calls them when it takes them of a proof. A
hypothesis with ∧ of a part that ↔ gives is two. -/
meta partial def partsOf (name : Name) (type value : Expr) (isPart : Bool) :
    List (Name × Expr × Expr) :=
  match type with
  | .mdata _ t => partsOf name t value isPart
  | .app (.app (.const `And []) a) b => joined
    (partsOf (.str name "left") a (.proj `And 0 value) true)
    (partsOf (.str name "right") b (.proj `And 1 value) true)
  | .app (.app (.const `Iff []) a) b => joined
    (partsOf (.str name "mp") (given a b) (.proj `Iff 0 value) true)
    (partsOf (.str name "mpr") (given b a) (.proj `Iff 1 value) true)
  | .forallE x t b info =>
    match isPart && !b.hasLooseBVar 0, t with
    | true, .app (.app (.const `And []) p) q =>
      let both := mkApp4 (mkConst `And.intro) (up 2 p) (up 2 q) (.bvar 1) (.bvar 0)
      partsOf name (.forallE x p (.forallE x (up 1 q) (up 1 b) info) info)
        (.lam x p (.lam x (up 1 q) (.app (up 2 value) both) info) info) true
    | _, _ => mapped (fun (n, b, v) => (n, .forallE x t b info, .lam x t v info))
      (partsOf name b (.app (up 1 value) (.bvar 0)) isPart)
  | _ => if isPart then [(name, type, value)] else []
where
  up (by_ : Nat) (e : Expr) : Expr := e.liftLooseBVars 0 by_
  given (a b : Expr) : Expr := .forallE `h a (up 1 b) .default

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
