"""Claims with functions put in: those that a hypothesis gives in full, `\u2200 a, f(a) = a*a + 1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.claims.hypotheses import open_functions
from harness.claims.model import Claim
from harness.language.terms import Apply, Equation, Lambda, Term, Variable
from harness.language.transform import free_variables, substitute


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


def put_in(claim: Claim, terms: Mapping[str, Term]) -> Claim:
    """The claim with terms in place of variables."""

    def changed(equation: Equation) -> Equation:
        left, right = (substitute(side, terms) for side in (equation.left, equation.right))
        return replace(equation, left=left, right=right)

    hypotheses = tuple(replace(h, equation=changed(h.equation)) for h in claim.hypotheses)
    return replace(claim, hypotheses=hypotheses, conclusion=changed(claim.conclusion))


def _given(equation: Equation, functions: set[str]) -> tuple[str, Term] | None:
    """A function and what it is, where the equation gives it for all its arguments."""
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
