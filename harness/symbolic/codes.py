"""Types and dimensions as text, so that normal forms are plain data that can be ordered.

Dimensions are written out in full, as `(a+(b*c))`, which the parser of the language reads back.
"""

from __future__ import annotations

from functools import cache

from harness.language.parser import parse_dim
from harness.language.types import (
    SCALAR,
    Dim,
    DimProduct,
    DimSum,
    Index,
    Named,
    Type,
    is_zero,
    resolve,
)


def dim_code(dim: Dim) -> str:
    """A dimension as text."""
    match resolve(dim):
        case DimSum(left, right):
            return f"({dim_code(left)}+{dim_code(right)})"
        case DimProduct(left, right):
            return f"({dim_code(left)}*{dim_code(right)})"
        case other:
            return str(other)


def type_code(type_: Type) -> str:
    """A type as text; `type_of` reads those of indices and positions back."""
    match resolve(type_):
        case Index(size):
            return f"index {dim_code(size)}"
        case Named(name):
            return f"named {name}"
        case other:
            return str(other)


@cache
def dim_of(code: str) -> Dim:
    """The dimension that a code stands for."""
    return parse_dim(code)


@cache
def sides(code: str) -> tuple[str, str, str] | None:
    """The two codes that a dimension is put together of, and how; nothing where it is one."""
    match dim_of(code):
        case DimSum(left, right):
            return dim_code(left), "+", dim_code(right)
        case DimProduct(left, right):
            return dim_code(left), "*", dim_code(right)
    return None


def part_sizes(code: str) -> tuple[str, str]:
    """The codes of the two parts of a sum."""
    found = sides(code)
    assert found is not None
    return found[0], found[2]


@cache
def is_nothing(code: str) -> bool:
    """Whether a dimension is 0 whatever its variables are."""
    return is_zero(dim_of(code))


@cache
def type_of(code: str) -> Type:
    """The type of an index or a position that a code stands for; a scalar for any other."""
    kind, _, rest = code.partition(" ")
    match kind:
        case "index":
            return Index(dim_of(rest))
        case "named":
            return Named(rest)
        case _:
            return SCALAR
