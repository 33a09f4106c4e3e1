"""The names of comparisons, by which the kernel's rulings on them are found again."""

from __future__ import annotations


def primitive(operator: str) -> str:
    """The key of the comparison of a primitive's constant; `sum` has two, that begin with it."""
    return f"primitive:{operator}"


def definition(name: str) -> str:
    """The key of the comparison of a definition."""
    return f"definition:{name}"


def claim(theorem: str) -> str:
    """The key of the comparison of a claim; see `forward`, `backward` and `without`."""
    return f"claim:{theorem}"


def forward(theorem: str) -> str:
    """Whether the theorem proves the statement as the specification has it."""
    return f"{claim(theorem)}:forward"


def backward(theorem: str) -> str:
    """Whether the statement, as the specification has it, gives the theorem."""
    return f"{claim(theorem)}:backward"


def without(theorem: str, hypothesis: str) -> str:
    """Whether the theorem would be what the specification says less one hypothesis."""
    return f"{claim(theorem)}:without:{hypothesis}"
