"""Which operations on scalars each operator needs, and so which instances its constant takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.claims.model import Definition
from harness.language.primitives import OPERATIONS
from harness.language.transform import calls, primitives

_RING = ("zero", "add", "multiply")

NEEDS: Mapping[str, tuple[str, ...]] = {
    **{operation: (operation,) for operation in OPERATIONS},
    "sum": ("zero", "add"),
    "zero_vector": ("zero",),
    "vector": (),
    "entry": (),
    "add_vector": ("add",),
    "subtract_vector": ("subtract",),
    "negate_vector": ("negate",),
    "scale_vector": ("multiply",),
    "dot": _RING,
    "sum_vector": ("zero", "add"),
    "append": (),
    "concat": (),
    "zero_matrix": ("zero",),
    "identity": ("zero", "one"),
    "matrix_entry": (),
    "add_matrix": ("add",),
    "subtract_matrix": ("subtract",),
    "negate_matrix": ("negate",),
    "scale_matrix": ("multiply",),
    "matvec": _RING,
    "matmul": _RING,
    "transpose": (),
    "diagonal": ("zero",),
    "matrix2": (),
    "blocks": (),
    "blockdiag": ("zero",),
}


def in_order(operations: Iterable[str]) -> tuple[str, ...]:
    """`operations` in the order in which definitions take their instances."""
    found = set(operations)
    return tuple(operation for operation in OPERATIONS if operation in found)


def definition_needs(definitions: Mapping[str, Definition]) -> dict[str, tuple[str, ...]]:
    """The operations that each definition needs, through everything that it calls.

    A definition stands after those that it calls, so one pass finds them.
    """
    needs: dict[str, tuple[str, ...]] = {}
    for name, definition in definitions.items():
        found = {op for operator in primitives(definition.body) for op in NEEDS[operator]}
        for called in calls(definition.body):
            found |= set(needs[called])
        needs[name] = in_order(found)
    return needs
