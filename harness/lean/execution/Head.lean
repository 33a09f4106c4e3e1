module

public meta import Lean
meta import all LeanHarness.Runner

set_option autoImplicit false

open Lean

@[expose] public section
