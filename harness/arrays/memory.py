"""What a walk has found already: equal operations on the same operands are done once.

Both sides of a claim speak of the same tokens, projected by the same matrices. A value is known by
its identity; there is one `Binder` for a level and size.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from harness.arrays.tape import Slot
from harness.arrays.values import Value


class Memory:
    """Values by the operation and the operands that they came from, for one evaluation."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[Value[Slot], Sequence[Value[Slot]]]] = {}

    def once(
        self, operation: Hashable, operands: Sequence[Value[Slot]], make: Callable[[], Value[Slot]]
    ) -> Value[Slot]:
        """What `make` gives, or gave for this operation on these operands."""
        key = (operation, *map(id, operands))
        found = self._found.get(key)
        if found is None:
            # The operands are kept, so that no other value takes their identity.
            found = self._found[key] = (make(), operands)
        return found[0]
