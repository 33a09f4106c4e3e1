"""What a claim is about, as far as its hypotheses tell: what must not be trivial in a witness."""

from __future__ import annotations

from collections.abc import Iterator

from harness.claims.model import Claim
from harness.language.terms import Call, Primitive, Term, Variable
from harness.language.transform import free_variables, subterms
from harness.language.types import (
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Type,
    Vector,
    function_parts,
)


def substance(claim: Claim) -> tuple[Term, ...]:
    """The matrices that the hypotheses speak of, and families of them.

    Where they are the blocks of one, that as a whole: each may have to be diagonal. Where they
    speak of none, the matrices that the conclusion makes of what they speak of; where there are
    none either, that itself: vectors, scalars, and functions of numbers.
    """
    mentioned = [p for p in claim.explicit if p.name in claim.spoken]
    matrices = [p for p in mentioned if _holds(p.type, Matrix)]
    if matrices:
        whole = {block: term for term in _grids(claim) for block in term.arguments}
        own = map(_variable, matrices)
        return tuple(dict.fromkeys(whole.get(matrix, matrix) for matrix in own))
    names = {p.name for p in mentioned}
    made = [
        term
        for side in (claim.conclusion.left, claim.conclusion.right)
        for term in _calls(side)
        if free_variables(term) <= names
    ]
    if made:
        return tuple(dict.fromkeys(made))
    return tuple(_variable(p) for p in mentioned if _holds(p.type, Vector | Scalar))


def bounds(term: Term) -> list[Type]:
    """The types of the indices that a family of `substance` takes before it is a matrix."""
    return function_parts(term.type)[0]


def spoken_of(claim: Claim) -> tuple[Parameter, ...]:
    """The parameters that hypotheses mention, and every dimension and type."""
    names = claim.spoken
    return tuple(p for p in claim.parameters if not p.is_explicit or p.name in names)


def _holds(type_: Type, kind: type | object) -> bool:
    arguments, result = function_parts(type_)
    is_of_numbers = all(isinstance(a, Index | Named | Scalar) for a in arguments)
    return is_of_numbers and isinstance(result, kind)  # type: ignore[arg-type]


def _calls(term: Term) -> Iterator[Term]:
    """Matrices that a definition makes, where no bound variable stands in them."""
    for part in subterms(term):
        if isinstance(part, Call) and isinstance(part.type, Matrix):
            yield part


def _grids(claim: Claim) -> Iterator[Primitive]:
    """Matrices whose blocks are variables of the claim, in its hypotheses."""
    names = {p.name for p in claim.explicit}
    for side in (side for equation in claim.assumed for side in equation.sides):
        for part in subterms(side):
            match part:
                case Primitive("blocks", _, blocks) if all(
                    isinstance(block, Variable) and block.name in names for block in blocks
                ):
                    yield part


def _variable(parameter: Parameter) -> Variable:
    return Variable(parameter.name, parameter.type)
