"""Claims to claims: drop a hypothesis, or change one subterm of the statement.

Every edit keeps the claim well typed, so what becomes of it is a question of mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.claims.model import Claim
from harness.language.notation import to_text
from harness.language.terms import Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import children, with_children
from harness.language.types import Matrix, Parameter, Type


@dataclass(frozen=True)
class Edit:
    """A claim that differs from a given one in one way, and which way that is."""

    kind: str
    """Such as `hypothesis dropped` or `transpose lost`."""
    what: str
    """The change in the claim's own notation."""
    claim: Claim


@dataclass(frozen=True)
class Spot:
    """One place in a term: what stands there, what is bound there, how to put something else."""

    term: Term
    bound: tuple[Variable, ...]
    put: Callable[[Term], Term]


def spots(
    term: Term, bound: tuple[Variable, ...] = (), put: Callable[[Term], Term] = lambda new: new
) -> Iterator[Spot]:
    """Every place in `term`, outermost first."""
    yield Spot(term, bound, put)
    inner = (*bound, term.parameter) if isinstance(term, Lambda) else bound
    below = children(term)
    for i, child in enumerate(below):

        def put_child(new: Term, i: int = i) -> Term:
            return put(with_children(term, (*below[:i], new, *below[i + 1 :])))

        yield from spots(child, inner, put_child)


def without_hypotheses(claim: Claim) -> Iterator[Edit]:
    """The claim with each of its hypotheses dropped in turn."""
    for hypothesis in claim.hypotheses:
        kept = tuple(h for h in claim.hypotheses if h.name != hypothesis.name)
        yield Edit("hypothesis dropped", hypothesis.name, replace(claim, hypotheses=kept))


def sides(claim: Claim) -> Iterator[tuple[str, Equation, Callable[[Equation], Claim]]]:
    """Each equation of the claim by name, and how to put another in its place."""
    for i, hypothesis in enumerate(claim.hypotheses):

        def put(equation: Equation, i: int = i) -> Claim:
            changed = replace(claim.hypotheses[i], equation=equation)
            kept = claim.hypotheses
            return replace(claim, hypotheses=(*kept[:i], changed, *kept[i + 1 :]))

        yield hypothesis.name, hypothesis.equation, put
    yield "conclusion", claim.conclusion, lambda equation: replace(claim, conclusion=equation)


def edits(claim: Claim) -> Iterator[Edit]:
    """The claim with one thing changed, in every way that `CHANGES` knows and that fits.

    Each result differs from the claim as a term; whether it differs in meaning is not asked here.
    """
    yield from without_hypotheses(claim)
    seen: set[object] = set()
    for name, equation, put in sides(claim):
        for spot, kind, new, changed in _changed_once(equation, claim.parameters):
            if new != spot.term and (name, changed) not in seen:
                seen.add((name, changed))
                what = f"{name}: {to_text(spot.term)} became {to_text(new)}"
                yield Edit(kind, what, put(changed))


def _changed_once(
    equation: Equation, parameters: tuple[Parameter, ...]
) -> Iterator[tuple[Spot, str, Term, Equation]]:
    on_left = list(spots(equation.left, equation.parameters))
    on_right = list(spots(equation.right, equation.parameters))
    for kind, change in CHANGES.items():
        yield from (
            (spot, kind, new, replace(equation, left=spot.put(new)))
            for spot in on_left
            for new in change(spot, parameters)
        )
        yield from (
            (spot, kind, new, replace(equation, right=spot.put(new)))
            for spot in on_right
            for new in change(spot, parameters)
        )


# -- the changes ----------------------------------------------------------------------------------

Change = Callable[[Spot, tuple[Parameter, ...]], Iterator[Term]]


def _is_square(type_: Type) -> bool:
    return isinstance(type_, Matrix) and type_.rows == type_.columns


def _transpose_lost(spot: Spot, _: tuple[Parameter, ...]) -> Iterator[Term]:
    match spot.term:
        case Primitive("transpose", _, (operand,), type_) if operand.type == type_:
            yield operand


def _transpose_added(spot: Spot, _: tuple[Parameter, ...]) -> Iterator[Term]:
    term = spot.term
    if _is_square(term.type) and not isinstance(term, Primitive):
        assert isinstance(term.type, Matrix)
        yield Primitive("transpose", (term.type.rows, term.type.columns), (term,), term.type)


def _factor_lost(spot: Spot, _: tuple[Parameter, ...]) -> Iterator[Term]:
    match spot.term:
        case Primitive("matmul" | "matvec" | "scale_vector" | "multiply", _, factors, type_):
            yield from (factor for factor in factors if factor.type == type_)


def _summand_lost(spot: Spot, _: tuple[Parameter, ...]) -> Iterator[Term]:
    match spot.term:
        case Primitive("add" | "add_vector" | "add_matrix", _, summands):
            yield from summands


def _operands_swapped(spot: Spot, _: tuple[Parameter, ...]) -> Iterator[Term]:
    match spot.term:
        case Primitive("matmul" | "subtract" | "divide", _, (left, right)) if (
            left.type == right.type
        ):
            yield replace(spot.term, arguments=(right, left))


def _sign_flipped(spot: Spot, _: tuple[Parameter, ...]) -> Iterator[Term]:
    match spot.term:
        case Primitive("add" | "add_vector" | "add_matrix" as operator):
            yield replace(spot.term, operator=operator.replace("add", "subtract"))
        case Primitive("negate" | "negate_vector" | "negate_matrix", _, (operand,)):
            yield operand


def _variable_replaced(spot: Spot, parameters: tuple[Parameter, ...]) -> Iterator[Term]:
    term = spot.term
    if isinstance(term, Variable):
        hidden = {variable.name for variable in spot.bound}
        for variable in spot.bound:
            if variable.type == term.type and variable.name != term.name:
                yield Variable(variable.name, variable.type)
        for parameter in parameters:
            if (
                parameter.is_explicit
                and parameter.name not in hidden
                and parameter.name != term.name
                and parameter.type == term.type
            ):
                yield Variable(parameter.name, parameter.type)


CHANGES: dict[str, Change] = {
    "transpose lost": _transpose_lost,
    "transpose added": _transpose_added,
    "factor lost": _factor_lost,
    "summand lost": _summand_lost,
    "operands swapped": _operands_swapped,
    "sign flipped": _sign_flipped,
    "variable replaced": _variable_replaced,
}
"""The ways to change one subterm, each giving terms of the same type."""
