"""What is to be asked: the legs, what each of them answers for, and every question by itself."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.cache import code_fingerprint
from harness.claims.model import Claim, Definition, Library
from harness.claims.needs import claim_needs
from harness.claims.programs import Model, Program
from harness.claims.project import Project
from harness.claims.toggles import Checker
from harness.claims.vacuity import UNKNOWN, missing, vacuous
from harness.evidence import VACUITY, Evidence, Leg, Outcome
from harness.isolation import Task
from harness.keeping import digest
from harness.language.transform import calls

LEAN_LEGS = (Leg.PROOF, Leg.MIRROR, Leg.EXECUTION, Leg.NECESSITY)

LEGS = tuple(Leg)
"""The legs that have an engine; all of them are asked unless fewer are chosen."""

CLAIM_LEGS = tuple(leg for leg in Leg if leg is not Leg.IMPLEMENTATION)
"""The legs that answer for a claim."""

CHECKER_LEGS = (Leg.NECESSITY,)
"""The legs that answer for a checker."""

DEFINITION_LEGS = (Leg.MIRROR, Leg.EXECUTION, Leg.IMPLEMENTATION)
"""The legs that answer for a definition; a definition is not proved, it is compared."""

PROGRAM_ENGINE = "harness.programs.leg:check"

MODEL_ENGINE = "harness.programs.whole:check"

CHECKER_ENGINE = "harness.necessity.leg:check_lattice"

ENGINES: Mapping[Leg, str] = {
    Leg.SYMBOLIC: "harness.symbolic.leg:check",
    Leg.NUMERIC: "harness.numeric.leg:check",
    Leg.IMPLEMENTATION: "harness.implementations.leg:check",
    Leg.NECESSITY: "harness.necessity.leg:check",
}
"""Who answers for each leg; of necessity, who searches. Lean then certifies what was found."""


def reserved(memory: int, backend: str, device: str) -> int:
    """The limit of a process's addresses: none where drivers of GPUs reserve many times more."""
    return 0 if backend == "cupy" or device.startswith("cuda") else memory


@dataclass(frozen=True)
class Plan:
    """What is to be asked, and within which limits."""

    project: Project
    cache: Path
    """A folder that this run may write to; what lies there from earlier runs is used."""
    legs: tuple[Leg, ...] = LEGS
    seed: int = 0
    backend: str = "numpy"
    """Whose arrays the numeric leg computes with, and on which `device`."""
    device: str = ""
    toolchain: str = "auto"
    """Which Lean to use: `native`, `embedded`, or `auto` for the first that is there."""
    seconds: float = 120.0
    """How long an engine may think about one claim."""
    memory: int = 4 << 30
    """How many bytes an engine's process may hold."""
    workers: int = field(default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))
    engines: Mapping[Leg, str] = field(default_factory=lambda: ENGINES)

    @property
    def checkers(self) -> tuple[Checker, ...]:
        """The checkers to answer for."""
        return self.project.checkers if Leg.NECESSITY in self.legs else ()

    def subjects(self) -> list[tuple[str, tuple[Leg, ...]]]:
        """Every theorem, definition and checker, each with the legs that will answer for it."""
        claims = tuple(leg for leg in self.legs if leg in CLAIM_LEGS)
        definitions = tuple(leg for leg in self.legs if leg in DEFINITION_LEGS)
        return [
            *((claim.theorem, claims) for claim in self.project.claims if claims),
            *((name, definitions) for name in self.project.library.definitions if definitions),
            *((checker.name, CHECKER_LEGS) for checker in self.checkers),
        ]


def empty_claims(plan: Plan) -> Iterator[Evidence]:
    """Claims whose text alone shows that they say nothing, whichever legs are asked."""
    asked = dict(plan.subjects())
    for claim in plan.project.claims:
        legs = asked.get(claim.theorem, ())
        if legs and (reason := vacuous(claim, plan.project.library)):
            shown = [leg for leg in legs if leg.value not in claim.waived] or legs
            leg = Leg.NECESSITY if Leg.NECESSITY in shown else shown[0]
            if reason == UNKNOWN and not claim.vacuous:
                outcome = Outcome.INCONCLUSIVE
                yield Evidence(claim.theorem, leg, VACUITY, outcome, reason, {"is_known": False})
            else:
                yield Evidence.of_nothing(claim.theorem, leg, reason, claim.vacuous)


COMPUTING = (Leg.SYMBOLIC, Leg.NUMERIC, Leg.NECESSITY)
"""The legs that compute with instances, by the laws of a ring or field."""


def uncomputed_claims(plan: Plan) -> Iterator[Evidence]:
    """For claims without instances, or about scalars without laws, the legs that ask nothing."""
    asked = dict(plan.subjects())
    for claim in plan.project.claims:
        if not (summary := _nothing_to_compute(claim, plan.project.library)):
            continue
        for leg in COMPUTING:
            if leg in asked.get(claim.theorem, ()):
                yield Evidence(claim.theorem, leg, "instances", Outcome.NOT_APPLICABLE, summary)


def _nothing_to_compute(claim: Claim, library: Library) -> str:
    """Why engines cannot compute with instances of a claim; empty where they can.

    `a - b + b = a` holds by the laws that they know, and not of the natural numbers.
    """
    if nothing := missing(claim):
        return f"There is no {nothing}: there is nothing to compute."
    kind = claim.scalars
    if not kind.has_laws:
        return (
            f"No laws are known of all operations of {kind.lean_name or kind.name}: "
            "there is nothing to compute."
        )
    if unknown := sorted(claim_needs(claim, library) - kind.operations.keys()):
        what = f"Scalars of the kind '{kind.name}' have no operation {' and no '.join(unknown)}"
        return f"{what}: there is nothing to compute."
    return ""


def over_its_scalars(about: object, item: Evidence) -> Evidence:
    """What an engine found, as far as it is about the scalars that a claim speaks of.

    Engines compute with real numbers and modulo primes. Where hypotheses are met there, they need
    not be in the integers: `2 * x = 1` is met by no integer. So such an instance refutes nothing.
    Without hypotheses, what differs there are polynomials, and those differ on integers as well,
    but are not ordered as there. Evidence that names these scalars was found in them.
    """
    if (
        isinstance(about, Claim)
        and not about.scalars.is_any
        and (about.hypotheses or about.has_relations)
        and item.data.get("over") != about.scalars.lean_name
        and item.leg in (Leg.SYMBOLIC, Leg.NUMERIC)
        and item.outcome is Outcome.REFUTED
    ):
        other = f"It fails over other scalars, which need not tell of {about.scalars.lean_name}"
        summary = f"{other}: {item.summary}"
        return replace(item, outcome=Outcome.INCONCLUSIVE, summary=summary, counterexample=None)
    return item


def asks_lean(plan: Plan) -> bool:
    """Whether any leg that is asked is Lean's; not where only a checker is."""
    checkers = {checker.name for checker in plan.checkers}
    return any(
        leg in LEAN_LEGS
        for subject, legs in plan.subjects()
        if subject not in checkers
        for leg in legs
    )


def questions(plan: Plan) -> Iterator[Task]:
    """Every question to an engine."""
    library = plan.project.library
    subjects: list[tuple[Claim | Definition, tuple[Leg, ...]]] = [
        *((claim, CLAIM_LEGS) for claim in plan.project.claims),
        *((definition, DEFINITION_LEGS) for definition in library.definitions.values()),
    ]
    for about, answering in subjects:
        for leg, engine in plan.engines.items():
            if (
                leg in COMPUTING
                and isinstance(about, Claim)
                and _nothing_to_compute(about, library)
            ):
                continue
            if leg in plan.legs and leg in answering:
                yield Task(about, library, leg, engine, _settings(plan, leg))
    if Leg.IMPLEMENTATION in plan.legs:
        yield from (program_question(plan, program) for program in plan.project.programs)
    for checker in plan.checkers:
        yield Task(checker, library, Leg.NECESSITY, CHECKER_ENGINE)


def program_question(plan: Plan, program: Program) -> Task:
    """What one program is asked, with the claims that may speak of it."""
    return _program_task(plan, PROGRAM_ENGINE, program, ("program", program))


def model_question(plan: Plan, model: Model) -> Task:
    """What one whole model is asked: the claims that may speak of its part."""
    return _program_task(plan, MODEL_ENGINE, model.part, ("model", model))


def _program_task(plan: Plan, engine: str, program: Program, asked: tuple[str, Any]) -> Task:
    library = plan.project.library
    speaking = tuple(
        claim.detached()
        for claim in plan.project.claims
        if program.definition in calls(claim.conclusion.left)
    )
    settings = (asked, ("claims", speaking), ("seed", plan.seed))
    about = library.definitions[program.definition]
    return Task(about, library, Leg.IMPLEMENTATION, engine, settings)


def _settings(plan: Plan, leg: Leg) -> tuple[tuple[str, Any], ...]:
    match leg:
        case Leg.NUMERIC:
            return (("seed", plan.seed), ("backend", plan.backend), ("device", plan.device))
        case Leg.IMPLEMENTATION:
            return (("seed", plan.seed),)
        case _:
            return ()


def may_keep(task: Task) -> bool:
    """Whether its key holds all that could change the answer: a program may read anything."""
    return task.engine not in (PROGRAM_ENGINE, MODEL_ENGINE)


def task_key(task: Task) -> str:
    """A fingerprint of the question: a cached answer to it is the answer that asking would give."""
    about = task.about.detached()
    return digest(
        said(about) if isinstance(about, Claim) else about,
        _definitions(task.library),
        (task.leg, task.engine, task.settings),
        code_fingerprint(),
    )


_digests: deque[tuple[Library, str]] = deque(maxlen=4)


def _definitions(library: Library) -> str:
    """A fingerprint of a library's definitions: as long as all claims, and the same for each."""
    for known, found in _digests:
        if known is library:
            return found
    found = digest(sorted(library.detached().definitions.items()))
    _digests.append((library, found))
    return found


def said(claim: Claim) -> tuple[object, ...]:
    """What a claim says, and what is drawn of it, without its sentences for people."""
    asked = claim.theorem, claim.scalars, claim.parameters, claim.hypotheses, claim.conclusion
    return *asked, claim.samples, claim.vacuous
