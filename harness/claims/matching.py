"""Whether one claim applies within another: first-order matching, each find checked.

Matching proposes values for the unknowns of a pattern; they count only where putting them in
gives the very term that was looked at. So a fault here can hide a match, but not invent one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.claims.model import Claim, Hypothesis, ScalarKind
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import free_variables, map_children, substitute
from harness.language.types import (
    SCALAR,
    Dim,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Named,
    Sort,
    Type,
    Vector,
    resolve,
    substitute_type,
)

_BOUND = "·"
"""Begins the canonical names of bound variables; no name of the claim language has it."""


@dataclass
class Unknowns:
    """The names that a pattern leaves open, and what has been found for them."""

    terms: frozenset[str] = frozenset()
    dims: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    found_terms: dict[str, Term] = field(default_factory=dict)
    found_dims: dict[str, Dim] = field(default_factory=dict)
    found_types: dict[str, Type] = field(default_factory=dict)

    def put_in(self, pattern: Term) -> Term:
        return substitute(pattern, self.found_terms, self.found_dims, self.found_types)

    @property
    def are_solved(self) -> bool:
        return (
            self.terms <= self.found_terms.keys()
            and self.dims <= self.found_dims.keys()
            and self.types <= self.found_types.keys()
        )


def unknowns(claim: Claim) -> Unknowns:
    """All that a claim is stated for, open."""
    return Unknowns(
        frozenset(p.name for p in claim.parameters if p.is_explicit),
        frozenset(p.name for p in claim.parameters if p.sort is Sort.DIMENSION),
        frozenset(p.name for p in claim.parameters if p.sort is Sort.TYPE),
    )


def consequence(lemma: Claim, claim: Claim, call: Call) -> Term | None:
    """What `lemma` says that `call` is equal to, given the hypotheses of `claim`."""
    if not _holds_over(lemma.scalars, claim.scalars) or lemma.conclusion.parameters:
        return None
    unknown = unknowns(lemma)
    left, right = lemma.conclusion.left, lemma.conclusion.right
    if not isinstance(left, Call) or left.definition != call.definition:
        return None
    if not match(left, call, unknown) or not unknown.are_solved:
        return None
    for hypothesis in lemma.hypotheses:
        if not any(_implies(given, hypothesis, unknown) for given in claim.hypotheses):
            return None
    return unknown.put_in(right)


def match(pattern: Term, term: Term, unknown: Unknowns) -> bool:
    """Find the unknowns that make `pattern` the same as `term`."""
    target = canonical(term)
    return _solve(canonical(pattern), target, unknown) and (
        canonical(unknown.put_in(pattern)) == target
    )


def canonical(term: Term, depth: int = 0) -> Term:
    """`term` with bound variables named by depth, and `k ↦ f(k)` as `f`."""
    match term:
        case Lambda(parameter, body):
            bound = Variable(f"{_BOUND}{depth}", parameter.type)
            inner = canonical(substitute(body, {parameter.name: bound}), depth + 1)
            match inner:
                case Apply(function, argument) if (
                    argument == bound and bound.name not in free_variables(function)
                ):
                    return function
            return Lambda(bound, inner)
        case _:
            return map_children(lambda child: canonical(child, depth), term)


def _implies(given: Hypothesis, wanted: Hypothesis, unknown: Unknowns) -> bool:
    """Whether an assumption of the claim is, or has as an instance, what the lemma assumes."""
    rigid = {
        p.name: Variable(
            f"{_BOUND}{p.name}", substitute_type(p.type, unknown.found_dims, unknown.found_types)
        )
        for p in wanted.equation.parameters
    }
    inner = Unknowns(
        unknown.terms,
        found_terms={**unknown.found_terms, **rigid},
        found_dims=unknown.found_dims,
        found_types=unknown.found_types,
    )
    target = inner.put_in(_sides(wanted.equation))
    free = Unknowns(frozenset(p.name for p in given.equation.parameters))
    return match(_sides(given.equation), target, free)


def _sides(equation: Equation) -> Term:
    return Call("=", (), (equation.left, equation.right), SCALAR)


def _holds_over(lemma: ScalarKind, claim: ScalarKind) -> bool:
    """Whether the claim's scalars are the lemma's, or reach each operation by way of them."""
    return lemma.lean_name == claim.lean_name or all(
        claim.operations.get(name, ())[-len(path) :] == path
        for name, path in lemma.operations.items()
    )


def _solve(pattern: Term, term: Term, unknown: Unknowns) -> bool:
    """Propose values for the unknowns of a canonical pattern."""
    head, arguments = _spine(pattern)
    is_unknown = isinstance(head, Variable) and head.name in unknown.terms
    if is_unknown and all(_is_bound(argument) for argument in arguments):
        assert isinstance(head, Variable)
        return _propose(head, arguments, term, unknown)
    match pattern, term:
        case Variable(name), Variable(other):
            return name == other
        case Lambda(parameter, body), Lambda(_, other):
            return _solve(body, other, unknown)
        case Lambda(parameter, body), _:
            if not isinstance(type_ := resolve(term.type), Function):
                return False
            return _solve(body, Apply(term, parameter, type_.target), unknown)
        case Apply(function, argument), Apply(other, value):
            return _solve(function, other, unknown) and _solve(argument, value, unknown)
        case Call(name, implicit, inner), Call(other_name, items, values):
            return (
                name == other_name
                and len(implicit) == len(items)
                and all(_solve_item(a, b, unknown) for a, b in zip(implicit, items, strict=True))
                and all(_solve(a, b, unknown) for a, b in zip(inner, values, strict=True))
            )
        case Primitive(name, dims, inner), Primitive(other_name, sizes, values):
            return (
                name == other_name
                and all(_solve_dim(a, b, unknown) for a, b in zip(dims, sizes, strict=True))
                and all(_solve(a, b, unknown) for a, b in zip(inner, values, strict=True))
            )
    return False


def _spine(term: Term) -> tuple[Term, list[Term]]:
    arguments: list[Term] = []
    while isinstance(term, Apply):
        arguments.insert(0, term.argument)
        term = term.function
    return term, arguments


def _is_bound(term: Term) -> bool:
    return isinstance(term, Variable) and term.name.startswith(_BOUND)


def _propose(head: Variable, arguments: list[Term], term: Term, unknown: Unknowns) -> bool:
    value = term
    for argument in reversed(arguments):
        assert isinstance(argument, Variable)
        value = Lambda(argument, value)
    value = canonical(value)
    if any(name[1:].isdigit() for name in free_variables(value) if name.startswith(_BOUND)):
        return False
    known = unknown.found_terms.setdefault(head.name, value)
    return known == value and _solve_type(head.type, value.type, unknown)


def _solve_item(pattern: Dim | Type, item: Dim | Type, unknown: Unknowns) -> bool:
    if isinstance(pattern, Dim):
        return _solve_dim(pattern, item, unknown)  # type: ignore[arg-type]
    return _solve_type(pattern, item, unknown)  # type: ignore[arg-type]


def _solve_type(pattern: Type, type_: Type, unknown: Unknowns) -> bool:
    match resolve(pattern), resolve(type_):
        case Named(name), other if name in unknown.types:
            return unknown.found_types.setdefault(name, other) == other
        case (Vector(a), Vector(b)) | (Index(a), Index(b)):
            return _solve_dim(a, b, unknown)
        case Matrix(a, b), Matrix(c, d):
            return _solve_dim(a, c, unknown) and _solve_dim(b, d, unknown)
        case Function(a, b), Function(c, d):
            return _solve_type(a, c, unknown) and _solve_type(b, d, unknown)
        case one, other:
            return one == other


def _solve_dim(pattern: Dim, dim: Dim, unknown: Unknowns) -> bool:
    match resolve(pattern), resolve(dim):
        case DimVar(name), other if name in unknown.dims:
            return unknown.found_dims.setdefault(name, other) == other
        case (DimSum(a, b), DimSum(c, d)) | (DimProduct(a, b), DimProduct(c, d)):
            return _solve_dim(a, c, unknown) and _solve_dim(b, d, unknown)
        case one, other:
            return one == other
