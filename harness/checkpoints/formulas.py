"""The formulas of family files: sizes from a config, and what the rows of a tensor are.

They are Python's syntax and nothing of its meaning: `ast` parses, and what is listed here is all
that there is. A key that a config lacks is unknown, and so is what is computed with it; `or` takes
the first that is known.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator, Mapping
from typing import Any

_OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NODES = (
    *(ast.Expression, ast.Name, ast.Load, ast.Constant, ast.Attribute, ast.Subscript),
    *(ast.BinOp, ast.BitOr, ast.BoolOp, ast.Or, ast.And, ast.UnaryOp, ast.Not, ast.Compare),
    *(ast.IfExp, *_OPERATORS),
)
_LONGEST = 500
_MOST_UNITS = 1_000_000


class FormulaError(Exception):
    """A formula that cannot be read or computed; `offset` is where in its text."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def parse(text: str) -> ast.expr:
    """The syntax of a formula. Raises `FormulaError`."""
    if len(text) > _LONGEST:
        raise FormulaError(f"longer than {_LONGEST} characters")
    try:
        found = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (getattr(error, "offset", 1) or 1) - 1
        raise FormulaError("expected a formula such as `heads*q | groups*k`", offset) from None
    for node in ast.walk(found):
        if not isinstance(node, _NODES):
            offset = getattr(node, "col_offset", 0)
            raise FormulaError(f"{type(node).__name__} is no part of a formula", offset)
    return found


def value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """What a formula comes to; None where it rests on what is not known."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return known.get(node.id)
        case ast.Attribute():
            inner = value(node.value, known)
            return inner.get(node.attr) if isinstance(inner, Mapping) else None
        case ast.Subscript():
            inner, index = value(node.value, known), value(node.slice, known)
            if isinstance(inner, list) and isinstance(index, int) and 0 <= index < len(inner):
                return inner[index]
            return inner.get(index) if isinstance(inner, Mapping) else None
        case ast.BoolOp():
            found = None
            for item in node.values:
                found = value(item, known)
                is_over = found is not None if isinstance(node.op, ast.Or) else not found
                if is_over:
                    return found
            return found
        case ast.UnaryOp():
            return not value(node.operand, known)
        case ast.IfExp():
            return value(node.body if value(node.test, known) else node.orelse, known)
        case ast.Compare() if len(node.ops) == 1:
            left, right = value(node.left, known), value(node.comparators[0], known)
            if left is None or right is None:
                return None
            return _OPERATORS[type(node.ops[0])](left, right)
        case ast.BinOp() if type(node.op) in _OPERATORS:
            left, right = value(node.left, known), value(node.right, known)
            if left is None or right is None:
                return None
            try:
                return _OPERATORS[type(node.op)](left, right)
            except (TypeError, ZeroDivisionError, ValueError) as error:
                raise FormulaError(str(error), node.col_offset) from None
    raise FormulaError("expected a number", node.col_offset)


def units(node: ast.expr, known: Mapping[str, Any], roles: Mapping[str, int]) -> Iterator[str]:
    """The roles of consecutive blocks of rows: `groups*(2*q | k)` is q, q, k, q, q, k, …"""
    match node:
        case ast.Name() if node.id in roles:
            yield node.id
        case ast.BinOp(op=ast.BitOr()):
            yield from units(node.left, known, roles)
            yield from units(node.right, known, roles)
        case ast.BinOp(op=ast.Mult()):
            count = value(node.left, known)
            if not isinstance(count, int) or not 0 < count <= _MOST_UNITS:
                message = f"expected a count before `*`, found {count!r}"
                raise FormulaError(message, node.left.col_offset)
            once = list(units(node.right, known, roles))
            if count * len(once) > _MOST_UNITS:
                raise FormulaError("more blocks than any tensor has", node.col_offset)
            yield from once * count
        case _:
            names = ", ".join(roles)
            raise FormulaError(f"expected a role ({names}), `n*…` or `…|…`", node.col_offset)
