"""The numbers of which certificates speak, and values made of them, as Lean expressions.

A value is written out: a vector is a function that asks which index it was given. So the kernel
computes with it as it stands, and nothing is defined beside the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib.resources import files

from harness.claims.model import REFERENCE, Library, ScalarKind
from harness.evidence import Json
from harness.language.terms import Relation
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, Literal, Local, apply
from harness.lean.scope import numeral

ONE = "+0"
"""The universe level 1, of which Lean's types of data are."""

BOOL = Constant("Bool")
TRUE, FALSE = Constant("Bool.true"), Constant("Bool.false")


class CannotCertify(Exception):
    """An instance that the kernel cannot decide; says why."""


@dataclass(frozen=True)
class Numbers:
    """A type of scalars that the kernel computes with."""

    says: str
    """Such as `the integers`."""
    type: Expression
    instance: Expression
    """Its instance of the class that the claim's scalars come from."""
    equality: Expression
    """How equality of two of them is decided."""
    number: Callable[[int], Expression]
    modulus: int = 0
    """Numbers that differ by a multiple of it are the same; 0 where none do."""
    order: Mapping[Relation, str] = field(default_factory=dict)
    """The constants that decide the order of two of them."""
    has_fractions: bool = False

    def decision(self, relation: Relation) -> Expression:
        """How a relation of two of them is decided. Raises `CannotCertify`."""
        if relation is Relation.EQUAL:
            return self.equality
        if relation is Relation.UNEQUAL:
            sides = Local("a"), Local("b")
            equal = apply(Constant("Eq", (ONE,)), self.type, *sides)
            decided = apply(Constant("instDecidableNot"), equal, apply(self.equality, *sides))
            return lean.function([("a", self.type), ("b", self.type)], decided)
        if relation not in self.order:
            raise CannotCertify(f"{self.says} have no {relation}")
        return Constant(self.order[relation])

    def of(self, value: Json) -> Expression:
        """A number of a counterexample. Raises `CannotCertify` where it is none of these."""
        if not self.has_fractions:
            return self.number(whole(value))
        number = fraction(value)
        top, bottom = integer(number.numerator), Literal(number.denominator)
        return apply(Constant("mkRat"), top, bottom)


def integer(value: int) -> Expression:
    """An integer, by its constructor."""
    if value < 0:
        return apply(Constant("Int.negSucc"), Literal(-value - 1))
    return apply(Constant("Int.ofNat"), Literal(value))


def place(value: int, size: int) -> Expression:
    """One of the numbers below `size`."""
    if not 0 <= value < size:
        raise CannotCertify(f"{value} is no place below {size}")
    proof = apply(
        Constant("Nat.le_of_ble_eq_true"),
        *(Literal(value + 1), Literal(size)),
        apply(Constant("Eq.refl", (ONE,)), BOOL, TRUE),
    )
    return apply(Constant("Fin.mk"), numeral(size), Literal(value), proof)


INTEGERS = Numbers(
    "the integers",
    Constant("Int"),
    Constant("Lean.Grind.instCommRingInt"),
    Constant("Int.instDecidableEq"),
    integer,
    order={Relation.AT_MOST: "Int.decLe", Relation.LESS: "Int.decLt"},
)

RATIONALS = Numbers(
    "the rational numbers",
    Constant("Rat"),
    Constant("Lean.Grind.instFieldRat"),
    Constant("instDecidableEqRat"),
    lambda value: apply(Constant("mkRat"), integer(value), Literal(1)),
    order={Relation.AT_MOST: "Rat.instDecidableLe", Relation.LESS: "Rat.instDecidableLt"},
    has_fractions=True,
)

MODULO_THREE = Numbers(
    "the integers modulo 3",
    apply(Constant("Fin"), numeral(3)),
    Constant(f"{REFERENCE}.fieldModuloThree"),
    apply(Constant("instDecidableEqFin"), numeral(3)),
    lambda value: place(value % 3, 3),
    3,
)

RING_MODULO_THREE = replace(MODULO_THREE, instance=Constant(f"{REFERENCE}.ringModuloThree"))

FURTHER = (files("harness.lean.certificate") / "Numbers.lean").read_text("utf-8")
"""The Lean text that declares what is cited of numbers and not in Lean's library."""

NUMBERS: Mapping[str, Numbers] = {
    "Lean.Grind.CommRing": INTEGERS,
    "Lean.Grind.Field": MODULO_THREE,
    "Int": INTEGERS,
    "Rat": RATIONALS,
}
"""Of which numbers a certificate speaks, by the class or type of a claim's scalars.

Of any ordered ring or field it speaks of the fractions, which are one.
"""

FINITE: Mapping[str, Numbers] = {
    "Lean.Grind.CommRing": RING_MODULO_THREE,
    "Lean.Grind.Field": MODULO_THREE,
}
"""Of which ones, where hypotheses speak of all numbers, of which there must be an end."""


def numbers_of(scalars: ScalarKind, library: Library, modulus: int = 0) -> Numbers:
    """The numbers of a certificate; with a modulus, those. Raises `CannotCertify`."""
    lean_name = "Rat" if scalars.is_ordered else scalars.lean_name
    found = (FINITE if modulus else NUMBERS).get(lean_name)
    for kind in library.scalars.values():
        if found is None and kind.lean_name == "Int" and lean_name in kind.classes:
            # Another class, of which the integers are one by an instance that the library names.
            found = replace(INTEGERS, instance=Constant(kind.classes[lean_name]))
    if found is None or modulus not in (0, found.modulus):
        of = f" modulo {modulus}" if modulus else ""
        raise CannotCertify(f"no numbers of {lean_name}{of} compute in the kernel")
    return found


def whole(value: Json) -> int:
    """An integer of a counterexample. Raises `CannotCertify` for another number."""
    number = fraction(value)
    if number.denominator != 1:
        raise CannotCertify(f"{value} is not an integer")
    return int(number)


def fraction(value: Json) -> Fraction:
    """A number of a counterexample. Raises `CannotCertify` for what is none."""
    try:
        return Fraction(value)  # type: ignore[arg-type]
    except (ArithmeticError, TypeError, ValueError):
        raise CannotCertify(f"{value!r} is not a number") from None


def table(entries: Sequence[Expression], type_: Expression) -> Expression:
    """A function from the numbers below `len(entries)` to values of `type_`."""
    size = len(entries)
    if not size:
        raise CannotCertify("a dimension of size 0")
    index = apply(Constant("Fin.val"), numeral(size), Local("i"))
    *others, found = entries
    for k in reversed(range(len(others))):
        is_here = apply(Constant("Nat.beq"), index, Literal(k))
        found = apply(Constant("cond", (ONE,)), type_, is_here, others[k], found)
    return lean.Function("i", apply(Constant("Fin"), numeral(size)), found)
