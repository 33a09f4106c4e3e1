"""Hypotheses that say which index or position a variable is: used by putting it there.

`∀ i, s(i) = t(u(i))` says what s is. A claim with such a hypothesis is the claim without it, and
with `i ↦ t(u(i))` for s: the one is proved if and only if the other is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.claims.model import Claim
from harness.language.terms import Apply, Equation, Lambda, Term, Variable
from harness.language.transform import apart, free_variables, substitute
from harness.language.types import Index, Named, resolve


def settled(claim: Claim) -> tuple[Claim, tuple[str, ...]]:
    """The claim with such hypotheses used up, and their names."""
    used: list[str] = []
    while (found := next(_settling(claim), None)) is not None:
        name, variable, value = found
        used.append(name)
        claim = replace(
            claim,
            parameters=tuple(p for p in claim.parameters if p.name != variable),
            hypotheses=tuple(
                replace(h, equation=_put(h.equation, claim, {variable: value}))
                for h in claim.hypotheses
                if h.name != name
            ),
            conclusion=_put(claim.conclusion, claim, {variable: value}),
        )
    return claim, tuple(used)


def _put(equation: Equation, claim: Claim, names: Mapping[str, Term]) -> Equation:
    equation = apart(equation, claim.parameters)
    left, right = (substitute(side, names) for side in (equation.left, equation.right))
    return replace(equation, left=left, right=right)


def _settling(claim: Claim) -> Iterator[tuple[str, str, Term]]:
    names = {p.name for p in claim.parameters if p.is_explicit}
    for hypothesis in claim.hypotheses:
        equation = apart(hypothesis.equation, claim.parameters)
        if not isinstance(resolve(equation.left.type), Index | Named):
            continue
        for one, other in (
            (equation.left, equation.right),
            (equation.right, equation.left),
        ):
            found = _taken_at_all(one, equation.parameters)
            if found is None or found[0] not in names or found[0] in free_variables(other):
                continue
            variable, indices = found
            for index in reversed(indices):
                other = Lambda(index, other)
            yield hypothesis.name, variable, other


def _taken_at_all(
    term: Term, bound: tuple[Variable, ...]
) -> tuple[str, tuple[Variable, ...]] | None:
    """A variable that is taken at every bound index once, in some order, and these indices."""
    indices: list[Variable] = []
    while isinstance(term, Apply) and isinstance(term.argument, Variable):
        indices.insert(0, term.argument)
        term = term.function
    names = [index.name for index in indices]
    if not isinstance(term, Variable) or len(set(names)) != len(names):
        return None
    return (term.name, tuple(indices)) if set(names) == {v.name for v in bound} else None
