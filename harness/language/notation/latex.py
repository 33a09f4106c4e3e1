"""Layouts as LaTeX, for any engine that knows `amsmath` and blackboard letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

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
from harness.language.terms import Equation, Relation, Term
from harness.language.types import Index, Type, resolve

_INFIX = {"+": "+", "-": "-", "*": r"\cdot", "/": "/", "@": r"\,"}
_SIGNS: dict[str, str] = {Relation.AT_MOST: r"\le", Relation.UNEQUAL: r"\ne"}


def to_latex(item: Term | Equation | Type | t.Layout) -> str:
    """`item` as LaTeX, without delimiters."""
    return latex_of(as_layout(item))


def latex_of(layout: t.Layout) -> str:
    """A layout as LaTeX, without delimiters."""
    match layout:
        case t.Identifier(name):
            return _name(name)
        case t.Constant(_, symbol):
            return symbol
        case t.Fenced(body):
            return rf"\left({latex_of(body)}\right)"
        case t.Infix("@", left, right) if begins_with_fence(right):
            return rf"{latex_of(left)} \cdot {latex_of(right)}"
        case t.Infix(symbol, left, right):
            return f"{latex_of(left)} {_INFIX[symbol]} {latex_of(right)}"
        case t.Negated(operand):
            return f"-{latex_of(operand)}"
        case t.Transposed(base) if has_superscript(base):
            return rf"\left({latex_of(base)}\right)^{{\top}}"
        case t.Transposed(base):
            return rf"{_grouped(latex_of(base))}^{{\top}}"
        case t.Raised(base, exponent) if has_superscript(base):
            return rf"\left({latex_of(base)}\right)^{{{exponent}}}"
        case t.Raised(base, exponent):
            return f"{_grouped(latex_of(base))}^{{{exponent}}}"
        case t.Subscripted(base, indices):
            return _indexed(base, latex_of(base), _listed(indices))
        case t.Applied(function, arguments):
            return _applied(function, runs(arguments))
        case t.Invoked(name, arguments, symbol):
            return rf"{_word(symbol or name)}\left({_listed(arguments)}\right)"
        case t.InnerProduct(_, left, right):
            return rf"\left\langle {latex_of(left)}, {latex_of(right)} \right\rangle"
        case t.Grid(_, rows):
            lines = r" \\ ".join(" & ".join(map(latex_of, row)) for row in rows)
            return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"
        case t.Collected(_, symbol, t.Mapped(binder, body)):
            return rf"{_word(symbol)}_{{{_bound(binder)}}}\left({latex_of(body)}\right)"
        case t.Collected(_, symbol, family):
            return rf"{_word(symbol)}\left({latex_of(family)}\right)"
        case t.Sum(binder, body):
            return rf"\sum_{{{_bound(binder)}}} {latex_of(body)}"
        case t.Chosen(relation, left, right, yes, no):
            sign = relation.replace("≤", r"\le")
            condition = rf"{latex_of(left)} {sign} {latex_of(right)}"
            cases = rf"{latex_of(yes)} & {condition} \\ {latex_of(no)} & \text{{else}}"
            return rf"\begin{{cases}} {cases} \end{{cases}}"
        case t.Mapped(binder, body):
            return rf"{_name(binder.name)} \mapsto {latex_of(body)}"
        case t.Tabulated(binder, body):
            return rf"\left[{latex_of(body)}\right]_{{{_bound(binder)}}}"
        case t.Related(binders, left, right, sign):
            names = r",\, ".join(_name(binder.name) for binder in binders)
            quantifier = rf"\forall {names}:\; " if names else ""
            return f"{quantifier}{latex_of(left)} {_SIGNS.get(sign, sign)} {latex_of(right)}"
        case t.Space(exponents):
            sizes = r" \times ".join(map(latex_of, exponents))
            scalars = rf"\mathbb{{{SCALARS.latex}}}"
            return f"{scalars}^{{{sizes}}}" if sizes else scalars
        case t.Range(size):
            return rf"\left[{latex_of(size)}\right]"
        case t.Arrow(source, target):
            return rf"{latex_of(source)} \to {latex_of(target)}"


def _listed(layouts: Iterable[t.Layout]) -> str:
    return ", ".join(map(latex_of, layouts))


def _applied(function: t.Layout, groups: Iterable[tuple[bool, Sequence[t.Layout]]]) -> str:
    text = latex_of(function)
    for i, (is_index, values) in enumerate(groups):
        listed = _listed(values)
        if is_index:
            text = _indexed(function if i == 0 else None, text, listed)
        else:
            text = rf"{text}\left({listed}\right)"
    return text


def _indexed(base: t.Layout | None, text: str, indices: str) -> str:
    if has_subscript(base):
        return f"{text}^{{({indices})}}"
    return f"{_grouped(text)}_{{{indices}}}"


def _grouped(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _bound(binder: t.Binder) -> str:
    type_ = resolve(binder.type)
    if isinstance(type_, Index):
        match layout_type(type_):
            case t.Range(size):
                return f"{_name(binder.name)} < {latex_of(size)}"
    return _name(binder.name)


def _name(name: str) -> str:
    parts = printed(name)
    base = _letters(parts.base) if len(parts.base) == 1 else rf"\mathrm{{{_letters(parts.base)}}}"
    if parts.subscript:
        base += f"_{{{_letters(parts.subscript)}}}"
    return base + "'" * parts.primes


def _word(name: str) -> str:
    return rf"\operatorname{{{_letters(name)}}}"


def _letters(text: str) -> str:
    return "".join(map(_letter, text))


def _letter(letter: str) -> str:
    if letter.isascii():
        return r"\_" if letter == "_" else letter
    words = unicodedata.name(letter).split()
    if words[0] == "SUBSCRIPT":
        return f"_{unicodedata.digit(letter)}"
    greek = {"LAMDA": "lambda"}.get(words[-1], words[-1].lower())
    if greek in _LATIN_LOOKALIKES:
        return _LATIN_LOOKALIKES[greek][words[1] == "CAPITAL"]
    if words[1] == "CAPITAL":
        latin = _LATIN_CAPITALS.get(greek)
        return latin if latin else rf"\{greek.capitalize()}{{}}"
    return rf"\{'varsigma' if 'FINAL' in words else greek}{{}}"


_LATIN_LOOKALIKES = {"omicron": ("o", "O")}
_LATIN_CAPITALS = {
    "alpha": "A",
    "beta": "B",
    "epsilon": "E",
    "zeta": "Z",
    "eta": "H",
    "iota": "I",
    "kappa": "K",
    "mu": "M",
    "nu": "N",
    "rho": "P",
    "tau": "T",
    "chi": "X",
}
