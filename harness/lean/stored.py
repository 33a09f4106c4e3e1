"""Lean's terms as they are stored, with a name of its own for each binder.

A binder's name is what its author called it, a middle dot and a number, so that no name means two
things and putting a term for a name captures nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from harness.kernel import terms as kernel
from harness.lean.audit.names import shown as name_text
from harness.lean.expression import (
    Application,
    Constant,
    Expression,
    ForAll,
    Function,
    Literal,
    Local,
    Sort,
    apply,
    mapped,
    source,
    substitute,
)
from harness.lean.expression import spine as spine
from harness.lean.levels import raised, stored

MARK = "·"
"""Stands between the name that a binder has in Lean and its number; in no name of Lean's own."""

PROJECTION = "projection "
"""What the name of a constant begins with that stands for a field; no name of Lean's."""


def read(term: kernel.Expr, numbers: Iterator[int] | None = None) -> Expression:
    """The expression that a closed term is."""
    numbers = count() if numbers is None else numbers

    def walk(e: kernel.Expr, scope: tuple[str, ...]) -> Expression:
        match e:
            case kernel.Bound():
                return Local(scope[-1 - e.index])
            case kernel.Const():
                return Constant(name_text(e.name))
            case kernel.Sort():
                level = stored(e.level, _spoken_level)
                return Sort("" if level == "0" else raised(level, -1))
            case kernel.NatLit():
                return Literal(e.value)
            case kernel.StrLit():
                return Constant("a text")
            case kernel.App():
                return Application(walk(e.fn, scope), walk(e.arg, scope))
            case kernel.Binder():
                type_ = walk(e.type, scope)
                own = fresh(e.name)
                body = walk(e.body, (*scope, own))
                kind = Function if isinstance(e, kernel.Lam) else ForAll
                return kind(own, type_, body)
            case kernel.Let():
                type_, value = walk(e.type, scope), walk(e.value, scope)
                own = fresh(e.name)
                return Application(Function(own, type_, walk(e.body, (*scope, own))), value)
            case kernel.Proj():
                field = f"{PROJECTION}{name_text(e.structure)}.{e.index}"
                return Application(Constant(field), walk(e.struct, scope))
        raise AssertionError(f"a term of kind {type(e).__name__} is stored nowhere")

    def fresh(name: kernel.Name) -> str:
        return f"{'.'.join(map(str, name))}{MARK}{next(numbers)}"

    return walk(term, ())


def _spoken_level(name: kernel.Name) -> str:
    return re.sub(r"[^\w.']", "_", name_text(name))


def base_name(name: str) -> str:
    """What a binder is called in Lean."""
    return name.rsplit(MARK, 1)[0]


def spoken_name(name: str) -> str:
    """The same for a reader: without what Lean appends to a name that nobody wrote."""
    return base_name(name).split("._@.", 1)[0]


def beta(head: Expression, arguments: list[Expression]) -> Expression:
    """`head` at `arguments`, reduced where it is a function."""
    values: dict[str, Expression] = {}
    rest = list(arguments)
    while rest and isinstance(head, Function):
        values[head.name] = rest.pop(0)
        head = head.body
    found = substitute(head, values)
    if rest and isinstance(found, Function):
        return beta(found, rest)
    return apply(found, *rest)


def unfolded(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """`expression` with the constants of `values` unfolded, and reduced, wherever they stand."""
    head, arguments = spine(expression)
    arguments = [unfolded(argument, values) for argument in arguments]
    match head:
        case Constant(name) if name in values:
            return unfolded(beta(values[name], arguments), values)
        case Function() if arguments:
            return unfolded(beta(head, arguments), values)
        case _:
            return apply(mapped(head, lambda part: unfolded(part, values)), *arguments)


def outgrows(expression: Expression, values: Mapping[str, Expression], most: int) -> bool:
    """Whether it has more than `most` parts once it is `unfolded`, which is not done for this.

    A name that `let` gives to a value may stand for twice what the one before it stands for.
    """
    Given = tuple[Expression, dict[str, Any]]
    waiting: list[tuple[Expression, list[Given], dict[str, Given]]] = [(expression, [], {})]
    while waiting:
        most -= 1
        if most < 0:
            return True
        part, given, known = waiting.pop()
        match part:
            case Application(function, argument):
                waiting.append((function, [(argument, known), *given], known))
            case Function(name, _, body) if given:
                waiting.append((body, given[1:], {**known, name: given[0]}))
            case Local(name) if name in known:
                value, before = known[name]
                waiting.append((value, given, before))
            case Constant(name) if name in values:
                waiting.append((values[name], given, {}))
            case Function(_, type_, body) | ForAll(_, type_, body):
                waiting += [(type_, [], known), (body, [], known)]
            case _:
                waiting += [(argument, [], before) for argument, before in given]
    return False


def names(expression: Expression) -> Iterator[str]:
    """The names that `expression` does not bind itself, and as often as they stand there."""
    match expression:
        case Local(name):
            yield name
        case Application(function, argument):
            yield from names(function)
            yield from names(argument)
        case Function(name, type_, body) | ForAll(name, type_, body):
            yield from names(type_)
            yield from (found for found in names(body) if found != name)
        case _:
            return


def shown(expression: Expression) -> str:
    """`expression` as Lean text, with the names that its binders have in Lean."""
    return re.sub(rf"(\._@\.[^\s{MARK}]*)?{MARK}\d+", "", source(expression))


_SIZE = re.compile(r"\(OfNat\.ofNat Nat \(nat_lit (\d+)\) \(instOfNatNat \(nat_lit \1\)\)\)")


def short(expression: Expression) -> str:
    """The same, short enough for a sentence: without the signs that mean all arguments, and with
    sizes as numbers."""
    text = _SIZE.sub(r"\1", shown(expression).replace("@", ""))
    return text if len(text) <= 60 else f"{text[:57]}…"
