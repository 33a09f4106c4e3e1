"""What is run: definitions, and both sides of claims, where running them says something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.claims.model import Claim, Definition, Library, ScalarKind
from harness.evidence import Evidence, Leg, Outcome
from harness.language.terms import Equation, Term, Variable
from harness.language.types import Parameter
from harness.lean.printer import applied
from harness.lean.reach import reached
from harness.lean.refuted import Fact, LeanCheck, ruled
from harness.lean.session import Session

CHECK = LeanCheck(Leg.EXECUTION, "execution")

UNCOMPUTED = frozenset({"Real", "Complex"})
"""Types of which no number can be written down whole."""


@dataclass(frozen=True)
class Subject:
    """A definition, or the conclusion of a claim, over its parameters."""

    name: str
    parameters: tuple[Parameter, ...]
    what: Term | Equation
    scalars: ScalarKind | None = None
    """The one Lean type that it is about, where it is not about any scalars."""

    @property
    def binders(self) -> tuple[Variable, ...]:
        """What a conclusion ranges over besides the claim's parameters."""
        return self.what.parameters if isinstance(self.what, Equation) else ()

    @property
    def sides(self) -> tuple[Term, ...]:
        """What is computed: one term of a definition, two of a claim."""
        if isinstance(self.what, Equation):
            return self.what.left, self.what.right
        return (self.what,)


def subjects(session: Session) -> tuple[list[Subject], list[Evidence]]:
    """What can be run, and evidence about what cannot."""
    found: list[Subject] = []
    refusals: list[Evidence] = []
    for subject in _everything(session):
        refusal = _refusal(session, subject)
        if refusal is None:
            found.append(subject)
        else:
            refusals.append(refusal)
    return found, refusals


def _everything(session: Session) -> Iterator[Subject]:
    for claim in session.project.claims:
        yield of_claim(claim)
    for definition in session.project.library.definitions.values():
        yield of_definition(definition, session.project.library)


def of_claim(claim: Claim) -> Subject:
    """The two sides of a claim's conclusion."""
    own = claim.scalars if claim.scalars.is_type else None
    return Subject(claim.theorem, claim.parameters, claim.conclusion, own)


def of_definition(definition: Definition, library: Library) -> Subject:
    """A definition at its own parameters."""
    call = applied(definition)
    own = library.arrangements.get(library.constant(definition.name))
    scalars = library.scalars.get(own.kind) if own is not None else None
    return Subject(definition.name, definition.parameters, call, scalars)


def constants(library: Library, subject: Subject) -> list[str]:
    """The constants of Lean that running a subject rests on, as far as specifications name them."""
    definitions, operators = reached(library, subject.what)
    found = [library.constant(name) for name in sorted(definitions)]
    return found + [library.primitives[op] for op in sorted(operators) if op in library.primitives]


def _refusal(session: Session, subject: Subject) -> Evidence | None:
    """Why running the subject would say nothing about what it is."""
    library = session.project.library
    declarations = session.answer.declarations
    if subject.scalars is not None and subject.scalars.lean_name in UNCOMPUTED:
        name = subject.scalars.lean_name
        summary = f"There is nothing to run: no program computes with numbers of Lean's {name}."
        return CHECK.found(subject.name, Outcome.NOT_APPLICABLE, summary)
    run = constants(library, subject)
    below = {
        name: declarations[name]
        for start in run
        if start in declarations
        for name in session.graph.rests_on(start)
    }
    for name, declaration in below.items():
        swapped = declaration.marks & {"implemented_by", "extern"}
        if swapped:
            summary = (
                f"Lean would run other code in place of {name}, which is marked "
                f"{', '.join(sorted(swapped))}."
            )
            return CHECK.refuted(subject.name, Fact.REPLACED, summary)
    for theorem, replaced in session.answer.replacements.items():
        # What replaces a function of Lean's own may be run by anything.
        is_run = replaced in below or replaced not in declarations
        proved = _proved(session, theorem) if is_run else True
        if proved is not True:
            which = "which is not decided" if proved is None else "which is not proved"
            summary = (
                f"Lean would run other code in place of {replaced}, as the csimp theorem {theorem} "
                f"says, {which}."
            )
            if proved is False:
                return CHECK.refuted(subject.name, Fact.REPLACED, summary)
            return CHECK.found(subject.name, Outcome.NOT_RUN, summary)
    for name in below:
        ruling = session.answer.replayed.get(name)
        if ruling is not None and ruling.verdict in ("refused", "undecided"):
            does = "refuses" if ruling.verdict == "refused" else "does not decide"
            summary = f"Not run: the kernel {does} {name}: {ruling.reason}."
            return CHECK.found(subject.name, Outcome.NOT_RUN, summary)
    missing = next((name for name in run if name not in declarations), None)
    if missing is not None:
        summary = f"Lean has no {missing} to run."
        if session.build.ok:
            return CHECK.refuted(subject.name, Fact.ABSENT, summary)
        return CHECK.found(subject.name, Outcome.NOT_RUN, summary)
    return None


def _proved(session: Session, theorem: str) -> bool | None:
    """Whether a theorem is proved; `None` where that is not decided."""
    if session.graph.assumed(theorem) or session.graph.compiled(theorem):
        return False
    outcome = ruled([*map(session.answer.replayed.get, session.graph.rests_on(theorem))])
    return {Outcome.CONFIRMED: True}.get(outcome, False if outcome is Outcome.REFUTED else None)
