"""The closed list of operators that every definition unfolds to, with their types.

Each interpreter has one rule for each name in `PRIMITIVES`; `tests/language` lists those that
lack one. The dimensions in braces stand in the order in which Lean's constants take them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from harness.language.types import Type

_TABLE = """
zero            {}           : scalar
one             {}           : scalar
add             {}           : scalar -> scalar -> scalar
subtract        {}           : scalar -> scalar -> scalar
negate          {}           : scalar -> scalar
multiply        {}           : scalar -> scalar -> scalar
divide          {}           : scalar -> scalar -> scalar
sum             {n}          : (index(n) -> scalar) -> scalar

zero_vector     {n}          : vector(n)
vector          {n}          : (index(n) -> scalar) -> vector(n)
entry           {n}          : vector(n) -> index(n) -> scalar
add_vector      {n}          : vector(n) -> vector(n) -> vector(n)
subtract_vector {n}          : vector(n) -> vector(n) -> vector(n)
negate_vector   {n}          : vector(n) -> vector(n)
scale_vector    {n}          : scalar -> vector(n) -> vector(n)
dot             {n}          : vector(n) -> vector(n) -> scalar
sum_vector      {n, m}       : (index(n) -> vector(m)) -> vector(m)
append          {m, n}       : vector(m) -> vector(n) -> vector(m + n)
concat          {h, d}       : (index(h) -> vector(d)) -> vector(d*h)

zero_matrix     {m, n}       : matrix(m, n)
identity        {n}          : matrix(n, n)
matrix_entry    {m, n}       : matrix(m, n) -> index(m) -> index(n) -> scalar
add_matrix      {m, n}       : matrix(m, n) -> matrix(m, n) -> matrix(m, n)
subtract_matrix {m, n}       : matrix(m, n) -> matrix(m, n) -> matrix(m, n)
negate_matrix   {m, n}       : matrix(m, n) -> matrix(m, n)
scale_matrix    {m, n}       : scalar -> matrix(m, n) -> matrix(m, n)
matvec          {m, n}       : matrix(m, n) -> vector(n) -> vector(m)
matmul          {m, k, n}    : matrix(m, k) -> matrix(k, n) -> matrix(m, n)
transpose       {m, n}       : matrix(m, n) -> matrix(n, m)
diagonal        {n}          : vector(n) -> matrix(n, n)
matrix2         {}           : scalar -> scalar -> scalar -> scalar -> matrix(2, 2)
blocks          {m, n, k, l} : matrix(m, k) -> matrix(m, l) -> matrix(n, k) -> matrix(n, l)
                               -> matrix(m + n, k + l)
blockdiag       {h, d, e}    : (index(h) -> matrix(d, e)) -> matrix(d*h, e*h)
"""

PRIMITIVES: tuple[str, ...] = tuple(
    line.split()[0] for line in _TABLE.splitlines() if line and not line.startswith(" ")
)

OPERATIONS = ("zero", "one", "add", "multiply", "negate", "subtract", "divide")
"""The operations on scalars, each an instance of a Lean class of its own. Definitions take them in
this order, unless `definitions.yaml` says otherwise."""

BY_NAME = frozenset({"dot", "append", "concat", "diagonal", "matrix2", "blocks", "blockdiag"})
"""Primitives written as `name(arguments)`; the others have a notation of their own."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The type of a primitive: its dimensions, and a curried type over them."""

    dims: tuple[str, ...]
    type: Type
    arity: int


@cache
def signatures() -> dict[str, Signature]:
    """The types of all primitives, by name."""
    from harness.language.parser import parse_type
    from harness.language.types import function_parts

    found = {}
    for entry in _TABLE.replace("\n   ", " ").strip().splitlines():
        if not entry:
            continue
        head, type_text = entry.split(":", 1)
        name, dims = head.split("{")
        names = tuple(dim.strip() for dim in dims.strip().rstrip("}").split(",") if dim.strip())
        type_ = parse_type(type_text)
        found[name.strip()] = Signature(names, type_, len(function_parts(type_)[0]))
    return found
