"""Claims with values put in: functions that a hypothesis gives in full, `∀ a, f(a) = a*a + 1`, and
what the author of a claim says that its instances are made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.claims.hypotheses import open_functions
from harness.claims.model import Claim, Hypothesis, Sample
from harness.language.terms import Apply, Equation, Lambda, Primitive, Relation, Term, Variable
from harness.language.transform import (
    apply,
    equation_variables,
    free_variables,
    fresh,
    substitute,
)
from harness.language.types import SCALAR, function_parts


def with_functions_given(claim: Claim) -> Claim:
    """The claim less the functions that its hypotheses give, which stand there in their place."""
    functions = open_functions(claim)
    for hypothesis in claim.hypotheses:
        found = _given(hypothesis.equation, functions)
        if found is not None:
            rest = tuple(h for h in claim.hypotheses if h is not hypothesis)
            kept = tuple(p for p in claim.parameters if p.name != found[0])
            less = replace(claim, hypotheses=rest, parameters=kept)
            return with_functions_given(put_in(less, dict([found])))
    return claim


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
        left, right = (substitute(side, terms) for side in (equation.left, equation.right))
        return replace(equation, left=left, right=right)

    hypotheses = tuple(replace(h, equation=changed(h.equation)) for h in claim.hypotheses)
    return replace(claim, hypotheses=hypotheses, conclusion=changed(claim.conclusion))


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


def _given(equation: Equation, functions: set[str]) -> tuple[str, Term] | None:
    """A function and what it is, where the equation gives it for all its arguments."""
    if not equation.is_equation:
        return None
    for one, other in (
        (equation.left, equation.right),
        (equation.right, equation.left),
    ):
        inner, arguments = one, list[Variable]()
        while isinstance(inner, Apply) and isinstance(inner.argument, Variable):
            arguments.insert(0, inner.argument)
            inner = inner.function
        if not isinstance(inner, Variable) or inner.name not in functions:
            continue
        names = [a.name for a in arguments]
        if inner.name in free_variables(other) or len(set(names)) < len(names):
            continue
        if set(names) == {v.name for v in equation.parameters}:
            term = other
            for argument in reversed(arguments):
                term = Lambda(argument, term)
            return inner.name, term
    return None
