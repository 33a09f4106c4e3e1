"""Terms to terms: one subterm changed, the type kept.

Every change keeps what it is made in well typed, so what becomes of it is a question of
mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from harness.language.terms import Apply, Primitive, Term, Variable
from harness.language.transform import Spot, spots
from harness.language.types import SCALAR, Matrix, Parameter, Type

Parameters = tuple[Parameter, ...]
Change = Callable[[Spot, Parameters], Iterator[Term]]


def changed_once(
    term: Term, parameters: Parameters, bound: tuple[Variable, ...] = ()
) -> Iterator[tuple[str, Spot, Term, Term]]:
    """`term` with one subterm changed, in every way that `CHANGES` knows and that fits.

    Yields the kind of change, the spot, what stands there now, and the whole term. Each whole
    differs from `term` and from the others; whether it differs in meaning is not asked here.
    """
    seen = {term}
    for spot in spots(term, bound):
        for kind, change in CHANGES.items():
            for new in change(spot, parameters):
                whole = spot.put(new)
                if whole not in seen:
                    seen.add(whole)
                    yield kind, spot, new, whole


# -- the changes ----------------------------------------------------------------------------------


def _is_square(type_: Type) -> bool:
    return isinstance(type_, Matrix) and type_.rows == type_.columns


def _transpose_lost(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Primitive("transpose", _, (operand,), type_) if operand.type == type_:
            yield operand


def _transpose_added(spot: Spot, _: Parameters) -> Iterator[Term]:
    term = spot.term
    if _is_square(term.type) and not isinstance(term, Primitive):
        assert isinstance(term.type, Matrix)
        yield Primitive("transpose", (term.type.rows, term.type.columns), (term,), term.type)


def _factor_lost(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Primitive("matmul" | "matvec" | "scale_vector" | "multiply", _, factors, type_):
            yield from (factor for factor in factors if factor.type == type_)


def _summand_lost(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Primitive("add" | "add_vector" | "add_matrix", _, summands):
            yield from summands


def _operands_swapped(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Primitive("matmul" | "subtract" | "divide", _, (left, right)) if (
            left.type == right.type
        ):
            yield replace(spot.term, arguments=(right, left))


def _sign_flipped(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Primitive("add" | "add_vector" | "add_matrix" as operator):
            yield replace(spot.term, operator=operator.replace("add", "subtract"))
        case Primitive("negate" | "negate_vector" | "negate_matrix", _, (operand,)):
            yield operand


def _variable_replaced(spot: Spot, parameters: Parameters) -> Iterator[Term]:
    term = spot.term
    if isinstance(term, Variable):
        hidden = {variable.name for variable in spot.bound}
        for variable in spot.bound:
            if variable.type == term.type and variable.name != term.name:
                yield Variable(variable.name, variable.type)
        for p in parameters:
            is_other = p.name not in hidden and p.name != term.name
            if p.is_explicit and is_other and p.type == term.type:
                yield Variable(p.name, p.type)


def _function_lost(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Apply(_, argument, type_) if argument.type == type_:
            yield argument


_MOVED = {"if_le": "if_lt", "if_lt": "if_le", "max": "min", "min": "max"}
"""Sides that are equal get another value by these. Of scalars `<` and `≤` may well say the same:
`if 0 ≤ a then a else 0`."""


def _bound_moved(spot: Spot, _: Parameters) -> Iterator[Term]:
    match spot.term:
        case Primitive(operator) if operator in _MOVED:
            yield replace(spot.term, operator=_MOVED[operator])


def _negated(spot: Spot, _: Parameters) -> Iterator[Term]:
    if spot.term.type == SCALAR and not _is_signed(spot.term):
        yield Primitive("negate", (), (spot.term,), SCALAR)


def _emptied(spot: Spot, _: Parameters) -> Iterator[Term]:
    if spot.term.type == SCALAR and not _is_signed(spot.term):
        yield Primitive("zero", (), (), SCALAR)


def _is_signed(term: Term) -> bool:
    """A number, or something with a sign already; its other sign is a change of its own."""
    return isinstance(term, Primitive) and term.operator in ("zero", "one", "negate")


CHANGES: dict[str, Change] = {
    "transpose lost": _transpose_lost,
    "transpose added": _transpose_added,
    "factor lost": _factor_lost,
    "summand lost": _summand_lost,
    "operands swapped": _operands_swapped,
    "sign flipped": _sign_flipped,
    "variable replaced": _variable_replaced,
    "function lost": _function_lost,
    "bound moved": _bound_moved,
    "negated": _negated,
    "emptied": _emptied,
}
"""The ways to change one subterm, each giving terms of the same type."""
