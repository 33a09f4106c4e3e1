"""What is run: definitions, and both sides of claims, where running them says something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.claims.model import Claim, Definition, Library, ScalarKind
from harness.evidence import Evidence, Leg, Outcome
from harness.language.terms import Call, Equation, Term, Variable
from harness.language.types import DimVar, Named, Parameter, Sort
from harness.lean.mirror.reach import reached
from harness.lean.session import Session


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
    implicit = tuple(
        DimVar(p.name) if p.sort is Sort.DIMENSION else Named(p.name)
        for p in definition.parameters
        if not p.is_explicit
    )
    arguments = tuple(Variable(p.name, p.type) for p in definition.parameters if p.is_explicit)
    call = Call(definition.name, implicit, arguments, definition.body.type)
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
            return _evidence(subject, Outcome.REFUTED, summary)
    for theorem, replaced in session.answer.replacements.items():
        # What replaces a function of Lean's own may be run by anything.
        is_run = replaced in below or replaced not in declarations
        if is_run and not _is_proved(session, theorem):
            summary = (
                f"Lean would run other code in place of {replaced}, as the csimp theorem {theorem} "
                "says, which is not proved."
            )
            return _evidence(subject, Outcome.REFUTED, summary)
    for name in below:
        ruling = session.answer.replayed.get(name)
        if ruling is not None and ruling.verdict in ("refused", "undecided"):
            does = "refuses" if ruling.verdict == "refused" else "does not decide"
            summary = f"Not run: the kernel {does} {name}: {ruling.reason}."
            return _evidence(subject, Outcome.NOT_RUN, summary)
    missing = next((name for name in run if name not in declarations), None)
    if missing is not None:
        outcome = Outcome.REFUTED if session.build.ok else Outcome.NOT_RUN
        return _evidence(subject, outcome, f"Lean has no {missing} to run.")
    return None


def _is_proved(session: Session, theorem: str) -> bool:
    rulings = map(session.answer.replayed.get, session.graph.rests_on(theorem))
    accepted = all(ruling is not None and ruling.accepted for ruling in rulings)
    return accepted and not session.graph.assumed(theorem)


def _evidence(subject: Subject, outcome: Outcome, summary: str) -> Evidence:
    return Evidence(subject.name, Leg.EXECUTION, "execution", outcome, summary)
