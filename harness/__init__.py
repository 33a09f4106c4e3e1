"""Keeps Lean proofs and the software they speak about honest with each other."""

__version__ = "0.1.0"
