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
)


def dim_code(dim: Dim) -> str:
    """A dimension as text."""
    match resolve(dim):
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
    first, operator, second = _split(code, "+*")
    left, right = dim_of(first), dim_of(second)
    return DimSum(left, right) if operator == "+" else DimProduct(left, right)


@cache
def part_sizes(code: str) -> tuple[str, str]:
    """The codes of the two parts of a sum. Raises `ValueError` where it is none."""
    first, _, second = _split(code, "+")
    return first, second


def sides(code: str) -> tuple[str, str, str] | None:
    """The two codes that a dimension is put together of, and how; nothing where it is one."""
    return _split(code, "+*") if code.startswith("(") else None


def is_zero(code: str) -> bool:
    """Whether a dimension is 0 whatever its variables are."""
    found = sides(code)
    if found is None:
        return code == "0"
    first, operator, second = found
    zeros = is_zero(first), is_zero(second)
    return all(zeros) if operator == "+" else any(zeros)


@cache
def type_of(code: str) -> Type:
    """The type that a code stands for."""
    if code.startswith("["):
        source, _, target = _split(code, ">")
        return Function(type_of(source), type_of(target))
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


def _split(code: str, operators: str) -> tuple[str, str, str]:
    """What stands in the outermost brackets: the first part, the operator, and the second."""
    depth, text = 0, code[1:-1]
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character in operators:
            return text[:position], character, text[position + 1 :]
    raise ValueError(f"{code} has no {operators}")
