"""Programs that people run, held to the definitions that theorems speak of, without rounding.

A program is run once, on numbers that remember how they came about (`graph.py`), by NumPy's
protocols (`arrays.py`) or PyTorch's (`tensors.py`). What comes out is a formula, which is then
computed modulo primes (`residues.py`) beside the definition, a formula of the same kind.
"""
