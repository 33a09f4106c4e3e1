/-! The request, and the order in which it is answered. -/

meta structure Request where
  modules : List Name
  imports : List Name
  base : List Name
  believed : List Name
  cited : List Name
  /-- Whether nothing is replayed but what is cited or needed, and what that rests on. -/
  alone : Bool
  needed : List Name
  reference : List Name
  items : List (List String)
  skipped : List Nat

meta def readLine (r : Request) (line : String) : Request :=
  match split '\t' line with
  | ["module", n] => { r with modules := readName n :: r.modules }
  | ["import", n] => { r with imports := readName n :: r.imports }
  | ["base", n] => { r with base := readName n :: r.base }
  | ["believed", n] => { r with believed := readName n :: r.believed }
  | ["cited", n] => { r with cited := readName n :: r.cited }
  | ["alone"] => { r with alone := true }
  | ["needed", n] => { r with needed := readName n :: r.needed }
  | ["reference", n] => { r with reference := readName n :: r.reference }
  | ["skip", i] => { r with skipped := number i.toList :: r.skipped }
  | "compare" :: fields => { r with items := fields :: r.items }
  | _ => r

meta def load (names : List Name) : IO Environment :=
  importModules (folded (fun done n => done.push { module := n, importAll := true }) #[] names) {} 0
    (level := .private)

/-- What several modules declare, by the numbers of the names. -/
meta unsafe def gather (s : Store) (modules : List (Name × ModuleData)) : IO (Table Stored) := do
  let found ← Table.new Stored
  each (fun (module, d) => do
    let places ← Table.new (List Nat)
    placesIn s places d
    each (fun (c : ConstantInfo) => do
      let i ← nameIn s c.name
      let place := match ← places.find i with
        | some place => place
        | none => []
      found.put i { module, info := c, place }) d.constants.toList) modules
  return found

/-- The parts of the theorems of several modules join `found`; their names. A theorem has none where
the package or the library has something else under the name of one. -/
meta unsafe def withParts (s : Store) (library : Environment) (source : Source)
    (found : Table Stored) (modules : List (Name × ModuleData)) : IO (List Name) := do
  let names ← IO.mkRef []
  each (fun (_, d) => each (fun (c : ConstantInfo) => do
    let .thmInfo t := c | return
    -- A field of a structure is no theorem that somebody wrote.
    if (source.env.getProjectionFnInfo? c.name).isSome then return
    let some whole ← found.find (← nameIn s c.name) | return
    let parts ← made (fun (name, type, value) => do
      let info := ConstantInfo.thmInfo { t with name, type, value, all := [name] }
      return (← nameIn s name, { whole with info, isPart := true }))
      (source.partsOf c.name t.type (.const c.name (mapped mkLevelParam t.levelParams)) false false)
    let taken ← IO.mkRef false
    each (fun (i, (p : Stored)) => do
      if (← found.find i).isSome || (library.find? p.info.name).isSome then taken.set true) parts
    if ← taken.get then return
    each (fun (i, (p : Stored)) => do
      found.put i p
      names.set (p.info.name :: (← names.get))) parts)
    d.constants.toList) modules
  names.get

/-- All that is stored under a number, in the order of the modules. -/
meta def gathered (t : Table Stored) (i : Nat) : IO (List Stored) := do
  let cells ← t.cells.get
  return reversed (chosen (fun (k, a) => if k == i then some a else none) cells[i % buckets]!) []

/-- What literals are made of: no term cites it. -/
meta def literals : List Name := [`Nat, `Char, `List, `String, `Char.ofNat, `String.ofList]

meta unsafe def inspect (own : Environment) : IO Unit := do
  let out ← IO.FS.Handle.mk "answer.txt" .write
  let text ← IO.FS.readFile "request.txt"
  let r := folded readLine ⟨[], [], [], [], [], false, [], [], [], []⟩ (split '\n' text)
  out.putStrLn ("{\"meta\":{\"exporter\":{\"name\":\"lean-harness\",\"version\":\"1\"},\"lean\":" ++
    "{\"githash\":" ++ quote Lean.githash ++ ",\"version\":" ++ quote Lean.versionString ++
    "},\"format\":{\"version\":\"3.1.0\"}}}")
  let full ← load (joined r.base (joined r.imports r.modules))
  let modules := modulesFrom full r.modules r.believed 0
  let library ← load r.base
  let store ← Store.new out
  each (fun (_, d) => describeReplacements store d) modules
  let env ← IO.mkRef library.toKernelEnv
  -- The references first: a package that declares one of their names must not replace it.
  let ours (n : Name) (_ : Nat) : IO (List Stored) := do
    if (library.find? n).isSome then return []
    match own.find? n with
    | some info => return [{ module := .anonymous, info, place := [] }]
    | none => return []
  let steps ← IO.mkRef 0
  let trusted ← IO.mkRef []
  let references : Replay := {
    store, library, believed := r.believed, stored := ours, progress := ← Table.new _, env, told := none
    trusted, steps, skipped := [] }
  each (visit references) r.reference
  let found ← gather store modules
  let parts ← withParts store library ⟨full, r.modules⟩ found modules
  let package : Replay := {
    store, library, believed := r.believed, stored := fun _ => gathered found
    progress := ← Table.new _, env, told := some full, trusted, steps, skipped := r.skipped }
  each (visit package) (joined literals r.cited)
  if r.alone then each (visit { package with told := none }) r.needed
  else each (fun (_, d) =>
    each (fun (c : ConstantInfo) => visit package c.name) d.constants.toList) modules
  if !r.alone then
    each (visit package) parts
    tellAssumptions package
  each (compare package) r.items
  say out "end" []
  out.flush

end Harness
