"""Layouts as MathML Core. Elements are built, never pasted, so no name can become markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

from harness.language.notation import tree as t
from harness.language.notation.build import as_layout, layout_type
from harness.language.notation.names import printed
from harness.language.notation.symbols import (
    SCALARS,
    begins_with_fence,
    has_subscript,
    has_superscript,
    runs,
)
from harness.language.notation.text import text_of
from harness.language.terms import Equation, Term
from harness.language.types import Index, Type, resolve

_INFIX = {"+": "+", "-": "−", "*": "·", "/": "/"}
_APPLY = "\u2061"
_TIMES = "\u2062"
_TALL = frozenset({"mtable", "munder"})
"""What parentheses grow with; around the rest they keep the size of letters."""


def to_mathml(
    item: Term | Equation | Type | t.Layout, *, block: bool = False, width: int | None = None
) -> str:
    """`item` as a `<math>` element.

    With `width`, calls and equations whose text is longer than that many characters are set on
    several lines (tables of class `lines`, which the page's style aligns to the left).
    """
    root = Element("math", {"display": "block"} if block else {})
    root.append(element(as_layout(item), width))
    return tostring(root, encoding="unicode")


def element(layout: t.Layout, width: int | None = None) -> Element:
    """A layout as an element of MathML Core."""

    def walk(layout: t.Layout) -> Element:
        return element(layout, width)

    match layout:
        case t.Identifier(name):
            return _name(name)
        case t.Constant(_, symbol):
            return _text("mn", symbol) if symbol.isdigit() else _upright(symbol)
        case t.Fenced(body):
            return _fence("(", [walk(body)], ")")
        case t.Infix(symbol, left, right):
            return _row(walk(left), _infix(symbol, right), walk(right))
        case t.Negated(operand):
            return _row(_operator("−", form="prefix"), walk(operand))
        case t.Transposed(base):
            inner = _fence("(", [walk(base)], ")") if has_superscript(base) else walk(base)
            return _node("msup", inner, _top())
        case t.Raised(base, exponent):
            inner = _fence("(", [walk(base)], ")") if has_superscript(base) else walk(base)
            return _node("msup", inner, _text("mn", exponent))
        case t.Subscripted(base, indices):
            return _indexed(base, walk(base), indices)
        case t.Applied(function, arguments):
            return _applied(function, runs(arguments))
        case t.Invoked() if width is not None and len(text_of(layout)) > width:
            return _lines(_broken(layout, width))
        case t.Invoked(name, arguments, symbol):
            return _invoked(symbol or name, arguments, width)
        case t.InnerProduct(_, left, right):
            return _fence("⟨", _listed((left, right)), "⟩")
        case t.Grid(_, rows):
            return _fence("(", [_table([[walk(entry) for entry in row] for row in rows])], ")")
        case t.Collected(_, symbol, t.Mapped(binder, body)):
            head = _node("msub", _upright(symbol), _bound(binder))
            return _row(head, _operator(_APPLY), _fence("(", [walk(body)], ")"))
        case t.Collected(_, symbol, family):
            return _invoked(symbol, [family], width)
        case t.Sum(binder, body):
            head = _node("munder", _operator("∑", largeop="true"), _bound(binder))
            return _row(head, walk(body))
        case t.Chosen(relation, left, right, yes, no):
            condition = _row(walk(left), _operator(relation), walk(right))
            cases = [[walk(yes), condition], [walk(no), _upright("else")]]
            return _row(_operator("{", form="prefix"), _table(cases))
        case t.Mapped(binder, body):
            return _row(_name(binder.name), _operator("↦"), walk(body))
        case t.Tabulated(binder, body):
            return _node("msub", _fence("[", [walk(body)], "]"), _bound(binder))
        case t.Related():
            return _related(layout, width)
        case t.Space(exponents):
            return _space([walk(exponent) for exponent in exponents])
        case t.Range(size):
            return _fence("[", [walk(size)], "]")
        case t.Arrow(source, target):
            return _row(walk(source), _operator("→"), walk(target))


# -- composite notations ----------------------------------------------------------------------


def _listed(layouts: Iterable[t.Layout], width: int | None = None) -> list[Element]:
    found: list[Element] = []
    for layout in layouts:
        if found:
            found.append(_operator(",", separator="true"))
        found.append(element(layout, width))
    return found


def _applied(function: t.Layout, groups: Iterable[tuple[bool, Sequence[t.Layout]]]) -> Element:
    found = element(function)
    for i, (is_index, values) in enumerate(groups):
        if is_index:
            found = _indexed(function if i == 0 else None, found, values)
        else:
            found = _row(found, _operator(_APPLY), _fence("(", _listed(values), ")"))
    return found


def _indexed(base: t.Layout | None, found: Element, indices: Sequence[t.Layout]) -> Element:
    if not has_subscript(base):
        return _node("msub", found, _row(*_listed(indices)))
    above = _fence("(", _listed(indices), ")")
    if found.tag == "msub":
        return _node("msubsup", *found, above)
    return _node("msup", found, above)


def _invoked(name: str, arguments: Sequence[t.Layout], width: int | None) -> Element:
    inner = _listed(arguments, width)
    return _row(_upright(name), _operator(_APPLY), _fence("(", inner, ")"))


def _related(layout: t.Related, width: int | None) -> Element:
    left, right = layout.left, layout.right
    quantifier: list[Element] = []
    if layout.binders:
        quantifier = [_operator("∀", form="prefix")]
        for i, binder in enumerate(layout.binders):
            quantifier += [_comma()] if i else []
            quantifier.append(_name(binder.name))
        quantifier += [_operator(":"), _indent()]
    if width is None or len(text_of(layout)) <= width:
        return _row(*quantifier, element(left), _operator(layout.sign), element(right))
    first, second = _broken(left, width), _broken(right, width)
    return _lines(
        [
            [*quantifier, *first[0]],
            *first[1:],
            [_operator(layout.sign, form="infix"), *second[0]],
            *second[1:],
        ]
    )


def _broken(layout: t.Layout, width: int) -> list[list[Element]]:
    """A layout as lines, where it is too wide for one and there is a call to break in it."""
    if len(text_of(layout)) <= width:
        return [[element(layout)]]
    match layout:
        case t.Infix(symbol, left, right):
            lines = _broken(right, width)
            lines[0][:0] = [element(left, width), _infix(symbol, right)]
            return lines
        case t.Invoked(name, arguments, symbol):
            return _broken_call(symbol or name, arguments, width)
        case _:
            return [[element(layout, width)]]


def _broken_call(name: str, arguments: Sequence[t.Layout], width: int) -> list[list[Element]]:
    opening = _operator("(", form="prefix", stretchy="false")
    lines = [[_upright(name), _operator(_APPLY), opening]]
    used = width
    for i, argument in enumerate(arguments):
        size = len(text_of(argument)) + 2
        if used + size > width:
            lines.append([_indent(), _indent()])
            used = 0
        used += size
        is_last = i == len(arguments) - 1
        end = _operator(")", form="postfix", stretchy="false") if is_last else _comma()
        lines[-1] += [element(argument, width), end]
    return lines


def _bound(binder: t.Binder) -> Element:
    """What stands below a sign that binds: the name, and below what it stays where it counts."""
    if isinstance(resolve(binder.type), Index):
        match layout_type(binder.type):
            case t.Range(size):
                return _row(_name(binder.name), _operator("<"), element(size))
    return _name(binder.name)


def _space(exponents: Sequence[Element]) -> Element:
    scalars = _text("mi", SCALARS.unicode)
    if not exponents:
        return scalars
    parts: list[Element] = []
    for exponent in exponents:
        parts += [_operator("×"), exponent] if parts else [exponent]
    return _node("msup", scalars, _row(*parts))


# -- names and small parts --------------------------------------------------------------------


def _name(name: str) -> Element:
    parts = printed(name)
    found = _text("mi", parts.base)
    if parts.subscript:
        is_number = parts.subscript.isdigit()
        found = _node("msub", found, _text("mn" if is_number else "mi", parts.subscript))
    if parts.primes:
        found = _node("msup", found, _operator("′" * parts.primes))
    return found


def _upright(text: str) -> Element:
    found = _text("mi", text)
    if len(text) == 1:
        found.set("mathvariant", "normal")
    return found


def _top() -> Element:
    return _text("mo", "⊤")


def _comma() -> Element:
    return _operator(",", separator="true")


def _indent() -> Element:
    return Element("mspace", {"width": "1em"})


def _infix(symbol: str, right: t.Layout) -> Element:
    if symbol != "@":
        return _operator(_INFIX[symbol])
    if begins_with_fence(right):
        return _operator("·")
    return _operator(_TIMES, lspace="0.1em", rspace="0.1em")


def _fence(opening: str, inner: Sequence[Element], closing: str) -> Element:
    is_tall = any(part.tag in _TALL for item in inner for part in item.iter())
    stretchy = "true" if is_tall else "false"
    return _row(
        _operator(opening, form="prefix", stretchy=stretchy),
        *inner,
        _operator(closing, form="postfix", stretchy=stretchy),
    )


def _lines(lines: Sequence[Sequence[Element]]) -> Element:
    found = _table([[_row(*line)] for line in lines])
    found.set("class", "lines")
    return found


def _table(rows: Sequence[Sequence[Element]]) -> Element:
    return _node("mtable", *(_node("mtr", *(_node("mtd", entry) for entry in row)) for row in rows))


def _row(*parts: Element) -> Element:
    return _node("mrow", *parts)


def _node(tag: str, *parts: Element) -> Element:
    found = Element(tag)
    found.extend(parts)
    return found


def _operator(symbol: str, **attributes: str) -> Element:
    return _text("mo", symbol, attributes)


def _text(tag: str, text: str, attributes: dict[str, str] | None = None) -> Element:
    found = Element(tag, attributes or {})
    found.text = text
    return found
