"""The nodes of a layout: what stands where, with every parenthesis already in place.

A node is a piece of notation, not a piece of mathematics: two operators that are written alike
share a node. Renderers walk these nodes and decide nothing about precedence.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.language.terms import Relation
from harness.language.types import Type


@dataclass(frozen=True, slots=True)
class Identifier:
    """A variable, a dimension or a type."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed value: `text` in the claim language, `symbol` in print."""

    text: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Fenced:
    """Parentheses."""

    body: Layout


@dataclass(frozen=True, slots=True)
class Infix:
    """Two operands with a symbol between; `symbol` is a key of `harness…notation.symbols`."""

    symbol: str
    left: Layout
    right: Layout


@dataclass(frozen=True, slots=True)
class Negated:
    operand: Layout


@dataclass(frozen=True, slots=True)
class Transposed:
    base: Layout


@dataclass(frozen=True, slots=True)
class Raised:
    """A power of a scalar, by a number."""

    base: Layout
    exponent: str


@dataclass(frozen=True, slots=True)
class Subscripted:
    """An entry of a vector or a matrix."""

    base: Layout
    indices: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an open function; print sets those that count (`is_index`) as subscripts."""

    value: Layout
    is_index: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """An open function, or a family, at its arguments."""

    function: Layout
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Invoked:
    """Something that has a name at its arguments: a definition, or `symbol` in print."""

    name: str
    arguments: tuple[Layout, ...]
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class InnerProduct:
    name: str
    left: Layout
    right: Layout


@dataclass(frozen=True, slots=True)
class Grid:
    """Blocks or entries in rows; `name(…)` in the claim language."""

    name: str
    rows: tuple[tuple[Layout, ...], ...]


@dataclass(frozen=True, slots=True)
class Binder:
    """A bound name and the type that it ranges over."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Collected:
    """Something made of a whole family; print sets the binder of the family below `symbol`."""

    name: str
    symbol: str
    family: Layout


@dataclass(frozen=True, slots=True)
class Sum:
    binder: Binder
    body: Layout


@dataclass(frozen=True, slots=True)
class Chosen:
    """`yes` where a relation of two indices holds, and `no` elsewhere."""

    relation: str
    left: Layout
    right: Layout
    yes: Layout
    no: Layout


@dataclass(frozen=True, slots=True)
class Mapped:
    """`binder ↦ body`."""

    binder: Binder
    body: Layout


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The vector whose entries are `body`."""

    binder: Binder
    body: Layout


@dataclass(frozen=True, slots=True)
class Related:
    """`∀ binders, left = right`, or another sign in place of `=`."""

    binders: tuple[Binder, ...]
    left: Layout
    right: Layout
    sign: Relation = Relation.EQUAL


@dataclass(frozen=True, slots=True)
class Space:
    """The scalars (`exponents` empty), or vectors or matrices of these sizes over them."""

    exponents: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers below `size`."""

    size: Layout


@dataclass(frozen=True, slots=True)
class Arrow:
    """The type of maps."""

    source: Layout
    target: Layout


Layout = (
    Identifier
    | Constant
    | Fenced
    | Infix
    | Negated
    | Transposed
    | Raised
    | Subscripted
    | Applied
    | Invoked
    | InnerProduct
    | Grid
    | Collected
    | Sum
    | Chosen
    | Mapped
    | Tabulated
    | Related
    | Space
    | Range
    | Arrow
)
