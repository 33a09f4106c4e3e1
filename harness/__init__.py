"""Keeps Lean proofs and the software they speak about honest with each other."""

from typing import Any

__version__ = "0.1.0"

__all__ = ["conforms", "same"]


def __getattr__(name: str) -> Any:
    """`harness.conforms` and `harness.same`, which are imported when they are asked for."""
    if name in __all__:
        from harness import conformance

        return getattr(conformance, name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")
