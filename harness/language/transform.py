"""Terms to terms: substitution, unfolding of definitions, and what a term speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.types import (
    Dim,
    Parameter,
    Sort,
    Type,
    is_place,
    substitute_dim,
    substitute_type,
)


def subterms(term: Term) -> Iterator[Term]:
    """`term` and everything in it, outermost first."""
    yield term
    for child in children(term):
        yield from subterms(child)


def children(term: Term) -> tuple[Term, ...]:
    """The terms that `term` is made of."""
    match term:
        case Variable():
            return ()
        case Apply(function, argument):
            return (function, argument)
        case Lambda(_, body):
            return (body,)
        case Call(arguments=arguments) | Primitive(arguments=arguments):
            return arguments


def with_children(term: Term, found: tuple[Term, ...]) -> Term:
    """`term` made of other terms of the same types."""
    match term:
        case Variable():
            return term
        case Apply():
            return replace(term, function=found[0], argument=found[1])
        case Lambda():
            return replace(term, body=found[0])
        case Call() | Primitive():
            return replace(term, arguments=found)


def map_children(change: Callable[[Term], Term], term: Term) -> Term:
    """`term` with each of the terms that it is made of changed."""
    below = children(term)
    return with_children(term, tuple(map(change, below))) if below else term


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


def free_variables(term: Term) -> set[str]:
    """The names of variables of `term` that it does not bind itself."""
    match term:
        case Variable(name):
            return {name}
        case Lambda(parameter, body):
            return free_variables(body) - {parameter.name}
        case _:
            return set().union(*(free_variables(child) for child in children(term)))


def equation_variables(equation: Equation) -> set[str]:
    """The names of variables of an equation that its own `∀` does not bind."""
    found = free_variables(equation.left) | free_variables(equation.right)
    return found - {v.name for v in equation.parameters}


def calls(term: Term) -> set[str]:
    """The names of the definitions that `term` mentions, not those that these mention."""
    return {t.definition for t in subterms(term) if isinstance(t, Call)}


def outermost(term: Term, definition: str | None = None) -> Iterator[Call]:
    """Calls (of one definition) that are no part of another of them."""
    if isinstance(term, Call) and definition in (None, term.definition):
        yield term
    else:
        for child in children(term):
            yield from outermost(child, definition)


def primitives(term: Term) -> set[str]:
    """The operators that `term` mentions, not those within definitions."""
    return {t.operator for t in subterms(term) if isinstance(t, Primitive)}


def substitute(
    term: Term,
    variables: Mapping[str, Term],
    dims: Mapping[str, Dim] | None = None,
    types: Mapping[str, Type] | None = None,
) -> Term:
    """Put terms, dimensions and types for the free names of `term`, renaming binders in the way.

    An applied λ that arises is reduced.
    """
    dims, types = dims or {}, types or {}
    captured = set().union(*(free_variables(value) for value in variables.values()))

    def type_of(type_: Type) -> Type:
        return substitute_type(type_, dims, types) if dims or types else type_

    def walk(term: Term, variables: Mapping[str, Term]) -> Term:
        match term:
            case Variable(name, type_, span):
                return variables.get(name, Variable(name, type_of(type_), span))
            case Apply(function, argument, type_, span):
                return apply(walk(function, variables), walk(argument, variables), span=span)
            case Lambda(parameter, body, span):
                name = parameter.name
                inner = {k: v for k, v in variables.items() if k != name}
                if name in captured:
                    name = fresh(name, captured | free_variables(body) | set(inner))
                bound = Variable(name, type_of(parameter.type), parameter.span)
                if name != parameter.name:
                    inner[parameter.name] = bound
                return Lambda(bound, walk(body, inner), span)
            case Call(definition, implicit, arguments, type_, span):
                found = tuple(
                    substitute_dim(item, dims) if isinstance(item, Dim) else type_of(item)
                    for item in implicit
                )
                terms = tuple(walk(argument, variables) for argument in arguments)
                return Call(definition, found, terms, type_of(type_), span)
            case Primitive(operator, sizes, arguments, type_, span):
                terms = tuple(walk(argument, variables) for argument in arguments)
                sizes = tuple(substitute_dim(size, dims) for size in sizes)
                return Primitive(operator, sizes, terms, type_of(type_), span)

    return walk(term, variables)


def apply(function: Term, argument: Term, *, span: tuple[int, int] | None = None) -> Term:
    """`function(argument)`, reduced where the function is a λ."""
    if isinstance(function, Lambda):
        return substitute(function.body, {function.parameter.name: argument})
    type_ = function.type
    assert hasattr(type_, "target"), type_
    return Apply(function, argument, type_.target, span)


def spine(term: Term) -> tuple[Term, list[Term]]:
    """What is applied first in a term, and to which arguments: f, i and j of `f(i)(j)`."""
    arguments: list[Term] = []
    while isinstance(term, Apply):
        arguments.append(term.argument)
        term = term.function
    return term, arguments[::-1]


def fresh(name: str, taken: set[str]) -> str:
    """A name like `name` that is not taken."""
    base = name.rstrip("'")
    candidate = base
    while candidate in taken:
        candidate += "'"
    return candidate


def implicit_arguments(
    parameters: tuple[Parameter, ...], implicit: tuple[Dim | Type, ...]
) -> tuple[dict[str, Dim], dict[str, Type]]:
    """What the dimensions and the types of a definition are at a call."""
    dims: dict[str, Dim] = {}
    types: dict[str, Type] = {}
    names = [p for p in parameters if isinstance(p.sort, Sort)]
    for parameter, item in zip(names, implicit, strict=True):
        if parameter.sort is Sort.DIMENSION:
            dims[parameter.name] = item  # type: ignore[assignment]
        else:
            types[parameter.name] = item  # type: ignore[assignment]
    return dims, types


def instantiate(parameters: tuple[Parameter, ...], body: Term, call: Call) -> Term:
    """The body of a definition with these parameters, at the arguments of `call`."""
    dims, types = implicit_arguments(parameters, call.implicit)
    names = [p.name for p in parameters if p.is_explicit]
    return substitute(body, dict(zip(names, call.arguments, strict=True)), dims, types)


def rewrite(term: Term, rule: Callable[[Term], Term | None]) -> Term:
    """Apply `rule` at every subterm, innermost first; `None` leaves the subterm as it is."""
    found = tuple(rewrite(child, rule) for child in children(term))
    if isinstance(term, Apply):
        term = apply(found[0], found[1], span=term.span)
    elif found:
        term = with_children(term, found)
    changed = rule(term)
    return term if changed is None else changed


def rewrite_equation(equation: Equation, rule: Callable[[Term], Term | None]) -> Equation:
    """Apply `rule` at every subterm of both sides."""
    return equation.changed(lambda side: rewrite(side, rule))


BOUND = "·"
"""Begins the names that canonical terms bind; no name of the claim language has it."""


def canonical(term: Term) -> Term:
    """`term` with bound names that tell how deep the terms below them bind further names.

    So terms, and subterms, that differ only in what their authors called an index are equal.
    """
    return _canonical(term)[0]


def _canonical(term: Term) -> tuple[Term, int]:
    if isinstance(term, Lambda):
        body, depth = _canonical(term.body)
        variable = Variable(f"{BOUND}{depth}", term.parameter.type)
        return Lambda(variable, substitute(body, {term.parameter.name: variable})), depth + 1
    found = [_canonical(child) for child in children(term)]
    if not found:
        return term, 0
    return with_children(term, tuple(t for t, _ in found)), max(depth for _, depth in found)


def alpha_equal(left: Term, right: Term) -> bool:
    """Whether two terms are the same up to the names that they bind."""
    if type(left) is not type(right) or left.type != right.type:
        return False
    return left == right or canonical(left) == canonical(right)


@lru_cache(512)
def over_places(equation: Equation) -> tuple[Equation, tuple[Variable, ...]]:
    """The equation over indices and positions alone, and the rest of what it ranges over."""
    bound = tuple(v for v in equation.parameters if not is_place(v.type))
    kept = tuple(v for v in equation.parameters if is_place(v.type))
    return (replace(equation, parameters=kept) if bound else equation), bound


def apart(equation: Equation, parameters: tuple[Parameter, ...]) -> Equation:
    """The equation with its `∀` over names that no parameter of the claim has."""
    taken = {p.name for p in parameters}
    names: dict[str, Term] = {}
    bound: list[Variable] = []
    for variable in equation.parameters:
        name = fresh(variable.name, taken) if variable.name in taken else variable.name
        taken.add(name)
        bound.append(Variable(name, variable.type))
        names[variable.name] = bound[-1]
    if tuple(bound) == equation.parameters:
        return equation
    moved = replace(equation, parameters=tuple(bound), span=None)
    return moved.changed(lambda side: substitute(side, names))
