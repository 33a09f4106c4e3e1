module

public meta import Lean

/-!
Looks into a built package from outside. The package is loaded as data: none of its notation,
macros, instances, coercions or options is active here, so none can bend what is printed or
compared. Reads `request.txt`, and writes `answer.txt`, in lines of fields that tabs separate.
-/

open Lean

-- reference definitions

namespace Harness

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

meta def isIn (n : Name) : List Name → Bool
  | [] => false
  | m :: rest => m == n || isIn n rest

/-! Names and lines as text, and back. -/

/-- Text without what separates lines, fields and words. -/
meta def escape (text : String) : String := folded one "" text.toList
where
  one (done : String) : Char → String
    | '\\' => done ++ "\\\\"
    | '\t' => done ++ "\\t"
    | '\n' => done ++ "\\n"
    | ' ' => done ++ "\\s"
    | c => done.push c

meta def textFrom : List Char → String → String
  | [], done => done
  | c :: rest, done => textFrom rest (done.push c)

meta def textOf (characters : List Char) : String := textFrom characters ""

/-- One part of a name. What could be taken for more than one part (`«A.b»` is one), for a number
or for nothing is marked, so that two names never have one text. -/
meta def partText (part : String) : String :=
  match part.toList with
  | [] => "\\e"
  | c :: _ =>
    let text := folded escapeDot "" (escape part).toList
    if c.isDigit then "\\#" ++ text else text
where
  escapeDot (done : String) (c : Char) : String :=
    if c == '.' then done ++ "\\d" else done.push c

meta def nameText : Name → String
  | .anonymous => ""
  | .str .anonymous s => partText s
  | .str p s => nameText p ++ "." ++ partText s
  | .num p n => nameText p ++ "." ++ n.repr

meta def namesText : List Name → String := folded (fun done n => done ++ " " ++ nameText n) ""

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

/-- A line of the answer. -/
meta def say (out : IO.FS.Handle) (fields : List String) : IO Unit :=
  out.putStrLn <| match fields with
    | [] => ""
    | first :: rest => folded (fun done field => done ++ "\t" ++ field) first rest
