"""What a formula comes to, modulo a prime, at random values of its variables.

An exponential is a homomorphism between two fields: with q a prime that divides p − 1, and g of
order q modulo p, exp(a) = gᵃ turns sums modulo q into products modulo p. So a formula is asked
modulo p, and what stands in an exponential modulo q; each part only in the field that it is
asked in. An exponential within an exponential is a random function of its argument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from harness.numeric.modular import PrimeField, RandomFunction, Residues
from harness.programs.graph import Node, NotApplicable

SAFE_PRIMES = (
    *(16776899, 16775723, 16775483, 16775219, 16774679, 16774487),
    *(16774463, 16774067, 16773899, 16773767, 16773479, 16772879),
)
"""The largest p below 2²⁴ for which q = (p − 1)/2 is a prime too."""

BASE = 4
"""A square, so its order modulo p is q."""

_STEP = 4096


class World:
    """A pair of fields, and values in both for the variables of formulas.

    `values` gives for each name an array of residues modulo p and one modulo q.
    """

    def __init__(self, pair: int, values: Mapping[str, Sequence[Residues]], seed: int = 0) -> None:
        self.pair = pair
        p = SAFE_PRIMES[pair]
        self.fields = (PrimeField(p), PrimeField((p - 1) // 2))
        self.values = values
        self.seed = seed
        self.known: dict[tuple[Node, int], Any] = {}
        self.zeros: dict[tuple[Node, int], Any] = {}
        """Where a divisor is 0: by chance, or because it always is."""
        self._functions: dict[tuple[str, int], RandomFunction] = {}

    def __call__(self, node: Node, level: int = 0) -> Residues:
        """The residues of a formula; modulo p, or with `level` 1 modulo q."""
        waiting = [(node, level)]
        known = self.known
        while waiting:
            task = waiting[-1]
            if task in known:
                waiting.pop()
                continue
            here, at = task
            needs = [(operand, 1 if here.raises else at) for operand in here.operands]
            missing = [need for need in needs if need not in known]
            if missing:
                waiting.extend(missing)
                continue
            known[task] = here.compute(self, at, *[known[need] for need in needs])
            waiting.pop()
        found: Residues = known[node, level]
        return found

    # -- what nodes compute with ----------------------------------------------------------------

    def constant(self, numbers: NDArray[np.float64], level: int) -> Residues:
        return exact_residues(self.fields[level], numbers)

    def variable(self, name: str, level: int) -> Residues:
        return self.values[name][level]

    def divide(self, node: Node, level: int, left: Residues, right: Residues) -> Residues:
        if (right == 0).any():
            self.zeros[node, level] = right == 0
        return self.fields[level].divide(left, right)

    def exponential(self, level: int, argument: Residues, hidden: Any) -> Residues:
        """gᵃ modulo p; modulo q, where no homomorphism is left, a random function. exp(−∞) = 0."""
        if level:
            found = self.function("exp", level, argument)
        else:
            low, high = _powers(self.fields[0])
            number = self.fields[1].canonical(argument)
            found = self.fields[0].multiply(low[number % _STEP], high[number // _STEP])
        return found if hidden is None else np.where(hidden, 0.0, found)

    def function(self, name: str, level: int, argument: Residues) -> Residues:
        """A random function of each entry, the same for the same name in one world."""
        if (name, level) not in self._functions:
            rng = np.random.default_rng([self.seed, level, crc32(name.encode())])
            keys = rng.integers(0, 2**64, 1, dtype=np.uint64)
            self._functions[name, level] = RandomFunction(self.fields[level], keys, [0], ())
        found = self._functions[name, level]([np.asarray(argument)[..., None]])
        return np.asarray(found[..., 0])


def refuse_zeros(worlds: Sequence[World]) -> None:
    """Raises `NotApplicable` where an entry is divided by 0 in each of these worlds."""
    first, *others = worlds
    for (node, level), zeros in first.zeros.items():
        if all((zeros & other.zeros.get((node, level), False)).any() for other in others):
            raise NotApplicable("divide", "it divides by 0, whatever the numbers are", node.line)


@cache
def _powers(field: PrimeField) -> tuple[Residues, Residues]:
    """The powers of the base below the step, and those of its step-th power."""

    def powers(of: int, count: int) -> Residues:
        found = [1]
        for _ in range(count - 1):
            found.append(found[-1] * of % field.prime)
        return field.reduce(np.array(found, dtype=np.float64))

    return powers(BASE, _STEP), powers(pow(BASE, _STEP, field.prime), _STEP)


def exact_residues(field: PrimeField, numbers: NDArray[np.float64]) -> Residues:
    """Floating-point numbers, which are dyadic rationals, in the field; exactly."""
    mantissa, exponent = np.frexp(np.asarray(numbers, dtype=np.float64))
    whole = (mantissa * 2.0**53).astype(np.int64) % field.prime
    distinct, places = np.unique(exponent - 53, return_inverse=True)
    powers = np.array([pow(2, int(e), field.prime) for e in distinct], dtype=np.float64)
    scale = field.reduce(powers)[places.reshape(exponent.shape)]
    return field.multiply(field.reduce(whole.astype(np.float64)), scale)


def fraction_residue(field: PrimeField, value: Fraction) -> float:
    """A fraction in the field. Raises `ZeroDivisionError` where p divides its denominator."""
    if not value.denominator % field.prime:
        raise ZeroDivisionError
    found = value.numerator * pow(value.denominator, -1, field.prime) % field.prime
    return float(found - field.prime if found > field.prime // 2 else found)
