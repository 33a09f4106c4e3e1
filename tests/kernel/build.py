"""Declarations written by hand, and what the kernel says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path

from harness.kernel.check import Checker
from harness.kernel.declarations import (
    Axiom,
    Constructor,
    Declaration,
    Definition,
    Export,
    Inductive,
    InductiveType,
    Opaque,
    Theorem,
    constants,
    reach,
)
from harness.kernel.environment import without_names
from harness.kernel.export import read_export
from harness.kernel.inductive import recursors_of
from harness.kernel.ruling import Ruling
from harness.kernel.substitution import bind
from harness.kernel.terms import (
    ZERO,
    Const,
    Expr,
    Lam,
    Level,
    Local,
    Name,
    Param,
    Pi,
    Sort,
    Succ,
    apply,
)

_indices = count(1000)

U, V = Param(("u",)), Param(("v",))
ONE, TWO = Succ(ZERO), Succ(Succ(ZERO))
PROP, TYPE = Sort(ZERO), Sort(ONE)


def n(text: str) -> Name:
    return tuple(text.split("."))


def c(text: str, *args: Expr, us: tuple[Level, ...] = ()) -> Expr:
    """A constant, applied."""
    return apply(Const(n(text), us), args)


NAT, BOOL, FALSE, TRUE = c("Nat"), c("Bool"), c("False"), c("True")
ZERO_NAT = c("Nat.zero")


def following(e: Expr) -> Expr:
    return c("Nat.succ", e)


def forall(type: Expr, body: Callable[[Expr], Expr]) -> Expr:
    """`∀ x : type, body x`."""
    x = Local(next(_indices), type)
    return bind(Pi, [x], body(x))


def fun(type: Expr, body: Callable[[Expr], Expr]) -> Expr:
    """`fun x : type => body x`."""
    x = Local(next(_indices), type)
    return bind(Lam, [x], body(x))


def arrow(*types: Expr) -> Expr:
    """`types[0] → … → types[-1]`, none of which speaks of a variable."""
    result = types[-1]
    for type in reversed(types[:-1]):
        result = Pi(type, result)
    return result


def eq(level: Level, type: Expr, a: Expr, b: Expr) -> Expr:
    return c("Eq", type, a, b, us=(level,))


def refl(level: Level, type: Expr, a: Expr) -> Expr:
    return c("Eq.refl", type, a, us=(level,))


def axiom(name: str, type: Expr, params: str = "") -> Axiom:
    return Axiom(n(name), tuple((p,) for p in params.split()), type, False)


def definition(name: str, type: Expr, value: Expr, params: str = "") -> Definition:
    levels = tuple((p,) for p in params.split())
    return Definition(n(name), levels, type, value, 1, "safe", (n(name),))


def theorem(name: str, type: Expr, value: Expr, params: str = "") -> Theorem:
    return Theorem(n(name), tuple((p,) for p in params.split()), type, value, (n(name),))


def opaque(name: str, type: Expr, value: Expr, params: str = "") -> Opaque:
    return Opaque(n(name), tuple((p,) for p in params.split()), type, value, False, (n(name),))


def equation(name: str, type: Expr, a: Expr, b: Expr, level: Level = ONE) -> Theorem:
    """The theorem `a = b` with the proof `rfl`."""
    return theorem(name, eq(level, type, a, b), refl(level, type, a))


def types(
    *members: tuple[str, Expr, dict[str, Expr]],
    params: int = 0,
    levels: str = "",
    indices: int = 0,
    recursive: bool = False,
    nested: int = 0,
) -> Inductive:
    """Inductive types defined together, without recursors: each with its constructors."""
    level_params = tuple((p,) for p in levels.split())
    names = tuple(n(name) for name, _, _ in members)
    found, made = [], []
    for name, type, constructors in members:
        own = tuple(n(f"{name}.{each}") for each in constructors)
        found.append(
            InductiveType(
                name=n(name),
                level_params=level_params,
                type=type,
                num_params=params,
                num_indices=indices,
                all=names,
                constructors=own,
                num_nested=nested,
                is_recursive=recursive,
                is_unsafe=False,
                is_reflexive=False,
            )
        )
        for index, (each, constructor) in enumerate(zip(own, constructors.values(), strict=True)):
            made.append(
                Constructor(
                    name=each,
                    level_params=level_params,
                    type=constructor,
                    inductive=n(name),
                    index=index,
                    num_params=params,
                    num_fields=_binders(constructor) - params,
                    is_unsafe=False,
                )
            )
    return Inductive(tuple(found), tuple(made), ())


def _binders(type: Expr) -> int:
    total = 0
    while hasattr(type, "body"):
        total, type = total + 1, type.body
    return total


KINDS = Path(__file__).with_name("kinds.ndjson")


@cache
def kinds() -> Export:
    """What Lean 4.28 made of Kinds.lean, with all that it rests on."""
    with KINDS.open("rb") as lines:
        return read_export(lines)


@cache
def base() -> tuple[Declaration, ...]:
    """A few declarations of Lean's own to speak of."""
    names = "Nat Bool Eq False True And Or Quot.lift Quot.sound propext Classical.choice Kinds.Pair"
    names += " Kinds.Point Kinds.Seq Kinds.Any Kinds.Index Nat.mul Kinds.Color Iff"
    return reach(kinds(), [n(name) for name in names.split()]).declarations


def checker(*declarations: Declaration) -> Checker:
    """A checker that has accepted these."""
    made = Checker(fuel=200_000, seconds=20)
    for declaration in declarations:
        ruling = made.rule(declaration, lambda name: False)
        assert ruling.verdict == "accepted", ruling
    return made


@cache
def _based() -> Checker:
    return checker(*base())


def behind_base() -> Checker:
    """A checker that has accepted the base."""
    made = checker()
    known = _based().environment
    made.environment.constants.update(known.constants)
    made.environment.accelerated.update(known.accelerated)
    return made


def rulings(*declarations: Declaration) -> list[Ruling]:
    """What the kernel says of each, behind the base."""
    made = behind_base()
    return [made.rule(declaration, lambda name: False) for declaration in declarations]


def accepted(*declarations: Declaration) -> None:
    for ruling in rulings(*declarations):
        assert ruling.verdict == "accepted", ruling


def refused(*declarations: Declaration, because: str) -> None:
    """All but the last are accepted, and the last is refused for this reason."""
    *before, last = rulings(*declarations)
    for ruling in before:
        assert ruling.verdict == "accepted", ruling
    assert last.verdict == "refused", last
    assert because in last.reason, last.reason


def complete(block: Inductive, *before: Declaration, on: Checker | None = None) -> Inductive:
    """The block with the recursors that come with it: for tests of what is asked before them."""
    made = on or behind_base()
    for declaration in before:
        assert made.rule(declaration, lambda name: False).verdict == "accepted"
    made.kernel.fuel = 200_000
    plain = Inductive(
        tuple(map(without_names, block.types)), tuple(map(without_names, block.constructors)), ()
    )
    found = recursors_of(made.environment, plain, made.kernel)
    return replace(block, recursors=tuple(item.recursor for item in found))


def names_of(export: Export) -> list[Name]:
    return [each.name for item in export.declarations for each in constants(item)]
