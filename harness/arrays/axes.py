"""Arrays whose axes have names, and products of them that are multiplied out when asked for.

The batch is axis 0; the axes of a vector or a matrix, with those of a family before them, are
…, −2, −1; and each bound index is an axis with a number of its own. So an entry v[j] is the vector
v with another name for its axis, [j ↦ …] names it back, and what does not depend on an index lacks
its axis. A sum of products is a list of factors and of the axes that are summed. For instance

    [j ↦ dot(q, R @ (W @ T(j)))]    q (0, 5)   R (0, 5, 6)   W (0, 6, 7)   T (0, −1, 7)

sums over 5, 6 and 7. Two factors at a time are multiplied, those first that take the least work:
W T gives (0, 6, −1) by one matrix product, q R gives (0, 6), and the product of these (0, −1). A
family at computed places is a factor too: F(pos(j)) is F (0, 8, −2, −1) and a `Pick` of axis 8 by
pos (0, j), so that vectors meet all members of F where that is less than to copy them for each j.
Both sides of a claim do much the same so, and what is the same is done once (`tape.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, count
from math import inf, prod
from typing import Any

from harness.arrays.tape import Recorder, Slot

BATCH = 0


class Named:
    """An array, and the names of its axes in order."""

    __slots__ = ("axes", "sizes", "slot")

    def __init__(self, slot: Slot, axes: Sequence[int]) -> None:
        self.slot = slot
        self.axes = tuple(axes)
        self.sizes = dict(zip(axes, slot.shape, strict=True))
        """How long each axis is."""


class Pick:
    """1 where an axis is at the place, and 0 elsewhere: summed over, it takes what is there."""

    __slots__ = ("axis", "places", "sizes")

    def __init__(self, places: Named, axis: int) -> None:
        self.places = places
        self.axis = axis
        self.sizes = places.sizes


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
        return Product(tuple(_renamed(factor, names) for factor in self.factors), over)

    def summed(self, axis: int, size: int) -> Product:
        """The sum over one more axis."""
        return Product(self.factors, {**self.over, axis: size})

    def has(self, axis: int) -> bool:
        """Whether it depends on an axis."""
        return any(axis in factor.sizes for factor in self.factors)


def _renamed(factor: Factor, names: Mapping[int, int]) -> Factor:
    if isinstance(factor, Pick):
        axis = names.get(factor.axis, factor.axis)
        return Pick(Named(factor.places.slot, _names(factor.places.axes, names)), axis)
    return Named(factor.slot, _names(factor.axes, names))


def _names(axes: Iterable[int], names: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(names.get(axis, axis) for axis in axes)


class Algebra:
    """Operations on arrays with named axes, recorded step by step."""

    def __init__(self, tape: Recorder[Any]) -> None:
        self.tape = tape
        self._count = count(1)

    def fresh(self) -> int:
        """A name that no axis has."""
        return next(self._count)

    def constant(self, value: int) -> Product:
        """A number."""
        return Product((Named(self.tape.constant(value), ()),))

    def times(self, left: Product, right: Product) -> Product:
        """The product of two, not multiplied out."""
        if left.over.keys() & right.over.keys():
            right = right.renamed({axis: self.fresh() for axis in right.over})
        return Product((*left.factors, *right.factors), {**left.over, **right.over})

    # -- arrays -------------------------------------------------------------------------------

    def grouped(self, array: Named, groups: Sequence[Sequence[int]]) -> Slot:
        """The array with one axis for each group of its axes, of size 1 where it has none."""
        sizes = array.sizes
        order = [axis for group in groups for axis in group if axis in sizes]
        shape = tuple(prod(sizes.get(axis, 1) for axis in group) for group in groups)
        return self.tape.arranged(array.slot, tuple(map(array.axes.index, order)), shape)

    def spread(self, array: Named, sizes: Mapping[int, int]) -> Slot:
        """The array with just these axes, in order, the same along those that it lacks."""
        slot, shape = self.grouped(array, [[axis] for axis in sizes]), tuple(sizes.values())
        if slot.shape == shape:
            return slot
        spread = partial(self.tape.xp.broadcast_to, shape=shape)
        return self.tape.lay(("spread", shape), spread, slot)

    def ungrouped(self, slot: Slot, sizes: Mapping[int, int]) -> Named:
        """The array with its axes taken apart into these."""
        shape = tuple(sizes.values())
        return Named(self.tape.arranged(slot, tuple(range(len(slot.shape))), shape), tuple(sizes))

    def alike(self, arrays: Sequence[Named]) -> tuple[list[Slot], tuple[int, ...]]:
        """Arrays that broadcast against each other, and the names of all their axes."""
        longest = max(arrays, key=lambda array: len(array.axes))
        more = [a for array in arrays for a in array.axes if a not in longest.sizes]
        axes = (*dict.fromkeys(more), *longest.axes)  # the long loops of NumPy are the last ones
        groups = [[axis] for axis in axes]
        slots = [self.grouped(array, groups) if array.axes else array.slot for array in arrays]
        return slots, axes

    def pointwise(self, operation: str, *values: Product) -> Product:
        """An operation of the arithmetic, entry by entry."""
        return Product((self._pointwise(operation, *map(self.array, values)),))

    def _pointwise(self, operation: str, *arrays: Named) -> Named:
        slots, axes = self.alike(arrays)
        run = getattr(self.tape.arithmetic, operation)
        return Named(self.tape.step(operation, run, *slots), axes)

    def where(self, mask: Named, value: Product) -> Product:
        """The value where a mask holds, and 0 elsewhere."""
        tape, xp = self.tape, self.tape.xp
        slots, axes = self.alike([mask, self.array(value)])

        def choose(mask: Any, value: Any, zero: Any) -> Any:
            return tape.arithmetic.lay(lambda x, z: xp.where(mask, x, z), value, zero)

        return Product((Named(tape.step("where", choose, *slots, tape.constant(0)), axes),))

    # -- products -----------------------------------------------------------------------------

    def array(self, product: Product) -> Named:
        """A product multiplied out."""
        if product.known is None:
            product.known = self._multiplied(product)
        return product.known

    def _multiplied(self, product: Product) -> Named:
        factors, over = list(product.factors), product.over
        for i, factor in enumerate(factors):
            if isinstance(factor, Named):
                factors[i] = self._total(factor, over, factors[:i] + factors[i + 1 :])
        while len(factors) > 1:
            counts = Counter(axis for factor in factors for axis in _spoken_of(factor))
            pairs = combinations(range(len(factors)), 2)
            i, j = min(pairs, key=lambda pair: _cost(*[factors[k] for k in pair], over, counts))
            others = [factor for k, factor in enumerate(factors) if k not in (i, j)]
            factors = self._pair(factors[i], factors[j], over, others)
        (found,) = factors
        assert isinstance(found, Named)
        # What does not depend on an index is the same at each.
        every = found.sizes | {a: size for a, size in over.items() if not product.has(a)}
        return self._total(Named(self.spread(found, every), tuple(every)), over, ())

    def _total(self, array: Named, over: Mapping[int, int], others: Sequence[Factor]) -> Named:
        """The sum over the axes that are summed and that no other factor has."""
        spoken = set().union(*map(_spoken_of, others))
        summed = [axis for axis in array.axes if axis in over and axis not in spoken]
        if not summed:
            return array
        kept = tuple(axis for axis in array.axes if axis not in summed)
        slot = self.grouped(array, [*([axis] for axis in kept), summed])
        return Named(self.tape.step("total", self.tape.arithmetic.total, slot), kept)

    def _pair(
        self, left: Factor, right: Factor, over: Mapping[int, int], others: list[Factor]
    ) -> list[Factor]:
        """The factors with two of them multiplied."""
        if isinstance(left, Pick) or isinstance(right, Pick):
            pick, array = (left, right) if isinstance(left, Pick) else (right, left)
            assert isinstance(pick, Pick)
            assert isinstance(array, Named)
            found = self._taken(array, pick)
            if any(pick.axis in factor.sizes for factor in others):
                others = [*others, pick]
            return [*others, self._total(found, over, others)]
        spoken = set().union(*map(_spoken_of, others))
        inner = [a for a in left.axes if a in over and a in right.axes and a not in spoken]
        if not inner:
            return [*others, self._pointwise("multiply", left, right)]
        return [*others, self._matmul(left, right, inner)]

    def _matmul(self, left: Named, right: Named, inner: Sequence[int]) -> Named:
        """Both arrays as stacks of matrices, over the axes that they share."""
        shared = [a for a in left.axes if a in right.axes and a not in inner]
        rows = [a for a in left.axes if a not in right.axes]
        columns = [a for a in right.axes if a not in left.axes]
        stack = [[a] for a in shared]
        found = self.tape.step(
            "matmul",
            self.tape.arithmetic.matmul,
            self.grouped(left, [*stack, rows, inner]),
            self.grouped(right, [*stack, inner, columns]),
        )
        sizes = left.sizes | right.sizes
        return self.ungrouped(found, {a: sizes[a] for a in (*shared, *rows, *columns)})

    def _taken(self, array: Named, pick: Pick) -> Named:
        """An array at computed places along one of its axes.

        F (0, 8, −2, −1) by pos (0, 3) is one `take` of the rows of an array (0·8, −2, −1), at the
        places (0·3); for each lane the row at which its members begin is added to the places.
        """
        tape, xp, places = self.tape, self.tape.xp, pick.places
        shared = [a for a in array.axes if a in places.axes]
        rest = [a for a in array.axes if a not in shared and a != pick.axis]
        own = [a for a in places.axes if a not in shared]
        sizes = array.sizes | places.sizes
        lanes, members = prod(sizes[a] for a in shared), sizes[pick.axis]
        shape = tuple(sizes[a] for a in (*shared, *own, *rest))

        def rows(places: Any) -> Any:
            first = xp.reshape(xp.arange(lanes) * members, (lanes, 1))
            return xp.reshape(places + first, (-1,))

        def take(array: Any, at: Any) -> Any:
            if 0 in shape:
                return lay(lambda x: xp.empty(shape, dtype=x.dtype), array)
            return lay(lambda x: xp.reshape(xp.take(x, at, axis=0), shape), array)

        are_places = array.slot.are_places
        lay: Callable[..., Any] = _plainly if are_places else tape.arithmetic.lay
        at = tape.step(
            ("rows", members), rows, self.grouped(places, [shared, own]), are_places=True
        )
        source = self.grouped(array, [[*shared, pick.axis], *([a] for a in rest)])
        found = tape.step(("take", shape), take, source, at, are_places=are_places)
        return Named(found, (*shared, *own, *rest))


def _plainly(rearrange: Callable[..., Any], *arrays: Any) -> Any:
    return rearrange(*arrays)


def _spoken_of(factor: Factor) -> Iterable[int]:
    """The axes of a factor, and one that it picks."""
    return (*factor.sizes, factor.axis) if isinstance(factor, Pick) else factor.sizes


def _cost(
    left: Factor, right: Factor, over: Mapping[int, int], counts: Mapping[int, int]
) -> tuple[float, float]:
    """Products of numbers that it takes to multiply two factors, and how many more there are then.

    A number that is copied counts as one and a half; `counts` says how many factors speak of an axis.
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
