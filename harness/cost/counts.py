"""Numbers of operations, as polynomials in the sizes of what is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from harness.language.types import (
    Dim,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Scalar,
    Type,
    Vector,
    resolve,
)

Polynomial = Any
"""A SymPy expression in the sizes, each of which is a natural number of at least 1."""


_NOTHING: Polynomial = sympy.Integer(0)


class Uncountable(Exception):
    """What a term takes cannot be told from the term; says why."""


def polynomial(dim: Dim) -> Polynomial:
    """A size as a polynomial."""
    match resolve(dim):
        case DimVar(name):
            return sympy.Symbol(name, integer=True, positive=True)
        case DimLit(value):
            return sympy.Integer(value)
        case DimSum(left, right):
            return polynomial(left) + polynomial(right)
        case DimProduct(left, right):
            return polynomial(left) * polynomial(right)
        case _:
            raise Uncountable("a size that was never found")


def entries(type_: Type) -> Polynomial:
    """How many scalars a value of `type_` holds. Raises `Uncountable`."""
    match type_:
        case Scalar():
            return sympy.Integer(1)
        case Vector(size):
            return polynomial(size)
        case Matrix(rows, columns):
            return polynomial(rows) * polynomial(columns)
        case Function(Index(size), target):
            return polynomial(size) * entries(target)
        case _:
            raise Uncountable(f"a value of type {type_} holds no certain number of scalars")


def shown(value: Polynomial) -> str:
    """A polynomial as people write it, its terms of highest degree first: `2·d²·n + d·m`."""
    expanded = sympy.expand(value)
    if expanded == 0:
        return "0"
    symbols = sorted(expanded.free_symbols, key=str)
    if not symbols:
        return str(expanded)
    text = ""
    terms = sympy.Poly(expanded, *symbols).terms()
    terms.sort(key=lambda term: (-sum(term[0]), [-power for power in term[0]]))
    for exponents, coefficient in terms:
        pairs = zip(symbols, exponents, strict=True)
        factors = [f"{symbol}{_power(power)}" for symbol, power in pairs if power]
        size = abs(coefficient)
        if size != 1 or not factors:
            factors.insert(0, str(size))
        sign = "-" if coefficient < 0 else "+"
        joined = "·".join(factors)
        text += f" {sign} {joined}" if text else joined if sign == "+" else f"-{joined}"
    return text


def _power(power: int) -> str:
    return "" if power == 1 else str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


@dataclass(frozen=True)
class Counts:
    """Operations on scalars, and calls of functions of which nothing is known."""

    multiplications: Polynomial = _NOTHING
    additions: Polynomial = _NOTHING
    """Subtractions and changes of sign among them."""
    divisions: Polynomial = _NOTHING
    calls: Mapping[str, Polynomial] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        names = (*self.calls, *(name for name in other.calls if name not in self.calls))
        totals = {n: sympy.expand(self.calls.get(n, 0) + other.calls.get(n, 0)) for n in names}
        return Counts(
            sympy.expand(self.multiplications + other.multiplications),
            sympy.expand(self.additions + other.additions),
            sympy.expand(self.divisions + other.divisions),
            {name: total for name, total in totals.items() if total != 0},
        )

    def times(self, factor: Polynomial) -> Counts:
        """The same operations, `factor` times."""
        return Counts(
            self.multiplications * factor,
            self.additions * factor,
            self.divisions * factor,
            {name: count * factor for name, count in self.calls.items()},
        )

    def __sub__(self, other: Counts) -> Counts:
        return self + other.times(-1)
