"""The closed list of operators that every definition unfolds to, with their types and meanings.

An operator is *derived* where its row says what it `is`, in the claim language, or where it is a
scalar operator done entry by entry (`ENTRYWISE`). `prelude.py` makes terms of these meanings, and
an interpreter without a rule for a derived operator goes by them. The dimension of `numeral` is
always a number, 2 or more; that of `power` one of at most `MAX_EXPONENT`, by which `prelude.py`
writes it as a product. For the others, each interpreter
has one rule; `tests/language/test_tables.py` lists those that lack one. The dimensions in braces
stand in the order in which Lean's constants take them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from harness.language.types import Type

_TABLE = """
zero            {}           : scalar
one             {}           : scalar
numeral         {n}          : scalar
                is           : Σ i: index(n), 1
add             {}           : scalar -> scalar -> scalar
subtract        {}           : scalar -> scalar -> scalar
negate          {}           : scalar -> scalar
multiply        {}           : scalar -> scalar -> scalar
power           {n}          : scalar -> scalar
divide          {}           : scalar -> scalar -> scalar
sum             {n}          : (index(n) -> scalar) -> scalar
if_le           {n}          : index(n) -> index(n) -> scalar -> scalar -> scalar
if_lt           {n}          : index(n) -> index(n) -> scalar -> scalar -> scalar
                is i, j, a, b: if j ≤ i then b else a
if_eq           {n}          : index(n) -> index(n) -> scalar -> scalar -> scalar
                is i, j, a, b: if i ≤ j then (if j ≤ i then a else b) else b
if_at_most      {}           : scalar -> scalar -> scalar -> scalar -> scalar
if_less         {}           : scalar -> scalar -> scalar -> scalar -> scalar
                is x, y, a, b: if y ≤ x then b else a
if_equal        {}           : scalar -> scalar -> scalar -> scalar -> scalar
                is x, y, a, b: if x ≤ y then (if y ≤ x then a else b) else b
max             {}           : scalar -> scalar -> scalar
                is x, y      : if x ≤ y then y else x
min             {}           : scalar -> scalar -> scalar
                is x, y      : if x ≤ y then x else y

vector          {n}          : (index(n) -> scalar) -> vector(n)
entry           {n}          : vector(n) -> index(n) -> scalar
dot             {n}          : vector(n) -> vector(n) -> scalar
                is u, v      : Σ i, u[i] * v[i]
sum_vector      {n, m}       : (index(n) -> vector(m)) -> vector(m)
                is f         : [i ↦ Σ j, f(j)[i]]
append          {m, n}       : vector(m) -> vector(n) -> vector(m + n)
concat          {h, d}       : (index(h) -> vector(d)) -> vector(d*h)

tabulate        {m, n}       : (index(m) -> index(n) -> scalar) -> matrix(m, n)
matrix_entry    {m, n}       : matrix(m, n) -> index(m) -> index(n) -> scalar
identity        {n}          : matrix(n, n)
matvec          {m, n}       : matrix(m, n) -> vector(n) -> vector(m)
                is A, v      : [i ↦ Σ j, A[i, j] * v[j]]
matmul          {m, k, n}    : matrix(m, k) -> matrix(k, n) -> matrix(m, n)
                is A, B      : tabulate(i ↦ j ↦ Σ l, A[i, l] * B[l, j])
transpose       {m, n}       : matrix(m, n) -> matrix(n, m)
                is A         : tabulate(i ↦ j ↦ A[j, i])
diagonal        {n}          : vector(n) -> matrix(n, n)
matrix2         {}           : scalar -> scalar -> scalar -> scalar -> matrix(2, 2)
blocks          {m, n, k, l} : matrix(m, k) -> matrix(m, l) -> matrix(n, k) -> matrix(n, l) -> matrix(m + n, k + l)
blockdiag       {h, d, e}    : (index(h) -> matrix(d, e)) -> matrix(d*h, e*h)
"""  # noqa: E501

MAX_NUMERAL = 1_000_000
"""The largest number that a text may have; what is done with sizes is done with it as well."""

MAX_EXPONENT = 100
"""The largest number that a text may have above another; engines multiply so often."""

ENTRYWISE = {
    "zero": ("zero", "0"),
    "add": ("add", "x + y"),
    "subtract": ("subtract", "x - y"),
    "negate": ("negate", "-x"),
    "scale": ("multiply", "c * x"),
    "hadamard": ("multiply", "x * y"),
}
"""Operators of vectors and matrices that do the same at each entry, x and y, with a scalar c: the
scalar operator that they do there, and how it is written. `add` gives `add_vector` and
`add_matrix`."""

_SHAPES = {
    "vector": ("n", "vector(n)", "[i]", "[i ↦ {}]"),
    "matrix": ("m, n", "matrix(m, n)", "[i, j]", "tabulate(i ↦ j ↦ {})"),
}
"""Of each shape its dimensions, its type, how an entry is written, and what is made of entries."""

OPERATIONS = ("zero", "one", "add", "multiply", "power", "negate", "subtract", "divide")
"""The operations on scalars, each an instance of a Lean class of its own. Definitions take them in
this order, unless `definitions.yaml` says otherwise."""

ARRANGING = frozenset(
    {
        *("zero", "one", "if_le", "if_at_most", "vector", "entry", "append", "concat", "tabulate"),
        *("identity", "matrix_entry", "diagonal", "matrix2", "blocks", "blockdiag"),
    }
)
"""Those of no others that compute nothing: they choose entries and put them, 0 and 1 together."""

BY_NAME: Mapping[str, tuple[str, ...]] = {
    name: (name,)
    for name in (
        *("dot", "append", "concat", "diagonal", "tabulate", "matrix2", "blocks", "blockdiag"),
        *("max", "min"),
    )
} | {name: tuple(f"{name}_{shape}" for shape in _SHAPES) for name in ("hadamard",)}
"""What is written as `name(arguments)`, and the primitives that it can be, by its last argument;
the others have a notation of their own."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The type of a primitive, its dimensions, and what it is in terms of the others."""

    dims: tuple[str, ...]
    type: Type
    arity: int
    text: tuple[tuple[str, ...], str] | None = None
    """What it is, in the claim language: names of its arguments, and a text about them."""

    @property
    def is_derived(self) -> bool:
        """Whether it is defined by the other operators."""
        return self.text is not None


@cache
def signatures() -> dict[str, Signature]:
    """The types of all primitives, by name."""
    found = {}
    for row in _TABLE.replace("\n" + " " * 16 + "is ", "|").strip().splitlines():
        if row:
            row, _, meaning = row.partition("|")
            head, type_text = row.split(":", 1)
            name, dims = head.rstrip(" }").split("{")
            names, _, text = meaning.partition(":")
            found[name.strip()] = _signature(
                dims, type_text, text=(_names(names), text.strip()) if meaning else None
            )
    for name, (_, written) in ENTRYWISE.items():
        for shape, (dims, type_text, at, made) in _SHAPES.items():
            letters = tuple(re.findall("[a-z]", written))
            types = ["scalar" if letter == "c" else type_text for letter in letters]
            whole = made.format(re.sub("[xy]", rf"\g<0>{at}", written))
            arrow = " -> ".join([*types, type_text])
            found[f"{name}_{shape}"] = _signature(dims, arrow, (letters, whole))
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _signature(
    dims: str, type_text: str, text: tuple[tuple[str, ...], str] | None = None
) -> Signature:
    from harness.language.parser import parse_type
    from harness.language.types import function_parts

    type_ = parse_type(type_text)
    return Signature(_names(dims), type_, len(function_parts(type_)[0]), text)


PRIMITIVES: tuple[str, ...] = (
    *(row.split()[0] for row in _TABLE.splitlines() if row and not row.startswith(" ")),
    *(f"{name}_{shape}" for name in ENTRYWISE for shape in _SHAPES),
)
