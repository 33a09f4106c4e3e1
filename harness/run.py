"""The main job: ask every leg about every claim, and stream what they answer.

Lean answers for all claims together, in a thread that waits for its processes; the engines
answer claim by claim, each in a process of its own. What the engine of necessity finds is put to
Lean, and only then is it evidence. Evidence comes in the order in which it is
found; nothing here judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from harness.cache import EvidenceCache
from harness.claims.model import Claim
from harness.diagnostics import InputError
from harness.evidence import Evidence, Gap, Leg, Outcome
from harness.isolation import Task, Workers
from harness.plan import (
    CLAIM_LEGS,
    DEFINITION_LEGS,
    ENGINES,
    LEAN_LEGS,
    LEGS,
    Plan,
    asks_lean,
    empty_claims,
    may_keep,
    over_its_scalars,
    questions,
    reserved,
    said,
    task_key,
    uncomputed_claims,
)

__all__ = [
    "CLAIM_LEGS",
    "DEFINITION_LEGS",
    "ENGINES",
    "LEAN_LEGS",
    "LEGS",
    "Notice",
    "Plan",
    "answers",
    "is_answer",
    "run",
    "said",
    "task_key",
]


@dataclass(frozen=True)
class Notice:
    """What is going on, for whoever watches; not evidence."""

    text: str
    is_lasting: bool = False
    """Whether it is still true when the run is over."""


def run(plan: Plan) -> Iterator[Evidence | Gap | Notice]:
    """Ask everything in `plan`; yields evidence and gaps as they are found, and notices between.

    Closing the generator, or an interrupt, stops what is running; what was found stays cached.
    """
    yield from empty_claims(plan)
    yield from uncomputed_claims(plan)
    asked = list(questions(plan))
    searches = Searches(sum(map(_is_search, asked)))
    results: SimpleQueue[Any] = SimpleQueue()
    stop = Event()
    thread = None
    if asks_lean(plan):
        arguments = (plan, results, searches.found.result, stop)
        thread = Thread(target=_ask_lean, args=arguments, daemon=True)
        thread.start()
    tasks = ((task, task) for task in asked)
    try:
        with closing(answers(plan, tasks, results, is_open=thread is not None)) as events:
            for event in events:
                match event:
                    case Task() as task, found:
                        yield from searches.passed(task, _of_claim(task, found))
                    case other:
                        yield other
    finally:
        stop.set()
        searches.found.cancel()
        if thread is not None:
            thread.join()


def answers(
    plan: Plan,
    tasks: Iterable[tuple[Any, Task]],
    others: SimpleQueue[Any] | None = None,
    *,
    is_open: bool = False,
) -> Generator[Any]:
    """Ask engines; yields what each task is for with its evidence, as soon as that is there.

    What was found before comes first, and what is found is kept. Where `others` is open, what comes
    by it is yielded as well, until a `_Done` closes it; an `InputError` that comes is raised.
    """
    results: SimpleQueue[Any] = others or SimpleQueue()
    memory = reserved(plan.memory, plan.backend, plan.device)
    with closing(EvidenceCache(plan.cache / "evidence")) as cache:
        unknown: list[tuple[Any, Task, str]] = []
        for about, task in tasks:
            key = task_key(task)
            if not may_keep(task) or (known := cache.get(key)) is None:
                unknown.append((about, task, key))
            else:
                yield about, known
        with Workers(plan.workers, seconds=plan.seconds, memory=memory) as workers:
            for question in unknown:
                future = workers.submit(question[1])
                future.add_done_callback(partial(_forward, question, results))
            waiting = len(unknown) + is_open
            while waiting:
                match results.get():
                    case _Done(question=(about, task, key), future=Future() as future):
                        waiting -= 1
                        found = _dated(workers.answer(task, future))
                        if may_keep(task) and is_answer(found):
                            cache.put(key, found)
                        yield about, found
                    case _Done():
                        waiting -= 1
                    case InputError() as fault:
                        raise fault
                    case other:
                        yield other
        if cache.trouble:
            yield Notice(cache.trouble, is_lasting=True)


def _of_claim(task: Task, found: list[Evidence]) -> list[Evidence]:
    return [over_its_scalars(task.about, item) for item in found]


@dataclass(frozen=True)
class _Done:
    question: tuple[Any, Task, str] | None = None
    future: Future[None] | None = None


class Searches:
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
            # In one order, whichever engine ended first: Lean is asked the same, and not twice.
            self.found.set_result(sorted(self._so_far, key=lambda e: (e.subject, e.check)))
        return []


def _dated(found: list[Evidence]) -> list[Evidence]:
    """Evidence with the moment at which it was found, which is now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [replace(item, found=now) for item in found]


def _is_search(task: Task) -> bool:
    return task.leg is Leg.NECESSITY and isinstance(task.about, Claim)


def _forward(
    question: tuple[Any, Task, str], results: SimpleQueue[Any], future: Future[None]
) -> None:
    results.put(_Done(question, future))


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
    except InputError as error:
        results.put(error)
    except Exception as error:  # the run goes on; every Lean leg shows that it failed
        summary = f"The Lean bridge failed: {type(error).__name__}: {error}"
        checkers = {checker.name for checker in plan.checkers}
        for subject, wanted in plan.subjects():
            for leg in wanted:
                if leg in legs and subject not in checkers:
                    results.put(Evidence(subject, leg, "bridge", Outcome.ERROR, summary))
    finally:
        results.put(_Done())
