"""Keeps Lean proofs and the software they speak about honest with each other."""

from typing import Any

__version__ = "0.1.0"

__all__ = ["conforms"]


def __getattr__(name: str) -> Any:
    """`harness.conforms`, which is imported when it is asked for."""
    if name == "conforms":
        from harness.conformance import conforms

        return conforms
    raise AttributeError(f"module 'harness' has no attribute {name!r}")
