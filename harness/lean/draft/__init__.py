"""From what Lean has to a draft of a specification: the inverse of `harness.lean.printer`."""
