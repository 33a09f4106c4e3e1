"""The array interpreter: claims evaluated at fixed sizes, on many instances at once.

One walk serves every kind of number; an `Arithmetic` says what the numbers are (floats, floats
with their rounding bounds, residues, fractions, polynomials). To evaluate a claim:

    walk = Evaluator(library, arithmetic, sizes)     # sizes: every dimension and type by name
    values = {"A": Data(array), "pos": Places(numbers), "f": open_function(type, function)}
    left, right = walk.equation(claim.conclusion, values)

Arrays of variables are laid out (batch, *axes of families, *axes of the type):

- `A: matrix(m, n)` is (batch, m, n), `c: scalar` is (batch,), `v: vector(n)` is (batch, n);
- `F: P -> matrix(d, d)` is (batch, |P|, d, d), `K: index(n) -> vector(d)` is (batch, n, d);
- `pos: index(n) -> P` is `Places`, integers of shape (batch, n) below |P|; `p: P` is (batch,);
- functions of scalars, vectors or matrices are open: `open_function(type, function)`, where
  `function(arguments)` gets one array for each argument, in order, of shape
  (*binders, batch, *axes of its type), and gives the array of the result, laid out likewise.

The first evaluation for given shapes is recorded, and later ones replay it: keep the evaluator for
batches that are alike (`Evaluators` does). What is recorded never depends on numbers.

The batch axis of any of them may be 1. `equation` gives both sides at one common shape
(batch, *sizes of the ∀, *axes of the type). Lean's conventions hold: x / 0 = 0, empty sums are 0,
and sizes of 0 are sizes.
"""

from harness.arrays.arithmetic import Arithmetic, ObjectArithmetic
from harness.arrays.evaluate import Evaluator, Evaluators, open_function
from harness.arrays.values import (
    Closure,
    Data,
    Open,
    Places,
    Unsupported,
    Value,
)

__all__ = [
    "Arithmetic",
    "Closure",
    "Data",
    "Evaluator",
    "Evaluators",
    "ObjectArithmetic",
    "Open",
    "Places",
    "Unsupported",
    "Value",
    "open_function",
]
