"""What the derived operators are, as terms of the others.

An interpreter that has no rule of its own for a derived operator interprets `meaning(term)`. So a
derived operator needs no entry in any table; an interpreter has one where it is faster, or says
more, than the meaning written out. For instance `hadamard(u, A @ v)`, for which nobody has a rule,
is interpreted as

    [i ↦ u[i] * (A @ v)[i]]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from harness.language.elaborate import elaborate_as
from harness.language.parser import parse_term
from harness.language.primitives import Signature, signatures
from harness.language.scope import Scope
from harness.language.terms import Primitive, Term
from harness.language.transform import primitives, substitute
from harness.language.types import SCALAR, DimLit, Parameter, Sort, function_parts


class MissingRule(Exception):
    """An interpreter has no rule for an operator that is not defined by others either."""


@dataclass(frozen=True)
class Derived:
    """A derived operator: its arguments by name, and what it is of them."""

    dims: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: Term


@cache
def derived() -> Mapping[str, Derived]:
    """The derived operators, by name."""
    return {name: _derived(own) for name, own in signatures().items() if own.is_derived}


def meaning(term: Primitive, interpreter: str) -> Term:
    """What a derived operator is at its arguments. Raises `MissingRule` of any other.

    `interpreter` says who asks, for the message.
    """
    match term:
        case Primitive("numeral", (DimLit(number),)):
            return sum_of_ones(number)
        case Primitive("power", (DimLit(number),), (base,)):
            return product_of(base, number)
    return substitute(
        (own := known(term.operator, interpreter)).body,
        {p.name: a for p, a in zip(own.parameters, term.arguments, strict=True)},
        dict(zip(own.dims, term.dims, strict=True)),
    )


def sum_of_ones(number: int) -> Term:
    """A number of 1 or more as what it is by 1, `+` and `*`, in few words."""
    one = Primitive("one", (), (), SCALAR)
    if number == 1:
        return one
    half, odd = divmod(number, 2)
    two = Primitive("add", (), (one, one), SCALAR)
    even = two if half == 1 else Primitive("multiply", (), (two, sum_of_ones(half)), SCALAR)
    return Primitive("add", (), (even, one), SCALAR) if odd else even


def product_of(base: Term, number: int) -> Term:
    """A power as what it is by 1 and `*`: `number` times the same factor."""
    if number < 2:
        return base if number else Primitive("one", (), (), SCALAR)
    half = number // 2
    factors = product_of(base, number - half), product_of(base, half)
    return Primitive("multiply", (), factors, SCALAR)


def known(operator: str, interpreter: str) -> Derived:
    """The definition of a derived operator. Raises `MissingRule` of any other."""
    found = derived().get(operator)
    if found is None:
        raise MissingRule(
            f"{interpreter} has no rule for the operator {operator!r}, "
            "and no other operators define it"
        )
    return found


@cache
def made_of(operator: str) -> frozenset[str]:
    """The operators that a derived operator is made of; of any other, none."""
    own = derived().get(operator)
    return frozenset(primitives(own.body)) if own is not None else frozenset()


def _derived(own: Signature) -> Derived:
    types, result = function_parts(own.type)
    assert own.text is not None
    names, text = own.text
    parameters = tuple(Parameter(n, type_) for n, type_ in zip(names, types, strict=True))
    scope = Scope({}, (*(Parameter(dim, Sort.DIMENSION) for dim in own.dims), *parameters))
    return Derived(own.dims, parameters, elaborate_as(parse_term(text), result, scope))
