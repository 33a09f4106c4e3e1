"""Whether one claim applies within another: first-order matching, each find checked.

Matching proposes values for the unknowns of a pattern; they count only where putting them in
gives the very term that was looked at. So a fault here can hide a match, but not invent one.
"""

from __future__ import annotations

from collections.abc import Collection

from harness.claims.model import Claim, Hypothesis, ScalarKind
from harness.language.holes import finish, unify
from harness.language.syntax import NotInferred
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import free_variables, map_children, spine, substitute
from harness.language.types import (
    SCALAR,
    Dim,
    DimHole,
    Function,
    Sort,
    Type,
    TypeHole,
    resolve,
    substitute_type,
)

_BOUND = "·"
"""Begins the canonical names of bound variables; no name of the claim language has it."""

Found = dict[str, Term]
"""What has been found for the names that a pattern leaves open; dimensions and types are holes."""


def opened(claim: Claim) -> tuple[dict[str, Dim], dict[str, Type]]:
    """A hole for each dimension and each type that a claim is stated for."""
    sizes = (p.name for p in claim.parameters if p.sort is Sort.DIMENSION)
    types = (p.name for p in claim.parameters if p.sort is Sort.TYPE)
    return {name: DimHole() for name in sizes}, {name: TypeHole() for name in types}


def consequence(lemma: Claim, claim: Claim, call: Call) -> Term | None:
    """What `lemma` says that `call` is equal to, given the hypotheses of `claim`."""
    left = lemma.conclusion.left
    if not _holds_over(lemma.scalars, claim.scalars) or lemma.conclusion.parameters:
        return None
    if not isinstance(left, Call) or left.definition != call.definition:
        return None
    dims, types = opened(lemma)
    unknown = {p.name for p in lemma.explicit}
    found: Found = {}
    if not match(substitute(left, {}, dims, types), call, unknown, found):
        return None
    is_solved = unknown <= found.keys() and not any(
        isinstance(resolve(hole), TypeHole | DimHole) for hole in (*dims.values(), *types.values())
    )
    if not is_solved:
        return None
    for hypothesis in lemma.hypotheses:
        rigid: Found = {
            p.name: Variable(f"{_BOUND}{p.name}", substitute_type(p.type, dims, types))
            for p in hypothesis.equation.parameters
        }
        wanted = substitute(_sides(hypothesis.equation), found | rigid, dims, types)
        if not any(_implies(given, finish(wanted)) for given in claim.hypotheses):
            return None
    return finish(substitute(lemma.conclusion.right, found, dims, types))


def match(pattern: Term, term: Term, unknown: Collection[str], found: Found) -> bool:
    """Find the unknowns that make `pattern` the same as `term`, and fill its holes."""
    target = canonical(term)
    if not _solve(canonical(pattern), target, unknown, found):
        return False
    try:
        return canonical(finish(substitute(pattern, found))) == target
    except NotInferred:
        return False


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


def _implies(given: Hypothesis, wanted: Term) -> bool:
    """Whether an assumption of the claim is, or has as an instance, what the lemma assumes."""
    return match(_sides(given.equation), wanted, {p.name for p in given.equation.parameters}, {})


def _sides(equation: Equation) -> Term:
    return Call("=", (), (equation.left, equation.right), SCALAR)


def _holds_over(lemma: ScalarKind, claim: ScalarKind) -> bool:
    """Whether the claim's scalars are the lemma's, or reach each operation by way of them."""
    return (claim.is_ordered or not lemma.is_ordered) and (
        lemma.lean_name == claim.lean_name
        or all(
            claim.operations.get(name, ())[-len(path) :] == path
            for name, path in lemma.operations.items()
        )
    )


def _solve(pattern: Term, term: Term, unknown: Collection[str], found: Found) -> bool:
    """Propose values for the unknowns of a canonical pattern."""

    def each(patterns: tuple[Term, ...], terms: tuple[Term, ...]) -> bool:
        pairs = zip(patterns, terms, strict=True)
        return all(_solve(one, other, unknown, found) for one, other in pairs)

    head, arguments = spine(pattern)
    if isinstance(head, Variable) and head.name in unknown and all(map(_is_bound, arguments)):
        return _propose(head, arguments, term, found)
    match pattern, term:
        case Variable(name), Variable(other):
            return name == other
        case Lambda(parameter, body), Lambda(own, other):
            return unify(parameter.type, own.type) and _solve(body, other, unknown, found)
        case Lambda(parameter, body), _:
            type_ = resolve(term.type)
            if not (isinstance(type_, Function) and unify(parameter.type, type_.source)):
                return False
            return _solve(body, Apply(term, parameter, type_.target), unknown, found)
        case Apply(function, argument), Apply(other, value):
            return each((function, argument), (other, value))
        case Call(name, implicit, inner), Call(other_name, items, values):
            is_same = name == other_name and len(implicit) == len(items)
            return is_same and all(map(unify, implicit, items)) and each(inner, values)
        case Primitive(name, dims, inner), Primitive(other_name, sizes, values):
            return name == other_name and all(map(unify, dims, sizes)) and each(inner, values)
    return False


def _is_bound(term: Term) -> bool:
    return isinstance(term, Variable) and term.name.startswith(_BOUND)


def _propose(head: Variable, arguments: list[Term], term: Term, found: Found) -> bool:
    value = term
    for argument in reversed(arguments):
        assert isinstance(argument, Variable)
        value = Lambda(argument, value)
    value = canonical(value)
    if any(name[1:].isdigit() for name in free_variables(value) if name.startswith(_BOUND)):
        return False
    return found.setdefault(head.name, value) == value and unify(head.type, value.type)
