"""Types and dimensions of the claim language.

Dimensions are compared as they are written (`d*h` is not `h*d`), because that is how Lean
compares them: what the mirror prints must be equal by definition, not by arithmetic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, overload


@dataclass(frozen=True, slots=True)
class DimVar:
    """A dimension that a claim or definition ranges over."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class DimLit:
    """A fixed dimension."""

    value: int

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class DimSum:
    """The size of two things set side by side."""

    left: Dim
    right: Dim

    def __str__(self) -> str:
        right = resolve(self.right)
        shown = f"({right})" if isinstance(right, DimSum) else str(right)
        return f"{self.left} + {shown}"


@dataclass(frozen=True, slots=True)
class DimProduct:
    """The size of `right` things of size `left` set side by side."""

    left: Dim
    right: Dim

    def __str__(self) -> str:
        left, right = resolve(self.left), resolve(self.right)
        first = f"({left})" if isinstance(left, DimSum) else str(left)
        second = f"({right})" if isinstance(right, DimSum | DimProduct) else str(right)
        return f"{first}*{second}"


@dataclass(eq=False, slots=True)
class DimHole:
    """A dimension that elaboration has yet to find."""

    value: Dim | None = None

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)


Dim = DimVar | DimLit | DimSum | DimProduct | DimHole


@dataclass(frozen=True, slots=True)
class Scalar:
    """An element of the ring or field that a claim is about."""

    def __str__(self) -> str:
        return "scalar"


@dataclass(frozen=True, slots=True)
class Vector:
    """A column of `size` scalars."""

    size: Dim

    def __str__(self) -> str:
        return f"vector({self.size})"


@dataclass(frozen=True, slots=True)
class Matrix:
    """`rows` by `columns` scalars; acts on `vector(columns)` from the left."""

    rows: Dim
    columns: Dim

    def __str__(self) -> str:
        return f"matrix({self.rows}, {self.columns})"


@dataclass(frozen=True, slots=True)
class Index:
    """The numbers 0 … size − 1."""

    size: Dim

    def __str__(self) -> str:
        return f"index({self.size})"


@dataclass(frozen=True, slots=True)
class Named:
    """An arbitrary type that a claim ranges over, such as the positions of a sequence."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Function:
    """Maps of one argument; those of more are curried."""

    source: Type
    target: Type

    def __str__(self) -> str:
        source = f"({self.source})" if isinstance(self.source, Function) else str(self.source)
        return f"{source} -> {self.target}"


@dataclass(eq=False, slots=True)
class TypeHole:
    """A type that elaboration has yet to find."""

    value: Type | None = None

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)


Type = Scalar | Vector | Matrix | Index | Named | Function | TypeHole

SCALAR = Scalar()


class Sort(Enum):
    """What a parameter is, where it is not a term of some type."""

    DIMENSION = "dimension"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a claim or a definition ranges over: a dimension, a type, or a variable of a type."""

    name: str
    sort: Sort | Type

    @property
    def is_explicit(self) -> bool:
        """Whether calls write the argument; dimensions and types are found by elaboration."""
        return not isinstance(self.sort, Sort)

    @property
    def type(self) -> Type:
        """The type of an explicit parameter. Raises `TypeError` for a dimension or a type."""
        if isinstance(self.sort, Sort):
            raise TypeError(f"{self.name} is a {self.sort.value}")
        return self.sort


@overload
def resolve(item: Dim) -> Dim: ...
@overload
def resolve(item: Type) -> Type: ...
def resolve(item: Type | Dim) -> Type | Dim:
    """Follow filled holes at the head of a type or a dimension."""
    while isinstance(item, TypeHole | DimHole) and item.value is not None:
        item = item.value
    return item


def parts(item: Type | Dim) -> tuple[Type | Dim, ...]:
    """The types and dimensions that a type or a dimension is made of; filled holes are theirs."""
    match item:
        case DimVar() | Scalar() | Named():  # most of them, so they are asked first
            return ()
        case TypeHole(value) | DimHole(value) if value is not None:
            return (value,)
        case Vector(size) | Index(size):
            return (size,)
        case Matrix(one, two) | Function(one, two) | DimSum(one, two) | DimProduct(one, two):
            return (one, two)
        case _:
            return ()


def within(item: Type | Dim) -> Iterator[Type | Dim]:
    """A type or a dimension, and all that it is made of."""
    item = resolve(item)
    yield item
    for part in parts(item):
        yield from within(part)


def substitute_dim(dim: Dim, dims: Mapping[str, Dim]) -> Dim:
    """Put `dims` for the dimension variables of `dim`; filled holes disappear."""
    found: Dim = _substituted(dim, dims, {})
    return found


def substitute_type(type_: Type, dims: Mapping[str, Dim], types: Mapping[str, Type]) -> Type:
    """Put `dims` and `types` for the variables of `type_`; filled holes disappear."""
    found: Type = _substituted(type_, dims, types)
    return found


def _substituted(item: Any, dims: Mapping[str, Dim], types: Mapping[str, Type]) -> Any:
    item = resolve(item)
    match item:
        case DimVar(name):
            return dims.get(name, item)
        case Named(name):
            return types.get(name, item)
    below = parts(item)
    return type(item)(*[_substituted(part, dims, types) for part in below]) if below else item


def dim_value(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The number that `dim` is at the given sizes.

    Raises `KeyError` for a variable without a size.
    """
    match resolve(dim):
        case DimVar(name):
            return sizes[name]
        case DimLit(value):
            return value
        case DimSum(left, right):
            return dim_value(left, sizes) + dim_value(right, sizes)
        case DimProduct(left, right):
            return dim_value(left, sizes) * dim_value(right, sizes)
        case _:
            raise KeyError("a dimension that elaboration did not find")


def is_zero(dim: Dim) -> bool:
    """Whether a dimension is 0 whatever its variables are: then it is where all of them are 1."""
    return dim_value(dim, defaultdict(lambda: 1)) == 0


def function_parts(type_: Type) -> tuple[list[Type], Type]:
    """The arguments of a curried function type, and its result."""
    arguments: list[Type] = []
    type_ = resolve(type_)
    while isinstance(type_, Function):
        arguments.append(resolve(type_.source))
        type_ = resolve(type_.target)
    return arguments, type_


def is_place(type_: Type) -> bool:
    """Whether values are indices or positions, or families of them: whole numbers in arrays."""
    return isinstance(function_parts(type_)[1], Index | Named)
