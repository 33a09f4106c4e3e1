"""The proof leg: what the kernels say of each claimed theorem (`judge.py`, `second.py`).

And which theorems no claim is about (`gaps.py`).

The second kernel (`harness/kernel/`) runs in a process of its own over what the claimed theorems
rest on, Lean's library included. Of the library it believes what comes without a proof and what
it gives up on, and lists that.
"""
