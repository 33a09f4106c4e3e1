"""How each primitive operator is written: one entry each, from its arguments' layouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.language.notation import tree as t
from harness.language.notation.precedence import Level, at_least
from harness.language.primitives import BY_NAME
from harness.language.syntax import CONDITIONS

Form = Callable[..., t.Layout]


def _constant(text: str, symbol: str | None = None) -> Form:
    return lambda: t.Constant(text, symbol or text)


def _infix(symbol: str, left: Level, right: Level) -> Form:
    return lambda a, b: t.Infix(symbol, at_least(left, a), at_least(right, b))


def _negated(operand: t.Layout) -> t.Layout:
    return t.Negated(at_least(Level.TIGHT, operand))


def _sum(family: t.Mapped) -> t.Layout:
    return t.Sum(family.binder, at_least(Level.NEGATION, family.body))


def _tabulated(family: t.Mapped) -> t.Layout:
    return t.Tabulated(family.binder, family.body)


def _entry(array: t.Layout, *indices: t.Layout) -> t.Layout:
    return t.Subscripted(at_least(Level.TIGHT, array), indices)


def _chosen(relation: str) -> Form:
    def form(left: t.Layout, right: t.Layout, yes: t.Layout, no: t.Layout) -> t.Layout:
        return t.Chosen(relation, at_least(Level.SUM, left), at_least(Level.SUM, right), yes, no)

    return form


def _transposed(base: t.Layout) -> t.Layout:
    return t.Transposed(at_least(Level.TIGHT, base))


def raised(base: t.Layout, exponent: str) -> t.Layout:
    """How a power is written; one of a power in parentheses."""
    base = t.Fenced(base) if isinstance(base, t.Raised) else at_least(Level.TIGHT, base)
    return t.Raised(base, exponent)


def _invoked(name: str, symbol: str) -> Form:
    return lambda *arguments: t.Invoked(name, arguments, symbol)


def _collected(name: str, symbol: str) -> Form:
    return lambda family: t.Collected(name, symbol, family)


def _grid(name: str, columns: int) -> Form:
    def form(*entries: t.Layout) -> t.Layout:
        starts = range(0, len(entries), columns)
        return t.Grid(name, tuple(entries[i : i + columns] for i in starts))

    return form


_ADD = _infix("+", Level.SUM, Level.PRODUCT)
_SUBTRACT = _infix("-", Level.SUM, Level.PRODUCT)
_SCALE = _infix("*", Level.PRODUCT, Level.TIGHT)
_COMPOSE = _infix("@", Level.PRODUCT, Level.TIGHT)
_DIVIDE = _infix("/", Level.TIGHT, Level.TIGHT)

FAMILIES = frozenset({"sum", "sum_vector", "vector"})
"""Operators whose notation binds a name: their argument is laid out as a map, always."""

_NOTATION: Mapping[str, Form] = {
    "zero": _constant("0"),
    "one": _constant("1"),
    "add": _ADD,
    "subtract": _SUBTRACT,
    "negate": _negated,
    "multiply": _SCALE,
    "divide": _DIVIDE,
    "sum": _sum,
    "vector": _tabulated,
    "entry": _entry,
    "scale_vector": _SCALE,
    "dot": lambda u, v: t.InnerProduct("dot", u, v),
    "sum_vector": _sum,
    "append": _grid("append", 1),
    "concat": _collected("concat", "Concat"),
    "identity": _constant("1", "I"),
    "matrix_entry": _entry,
    "scale_matrix": _SCALE,
    "matvec": _COMPOSE,
    "matmul": _COMPOSE,
    "transpose": _transposed,
    "diagonal": _invoked("diagonal", "diag"),
    "matrix2": _grid("matrix2", 2),
    "blocks": _grid("blocks", 2),
    "blockdiag": _collected("blockdiag", "blockdiag"),
    **{op: _chosen(relation) for relation, forms in CONDITIONS.items() for op in forms},
}


def notation(operator: str) -> Form:
    """How an operator is written.

    Done entry by entry, it is written as what it does there; whatever has no notation of its own,
    by its name.
    """
    if operator in _NOTATION:
        return _NOTATION[operator]
    for name, forms in BY_NAME.items():
        if operator in forms:
            return _invoked(name, name)
    return _NOTATION.get(operator.rpartition("_")[0], _invoked(operator, operator))
