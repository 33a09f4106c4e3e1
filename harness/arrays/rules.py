"""What each primitive is on arrays with named axes: a table.

A rule gets the walk, the primitive's dimensions as numbers, and its arguments. Vectors have axis
−1, matrices −2 and −1, and families of them one more before these. Operators that others define
have no rule: their definitions come to the same. `A @ v` is [i ↦ Σ j, A[i, j] * v[j]], which gives
the axis −2 of A another name and back, sums over a name that A and v get in common, and multiplies
nothing yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from harness.arrays.axes import Algebra, Named, Pick, Product


class Walk(Protocol):
    """What rules ask of the interpreter."""

    algebra: Algebra

    def table(self, family: Any, rank: int) -> Any:
        """A family as an array with so many axes of its own."""
        ...

    def member(self, family: Any, rank: int) -> tuple[Any, int]:
        """A family of so many axes at a bound index, and the axis of that."""
        ...

    def at(self, family: Product, rank: int, index: Any) -> Product:
        """A family of so many axes at an index."""
        ...


Rule = Callable[..., Product]


def _sum(walk: Walk, sizes: Sequence[int], family: Any) -> Product:
    member, axis = walk.member(family, 1)
    found: Product = member.summed(axis, sizes[0])
    return found


def _vector(walk: Walk, sizes: Sequence[int], family: Any) -> Product:
    """Sums are made when a vector is, so that matrices meet vectors one after the other.

    F(pos(j)) @ v alone is left, a matrix, a `Pick` and a vector: in a dot product it may take less
    to let all members of F meet the other vector than to copy them for each j.
    """
    found: Product = walk.table(family, 1)
    is_picked = len(found.factors) == 3 and any(isinstance(f, Pick) for f in found.factors)
    if found.over and not is_picked:
        return Product((walk.algebra.array(found),))
    return found


def _eye(walk: Walk, n: int, rows: int, columns: int) -> Named:
    xp = walk.algebra.tape.xp

    def make() -> Any:
        numbers = xp.arange(n)
        return numbers[:, None] == numbers[None, :]

    return Named(walk.algebra.tape.fixed("eye", n, make), (rows, columns))


def _identity(walk: Walk, sizes: Sequence[int]) -> Product:
    return walk.algebra.where(_eye(walk, sizes[0], -2, -1), walk.algebra.constant(1))


def _diagonal(walk: Walk, sizes: Sequence[int], vector: Product) -> Product:
    return walk.algebra.where(_eye(walk, sizes[0], -2, -1), vector)


def _join(walk: Walk, axis: int, parts: Sequence[tuple[Product, dict[int, int]]]) -> Product:
    """Parts with core axes of these sizes, one after the other along a core axis."""
    algebra, xp = walk.algebra, walk.algebra.tape.xp
    arrays = [algebra.array(part) for part, _ in parts]
    frame = {a: n for array in arrays for a, n in array.sizes.items() if a >= 0}
    slots = [algebra.spread(a, frame | core) for a, (_, core) in zip(arrays, parts, strict=True)]
    joined = algebra.tape.lay(("join", axis), lambda *xs: xp.concat(xs, axis=axis), *slots)
    return Product((Named(joined, (*frame, *parts[0][1])),))


def _append(walk: Walk, sizes: Sequence[int], *parts: Product) -> Product:
    return _join(walk, -1, [(part, {-1: n}) for part, n in zip(parts, sizes, strict=True)])


def _blocks(walk: Walk, sizes: Sequence[int], *parts: Product) -> Product:
    above, below, left, right = sizes
    rows = []
    for height, pair in ((above, parts[:2]), (below, parts[2:])):
        sides = zip(pair, (left, right), strict=True)
        row = _join(walk, -1, [(part, {-2: height, -1: width}) for part, width in sides])
        rows.append((row, {-2: height, -1: left + right}))
    return _join(walk, -2, rows)


def _merged(walk: Walk, value: Product, core: dict[int, int], groups: Any) -> Product:
    """Core axes of these sizes merged in groups."""
    array = walk.algebra.array(value)
    frame = {a: n for a, n in array.sizes.items() if a >= 0 and a not in core}
    whole = Named(walk.algebra.spread(array, frame | core), (*frame, *core))
    slot = walk.algebra.grouped(whole, [*([a] for a in frame), *groups])
    return Product((Named(slot, (*frame, *range(-len(groups), 0))),))


def _concat(walk: Walk, sizes: Sequence[int], family: Any) -> Product:
    """Entry d·k + i is entry i of vector k."""
    h, d = sizes
    return _merged(walk, walk.table(family, 2), {-2: h, -1: d}, [[-2, -1]])


def _blockdiag(walk: Walk, sizes: Sequence[int], family: Any) -> Product:
    """Entry (d·k + i, e·k + j) is entry (i, j) of matrix k; the others are 0."""
    (h, d, e), other = sizes, walk.algebra.fresh()
    spread = walk.algebra.where(_eye(walk, h, -3, other), walk.table(family, 3))
    return _merged(walk, spread, {-3: h, -2: d, other: h, -1: e}, [[-3, -2], [other, -1]])


def _pointwise(operation: str) -> Rule:
    return lambda walk, sizes, *arguments: walk.algebra.pointwise(operation, *arguments)


RULES: Mapping[str, Rule] = {
    "zero": lambda walk, sizes: walk.algebra.constant(0),
    "one": lambda walk, sizes: walk.algebra.constant(1),
    "add": _pointwise("add"),
    "subtract": _pointwise("subtract"),
    "negate": _pointwise("negate"),
    "divide": _pointwise("divide"),
    "multiply": lambda walk, sizes, a, b: walk.algebra.times(a, b),
    "sum": _sum,
    "vector": _vector,
    "tabulate": lambda walk, sizes, family: walk.table(family, 2),
    "entry": lambda walk, sizes, v, i: walk.at(v, 1, i),
    "matrix_entry": lambda walk, sizes, a, i, j: walk.at(walk.at(a, 2, i), 1, j),
    "append": _append,
    "concat": _concat,
    "identity": _identity,
    "diagonal": _diagonal,
    "matrix2": lambda walk, sizes, *entries: _blocks(walk, (1, 1, 1, 1), *entries),
    "blocks": _blocks,
    "blockdiag": _blockdiag,
}
"""The rules by operator."""
