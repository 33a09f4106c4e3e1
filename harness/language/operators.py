"""Which primitive a symbol is, by the types of what it stands between."""

from __future__ import annotations

from collections.abc import Mapping

from harness.language.types import Matrix, Scalar, Type, Vector, resolve

MEANING = {
    "+": "+ adds two scalars, vectors or matrices of one size",
    "-": "- subtracts two scalars, vectors or matrices of one size",
    "*": "* multiplies by a scalar (matrices are multiplied by @)",
    "/": "/ divides scalars",
    "@": "@ multiplies a matrix by a matrix or by a vector",
}
"""What a symbol does, for whoever wrote it between terms that it does not go with."""


_OPERATORS: Mapping[str, Mapping[type[Type], str]] = {
    "+": {Scalar: "add", Vector: "add_vector", Matrix: "add_matrix"},
    "-": {Scalar: "subtract", Vector: "subtract_vector", Matrix: "subtract_matrix"},
    "*": {Scalar: "multiply", Vector: "scale_vector", Matrix: "scale_matrix"},
    "/": {Scalar: "divide"},
    "@": {Vector: "matvec", Matrix: "matmul"},
    "negate": {Scalar: "negate", Vector: "negate_vector", Matrix: "negate_matrix"},
    "Σ": {Scalar: "sum", Vector: "sum_vector"},
}
"""Which primitive a symbol is, by the type of its last operand."""

_LEFT: Mapping[str, type[Type]] = {"*": Scalar, "/": Scalar, "@": Matrix}
"""What must stand to the left of a symbol, where that is not what stands to the right."""


def by_shape(symbol: str, type_: Type) -> str | None:
    """The primitive that a symbol is before a term of this type, if any."""
    return _OPERATORS[symbol].get(type(resolve(type_)))


def operator_of(symbol: str, left: Type, right: Type) -> str | None:
    """The primitive that a symbol is between terms of these types, if any."""
    wanted = _LEFT.get(symbol)
    if wanted is None:
        return by_shape(symbol, left)
    return by_shape(symbol, right) if isinstance(left, wanted) else None
