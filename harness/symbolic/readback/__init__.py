"""Normal forms back to terms, so that proofs can be printed and certificates evaluated."""

from harness.symbolic.readback.reader import Reader
from harness.symbolic.readback.summands import Unreadable

__all__ = ["Reader", "Unreadable"]
