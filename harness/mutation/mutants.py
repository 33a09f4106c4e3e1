"""Every mutant of a project: a claim or definition with one change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.claims.model import Claim, Definition, Library
from harness.claims.project import Project
from harness.language.notation import to_text
from harness.language.terms import Equation, Term
from harness.language.transform import Spot
from harness.mutation.changes import Parameters, changed_once


@dataclass(frozen=True)
class Mutant:
    """A claim or a definition with one change."""

    kind: str
    """Such as `hypothesis dropped` or `transpose lost`."""
    what: str
    """The change, in the specification's own notation."""
    about: Claim | Definition
    """The claim or definition as it is after the change."""

    @property
    def subject(self) -> str:
        """The theorem or definition that was changed."""
        return self.about.theorem if isinstance(self.about, Claim) else self.about.name

    def library(self, library: Library) -> Library:
        """The library that the mutant lives in: with the changed definition, if that is one."""
        if isinstance(self.about, Claim):
            return library
        return replace(library, definitions={**library.definitions, self.about.name: self.about})


def mutants(project: Project) -> tuple[Mutant, ...]:
    """All mutants of the claims and of the definitions, in the order of the specifications."""
    definitions = project.library.definitions.values()
    return (
        *(mutant for claim in project.claims for mutant in of_claim(claim)),
        *(mutant for definition in definitions for mutant in of_definition(definition)),
    )


def of_claim(claim: Claim) -> Iterator[Mutant]:
    """Each hypothesis dropped, and each subterm of each equation changed."""
    for hypothesis in claim.hypotheses:
        kept = tuple(h for h in claim.hypotheses if h is not hypothesis)
        yield Mutant("hypothesis dropped", hypothesis.name, replace(claim, hypotheses=kept))
    for name, equation, put in _equations(claim):
        for kind, spot, new, changed in _sides(equation, claim.parameters):
            yield Mutant(kind, f"{name}: {_said(spot, new)}", put(changed))


def of_definition(definition: Definition) -> Iterator[Mutant]:
    """Each subterm of the body changed."""
    for kind, spot, new, body in changed_once(definition.body, definition.parameters):
        changed = replace(definition, body=body, text=to_text(body))
        yield Mutant(kind, _said(spot, new), changed)


def _equations(claim: Claim) -> Iterator[tuple[str, Equation, Callable[[Equation], Claim]]]:
    """Each equation of the claim by name, and how to put another in its place."""
    for i, hypothesis in enumerate(claim.hypotheses):

        def put(equation: Equation, i: int = i) -> Claim:
            changed = replace(
                claim.hypotheses[i], equation=equation, text=to_text(equation), place=None
            )
            kept = claim.hypotheses
            return replace(claim, hypotheses=(*kept[:i], changed, *kept[i + 1 :]))

        yield hypothesis.name, hypothesis.equation, put
    yield "conclusion", claim.conclusion, lambda equation: replace(claim, conclusion=equation)


def _sides(
    equation: Equation, parameters: Parameters
) -> Iterator[tuple[str, Spot, Term, Equation]]:
    for kind, spot, new, left in changed_once(equation.left, parameters, equation.parameters):
        yield kind, spot, new, replace(equation, left=left)
    for kind, spot, new, right in changed_once(equation.right, parameters, equation.parameters):
        yield kind, spot, new, replace(equation, right=right)


def _said(spot: Spot, new: Term) -> str:
    return f"{to_text(spot.term)} became {to_text(new)}"
