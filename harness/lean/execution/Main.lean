end

namespace HarnessRun

run_cmd
  let env ← getEnv
  let env ← dispatch env count `HarnessRun.OnRat
  let env ← dispatch env count `HarnessRun.OnFloat
  setEnv env

meta unsafe def answer (line : String) : String :=
  let w := words ' ' line.toList "" #[]
  let function := natural (w.getD 1 "")
  let stop := 3 + natural (w.getD 2 "")
  let z := naturals w 3 stop #[]
  if w.getD 0 "" == "r" then
    match OnRat.dispatch function with
    | some f => rationalsText (f z (rationals w stop #[])) 0 "r"
    | none => "x"
  else
    match OnFloat.dispatch function with
    | some f => floatsText (f z (floats w stop #[])) 0 "f"
    | none => "x"

/-- Each answer is written when it is there: one that Lean dies of costs no other. -/
meta unsafe def answerAll (out : IO.FS.Handle) (lines : Array String) (i : Nat) : IO Unit := do
  if i < lines.size then
    out.putStrLn (answer (lines.getD i ""))
    out.flush
    answerAll out lines (i + 1)

meta unsafe def main : IO Unit := do
  let out ← IO.FS.Handle.mk "answer.txt" .append
  out.putStrLn "begin"
  let text ← IO.FS.readFile "inputs.txt"
  answerAll out (words '\n' text.toList "" #[]) 0
  out.putStrLn "end"
  out.flush

end HarnessRun

run_cmd
  HarnessRun.main
