"""Types and dimensions as text, so that normal forms are plain data that can be ordered.

Codes are written out in full (`(a+(b*c))`), and read back by the little parser below.
"""

from __future__ import annotations

from functools import cache

from harness.language.types import (
    SCALAR,
    Dim,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Named,
    Scalar,
    Type,
    Vector,
    resolve,
    resolve_dim,
)


def dim_code(dim: Dim) -> str:
    """A dimension as text."""
    match resolve_dim(dim):
        case DimVar(name):
            return name
        case DimLit(value):
            return str(value)
        case DimSum(left, right):
            return f"({dim_code(left)}+{dim_code(right)})"
        case DimProduct(left, right):
            return f"({dim_code(left)}*{dim_code(right)})"
        case _:
            raise ValueError("a dimension that elaboration did not find")


def type_code(type_: Type) -> str:
    """A type as text."""
    match resolve(type_):
        case Scalar():
            return "scalar"
        case Vector(size):
            return f"vector {dim_code(size)}"
        case Matrix(rows, columns):
            return f"matrix {dim_code(rows)} {dim_code(columns)}"
        case Index(size):
            return f"index {dim_code(size)}"
        case Named(name):
            return f"named {name}"
        case Function(source, target):
            return f"[{type_code(source)}>{type_code(target)}]"
        case _:
            raise ValueError("a type that elaboration did not find")


@cache
def dim_of(code: str) -> Dim:
    """The dimension that a code stands for."""
    if not code.startswith("("):
        return DimLit(int(code)) if code.isdigit() else DimVar(code)
    at = _split(code[1:-1], "+*")
    left, right = dim_of(code[1 : at + 1]), dim_of(code[at + 2 : -1])
    return DimSum(left, right) if code[at + 1] == "+" else DimProduct(left, right)


@cache
def type_of(code: str) -> Type:
    """The type that a code stands for."""
    if code.startswith("["):
        at = _split(code[1:-1], ">")
        return Function(type_of(code[1 : at + 1]), type_of(code[at + 2 : -1]))
    kind, *words = code.split(" ")
    match kind, words:
        case "vector", [size]:
            return Vector(dim_of(size))
        case "matrix", [rows, columns]:
            return Matrix(dim_of(rows), dim_of(columns))
        case "index", [size]:
            return Index(dim_of(size))
        case "named", [name]:
            return Named(name)
        case _:
            return SCALAR


def _split(text: str, separators: str) -> int:
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character in separators:
            return position
    raise ValueError(f"{text} has no {separators}")
