"""Small instances at which a constant is something else than it is meant to be.

That the kernel does not find two terms equal by definition may be for want of a proof. So nothing
is refuted by that alone: the two are put at given numbers, at sizes from 0 on, and the kernel is
asked whether they differ there, which it decides by computing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

from harness.claims.load import core_scalars
from harness.claims.model import ARGUMENT, SCALARS, Library
from harness.evidence import Json
from harness.language.elaborate import elaborate_as
from harness.language.parser import parse_term
from harness.language.scope import Scope
from harness.language.types import (
    SCALAR,
    Function,
    Index,
    Matrix,
    Named,
    Scalar,
    Sort,
    Type,
    Vector,
    dim_value,
    function_parts,
    resolve,
)
from harness.lean import expression as lean
from harness.lean.certificate.equation import Sides, refuted
from harness.lean.certificate.numbers import INTEGERS, MODULO_THREE, Numbers, place, table
from harness.lean.expression import Constant, Expression, apply, at_levels, substitute
from harness.lean.mirror import keys
from harness.lean.mirror.comparison import Comparison, Identity
from harness.lean.mirror.meaning import sums
from harness.lean.mirror.plan import identities
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


class _NoInstance(Exception):
    """There is no instance here, or none that is known."""


@dataclass(frozen=True)
class Trial:
    """One instance, and the statement that the two terms differ there, with its proof."""

    comparison: Comparison
    at: str
    """Where that is, in words."""


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
        except (_NoInstance, CannotPrint):
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
    except _NoInstance:
        return None
    comparison = Comparison(f"{identity.key}:apart:{next(numbers)}", (), *instance.difference())
    return Trial(comparison.of("", printer.library), instance.at())


class _Instance:
    """Two terms at given sizes and numbers. Raises `_NoInstance` and `CannotPrint`."""

    def __init__(
        self,
        printer: Printer,
        identity: Identity,
        sizes: Mapping[str, int],
        supply: Iterator[int],
    ) -> None:
        self.identity = identity
        self.sizes = sizes
        self.supply = supply
        self.places = count(1)
        self.numbers, self.scope, self.known = _scalars(printer, identity)
        self.values: dict[str, Json] = {}
        for parameter in identity.parameters:
            name = identity.scope.local(parameter).name
            match parameter.sort:
                case Sort.DIMENSION:
                    self.known[name] = numeral(sizes[parameter.name])
                case Sort.TYPE:
                    self.known[name] = apply(Constant("Fin"), numeral(sizes[parameter.name]))
                case type_:
                    self.known[name], self.values[parameter.name] = self.value(type_)

    def at(self) -> str:
        """Where it is, in words."""
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        values = ", ".join(f"{name} = {_text(value)}" for name, value in self.values.items())
        where = " and ".join(part for part in (sizes, values) if part)
        return f"over {self.numbers.says}, at {where}" if where else f"over {self.numbers.says}"

    def difference(self) -> tuple[Expression, Expression]:
        """That not all entries are equal, and its proof by computing."""
        entries: list[Type] = []
        type_ = resolve(self.identity.result)
        while True:
            match type_:
                case Function(source, target) if isinstance(resolve(source), Index | Named):
                    entries.append(source)
                    type_ = resolve(target)
                case Vector(size):
                    entries.append(Index(size))
                    type_ = SCALAR
                case Matrix(rows, columns):
                    entries += [Index(rows), Index(columns)]
                    type_ = SCALAR
                case _:
                    break
        if isinstance(type_, Scalar):
            equality = self.numbers.equality
        elif isinstance(type_, Index | Named):
            equality = apply(Constant("instDecidableEqFin"), numeral(self.count(type_)))
        else:
            raise _NoInstance
        sides = Sides(
            [],
            [],
            [(f"i_{n}", self.type(source)) for n, source in enumerate(entries)],
            [self.count(source) for source in entries],
            self.type(type_),
            equality,
            substitute(self.identity.this, self.known),
            substitute(self.identity.that, self.known),
        )
        everywhere, decision = sides.everywhere()
        zero = dict.fromkeys(levels_of(self.identity.scope), "0")
        statement = apply(Constant("Not"), everywhere)
        return at_levels(statement, zero), at_levels(refuted(everywhere, decision), zero)

    def type(self, type_: Type) -> Expression:
        return substitute(self.identity.scope.type(type_), self.known)

    def count(self, type_: Type) -> int:
        """How many indices or positions there are."""
        match resolve(type_):
            case Index(size):
                return dim_value(size, self.sizes)
            case Named(name):
                return self.sizes[name]
        raise _NoInstance

    def value(self, type_: Type) -> tuple[Expression, Json]:
        """A value of a type, in Lean and for people."""
        match resolve(type_):
            case Scalar():
                number = next(self.supply)
                return self.numbers.number(number), number
            case Index() | Named() as target:
                if (size := self.count(target)) == 0:
                    raise _NoInstance
                chosen = next(self.places) % size
                return place(chosen, size), chosen
            case Vector(size):
                return self.table(Index(size), SCALAR)
            case Matrix(rows, columns):
                return self.table(Index(rows), Vector(columns))
            case Function(source, target) if isinstance(resolve(source), Index | Named):
                return self.table(source, target)
            case Function() as open_:
                return self.function(open_)
        raise _NoInstance

    def table(self, source: Type, target: Type) -> tuple[Expression, Json]:
        size = self.count(source)
        if size == 0:
            # Nobody asks for its values; whatever they would be they need not be made of it.
            inner, _ = self.value(target)
            return lean.Function("i", self.type(source), inner), []
        found = [self.value(target) for _ in range(size)]
        return table([value for value, _ in found], self.type(target)), [told for _, told in found]

    def function(self, type_: Function) -> tuple[Expression, Json]:
        """A function that is left open: each entry of its last argument, squared."""
        arguments, result = function_parts(type_)
        if resolve(arguments[-1]) != resolve(result) or "multiply" not in self.scope.instances:
            raise _NoInstance
        match resolve(result):
            case Scalar():
                indices: list[Type] = []
            case Vector(size):
                indices = [Index(size)]
            case Matrix(rows, columns):
                indices = [Index(rows), Index(columns)]
            case _:
                raise _NoInstance
        text = "x ↦ x * x"
        one = elaborate_as(parse_term(text), Function(SCALAR, SCALAR), Scope({}, ()))
        binders = [(f"x_{n}", self.type(each)) for n, each in enumerate(arguments)]
        places = [(f"i_{n}", self.type(each)) for n, each in enumerate(indices)]
        entry = apply(lean.Local(binders[-1][0]), *(lean.Local(name) for name, _ in places))
        return lean.function([*binders, *places], apply(self.scope.term(one), entry)), text


def _scalars(
    printer: Printer, identity: Identity
) -> tuple[Numbers, LeanScope, dict[str, Expression]]:
    """The numbers to compute with, and what the scalars and their instances are there."""
    own = identity.arrangement
    if own.kind:
        kind = printer.library.scalars[own.kind]
        if kind.lean_name not in _CONCRETE:
            raise _NoInstance
        return _CONCRETE[kind.lean_name], printer.of_type(kind), {}
    kinds = [printer.library.scalars[item] for item in own.items if item in printer.library.scalars]
    divides = "divide" in own.items or any(k.lean_name == "Lean.Grind.Field" for k in kinds)
    if divides:
        numbers = MODULO_THREE
        [field] = [k for k in core_scalars().values() if k.lean_name == "Lean.Grind.Field"]
        given = printer.of_class(field, numbers.type, numbers.instance)
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
