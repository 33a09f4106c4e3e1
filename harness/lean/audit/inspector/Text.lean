module

public meta import Lean

/-!
Looks into a built package from outside. The package is loaded as data: none of its notation,
macros, instances, coercions or options is active here, so none can bend what is printed or
compared. Reads `request.txt`, and writes `answer.txt`: one JSON object a line, the declarations in
the format of lean4export.
-/

open Lean

namespace Harness

-- What nothing here needs takes a seventh of the time to compile it.
set_option linter.all false
set_option genInjectivity false
set_option genSizeOf false
set_option genSizeOfSpec false
set_option compiler.check false

/-! Lists. The library's generic functions are not used: some Leans ship them without code to run. -/

meta def reversed {α : Type} : List α → List α → List α
  | [], done => done
  | a :: rest, done => reversed rest (a :: done)

meta def joined {α : Type} : List α → List α → List α
  | [], more => more
  | a :: rest, more => a :: joined rest more

meta def count {α : Type} : List α → Nat
  | [] => 0
  | _ :: rest => count rest + 1

/-- What `f` makes of each, where it makes anything. -/
meta def chosen {α β : Type} (f : α → Option β) : List α → List β
  | [] => []
  | a :: rest =>
    match f a with
    | some b => b :: chosen f rest
    | none => chosen f rest

meta def mapped {α β : Type} (f : α → β) : List α → List β := chosen fun a => some (f a)

meta def folded {α β : Type} (f : β → α → β) (done : β) : List α → β
  | [] => done
  | a :: rest => folded f (f done a) rest

meta def each {α : Type} (f : α → IO Unit) : List α → IO Unit
  | [] => pure ()
  | a :: rest => do
    f a
    each f rest

/-- What `f` makes of each, in turn. -/
meta def made {α β : Type} (f : α → IO β) : List α → IO (List β)
  | [] => return []
  | a :: rest => do
    let b ← f a
    let more ← made f rest
    return b :: more

meta def isIn (n : Name) : List Name → Bool
  | [] => false
  | m :: rest => m == n || isIn n rest

/-! Text, apart and together. -/

meta def textFrom : List Char → String → String
  | [], done => done
  | c :: rest, done => textFrom rest (done.push c)

meta def textOf (characters : List Char) : String := textFrom characters ""

/-- The pieces of a text between separators. -/
meta def pieces (separator : Char) : List Char → String → List String → List String
  | [], piece, done => reversed (piece :: done) []
  | c :: rest, piece, done =>
    if c == separator then pieces separator rest "" (piece :: done)
    else pieces separator rest (piece.push c) done

meta def split (separator : Char) (text : String) : List String :=
  pieces separator text.toList "" []

meta def number : List Char → Nat := folded (fun n c => 10 * n + (c.toNat - 48)) 0

meta def readName (text : String) : Name := folded Name.str .anonymous (split '.' text)

/-- A name in a message, for people: two names may read alike. -/
meta def plain : Name → String
  | .anonymous => ""
  | .str .anonymous s => s
  | .str p s => plain p ++ "." ++ s
  | .num p n => plain p ++ "." ++ n.repr

/-! JSON. Everything that could end a text, a line or a word, and all that is not ASCII, is escaped:
what a name or a text holds cannot be taken for what stands around it. -/

meta def hexDigit (n : Nat) : Char := Char.ofNat (if n < 10 then 48 + n else 87 + n)

meta def escaped (done : String) (n : Nat) : String :=
  ((((done ++ "\\u").push (hexDigit (n / 4096))).push (hexDigit (n / 256 % 16))).push
    (hexDigit (n / 16 % 16))).push (hexDigit (n % 16))

meta def quoteOne (done : String) (c : Char) : String :=
  let n := c.toNat
  if n < 32 || n == 34 || n == 92 then escaped done n
  else if n < 127 then done.push c
  else if n < 65536 then escaped done n
  else escaped (escaped done (55296 + (n - 65536) / 1024)) (56320 + (n - 65536) % 1024)

meta def quote (text : String) : String := (folded quoteOne "\"" text.toList).push '"'

meta def between (opening closing : String) : List String → String
  | [] => opening ++ closing
  | first :: rest => folded (fun done item => done ++ "," ++ item) (opening ++ first) rest ++ closing

meta def list (items : List String) : String := between "[" "]" items

meta def numbers (items : List Nat) : String := list (mapped Nat.repr items)

meta def truth (b : Bool) : String := if b then "true" else "false"

meta def nameParts : Name → List String → List String
  | .anonymous, done => done
  | .str p s, done => nameParts p (quote s :: done)
  | .num p n, done => nameParts p (n.repr :: done)

/-- A name by its parts, texts and numbers. -/
meta def nameText (n : Name) : String := list (nameParts n [])

/-- Something that the harness says, and not the format of declarations. -/
meta def say (out : IO.FS.Handle) (what : String) (fields : List String) : IO Unit :=
  out.putStrLn ("{\"harness\":{\"" ++ what ++ "\":" ++ between "{" "}" fields ++ "}}")
