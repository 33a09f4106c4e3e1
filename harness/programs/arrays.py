"""NumPy's arrays, whose entries are formulas: what a program written with NumPy computes on.

They come in by NumPy's own protocols (`__array_ufunc__`, `__array_function__`) and by a namespace
that stands in for `numpy` in the program's file, so that arrays which it makes can hold formulas.
Given numbers stay numbers until they meet a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import ascii_letters
from types import EllipsisType
from typing import Any

import numpy as np

from harness.programs import graph
from harness.programs.graph import Node, NotApplicable
from harness.programs.places import Place

_GIVEN = "the numbers of the input would decide it"


class Array(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of formulas."""

    __array_priority__ = 1000

    def __init__(self, held: Node | Place, dtype: Any = np.float64) -> None:
        self.place = held if isinstance(held, Place) else Place(held)
        self.dtype = np.dtype(dtype)

    @property
    def node(self) -> Node:
        return self.place.read()

    # -- what an array tells of itself ----------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self.node.shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, initial=1))

    @property
    def T(self) -> Array:
        return self.transpose()

    @property
    def mT(self) -> Array:
        return self.swapaxes(-1, -2)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array of shape ()")
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<formulas of shape {self.shape}>"

    # -- what it cannot tell --------------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise NotApplicable("array", "formulas are put into an array of plain numbers")

    def __float__(self) -> float:
        raise NotApplicable("float", _GIVEN)

    def __int__(self) -> int:
        raise NotApplicable("int", _GIVEN)

    def __bool__(self) -> bool:
        raise NotApplicable("if", _GIVEN)

    def item(self, *_: Any) -> Any:
        raise NotApplicable("item", _GIVEN)

    # -- rearrangements -------------------------------------------------------------------------

    def _laid(
        self, name: str, how: Callable[..., Any], *, shares: bool = True, is_sure: bool = True
    ) -> Array:
        if not shares:
            return Array(graph.rearrange(name, how, self.node), self.dtype)
        return Array(self.place.view(name, how, is_sure=is_sure), self.dtype)

    def __getitem__(self, key: Any) -> Array:
        _concrete(key, "index")
        parts = key if isinstance(key, tuple) else (key,)
        shares = all(
            k is None
            or (isinstance(k, int | np.integer | slice | EllipsisType) and not isinstance(k, bool))
            for k in parts
        )
        return self._laid("index", lambda a: a[key], shares=shares)

    def __setitem__(self, key: Any, value: Any) -> None:
        _concrete(key, "index")

        def put(array: Any, given: Any) -> Any:
            found = np.array(np.broadcast_to(array, array.shape))
            found[key] = given
            return found

        self.place.write(graph.rearrange("index put", put, self.node, _node(value)))

    def reshape(self, *shape: Any, order: str = "C") -> Array:
        wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        return self._laid("reshape", lambda a: a.reshape(wanted, order=order), is_sure=False)

    def transpose(self, *axes: Any) -> Array:
        wanted = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return self._laid("transpose", lambda a: a.transpose(wanted))

    def swapaxes(self, one: int, other: int) -> Array:
        return self._laid("swapaxes", lambda a: a.swapaxes(one, other))

    def ravel(self, order: str = "C") -> Array:
        return self._laid("ravel", lambda a: a.ravel(order), is_sure=False)

    def flatten(self, order: str = "C") -> Array:
        return self._laid("flatten", lambda a: a.flatten(order), shares=False)

    def squeeze(self, axis: Any = None) -> Array:
        return self._laid("squeeze", lambda a: a.squeeze(axis))

    def repeat(self, repeats: Any, axis: Any = None) -> Array:
        return self._laid("repeat", lambda a: a.repeat(repeats, axis), shares=False)

    def copy(self, order: str = "C") -> Array:
        return Array(self.node, self.dtype)

    def astype(self, dtype: Any, copy: bool = True) -> Array:
        """Another format: the same numbers, where nothing is rounded."""
        _uncut("astype", dtype)
        if not copy:
            return Array(self.place.view("astype", lambda a: a, is_sure=False), dtype)
        return Array(self.node, dtype)

    # -- arithmetic -----------------------------------------------------------------------------

    def sum(self, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
        _uncut("sum", dtype)
        return Array(graph.total(self.node, axis, keepdims))

    def mean(self, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
        _uncut("mean", dtype)
        return Array(graph.mean(self.node, axis, keepdims))

    def var(
        self, axis: Any = None, dtype: Any = None, *, ddof: int = 0, keepdims: bool = False
    ) -> Array:
        _uncut("var", dtype)
        middle = self - self.mean(axis, keepdims=True)
        order, rest = graph.last(self.node, axis)
        count = int(np.prod([self.shape[i] for i in order[len(rest) :]], initial=1)) - ddof
        found: Array = (middle * middle).sum(axis, keepdims=keepdims) / count
        return found

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Array:
        return Array(graph.maximum(self.node, axis, keepdims))

    def dot(self, other: Any) -> Array:
        return dot(self, other)

    # -- NumPy's protocols ----------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        numbers = [v.node.number if isinstance(v, Array) else v for v in inputs]
        if out is None and not any(n is None for n in numbers):
            found = getattr(ufunc, method)(*numbers, **options)
            return Array(graph.constant(found)) if found.dtype.kind == "f" else found
        name = ufunc.__name__
        _uncut(name, options.pop("dtype", None))
        if method == "reduce" and name in ("add", "maximum") and out is None:
            axis, keep = options.pop("axis", 0), options.pop("keepdims", False)
            if not options:
                made = graph.total if name == "add" else graph.maximum
                return Array(made(_node(inputs[0]), axis, keep))
        if method != "__call__" or name not in UFUNCS or options:
            how = name if method == "__call__" else f"{name}.{method}"
            raise NotApplicable(how, "there is no rule for it in a field")
        found = UFUNCS[name](*(_node(value) for value in inputs))
        if out is None:
            return Array(found)
        (target,) = out
        if not isinstance(target, Array):
            raise NotApplicable(name, "formulas are put into an array of plain numbers")
        target.place.write(found)
        return target

    def __array_function__(
        self, function: Any, types: Any, arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        return _called(function.__name__, arguments, options)


def _node(value: Any) -> Node:
    """The formula of what the program has: an array of formulas, numbers, or lists of these."""
    if isinstance(value, Array):
        return value.node
    if isinstance(value, list | tuple):
        return graph.rearrange("stack", lambda *a: np.stack(a), *map(_node, value))
    return graph.constant(value)


def _uncut(name: str, dtype: Any) -> None:
    """Raises `NotApplicable` for a format that numbers are cut to."""
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise NotApplicable(name, f"numbers are cut to {np.dtype(dtype)}")


def _concrete(key: Any, name: str) -> None:
    keys = key if isinstance(key, tuple) else (key,)
    if any(isinstance(part, Array) for part in keys):
        raise NotApplicable(name, _GIVEN)


def _across(value: Node, axis: int) -> Node:
    """Vectors as matrices of one column, or of one row."""
    return graph.rearrange("expand_dims", lambda a: np.expand_dims(a, axis), value)


def _along(value: Node, axis: int) -> Node:
    return graph.rearrange("squeeze", lambda a: a.squeeze(axis), value)


def _power(base: Node, exponent: Node) -> Node:
    """Only a given exponent, and one for all, has a meaning."""
    if exponent.operator != "constant" or exponent.shape != ():
        raise NotApplicable("power", "the exponent is no given number")
    return graph.power(base, float(exponent.number))


UFUNCS: Mapping[str, Callable[..., Node]] = {
    "add": graph.add,
    "subtract": graph.subtract,
    "multiply": graph.multiply,
    "divide": graph.divide,
    "negative": graph.negate,
    "positive": lambda a: a,
    "matmul": graph.matmul,
    "vecdot": lambda a, b: graph.total(graph.multiply(a, b), -1),
    "matvec": lambda a, b: _along(graph.matmul(a, _across(b, -1)), -1),
    "vecmat": lambda a, b: _along(graph.matmul(_across(a, -2), b), -2),
    "maximum": graph.larger,
    "exp": graph.exponential,
    "square": lambda a: graph.multiply(a, a),
    "reciprocal": lambda a: graph.divide(graph.constant(1), a),
    "sqrt": lambda a: graph.power(a, 0.5),
    "power": _power,
    "tanh": graph.hyperbolic,
    "sin": lambda a: graph.function("sin", a),
    "cos": lambda a: graph.function("cos", a),
    "log": lambda a: graph.function("log", a),
    "conjugate": lambda a: a,
}
"""NumPy's operators that have a meaning in a field, one rule each."""


def dot(left: Any, right: Any) -> Array:
    one, other = _node(left), _node(right)
    if not one.shape or not other.shape:
        return Array(graph.multiply(one, other))
    if len(other.shape) > 2:
        raise NotApplicable("dot", "of more than two axes; use matmul")
    return Array(graph.matmul(one, other))


def einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Array:
    """Sums of products, as a product of all with their axes aligned, and then a sum."""
    values = [_node(value) for value in operands]
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(values):
        raise ValueError(f"{len(terms)} operands are named in {subscripts}, {len(values)} given")
    if not arrow:
        once = sorted(c for c in set(inputs) - {",", "."} if inputs.count(c) == 1)
        output = ("..." if "..." in inputs else "") + "".join(once)
    fresh = [c for c in ascii_letters if c not in subscripts]
    more = [
        len(v.shape) - len(t) + 3 if "..." in t else 0 for t, v in zip(terms, values, strict=True)
    ]
    rest = "".join(fresh[: max(more, default=0)])
    terms = [t.replace("...", rest[len(rest) - n :]) for t, n in zip(terms, more, strict=True)]
    output = output.replace("...", rest)
    if any(len(set(term)) != len(term) for term in terms):
        raise NotApplicable("einsum", "an index twice in one operand")
    letters = [*output, *sorted(set("".join(terms)) - set(output))]
    aligned = []
    for term, value in zip(terms, values, strict=True):
        if len(term) != len(value.shape):
            raise ValueError(f"{term} does not name the axes of an operand of shape {value.shape}")
        order = [term.index(letter) for letter in letters if letter in term]
        spread: Any = tuple(slice(None) if letter in term else None for letter in letters)
        aligned.append(graph.rearrange("align", _aligned(order, spread), value))
    found = aligned[0]
    for value in aligned[1:]:
        found = graph.multiply(found, value)
    summed = range(len(output), len(letters))
    return Array(graph.total(found, list(summed)) if summed else found)


def tensordot(left: Any, right: Any, axes: Any = 2) -> Array:
    """A sum of products over pairs of axes, as einsum."""
    one, other = np.ndim(left), np.ndim(right)
    if isinstance(axes, int):
        axes = (range(one - axes, one), range(axes))
    names, others = list(ascii_letters[:one]), list(ascii_letters[one : one + other])
    for a, b in zip(*(np.atleast_1d(axis) for axis in axes), strict=True):
        others[b] = names[a]
    kept = [c for c in (*names, *others) if names.count(c) + others.count(c) == 1]
    return einsum(f"{''.join(names)},{''.join(others)}->{''.join(kept)}", left, right)


def cumsum(array: Any, axis: int | None = None) -> Array:
    """Sums up to each place, as a product with a triangle of ones."""
    value = Array(_node(array)) if axis is not None else Array(_node(array)).ravel()
    moved = value.swapaxes(-1 if axis is None else axis, -1)
    found: Array = moved @ np.triu(np.ones((moved.shape[-1],) * 2))
    return found.swapaxes(-1 if axis is None else axis, -1)


def _aligned(order: list[int], spread: Any) -> Callable[[Any], Any]:
    return lambda a: a.transpose(order)[spread]


def where(mask: Any, value: Any, other: Any) -> Array:
    if isinstance(mask, Array):
        raise NotApplicable("where", _GIVEN)
    return Array(graph.where(mask, _node(value), _node(other)))


def _joined(name: str) -> Callable[..., Array]:
    join = getattr(np, name)

    def joined(arrays: Any, *axis: int, dtype: Any = None, **named: Any) -> Array:
        _uncut(name, dtype)
        parts = [_node(array) for array in arrays]
        return Array(graph.rearrange(name, lambda *a: join(a, *axis, **named), *parts))

    return joined


def _like(name: str) -> Callable[..., Array]:
    make = getattr(np, "zeros" if name == "empty_like" else name.removesuffix("_like"))

    def like(array: Any, *fill: Any, dtype: Any = None, shape: Any = None) -> Any:
        found = make(np.shape(array) if shape is None else shape, *fill, dtype=dtype)
        return found if found.dtype.kind != "f" and dtype else Array(graph.constant(found))

    return like


def _laid(name: str) -> Callable[..., Array]:
    how = getattr(np, name)

    def laid(array: Any, *arguments: Any, **options: Any) -> Array:
        for given in (*arguments, *options.values()):
            _concrete(given, name)
        return _part(name, array, lambda a: how(a, *arguments, **options))

    return laid


def _part(name: str, array: Any, how: Callable[[Any], Any]) -> Array:
    """Laid out by a function of NumPy; it shares its memory where NumPy's does."""
    whole = array if isinstance(array, Array) else Array(_node(array))
    dummy = np.empty(whole.shape, dtype=np.int8)
    shares = np.shares_memory(dummy, how(dummy))
    return whole._laid(name, how, shares=shares, is_sure=name not in ("reshape", "ravel"))


def _method(name: str) -> Callable[..., Array]:
    def called(array: Any, *arguments: Any, **options: Any) -> Array:
        found: Array = getattr(Array(_node(array)), name)(*arguments, **options)
        return found

    return called


def _split(name: str) -> Callable[..., list[Array]]:
    how = getattr(np, name)

    def split(array: Any, parts: Any, axis: int = 0) -> list[Array]:
        count = len(how(np.empty(np.shape(array), dtype=np.int8), parts, axis=axis))
        return [
            _part(name, array, lambda a, i=i: how(a, parts, axis=axis)[i])  # type: ignore[misc]
            for i in range(count)
        ]

    return split


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{
        name: _laid(name)
        for name in (
            "reshape",
            "transpose",
            "swapaxes",
            "moveaxis",
            "expand_dims",
            "squeeze",
            "ravel",
            "repeat",
            "tile",
            "roll",
            "flip",
            "broadcast_to",
            "take",
            "diagonal",
            "triu",
            "tril",
            "matrix_transpose",
            "take_along_axis",
            "copy",
            "atleast_2d",
            "pad",
        )
    },
    **{name: _joined(name) for name in ("concatenate", "stack", "vstack", "hstack")},
    **{name: _like(name) for name in ("zeros_like", "ones_like", "empty_like", "full_like")},
    **{name: _split(name) for name in ("split", "array_split")},
    "where": where,
    "einsum": einsum,
    "tensordot": tensordot,
    "cumsum": cumsum,
    "dot": dot,
    "inner": lambda a, b: dot(a, np.swapaxes(b, -1, -2) if np.ndim(b) > 1 else b),
    "outer": lambda a, b: Array(_node(a)).reshape(-1, 1) * Array(_node(b)).reshape(1, -1),
    **{name: _method(name) for name in ("sum", "mean", "var", "max")},
    "amax": _method("max"),
    "shape": lambda a: a.shape,
    "ndim": lambda a: a.ndim,
    "size": lambda a: a.size,
    "result_type": lambda *_: np.dtype(np.float64),
    "iscomplexobj": lambda a: False,
    "isrealobj": lambda a: True,
}
"""NumPy's functions that have a meaning in a field, one rule each."""


def _called(name: str, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    if name not in FUNCTIONS:
        raise NotApplicable(name, "there is no rule for it in a field")
    return FUNCTIONS[name](*arguments, **options)


class Namespace:
    """Stands in for `numpy` in a program: new arrays of floats can take formulas in."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def _made(self, found: Any) -> Any:
        return Array(graph.constant(found)) if found.dtype.kind == "f" else found

    def zeros(self, *arguments: Any, **options: Any) -> Any:
        return self._made(np.zeros(*arguments, **options))

    def empty(self, shape: Any, *arguments: Any, **options: Any) -> Any:
        return self._made(np.zeros(shape, *arguments, **options))

    def array(self, value: Any, dtype: Any = None, **options: Any) -> Any:
        if not _holds_formulas(value):
            return np.array(value, dtype, **options)
        _uncut("array", dtype)
        if options:
            raise NotApplicable("array", f"there is no rule for {', '.join(options)}")
        return Array(_node(value))

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        if not isinstance(value, Array):
            return self.array(value, dtype) if _holds_formulas(value) else np.asarray(value, dtype)
        return value if dtype is None else value.astype(dtype, copy=False)

    asanyarray = asarray

    def ascontiguousarray(self, value: Any, dtype: Any = None) -> Any:
        if isinstance(value, Array):
            return value.astype(value.dtype if dtype is None else dtype, copy=False)
        return self.asarray(value, dtype)


def _holds_formulas(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_formulas, value))
    return isinstance(value, Array)
