/-! The request, and the order in which it is answered. -/

meta structure Request where
  modules : List Name
  imports : List Name
  base : List Name
  reference : List Name
  statements : List Name
  items : List (List String)

meta def readLine (r : Request) (line : String) : Request :=
  match split '\t' line with
  | ["module", n] => { r with modules := readName n :: r.modules }
  | ["import", n] => { r with imports := readName n :: r.imports }
  | ["base", n] => { r with base := readName n :: r.base }
  | ["reference", n] => { r with reference := readName n :: r.reference }
  | ["state", n] => { r with statements := readName n :: r.statements }
  | "compare" :: fields => { r with items := fields :: r.items }
  | _ => r

meta def load (names : List Name) : IO Environment :=
  importModules (folded (fun done n => done.push { module := n, importAll := true }) #[] names) {} 0
    (level := .private)

meta unsafe def inspect (own : Environment) : IO Unit := do
  let out ← IO.FS.Handle.mk "answer.txt" .write
  let text ← IO.FS.readFile "request.txt"
  let r := folded readLine ⟨[], [], [], [], [], []⟩ (split '\n' text)
  let full ← load (joined r.base (joined r.imports r.modules))
  let modules := modulesFrom full r.modules 0
  each (fun (m, d) => each (describe out full m) d.constNames.toList) modules
  each (fun (_, d) => describeReplacements out d) modules
  if count r.statements > 0 then
    each (stateNamed out full) r.statements
    each (fun (_, d) => each (stateType out full) d.constNames.toList) modules
  let base ← load r.base
  -- The references first: a package that declares one of their names must not replace it.
  let env ← replay.all out own [] r.reference base.toKernelEnv
  let declared := folded (fun done (_, d) => joined done d.constNames.toList) [] modules
  let env ← replay.all out full [] declared env
  each (compare out env) r.items
  out.putStrLn "end"
  out.flush

end Harness

run_cmd
  let own ← getEnv
  Harness.inspect own
