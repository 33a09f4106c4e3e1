"""The sizes and shapes of types, once dimensions are numbers."""

from __future__ import annotations

from collections.abc import Mapping

from harness.arrays.values import Unsupported
from harness.language.types import (
    Function,
    Index,
    Matrix,
    Named,
    Scalar,
    Type,
    Vector,
    dim_value,
    function_parts,
    resolve,
)


def size_of(type_: Type, sizes: Mapping[str, int]) -> int:
    """How many indices or positions there are. Raises `Unsupported` for any other type."""
    match resolve(type_):
        case Index(size):
            return dim_value(size, sizes)
        case Named(name):
            return sizes[name]
        case other:
            raise Unsupported(f"{other} has no end of values to go through")


def places_of(type_: Type, sizes: Mapping[str, int]) -> int:
    """How many indices or positions the places of a value of this type may be.

    Raises `Unsupported` where there is none for a value that has some.
    """
    size = size_of(function_parts(type_)[1], sizes)
    if not size and 0 not in shape_of(type_, sizes):
        raise Unsupported(f"there is no {type_}")
    return size


def rank(type_: Type) -> int | None:
    """The number of core axes of an array of this type; nothing where no array can hold one."""
    match resolve(type_):
        case Scalar() | Index() | Named():
            return 0
        case Vector():
            return 1
        case Matrix():
            return 2
        case Function(source, target) if isinstance(resolve(source), Index | Named):
            inner = rank(target)
            return None if inner is None else inner + 1
        case _:
            return None


def core_rank(type_: Type) -> int:
    """The axes of a vector or a matrix, without those of a family of them."""
    return rank(function_parts(type_)[1]) or 0


def shape_of(type_: Type, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The core axes of an array of this type. Raises `Unsupported` where none can hold one."""
    match resolve(type_):
        case Scalar() | Index() | Named():
            return ()
        case Vector(size):
            return (dim_value(size, sizes),)
        case Matrix(rows, columns):
            return (dim_value(rows, sizes), dim_value(columns, sizes))
        case Function(source, target):
            return (size_of(source, sizes), *shape_of(target, sizes))
        case other:
            raise Unsupported(f"no array holds a {other}")
