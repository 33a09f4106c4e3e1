"""Claims with values put in: what a hypothesis gives in full, and what the author of a claim says
that its instances are made of.

`∀ a, f(a) = a*a + 1` says what the function f is, and `∀ i, s(i) = t(u(i))` what the map s of
indices is: the claim less such a hypothesis has `i ↦ t(u(i))` for s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from harness.claims.hypotheses import open_functions
from harness.claims.model import Claim, Hypothesis, Sample
from harness.language.terms import Equation, Lambda, Primitive, Relation, Term, Variable
from harness.language.transform import (
    apart,
    apply,
    equation_variables,
    free_variables,
    fresh,
    spine,
    substitute,
)
from harness.language.types import SCALAR, function_parts, is_place


def with_functions_given(claim: Claim) -> Claim:
    """The claim less the functions that its hypotheses give, which stand there in their place."""
    return _with_given(claim, open_functions(claim))[0]


def with_places_given(claim: Claim) -> tuple[Claim, tuple[str, ...]]:
    """The claim less the maps of indices that hypotheses give, and the names of these hypotheses.

    The one is proved if and only if the other is.
    """
    return _with_given(claim, {p.name for p in claim.explicit if is_place(p.type)})


def _with_given(claim: Claim, names: Collection[str]) -> tuple[Claim, tuple[str, ...]]:
    used: list[str] = []
    while (found := next(_given(claim, names), None)) is not None:
        hypothesis, name, term = found
        used.append(hypothesis)
        kept = tuple(p for p in claim.parameters if p.name != name)
        rest = put_in(claim.without(hypothesis), {name: term})
        claim = replace(rest, parameters=kept)
    return claim, tuple(used)


def with_samples(claim: Claim) -> tuple[Claim, Claim]:
    """The claim over what its samples are made of, and what is asked of those who draw instances.

    Of what is sampled nothing is asked but to be so; the hypotheses about it are left for those who
    check. A function that is sampled stands in the claim in its place.
    """
    if not claim.samples:
        return claim, claim
    functions = open_functions(claim)
    kept = tuple(s for s in claim.samples if s.name not in functions)
    whole = put_in(claim, {s.name: s.term for s in claim.samples if s.name in functions})
    drawn = dict.fromkeys(p for s in claim.samples for p in s.drawn)
    names = {s.name for s in claim.samples}
    own = tuple(p for p in whole.parameters if p.name not in functions & names)
    whole = replace(whole, parameters=(*own, *drawn), samples=())
    rest = [
        h
        for h, first in zip(whole.hypotheses, claim.hypotheses, strict=True)
        if not equation_variables(first.equation) & names
    ]
    told = [Hypothesis(s.name, _told(s, claim), s.text) for s in kept]
    return whole, replace(whole, hypotheses=(*rest, *told))


def _told(sample: Sample, claim: Claim) -> Equation:
    """`S = B - Bᵀ`; of a family, for all its indices."""
    [type_] = (p.type for p in claim.parameters if p.name == sample.name)
    left: Term = Variable(sample.name, type_)
    right, bound = sample.term, list[Variable]()
    taken = {p.name for p in (*claim.parameters, *sample.drawn)}
    for source in function_parts(type_)[0]:
        name = fresh("i", taken)
        taken.add(name)
        bound.append(Variable(name, source))
        left, right = apply(left, bound[-1]), apply(right, bound[-1])
    return Equation(tuple(bound), left, right)


def put_in(claim: Claim, terms: Mapping[str, Term]) -> Claim:
    """The claim with terms in place of variables."""

    def changed(equation: Equation) -> Equation:
        free = apart(equation, claim.parameters)
        return free.changed(lambda side: substitute(side, terms))

    return claim.changed(changed)


def with_units(claim: Claim) -> Claim:
    """The claim with `x * (1 / x) = 1` in place of each hypothesis `x ≠ 0`, where it is of a field.

    There the two say the same, since `1 / 0` is 0.
    """
    is_any = any(e.relation is Relation.UNEQUAL for e in claim.assumed)
    if not is_any or "divide" not in claim.scalars.operations:
        return claim

    def said(hypothesis: Hypothesis) -> Hypothesis:
        equation = hypothesis.equation
        if equation.relation is not Relation.UNEQUAL:
            return hypothesis
        x: Term = Primitive("subtract", (), (equation.left, equation.right), SCALAR)
        if equation.right == Primitive("zero", (), (), SCALAR):
            x = equation.left
        one = Primitive("one", (), (), SCALAR)
        inverse = Primitive("divide", (), (one, x), SCALAR)
        product = Primitive("multiply", (), (x, inverse), SCALAR)
        said = Equation(equation.parameters, product, one, equation.span)
        return replace(hypothesis, equation=said)

    return replace(claim, hypotheses=tuple(map(said, claim.hypotheses)))


def _given(claim: Claim, names: Collection[str]) -> Iterator[tuple[str, str, Term]]:
    """Hypotheses that give one of these variables for all its arguments, with what it is."""
    for hypothesis in claim.hypotheses:
        equation = apart(hypothesis.equation, claim.parameters)
        for one, other in (equation.sides, equation.sides[::-1]) if equation.is_equation else ():
            head, arguments = spine(one)
            bound = [a.name for a in arguments if isinstance(a, Variable)]
            if not isinstance(head, Variable) or head.name not in names:
                continue
            is_whole = sorted(bound) == sorted(v.name for v in equation.parameters)
            if is_whole and len(bound) == len(arguments) and head.name not in free_variables(other):
                for argument in reversed(arguments):
                    assert isinstance(argument, Variable)
                    other = Lambda(argument, other)
                yield hypothesis.name, head.name, other
