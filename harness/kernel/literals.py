"""Literals of natural numbers and texts, and the functions on numbers that are computed at once.

A literal abbreviates a term: `3` is `Nat.succ 2`, `"ab"` is `String.ofList [Char.ofNat 97, …]`. It
may be written only where the constants that it abbreviates are what they should be (`nat_fault`,
`string_fault`), so nothing new is believed with it.

A function such as `Nat.add` is computed by Python only if it was taken on trust, or was shown by
unfolding to satisfy the equations that define it (`EQUATIONS`, an idea of lean4lean). Who declares
a `Nat.add` of their own gets what their definition says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import gcd

from harness.kernel.environment import Environment
from harness.kernel.notation import read
from harness.kernel.ruling import Refused
from harness.kernel.substitution import instantiate
from harness.kernel.terms import (
    ZERO,
    App,
    Const,
    Expr,
    Level,
    Local,
    Name,
    NatLit,
    Pi,
    Sort,
    StrLit,
    Succ,
)

NAT = Const(("Nat",))
NAT_ZERO = Const(("Nat", "zero"))
NAT_SUCC = Const(("Nat", "succ"))
TRUE = Const(("Bool", "true"))
FALSE = Const(("Bool", "false"))
STRING = Const(("String",))
CHAR = Const(("Char",))
_TYPE = Sort(Succ(ZERO))

LARGEST_BITS = 2**20
"""No number that is longer is computed with, since nothing could stop Python while it divides; what
is not computed is left to the definitions."""


def _power(base: int, exponent: int) -> int | None:
    if base.bit_length() * exponent > LARGEST_BITS:
        return None
    power: int = base**exponent
    return power


def _shift_left(a: int, by: int) -> int | None:
    return None if a.bit_length() + by > LARGEST_BITS else a << by


def _log2(a: int) -> int:
    return max(a.bit_length() - 1, 0)


Operation = Callable[..., int | bool | None]

OPERATIONS: dict[Name, tuple[int, Operation]] = {
    ("Nat", "add"): (2, lambda a, b: a + b),
    ("Nat", "sub"): (2, lambda a, b: max(a - b, 0)),
    ("Nat", "mul"): (2, lambda a, b: a * b),
    ("Nat", "div"): (2, lambda a, b: a // b if b else 0),
    ("Nat", "mod"): (2, lambda a, b: a % b if b else a),
    ("Nat", "gcd"): (2, gcd),
    ("Nat", "beq"): (2, lambda a, b: a == b),
    ("Nat", "ble"): (2, lambda a, b: a <= b),
    ("Nat", "land"): (2, lambda a, b: a & b),
    ("Nat", "lor"): (2, lambda a, b: a | b),
    ("Nat", "xor"): (2, lambda a, b: a ^ b),
    ("Nat", "shiftLeft"): (2, _shift_left),
    ("Nat", "shiftRight"): (2, lambda a, b: a >> b),
    ("Nat", "pow"): (2, _power),
    ("Nat", "log2"): (1, _log2),
}
"""Names, numbers of arguments, and what they do. None stands for a number that is too large."""


def compute(name: Name, values: list[int]) -> int | bool | None:
    """What the function comes to, or None where it is not computed."""
    count, operation = OPERATIONS[name]
    if len(values) != count or any(value.bit_length() > LARGEST_BITS for value in values):
        return None
    return operation(*values)


_ADD = "add x zero = x; add x (succ y) = succ (add x y)"
_MUL = f"{_ADD}; mul x zero = zero; mul x (succ y) = add (mul x y) x"
_PRED = "pred zero = zero; pred (succ x) = x"
EQUATIONS: dict[Name, str] = {
    ("Nat", "add"): _ADD,
    ("Nat", "sub"): f"{_PRED}; sub x zero = x; sub x (succ y) = pred (sub x y)",
    ("Nat", "mul"): _MUL,
    ("Nat", "pow"): f"{_MUL}; pow x zero = succ zero; pow x (succ y) = mul (pow x y) x",
    ("Nat", "beq"): "beq zero zero = Bool.true; beq zero (succ y) = Bool.false;"
    " beq (succ x) zero = Bool.false; beq (succ x) (succ y) = beq x y",
    ("Nat", "ble"): "ble zero y = Bool.true; ble (succ x) zero = Bool.false;"
    " ble (succ x) (succ y) = ble x y",
}
"""What determines a function on numbers, for all `x` and `y`."""


def equations(name: Name) -> Iterator[tuple[Expr, Expr]]:
    """Both sides of each equation of a function, in two variables."""
    values = [Local(0, NAT), Local(1, NAT)]
    for equation in EQUATIONS[name].split(";"):
        left, right = (
            instantiate(read(side, ("x", "y"), ("Nat",)), values) for side in equation.split("=")
        )
        yield left, right


def value_of(e: Expr) -> int | None:
    """The number, if `e` is a literal or `Nat.zero`."""
    if type(e) is NatLit:
        return e.value
    return 0 if e is NAT_ZERO else None


def as_constructor(literal: NatLit) -> Expr:
    """The literal with one constructor in sight."""
    return App(NAT_SUCC, NatLit(literal.value - 1)) if literal.value else NAT_ZERO


def as_list(literal: StrLit) -> Expr:
    """The text as a list of characters, made a text."""
    level: tuple[Level, ...] = (ZERO,)
    cons = App(Const(("List", "cons"), level), CHAR)
    built = App(Const(("List", "nil"), level), CHAR)
    for character in reversed(literal.value):
        code = App(Const(("Char", "ofNat")), NatLit(ord(character)))
        built = App(App(cons, code), built)
    return App(Const(("String", "ofList")), built)


def require_nat(environment: Environment) -> None:
    """Raise Refused unless `Nat` is the inductive type that number literals abbreviate."""
    inductive = environment.inductive(("Nat",))
    zero, following = environment.constructor(NAT_ZERO), environment.constructor(NAT_SUCC)
    if (
        inductive is None
        or inductive.type is not _TYPE
        or inductive.constructors != (("Nat", "zero"), ("Nat", "succ"))
        or (zero is None or zero.type is not NAT)
        or (following is None or following.type is not Pi(NAT, NAT))
    ):
        raise Refused("a number is written, and Nat is not the type of natural numbers")


def require_bool(environment: Environment) -> None:
    """Raise Refused unless `Bool` is the type of truth values."""
    inductive = environment.inductive(("Bool",))
    if (
        inductive is None
        or inductive.type is not _TYPE
        or inductive.constructors != (("Bool", "false"), ("Bool", "true"))
    ):
        raise Refused("a comparison of numbers is computed, and Bool is not what it should be")
