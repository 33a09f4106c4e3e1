"""Which primitive a symbol is, by the types of what it stands between."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from harness.language.primitives import PRIMITIVES
from harness.language.types import Matrix, Scalar, Type, Vector, resolve

MEANING = {
    "+": "+ adds two scalars, vectors or matrices of one size",
    "-": "- subtracts two scalars, vectors or matrices of one size",
    "*": "* multiplies by a scalar (matrices are multiplied by @)",
    "/": "/ divides scalars",
    "@": "@ multiplies a matrix by a matrix or by a vector",
}
"""What a symbol does, for whoever wrote it between terms that it does not go with."""


_SCALAR = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "negate": "negate"}
_OTHERS: Mapping[str, Mapping[type[Type], str]] = {
    "*": {Vector: "scale_vector", Matrix: "scale_matrix"},
    "@": {Vector: "matvec", Matrix: "matmul"},
    "Σ": {Scalar: "sum", Vector: "sum_vector"},
}


@cache
def _shapes(symbol: str) -> Mapping[type[Type], str]:
    """Which primitive a symbol is, by the type of its last operand."""
    name = _SCALAR.get(symbol, symbol)
    named: dict[type[Type], str] = {
        Scalar: name,
        Vector: f"{name}_vector",
        Matrix: f"{name}_matrix",
    }
    known = {shape: name for shape, name in named.items() if name in PRIMITIVES}
    return {**known, **_OTHERS.get(symbol, {})}


_LEFT: Mapping[str, type[Type]] = {"*": Scalar, "/": Scalar, "@": Matrix}
"""What must stand to the left of a symbol, where that is not what stands to the right."""


def by_shape(symbol: str, type_: Type) -> str | None:
    """The primitive that a symbol, or a name, is before a term of this type, if any."""
    return _shapes(symbol).get(type(resolve(type_)))


def operator_of(symbol: str, left: Type, right: Type) -> str | None:
    """The primitive that a symbol is between terms of these types, if any."""
    wanted = _LEFT.get(symbol)
    if wanted is None:
        return by_shape(symbol, left)
    return by_shape(symbol, right) if isinstance(left, wanted) else None
