"""Instances that Lean's kernel decides: what breaks a statement, and what meets its hypotheses."""
