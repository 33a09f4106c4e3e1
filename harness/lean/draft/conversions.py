"""Terms written as terms of another type that is the same one in Lean.

Lean's vectors and matrices are functions of indices; the claim language tells them apart.
"""

from __future__ import annotations

from harness.language.terms import Lambda, Primitive, Term, Variable
from harness.language.transform import apply, free_variables, fresh
from harness.language.types import SCALAR, Dim, Function, Index, Matrix, Type, Vector


class Unreadable(Exception):
    """A part of a statement has no counterpart in the claim language; says why.

    `unnamed` is the constant of Lean's for which definitions.yaml has no name, where that is why.
    """

    def __init__(self, reason: str, unnamed: str = "") -> None:
        super().__init__(reason)
        self.unnamed = unnamed


MOST = 20_000
"""The most parts of a statement or a definition of Lean's that is read."""


def arrows_of(type_: Type) -> Type:
    """A type as Lean has it: vectors and matrices are functions of indices."""
    match type_:
        case Vector(size):
            return Function(Index(size), SCALAR)
        case Matrix(rows, columns):
            return Function(Index(rows), Function(Index(columns), SCALAR))
        case Function(source, target):
            return Function(arrows_of(source), arrows_of(target))
        case _:
            return type_


def converted(term: Term, expected: Type) -> Term:
    """`term` written as a term of another type that is the same one in Lean."""
    if term.type == expected:
        return term
    match expected:
        case Vector(size):
            variable = Variable(fresh("i", free_variables(term)), Index(size))
            family = Lambda(variable, converted(at(term, variable), SCALAR))
            return Primitive("vector", (size,), (family,), expected)
        case Function(source, target):
            variable = Variable(fresh("i", free_variables(term)), source)
            return Lambda(variable, converted(at(term, variable), target))
        case _:
            raise Unreadable(f"{term.type} where {expected} is expected")


def at(term: Term, index: Term) -> Term:
    match term.type:
        case Vector(size):
            return Primitive("entry", (size,), (term, index), SCALAR)
        case Matrix(rows, columns):
            return row(term, rows, columns, index)
        case Function():
            return apply(term, index)
        case other:
            raise Unreadable(f"a value of type {other}, applied")


def row(matrix: Term, rows: Dim, columns: Dim, index: Term) -> Term:
    taken = free_variables(matrix) | free_variables(index)
    variable = Variable(fresh("i", taken), Index(columns))
    entry = Primitive("matrix_entry", (rows, columns), (matrix, index, variable), SCALAR)
    return Primitive("vector", (columns,), (Lambda(variable, entry),), Vector(columns))
