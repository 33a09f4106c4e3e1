"""Which layouts need parentheses where. The levels are those of the parser's grammar."""

from __future__ import annotations

from enum import IntEnum

from harness.language.notation.tree import (
    Arrow,
    Chosen,
    Fenced,
    Infix,
    Layout,
    Mapped,
    Negated,
    Related,
    Sum,
)


class Level(IntEnum):
    """How tightly a layout holds together; each operand asks for a level at least."""

    OPEN = 0
    """Reaches as far as it can: sums, maps, statements."""
    SUM = 1
    NEGATION = 2
    QUOTIENT = 3
    """A product to the grammar; kept apart because `a / b · c` is misread."""
    PRODUCT = 4
    TIGHT = 5


_INFIX = {
    "+": Level.SUM,
    "-": Level.SUM,
    "*": Level.PRODUCT,
    "@": Level.PRODUCT,
    "/": Level.QUOTIENT,
}


def level(layout: Layout) -> Level:
    """How tightly `layout` holds together."""
    match layout:
        case Infix(symbol):
            return _INFIX[symbol]
        case Negated():
            return Level.NEGATION
        case Sum() | Chosen() | Mapped() | Related() | Arrow():
            return Level.OPEN
        case _:
            return Level.TIGHT


def at_least(wanted: Level, layout: Layout) -> Layout:
    """`layout`, in parentheses unless it holds together as tightly as `wanted`."""
    return layout if level(layout) >= wanted else Fenced(layout)
