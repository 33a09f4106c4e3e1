"""Formulas: what a program computes, written down as it runs, from operators with one rule each.

A node knows its shape and nothing of numbers; a world gives it a value in each of two fields. An
entry can be −∞, which a mask adds to a score: that is known without any number (`hidden`), and
vanishes in an exponential. What has no meaning in a field raises `NotApplicable`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from os.path import basename
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]
Hidden = NDArray[np.bool_] | None

INFINITE = 1e9
"""What is added to a score is −∞ from here downward, as masks are written in code."""


class NotApplicable(Exception):
    """The program does something that has no meaning in a field; says what, and where."""

    def __init__(self, operator: str, why: str, line: str | None = None) -> None:
        where = _line() if line is None else line
        super().__init__(f"`{operator}`{where and f' at {where}'}: {why}")


class World(Protocol):
    """What a node asks for its value; see `harness.programs.residues`."""

    fields: Sequence[Any]

    def constant(self, numbers: Any, level: int) -> Any: ...

    def variable(self, name: str, level: int) -> Any: ...

    def divide(self, node: Node, level: int, left: Any, right: Any) -> Any: ...

    def exponential(self, level: int, argument: Any, hidden: Hidden) -> Any: ...

    def function(self, name: str, level: int, argument: Any) -> Any: ...


Rule = Callable[..., Any]
"""Gets the world, the level and the operands' residues; gives the residues of the result."""


class Node:
    """An operator applied to nodes."""

    __slots__ = (
        *("compute", "degree", "hidden", "line", "number", "operands", "operator"),
        *("raises", "shape"),
    )

    def __init__(
        self,
        operator: str,
        operands: tuple[Node, ...],
        shape: Shape,
        compute: Rule,
        *,
        degree: tuple[int, int] = (0, 0),
        hidden: Hidden = None,
        raises: bool = False,
        number: Any = None,
    ) -> None:
        self.operator = operator
        self.operands = operands
        self.shape = shape
        self.compute = compute
        self.degree = degree
        """Bounds on the degrees of any entry's numerator and denominator."""
        self.hidden = hidden
        """Which entries are −∞."""
        self.raises = raises
        """Whether the operands stand in an exponent."""
        self.number = number
        """The given numbers that a constant is."""
        self.line = _line()
        """Where in the program this is done."""

    @property
    def positive(self) -> bool:
        """Whether all entries are given numbers above 0: −∞ times these is −∞."""
        return self.number is not None and bool((self.number > 0).all())

    def __bool__(self) -> bool:
        raise NotApplicable("if", "a choice by numbers that a field cannot order")


AT: ContextVar[str] = ContextVar("AT", default="")
"""Where in the program this is, where no line of Python says so."""

_OURS = f"{Path(__file__).parents[1]}{'/'}"
_LIBRARIES = ("/numpy/", "/torch/", "<frozen", "<__array_function__")


def _line() -> str:
    """The innermost line that is neither ours nor of the library that runs the operator."""
    if AT.get():
        return AT.get()
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_OURS) and not any(part in name for part in _LIBRARIES):
            return f"{basename(name)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def nodes(*roots: Node) -> list[Node]:
    """Every node that the roots rest on, operands before what is made of them."""
    found: dict[Node, None] = {}
    waiting = list(roots)
    while waiting:
        node = waiting[-1]
        missing = [o for o in node.operands if o not in found] if node not in found else []
        if missing:
            waiting.extend(missing)
        else:
            found.setdefault(waiting.pop())
    return list(found)


# -- leaves -------------------------------------------------------------------------------------


def variable(name: str, shape: Shape) -> Node:
    """A variable of the formula, drawn at random in each field."""
    return Node(name, (), shape, lambda world, level: world.variable(name, level), degree=(1, 0))


def constant(numbers: Any) -> Node:
    """Given numbers: floats exactly as they are; −∞, or what is meant by it, hides its entry."""
    array = np.asarray(numbers)
    if array.dtype.kind not in "fiub":
        raise NotApplicable("array", f"no numbers of a field: {array.dtype}")
    array = array.astype(np.float64)
    if np.isnan(array).any():
        raise NotApplicable("array", "a number that is not a number (nan)")
    hidden = array <= -INFINITE
    if (array == np.inf).any():
        raise NotApplicable("array", "the number ∞")
    finite = np.where(hidden, 0.0, array)
    return Node(
        "constant",
        (),
        array.shape,
        lambda world, level: world.constant(finite, level),
        hidden=hidden if hidden.any() else None,
        number=array,
    )


# -- arithmetic ---------------------------------------------------------------------------------


def visible(operator: str, *operands: Node) -> None:
    """Raises `NotApplicable` where an entry is −∞, which only an exponential takes in."""
    if any(node.hidden is not None for node in operands):
        raise NotApplicable(operator, "−∞ from a mask goes in, and not into a softmax")


def _broadcast(left: Node, right: Node) -> Shape:
    return np.broadcast_shapes(left.shape, right.shape)


def _or(left: Node, right: Node) -> Hidden:
    if left.hidden is None and right.hidden is None:
        return None
    shape = _broadcast(left, right)
    sides = [np.zeros(shape, dtype=bool) if n.hidden is None else n.hidden for n in (left, right)]
    return np.asarray(np.broadcast_to(sides[0] | sides[1], shape))


def _common(left: Node, right: Node) -> tuple[int, int]:
    (a, b), (c, d) = left.degree, right.degree
    return (max(a, c), b) if b == d == 0 else (max(a + d, c + b), b + d)


def add(left: Node, right: Node) -> Node:
    return Node(
        "add",
        (left, right),
        _broadcast(left, right),
        lambda world, level, a, b: world.fields[level].add(a, b),
        degree=_common(left, right),
        hidden=_or(left, right),
    )


def subtract(left: Node, right: Node) -> Node:
    visible("subtract", right)
    return Node(
        "subtract",
        (left, right),
        _broadcast(left, right),
        lambda world, level, a, b: world.fields[level].subtract(a, b),
        degree=_common(left, right),
        hidden=_or(left, right),
    )


def negate(value: Node) -> Node:
    visible("negate", value)
    return Node(
        "negate",
        (value,),
        value.shape,
        lambda world, level, a: world.fields[level].negate(a),
        degree=value.degree,
    )


def multiply(left: Node, right: Node) -> Node:
    if left.positive:
        left, right = right, left
    if not right.positive:
        visible("multiply", left, right)
    return Node(
        "multiply",
        (left, right),
        _broadcast(left, right),
        lambda world, level, a, b: world.fields[level].multiply(a, b),
        degree=(left.degree[0] + right.degree[0], left.degree[1] + right.degree[1]),
        hidden=_or(left, right),
    )


def divide(left: Node, right: Node) -> Node:
    visible("divide", right) if right.positive else visible("divide", left, right)
    found = Node(
        "divide",
        (left, right),
        _broadcast(left, right),
        lambda world, level, a, b: world.divide(found, level, a, b),
        degree=(left.degree[0] + right.degree[1], left.degree[1] + right.degree[0]),
        hidden=_or(left, right),
    )
    return found


def power(value: Node, exponent: float) -> Node:
    """A power with a whole exponent, or with half of one."""
    half = exponent * 2
    if half != int(half) or abs(half) > 64:
        raise NotApplicable("power", f"the exponent {exponent:g}")
    if half % 2:
        return power(function("sqrt", value), int(half))
    if exponent < 0:
        return divide(constant(1), power(value, -exponent))
    if exponent == 0:
        return constant(np.ones(value.shape))
    found = value
    for _ in range(int(exponent) - 1):
        found = multiply(found, value)
    return found


def total(value: Node, axes: Iterable[int] | int | None = None, keepdims: bool = False) -> Node:
    """The sum along axes; along all where none are named."""
    visible("sum", value)
    order, rest = last(value, axes)
    count = int(np.prod(value.shape, initial=1)) // max(1, int(np.prod(rest, initial=1)))
    moved = rearrange("move", lambda a: a.transpose(order).reshape(*rest, count), value)
    found = Node(
        "sum",
        (moved,),
        rest,
        lambda world, level, a: _sum(world.fields[level], a),
        degree=_summed(value.degree, count),
    )
    if not keepdims:
        return found
    named = {i % len(value.shape) for i in order[len(rest) :]}
    kept = tuple(1 if i in named else n for i, n in enumerate(value.shape))
    return rearrange("keep", lambda a: a.reshape(kept), found)


def _sum(field: Any, array: Any) -> Any:
    """In parts: a sum of residues is exact up to 2²⁹ of them, so one step does."""
    return field.reduce(array.sum(axis=-1))


def _summed(degree: tuple[int, int], count: int) -> tuple[int, int]:
    above, below = degree
    return (above + below * max(count - 1, 0), below * count) if below else degree


def last(value: Node, axes: Iterable[int] | int | None) -> tuple[list[int], Shape]:
    """An order of the axes that puts these last, and the sizes of the others."""
    rank = len(value.shape)
    if axes is None:
        named = list(range(rank))
    else:
        named = [a % rank for a in ([axes] if isinstance(axes, int | np.integer) else axes)]
    others = [i for i in range(rank) if i not in named]
    return [*others, *named], tuple(value.shape[i] for i in others)


def mean(value: Node, axes: Iterable[int] | int | None = None, keepdims: bool = False) -> Node:
    order, rest = last(value, axes)
    count = int(np.prod([value.shape[i] for i in order[len(rest) :]], initial=1))
    found = total(value, axes, keepdims)
    return divide(found, constant(count))


def _product(left: Shape, right: Shape) -> Shape:
    """The shape of a product. Raises `ValueError` where there is none."""
    if not left or not right or left[-1] != right[-2 if len(right) > 1 else 0]:
        raise ValueError(f"no product of shapes {left} and {right}")
    frame = np.broadcast_shapes(left[:-2], right[:-2])
    return (*frame, *left[-2:-1], *(right[-1:] if len(right) > 1 else ()))


def matmul(left: Node, right: Node) -> Node:
    """Products of stacks of matrices, and of vectors, as `@` has them."""
    visible("matmul", left, right)
    shape = _product(left.shape, right.shape)
    both = (left.degree[0] + right.degree[0], left.degree[1] + right.degree[1])

    def compute(world: World, level: int, a: Any, b: Any) -> Any:
        first = a[None, :] if a.ndim == 1 else a
        second = b[:, None] if b.ndim == 1 else b
        return world.fields[level].matmul(first, second).reshape(shape)

    return Node("matmul", (left, right), shape, compute, degree=_summed(both, left.shape[-1]))


def exponential(value: Node) -> Node:
    hidden = value.hidden
    return Node(
        "exp",
        (value,),
        value.shape,
        lambda world, level, a: world.exponential(level, a, hidden),
        degree=(1, 0),
        raises=True,
    )


def softmax(value: Node, axis: int, safe: bool = False) -> Node:
    """Exponentials divided by their sum; 0 where a mask hides the score, as code makes it.

    A row that is hidden as a whole has no softmax, or where `safe` one of zeros.
    """
    powers = exponential(value)
    whole = total(powers, axis, keepdims=True)
    if safe and value.hidden is not None:
        whole = add(whole, constant(value.hidden.all(axis, keepdims=True)))
    return divide(powers, whole)


def maximum(value: Node, axes: Iterable[int] | int | None, keepdims: bool) -> Node:
    """Anything will do for a largest entry that cancels; it is a random function of the sum.

    Whether it cancels is what the comparison shows; so a difference it makes decides nothing.
    """
    seen = value
    if value.hidden is not None:
        seen = Node(value.operator, value.operands, value.shape, value.compute, raises=value.raises)
        seen.line = value.line
    found = total(seen, axes, keepdims)
    found.operator = "max"
    return Node(
        "max",
        (found,),
        found.shape,
        lambda world, level, a: world.function("max", level, a),
        degree=(1, 0),
    )


def larger(left: Node, right: Node) -> Node:
    """The largest of two, entry by entry."""
    both = rearrange("stack", lambda *a: np.stack(np.broadcast_arrays(*a)), left, right)
    return maximum(both, 0, False)


def function(name: str, value: Node) -> Node:
    """A function of each entry, of which nothing is known but that it is one."""
    visible(name, value)
    return Node(
        name,
        (value,),
        value.shape,
        lambda world, level, a: world.function(name, level, a),
        degree=(1, 0),
    )


def sigmoid(value: Node) -> Node:
    return divide(constant(1), add(constant(1), exponential(negate(value))))


def hyperbolic(value: Node) -> Node:
    """tanh, by exponentials: 1 − 2 / (exp(2a) + 1)."""
    twice = exponential(add(value, value))
    return subtract(constant(1), divide(constant(2), add(twice, constant(1))))


ONE_SIDED = frozenset(("max", "sqrt", "erf", "gelu", "log", "softplus", "sin", "cos", "relu"))
"""Operators that are modelled by less than is true of them: a difference may be the model's."""


# -- rearrangements -----------------------------------------------------------------------------


def _dummy(shape: Shape) -> Any:
    return np.broadcast_to(np.int8(0), shape)


def rearrange(operator: str, how: Callable[..., Any], *values: Node) -> Node:
    """Entries laid out anew: `how` is a function of arrays that computes nothing."""
    if values and all(value.number is not None for value in values):
        return constant(how(*(value.number for value in values)))
    shape = np.shape(how(*(_dummy(value.shape) for value in values)))
    hidden: Hidden = None
    if any(value.hidden is not None for value in values):
        flags = [
            np.zeros(v.shape, dtype=bool)
            if v.hidden is None
            else np.broadcast_to(v.hidden, v.shape)
            for v in values
        ]
        hidden = np.asarray(how(*flags))
        hidden = hidden if hidden.any() else None
    below = [value.degree[1] for value in values]
    degree = (
        max((value.degree[0] for value in values), default=0) + (max(below) if any(below) else 0),
        max(below, default=0),
    )
    return Node(
        operator,
        values,
        tuple(shape),
        lambda world, level, *arrays: how(*arrays),
        degree=values[0].degree if len(values) == 1 else degree,
        hidden=hidden,
    )


def where(mask: Any, value: Node, other: Node) -> Node:
    """Entries of one where the given mask holds, and of the other elsewhere."""
    chosen = np.asarray(mask)
    if chosen.dtype != bool:
        chosen = chosen != 0
    return rearrange("where", lambda a, b: np.where(chosen, a, b), value, other)


class Formulas:
    """The arithmetic of formulas, by which definitions become formulas too."""

    xp: Any = np

    def lay(self, how: Callable[..., Any], /, *values: Node) -> Node:
        return rearrange("arrange", how, *values)

    def shape(self, value: Node) -> Shape:
        return value.shape

    def constant(self, value: int) -> Node:
        return constant(np.asarray(float(value)))

    def add(self, left: Node, right: Node) -> Node:
        return add(left, right)

    def subtract(self, left: Node, right: Node) -> Node:
        return subtract(left, right)

    def multiply(self, left: Node, right: Node) -> Node:
        return multiply(left, right)

    def divide(self, left: Node, right: Node) -> Node:
        return divide(left, right)

    def negate(self, value: Node) -> Node:
        return negate(value)

    def total(self, value: Node) -> Node:
        return total(value, -1)

    def matmul(self, left: Node, right: Node) -> Node:
        return matmul(left, right)
