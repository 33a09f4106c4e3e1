"""Engines run apart: in processes that can be stopped, with limits that really stop them."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from importlib import import_module
from types import TracebackType
from typing import Any

from harness.claims.model import Claim, Definition, Library
from harness.claims.toggles import Checker
from harness.evidence import Evidence, Leg, Outcome


@dataclass(frozen=True)
class Task:
    """One engine asked about one claim, one definition, or all that a checker asks.

    `engine` is "module:function"; the function takes what it is asked about and a library, with
    keyword `settings`, and yields evidence.
    """

    about: Claim | Definition | Checker
    library: Library
    leg: Leg
    engine: str
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def subject(self) -> str:
        """What the evidence is to be about."""
        return self.about.theorem if isinstance(self.about, Claim) else self.about.name


def ask(task: Task) -> list[Evidence]:
    """Run the engine in this process. Whatever it raises comes out."""
    module, function = task.engine.split(":")
    check = getattr(import_module(module), function)
    return list(check(task.about, task.library, **dict(task.settings)))


def attributed(task: Task, found: Sequence[Any]) -> list[Evidence]:
    """`found` if it is evidence on this task's subject and leg, else one error that says so."""
    if not found:
        return [fault(task, Outcome.ERROR, "The engine answered nothing.")]
    for item in found:
        if not isinstance(item, Evidence):
            return [fault(task, Outcome.ERROR, "The engine answered with something else.")]
        if (item.subject, item.leg) != (task.subject, task.leg):
            message = f"The engine answered for {item.leg} of {item.subject} instead."
            return [fault(task, Outcome.ERROR, message)]
        if not 0 <= item.seconds < math.inf:
            message = f"The engine says that it took {item.seconds} s, which is no number."
            return [fault(task, Outcome.ERROR, message)]
    return list(found)


def fault(task: Task, outcome: Outcome, summary: str) -> Evidence:
    """Evidence that the engine itself came to no answer."""
    return Evidence(task.subject, task.leg, "engine", outcome, summary)


class Workers:
    """A pool of processes for engines; a context manager that leaves none behind."""

    def __init__(self, count: int, *, seconds: float, memory: int) -> None:
        """`memory` is in bytes of addresses; 0 sets no limit."""
        from pebble import ProcessPool

        self.seconds = seconds
        self.memory = memory
        # A fresh interpreter each: no state, lock or open file of this process comes along.
        context = multiprocessing.get_context("spawn")
        self._pool: Any = ProcessPool(
            max_workers=count, context=context, initializer=_limit_memory, initargs=(memory,)
        )

    def submit(self, task: Task) -> Future[list[Evidence]]:
        """Start the task when a process is free; it is killed when its time is over."""
        future: Future[list[Evidence]] = self._pool.schedule(
            ask, args=(detached(task),), timeout=self.seconds
        )
        return future

    def answer(self, task: Task, future: Future[list[Evidence]]) -> list[Evidence]:
        """What the task came to; every way to fail has its own outcome."""
        from pebble import ProcessExpired

        try:
            return attributed(task, future.result())
        except FutureTimeout:
            message = f"Stopped after {self.seconds:g} s without an answer."
            return [fault(task, Outcome.INCONCLUSIVE, message)]
        except MemoryError:
            message = f"Stopped: it wanted more than {self.memory >> 20} MiB of memory."
            return [fault(task, Outcome.INCONCLUSIVE, message)]
        except ProcessExpired as error:
            message = f"The engine's process died (exit code {error.exitcode})."
            return [fault(task, Outcome.ERROR, message)]
        except Exception as error:  # whatever an engine raises is its own fault, not the run's
            message = f"The engine failed: {type(error).__name__}: {error}"
            return [fault(task, Outcome.ERROR, message)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()


def detached(task: Task) -> Task:
    """The task without the files that it was read from: engines see terms, not places."""
    about: Claim | Definition | Checker
    match task.about:
        case Claim() as claim:
            about = _detached(claim)
        case Definition() as definition:
            about = replace(definition, place=None)
        case checker:
            about = checker.with_claims(_detached)
    definitions = {k: replace(d, place=None) for k, d in task.library.definitions.items()}
    library = replace(task.library, document=None, definitions=definitions)
    return replace(task, about=about, library=library)


def _detached(claim: Claim) -> Claim:
    hypotheses = tuple(replace(h, place=None) for h in claim.hypotheses)
    return replace(claim, place=None, hypotheses=hypotheses)


def _limit_memory(limit: int) -> None:
    import os

    # One thread each: the processes share the cores, and small matrices gain nothing by threads.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if not limit:
        return
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
