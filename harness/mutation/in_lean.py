"""What Lean says of mutants: the mirror of each, and its own definitions run beside the changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.claims.model import Claim, Definition, Library
from harness.claims.project import Project
from harness.evidence import Leg, Outcome
from harness.lean.audit.comparison import Comparison
from harness.lean.audit.inspection import inspect
from harness.lean.errand import SECONDS
from harness.lean.execution.compare import compare
from harness.lean.execution.leg import ask, program_for
from harness.lean.execution.questions import questions
from harness.lean.execution.subjects import of_definition
from harness.lean.leg import look
from harness.lean.mirror.plan import text_of_claim, text_of_definition
from harness.lean.printer import Printer
from harness.lean.refuted import ruled
from harness.lean.scope import CannotPrint
from harness.lean.session import Session
from harness.lean.toolchain import Caller
from harness.mutation.mutants import Mutant

Answers = Mapping[tuple[int, Leg], Outcome]
"""The outcome of a leg, by the number of the mutant."""


def in_lean(
    project: Project,
    mutants: Sequence[Mutant],
    caller: Caller,
) -> Answers:
    """The mirror and the execution leg of every mutant that they apply to.

    Raises ErrandFailed, InputError and Stopped.
    """
    session = look(project, caller)
    found = dict(_mirrored(session, mutants, caller))
    found.update(_executed(session, mutants, caller))
    return found


def _mirrored(
    session: Session,
    mutants: Sequence[Mutant],
    caller: Caller,
) -> Iterator[tuple[tuple[int, Leg], Outcome]]:
    """Whether the kernel takes the mutant for what Lean has; one inspection for all of them."""
    asked: dict[int, list[Comparison]] = {}
    for number, mutant in enumerate(mutants):
        try:
            asked[number] = [
                replace(comparison, key=f"{number}:{comparison.key}")
                for comparison in _comparisons(session.project.library, mutant)
            ]
        except CannotPrint:
            yield (number, Leg.MIRROR), Outcome.ERROR
    every = [comparison for comparisons in asked.values() for comparison in comparisons]
    answer, _ = inspect(
        session.build,
        caller,
        every,
        folder="mutants",
        what=f"comparing {len(asked)} mutants",
        alone=True,
        seconds=SECONDS + 2.0 * len(asked),
    )
    for number, comparisons in asked.items():
        outcome = ruled([answer.compared.get(comparison.key) for comparison in comparisons])
        yield (number, Leg.MIRROR), outcome


def _comparisons(library: Library, mutant: Mutant) -> Iterator[Comparison]:
    library = mutant.library(library)
    printer = Printer(library)
    if isinstance(mutant.about, Claim):
        theorem = library.qualified(mutant.about.theorem)
        for comparison in text_of_claim(printer, mutant.about):
            yield comparison.of(theorem, library)
    else:
        for identity in text_of_definition(printer, mutant.about.name):
            yield identity.comparison().of(identity.bridge or identity.subject, library)


def _executed(
    session: Session,
    mutants: Sequence[Mutant],
    caller: Caller,
) -> Iterator[tuple[tuple[int, Leg], Outcome]]:
    """Lean runs its own definitions once; Python computes with each changed one in their place."""
    library = session.project.library
    found = [of_definition(definition, library) for definition in library.definitions.values()]
    made = program_for(session, found)
    asked, faults = questions([s for s in found if s.name not in made.faults], 0, made.kinds)
    answers = ask(
        made,
        asked,
        session,
        caller,
        folder="mutants/execution",
        what="running its own definitions, for the mutants of each",
    )
    for number, mutant in enumerate(mutants):
        if not isinstance(mutant.about, Definition):
            continue
        if mutant.subject in {**made.faults, **faults, **answers.faults}:
            yield (number, Leg.EXECUTION), Outcome.INCONCLUSIVE
            continue
        own = [i for i, question in enumerate(asked) if question.subject.name == mutant.subject]
        tallies = compare(
            mutant.library(library), (), [asked[i] for i in own], [answers.lines[i] for i in own]
        )
        differs = any(tally.difference is not None for tally in tallies.values())
        yield (number, Leg.EXECUTION), Outcome.REFUTED if differs else Outcome.CONFIRMED
