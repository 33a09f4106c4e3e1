"""PyTorch's tensors, whose entries are formulas: what a module or function of PyTorch computes on.

PyTorch takes its composite operators apart by itself and hands the basic ones, those of ATen, to
`__torch_dispatch__`; `OPERATORS` has one rule for each. Plain tensors are given numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._mode_utils import no_dispatch

from harness.programs import graph
from harness.programs.graph import Node, NotApplicable
from harness.programs.places import Place

_GIVEN = "the numbers of the input would decide it"


class Formula(torch.Tensor):  # type: ignore[misc]
    """A tensor of formulas; a view knows what it is a view of, and writes there."""

    place: Place

    @staticmethod
    def __new__(
        cls: type[Formula], held: Node | Place, dtype: torch.dtype, strides: Any = None
    ) -> Formula:
        place = held if isinstance(held, Place) else Place(held)
        shape = place.read().shape
        make: Any = torch.Tensor._make_wrapper_subclass
        found: Formula = make(cls, shape, strides=strides, dtype=dtype)
        found.place = place
        return found

    @property
    def node(self) -> Node:
        return self.place.read()

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"<formulas of shape {tuple(self.shape)}>"

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Any, arguments: Any = (), options: Any = None
    ) -> Any:
        name = function.overloadpacket.__name__
        given = dict(options or {})
        first = next(
            (v for v in _tensors([*arguments, *given.values()]) if isinstance(v, Formula)), None
        )
        dtype = given.pop("dtype", None) or (torch.float64 if first is None else first.dtype)
        for key in ("layout", "device", "pin_memory", "memory_format", "non_blocking"):
            given.pop(key, None)
        bare = name[:-1] if name.endswith("_") and name != "_" else name
        base = arguments[0] if arguments else None
        if bare in VIEWS and isinstance(base, Formula):
            place = base.place.view(bare, VIEWS[bare](tuple(base.shape), *arguments[1:], **given))
            if name != bare:  # `squeeze_` and its like: the same tensor, of another shape
                with no_dispatch():
                    function(*arguments, **given)
                base.place = place
                return base
            laid = function(_blank(base), *arguments[1:], **given)
            return Formula(place, base.dtype, laid.stride())
        if bare in SEVERAL and isinstance(base, Formula):
            hows = SEVERAL[bare](tuple(base.shape), *arguments[1:], **given)
            parts = function(_blank(base), *arguments[1:], **given)
            return [
                Formula(base.place.view(bare, how), base.dtype, part.stride())
                for how, part in zip(hows, parts, strict=True)
            ]
        is_cut = not dtype.is_floating_point and bare not in FILLED
        if is_cut or bare not in OPERATORS:
            known = [*_tensors([*arguments, *given.values()])]
            if name == bare and all(node(value).number is not None for value in known):
                plain = _mapped(_as_numbers, [[*arguments], dict(options or {})])
                return _mapped(_as_formula, function(*plain[0], **plain[1]))
            why = f"numbers are cut to {dtype}" if is_cut else "there is no rule for it in a field"
            raise NotApplicable(name, why)
        found = OPERATORS[bare](*arguments, **given)
        if name != bare:
            target = arguments[0]
            if not isinstance(target, Formula):
                raise NotApplicable(name, "formulas are put into a tensor of plain numbers")
            target.place.write(found)
            return target
        if not dtype.is_floating_point:
            return torch.tensor(found.number).to(dtype)
        several = found if isinstance(found, tuple) else (found,)
        strides: list[Any] = [None] * len(several)
        if not all(value.is_contiguous() for value in _tensors(arguments)):
            laid = function(*_mapped(_blank, arguments), **_mapped(_blank, dict(options or {})))
            strides = [b.stride() for b in (laid if isinstance(laid, tuple) else (laid,))]
        made = tuple(
            Formula(n, dtype, stride) if isinstance(n, Node) else n
            for n, stride in zip(several, strides, strict=False)
        )
        return made if isinstance(found, tuple) else made[0]


def _mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """The same lists, tuples and dictionaries, of what each part is changed to."""
    if isinstance(value, dict):
        return {key: _mapped(change, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_mapped(change, inner) for inner in value)
    return change(value)


def _blank(value: Any) -> Any:
    """A tensor without numbers that lies as this does, for PyTorch to lay out what it makes."""
    if isinstance(value, torch.device):
        return torch.device("meta")
    if not isinstance(value, torch.Tensor):
        return value
    return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")


def _as_numbers(value: Any) -> Any:
    """A tensor of given numbers, plain."""
    return torch.tensor(node(value).number).to(value.dtype) if isinstance(value, Formula) else value


def _as_formula(value: Any) -> Any:
    """A plain tensor of floats, as one that can take formulas in."""
    is_float = isinstance(value, torch.Tensor) and value.is_floating_point()
    return Formula(node(value), value.dtype) if is_float else value


def _tensors(values: Any) -> Any:
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)


def node(value: Any) -> Node:
    """The formula of a tensor or a number."""
    if isinstance(value, Formula):
        return value.node
    if isinstance(value, torch.Tensor):
        return graph.constant(value.detach().double().numpy())
    return graph.constant(value)


def numbers(value: Any, name: str) -> Any:
    """Given numbers as NumPy has them."""
    if isinstance(value, Formula):
        raise NotApplicable(name, _GIVEN)
    return value.detach().numpy() if isinstance(value, torch.Tensor) else value


# -- views --------------------------------------------------------------------------------------

How = Callable[[Any], Any]


def _slice(shape: Any, axis: int = 0, start: Any = None, end: Any = None, step: int = 1) -> How:
    at = axis % len(shape)
    return lambda a: a[(*[slice(None)] * at, slice(start, end, step))]


def _select(shape: Any, axis: int, index: int) -> How:
    at = axis % len(shape)
    return lambda a: a[(*[slice(None)] * at, index)]


def _expand(shape: Any, size: Sequence[int], implicit: bool = False) -> How:
    own = (*[1] * (len(size) - len(shape)), *shape)
    whole = tuple(n if s == -1 else s for s, n in zip(size, own, strict=True))
    return lambda a: np.broadcast_to(a, whole)


def _squeeze(shape: Any, axis: Any = None) -> How:
    axes = range(len(shape)) if axis is None else [axis] if isinstance(axis, int) else axis
    named = tuple(i % len(shape) for i in axes if shape[i] == 1)
    return lambda a: a.reshape([n for i, n in enumerate(a.shape) if i not in named])


def _transpose(shape: Any, one: int, other: int) -> How:
    return lambda a: a.swapaxes(one, other) if len(shape) else a


def _unsqueeze(shape: Any, axis: int) -> How:
    return lambda a: np.expand_dims(a, axis)


def _reshape(shape: Any, size: Sequence[int]) -> How:
    return lambda a: a.reshape(tuple(size))


VIEWS: Mapping[str, Callable[..., How]] = {
    "view": _reshape,
    "_unsafe_view": _reshape,
    "_reshape_alias": lambda shape, size, stride: _reshape(shape, size),
    "transpose": _transpose,
    "t": lambda shape: lambda a: a.T,
    "permute": lambda shape, order: lambda a: a.transpose(order),
    "expand": _expand,
    "slice": _slice,
    "select": _select,
    "unsqueeze": _unsqueeze,
    "squeeze": _squeeze,
    "alias": lambda shape: lambda a: a,
    "detach": lambda shape: lambda a: a,
    "diagonal": lambda shape, offset=0, dim1=0, dim2=1: lambda a: a.diagonal(offset, dim1, dim2),
}
"""ATen's views: from the shape and the arguments to a rearrangement."""


def _split(shape: Any, size: int, axis: int = 0) -> list[How]:
    length = shape[axis]
    return [_slice(shape, axis, at, min(at + size, length)) for at in range(0, length, size)]


def _split_sizes(shape: Any, sizes: Sequence[int], axis: int = 0) -> list[How]:
    ends = np.cumsum(sizes).tolist()
    return [_slice(shape, axis, end - size, end) for end, size in zip(ends, sizes, strict=True)]


SEVERAL: Mapping[str, Callable[..., list[How]]] = {
    "split": _split,
    "split_with_sizes": _split_sizes,
    "unbind": lambda shape, axis=0: [_select(shape, axis, i) for i in range(shape[axis])],
}
"""Views that are several tensors."""


# -- operators ----------------------------------------------------------------------------------


def _add(left: Any, right: Any, alpha: Any = 1) -> Node:
    other = node(right)
    return graph.add(node(left), other if alpha == 1 else graph.multiply(other, node(alpha)))


def _subtract(left: Any, right: Any, alpha: Any = 1) -> Node:
    other = node(right)
    return graph.subtract(node(left), other if alpha == 1 else graph.multiply(other, node(alpha)))


def _divide(left: Any, right: Any, rounding_mode: Any = None) -> Node:
    if rounding_mode is not None:
        raise NotApplicable("div", f"it rounds ({rounding_mode})")
    return graph.divide(node(left), node(right))


def _power(base: Any, exponent: Any) -> Node:
    if isinstance(exponent, torch.Tensor):
        raise NotApplicable("pow", "the exponent is no given number")
    return graph.power(node(base), float(exponent))


def _addmm(bias: Any, left: Any, right: Any, beta: Any = 1, alpha: Any = 1) -> Node:
    product = graph.matmul(node(left), node(right))
    product = product if alpha == 1 else graph.multiply(product, node(alpha))
    added = node(bias) if beta == 1 else graph.multiply(node(bias), node(beta))
    return graph.add(product, added)


def _join(name: str) -> Callable[..., Node]:
    join = np.concatenate if name == "cat" else np.stack

    def joined(tensors: Any, axis: int = 0) -> Node:
        parts = [node(tensor) for tensor in tensors]
        if name == "cat":  # PyTorch skips tensors of shape (0,)
            parts = [part for part in parts if part.shape != (0,)] or parts[:1]
        return graph.rearrange(name, lambda *a: join(a, axis=axis), *parts)

    return joined


def _index(value: Any, indices: Sequence[Any]) -> Node:
    keys = tuple(slice(None) if i is None else numbers(i, "index") for i in indices)
    return graph.rearrange("index", lambda a: a[keys], node(value))


def _index_put(value: Any, indices: Sequence[Any], given: Any, accumulate: bool = False) -> Node:
    if accumulate:
        raise NotApplicable("index_put", "it accumulates")
    keys = tuple(slice(None) if i is None else numbers(i, "index_put") for i in indices)

    def put(array: Any, new: Any) -> Any:
        found = np.array(array)
        found[keys] = new
        return found

    return graph.rearrange("index_put", put, node(value), node(given))


def _laid(name: str, how: Callable[..., Any]) -> Callable[..., Node]:
    def laid(value: Any, *arguments: Any, **options: Any) -> Node:
        plain = [numbers(a, name) for a in arguments]
        return graph.rearrange(name, lambda a: how(a, *plain, **options), node(value))

    return laid


def _repeat(array: Any, sizes: Sequence[int]) -> Any:
    return np.tile(array, tuple(sizes))


def _take(array: Any, axis: int, index: Any) -> Any:
    return np.take(array, index, axis=axis)


def _mask(mask: Any) -> Any:
    return numbers(mask, "where")


def _where(mask: Any, value: Any, other: Any) -> Node:
    return graph.where(_mask(mask), node(value), node(other))


def _masked_fill(value: Any, mask: Any, fill: Any) -> Node:
    shape = np.broadcast_shapes(tuple(value.shape), tuple(mask.shape))
    whole = graph.rearrange("expand", lambda a: np.broadcast_to(a, shape), node(value))
    return graph.where(_mask(mask), node(fill), whole)


def _softmax(value: Any, axis: int, half_to_float: bool = False) -> Node:
    return graph.softmax(node(value), axis)


def _layer_norm(value: Any, shape: Any, weight: Any, bias: Any, epsilon: float) -> Any:
    axes = list(range(-len(shape), 0))
    x = node(value)
    middle = graph.mean(x, axes, keepdims=True)
    centred = graph.subtract(x, middle)
    variance = graph.mean(graph.multiply(centred, centred), axes, keepdims=True)
    root = graph.power(graph.add(variance, graph.constant(epsilon)), -0.5)
    found = graph.multiply(centred, root)
    found = found if weight is None else graph.multiply(found, node(weight))
    return (found if bias is None else graph.add(found, node(bias)), middle, root)


def _attention(
    q: Any,
    k: Any,
    v: Any,
    dropout: float = 0.0,
    is_causal: bool = False,
    *,
    attn_mask: Any = None,
    scale: float | None = None,
) -> tuple[Node, None]:
    """softmax(q kᵀ · scale + mask) v, for heads that share keys and values as well."""
    if dropout:
        raise NotApplicable("scaled_dot_product_attention", "it drops entries at random")
    query, key, value = node(q), node(k), node(v)
    copies = query.shape[1] // key.shape[1]
    if copies > 1:
        key, value = (
            graph.rearrange("repeat", lambda a: a.repeat(copies, axis=1), n) for n in (key, value)
        )
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    turned = graph.rearrange("transpose", lambda a: a.swapaxes(-1, -2), key)
    scores = graph.multiply(graph.matmul(query, turned), graph.constant(factor))
    if is_causal:
        hidden = np.triu(np.ones(scores.shape[-2:], dtype=bool), 1)
        scores = graph.add(scores, graph.constant(np.where(hidden, -np.inf, 0.0)))
    if attn_mask is not None:  # one of truths is made one that is added before
        scores = graph.add(scores, node(attn_mask))
    return graph.matmul(graph.softmax(scores, -1), value), None


def _maximum(value: Any, axis: Any = None, keepdim: bool = False) -> Any:
    found = graph.maximum(node(value), axis, keepdim)
    return found if axis is None else (found, None)


def _filled(number: float | None) -> Callable[..., Node]:
    def filled(value: Any, *arguments: Any) -> Node:
        shape = arguments[0] if arguments and isinstance(arguments[0], list) else value.shape
        fill = arguments[-1] if number is None else number
        return graph.constant(np.full(tuple(shape), float(fill)))

    return filled


def _silu(value: Any) -> Node:
    x = node(value)
    return graph.multiply(x, graph.sigmoid(x))


def _opaque(name: str) -> Callable[..., Node]:
    def opaque(value: Any, *, approximate: str = "none") -> Node:
        kind = "" if approximate == "none" else f" {approximate}"
        return graph.function(f"{name}{kind}", node(value))

    return opaque


FILLED: Mapping[str, Callable[..., Node]] = {
    "zeros_like": _filled(0.0),
    "ones_like": _filled(1.0),
    "empty_like": _filled(0.0),
    "full_like": _filled(None),
    "new_zeros": _filled(0.0),
    "new_ones": _filled(1.0),
    "new_empty": _filled(0.0),
    "new_full": _filled(None),
}
"""Tensors of given numbers: where their format is one of whole numbers, they are plain ones."""

OPERATORS: Mapping[str, Callable[..., Any]] = {
    "add": _add,
    "sub": _subtract,
    "rsub": lambda a, b, alpha=1: _subtract(b, a, alpha),
    "mul": lambda a, b: graph.multiply(node(a), node(b)),
    "div": _divide,
    "neg": lambda a: graph.negate(node(a)),
    "reciprocal": lambda a: graph.divide(graph.constant(1), node(a)),
    "pow": _power,
    "sqrt": lambda a: graph.power(node(a), 0.5),
    "rsqrt": lambda a: graph.power(node(a), -0.5),
    "mm": lambda a, b: graph.matmul(node(a), node(b)),
    "bmm": lambda a, b: graph.matmul(node(a), node(b)),
    "mv": lambda a, b: graph.matmul(node(a), node(b)),
    "dot": lambda a, b: graph.matmul(node(a), node(b)),
    "addmm": _addmm,
    "baddbmm": _addmm,
    "sum": lambda a, axis=None, keepdim=False: graph.total(node(a), axis or None, keepdim),
    "mean": lambda a, axis=None, keepdim=False: graph.mean(node(a), axis or None, keepdim),
    "exp": lambda a: graph.exponential(node(a)),
    "sigmoid": lambda a: graph.sigmoid(node(a)),
    "tanh": lambda a: graph.hyperbolic(node(a)),
    "silu": _silu,
    "gelu": _opaque("gelu"),
    "erf": _opaque("erf"),
    "log": _opaque("log"),
    "softplus": _opaque("softplus"),
    "sin": _opaque("sin"),
    "cos": _opaque("cos"),
    "relu": _opaque("relu"),
    "_softmax": _softmax,
    "_safe_softmax": lambda a, axis, dtype=None: graph.softmax(node(a), axis, safe=True),
    "max": _maximum,
    "maximum": lambda a, b: graph.larger(node(a), node(b)),
    "amax": lambda a, axis=(), keepdim=False: graph.maximum(node(a), axis or None, keepdim),
    "native_layer_norm": _layer_norm,
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
    "_to_copy": node,
    "clone": node,
    "lift_fresh": node,
    "copy": lambda a, b: node(b),
    "fill": lambda a, b: graph.constant(np.full(tuple(a.shape), float(b))),
    "zero": lambda a: graph.constant(np.zeros(tuple(a.shape))),
    "cat": _join("cat"),
    "stack": _join("stack"),
    "index": _index,
    "index_put": _index_put,
    "index_select": _laid("index_select", _take),
    "embedding": lambda weight, index, *_: _index(weight, [index]),
    "repeat": _laid("repeat", _repeat),
    "flip": _laid("flip", np.flip),
    "roll": _laid("roll", lambda a, by, axis=None: np.roll(a, by, axis or None)),
    "tril": _laid("tril", np.tril),
    "triu": _laid("triu", np.triu),
    "where": _where,
    "masked_fill": _masked_fill,
    **FILLED,
}
"""ATen's operators that have a meaning in a field, one rule each; in place they write the same."""
