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

`walk.py` goes over the five nodes, and `rules.py` has a rule for each operator that no others
define. The axes of arrays have names (`axes.py`): binders become axes, and what rearranges is done
to names. Four things keep it near the speed of NumPy written by hand, and none knows a theorem. The
rates are those of a small attention block, 64 at once, as parts of the rate by hand in the same
run, on a busy machine: 0.80 to 0.85 with all four. Without each:

- a walk is recorded, and replayed for other numbers of the same shapes (`tape.py`): 0.12, and a
  sweep of a small claim does 0.4 times as many;
- products wait, and are multiplied in the order of least work, vectors before matrices
  (`products.py`): 0.44;
- an operation on the same operands is done once, as both sides project the same tokens
  (`Recorder.step`): 0.66;
- vectors may meet a family of matrices before its members are gathered (`Pick`): 0.76.

A block diagonal matrix is written out, zeros and all, which large folds notice. While a term is
walked, numbers are slots, which nothing but a recorded step can look into, so a tape depends on
shapes alone; a new shape is walked anew (4 ms for an attention block). The sums are those that the
term asks for, in an order of their own; the float check's bound is of the order performed.

    term ──walk──▶ products of arrays with named axes ──steps──▶ tape ──replayed──▶ both sides
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
