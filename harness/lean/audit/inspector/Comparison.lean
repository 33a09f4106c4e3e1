/-! Comparison. An item is a closed statement and its proof, both written out in postfix notation;
the kernel accepts it or not. -/

/-- Level parameters in the order in which they appear as types of types in a statement. -/
meta partial def levelOrder : Expr → List Name → List Name
  | .forallE _ (.sort (.succ (.param u))) b _, done =>
    levelOrder b (if isIn u done then done else u :: done)
  | .forallE _ (.sort (.param u)) b _, done =>
    levelOrder b (if isIn u done then done else u :: done)
  | .forallE _ _ b _, done => levelOrder b done
  | .mdata _ e, done => levelOrder e done
  | _, done => reversed done []

/-- A level, and what is left of the text: `0`, a name, `+l`, `(k|l)` for the larger of two, or
`(k~l)` for the same where 0 as the second makes it 0. -/
meta partial def levelFrom : List Char → Level × List Char
  | '+' :: rest =>
    let (l, rest) := levelFrom rest
    (mkLevelSucc l, rest)
  | '(' :: rest =>
    let (k, rest) := levelFrom rest
    match rest with
    | '|' :: rest =>
      let (l, rest) := levelFrom rest
      (mkLevelMax k l, closed rest)
    | '~' :: rest =>
      let (l, rest) := levelFrom rest
      (mkLevelIMax k l, closed rest)
    | _ => (mkLevelParam `malformed, [])
  | rest => name rest ""
where
  closed : List Char → List Char
    | ')' :: rest => rest
    | _ => ['?']
  name : List Char → String → Level × List Char
    | [], done => (named done, [])
    | c :: rest, done =>
      if c == '|' || c == '~' || c == ')' then (named done, c :: rest) else name rest (done.push c)
  named (text : String) : Level :=
    if text == "0" then levelZero else mkLevelParam (.str .anonymous text)

meta def readLevel (text : String) : Level :=
  match levelFrom text.toList with
  | (l, []) => l
  | _ => mkLevelParam `malformed

meta def levelFor : List Name → List Level → Name → Level
  | n :: names, l :: levels, u => if n == u then l else levelFor names levels u
  | _, _, _ => mkLevelParam `unknown

/-- `name:levels`, the levels in the order of the types that the constant takes; `name:=levels`, in
that in which it declares them. -/
meta def readConstant (env : Kernel.Environment) (text : String) : Expr :=
  match split ':' text with
  | [name, levels] =>
    let n := readName name
    let (isDeclared, levels) := match levels.toList with
      | '=' :: rest => (true, textOf rest)
      | _ => (false, levels)
    let given := if levels == "" then [] else mapped readLevel (split ',' levels)
    if isDeclared then mkConst n given else
    match env.find? n with
    | none => mkConst n given
    | some c =>
      let order := levelOrder c.type []
      if count order == count c.levelParams && count given == count order then
        mkConst n (mapped (levelFor order given) c.levelParams)
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
    | '^' :: u, stack => readExpr env rest (mkSort (readLevel (textOf u)) :: stack)
    | '#' :: i, stack => readExpr env rest (mkBVar (number i) :: stack)
    | '=' :: n, stack => readExpr env rest (mkRawNatLit (number n) :: stack)
    | '!' :: c, stack => readExpr env rest (readConstant env (textOf c) :: stack)
    | '%' :: c, stack => readExpr env rest (typeOf env (readConstant env (textOf c)) :: stack)
    | _, _ => none

meta def readNames : List String → List Name :=
  chosen fun t => if t == "" then none else some (.str .anonymous t)

meta def compare (r : Replay) : List String → IO Unit
  | [id, levels, statement, proof] => do
    if ← step r then
      told id "undecided" "Lean ended when it was asked about it"
      return
    let env ← r.env.get
    match readExpr env (split ' ' statement) [], readExpr env (split ' ' proof) [] with
    | some type, some value =>
      let name := Name.str (.str .anonymous "harness comparison") id
      let levelParams := readNames (split ' ' levels)
      match give env (.thmDecl { name, levelParams, type, value }) with
      | .ok _ => told id "accepted" ""
      | .error e => told id (if isWeak e then "undecided" else "refused") (failure e)
    | _, _ => told id "malformed" ""
  | _ => told "" "malformed" "an item"
where
  told (id verdict reason : String) : IO Unit :=
    say r.store.out "compared" ["\"key\":" ++ quote id, "\"verdict\":" ++ quote verdict,
      "\"reason\":" ++ quote reason]
