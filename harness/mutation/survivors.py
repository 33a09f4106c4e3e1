"""Why no engine refutes a mutant: what it says is true as well, and here is the proof.

A mutant that is true differs from the claim in its text alone, which is what the mirror leg looks
at. One that is neither refuted nor proved is a defect of the harness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.claims.model import Claim, Hypothesis, Library
from harness.evidence import Evidence, Leg, Outcome
from harness.isolation import Task
from harness.language.notation import to_text
from harness.language.terms import Equation, Primitive
from harness.language.transform import alpha_equal
from harness.language.types import Matrix
from harness.mutation.mutants import Mutant
from harness.run import ENGINES

PROOF = ("dimension-free", "certificate")
"""The checks of the symbolic leg that make a proof for every size, and check it."""


SAME = "the same"
"""The reason of a mutant that is by definition what was changed."""


@dataclass(frozen=True)
class Explanation:
    """Why a mutant may survive."""

    reason: str
    """Such as `true as well`."""
    text: str
    """What shows it."""


def explain(
    mutant: Mutant,
    legs: Mapping[Leg, Outcome],
    first: Sequence[Evidence],
    second: Sequence[Evidence],
) -> Explanation | None:
    """What is known of a mutant that no engine refutes; nothing where nothing is."""
    if legs.get(Leg.MIRROR) is Outcome.CONFIRMED:
        return Explanation(SAME, "Lean's kernel takes it for what was changed.")
    if is_proved(first):
        return Explanation("true as well", f"Proved for every size, {_from(first)}.")
    if is_proved(second):
        text = (
            f"Proved for every size, {_from(second)}; a square matrix over a commutative ring "
            "that has an inverse on one side has the same one on the other."
        )
        return Explanation("true as well", text)
    if isinstance(mutant.about, Claim) and any(map(_is_absurd, mutant.about.hypotheses)):
        text = "It assumes 0 = 1, which holds in the zero ring alone, where all things are equal."
        return Explanation("true as well", text)
    return None


def _is_absurd(hypothesis: Hypothesis) -> bool:
    sides = {hypothesis.equation.left, hypothesis.equation.right}
    return {side.operator for side in sides if isinstance(side, Primitive)} == {"zero", "one"}


def is_proved(found: Sequence[Evidence]) -> bool:
    """Whether the symbolic leg proved it for every size and the certificate held."""
    outcomes = {e.check: e.outcome for e in found if e.leg is Leg.SYMBOLIC}
    return all(outcomes.get(check) is Outcome.CONFIRMED for check in PROOF)


def _from(found: Sequence[Evidence]) -> str:
    names = [
        name
        for evidence in found
        if evidence.check == PROOF[0]
        for name in _texts(evidence.data.get("hypotheses used"))
    ]
    return f"from {', '.join(names)}" if names else "from no hypothesis"


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def second_questions(mutant: Mutant, library: Library) -> Iterator[Task]:
    """What else may prove a changed claim: inverses of square matrices are two-sided."""
    if isinstance(mutant.about, Claim):
        completed = two_sided(mutant.about)
        if completed != mutant.about:
            yield Task(completed, library, Leg.SYMBOLIC, ENGINES[Leg.SYMBOLIC])


def two_sided(claim: Claim) -> Claim:
    """The claim with `B @ A = 1` assumed beside each `A @ B = 1` of square matrices.

    It is the same claim over a commutative ring: det(A) det(B) = 1, so A has a two-sided inverse,
    which B is.
    """
    more = []
    for hypothesis in claim.hypotheses:
        match hypothesis.equation:
            case Equation(
                _,
                Primitive("matmul", _, (left, right), Matrix(rows, columns)) as product,
                Primitive("identity"),
            ) if rows == columns and left.type == right.type and not alpha_equal(left, right):
                turned = replace(product, arguments=(right, left))
                equation = replace(hypothesis.equation, left=turned)
                name = f"{hypothesis.name}, on the other side"
                more.append(Hypothesis(name, equation, to_text(equation)))
    return replace(claim, hypotheses=(*claim.hypotheses, *more))
