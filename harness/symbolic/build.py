"""Terms made by operator: dimensions and types are found from the arguments."""

from __future__ import annotations

from functools import reduce

from harness.language.operators import by_shape
from harness.language.primitives import signatures
from harness.language.terms import Apply, Lambda, Primitive, Term, Variable
from harness.language.transform import free_variables
from harness.language.types import (
    SCALAR,
    Dim,
    Function,
    Index,
    Matrix,
    Type,
    Vector,
    function_parts,
    resolve,
    substitute_type,
)

DEFECT = "%"
"""Prefix of the variable that stands for the difference of a hypothesis's sides."""

UNIT_DEFECT = f"{DEFECT} u (1/u) - 1"
"""The function that stands for this of a number u, which is 0 where u is not."""


def kind(type_: Type) -> str:
    """`scalar`, `vector` or `matrix`."""
    match resolve(type_):
        case Vector():
            return "vector"
        case Matrix():
            return "matrix"
        case _:
            return "scalar"


def primitive(operator: str, dims: tuple[Dim, ...], *arguments: Term) -> Primitive:
    """A primitive at these dimensions."""
    signature = signatures()[operator]
    type_ = substitute_type(signature.type, dict(zip(signature.dims, dims, strict=True)), {})
    _, result = function_parts(type_)
    return Primitive(operator, dims, arguments, result)


def sizes(type_: Type) -> tuple[Dim, ...]:
    """The dimensions of a vector or matrix type."""
    match resolve(type_):
        case Vector(size):
            return (size,)
        case Matrix(rows, columns):
            return (rows, columns)
        case Index(size):
            return (size,)
        case _:
            return ()


def _shaped(symbol: str, type_: Type, *arguments: Term) -> Term:
    """The primitive that a symbol is for a scalar, a vector or a matrix of this type."""
    operator = by_shape(symbol, type_)
    assert operator is not None
    return primitive(operator, sizes(type_), *arguments)


def zero(type_: Type) -> Term:
    """0 of this type."""
    return _shaped("zero", type_)


def add(left: Term, right: Term) -> Term:
    """The sum of two terms of one type."""
    return _shaped("+", left.type, left, right)


def subtract(left: Term, right: Term) -> Term:
    """The difference of two terms of one type."""
    return _shaped("-", left.type, left, right)


def negate(term: Term) -> Term:
    """The term with its sign changed."""
    return _shaped("negate", term.type, term)


def scale(scalar: Term, term: Term) -> Term:
    """A scalar times a term."""
    return _shaped("*", term.type, scalar, term)


def transpose(term: Term) -> Term:
    """The transpose; of a transpose, what was transposed."""
    if isinstance(term, Primitive) and term.operator == "transpose":
        return term.arguments[0]
    return primitive("transpose", sizes(term.type), term)


def product(left: Term, right: Term) -> Term:
    """A matrix times a matrix or a vector."""
    if kind(right.type) == "vector":
        return primitive("matvec", sizes(left.type), left, right)
    (m, k), (_, n) = sizes(left.type), sizes(right.type)
    return primitive("matmul", (m, k, n), left, right)


def chain(terms: list[Term], *, is_right: bool = False) -> Term:
    """A product, associated to the left (as people write it) or to the right (quick to find)."""
    if is_right:
        return reduce(lambda found, term: product(term, found), reversed(terms))
    return reduce(product, terms)


def dot(left: Term, right: Term) -> Term:
    """The inner product of two vectors."""
    return primitive("dot", sizes(left.type), left, right)


def total(index: Variable, body: Term) -> Term:
    """Σ over an index of scalars or vectors."""
    if kind(body.type) == "vector":
        dims = (*sizes(index.type), *sizes(body.type))
        return primitive("sum_vector", dims, Lambda(index, body))
    return primitive("sum", sizes(index.type), Lambda(index, body))


def family(index: Variable, body: Term) -> Term:
    """`index ↦ body`; of `index ↦ f(index)`, the function f."""
    match body:
        case Apply(function, argument) if argument == index:
            if index.name not in free_variables(function):
                return function
    return Lambda(index, body)


def applied(function: Term, argument: Term) -> Term:
    """A function-valued term at an argument."""
    type_ = resolve(function.type)
    assert isinstance(type_, Function)
    return Apply(function, argument, type_.target)


ONE = Primitive("one", (), (), SCALAR)


def numeral(number: int) -> Term:
    """A positive number: in ones where it is small, else by doubling."""
    if number <= _SMALL:
        ones: list[Term] = [ONE] * number
        return reduce(add, ones)
    double = scale(add(ONE, ONE), numeral(number // 2))
    return add(double, ONE) if number % 2 else double


_SMALL = 3
