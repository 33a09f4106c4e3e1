module

public meta import Lean
meta import all LeanHarness.Inspector

open Lean

-- reference definitions

run_cmd
  let own ← getEnv
  Harness.inspect own
