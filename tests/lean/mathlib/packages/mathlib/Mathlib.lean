module
public import Mathlib.Algebra
public import Mathlib.Matrix
public import Mathlib.Real
