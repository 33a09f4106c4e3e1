"""What each primitive is on arrays with named axes: a table.

A rule gets the algebra, the primitive's dimensions as numbers, and its arguments. Vectors have
axis −1, matrices −2 and −1, and families of them one more before these. Operators that others
define need no rule: their definitions come to the same. The common ones have one, which takes half
as long to walk: `A @ v` sums over a name that the last axes of A and v get in common.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.arrays.axes import Named
from harness.arrays.products import Algebra, Pick, Product
from harness.arrays.values import Unsupported
from harness.language.primitives import ENTRYWISE

Rule = Callable[..., Product]


def _sum(algebra: Algebra, sizes: Sequence[int], family: Product) -> Product:
    index = algebra.fresh()
    return family.renamed({-1: index}).summed(index, sizes[0])


def _power(algebra: Algebra, sizes: Sequence[int], base: Product) -> Product:
    """Multiplied out once, and then squared as often as that is less."""
    (exponent,) = sizes
    if exponent < 2:
        return base if exponent else algebra.constant(1)
    half = _power(algebra, [exponent // 2], Product((algebra.array(base),)))
    square = algebra.pointwise("multiply", half, half)
    return algebra.pointwise("multiply", square, base) if exponent % 2 else square


def _vector(algebra: Algebra, sizes: Sequence[int], family: Product) -> Product:
    """Sums are made when a vector is, so that matrices meet vectors one after the other.

    F(pos(j)) @ v alone is left, a matrix, a `Pick` and a vector: in a dot product it may take less
    to let all members of F meet the other vector than to copy them for each j.
    """
    is_picked = len(family.factors) == 3 and any(isinstance(f, Pick) for f in family.factors)
    if family.over and not is_picked:
        return Product((algebra.array(family),))
    return family


def _eye(algebra: Algebra, n: int, rows: int, columns: int) -> Named:
    xp = algebra.tape.xp

    def make() -> Any:
        numbers = xp.arange(n)
        return numbers[:, None] == numbers[None, :]

    return Named(algebra.tape.fixed("eye", n, make), (rows, columns))


def _if_le(algebra: Algebra, sizes: Sequence[int], i: Any, j: Any, *values: Product) -> Product:
    slots, axes = algebra.alike([algebra.places(i), algebra.places(j)])
    mask = algebra.tape.step("le", operator.le, *slots, are_places=True)
    return Product((algebra.where(Named(mask, axes), *map(algebra.array, values)),))


def _if_at_most(algebra: Algebra, sizes: Sequence[int], *arguments: Product) -> Product:
    """Only exact numbers are compared: two doubles that should be equal need not be."""
    at_most = getattr(algebra.tape.arithmetic, "at_most", None)
    if at_most is None:
        raise Unsupported("an order of scalars is decided in exact numbers alone")
    xp = algebra.tape.xp
    x, y, *values = map(algebra.array, arguments)
    slots, axes = algebra.alike([x, y])
    compare = xp.vectorize(at_most, otypes=[bool])
    mask = algebra.tape.step("at most", compare, *slots, are_places=True)
    return Product((algebra.where(Named(mask, axes), *values),))


def _diagonal(algebra: Algebra, size: int, entries: Product) -> Product:
    eye = _eye(algebra, size, -2, -1)
    return Product((algebra.where(eye, algebra.array(entries)),))


def _join(algebra: Algebra, axis: int, parts: Sequence[tuple[Product, dict[int, int]]]) -> Product:
    """Parts with core axes of these sizes, one after the other along a core axis."""
    xp = algebra.tape.xp
    arrays = [algebra.array(part) for part, _ in parts]
    frame = {a: n for array in arrays for a, n in array.sizes.items() if a >= 0}
    slots = [algebra.spread(a, frame | core) for a, (_, core) in zip(arrays, parts, strict=True)]
    joined = algebra.tape.lay(("join", axis), lambda *xs: xp.concat(xs, axis=axis), *slots)
    return Product((Named(joined, (*frame, *parts[0][1])),))


def _append(algebra: Algebra, sizes: Sequence[int], *parts: Product) -> Product:
    return _join(algebra, -1, [(part, {-1: n}) for part, n in zip(parts, sizes, strict=True)])


def _blocks(algebra: Algebra, sizes: Sequence[int], *parts: Product) -> Product:
    above, below, left, right = sizes
    rows = []
    for height, pair in ((above, parts[:2]), (below, parts[2:])):
        sides = zip(pair, (left, right), strict=True)
        row = _join(algebra, -1, [(part, {-2: height, -1: width}) for part, width in sides])
        rows.append((row, {-2: height, -1: left + right}))
    return _join(algebra, -2, rows)


def _merged(algebra: Algebra, array: Named, core: dict[int, int], groups: Any) -> Product:
    """Core axes of these sizes merged in groups."""
    frame = {a: n for a, n in array.sizes.items() if a >= 0 and a not in core}
    whole = Named(algebra.spread(array, frame | core), (*frame, *core))
    slot = algebra.grouped(whole, [*([a] for a in frame), *groups])
    return Product((Named(slot, (*frame, *range(-len(groups), 0))),))


def _concat(algebra: Algebra, sizes: Sequence[int], family: Product) -> Product:
    """Entry d·k + i is entry i of vector k."""
    h, d = sizes
    return _merged(algebra, algebra.array(family), {-2: h, -1: d}, [[-2, -1]])


def _blockdiag(algebra: Algebra, sizes: Sequence[int], family: Product) -> Product:
    """Entry (d·k + i, e·k + j) is entry (i, j) of matrix k; the others are 0."""
    (h, d, e), other = sizes, algebra.fresh()
    blocks = algebra.array(family)
    spread = algebra.where(_eye(algebra, h, -3, other), blocks)
    return _merged(algebra, spread, {-3: h, -2: d, other: h, -1: e}, [[-3, -2], [other, -1]])


def _contracted(left: int, right: int, names: Mapping[int, int], close: Rule) -> Rule:
    """The sum of products over an axis of each of two; others of the first get these names."""

    def rule(algebra: Algebra, sizes: Sequence[int], a: Product, b: Product) -> Product:
        inner, size = algebra.fresh(), sizes[0 if len(sizes) == 1 else 1]
        a, b = a.renamed({left: inner, **names}), b.renamed({right: inner})
        return close(algebra, sizes, algebra.times(a, b).summed(inner, size))

    return rule


def _as_it_is(algebra: Algebra, sizes: Sequence[int], value: Product) -> Product:
    return value


def _sum_vector(algebra: Algebra, sizes: Sequence[int], family: Product) -> Product:
    index = algebra.fresh()
    return _vector(algebra, sizes, family.renamed({-2: index}).summed(index, sizes[0]))


def _entrywise(rule: Rule, close: Rule) -> Rule:
    return lambda algebra, sizes, *arguments: close(algebra, sizes, rule(algebra, (), *arguments))


def _pointwise(operation: str) -> Rule:
    return lambda algebra, sizes, *arguments: algebra.pointwise(operation, *arguments)


RULES: dict[str, Rule] = {
    "zero": lambda algebra, sizes: algebra.constant(0),
    "one": lambda algebra, sizes: algebra.constant(1),
    "numeral": lambda algebra, sizes: algebra.constant(sizes[0]),
    "add": _pointwise("add"),
    "subtract": _pointwise("subtract"),
    "negate": _pointwise("negate"),
    "divide": _pointwise("divide"),
    "multiply": lambda algebra, sizes, a, b: algebra.times(a, b),
    "power": _power,
    "sum": _sum,
    "if_le": _if_le,
    "if_at_most": _if_at_most,
    "vector": _vector,
    "tabulate": _as_it_is,
    "entry": lambda algebra, sizes, v, i: algebra.at(v, 1, i),
    "matrix_entry": lambda algebra, sizes, a, i, j: algebra.at(algebra.at(a, 2, i), 1, j),
    "append": _append,
    "concat": _concat,
    "identity": lambda algebra, sizes: _diagonal(algebra, sizes[0], algebra.constant(1)),
    "diagonal": lambda algebra, sizes, vector: _diagonal(algebra, sizes[0], vector),
    "matrix2": lambda algebra, sizes, *entries: _blocks(algebra, (1, 1, 1, 1), *entries),
    "blocks": _blocks,
    "blockdiag": _blockdiag,
    "dot": _contracted(-1, -1, {}, _as_it_is),
    "matvec": _contracted(-1, -1, {-2: -1}, _vector),
    "matmul": _contracted(-1, -2, {}, _as_it_is),
    "sum_vector": _sum_vector,
    "transpose": lambda algebra, sizes, matrix: matrix.renamed({-1: -2, -2: -1}),
}
"""The rules by operator."""
RULES |= {
    f"{name}_{shape}": _entrywise(RULES[scalar], close)
    for name, (scalar, _) in ENTRYWISE.items()
    for shape, close in (("vector", _vector), ("matrix", _as_it_is))
}
