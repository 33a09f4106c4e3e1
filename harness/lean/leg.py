"""The Lean legs of a project: one build, one look into it, and what follows for every claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from harness.claims.model import Project
from harness.evidence import Evidence, Gap, Json, Leg, Outcome
from harness.lean.audit.gaps import find_gaps
from harness.lean.audit.inspection import inspect
from harness.lean.audit.proof import prove
from harness.lean.build import Build, build
from harness.lean.certificate.leg import certify, uncertified
from harness.lean.errand import ErrandFailed
from harness.lean.execution.leg import execute
from harness.lean.find import find_toolchain
from harness.lean.lock import check_lock
from harness.lean.mirror.judge import mirror_claim, mirror_definition
from harness.lean.mirror.plan import Plan, plan
from harness.lean.package import read_package
from harness.lean.process import Signal, Stopped
from harness.lean.session import Session
from harness.lean.toolchain import (
    Preference,
    Progress,
    Toolchain,
    ToolchainMissing,
)

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
    try:
        lean = find_toolchain(cast(Preference, toolchain), root=project.lean, on_progress=say)
    except ToolchainMissing as missing:
        yield from _everywhere(project, wanted, Outcome.NOT_RUN, str(missing), searched=searched)
        return
    try:
        for item in _check(project, lean, cache, wanted, seed, searched, say, stop):
            yield _dated(item, cache) if isinstance(item, Evidence) else item
    except Stopped as stopped:
        if stop is None or not stop.is_set():
            yield from _everywhere(project, wanted, Outcome.ERROR, f"{stopped}.")


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


def look(
    project: Project,
    lean: Toolchain,
    cache: Path,
    say: Progress = lambda text: None,
    stop: Signal | None = None,
) -> Session:
    """Build the package and look into it. Raises ErrandFailed, InputError and Stopped."""
    asked = plan(project.library, project.claims)
    built = build(
        read_package(project.lean),
        lean,
        build_dir=cache / "build",
        on_progress=say,
        stop=stop,
    )
    return _look(project, asked, built, lean, cache, say, stop)


def _look(
    project: Project,
    asked: Plan,
    built: Build,
    lean: Toolchain,
    cache: Path,
    say: Progress,
    stop: Signal | None,
) -> Session:
    answer, seconds = inspect(
        built,
        lean,
        asked.references(),
        [
            *(comparison.line() for comparison in asked.comparisons),
            *(f"state\t{project.library.qualified(c.theorem)}" for c in project.claims),
        ],
        folder=cache / "inspection",
        stop=stop,
        on_start=lambda: say("Lean: replaying every declaration, comparing specifications"),
    )
    return Session(project, built, asked, answer, seconds)


def _check(
    project: Project,
    lean: Toolchain,
    cache: Path,
    wanted: set[Leg],
    seed: int,
    searched: Callable[[], Sequence[Evidence]],
    say: Progress,
    stop: Signal | None,
) -> Iterator[Evidence | Gap]:
    try:
        session = look(project, lean, cache, say, stop)
    except ErrandFailed as failed:
        data: dict[str, Json] = {"toolchain": f"Lean {lean.version} ({lean.kind})"}
        summary = f"Lean could not look into the package: {failed}"
        yield from _everywhere(project, wanted, Outcome.ERROR, summary, data, searched)
        return
    yield from find_gaps(session)
    for claim in project.claims:
        if Leg.PROOF in wanted:
            yield prove(session, claim)
        if Leg.MIRROR in wanted:
            yield mirror_claim(session, claim)
    if Leg.MIRROR in wanted:
        for name in project.library.definitions:
            yield mirror_definition(session, name)
        yield from check_lock(session)
    if Leg.EXECUTION in wanted:
        try:
            yield from execute(
                session,
                lean,
                folder=cache / "execution",
                seed=seed,
                stop=stop,
                on_start=lambda: say("Lean: running its own definitions"),
            )
        except ErrandFailed as failed:
            summary = f"Lean could not run the definitions: {failed}"
            yield from _everywhere(project, {Leg.EXECUTION}, Outcome.ERROR, summary)
    if Leg.NECESSITY in wanted:
        yield from certify(
            session,
            lean,
            searched(),
            folder=cache / "certificates",
            stop=stop,
            on_start=lambda: say("Lean: deciding what breaks without each hypothesis"),
        )


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
