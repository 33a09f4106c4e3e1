"""Programs that people run, held to the definitions that theorems speak of, without rounding.

A program is run once, on numbers that remember how they came about (`graph.py`), by NumPy's
protocols (`arrays.py`) or PyTorch's (`tensors.py`). What comes out is a formula, which is then
computed modulo primes (`residues.py`) beside the definition, a formula of the same kind.

program ──runs once on──▶ arrays of formulas ──▶ a formula ──modulo primes──▶ equal?
    file, library ──▶ term ──evaluated over formulas──▶ a formula ─────────────────▲

`graph.py` is a formula: nodes with a rule each, shapes, and which entries are −∞. A program meets
it through NumPy's protocols (`arrays.py`), which the operators of ONNX meet too (`onnx.py`), or
PyTorch's dispatch (`tensors.py`); a definition,
since formulas are one more arithmetic of the array interpreter. `residues.py` computes a formula
in a pair of fields, q | p − 1: what stands in an exponential is asked modulo q and everything
else modulo p, each node only where it is asked, so nothing is computed twice. A program runs once
for each choice of sizes; primes, redrawn inputs and the search for the operator where the sides
part ask the formula. `folds.py` says a claim in a program's own variables, draws what the
hypotheses ask for with the numeric leg's sampler, and gives the program what the claim changes.
"""
