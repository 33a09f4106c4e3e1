/-! Terms as text, and anew from it. What a package has stored may not be what it says: it carries
hashes and flags that were computed when it was made, and numbers and texts that may be anything in
memory. Each name, level and expression is written down once, by what it is made of; and what is
written is made again from the numbers, digits and characters that were written, by Lean's own
constructors. The kernel is given what was made so, and nothing else. -/

meta def buckets : Nat := 65536

/-- From numbers to values. -/
meta structure Table (α : Type) where
  cells : IO.Ref (Array (List (Nat × α)))

meta def Table.new (α : Type) : IO (Table α) := do
  return { cells := ← IO.mkRef (Array.replicate buckets []) }

meta def Table.within {α : Type} (key : Nat) : List (Nat × α) → Option α
  | [] => none
  | (k, a) :: rest => if k == key then some a else within key rest

meta def Table.find {α : Type} (t : Table α) (key : Nat) : IO (Option α) := do
  let cells ← t.cells.get
  return Table.within key cells[key % buckets]!

meta def Table.put {α : Type} (t : Table α) (key : Nat) (value : α) : IO Unit :=
  t.cells.modify fun cells =>
    cells.set! (key % buckets) ((key, value) :: cells[key % buckets]!)

/-- Everything that was written, and what was made of it. -/
meta structure Store where
  out : IO.FS.Handle
  /-- Numbers of what was written, by the hash of its text. -/
  texts : Table (String × Nat)
  names : IO.Ref (Array Name)
  levels : IO.Ref (Array Level)
  exprs : IO.Ref (Array Expr)
  /-- Numbers of names and expressions by where they lie in memory. Each is kept here, so that
  nothing else can come to lie there. -/
  seenNames : Table (Name × Nat)
  seen : Table (Expr × Nat)

meta def Store.new (out : IO.FS.Handle) : IO Store := do
  return {
    out
    texts := ← Table.new _
    names := ← IO.mkRef #[.anonymous]
    levels := ← IO.mkRef #[.zero]
    exprs := ← IO.mkRef #[]
    seenNames := ← Table.new _
    seen := ← Table.new _ }

/-- Stops the work on one declaration, which is refused for this reason. -/
meta def refuse {α : Type} (reason : String) : IO α := throw (IO.userError reason)

/-- The number of what has this text; written and made now, unless it was before. -/
meta def intern {α : Type} (s : Store) (table : IO.Ref (Array α)) (tag text : String) (make : IO α) :
    IO Nat := do
  let key := text.hash.toNat
  let cells ← s.texts.cells.get
  match known cells[key % buckets]! with
  | some i => return i
  | none =>
    let a ← make
    let i := (← table.get).size
    s.texts.put key (text, i)
    table.modify fun made => made.push a
    s.out.putStrLn ("{\"" ++ tag ++ "\":" ++ i.repr ++ "," ++ text ++ "}")
    return i
where
  known : List (Nat × String × Nat) → Option Nat
    | [] => none
    | (_, t, i) :: rest => if t == text then some i else known rest

/-- The digits of a number, and the number that they are. -/
meta def digits (n : Nat) : IO (String × Nat) := do
  let text := n.repr
  let characters := text.toList
  if count characters == 0 || folded (fun bad c => bad || !c.isDigit) false characters then
    refuse "a number that is none"
  return (text, number characters)

meta unsafe def nameIn (s : Store) (n : Name) : IO Nat := do
  let address := (ptrAddrUnsafe n).toNat / 4
  match ← s.seenNames.find address with
  | some (_, i) => return i
  | none =>
    let i ← match n with
      | .anonymous => pure 0
      | .str p t => do
        let i ← nameIn s p
        intern s s.names "in" ("\"str\":{\"pre\":" ++ i.repr ++ ",\"str\":" ++ quote t ++ "}") do
          return .str (← s.names.get)[i]! (textOf t.toList)
      | .num p k => do
        let i ← nameIn s p
        let (text, k) ← digits k
        intern s s.names "in" ("\"num\":{\"pre\":" ++ i.repr ++ ",\"i\":" ++ text ++ "}") do
          return .num (← s.names.get)[i]! k
    s.seenNames.put address (n, i)
    return i

meta unsafe def levelIn (s : Store) : Level → IO Nat
  | .zero => return 0
  | .succ l => do
    let i ← levelIn s l
    intern s s.levels "il" ("\"succ\":" ++ i.repr) do return .succ (← s.levels.get)[i]!
  | .max a b => do
    let i ← levelIn s a
    let j ← levelIn s b
    intern s s.levels "il" ("\"max\":" ++ numbers [i, j]) do
      let made ← s.levels.get
      return .max made[i]! made[j]!
  | .imax a b => do
    let i ← levelIn s a
    let j ← levelIn s b
    intern s s.levels "il" ("\"imax\":" ++ numbers [i, j]) do
      let made ← s.levels.get
      return .imax made[i]! made[j]!
  | .param n => do
    let i ← nameIn s n
    intern s s.levels "il" ("\"param\":" ++ i.repr) do return .param (← s.names.get)[i]!
  | .mvar _ => refuse "it holds a universe metavariable"

meta def infoText : BinderInfo → String
  | .default => "default"
  | .implicit => "implicit"
  | .strictImplicit => "strictImplicit"
  | .instImplicit => "instImplicit"

meta def binder (kind : String) (n t b : Nat) (info : BinderInfo) : String :=
  "\"" ++ kind ++ "\":{\"name\":" ++ n.repr ++ ",\"type\":" ++ t.repr ++ ",\"body\":" ++ b.repr ++
    ",\"binderInfo\":\"" ++ infoText info ++ "\"}"

meta unsafe def exprIn (s : Store) (e : Expr) : IO Nat := do
  let address := (ptrAddrUnsafe e).toNat / 4
  match ← s.seen.find address with
  | some (_, i) => return i
  | none =>
    let i ← written e
    s.seen.put address (e, i)
    return i
where
  new (text : String) (make : IO Expr) : IO Nat := intern s s.exprs "ie" text make
  at_ (i : Nat) : IO Expr := do return (← s.exprs.get)[i]!
  name (i : Nat) : IO Name := do return (← s.names.get)[i]!
  written : Expr → IO Nat
    | .bvar n => do
      let (text, n) ← digits n
      new ("\"bvar\":" ++ text) (return .bvar n)
    | .sort l => do
      let i ← levelIn s l
      new ("\"sort\":" ++ i.repr) do return .sort (← s.levels.get)[i]!
    | .const n ls => do
      let i ← nameIn s n
      let us ← made (levelIn s) ls
      new ("\"const\":{\"name\":" ++ i.repr ++ ",\"us\":" ++ numbers us ++ "}") do
        let levels ← s.levels.get
        return .const (← name i) (mapped (fun u => levels[u]!) us)
    | .app f a => do
      let i ← exprIn s f
      let j ← exprIn s a
      new ("\"app\":{\"fn\":" ++ i.repr ++ ",\"arg\":" ++ j.repr ++ "}") do
        return .app (← at_ i) (← at_ j)
    | .lam n t b info => do
      let k ← nameIn s n
      let i ← exprIn s t
      let j ← exprIn s b
      new (binder "lam" k i j info) do return .lam (← name k) (← at_ i) (← at_ j) info
    | .forallE n t b info => do
      let k ← nameIn s n
      let i ← exprIn s t
      let j ← exprIn s b
      new (binder "forallE" k i j info) do return .forallE (← name k) (← at_ i) (← at_ j) info
    | .letE n t v b nondep => do
      let k ← nameIn s n
      let i ← exprIn s t
      let h ← exprIn s v
      let j ← exprIn s b
      new ("\"letE\":{\"name\":" ++ k.repr ++ ",\"type\":" ++ i.repr ++ ",\"value\":" ++ h.repr ++
          ",\"body\":" ++ j.repr ++ ",\"nondep\":" ++ truth nondep ++ "}") do
        return .letE (← name k) (← at_ i) (← at_ h) (← at_ j) nondep
    | .proj n x e => do
      let k ← nameIn s n
      let (text, x) ← digits x
      let i ← exprIn s e
      new ("\"proj\":{\"typeName\":" ++ k.repr ++ ",\"idx\":" ++ text ++ ",\"struct\":" ++ i.repr ++
          "}") do return .proj (← name k) x (← at_ i)
    | .lit (.natVal n) => do
      let (text, n) ← digits n
      new ("\"natVal\":\"" ++ text ++ "\"") (return .lit (.natVal n))
    | .lit (.strVal t) => new ("\"strVal\":" ++ quote t) (return .lit (.strVal (textOf t.toList)))
    | .mdata _ e => exprIn s e
    | .fvar _ => refuse "it holds a free variable"
    | .mvar _ => refuse "it holds a metavariable"

/-- A closed expression: its number, and the expression made anew. -/
meta unsafe def closedIn (s : Store) (e : Expr) : IO (Nat × Expr) := do
  let i ← exprIn s e
  let e := (← s.exprs.get)[i]!
  if e.hasLooseBVars then refuse "a bound variable stands outside all binders"
  return (i, e)

meta unsafe def nameOf (s : Store) (n : Name) : IO (Nat × Name) := do
  let i ← nameIn s n
  return (i, (← s.names.get)[i]!)

meta unsafe def namesOf (s : Store) (ns : List Name) : IO (String × List Name) := do
  let found ← made (nameOf s) ns
  return (numbers (mapped (fun p => p.1) found), mapped (fun p => p.2) found)

/-! Declarations. -/

/-- A declaration made anew, and its text. -/
meta structure Built where
  info : ConstantInfo
  /-- Its name, universes and type. -/
  statement : String
  /-- All of it. -/
  text : String

meta def hintsText : ReducibilityHints → String
  | .opaque => "\"opaque\""
  | .abbrev => "\"abbrev\""
  | .regular n => "{\"regular\":" ++ n.toNat.repr ++ "}"

meta def safetyText : DefinitionSafety → String
  | .unsafe => "unsafe"
  | .safe => "safe"
  | .partial => "partial"

meta def quotText : QuotKind → String
  | .type => "type"
  | .ctor => "ctor"
  | .lift => "lift"
  | .ind => "ind"

meta unsafe def statementOf (s : Store) (v : ConstantVal) : IO (ConstantVal × String) := do
  let (i, name) ← nameOf s v.name
  let (params, levelParams) ← namesOf s v.levelParams
  let (j, type) ← closedIn s v.type
  return ({ name, levelParams, type }, "\"name\":" ++ i.repr ++ ",\"levelParams\":" ++ params ++
    ",\"type\":" ++ j.repr)

meta unsafe def ruleOf (s : Store) (r : RecursorRule) : IO (RecursorRule × String) := do
  let (i, ctor) ← nameOf s r.ctor
  let (fields, nfields) ← digits r.nfields
  let (j, rhs) ← closedIn s r.rhs
  return ({ ctor, nfields, rhs }, "{\"ctor\":" ++ i.repr ++ ",\"nfields\":" ++ fields ++
    ",\"rhs\":" ++ j.repr ++ "}")

meta unsafe def built (s : Store) (c : ConstantInfo) : IO Built := do
  let (v, statement) ← statementOf s c.toConstantVal
  let whole (info : ConstantInfo) (kind rest : String) : Built :=
    { info, statement, text := "{\"" ++ kind ++ "\":{" ++ statement ++ rest ++ "}}" }
  let part (info : ConstantInfo) (rest : String) : Built :=
    { info, statement, text := "{" ++ statement ++ rest ++ "}" }
  match c with
  | .axiomInfo a =>
    return whole (.axiomInfo { v with isUnsafe := a.isUnsafe }) "axiom"
      (",\"isUnsafe\":" ++ truth a.isUnsafe)
  | .thmInfo t => do
    let (i, value) ← closedIn s t.value
    let (names, all) ← namesOf s t.all
    return whole (.thmInfo { v with value, all }) "thm"
      (",\"value\":" ++ i.repr ++ ",\"all\":" ++ names)
  | .defnInfo d => do
    let (i, value) ← closedIn s d.value
    let (names, all) ← namesOf s d.all
    return whole (.defnInfo { v with value, all, hints := d.hints, safety := d.safety }) "def"
      (",\"value\":" ++ i.repr ++ ",\"hints\":" ++ hintsText d.hints ++ ",\"safety\":\"" ++
        safetyText d.safety ++ "\",\"all\":" ++ names)
  | .opaqueInfo o => do
    let (i, value) ← closedIn s o.value
    let (names, all) ← namesOf s o.all
    return whole (.opaqueInfo { v with value, all, isUnsafe := o.isUnsafe }) "opaque"
      (",\"value\":" ++ i.repr ++ ",\"isUnsafe\":" ++ truth o.isUnsafe ++ ",\"all\":" ++ names)
  | .quotInfo q =>
    return whole (.quotInfo { v with kind := q.kind }) "quot"
      (",\"kind\":\"" ++ quotText q.kind ++ "\"")
  | .inductInfo t => do
    let (params, numParams) ← digits t.numParams
    let (indices, numIndices) ← digits t.numIndices
    let (nested, numNested) ← digits t.numNested
    let (names, all) ← namesOf s t.all
    let (cases, ctors) ← namesOf s t.ctors
    let info := ConstantInfo.inductInfo { v with
      numParams, numIndices, all, ctors, numNested, isRec := t.isRec, isUnsafe := t.isUnsafe
      isReflexive := t.isReflexive }
    return part info (",\"numParams\":" ++ params ++ ",\"numIndices\":" ++ indices ++ ",\"all\":" ++
      names ++ ",\"ctors\":" ++ cases ++ ",\"numNested\":" ++ nested ++ ",\"isRec\":" ++
      truth t.isRec ++ ",\"isUnsafe\":" ++ truth t.isUnsafe ++ ",\"isReflexive\":" ++
      truth t.isReflexive)
  | .ctorInfo t => do
    let (i, induct) ← nameOf s t.induct
    let (place, cidx) ← digits t.cidx
    let (params, numParams) ← digits t.numParams
    let (fields, numFields) ← digits t.numFields
    let info := ConstantInfo.ctorInfo { v with
      induct, cidx, numParams, numFields, isUnsafe := t.isUnsafe }
    return part info (",\"induct\":" ++ i.repr ++ ",\"cidx\":" ++ place ++ ",\"numParams\":" ++
      params ++ ",\"numFields\":" ++ fields ++ ",\"isUnsafe\":" ++ truth t.isUnsafe)
  | .recInfo t => do
    let (names, all) ← namesOf s t.all
    let (params, numParams) ← digits t.numParams
    let (indices, numIndices) ← digits t.numIndices
    let (motives, numMotives) ← digits t.numMotives
    let (minors, numMinors) ← digits t.numMinors
    let rules ← made (ruleOf s) t.rules
    let info := ConstantInfo.recInfo { v with
      all, numParams, numIndices, numMotives, numMinors, rules := mapped (fun p => p.1) rules
      k := t.k, isUnsafe := t.isUnsafe }
    return part info (",\"all\":" ++ names ++ ",\"numParams\":" ++ params ++ ",\"numIndices\":" ++
      indices ++ ",\"numMotives\":" ++ motives ++ ",\"numMinors\":" ++ minors ++ ",\"rules\":" ++
      list (mapped (fun p => p.2) rules) ++ ",\"k\":" ++ truth t.k ++ ",\"isUnsafe\":" ++
      truth t.isUnsafe)
