"""The main job: ask every leg about every claim, and stream what they answer.

Lean answers for all claims together, in a thread that waits for its processes; the engines
answer claim by claim, each in a process of its own. What the engine of necessity finds is put to
Lean, and only then is it evidence. Evidence comes in the order in which it is
found; nothing here judges it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from harness.cache import EvidenceCache, code_fingerprint, digest
from harness.claims.model import Claim, Definition, Project
from harness.claims.toggles import Checker
from harness.evidence import Evidence, Gap, Leg, Outcome
from harness.isolation import Task, Workers, detached

LEAN_LEGS = (Leg.PROOF, Leg.MIRROR, Leg.EXECUTION, Leg.NECESSITY)

LEGS = tuple(Leg)
"""The legs that have an engine; all of them are asked unless fewer are chosen."""

CLAIM_LEGS = tuple(leg for leg in Leg if leg is not Leg.IMPLEMENTATION)
"""The legs that answer for a claim."""

CHECKER_LEGS = (Leg.NECESSITY,)
"""The legs that answer for a checker."""

DEFINITION_LEGS = (Leg.MIRROR, Leg.EXECUTION, Leg.IMPLEMENTATION)
"""The legs that answer for a definition; a definition is not proved, it is compared."""

CHECKER_ENGINE = "harness.necessity.leg:check_lattice"

ENGINES: Mapping[Leg, str] = {
    Leg.SYMBOLIC: "harness.symbolic.leg:check",
    Leg.NUMERIC: "harness.numeric.leg:check",
    Leg.IMPLEMENTATION: "harness.implementations.leg:check",
    Leg.NECESSITY: "harness.necessity.leg:check",
}
"""Who answers for each leg; of necessity, who searches. Lean then certifies what was found."""


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


@dataclass(frozen=True)
class Notice:
    """What is going on, for whoever watches; not evidence."""

    text: str


def run(plan: Plan) -> Iterator[Evidence | Gap | Notice]:
    """Ask everything in `plan`; yields evidence and gaps as they are found, and notices between.

    Closing the generator, or an interrupt, stops what is running; what was found stays cached.
    """
    results: SimpleQueue[Evidence | Gap | Notice | _Done] = SimpleQueue()
    stop = Event()
    with closing(EvidenceCache(plan.cache / "evidence")) as cache:
        tasks: list[tuple[Task, str]] = []
        asked = list(_tasks(plan))
        searches = _Searches(sum(map(_is_search, asked)))
        for task in asked:
            key = task_key(task)
            known = cache.get(key)
            if known is None:
                tasks.append((task, key))
            else:
                yield from searches.passed(task, known)
        waiting = len(tasks)
        thread = None
        if _asks_lean(plan):
            arguments = (plan, results, searches.found.result, stop)
            thread = Thread(target=_ask_lean, args=arguments, daemon=True)
            thread.start()
            waiting += 1
        try:
            with Workers(plan.workers, seconds=plan.seconds, memory=_memory(plan)) as workers:
                for task, key in tasks:
                    future = workers.submit(task)
                    future.add_done_callback(_forward(task, key, results))
                while waiting:
                    match results.get():
                        case _Done(task=Task() as task, key=key, future=Future() as future):
                            waiting -= 1
                            found = workers.answer(task, future)
                            if is_answer(found):
                                cache.put(key, found)
                            yield from searches.passed(task, found)
                        case _Done():
                            waiting -= 1
                        case other:
                            yield other
        finally:
            stop.set()
            searches.found.cancel()
            if thread is not None:
                thread.join()


@dataclass(frozen=True)
class _Done:
    task: Task | None = None
    key: str = ""
    future: Any = None


def _asks_lean(plan: Plan) -> bool:
    """Whether any leg that is asked is Lean's; not where only a checker is."""
    checkers = {checker.name for checker in plan.checkers}
    return any(
        leg in LEAN_LEGS
        for subject, legs in plan.subjects()
        if subject not in checkers
        for leg in legs
    )


class _Searches:
    """What the engines of necessity found, held back until all of it can be put to Lean."""

    def __init__(self, count: int) -> None:
        self.found: Future[list[Evidence]] = Future()
        self._so_far: list[Evidence] = []
        self._missing = count
        if not count:
            self.found.set_result([])

    def passed(self, task: Task, evidence: list[Evidence]) -> list[Evidence]:
        """`evidence`, or nothing where it waits for Lean."""
        if not _is_search(task):
            return evidence
        self._so_far += evidence
        self._missing -= 1
        if not self._missing:
            self.found.set_result(self._so_far)
        return []


def _is_search(task: Task) -> bool:
    return task.leg is Leg.NECESSITY and isinstance(task.about, Claim)


def _memory(plan: Plan) -> int:
    """Drivers of GPUs reserve many times more addresses than they use."""
    return 0 if plan.backend == "cupy" or plan.device.startswith("cuda") else plan.memory


def _forward(task: Task, key: str, results: SimpleQueue[Any]) -> Any:
    return lambda future: results.put(_Done(task, key, future))


def _tasks(plan: Plan) -> Iterator[Task]:
    library = plan.project.library
    subjects: list[tuple[Claim | Definition, tuple[Leg, ...]]] = [
        *((claim, CLAIM_LEGS) for claim in plan.project.claims),
        *((definition, DEFINITION_LEGS) for definition in library.definitions.values()),
    ]
    for about, answering in subjects:
        for leg, engine in plan.engines.items():
            if leg in plan.legs and leg in answering:
                yield Task(about, library, leg, engine, _settings(plan, leg))
    for checker in plan.checkers:
        yield Task(checker, library, Leg.NECESSITY, CHECKER_ENGINE)


def _settings(plan: Plan, leg: Leg) -> tuple[tuple[str, Any], ...]:
    match leg:
        case Leg.NUMERIC:
            return (("seed", plan.seed), ("backend", plan.backend), ("device", plan.device))
        case Leg.IMPLEMENTATION:
            return (("seed", plan.seed),)
        case _:
            return ()


def task_key(task: Task) -> str:
    """A fingerprint of the question: a cached answer to it is the answer that asking would give."""
    bare = detached(task)
    about, library = bare.about, bare.library
    return digest(
        said(about) if isinstance(about, Claim) else about,
        sorted(library.definitions.items()),
        (task.leg, task.engine, task.settings),
        code_fingerprint(),
    )


def said(claim: Claim) -> tuple[object, ...]:
    """What a claim says, without its sentences for people."""
    return claim.theorem, claim.scalars, claim.parameters, claim.hypotheses, claim.conclusion


def is_answer(found: list[Evidence]) -> bool:
    """Whether to keep it: an engine that was stopped or failed may do better next time."""
    return not any(
        item.outcome in (Outcome.ERROR, Outcome.NOT_RUN)
        or item.check == "engine"
        or _ran_out_of_time(item)
        for item in found
    )


def _ran_out_of_time(item: Evidence) -> bool:
    """Searches of the necessity leg end by the clock; a machine that is less busy finds more."""
    is_found = item.counterexample is not None or "instance" in item.data
    return item.leg is Leg.NECESSITY and item.outcome is Outcome.INCONCLUSIVE and not is_found


def _ask_lean(
    plan: Plan,
    results: SimpleQueue[Any],
    searched: Callable[[], list[Evidence]],
    stop: Event,
) -> None:
    legs = {leg for leg in plan.legs if leg in LEAN_LEGS}
    try:
        from harness.lean.leg import check_all

        for item in check_all(
            plan.project,
            cache=plan.cache / "lean",
            toolchain=plan.toolchain,
            legs=legs,
            seed=plan.seed,
            searched=searched,
            on_progress=lambda text: results.put(Notice(text)),
            stop=stop,
        ):
            results.put(item)
    except Exception as error:  # the run goes on; every Lean leg shows that it failed
        summary = f"The Lean bridge failed: {type(error).__name__}: {error}"
        checkers = {checker.name for checker in plan.checkers}
        for subject, wanted in plan.subjects():
            for leg in wanted:
                if leg in legs and subject not in checkers:
                    results.put(Evidence(subject, leg, "bridge", Outcome.ERROR, summary))
    finally:
        results.put(_Done())
