"""Products of arrays that are multiplied out when an array is asked for, in an order of their own.

A sum of products is a list of factors and of the axes that are summed. For instance

    (R @ W) @ v      R (0, −1, 5)    W (0, 5, 6)    v (0, 6)      summed over 5 and 6

Two factors at a time are multiplied, those first that take the least work: here W v, and then R
with that. So vectors meet the factors of a matrix one after the other, which is most of what makes
a claim about folded weights cheap. A family at computed places is a product as well: F(pos(j)) is
F (0, 8, −2, −1) and a `Pick` of axis 8 by pos (0, j), summed over 8. In q · F(pos(j)) v(j), q may
meet all members of F first, and the numbers of q F that are picked are few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import inf, prod
from typing import Any

from harness.arrays.axes import Arrays, Named
from harness.arrays.tape import Recorder


class Pick:
    """1 where an axis is at the place, and 0 elsewhere: summed over, it takes what is there."""

    __slots__ = ("axis", "places", "sizes")

    def __init__(self, places: Named, axis: int) -> None:
        self.places = places
        self.axis = axis
        self.sizes = places.sizes

    def renamed(self, names: Mapping[int, int]) -> Pick:
        """The same with other names for some axes."""
        return Pick(self.places.renamed(names), names.get(self.axis, self.axis))


Factor = Named | Pick


@dataclass(slots=True)
class Product:
    """A product of arrays, summed over some axes."""

    factors: tuple[Factor, ...]
    over: Mapping[int, int] = field(default_factory=dict)
    """The axes that are summed, with their sizes. No other product has one of the same name."""
    known: Named | None = None
    """The product multiplied out, once it was."""

    def renamed(self, names: Mapping[int, int]) -> Product:
        """The same with other names for some axes."""
        over = {names.get(axis, axis): size for axis, size in self.over.items()}
        return Product(tuple(factor.renamed(names) for factor in self.factors), over)

    def summed(self, axis: int, size: int) -> Product:
        """The sum over one more axis."""
        return Product(self.factors, {**self.over, axis: size})

    def has(self, axis: int) -> bool:
        """Whether it depends on an axis."""
        return any(axis in factor.sizes for factor in self.factors)


@dataclass(frozen=True, slots=True)
class Binder:
    """A bound index, which takes all of 0 … size − 1 along an axis."""

    axis: int
    size: int


@dataclass(frozen=True, slots=True)
class Indices:
    """Computed places, and families of them, with named axes."""

    array: Named


class Algebra(Arrays):
    """Products and sums of products, and their arrays.

    With `as_written`, products do not wait: each is multiplied out where its author wrote it, so
    that what it comes to can be laid beside what somebody else computes on his way.
    """

    def __init__(self, tape: Recorder[Any], *, as_written: bool = False) -> None:
        super().__init__(tape)
        self.as_written = as_written

    def constant(self, value: int) -> Product:
        """A number."""
        return Product((Named(self.tape.constant(value), ()),))

    def times(self, left: Product, right: Product) -> Product:
        """The product of two, not multiplied out."""
        if self.as_written:
            left, right = Product((self.array(left),)), Product((self.array(right),))
        if left.over.keys() & right.over.keys():
            right = right.renamed({axis: self.fresh() for axis in right.over})
        return Product((*left.factors, *right.factors), {**left.over, **right.over})

    def at(self, family: Product, rank: int, index: Binder | Indices) -> Product:
        """A family of so many axes at an index: its first axis gets the name of the index.

        Places that are computed are a `Pick`, and so are indices that the same factor depends on.
        """
        first = -rank
        having = [factor.sizes for factor in family.factors if first in factor.sizes]
        if not having:
            return family
        if isinstance(index, Binder) and not any(index.axis in sizes for sizes in having):
            return family.renamed({first: index.axis})
        places, axis, size = self.places(index), self.fresh(), having[0][first]
        found = family.renamed({first: axis})
        return Product((*found.factors, Pick(places, axis)), found.over).summed(axis, size)

    def places(self, index: Binder | Indices) -> Named:
        """The places that an index takes."""
        if isinstance(index, Indices):
            return index.array
        xp, size = self.tape.xp, index.size
        every = self.tape.fixed("places", size, lambda: xp.arange(size))
        return Named(every, (index.axis,))

    def pointwise(self, operation: str, *values: Product) -> Product:
        """An operation of the arithmetic, entry by entry."""
        return Product((self.pointwise_of(operation, *map(self.array, values)),))

    def array(self, product: Product) -> Named:
        """A product multiplied out."""
        if product.known is None:
            product.known = self._multiplied(product)
        return product.known

    def _multiplied(self, product: Product) -> Named:
        factors, over = list(product.factors), product.over
        for i, factor in enumerate(factors):
            if isinstance(factor, Named):
                factors[i] = self._summed(factor, over, factors[:i] + factors[i + 1 :])
        while len(factors) > 1:
            i, j = _cheapest(factors, over)
            others = [factor for k, factor in enumerate(factors) if k not in (i, j)]
            factors = self._pair(factors[i], factors[j], over, others)
        (found,) = factors
        assert isinstance(found, Named)
        # What does not depend on an index is the same at each.
        idle = {axis: size for axis, size in over.items() if not product.has(axis)}
        if not idle:
            return found
        every = found.sizes | idle
        return self.total(Named(self.spread(found, every), tuple(every)), list(idle))

    def _summed(self, array: Named, over: Mapping[int, int], others: Sequence[Factor]) -> Named:
        """The sum over the axes that are summed and that no other factor has."""
        spoken = set().union(*map(_spoken_of, others))
        return self.total(array, [a for a in array.axes if a in over and a not in spoken])

    def _pair(
        self, left: Factor, right: Factor, over: Mapping[int, int], others: list[Factor]
    ) -> list[Factor]:
        """The factors with two of them multiplied."""
        if isinstance(left, Pick):
            left, right = right, left
        assert isinstance(left, Named)
        if isinstance(right, Pick):
            found = self.taken(left, right.axis, right.places)
            if any(right.axis in factor.sizes for factor in others):
                others = [*others, right]
            return [*others, self._summed(found, over, others)]
        spoken = set().union(*map(_spoken_of, others))
        inner = [a for a in left.axes if a in over and a in right.axes and a not in spoken]
        if not inner:
            return [*others, self.pointwise_of("multiply", left, right)]
        return [*others, self.matmul(left, right, inner)]


def _spoken_of(factor: Factor) -> Iterable[int]:
    """The axes of a factor, and one that it picks."""
    return (*factor.sizes, factor.axis) if isinstance(factor, Pick) else factor.sizes


def _cheapest(factors: Sequence[Factor], over: Mapping[int, int]) -> tuple[int, int]:
    """Which two factors to multiply first."""
    pairs = [*combinations(range(len(factors)), 2)]
    if len(pairs) == 1:
        return pairs[0]
    counts = Counter(axis for factor in factors for axis in _spoken_of(factor))
    return min(pairs, key=lambda pair: _cost(factors[pair[0]], factors[pair[1]], over, counts))


def _cost(
    left: Factor, right: Factor, over: Mapping[int, int], counts: Mapping[int, int]
) -> tuple[float, float]:
    """Products of numbers that it takes to multiply two factors, and how many more there are then.

    A number that is copied counts as one and a half. `counts` says how many factors have an axis.
    """
    ours, theirs = left.sizes, right.sizes
    sizes = ours | theirs
    for pick, other in ((left, right), (right, left)):
        if isinstance(pick, Pick):
            if isinstance(other, Pick) or pick.axis not in other.sizes:
                return inf, inf
            return 1.5 * prod(sizes.values()) / max(sizes[pick.axis], 1), 0
    work, before = prod(sizes.values()), prod(ours.values()) + prod(theirs.values())
    kept = 1
    for axis, size in sizes.items():
        if axis not in over or counts[axis] > (axis in ours) + (axis in theirs):
            kept *= size
    # What has no sum in common comes last, unless nothing grows: no tables of all products.
    return inf if work == kept > before else work, kept - before
