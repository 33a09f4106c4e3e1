"""What the printing renderers share: symbols, and what follows from the shape of a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.language.notation import tree as t
from harness.language.notation.names import printed


@dataclass(frozen=True, slots=True)
class _Scalars:
    latex: str
    unicode: str


SCALARS = _Scalars("K", "𝕂")
"""The letter for the ring or field that a claim is about."""


def begins_with_fence(layout: t.Layout) -> bool:
    """Whether print begins with a parenthesis, which a product's left side must not touch.

    `A (B x)` would be read as a function at an argument.
    """
    match layout:
        case t.Fenced():
            return True
        case t.Infix(_, left, _):
            return begins_with_fence(left)
        case t.Transposed(base) | t.Raised(base) | t.Subscripted(base) | t.Applied(base):
            return begins_with_fence(base)
        case _:
            return False


def has_subscript(layout: t.Layout | None) -> bool:
    """Whether print already sets something below `layout`, so that an index goes above it."""
    match layout:
        case t.Identifier(name):
            return printed(name).subscript != ""
        case t.Subscripted():
            return True
        case t.Applied(_, arguments):
            return arguments[-1].is_index
        case _:
            return False


def has_superscript(layout: t.Layout) -> bool:
    """Whether print sets an index above `layout`."""
    match layout:
        case t.Subscripted(base):
            return has_subscript(base)
        case t.Applied(function, arguments):
            return has_subscript(function) and arguments[0].is_index
        case _:
            return False


def runs(arguments: Iterable[t.Argument]) -> Iterator[tuple[bool, Sequence[t.Layout]]]:
    """Arguments that stand next to each other and are set alike: as subscripts or not."""
    for is_index, group in groupby(arguments, key=lambda argument: argument.is_index):
        yield is_index, [argument.value for argument in group]
