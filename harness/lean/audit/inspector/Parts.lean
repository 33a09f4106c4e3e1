/-! The parts of a theorem: what it says by `∧` and `↔`, of what `∧`, `∃` and structures are made of. -/

/-- The package, loaded as data, and its own modules. -/
meta structure Source where
  env : Environment
  modules : List Name

/-- Whether the package itself declares a name. -/
meta def Source.declares (s : Source) (n : Name) : Bool :=
  match s.env.getModuleIdxFor? n with
  | some i => isIn s.env.header.moduleNames[i.toNat]! s.modules
  | none => false

/-- What a term is applied to, before `more`. -/
meta def argumentsOf : Expr → List Expr → List Expr
  | .app f a, more => argumentsOf f (a :: more)
  | _, more => more

/-- A function applied to arguments, where it says what it makes of them. -/
meta def applied : Expr → List Expr → Expr
  | .lam _ _ b _, a :: rest => applied (b.instantiate1 a) rest
  | f, a :: rest => applied (.app f a) rest
  | f, [] => f

/-- What is left of the type of a function after arguments. -/
meta def typeAfter : Expr → List Expr → Expr
  | .forallE _ _ b _, a :: rest => typeAfter (b.instantiate1 a) rest
  | t, _ => t

/-- A proposition or type as the package defines it: `IsRotation R`, say, as the `∧` that it is. -/
meta partial def Source.unfolded (s : Source) (e : Expr) : Expr :=
  match e, e.getAppFn with
  | .mdata _ e, _ => s.unfolded e
  | _, .const n us =>
    match s.declares n, s.env.find? n with
    | true, some (.defnInfo d) =>
      s.unfolded (applied (d.value.instantiateLevelParams d.levelParams us) (argumentsOf e []))
    | _, _ => e
  | _, _ => e

/-- The only constructor of a structure, and how many parameters it takes. -/
meta def Source.constructor (s : Source) (n : Name) : Option (ConstantInfo × Nat) :=
  match s.env.find? n with
  | some (.inductInfo i) =>
    match i.ctors, i.isRec || i.numIndices != 0 || isClass s.env n with
    | [c], false =>
      match s.env.find? c with
      | some info => some (info, i.numParams)
      | none => none
    | _, _ => none
  | _ => none

/-- The constructor by whose fields a function goes on, and how many parameters that takes. -/
meta def Source.branchesOf (s : Source) : Name → Option (Name × Nat)
  | .str n "casesOn" => (s.constructor n).map fun (info, params) => (info.name, params)
  | _ => none

/-- The name of a type whose elements are made of fields, what makes them, and the type of that: of
`∧`, `∃`, pairs, and structures of the package that are no classes. -/
meta def Source.maker (s : Source) (t : Expr) : Option (Name × Expr × Expr) :=
  let t := s.unfolded t
  match t.getAppFn with
  | .const n us =>
    match isIn n [`And, `Exists, `Subtype, `Prod] || s.declares n, s.constructor n with
    | true, some (info, _) =>
      let given := argumentsOf t []
      let fields := typeAfter (info.type.instantiateLevelParams info.levelParams us) given
      let fields := match given, fields with
        | [_, .lam y _ _ _], .forallE _ t b info => if n == `Exists then .forallE y t b info else fields
        | _, _ => fields
      some (n, applied (.const info.name us) given, fields)
    | _, _ => none
  | _ => none

/-- Field `i` of what was made, its parameters counted, where a constructor made it. -/
meta def fieldOf (constructor : Name) (i : Nat) (made : Expr) : Option Expr :=
  if made.isAppOf constructor then at_ i (argumentsOf made []) else none
where
  at_ : Nat → List Expr → Option Expr
    | _, [] => none
    | 0, a :: _ => some a
    | i + 1, _ :: rest => at_ i rest

/-- A term in which a field of what was made of fields is that field. -/
meta partial def Source.reduced (s : Source) : Expr → Expr
  | .app f a =>
    let f := s.reduced f
    let a := s.reduced a
    match f.getAppFn with
    | .const n _ =>
      match s.env.getProjectionFnInfo? n with
      | some p => if count (argumentsOf f []) == p.numParams then
          (fieldOf p.ctorName (p.numParams + p.i) a).getD (.app f a) else .app f a
      | none => .app f a
    | _ => .app f a
  | .proj n i e =>
    let e := s.reduced e
    match s.constructor n with
    | some (info, params) => (fieldOf info.name (params + i) e).getD (.proj n i e)
    | none => .proj n i e
  | .lam x t b info => .lam x (s.reduced t) (s.reduced b) info
  | .forallE x t b info => .forallE x (s.reduced t) (s.reduced b) info
  | .letE x t v b d => .letE x (s.reduced t) (s.reduced v) (s.reduced b) d
  | .mdata _ e => s.reduced e
  | e => e

/-- A proof as what makes it, as far as the package says so: `⟨w, h⟩`, where a theorem is proved by
`by obtain ⟨c, _⟩ := h; exact ⟨w, h⟩` and `h` is `⟨c, _⟩`. -/
meta partial def Source.proofOf (s : Source) (e : Expr) : Expr :=
  let given := argumentsOf e []
  match e.getAppFn with
  | .mdata _ f => s.proofOf (applied f given)
  | .letE _ _ v b _ => s.proofOf (applied (b.instantiate1 v) given)
  | .lam x t b info => if count given == 0 then e else s.proofOf (applied (.lam x t b info) given)
  | .proj n i of =>
    match s.constructor n with
    | some (info, params) => orElse (fieldOf info.name (params + i) (s.proofOf of)) given
    | none => e
  | .const n us =>
    match s.env.getProjectionFnInfo? n, s.branchesOf n, s.declares n, s.env.find? n with
    | some p, _, _, _ => match dropped p.numParams given with
      | of :: more => orElse (fieldOf p.ctorName (p.numParams + p.i) (s.proofOf of)) more
      | [] => e
    | _, some (constructor, params), _, _ => match dropped (params + 1) given with
      | of :: branch :: more =>
        let made := s.proofOf of
        if made.isAppOf constructor then
          s.proofOf (applied branch (joined (dropped params (argumentsOf made [])) more)) else e
      | _ => e
    | _, _, true, some (.defnInfo d) => unfolded d.levelParams us d.value given
    | _, _, true, some (.thmInfo d) => unfolded d.levelParams us d.value given
    | _, _, _, _ => e
  | _ => e
where
  orElse (found : Option Expr) (more : List Expr) : Expr :=
    match found with
    | some a => s.proofOf (applied a more)
    | none => e
  unfolded (names : List Name) (us : List Level) (value : Expr) (given : List Expr) : Expr :=
    s.proofOf (applied (value.instantiateLevelParams names us) given)
  dropped : Nat → List Expr → List Expr
    | i + 1, _ :: rest => dropped i rest
    | _, rest => rest

/-- What the parts of a theorem say, each with its proof by that theorem: of one whose conclusion is
made with `∧` or `↔`, called as Lean calls them when it takes them of a proof; what `∃` says of the
witness that the proof gives, called `witness`; and of one that takes what is made of fields, called
`intro`. Each takes the fields themselves, one by one. Any other has none. -/
meta partial def Source.partsOf (s : Source) (name : Name) (type value : Expr)
    (isPart opened : Bool) : List (Name × Expr × Expr) :=
  match type with
  | .mdata _ t => s.partsOf name t value isPart opened
  | .forallE x t b info =>
    match info == .instImplicit, s.maker t with
    | false, some (n, made, fields) =>
      let (type, value) := inPlace (called n x) fields made b value
      s.partsOf name type value isPart true
    | _, _ => mapped (fun (n, b, v) => (n, .forallE x t b info, .lam x t v info))
      (s.partsOf name b (.app (up 0 value) (.bvar 0)) isPart opened)
  | _ =>
    let itself :=
      if isPart then [(name, type, value)] else if opened then [(.str name "intro", type, value)] else []
    match s.unfolded type with
    | .app (.app (.const `And []) a) b => joined
      (s.partsOf (.str name "left") a (.proj `And 0 value) true opened)
      (s.partsOf (.str name "right") b (.proj `And 1 value) true opened)
    | .app (.app (.const `Iff []) a) b => joined
      (s.partsOf (.str name "mp") (given a b) (.proj `Iff 0 value) true opened)
      (s.partsOf (.str name "mpr") (given b a) (.proj `Iff 1 value) true opened)
    | .app (.app (.const `Exists _) _) p =>
      match s.proofOf value with
      | .app (.app (.app (.app (.const `Exists.intro _) _) _) w) h =>
        s.partsOf (.str name "witness") (s.reduced (applied p [w])) h true opened
      | _ => itself
    | _ => itself
where
  /-- A term under one more binder, `from_` of whose variables stay. -/
  up (from_ : Nat) (e : Expr) : Expr := e.liftLooseBVars from_ 1
  given (a b : Expr) : Expr := .forallE `h a (up 0 b) .default
  /-- A field of `x`: both sides of `∧` are called as it is, and what there is by `∃` as there. -/
  called (type x f : Name) : Name :=
    if type == `And || type == `Exists && f == `h then x
    else if type == `Exists then f
    else Name.mkSimple (x.toString ++ "_" ++ f.toString)
  /-- A statement `b` about what is made of fields, which `value` takes, as one about the fields. -/
  inPlace (called : Name → Name) (fields made b value : Expr) : Expr × Expr :=
    match fields with
    | .forallE f t rest info =>
      let t := match t with
        | .app (.lam _ _ p _) a => p.instantiate1 a
        | _ => t
      let (type, proof) := inPlace called rest (.app (up 0 made) (.bvar 0)) (up 1 b) (up 0 value)
      (.forallE (called f) t type .default, .lam (called f) t proof .default)
    | _ => (s.reduced (b.instantiate1 made), .app value made)
