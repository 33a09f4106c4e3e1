/-! What the compiler made of this module beside its functions (boxed forms, lifted functions,
closed terms) is found by an importer under its own name alone. Some Leans look for the names of
constants there, and for no others: so each gets a constant of its name, which says nothing. -/

namespace LeanHarness

open Lean

meta def indexed (env : Environment) : List IR.Decl → Environment
  | [] => env
  | d :: rest =>
    if env.contains d.name then indexed env rest else
    let type := mkConst `True
    let value := mkConst `True.intro
    match env.addDeclCore 0 (.thmDecl { name := d.name, levelParams := [], type, value }) none with
    | .ok env => indexed env rest
    | .error _ => indexed env rest

run_cmd
  let env ← getEnv
  setEnv (indexed env (IR.getDecls env))

end LeanHarness
