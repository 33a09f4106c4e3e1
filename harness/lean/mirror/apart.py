"""Small instances at which a constant is something else than it is meant to be.

That the kernel does not find two terms equal by definition may be for want of a proof. So nothing
is refuted by that alone: the two are put at given numbers, at sizes from 0 on, and the kernel is
asked whether they differ there, which it decides by computing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count, cycle
from typing import Any

from harness.claims.library import core_scalars
from harness.claims.model import ARGUMENT, SCALARS, Library
from harness.evidence import Json
from harness.language.types import (
    Function,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Sort,
    Type,
    Vector,
    function_parts,
    resolve,
)
from harness.lean import expression as lean
from harness.lean.audit.comparison import Comparison, Identity, Trial
from harness.lean.certificate.equation import refuted
from harness.lean.certificate.numbers import (
    INTEGERS,
    MODULO_THREE,
    RATIONALS,
    CannotCertify,
    Numbers,
)
from harness.lean.certificate.values import Values
from harness.lean.expression import Constant, Expression, apply, at_levels
from harness.lean.mirror import keys
from harness.lean.mirror.meaning import sums
from harness.lean.mirror.plan import identities
from harness.lean.orders import ORDERING
from harness.lean.printer import Printer, levels_of
from harness.lean.scope import CannotPrint, LeanScope, numeral

_NATURALS = Numbers(
    "the natural numbers", lean.NAT, lean.NAT, Constant("instDecidableEqNat"), numeral
)
_CONCRETE = {"Int": INTEGERS, "Nat": _NATURALS}
_SIZES = (1, 2, 0, 3)
_SUPPLIES = (
    (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61),
    (1, 0, 1, 1, 2, 0),
)
"""What numbers are taken from, in turn."""


def trials(library: Library, asked: Iterable[str]) -> dict[str, tuple[Trial, ...]]:
    """Instances for the primitives and definitions of these keys, by key."""
    wanted = set(asked)
    printer = Printer(library)
    found: dict[str, tuple[Trial, ...]] = {}
    for key, own in identities(printer):
        if key not in wanted:
            continue
        numbers = count()
        try:
            # The sum is put at sizes of its own: its two equations say nothing of other sums.
            each = list(sums(printer)) if key == keys.primitive("sum") else list(own)
            found[key] = tuple(
                trial
                for identity in each
                for sizes in _sizes(identity)
                for supply in _SUPPLIES
                if (trial := _trial(printer, identity, sizes, cycle(supply), numbers)) is not None
            )
        except (CannotCertify, CannotPrint):
            found[key] = ()
    return found


def _sizes(identity: Identity) -> list[dict[str, int]]:
    """Of each dimension, and of each type: all alike, and in two ways unlike each other."""
    names = [p.name for p in identity.parameters if not p.is_explicit]
    types = {p.name for p in identity.parameters if p.sort is Sort.TYPE}
    if not names:
        return [{}]
    rows = [dict.fromkeys(names, size) for size in _SIZES]
    if len(names) > 1:
        rows += [{name: 1 + (i + k) % 3 for i, name in enumerate(names)} for k in (0, 1)]
    return [{name: 2 if name in types else size for name, size in row.items()} for row in rows]


def _trial(
    printer: Printer,
    identity: Identity,
    sizes: Mapping[str, int],
    supply: Iterator[int],
    numbers: Iterator[int],
) -> Trial | None:
    """The instance of these sizes; `None` where there is none, such as an index below 0."""
    try:
        instance = _Instance(printer, identity, sizes, supply)
    except CannotCertify:
        return None
    comparison = Comparison(f"{identity.key}:apart:{next(numbers)}", (), *instance.difference())
    return Trial(comparison.of("", printer.library), instance.at_which())


class _Instance(Values):
    """Two terms at given sizes and numbers. Raises `CannotCertify` and `CannotPrint`."""

    least = 0

    def __init__(
        self,
        printer: Printer,
        identity: Identity,
        sizes: Mapping[str, int],
        supply: Iterator[int],
    ) -> None:
        numbers, arithmetic, known = _scalars(printer, identity)
        super().__init__(numbers, identity.scope, arithmetic, sizes)
        self.known |= known
        self.identity = identity
        self.supply = supply
        self.places = count(1)
        self.values: dict[str, Json] = {}
        self.put(identity.parameters, self.drawn)

    def at_which(self) -> str:
        """Where it is, in words."""
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        values = ", ".join(f"{name} = {_text(value)}" for name, value in self.values.items())
        where = " and ".join(part for part in (sizes, values) if part)
        return f"over {self.numbers.says}, at {where}" if where else f"over {self.numbers.says}"

    def difference(self) -> tuple[Expression, Expression]:
        """That not all entries are equal, and its proof by computing."""
        own = self.identity
        sides = self.compared(own.result, self.at(own.this), self.at(own.that))
        everywhere, decision = sides.everywhere()
        zero = dict.fromkeys(levels_of(own.scope), "0")
        statement = apply(Constant("Not"), everywhere)
        return at_levels(statement, zero), at_levels(refuted(everywhere, decision), zero)

    def drawn(self, parameter: Parameter) -> Json:
        value = self.values[parameter.name] = self.draw(parameter.type)
        return value

    def draw(self, type_: Type) -> Json:
        """A value of a type; an open function squares each entry of its last argument."""
        match resolve(type_):
            case Scalar():
                return next(self.supply)
            case Index() | Named() as target:
                if (size := self.count(target)) == 0:
                    raise CannotCertify("there is no index below 0")
                return next(self.places) % size
            case Vector(size):
                return [next(self.supply) for _ in range(self.count(Index(size)))]
            case Matrix(rows, columns):
                return [self.draw(Vector(columns)) for _ in range(self.count(Index(rows)))]
            case Function(source, target) if isinstance(resolve(source), Index | Named):
                return [self.draw(target) for _ in range(self.count(source))]
            case Function() as open_:
                arguments, result = function_parts(open_)
                is_of_numbers = isinstance(resolve(result), Scalar | Vector | Matrix)
                if resolve(arguments[-1]) == resolve(result) and is_of_numbers:
                    return "x ↦ x * x"
        raise CannotCertify(f"no value of {type_} is known")

    def nothing(self, type_: Type) -> Expression:
        """Whatever it is; nobody asks for it."""
        return self.value(type_, self.draw(type_))


def _scalars(
    printer: Printer, identity: Identity
) -> tuple[Numbers, LeanScope, dict[str, Expression]]:
    """The numbers to compute with, and what the scalars and their instances are there."""
    own = identity.arrangement
    if own.kind:
        kind = printer.library.scalars[own.kind]
        if kind.lean_name not in _CONCRETE:
            raise CannotCertify(f"no numbers of {kind.lean_name} compute in the kernel")
        return _CONCRETE[kind.lean_name], printer.of_type(kind), {}
    kinds = [printer.library.scalars[item] for item in own.items if item in printer.library.scalars]
    divides = "divide" in own.items or any(k.lean_name == "Lean.Grind.Field" for k in kinds)
    if any(item in ORDERING for item in own.items):
        numbers = RATIONALS
        scope = printer.of_type(core_scalars()["rational numbers"])
    elif divides:
        numbers = MODULO_THREE
        given = printer.of_class(core_scalars()["field"], numbers.type, numbers.instance)
        scope = printer.concrete(numbers.type, *given, set())
    else:
        numbers = INTEGERS
        [integers] = [k for k in printer.library.scalars.values() if k.lean_name == "Int"]
        scope = printer.of_type(integers)
    found = {
        name: numbers.type if item == SCALARS else scope.instance(item)
        for item, (name, _) in zip(own.items, identity.binders, strict=False)
        if item != ARGUMENT
    }
    return numbers, scope, found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return str(value)
