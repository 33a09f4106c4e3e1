namespace HarnessRun

/-! Which function has which number. One that the compiler refused, and complained of, has none. -/

/-- Whether Lean made all of a function, and nothing stands in for what it did not understand. -/
meta def isWhole (env : Environment) (n : Name) : Bool :=
  match env.find? n with
  | some (.defnInfo v) => !isIn ``sorryAx (cited v.value)
  | _ => false

meta def choices (s : State) (space : Name) : Nat → Expr → IO Expr
  | 0, rest => return rest
  | k + 1, rest => do
    let name := .str space ("run_" ++ k.repr)
    match s.env.find? name with
    | some (.defnInfo v) =>
      let inner := Name.str space ("run_" ++ k.repr ++ "_at")
      if isWhole s.env name && isWhole s.env inner && (← runs s v) then
        let f := mkApp (mkConst (.str space "choose")) (mkBVar 0)
        choices s space k (mkApp (mkApp (mkApp f (mkRawNatLit k)) (mkConst name)) rest)
      else choices s space k rest
    | _ => choices s space k rest

/-- The function that gives the one of a number, for the first `count` numbers. -/
meta def dispatch (env : Environment) (count : Nat) (space : Name) : IO Environment := do
  let s : State := { package := env, env }
  let chosen ← choices s space count (mkConst (.str space "none"))
  let name := .str space "dispatch"
  let value := mkLambda `n .default (mkConst `Nat) chosen
  let type := mkForall `n .default (mkConst `Nat) (mkConst (.str space "Chosen"))
  let d : DefinitionVal :=
    { name, levelParams := [], type, value, hints := .opaque, safety := .unsafe }
  match added s (.defnDecl d) with
  | .ok s => return (← compiled s name).1.env
  | .error _ => return env

/-! Reading questions, and writing answers. -/

meta def words (separator : Char) : List Char → String → Array String → Array String
  | [], word, done => done.push word
  | c :: rest, word, done =>
    if c == separator then words separator rest "" (done.push word)
    else words separator rest (word.push c) done

meta def natural (text : String) : Nat := numeral text.toList 0

meta def integer (text : String) : Int :=
  match text.toList with
  | '-' :: rest => -(Int.ofNat (numeral rest 0))
  | rest => Int.ofNat (numeral rest 0)

meta partial def naturals (w : Array String) (i stop : Nat) (done : Array Nat) : Array Nat :=
  if i < stop then naturals w (i + 1) stop (done.push (natural (w.getD i ""))) else done

meta partial def rationals (w : Array String) (i : Nat) (done : Array Rat) : Array Rat :=
  if i + 1 < w.size then
    rationals w (i + 2) (done.push (mkRat (integer (w.getD i "")) (natural (w.getD (i + 1) ""))))
  else done

meta partial def floats (w : Array String) (i : Nat) (done : Array Float) : Array Float :=
  if i < w.size then
    floats w (i + 1) (done.push (Float.ofBits (UInt64.ofNat (natural (w.getD i "")))))
  else done

meta def rationalText (x : Rat) : String := x.num.repr ++ "/" ++ x.den.repr

meta def floatText (x : Float) : String := x.toBits.toNat.repr

meta partial def rationalsText (a : Array Rat) (i : Nat) (done : String) : String :=
  if i < a.size then
    rationalsText a (i + 1) (done ++ " " ++ rationalText (a.getD i (mkRat 0 1)))
  else done

meta partial def floatsText (a : Array Float) (i : Nat) (done : String) : String :=
  if i < a.size then
    floatsText a (i + 1) (done ++ " " ++ floatText (a.getD i (Float.ofBits (UInt64.ofNat 0))))
  else done

end HarnessRun
