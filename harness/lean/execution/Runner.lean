/-! ## Reading and writing -/

namespace HarnessRunner

def words (separator : Char) : List Char → String → Array String → Array String
  | [], word, done => done.push word
  | c :: rest, word, done =>
    if c == separator then words separator rest "" (done.push word)
    else words separator rest (word.push c) done

def digits : List Char → Nat → Nat
  | [], n => n
  | c :: rest, n => digits rest (10 * n + (c.toNat - 48))

def natural (text : String) : Nat := digits text.toList 0

def integer (text : String) : Int :=
  match text.toList with
  | '-' :: rest => -(Int.ofNat (digits rest 0))
  | rest => Int.ofNat (digits rest 0)

partial def naturals (w : Array String) (i stop : Nat) (done : Array Nat) : Array Nat :=
  if i < stop then naturals w (i + 1) stop (done.push (natural (w.getD i ""))) else done

partial def rationals (w : Array String) (i : Nat) (done : Array Rat) : Array Rat :=
  if i + 1 < w.size then
    rationals w (i + 2) (done.push (mkRat (integer (w.getD i "")) (natural (w.getD (i + 1) ""))))
  else done

partial def floats (w : Array String) (i : Nat) (done : Array Float) : Array Float :=
  if i < w.size then
    floats w (i + 1) (done.push (Float.ofBits (UInt64.ofNat (natural (w.getD i "")))))
  else done

def rationalText (x : Rat) : String := x.num.repr ++ "/" ++ x.den.repr

def floatText (x : Float) : String := x.toBits.toNat.repr

partial def rationalsText (a : Array Rat) (i : Nat) (done : String) : String :=
  if i < a.size then
    rationalsText a (i + 1) (done ++ " " ++ rationalText (a.getD i (mkRat 0 1)))
  else done

partial def floatsText (a : Array Float) (i : Nat) (done : String) : String :=
  if i < a.size then
    floatsText a (i + 1) (done ++ " " ++ floatText (a.getD i (Float.ofBits (UInt64.ofNat 0))))
  else done

def answer (line : String) : String :=
  let w := words ' ' line.toList "" #[]
  let function := natural (w.getD 1 "")
  let stop := 3 + natural (w.getD 2 "")
  let z := naturals w 3 stop #[]
  if w.getD 0 "" == "r" then
    rationalsText (OnRat.dispatch function z (rationals w stop #[])) 0 "r"
  else floatsText (OnFloat.dispatch function z (floats w stop #[])) 0 "f"

partial def answerAll (out : IO.FS.Handle) (lines : Array String) (i : Nat) : IO Unit := do
  if i < lines.size then
    out.putStrLn (answer (lines.getD i ""))
    answerAll out lines (i + 1)

def main : IO Unit := do
  let out ← IO.FS.Handle.mk "answer.txt" .write
  let text ← IO.FS.readFile "inputs.txt"
  answerAll out (words '\n' text.toList "" #[]) 0
  out.putStrLn "end"
  out.flush

end HarnessRunner

#eval HarnessRunner.main
