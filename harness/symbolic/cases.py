"""Cases: over a field `u u = u` says that u is 0 or 1, and what follows in both follows.

So `exp(a + b) = exp(a) exp(b)` alone says that `exp(0)` is 0, and then exp is, or 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.claims.hypotheses import open_functions
from harness.claims.model import Claim, Definition, Hypothesis
from harness.language.notation import to_text
from harness.language.terms import Equation, Term, Variable
from harness.language.types import SCALAR, function_parts
from harness.symbolic import build as b
from harness.symbolic.prove import prove

CASE = "case"


def proved_by_cases(claim: Claim, definitions: Mapping[str, Definition]) -> tuple[str, ...] | None:
    """The hypotheses that a proof by cases uses; nothing where none is found."""
    if "divide" not in claim.scalars.operations:
        return None
    for u in _numbers(claim):
        first = prove(replace(claim, conclusion=Equation((), b.scale(u, u), u)), definitions)
        if not first.is_proved:
            continue
        values = (b.zero(SCALAR), b.ONE)
        proofs = [prove(_assuming(claim, Equation((), u, v)), definitions) for v in values]
        if all(proof.is_proved for proof in proofs):
            used = first.used.union(*(proof.used for proof in proofs))
            return tuple(sorted(used - {CASE}))
    return None


def _assuming(claim: Claim, equation: Equation) -> Claim:
    case = Hypothesis(CASE, equation, to_text(equation))
    return replace(claim, hypotheses=(*claim.hypotheses, case))


def _numbers(claim: Claim) -> Iterator[Term]:
    """Numbers that may be such: open functions of numbers, at 0 and at 1."""
    functions = open_functions(claim)
    for p in claim.parameters:
        if p.name in functions and function_parts(p.type) == ([SCALAR], SCALAR):
            for argument in (b.zero(SCALAR), b.ONE):
                yield b.applied(Variable(p.name, p.type), argument)
