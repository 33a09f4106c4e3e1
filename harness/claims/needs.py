"""Which operations on scalars each operator needs, and so which instances its constant takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from harness.claims.model import ANY_TYPE, Claim, Definition, Library
from harness.language.prelude import known, made_of
from harness.language.primitives import ARRANGING, OPERATIONS
from harness.language.terms import Term
from harness.language.transform import calls, primitives

_NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(ARRANGING, ()),
    **{operation: (operation,) for operation in OPERATIONS},
    "sum": ("zero", "add"),
    "identity": ("zero", "one"),
    "diagonal": ("zero",),
    "blockdiag": ("zero",),
}


ORDERED = ("LE", "LT", "Std.IsLinearOrder", "Std.LawfulOrderLT", "Lean.Grind.OrderedRing")
"""The classes by which a theorem usually asks for an order beside the class of its scalars."""


def in_order(operations: Iterable[str]) -> tuple[str, ...]:
    """`operations` in the order in which definitions take their instances."""
    found = set(operations)
    return tuple(operation for operation in OPERATIONS if operation in found)


@cache
def needs_of(operator: str) -> tuple[str, ...]:
    """The operations that an operator needs. Raises `MissingRule`."""
    if operator in _NEEDS:
        return _NEEDS[operator]
    known(operator, "printing for Lean")
    return in_order(op for part in made_of(operator) for op in needs_of(part))


def definition_needs(definitions: Mapping[str, Definition]) -> dict[str, tuple[str, ...]]:
    """The operations that each definition needs, through everything that it calls.

    A definition stands after those that it calls, so one pass finds them.
    """
    needs: dict[str, tuple[str, ...]] = {}
    for name, definition in definitions.items():
        found = {op for operator in primitives(definition.body) for op in needs_of(operator)}
        for called in calls(definition.body):
            found |= set(needs[called])
        needs[name] = in_order(found)
    return needs


def taken_by(claim: Claim, library: Library) -> tuple[str, ...]:
    """What a theorem takes beside its scalars, in the usual order."""
    if claim.scalars == ANY_TYPE:
        return in_order(claim_needs(claim, library))
    return (claim.scalars.name, *(ORDERED if claim.scalars.is_ordered else ()))


def claim_needs(claim: Claim, library: Library) -> set[str]:
    """The operations on scalars that a claim speaks of, through everything that it calls."""
    equations = (*(h.equation for h in claim.hypotheses), claim.conclusion)
    sides = [side for equation in equations for side in (equation.left, equation.right)]
    return term_needs(sides, library)


def term_needs(terms: Iterable[Term], library: Library) -> set[str]:
    """The operations on scalars that terms speak of, through everything that they call."""
    below = definition_needs(library.definitions)
    found: set[str] = set()
    for term in terms:
        found |= {op for operator in primitives(term) for op in needs_of(operator)}
        found = found.union(*(below[name] for name in calls(term)))
    return found
