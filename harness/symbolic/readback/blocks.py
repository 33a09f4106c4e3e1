"""Injections back to what they came from: families of blocks, grids of them, and 2 × 2 units.

What is to be read further goes back to the `Reader`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from harness.language.terms import Lambda, Term, Variable
from harness.language.types import SCALAR, Matrix, Type, Vector
from harness.symbolic import build as b
from harness.symbolic import words as w
from harness.symbolic.codes import dim_of, part_sizes, type_of
from harness.symbolic.readback.summands import (
    Placed,
    Summand,
    Unreadable,
    summand,
    within,
)


class Reading(Protocol):
    """Who reads what is left; see `reader.py`."""

    def bind(self, *indices: w.Atom) -> AbstractContextManager[list[Variable]]: ...

    def poly(self, p: w.Poly, type_: Type) -> Term: ...

    def sum(
        self,
        locals_: tuple[w.Atom, ...],
        factors: tuple[w.Factor, ...],
        word: w.Word,
        type_: Type,
    ) -> Term: ...

    def summed(
        self, variables: list[Variable], factors: tuple[w.Factor, ...], term: Term | None
    ) -> Term: ...

    def around(self, found: Placed, term: Term) -> Term: ...


def grouped(reader: Reading, p: w.Poly, type_: Type) -> tuple[list[Term], w.Poly]:
    """Summands that are made of blocks in the same way, each such group as one term; the rest."""
    groups: dict[tuple[str, ...], list[Summand]] = {}
    rest: dict[w.Monomial, int] = {}
    for m, c in p.terms:
        found = summand(m, c)
        if found is None:
            rest[m] = c
        else:
            groups.setdefault(found.block.structure, []).append(found)
    terms = []
    for summands in groups.values():
        ones = w.ZERO
        if summands[0].block.first.kind != "i" and b.kind(type_) == "matrix":
            # Multiples of 1 are blocks on the diagonal.
            ones = w.poly({m: c for m, c in rest.items() if not m.word})
            rest = {m: c for m, c in rest.items() if m.word}
        terms.append(_group(reader, summands, ones))
    return terms, w.poly(rest)


def _group(reader: Reading, summands: list[Summand], ones: w.Poly) -> Term:
    found = summands[0].block
    first = found.first
    if first.kind == "i":
        shared = w.local(found.index.type)
        inner = w.add(*(s.at(shared) for s in summands))
        return _family(reader, shared, found, lambda type_: reader.poly(inner, type_))
    if first.kind == "e":
        parts = {"00": ones, "01": w.ZERO, "10": w.ZERO, "11": ones}
        for s in summands:
            parts[s.block.first.name] = w.add(parts[s.block.first.name], s.at())
        return b.primitive("matrix2", (), *(reader.poly(p, SCALAR) for p in parts.values()))

    def cell(row: str, column: str, type_: Type) -> Term:
        blocks = [s.at() for s in summands if s.block.place == (row, column)]
        return reader.poly(w.add(*blocks, ones if row == column else w.ZERO), type_)

    return _grid(found, cell)


def block(
    reader: Reading,
    locals_: tuple[w.Atom, ...],
    factors: tuple[w.Factor, ...],
    found: Placed,
    type_: Type,
) -> Term:
    """P ι_k M ι_kᵀ Q as P @ blockdiag(k ↦ M) @ Q, and P ι_k M as P @ concat(k ↦ M)."""
    index, is_unit = found.index, found.first.columns == w.UNIT
    if w.occurrences(index, found.outer):
        raise Unreadable("an index that places a block and is used outside it")
    own, inside = within(locals_, factors, found)
    others = tuple(x for x in locals_ if x != index and x not in own)
    outside = tuple(f for f in factors if f not in inside)
    if others and b.kind(type_) == "matrix":
        raise Unreadable("a sum of matrices")
    if is_unit and found.inner:
        return _entries(reader, locals_, factors, found, type_)
    if not is_unit:
        _require_column(found)

    def body(type_: Type) -> Term:
        return reader.sum(own, inside, found.inner, type_)

    with reader.bind(*others) as variables:
        term = reader.around(found, _family(reader, index, found, body))
        return reader.summed(variables, outside, term)


def _entries(
    reader: Reading,
    locals_: tuple[w.Atom, ...],
    factors: tuple[w.Factor, ...],
    found: Placed,
    type_: Type,
) -> Term:
    """Σ a(i, j) eᵢ eⱼᵀ as the matrix of these entries."""
    match found.prefix, found.inner, found.last:
        case (), (w.Letter("i", _, (w.Atom() as column,), w.UNIT),), None if column in locals_:
            row = found.index
        case _:
            raise Unreadable("a word between unit vectors")
    rest = tuple(x for x in locals_ if x not in (row, column))
    with reader.bind(row, column) as variables:
        term = reader.sum(rest, factors, (), SCALAR)
        for variable in reversed(variables):
            term = Lambda(variable, term)
    return b.primitive("tabulate", b.sizes(type_), term)


def part(
    reader: Reading, locals_: tuple[w.Atom, ...], factors: tuple[w.Factor, ...], found: Placed
) -> Term:
    """P ι M as P @ append(M, 0), and P ι M ιᵀ Q as P @ blocks(M, 0, 0, 0) @ Q."""
    if found.first.flip:
        raise Unreadable("one part of a vector")
    _require_column(found)

    def cell(row: str, column: str, type_: Type) -> Term:
        if (row, column) != found.place:
            return b.zero(type_)
        return reader.sum(locals_, factors, found.inner, type_)

    return reader.around(found, _grid(found, cell))


def _require_column(found: Placed) -> None:
    if found.last is None and not (found.inner and found.inner[-1].columns == w.UNIT):
        raise Unreadable("a column of blocks")


def _family(reader: Reading, index: w.Atom, found: Placed, body: Callable[[Type], Term]) -> Term:
    """Σ ι M ιᵀ as one blockdiag or diagonal; without ιᵀ, Σ ι M as one concat or vector."""
    rows, last = found.first.columns, found.last
    size = b.sizes(type_of(index.type))
    with reader.bind(index) as (variable,):
        if rows == w.UNIT:
            vector = b.primitive("vector", size, Lambda(variable, body(SCALAR)))
            return vector if last is None else b.primitive("diagonal", size, vector)
        if last is None:
            inner = body(Vector(dim_of(rows)))
            return b.primitive("concat", (*size, dim_of(rows)), b.family(variable, inner))
        shape = dim_of(rows), dim_of(last.rows)
        family = b.family(variable, body(Matrix(*shape)))
        return b.primitive("blockdiag", (*size, *shape), family)


def _grid(found: Placed, cell: Callable[[str, str, Type], Term]) -> Term:
    """Σ ι M ιᵀ over parts as one matrix of blocks; without ιᵀ, Σ ι M as two vectors."""
    heights = tuple(map(dim_of, part_sizes(found.first.rows)))
    if found.last is None:
        vectors = [cell(row, "", Vector(h)) for row, h in zip("12", heights, strict=True)]
        return b.primitive("append", heights, *vectors)
    widths = tuple(map(dim_of, part_sizes(found.last.columns)))
    cells = [
        cell(row, column, Matrix(height, width))
        for row, height in zip("12", heights, strict=True)
        for column, width in zip("12", widths, strict=True)
    ]
    return b.primitive("blocks", (*heights, *widths), *cells)
