"""Layouts as sentences of the claim language: parsing them gives the same terms back."""

from __future__ import annotations

from collections.abc import Iterable

from harness.language.notation import tree as t
from harness.language.notation.build import layout as lay_out
from harness.language.terms import Equation, Term


def to_text(item: Term | Equation, *, typed: bool = False) -> str:
    """`item` in the claim language.

    It reads back as `item`, with `typed` always; without, where the types of bound names follow
    from their use, as people write them.
    """
    return text_of(lay_out(item), typed=typed)


def text_of(layout: t.Layout, *, typed: bool = False) -> str:
    """A layout in the claim language."""

    def bound(binder: t.Binder) -> str:
        return f"{binder.name}: {binder.type}" if typed else binder.name

    def parenthesised(binder: t.Binder) -> str:
        return f"({bound(binder)})" if typed else binder.name

    def listed(layouts: Iterable[t.Layout]) -> str:
        return ", ".join(map(walk, layouts))

    def walk(layout: t.Layout) -> str:
        match layout:
            case t.Identifier(name):
                return name
            case t.Constant(text):
                return text
            case t.Fenced(body):
                return f"({walk(body)})"
            case t.Infix(symbol, left, right):
                return f"{walk(left)} {symbol} {walk(right)}"
            case t.Negated(operand):
                return f"-{walk(operand)}"
            case t.Transposed(base):
                return f"{walk(base)}ᵀ"
            case t.Raised(base, exponent):
                return f"{walk(base)} ^ {exponent}"
            case t.Subscripted(base, indices):
                return f"{walk(base)}[{listed(indices)}]"
            case t.Applied(function, arguments):
                return f"{walk(function)}({listed(a.value for a in arguments)})"
            case t.Invoked(name, arguments):
                return f"{name}({listed(arguments)})"
            case t.InnerProduct(name, left, right):
                return f"{name}({listed((left, right))})"
            case t.Grid(name, rows):
                return f"{name}({listed(entry for row in rows for entry in row)})"
            case t.Collected(name, _, family):
                return f"{name}({walk(family)})"
            case t.Sum(binder, body):
                return f"Σ {bound(binder)}, {walk(body)}"
            case t.Chosen(relation, left, right, yes, no):
                condition = f"{walk(left)} {relation} {walk(right)}"
                return f"if {condition} then {walk(yes)} else {walk(no)}"
            case t.Mapped(binder, body):
                return f"{parenthesised(binder)} ↦ {walk(body)}"
            case t.Tabulated(binder, body):
                return f"[{bound(binder)} ↦ {walk(body)}]"
            case t.Related(binders, left, right, sign):
                names = " ".join(map(parenthesised, binders))
                return f"{f'∀ {names}, ' if names else ''}{walk(left)} {sign} {walk(right)}"
            case t.Space(()):
                return "scalar"
            case t.Space(exponents):
                name = "vector" if len(exponents) == 1 else "matrix"
                return f"{name}({listed(exponents)})"
            case t.Range(size):
                return f"index({walk(size)})"
            case t.Arrow(source, target):
                return f"{walk(source)} -> {walk(target)}"

    return walk(layout)
