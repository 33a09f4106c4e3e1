"""Layouts as sentences of the claim language: parsing them gives the same terms back."""

from __future__ import annotations

from collections.abc import Iterable

from harness.language.notation.build import layout as lay_out
from harness.language.notation.tree import (
    Applied,
    Arrow,
    Binder,
    Chosen,
    Collected,
    Constant,
    Fenced,
    Grid,
    Identifier,
    Infix,
    InnerProduct,
    Invoked,
    Layout,
    Mapped,
    Negated,
    Range,
    Related,
    Space,
    Subscripted,
    Sum,
    Tabulated,
    Transposed,
)
from harness.language.terms import Equation, Term


def to_text(item: Term | Equation, *, typed: bool = False) -> str:
    """`item` in the claim language.

    It reads back as `item`, with `typed` always; without, where the types of bound names follow
    from their use, as people write them.
    """
    return text_of(lay_out(item), typed=typed)


def text_of(layout: Layout, *, typed: bool = False) -> str:
    """A layout in the claim language."""

    def bound(binder: Binder) -> str:
        return f"{binder.name}: {binder.type}" if typed else binder.name

    def parenthesised(binder: Binder) -> str:
        return f"({bound(binder)})" if typed else binder.name

    def listed(layouts: Iterable[Layout]) -> str:
        return ", ".join(map(walk, layouts))

    def walk(layout: Layout) -> str:
        match layout:
            case Identifier(name):
                return name
            case Constant(text):
                return text
            case Fenced(body):
                return f"({walk(body)})"
            case Infix(symbol, left, right):
                return f"{walk(left)} {symbol} {walk(right)}"
            case Negated(operand):
                return f"-{walk(operand)}"
            case Transposed(base):
                return f"{walk(base)}ᵀ"
            case Subscripted(base, indices):
                return f"{walk(base)}[{listed(indices)}]"
            case Applied(function, arguments):
                return f"{walk(function)}({listed(a.value for a in arguments)})"
            case Invoked(name, arguments):
                return f"{name}({listed(arguments)})"
            case InnerProduct(name, left, right):
                return f"{name}({listed((left, right))})"
            case Grid(name, rows):
                return f"{name}({listed(entry for row in rows for entry in row)})"
            case Collected(name, _, family):
                return f"{name}({walk(family)})"
            case Sum(binder, body):
                return f"Σ {bound(binder)}, {walk(body)}"
            case Chosen(relation, left, right, yes, no):
                condition = f"{walk(left)} {relation} {walk(right)}"
                return f"if {condition} then {walk(yes)} else {walk(no)}"
            case Mapped(binder, body):
                return f"{parenthesised(binder)} ↦ {walk(body)}"
            case Tabulated(binder, body):
                return f"[{bound(binder)} ↦ {walk(body)}]"
            case Related(binders, left, right, sign):
                names = " ".join(map(parenthesised, binders))
                return f"{f'∀ {names}, ' if names else ''}{walk(left)} {sign} {walk(right)}"
            case Space(()):
                return "scalar"
            case Space(exponents):
                name = "vector" if len(exponents) == 1 else "matrix"
                return f"{name}({listed(exponents)})"
            case Range(size):
                return f"index({walk(size)})"
            case Arrow(source, target):
                return f"{walk(source)} -> {walk(target)}"

    return walk(layout)
