"""Numbers that identities are checked in: polynomials, and residues at random points.

An identity must hold over every field, where the inverse of 0 is 0. So of an inverse no more may be
used than what holds of all numbers alike: it respects products, and undoes itself. x · (1/x) = 1
is not of that kind. Both kinds of numbers here have an inverse of just these properties.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from fractions import Fraction
from math import gcd
from typing import Any

from harness.arrays import Unsupported
from harness.instances.tables import Table

Number = Any

PRIME = 2**61 - 1

# PRIME − 1 in two coprime parts. The exponent is 1 modulo the first and −1 modulo the second, so
# that x ↦ x^EXPONENT respects products and undoes itself, and yet is not x ↦ 1/x.
_FIRST = 2 * 3**2 * 5**2 * 7 * 11 * 13
_SECOND = (PRIME - 1) // _FIRST
EXPONENT = 1 + _FIRST * (-2 * pow(_FIRST, -1, _SECOND) % _SECOND)


class Residues:
    """Random integers, compared modulo a prime."""

    def __init__(self, seed: int) -> None:
        self._generator = random.Random(seed)
        self.used = 0

    @staticmethod
    def of(number: int | Fraction) -> int:
        if number.denominator == 1:
            return int(number)
        return number.numerator * pow(number.denominator, -1, PRIME) % PRIME

    def symbol(self, name: str) -> int:
        """A new random number."""
        self.used += 1
        return self._generator.randrange(PRIME)

    @staticmethod
    def key(number: int) -> int:
        """Equal for equal numbers."""
        return number % PRIME

    @staticmethod
    def reciprocal(number: int) -> int:
        """A multiplicative involution in place of the inverse."""
        return pow(number, EXPONENT, PRIME)

    @staticmethod
    def are_zero(array: Any) -> bool:
        """Whether all numbers of an array are 0."""
        return not (array % PRIME).any()


class Work(Residues):
    """Residues that count the products of monomials that polynomials in their place would make.

    A number is also how many monomials its polynomial has at most, had none of them cancelled;
    constants are collected.
    """

    def __init__(self) -> None:
        super().__init__(seed=0)
        self.products = 0

    def of(self, number: int | Fraction) -> _Count:  # type: ignore[override]
        return _Count(Residues.of(number), 0, int(number != 0), self)

    def symbol(self, name: str) -> _Count:  # type: ignore[override]
        return _Count(super().symbol(name), 1, 0, self)

    @staticmethod
    def key(number: _Count | int) -> int:
        return Residues.key(number.residue if isinstance(number, _Count) else number)  # or an index

    def reciprocal(self, number: _Count) -> _Count:  # type: ignore[override]
        return _Count(Residues.reciprocal(number.residue), 1, 0, self)

    @staticmethod
    def are_zero(array: Any) -> bool:
        return not any(number.residue % PRIME for number in array.reshape(-1))


class _Count:
    __slots__ = ("constant", "others", "residue", "work")

    def __init__(self, residue: int, others: int, constant: int, work: Work) -> None:
        self.residue = residue
        self.others = others
        self.constant = constant
        """1 where the polynomial has a constant term, else 0."""
        self.work = work

    def __add__(self, other: _Count) -> _Count:
        return self._joined(self.residue + other.residue, other)

    def __sub__(self, other: _Count) -> _Count:
        return self._joined(self.residue - other.residue, other)

    def _joined(self, residue: int, other: _Count) -> _Count:
        constant = self.constant | other.constant
        return _Count(residue, self.others + other.others, constant, self.work)

    def __neg__(self) -> _Count:
        return _Count(-self.residue, self.others, self.constant, self.work)

    def __mul__(self, other: _Count) -> _Count:
        products = (self.others + self.constant) * (other.others + other.constant)
        self.work.products += products
        constant = self.constant & other.constant
        return _Count(self.residue * other.residue, products - constant, constant, self.work)

    def __bool__(self) -> bool:
        return self.others + self.constant > 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Count) and self.residue == other.residue

    __hash__ = None  # type: ignore[assignment]


class Ring:
    """A polynomial ring with a number of generators, of which as many are used as are asked for.

    SymPy's, or python-flint's for larger sizes; over the integers, or the rationals. Whether a
    number other than 0 has its inverse among these is another question: of rings and fields of
    which one knows nothing, 1/2 is a new symbol; where it `divides`, it is one half.
    """

    def __init__(
        self,
        count: int,
        backend: str = "sympy",
        *,
        is_rational: bool = False,
        divides: bool = False,
    ) -> None:
        self.backend, self.divides = backend, divides
        self.used = 0
        self._keys = 0
        self._buckets: dict[Hashable, list[tuple[int, Number]]] = {}
        self._reciprocals: dict[Hashable, Number] = {}
        names = [f"x{i}" for i in range(max(count, 1))]
        constant: Any
        number: Any
        if backend == "flint":
            import flint

            kind: Any = flint.fmpq_mpoly_ctx if is_rational else flint.fmpz_mpoly_ctx
            context = kind.get(names, "degrevlex")
            self._generators: list[Any] = list(context.gens())
            constant, number = context.constant, flint.fmpq if is_rational else flint.fmpz
        else:
            from sympy import QQ, ZZ
            from sympy.polys.rings import PolyRing

            ring = PolyRing(names, QQ if is_rational else ZZ)
            self._generators = list(ring.gens)
            constant, number = ring.ground_new, QQ if is_rational else ZZ

        def of(value: Any) -> Number:
            parts = (value.numerator, value.denominator) if is_rational else (int(value),)
            return constant(number(*parts))

        self.of = of

    def symbol(self, name: str) -> Number:
        """The next generator. Raises `Unsupported` where there is none."""
        if self.used == len(self._generators):
            raise Unsupported("more inverses than a polynomial ring was made for")
        self.used += 1
        return self._generators[self.used - 1]

    def key(self, number: Number) -> Hashable:
        """Equal for equal polynomials, of which python-flint's have no hash; and for indices."""
        if self.backend != "flint" or not isinstance(number, type(self._generators[0])):
            found: Hashable = number
            return found
        mark = (len(number), number.monomial(0)) if number else ()
        bucket = self._buckets.setdefault(mark, [])
        for place, known in bucket:
            if known == number:
                return place
        bucket.append((self._keys, number))
        self._keys += 1
        return self._keys - 1

    def reciprocal(self, number: Number) -> Number:
        """A product of new symbols, one for each irreducible factor, and each prime of the content
        by which it does not divide; of 0 it is 0."""
        if not number:
            return number
        numerator, denominator, factors = self._factors(number)
        if self.divides:
            found = self.of(Fraction(denominator, numerator))
        else:
            found = self.of(denominator if numerator > 0 else -denominator)
            for prime, power in _primes(abs(numerator)):
                found *= self._of_irreducible(self.of(prime)) ** power
        for factor, power in factors:
            found *= self._of_irreducible(factor) ** power
        return found

    def _of_irreducible(self, number: Number) -> Number:
        key = self.key(number)
        if key not in self._reciprocals:
            inverse = self.symbol("1/")
            self._reciprocals[key] = inverse
            self._reciprocals[self.key(inverse)] = number
        return self._reciprocals[key]

    def _factors(self, number: Number) -> tuple[int, int, list[tuple[Number, int]]]:
        """The content as a fraction, and the irreducible factors, each with a positive sign."""
        coefficients = [_fraction(c) for c in number.coeffs()]
        numerator = gcd(*(n for n, _ in coefficients))
        denominator = 1
        for _, d in coefficients:
            denominator = denominator * d // gcd(denominator, d)
        if coefficients[0][0] < 0:
            numerator = -numerator
        degrees = [tuple(int(e) for e in m) for m in number.monoms()]
        if len(degrees) == 1:
            generators = zip(self._generators, degrees[0], strict=True)
            return numerator, denominator, [(g, e) for g, e in generators if e]
        if max(map(sum, degrees)) <= 1:
            return numerator, denominator, [(self._primitive(number), 1)]
        _, factors = number.factor() if self.backend == "flint" else number.factor_list()
        return numerator, denominator, [(self._primitive(f), int(power)) for f, power in factors]

    def _primitive(self, number: Number) -> Number:
        """The polynomial without its content, its first coefficient positive."""
        _, found = number.primitive()
        return found if _fraction(found.coeffs()[0])[0] > 0 else -found

    @staticmethod
    def are_zero(array: Any) -> bool:
        """Whether all numbers of an array are 0."""
        return not array.any()


def rational_ring(run: Callable[[Table, Any], object], *, divides: bool = False) -> Ring:
    """A ring with as many generators as `run` asks for, which is rehearsed in residues."""
    residues = Residues(seed=0)
    rehearsal = Table.over(residues)
    run(rehearsal, residues.of)
    return Ring(rehearsal.symbols, is_rational=True, divides=divides)


def _fraction(number: Any) -> tuple[int, int]:
    return int(getattr(number, "numerator", number)), int(getattr(number, "denominator", 1))


def _primes(number: int) -> list[tuple[int, int]]:
    if number == 1:
        return []
    from sympy import factorint

    return [(int(prime), int(power)) for prime, power in factorint(number).items()]
