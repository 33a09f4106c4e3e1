/-! Replay. Every declaration is given to the kernel again, from its stored terms, in an environment
that holds nothing of the package but what the kernel accepted before. -/

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

meta def give (env : Kernel.Environment) (d : Declaration) :
    Except Kernel.Exception Kernel.Environment :=
  env.addDeclCore 0 d none

meta def constructor? (full : Environment) (n : Name) : Option Constructor :=
  match full.find? n with
  | some c => some { name := n, type := c.type }
  | none => none

meta def inductive? (full : Environment) (n : Name) : Option InductiveType :=
  match full.find? n with
  | some (.inductInfo v) =>
    some { name := n, type := v.type, ctors := chosen (constructor? full) v.ctors }
  | _ => none

meta def declarationOf (full : Environment) : ConstantInfo → Option Declaration
  | .thmInfo v => some (.thmDecl v)
  | .defnInfo v => some (.defnDecl v)
  | .axiomInfo v => some (.axiomDecl v)
  | .opaqueInfo v => some (.opaqueDecl v)
  | .inductInfo v =>
    some (.inductDecl v.levelParams v.numParams (chosen (inductive? full) v.all) v.isUnsafe)
  | _ => none

meta def usedInTypes (full : Environment) : List Name → List Name :=
  folded (fun done n =>
    match full.find? n with
    | some c => joined done c.type.getUsedConstants.toList
    | none => done) []

meta def dependencies (full : Environment) (c : ConstantInfo) : List Name :=
  match c with
  | .ctorInfo v => [v.induct]
  | .recInfo v => v.all
  | .inductInfo v =>
    let used := usedInTypes full (joined v.all v.ctors)
    chosen (fun n => if isIn n v.all then none else some n) used
  | c => joined c.type.getUsedConstants.toList (usedInValue c)

meta partial def replay (out : IO.FS.Handle) (full : Environment) (path : List Name)
    (env : Kernel.Environment) (n : Name) : IO Kernel.Environment := do
  if (env.find? n).isSome then return env
  let some c := full.find? n | return env
  if isIn n path then
    say out ["replay", nameText n, "refused", "it rests on itself"]
    return env
  if c.isUnsafe || c.isPartial then
    say out ["replay", nameText n, "skipped", "unsafe"]
    return env
  let env ← all (n :: path) (dependencies full c) env
  if (env.find? n).isSome then return env
  let some d := declarationOf full c |
    say out ["replay", nameText n, "refused", "the kernel makes no such constant"]
    return env
  match give env d with
  | .ok env =>
    say out ["replay", nameText n, "accepted", ""]
    return env
  | .error e =>
    say out ["replay", nameText n, "refused", escape (failure e)]
    return env
where
  all (path : List Name) : List Name → Kernel.Environment → IO Kernel.Environment
    | [], env => return env
    | n :: rest, env => do all path rest (← replay out full path env n)
