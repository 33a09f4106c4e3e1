"""Exact arithmetic modulo a prime, on doubles: residues between −p/2 and p/2.

A product of two residues is below 2⁴⁶, so sums of up to `_TERMS` of them are exact in a double
and matrix products run at the speed of the floating-point ones. Every result is reduced again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays.arithmetic import PlainArithmetic
from harness.arrays.backend import Backend
from harness.numeric.degenerate import constants
from harness.numeric.placing import Placing

Residues = NDArray[np.float64]

PRIMES = (16777213, 16777199, 8388593)
"""2²⁴ − 3, 2²⁴ − 17 and 2²³ − 15."""

PAIRS = ((8117, 2029), (8069, 2017), (7949, 1987))
"""Primes p and q with p = 4q + 1: the integers modulo p have a q-th root of 1, and one of −1."""

FEW = (3, 5, 7)
"""Primes modulo which what no form tells may be met with by trying."""

SMALL_PRIMES = (2, 3)
"""The characteristics in which 1 + 1, or 1 + 1 + 1, is 0: laws of division by them fail there."""

_TERMS = 64

_FEW = 300
"""So many inverses by Euclid's algorithm take as long as powers of a whole array do."""


class PrimeField(PlainArithmetic[Residues]):
    """The integers modulo `prime`, which is below 2²⁴."""

    is_field = True
    """Whether every number but 0 has an inverse."""

    def __init__(self, prime: int, xp: Any = np) -> None:
        self.prime = prime
        self.xp: Any = xp
        self._p = float(prime)
        self._reciprocal = 1.0 / prime

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrimeField) and (self.prime, self.xp) == (other.prime, other.xp)

    def __hash__(self) -> int:
        return hash((self.prime, self.xp))

    def on(self, backend: Backend) -> PrimeField:
        """The same numbers on arrays of a backend, to compute with and not to draw."""
        return self if backend.xp is self.xp else PrimeField(self.prime, backend.xp)

    def reduce(self, value: Residues) -> Residues:
        """Integers of magnitude up to 2⁵³, reduced to residues around 0."""
        if self.xp is np:
            whole = np.asarray(value * self._reciprocal)
            np.rint(whole, out=whole)
            np.multiply(whole, self._p, out=whole)
            return np.subtract(value, whole, out=whole)
        return value - self._p * self.xp.round(value * self._reciprocal)  # type: ignore[no-any-return]

    def canonical(self, value: Residues) -> NDArray[np.int64]:
        """The residues as integers in 0 … p − 1."""
        return np.asarray(value, dtype=np.int64) % self.prime

    # -- arithmetic -----------------------------------------------------------------------------

    def constant(self, value: int) -> Residues:
        least = value % self.prime
        near = least - self.prime if 2 * least > self.prime else least
        return self.xp.asarray(float(near), dtype=self.xp.float64)  # type: ignore[no-any-return]

    def divide(self, left: Residues, right: Residues) -> Residues:
        return self.multiply(left, self.reciprocal(right))

    def matmul(self, left: Residues, right: Residues) -> Residues:
        k = left.shape[-1]
        if k <= _TERMS:
            return super().matmul(left, right)
        found = self.matmul(left[..., :_TERMS], right[..., :_TERMS, :])
        return self.add(found, self.matmul(left[..., _TERMS:], right[..., _TERMS:, :]))

    def reciprocal(self, value: Residues) -> Residues:
        """The inverse, 0 for 0: number by number where they are few, else by Fermat, xᵖ⁻²."""
        if self.xp is np and value.size <= _FEW:
            numbers = self.canonical(value).ravel().tolist()
            inverses = [pow(x, -1, self.prime) if x else 0 for x in numbers]
            return self.reduce(np.array(inverses, dtype=np.float64)).reshape(value.shape)
        return self.power(value, max(self.prime - 2, 1))  # modulo 2, each is its own inverse

    def power(self, value: Residues, exponent: int) -> Residues:
        """Powers, by squaring."""
        found: Residues = self.xp.ones_like(value)
        power = value
        while exponent:
            if exponent & 1:
                found = self.multiply(found, power)
            power = self.multiply(power, power)
            exponent >>= 1
        return found

    def is_unit(self, value: Residues) -> NDArray[np.bool_]:
        """Which numbers have an inverse."""
        return np.asarray(value != 0)

    def roots(self, value: Residues) -> tuple[Residues, NDArray[np.bool_]]:
        """A square root of each number, and which have one."""
        numbers = self.canonical(value).ravel().tolist()
        found = [square_root(x, self.prime) for x in numbers]
        roots = self.reduce(np.array([r or 0 for r in found], dtype=np.float64))
        has = np.array([r is not None for r in found], dtype=bool)
        return roots.reshape(value.shape), has.reshape(value.shape)

    @cached_property
    def odd(self) -> int:
        """The largest odd divisor of p − 1: numbers of odd order stand for positive ones."""
        order = self.prime - 1
        return order // (order & -order)

    def positive(self, value: Residues) -> Residues:
        """Numbers of odd order, of which each has one root of odd order."""
        return self.power(value, (self.prime - 1) // self.odd)

    def are_positive(self, value: Residues) -> NDArray[np.bool_]:
        """Which numbers have odd order."""
        return np.asarray(self.power(value, self.odd) == 1)

    def inverse_roots(self, value: Residues) -> Residues:
        """A homomorphism that is 1 / √x where x has odd order; 0 for 0."""
        twos = (self.prime - 1) // self.odd
        part = twos * pow(twos, -1, self.odd)  # xᵖᵃʳᵗ is what of x has odd order
        return self.power(value, -part * ((self.odd + 1) // 2) % (self.prime - 1))

    generators = sys.maxsize
    """All orthogonal matrices are drawn independently: that is what degrees are counted for."""

    # -- drawing and solving --------------------------------------------------------------------

    def uniform(self, rng: np.random.Generator, shape: Sequence[int]) -> Residues:
        """Independent residues, each equally likely."""
        half = self.prime // 2
        return rng.integers(-half, half, tuple(shape), np.int32, endpoint=True).astype(np.float64)

    def row_reduce(self, matrix: Residues, columns: int) -> tuple[Residues, NDArray[np.bool_]]:
        """Row echelon forms of a stack (…, m, n), reduced in the first `columns` columns.

        Gives rows (…, columns, n), the row of pivot c in place c and zero where there is none,
        and which of these columns have a pivot (…, columns).
        """
        *frame, m, n = matrix.shape
        if m == 0 or columns == 0:
            return np.zeros((*frame, columns, n)), np.zeros((*frame, columns), dtype=bool)
        work = self.reduce(matrix.reshape(math.prod(frame), m, n))
        lanes = np.arange(work.shape[0])
        free = np.ones((work.shape[0], m), dtype=bool)
        order = np.zeros((work.shape[0], columns), dtype=np.int64)
        found = np.zeros((work.shape[0], columns), dtype=bool)
        for c in range(columns):
            candidates = self.is_unit(work[:, :, c]) & free
            row = candidates.argmax(axis=1)
            has = candidates[lanes, row]
            pivot = work[lanes, row]
            pivot = self.multiply(pivot, self.reciprocal(pivot[:, c, None]))
            factors = work[:, :, c].copy()
            factors[lanes, row] = 0.0
            factors *= has[:, None]
            # Rows that are free are 0 in earlier columns, where every number but 0 is a unit.
            rest = work[:, :, c * self.is_field :]
            rest -= factors[:, :, None] * pivot[:, None, c * self.is_field :]
            work[:, :, c * self.is_field :] = self.reduce(rest)
            work[lanes, row] = np.where(has[:, None], pivot, work[lanes, row])
            free[lanes, row] &= ~has
            order[:, c], found[:, c] = row, has
        rows = np.take_along_axis(work, order[:, :, None], axis=1) * found[:, :, None]
        return rows.reshape(*frame, columns, n), found.reshape(*frame, columns)

    def null_vectors(
        self, rng: np.random.Generator, matrix: Residues, scale: Residues, draws: int
    ) -> tuple[Residues, NDArray[np.int64]]:
        """Uniform solutions (…, draws, n) of A x = 0 for a stack, and how many are independent."""
        *frame, m, n = matrix.shape
        if m > n + 2:
            matrix = self.matmul(self.uniform(rng, (*frame, n + 2, m)), matrix)
        rows, pivots = self.row_reduce(matrix, n)
        free = self.uniform(rng, (*frame, draws, n)) * ~pivots[..., None, :]
        solved = self.matmul(free, np.swapaxes(rows, -1, -2))
        return self.reduce(free - solved * pivots[..., None, :]), (~pivots).sum(axis=-1)

    def inverse(self, matrix: Residues) -> Residues:
        """Inverses of a stack of square matrices; wrong for one that is singular."""
        n = matrix.shape[-1]
        one = np.broadcast_to(np.eye(n), matrix.shape)
        rows, _ = self.row_reduce(np.concatenate([matrix, one], axis=-1), n)
        return rows[..., n:]

    def orthogonal_in(
        self, rng: np.random.Generator, element: Residues, signs: Residues
    ) -> Residues:
        """An orthogonal matrix by Cayley's transform of the skew part of `element`.

        It lies in any algebra, closed under transposition, that `element` (…, d, d) lies in;
        `signs`, an orthogonal involution of that algebra, lets it reach determinant −1.
        """
        skew = self.subtract(element, np.swapaxes(element, -1, -2))
        one = np.eye(element.shape[-1])
        turn = self.matmul(self.subtract(one, skew), self.inverse(self.add(one, skew)))
        return self.matmul(signs, turn)

    def circle(self, rng: np.random.Generator, shape: Sequence[int], count: int) -> Residues:
        """Points (…, count) whose squares add up to 1, by stereographic projection."""
        t = self.uniform(rng, (*shape, count - 1))
        square = self.total(self.multiply(t, t))
        scale = self.reciprocal(self.add(square, np.asarray(1.0)))
        last = self.multiply(self.subtract(square, np.asarray(1.0)), scale)
        others = self.multiply(self.add(t, t), scale[..., None])
        return np.concatenate([others, last[..., None]], axis=-1)

    def turns(self, rng: np.random.Generator, shape: Sequence[int]) -> Residues:
        """Points (*shape, 2) of the circle; any of them is some power of a generic one."""
        return self.circle(rng, shape, 2)

    def free(self, rng: np.random.Generator, shape: Sequence[int], rank: int) -> Residues:
        """The values of a variable that no hypothesis speaks of."""
        return self.uniform(rng, shape)


class PairField(PrimeField):
    """The integers modulo p q, which are pairs of residues: a ring in which `exp` can be had.

    Over a field of p elements `exp(a + b) = exp(a) exp(b)` leaves only constants, since a added to
    itself p times is 0. Here the exponent is the residue modulo q, and the power one modulo p.
    """

    def __init__(self, p: int, q: int, xp: Any = np) -> None:
        super().__init__(p * q, xp)
        self.p, self.q = p, q

    def on(self, backend: Backend) -> PairField:
        return self if backend.xp is self.xp else PairField(self.p, self.q, backend.xp)

    is_field = False

    def is_unit(self, value: Residues) -> NDArray[np.bool_]:
        numbers = self.canonical(value)
        return np.asarray((numbers % self.p != 0) & (numbers % self.q != 0))

    def reciprocal(self, value: Residues) -> Residues:
        """The inverse of each residue of a pair, 0 for 0: x^(λ−1), where x^λ is 1 or 0."""
        return self.power(value, math.lcm(self.p - 1, self.q - 1) - 1)

    def roots(self, value: Residues) -> tuple[Residues, NDArray[np.bool_]]:
        numbers = self.canonical(value).ravel().tolist()
        pairs = [
            (square_root(x % self.p, self.p), square_root(x % self.q, self.q)) for x in numbers
        ]
        found = [0 if a is None or b is None else int(self._joined(a, b)) for a, b in pairs]
        has = [a is not None and b is not None for a, b in pairs]
        roots = self.reduce(np.array(found, dtype=np.float64)).reshape(value.shape)
        return roots, np.array(has, dtype=bool).reshape(value.shape)

    def exp(self, value: Residues) -> Residues:
        """A power of the q-th root of 1 modulo p, and 1 modulo q."""
        return self._taken(self._powers[0], value)

    def circle_at(self, value: Residues) -> tuple[Residues, Residues]:
        """Cosine and sine: half the sum and difference of such powers, with a root of −1 for i."""
        _, cosine, sine = self._powers
        return self._taken(cosine, value), self._taken(sine, value)

    def _taken(self, table: Residues, value: Residues) -> Residues:
        return np.asarray(table[self.canonical(value) % self.q])

    @cached_property
    def _powers(self) -> tuple[Residues, Residues, Residues]:
        """Tables of the exponential, cosine and sine, by the residue modulo q."""
        p, q = self.p, self.q
        generator = next(g for g in range(2, p) if pow(g, 4, p) != 1 and pow(g, 2 * q, p) == p - 1)
        root, i = pow(generator, 4, p), pow(generator, q, p)
        powers = [pow(root, k, p) for k in range(q)]
        half = pow(2, -1, p)
        cosines = [(powers[k] + powers[-k]) * half for k in range(q)]
        sines = [(powers[k] - powers[-k]) * half * pow(i, -1, p) for k in range(q)]
        joined = (
            [self._joined(a % p, b) for a in row]
            for row, b in ((powers, 1), (cosines, 1), (sines, 0))
        )
        first, second, third = (self.reduce(np.array(row, dtype=np.float64)) for row in joined)
        return first, second, third

    def _joined(self, a: int, b: int) -> int:
        """The number that is a modulo p and b modulo q."""
        p, q = self.p, self.q
        return (a + p * ((b - a) * pow(p, -1, q) % q)) % (p * q)


def square_root(x: int, p: int) -> int | None:
    """A square root modulo an odd prime, by Tonelli and Shanks; modulo 2, x itself."""
    if p == 2 or x == 0:
        return x
    if pow(x, (p - 1) // 2, p) != 1:
        return None
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    other = next(z for z in range(2, p) if pow(z, (p - 1) // 2, p) == p - 1)
    c, root, t = pow(other, odd, p), pow(x, (odd + 1) // 2, p), pow(x, odd, p)
    while t != 1:
        k, square = 0, t
        while square != 1:
            k, square = k + 1, square * square % p
        step = pow(c, 1 << (twos - k - 1), p)
        twos, c = k, step * step % p
        root, t = root * step % p, t * c % p
    return root


class RandomFunction:
    """A random function of residues and indices, drawn afresh for each lane of a batch.

    Equal arguments give equal results; unequal ones give results that are independent, unless
    their 64-bit keys agree (a chance of at most 2⁻⁴⁰: a random linear form modulo 2⁶⁴ of
    differences below 2²⁴). The mixing is splitmix64's; a result takes the upper 53 bits, so that
    none is likelier than another by more than 2⁻²⁹ of its chance.
    """

    def __init__(
        self,
        field: PrimeField,
        keys: NDArray[np.uint64],
        ranks: Sequence[int],
        shape: Sequence[int],
        degenerate: bool = True,
    ) -> None:
        """With `degenerate`, it is constant in the lanes that are to have that."""
        self.field = field
        self.keys = keys
        self.ranks = tuple(ranks)
        self.result_shape = tuple(shape)
        self._factor, self._shift = np.ones(keys.size), np.zeros(keys.size)
        if degenerate:
            self._factor, self._shift = constants(keys.size)
        self._outputs = _mix(np.arange(math.prod(shape), dtype=np.uint64) + np.uint64(1 << 40))
        self._kept: dict[tuple[int, int], NDArray[np.uint64]] = {}

    def __str__(self) -> str:
        return f"a random function modulo {self.field.prime}"

    def on(self, placing: Placing) -> Fetching:
        """The same function on other arrays."""
        return Fetching(self, placing.backend)

    def __call__(self, arguments: Sequence[Any]) -> Residues:
        key: NDArray[np.uint64] = self.keys
        offset, prime = 1, self.field.prime
        for argument, rank in zip(arguments, self.ranks, strict=True):
            array = np.asarray(argument)
            if array.dtype == np.float64:
                array = self.field.reduce(array)
                array += prime * (array < 0)
            numbers = array.astype(np.uint64)
            length = math.prod(numbers.shape[numbers.ndim - rank :])
            factors = self._factors(offset, length)
            offset += length
            if rank != 1:
                numbers = numbers.reshape(*numbers.shape[: numbers.ndim - rank], length)
            key = key + np.vecdot(numbers, factors)
        mixed = _mix(key[..., None] + self._outputs) >> np.uint64(11)
        found: Residues = np.floor(mixed * (prime * 2.0**-53))
        found -= prime // 2
        found = found * self._factor[:, None] + self._shift[:, None]
        return found.reshape(*found.shape[:-1], *self.result_shape)

    def _factors(self, offset: int, length: int) -> NDArray[np.uint64]:
        """The coefficients (lanes, length) of the linear form, for both sides of a claim."""
        if (offset, length) not in self._kept:
            coordinates = np.arange(offset, offset + length, dtype=np.uint64)
            mixed = _mix(self.keys[:, None] + _mix(coordinates))
            self._kept[offset, length] = mixed | np.uint64(1)
        return self._kept[offset, length]


@dataclass(frozen=True)
class Fetching:
    """Computed by NumPy: integers of 64 bits without a sign are not on every backend."""

    function: Callable[[Sequence[Any]], Residues]
    backend: Backend

    def __str__(self) -> str:
        return str(self.function)

    def __call__(self, arguments: Sequence[Any]) -> Any:
        return self.backend.place(self.function([self.backend.fetch(a) for a in arguments]))


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return value
