"""Which layouts need parentheses where. The levels are those of the parser's grammar."""

from __future__ import annotations

from enum import IntEnum

from harness.language.notation import tree as t


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


def level(layout: t.Layout) -> Level:
    """How tightly `layout` holds together."""
    match layout:
        case t.Infix(symbol):
            return _INFIX[symbol]
        case t.Negated():
            return Level.NEGATION
        case t.Sum() | t.Chosen() | t.Mapped() | t.Related() | t.Arrow():
            return Level.OPEN
        case _:
            return Level.TIGHT


def at_least(wanted: Level, layout: t.Layout) -> t.Layout:
    """`layout`, in parentheses unless it holds together as tightly as `wanted`."""
    return layout if level(layout) >= wanted else t.Fenced(layout)
