"""What the array interpreter asks of numbers, and the simplest way to give it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

A = TypeVar("A")


class Arithmetic(Protocol[A]):
    """Numbers held in arrays. `A` may be one array, or several that are laid out alike."""

    xp: Any
    """The array namespace that `lay` calls its function's operations from."""

    def lay(self, rearrange: Callable[..., Any], /, *values: A) -> A:
        """Apply a rearrangement of arrays (reshape, move, gather, join, choose) to `values`."""
        ...

    def shape(self, value: A) -> tuple[int, ...]:
        """The shape of the arrays in `value`."""
        ...

    def constant(self, value: int) -> A:
        """The number `value`, of shape ()."""
        ...

    def add(self, left: A, right: A) -> A:
        """The sum, entry by entry, with broadcasting; as in the three operations below."""
        ...

    def subtract(self, left: A, right: A) -> A: ...

    def multiply(self, left: A, right: A) -> A: ...

    def divide(self, left: A, right: A) -> A:
        """The quotient; 0 where `right` is 0."""
        ...

    def negate(self, value: A) -> A: ...

    def total(self, value: A) -> A:
        """The sum along the last axis; 0 where it is empty."""
        ...

    def matmul(self, left: A, right: A) -> A:
        """Products of stacks of matrices (…, m, k) and (…, k, n), with broadcasting."""
        ...


class PlainArithmetic(ABC, Generic[A]):
    """Numbers that one array holds, each an element of it: its own operations are theirs."""

    xp: Any

    @abstractmethod
    def reduce(self, value: Any) -> A:
        """What an operation of arrays comes to, as numbers of this arithmetic."""

    def lay(self, rearrange: Callable[..., Any], /, *values: Any) -> A:
        found: A = rearrange(*values)
        return found

    def shape(self, value: Any) -> tuple[int, ...]:
        return tuple(value.shape)

    def add(self, left: Any, right: Any) -> A:
        return self.reduce(left + right)

    def subtract(self, left: Any, right: Any) -> A:
        return self.reduce(left - right)

    def multiply(self, left: Any, right: Any) -> A:
        return self.reduce(left * right)

    def negate(self, value: Any) -> A:
        return self.reduce(-value)

    def total(self, value: Any) -> A:
        return self.reduce(self.xp.sum(value, axis=-1))

    def matmul(self, left: Any, right: Any) -> A:
        return self.reduce(left @ right)


class ObjectArithmetic(PlainArithmetic[Any]):
    """NumPy object arrays of exact numbers: fractions, polynomials, elements of a ring.

    `of` makes a number of an integer: `Fraction`, or `ring` itself for a SymPy ring. `inverse`
    is asked only for numbers that are not 0; a claim that divides needs it. `at_most` says of two
    whether the first is at most the second, where the numbers have an order.
    """

    def __init__(
        self,
        of: Callable[[int], Any],
        inverse: Callable[[Any], Any] | None = None,
        at_most: Callable[[Any, Any], bool] | None = None,
    ) -> None:
        import numpy as np

        self.xp = np
        self.of = of
        self.inverse = inverse
        self.at_most = at_most

    def reduce(self, value: Any) -> Any:
        """NumPy gives a bare number in place of an object array of shape ()."""
        if isinstance(value, self.xp.ndarray):
            return value
        found = self.xp.empty((), dtype=object)
        found[()] = value
        return found

    def constant(self, value: int) -> Any:
        return self.reduce(self.of(value))

    def divide(self, left: Any, right: Any) -> Any:
        if self.inverse is None:
            raise TypeError("these numbers cannot be divided")
        inverse, zero = self.inverse, self.of(0)
        reciprocals = self.xp.empty(right.shape, dtype=object)
        for place, number in self.xp.ndenumerate(right):
            reciprocals[place] = zero if number == zero else inverse(number)
        return self.multiply(left, reciprocals)

    def total(self, value: Any) -> Any:
        found = self.xp.broadcast_to(self.constant(0), value.shape[:-1])
        for i in range(value.shape[-1]):
            found = self.add(found, value[..., i])
        return found

    def matmul(self, left: Any, right: Any) -> Any:
        frame = self.xp.broadcast_shapes(left.shape[:-2], right.shape[:-2])
        found = self.xp.broadcast_to(self.constant(0), (*frame, left.shape[-2], right.shape[-1]))
        for k in range(left.shape[-1]):
            found = self.add(found, self.multiply(left[..., k, None], right[..., None, k, :]))
        return found
