"""What a Lean author can state in the place of what the claim language has not.

Each is the end of a sentence about the theorem that could not be drafted.
"""

from __future__ import annotations

STATEMENTS = {
    "And": "two statements in one; a hypothesis of each, or a theorem of each, by `.1` and `.2` of "
    "this one, can be claimed",
    "Iff": "two statements in one; a hypothesis of the one that is used, or a theorem of each, by "
    "`.mp` and `.mpr` of this one, can be claimed",
    "Exists": "it says that there is something; a theorem about one that is given, or about any "
    "of which a hypothesis says what it is, can be claimed",
    "Or": "one of two statements; a theorem of each case can be claimed",
}
"""Of statements that are no relation, by the constant at their head."""

INDICES = (
    "the claim language has no index but those that a theorem takes; one about every index, or "
    "about any that its hypotheses allow, can be claimed"
)

WIDER = "a theorem about `Int` or `Rat`, or over a class that has it, can be claimed"
"""Of an operation or an order that its scalars have not."""

FIELDS_ALONE = "a theorem about `Rat`, or over a field, can be claimed"
"""Of a division that is not that of numbers."""

EXPONENTS = "a theorem about a number as exponent, such as `x ^ 2`, can be claimed"

CONSTANTS = {
    "Fin.val": "an index as a number, which the claim language has not; what compares two indices "
    "by ≤, < or = can be claimed",
    "HPow.hPow": f"a power of something else than a scalar by a natural number; {EXPONENTS}",
    **dict.fromkeys(
        ("Fin.last", "Fin.rev", "Fin.succ", "Fin.castSucc", "Fin.castAdd", "Fin.natAdd"), INDICES
    ),
}
"""Of constants of Lean that no project can name."""

FIELDS = "its fields one by one, each of such a type,"

TYPES = {
    **dict.fromkeys(("List", "Array", "Vector", "Multiset"), "its entries as `Fin n → α`"),
    "Prod": "its two parts one by one, or a function of two indices,",
}
"""What to take in the place of a value of a type; of any other, `FIELDS`."""
