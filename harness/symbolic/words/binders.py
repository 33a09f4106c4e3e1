"""Bound indices: named by height, opened to be looked at, and closed in one order again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count, groupby, islice, permutations, product
from typing import Any, TypeVar

from harness.symbolic.words.nodes import (
    Abstraction,
    Atom,
    Bracket,
    Delta,
    Factor,
    Inverse,
    Letter,
    Monomial,
    Poly,
    Value,
    Word,
    bracket,
)

MAX_PERMUTATIONS = 720
"""Orders of bound indices that are compared to find the least; beyond, equal sums may differ."""

Opened = tuple[tuple[Atom, ...], tuple[Factor, ...], Word]
"""The open indices, the factors and the word of a monomial."""

_Node = TypeVar("_Node")
_fresh = count()


def local(type_: str) -> Atom:
    """A new open index."""
    return Atom("l", f"%{next(_fresh)}", (), type_)


def bound(level: int, type_: str) -> Atom:
    """The bound index of a height."""
    return Atom("b", f"{level:04}", (), type_)


def height(node: object) -> int:
    """The greatest number of binders of a normal form, one within the other."""
    kind = type(node)
    if kind is Atom or kind is Letter:
        node, kind = node.args, tuple  # type: ignore[attr-defined]
    if not node or not isinstance(node, tuple):
        return 0
    inner = max(map(height, node))
    if kind is Monomial:
        return inner + len(node.binders)  # type: ignore[attr-defined]
    return inner + (kind is Abstraction)


def is_closed(node: object) -> bool:
    """Whether every bound index in a part of a normal form is bound within that part."""
    return not _escaping(node)


def _escaping(node: object) -> set[str]:
    if not isinstance(node, tuple):
        return set()
    if isinstance(node, Atom) and node.kind == "b":
        return {node.name}
    own = len(node.binders) if isinstance(node, Monomial) else isinstance(node, Abstraction)
    top = height(node) if own else 0
    names = {bound(level, "").name for level in range(top - own + 1, top + 1)}
    return set().union(*map(_escaping, node)) - names


# -- monomials and functions ------------------------------------------------------------------


def open_binders(m: Monomial) -> Opened:
    """A monomial with new open indices for those that it binds."""
    if not m.binders:
        return (), m.factors, m.word
    base = height(m) - len(m.binders)
    locals_ = tuple(map(local, m.binders))
    names = {("b", bound(base + i, "").name): index for i, index in enumerate(locals_, 1)}
    return locals_, *_renamed_parts(m.factors, m.word, names)


def close_binders(locals_: tuple[Atom, ...], factors: tuple[Factor, ...], word: Word) -> Monomial:
    """The sum over open indices, in the order that gives the least monomial."""
    if not locals_:
        return Monomial((), tuple(sorted(factors)), word)
    base = height((factors, word))

    def closed(order: Sequence[Atom]) -> Monomial:
        names = {("l", x.name): bound(base + i, x.type) for i, x in enumerate(order, 1)}
        return Monomial(tuple(x.type for x in order), *_renamed_parts(factors, word, names))

    if len(locals_) == 1:
        return closed(locals_)

    def marked(index: Atom) -> str:
        marks = {("l", x.name): bound(base + 1 + (x == index), x.type) for x in locals_}
        return repr(_renamed_parts(factors, word, marks))

    alike = Counter(x.type for x in locals_)
    keys = {x: (x.type, marked(x) if alike[x.type] > 1 else "") for x in locals_}
    groups = [
        list(g) for _, g in groupby(sorted(locals_, key=keys.__getitem__), key=keys.__getitem__)
    ]
    orders = product(*(permutations(group) for group in groups))
    choices = (closed([x for group in order for x in group]) for order in orders)
    return min(islice(choices, MAX_PERMUTATIONS))


def open_abstraction(abstraction: Abstraction) -> tuple[Atom, Value]:
    """A new open name, and the body over it."""
    index = local(abstraction.type)
    name = bound(height(abstraction), "").name
    return index, renamed(abstraction.body, {("b", name): index})


def close_abstraction(index: Atom, type_: str, body: Value) -> Abstraction:
    """The function of an open name."""
    level = bound(height(body) + 1, type_)
    return Abstraction("f", type_, renamed(body, {("l", index.name): level}))


# -- renaming ---------------------------------------------------------------------------------


def renamed(node: _Node, names: Mapping[tuple[str, str], Atom]) -> _Node:
    """Indices for indices, one to one: nothing can simplify, so nothing but orders changes."""
    return _renamed(node, names)  # type: ignore[no-any-return]


def _renamed_parts(
    factors: tuple[Factor, ...], word: Word, names: Mapping[tuple[str, str], Atom]
) -> tuple[tuple[Factor, ...], Word]:
    return tuple(sorted(_renamed(factors, names))), _renamed(word, names)


def _renamed(node: Any, names: Mapping[tuple[str, str], Atom]) -> Any:
    if type(node) is tuple:  # most are
        return tuple([_renamed(item, names) for item in node])
    match node:
        case Atom(kind, name, args, type_):
            found = names.get((kind, name))
            if found is not None or not args:
                return found or node
            return Atom(kind, name, _renamed(args, names), type_)
        case Letter(kind, name, args):
            return Letter(kind, name, _renamed(args, names), *node[3:]) if args else node
        case Bracket(_, word):
            return bracket(_renamed(word, names))
        case Delta(kind, left, right):
            return Delta(kind, *sorted((_renamed(left, names), _renamed(right, names))))
        case Inverse(kind, of):
            return Inverse(kind, _renamed(of, names))
        case Abstraction() | Monomial() if not _mentions(node, names):
            return node  # opening and closing costs a walk for each level of binders within
        case Abstraction(_, type_):
            index, body = open_abstraction(node)
            return close_abstraction(index, type_, _renamed(body, names))
        case Monomial():
            locals_, factors, word = open_binders(node)
            return close_binders(locals_, _renamed(factors, names), _renamed(word, names))
        case Poly(terms):
            return Poly(tuple(sorted((_renamed(m, names), c) for m, c in terms)))
    raise TypeError(f"no part of a normal form: {node!r}")


def _mentions(node: Any, names: Mapping[tuple[str, str], Atom]) -> bool:
    kind = type(node)
    if kind is Atom or kind is Letter:
        if (node.kind, node.name) in names:
            return True
        node = node.args
    return isinstance(node, tuple) and any(_mentions(item, names) for item in node)
