"""Numbers of operations, as polynomials in the sizes of what is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

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


@dataclass(frozen=True)
class Polynomial:
    """A sum of products of sizes. SymPy has it too, and takes half a second to be loaded."""

    terms: Mapping[tuple[str, ...], int]
    """The coefficient of each product, none of them 0, by its factors in order: `(d, d, n)`."""

    @staticmethod
    def of(terms: Iterable[tuple[tuple[str, ...], int]]) -> Polynomial:
        """The sum of these terms."""
        found: Counter[tuple[str, ...]] = Counter()
        for factors, coefficient in terms:
            found[tuple(sorted(factors))] += coefficient
        return Polynomial({factors: c for factors, c in found.items() if c})

    def __add__(self, other: Polynomial) -> Polynomial:
        return self.of(chain(self.terms.items(), other.terms.items()))

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + number(-1) * other

    def __mul__(self, other: Polynomial) -> Polynomial:
        return self.of(
            ((*one, *two), a * b) for one, a in self.terms.items() for two, b in other.terms.items()
        )


def number(value: int) -> Polynomial:
    """A polynomial without sizes."""
    return Polynomial.of([((), value)])


NOTHING, ONE = number(0), number(1)


class Uncountable(Exception):
    """What a term takes cannot be told from the term; says why."""


def polynomial(dim: Dim) -> Polynomial:
    """A size as a polynomial."""
    match resolve(dim):
        case DimVar(name):
            return Polynomial({(name,): 1})
        case DimLit(value):
            return number(value)
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
            return ONE
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
    names = sorted({name for factors in value.terms for name in factors})
    text = ""
    for factors, coefficient in sorted(
        value.terms.items(), key=lambda t: (-len(t[0]), [-t[0].count(name) for name in names])
    ):
        powers = [f"{name}{_power(factors.count(name))}" for name in dict.fromkeys(factors)]
        size = abs(coefficient)
        if size != 1 or not powers:
            powers.insert(0, str(size))
        sign = "-" if coefficient < 0 else "+"
        joined = "·".join(powers)
        text += f" {sign} {joined}" if text else joined if sign == "+" else f"-{joined}"
    return text or "0"


def _power(power: int) -> str:
    return "" if power == 1 else str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


@dataclass(frozen=True)
class Counts:
    """Operations on scalars, and calls of functions of which nothing is known."""

    multiplications: Polynomial = NOTHING
    additions: Polynomial = NOTHING
    """Subtractions and changes of sign among them."""
    divisions: Polynomial = NOTHING
    calls: Mapping[str, Polynomial] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        calls = {
            name: self.calls.get(name, NOTHING) + other.calls.get(name, NOTHING)
            for name in dict.fromkeys((*self.calls, *other.calls))
        }
        return Counts(
            self.multiplications + other.multiplications,
            self.additions + other.additions,
            self.divisions + other.divisions,
            {name: total for name, total in calls.items() if total.terms},
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
        return self + other.times(number(-1))
