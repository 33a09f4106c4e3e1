"""Putting expressions in the place of bound variables, back, and levels in that of parameters.

The kernel never works under a binder: it puts a `Local` in the place of the variable, and takes it
out again. So whatever replaces a variable is closed, and nothing has to be shifted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.kernel.terms import (
    App,
    Bound,
    Const,
    Expr,
    Lam,
    Let,
    Level,
    Local,
    Name,
    Pi,
    Proj,
    Sort,
    binds_in,
    children,
    with_children,
)
from harness.kernel.universes import instantiate as instantiate_level


def instantiate(e: Expr, values: Sequence[Expr]) -> Expr:
    """`e` with its outermost loose variables replaced: the innermost by the last of `values`."""
    if not e.loose or not values:
        return e
    last = len(values) - 1
    made: dict[tuple[Expr, int], Expr] = {}

    # Most of the kernel's time is spent here, so what has nothing to replace is not gone into.
    def at(e: Expr, depth: int) -> Expr:
        kind = type(e)
        if kind is Bound:
            return values[last - (e.index - depth)]  # type: ignore[attr-defined]
        key = (e, depth)
        new = made.get(key)
        if new is not None:
            return new
        if type(e) is App:
            fn, arg = e.fn, e.arg
            new = App(
                at(fn, depth) if fn.loose > depth else fn,
                at(arg, depth) if arg.loose > depth else arg,
            )
        elif kind is Lam or kind is Pi:
            type_, body = e.type, e.body  # type: ignore[attr-defined]
            new = (Lam if kind is Lam else Pi)(
                at(type_, depth) if type_.loose > depth else type_,
                at(body, depth + 1) if body.loose > depth + 1 else body,
            )
        elif isinstance(e, Proj):
            new = Proj(e.structure, e.index, at(e.struct, depth))
        else:
            assert isinstance(e, Let)
            new = Let(
                at(e.type, depth) if e.type.loose > depth else e.type,
                at(e.value, depth) if e.value.loose > depth else e.value,
                at(e.body, depth + 1) if e.body.loose > depth + 1 else e.body,
            )
        made[key] = new
        return new

    return at(e, 0)


def replace(e: Expr, leaf: Callable[[Expr, int], Expr | None]) -> Expr:
    """`e` with what `leaf` gives for a part and the number of binders around it in its place.

    Where `leaf` gives None, the part is gone into.
    """
    made: dict[tuple[Expr, int], Expr] = {}

    def at(e: Expr, depth: int) -> Expr:
        key = (e, depth)
        found = made.get(key)
        if found is not None:
            return found
        new = leaf(e, depth)
        if new is None:
            below = []
            # A loop: calls that go through C use up the C stack, which would end the process.
            for i, child in enumerate(children(e)):
                below.append(at(child, depth + binds_in(e, i)))
            new = with_children(e, below)
        made[key] = new
        return new

    return at(e, 0)


def abstract(e: Expr, locals: Sequence[Expr]) -> Expr:
    """`e` with bound variables in the place of these locals, the last of them innermost."""
    place = {local: len(locals) - 1 - i for i, local in enumerate(locals)}
    least = min((local.index for local in locals if isinstance(local, Local)), default=0)

    def leaf(e: Expr, depth: int) -> Expr | None:
        if e.locals <= least:
            return e
        if e in place:
            return Bound(place[e] + depth)
        return e if isinstance(e, Local) else None

    return replace(e, leaf) if locals else e


def bind(make: Callable[[Expr, Expr], Expr], locals: Sequence[Expr], body: Expr) -> Expr:
    """`body` under a binder for each of the locals, made by `lam` or `pi`."""
    body = abstract(body, locals)
    for i in range(len(locals) - 1, -1, -1):
        local = locals[i]
        assert isinstance(local, Local)
        body = make(abstract(local.type, locals[:i]), body)
    return body


def instantiate_levels(e: Expr, values: dict[Name, Level]) -> Expr:
    """`e` with these levels in the place of its level parameters."""
    if not e.has_parameter or not values:
        return e

    def leaf(e: Expr, depth: int) -> Expr | None:
        if not e.has_parameter:
            return e
        if isinstance(e, Sort):
            return Sort(instantiate_level(e.level, values))
        if isinstance(e, Const):
            return Const(e.name, tuple([instantiate_level(l, values) for l in e.levels]))
        return None

    return replace(e, leaf)
