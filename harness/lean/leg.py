"""The Lean legs of a project: one build, one look into it, and what follows for every claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.claims.project import Project
from harness.diagnostics import InputError
from harness.evidence import Evidence, Gap, Json, Leg, Outcome
from harness.lean.arrangement import arranged, in_order
from harness.lean.audit.answer import Answer
from harness.lean.audit.inspection import cited, inspect
from harness.lean.certificate.leg import certify, uncertified
from harness.lean.certificate.numbers import FURTHER
from harness.lean.errand import ErrandFailed
from harness.lean.execution.leg import execute
from harness.lean.find import caller_for, package_for
from harness.lean.lock import check_lock
from harness.lean.mirror.apart import trials
from harness.lean.mirror.judge import mirror_claim, mirror_definition
from harness.lean.mirror.plan import doubtful, plan
from harness.lean.operators import with_operators
from harness.lean.process import Signal, Stopped
from harness.lean.proof.gaps import find_gaps
from harness.lean.proof.judge import prove
from harness.lean.proof.second import external, second_kernel
from harness.lean.session import Session
from harness.lean.toolchain import Caller, Progress, ToolchainMissing

OWN_LEGS = (Leg.PROOF, Leg.MIRROR, Leg.EXECUTION)
"""The legs that Lean answers by itself; for necessity it is told what to look at."""
CLAIM_LEGS = (*OWN_LEGS, Leg.NECESSITY)
DEFINITION_LEGS = (Leg.MIRROR, Leg.EXECUTION)


def check_all(
    project: Project,
    *,
    cache: Path,
    toolchain: str = "auto",
    legs: Iterable[Leg] = OWN_LEGS,
    seed: int = 0,
    searched: Callable[[], Sequence[Evidence]] = tuple,
    on_progress: Progress | None = None,
    stop: Signal | None = None,
) -> Iterator[Evidence | Gap]:
    """What Lean says of every claim and every definition of `project`, in the asked legs.

    Beside the evidence come the gaps: what of the package no claim is about. Everything is written
    below `cache`; what an earlier run found there, for the same files and the same Lean, is not
    found again. `searched` gives, once it is there, what waits for a certificate of necessity.
    Yields nothing more once `stop` is set. Raises InputError where the folder holds no package
    that can be read.
    """
    wanted = set(legs)
    say = on_progress or (lambda text: None)
    answered: set[tuple[str, Leg]] = set()
    try:
        caller = caller_for(project.lean, toolchain, cache, say, stop)
    except ToolchainMissing as missing:
        yield from _everywhere(project, wanted, Outcome.NOT_RUN, str(missing), searched=searched)
        return
    try:
        for item in _check(project, caller, wanted, seed, searched):
            if isinstance(item, Evidence):
                answered.add((item.subject, item.leg))
                item = _dated(item, cache)
            yield item
        return
    except Stopped as stopped:
        if caller.is_called_off:
            return
        why = f"{stopped}."
    except InputError:
        raise
    except OSError as error:
        why = f"What Lean builds cannot be written or read: {error}."
    except Exception as error:  # what was found stands, and the rest shows that it was not
        why = _fault(error)
    for evidence in _everywhere(project, wanted, Outcome.ERROR, why, searched=searched):
        if (evidence.subject, evidence.leg) not in answered:
            yield evidence


_KEPT = {
    Leg.PROOF: "inspection",
    Leg.MIRROR: "inspection",
    Leg.EXECUTION: "execution",
    Leg.NECESSITY: "certificates",
}
"""The folder below the cache in which Lean's answer to a leg is kept."""


def _dated(item: Evidence, cache: Path) -> Evidence:
    """The evidence with when Lean gave the answer that it is drawn from."""
    if item.outcome not in (Outcome.CONFIRMED, Outcome.REFUTED) or item.leg not in _KEPT:
        return item
    try:
        moment = (cache / _KEPT[item.leg] / "answer.json").stat().st_mtime
    except OSError:
        return item
    answered = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
    return replace(item, found=min(item.found or answered, answered))


def look(project: Project, caller: Caller) -> Session:
    """Build the package and look into it. Raises ErrandFailed, InputError and Stopped."""
    asked = plan(project.library, project.claims)
    built = with_operators(project.library, package_for(project.lean, caller.lean), caller)
    if not any(module.ok for module in built.modules.values()):
        return Session(project, built, asked, Answer(), 0.0)
    ask = partial(inspect, built, caller, cites=cited(project.library))
    answer, seconds = ask(
        asked.comparisons,
        folder="inspection",
        what="replaying every declaration, comparing specifications",
    )
    again = partial(ask, alone=True)
    # The usual arrangement was printed. Where Lean shows another, it is asked again with that.
    library = arranged(project.library, project.claims, answer.constants)
    claims = in_order(library, project.claims, answer.constants)
    project = replace(project, library=library, claims=claims)
    before, asked = asked, plan(library, claims)
    if asked != before:
        found, more = again(
            asked.comparisons,
            folder="arranged",
            what="comparing again, in its author's order",
        )
        answer = replace(answer, compared=found.compared)
        seconds += more
    tried = trials(library, doubtful(asked, answer))
    every = [trial.comparison for each in tried.values() for trial in each]
    if every:
        try:
            found, more = again(
                every, folder="trials", what="what is not found equal, at small sizes", more=FURTHER
            )
        except ErrandFailed:  # then nothing is known to differ
            return Session(project, built, asked, answer, seconds)
        seconds += more
        answer = replace(answer, compared={**answer.compared, **found.compared})
    return Session(project, built, asked, answer, seconds, tried)


def _check(
    project: Project,
    caller: Caller,
    wanted: set[Leg],
    seed: int,
    searched: Callable[[], Sequence[Evidence]],
) -> Iterator[Evidence | Gap]:
    try:
        session = look(project, caller)
    except ErrandFailed as failed:
        lean = caller.lean
        data: dict[str, Json] = {"toolchain": f"Lean {lean.version} ({lean.kind})"}
        summary = f"Lean could not look into the package: {failed}"
        yield from _everywhere(project, wanted, Outcome.ERROR, summary, data, searched)
        return
    yield from find_gaps(session)
    for claim in project.claims:
        if Leg.PROOF in wanted:
            yield from _alone(claim.theorem, Leg.PROOF, partial(prove, session, claim))
        if Leg.MIRROR in wanted:
            yield from _alone(claim.theorem, Leg.MIRROR, partial(mirror_claim, session, claim))
    if Leg.MIRROR in wanted:
        for name in project.library.definitions:
            yield from _alone(name, Leg.MIRROR, partial(mirror_definition, session, name))
        subjects = [*(claim.theorem for claim in project.claims), *project.library.definitions]
        yield from _apart(subjects, Leg.MIRROR, check_lock(session))
    if Leg.PROOF in wanted:
        theorems = [claim.theorem for claim in project.claims]
        yield from _apart(theorems, Leg.PROOF, second_kernel(session, caller))
        yield from _apart(theorems, Leg.PROOF, external(session, caller))
    if Leg.EXECUTION in wanted:
        try:
            subjects = [*(claim.theorem for claim in project.claims), *project.library.definitions]
            run = execute(session, caller, seed=seed)
            yield from _apart(subjects, Leg.EXECUTION, run)
        except ErrandFailed as failed:
            summary = f"Lean could not run the definitions: {failed}"
            yield from _everywhere(project, {Leg.EXECUTION}, Outcome.ERROR, summary)
    if Leg.NECESSITY in wanted:
        yield from certify(session, caller, searched())


def _alone(subject: str, leg: Leg, ask: Callable[[], Evidence]) -> Iterator[Evidence]:
    """The evidence about one subject in one leg; a fault of ours costs no other its answer."""
    try:
        found = ask()
    except Exception as error:
        found = Evidence(subject, leg, "bridge", Outcome.ERROR, _fault(error))
    yield found


def _apart(subjects: Sequence[str], leg: Leg, found: Iterator[Evidence]) -> Iterator[Evidence]:
    """What one leg finds; where it fails half-way, an error for each subject that it left out."""
    left = dict.fromkeys(subjects)
    try:
        for item in found:
            left.pop(item.subject, None)
            yield item
    except (ErrandFailed, Stopped):
        raise
    except Exception as error:
        for subject in left:
            yield Evidence(subject, leg, "bridge", Outcome.ERROR, _fault(error))


def _fault(error: Exception) -> str:
    return f"The Lean bridge failed: {type(error).__name__}: {error}"


def _everywhere(
    project: Project,
    wanted: set[Leg],
    outcome: Outcome,
    summary: str,
    data: dict[str, Json] | None = None,
    searched: Callable[[], Sequence[Evidence]] | None = None,
) -> Iterator[Evidence]:
    """The same answer for every subject and leg that Lean was asked about.

    What was `searched` for stands, without Lean's certificate.
    """
    if Leg.NECESSITY in wanted and searched is not None:
        wanted = wanted - {Leg.NECESSITY}
        yield from uncertified(project, searched(), summary)
    for claim in project.claims:
        for leg in CLAIM_LEGS:
            if leg in wanted:
                yield Evidence(claim.theorem, leg, "Lean", outcome, summary, data or {})
    for name in project.library.definitions:
        for leg in DEFINITION_LEGS:
            if leg in wanted:
                yield Evidence(name, leg, "Lean", outcome, summary, data or {})
