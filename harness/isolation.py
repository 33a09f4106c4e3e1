"""Engines run apart: in processes that can be stopped, with limits that really stop them.

Each check is written down when it is found, so what an engine had answered when it was stopped
stands, and beside it that it was stopped. The miniatures in `tests/miniatures` are engines that
lie, crash, hang and eat memory.

No process outlives the one that started it, however that ends: engines and sweeps' workers watch
the pipe by which they were started, and Lean runs behind a tether that ends its whole process
group (`lean/tether.py`; not on Windows, where it goes on to its own end). SIGTERM and SIGHUP are
heard as an interrupt is. Folders of runs that were killed are removed by the next. Children
import nothing from the current folder. `python -m benchmarks.faults` kills runs and sweeps at
random moments and looks at what is left.
"""

from __future__ import annotations

import math
import multiprocessing
import pickle
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import count
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

from harness.claims.model import Claim, Definition, Library
from harness.claims.toggles import Checker
from harness.evidence import Evidence, Leg, Outcome
from harness.lifetime import be_child, interrupts_held, keep_safe_path, temporary_folder

MAX_CHECKS = 1_000
MAX_BYTES = 64 << 20
"""What an engine may answer to one question. All evidence on this project is 1.6 MB as JSON."""


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

    def detached(self) -> Task:
        """The task without the files that it was read from: engines see terms, not places."""
        return replace(self, about=self.about.detached(), library=self.library.detached())


def ask(task: Task, file: Path) -> None:
    """Run the engine in this process, and write each answer down when it comes.

    Whatever the engine raises comes out. Raises `OverflowError` where its answers do not end.
    """
    module, function = task.engine.split(":")
    check = getattr(import_module(module), function)
    size = 0
    with file.open("wb") as stream:
        for number, item in enumerate(check(task.about, task.library, **dict(task.settings))):
            data = pickle.dumps(item)
            size += len(data)
            if number >= MAX_CHECKS or size > MAX_BYTES:
                most = f"{MAX_CHECKS:,} checks or {MAX_BYTES >> 20} MiB"
                raise OverflowError(f"it answered more than {most}")
            stream.write(len(data).to_bytes(8) + data)
            stream.flush()


def written(file: Path) -> list[Any]:
    """The answers in a file; one that was cut short is none."""
    found: list[Any] = []
    with suppress(FileNotFoundError), file.open("rb") as stream:
        while True:
            size = int.from_bytes(stream.read(8))
            data = stream.read(size)
            if not size or len(data) < size:
                break
            found.append(pickle.loads(data))  # noqa: S301 - written by a process of ours
    return found


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


_MONOTONIC = SimpleNamespace(time=time.monotonic, sleep=time.sleep)


def pool(processes: int, memory: int) -> Any:
    """Pebble's pool of fresh interpreters: what dies, or takes too long, ends its own alone.

    `memory` is in bytes of addresses; 0 sets no limit.
    """
    from pebble import ProcessPool
    from pebble.pool import process

    # Its limits go by the time of day, which may be set while an engine thinks.
    vars(process)["time"] = _MONOTONIC
    keep_safe_path()
    # A fresh interpreter each: no state, lock or open file of this process comes along.
    context = multiprocessing.get_context("spawn")
    return ProcessPool(
        max_workers=processes, context=context, initializer=be_child, initargs=(memory,)
    )


class Workers:
    """A pool of processes for engines; a context manager that leaves none behind."""

    def __init__(self, processes: int, *, seconds: float, memory: int) -> None:
        """`memory` is in bytes of addresses; 0 sets no limit."""
        self.seconds = seconds
        self.memory = memory
        self._folder = temporary_folder()
        self._numbers = count()
        self._files: dict[Future[None], Path] = {}
        self._pool = pool(processes, memory)

    def submit(self, task: Task) -> Future[None]:
        """Start the task when a process is free; it is killed when its time is over."""
        file = Path(self._folder.name) / str(next(self._numbers))
        with interrupts_held():  # with the first task begin the threads that start processes
            future: Future[None] = self._pool.schedule(
                ask, args=(task.detached(), file), timeout=self.seconds
            )
        self._files[future] = file
        return future

    def answer(self, task: Task, future: Future[None]) -> list[Evidence]:
        """What the task came to.

        Every way to fail has its own outcome; what was answered before that stands beside it.
        """
        file = self._files.pop(future)
        try:
            error = future.exception()
            found = written(file)
        except Exception as unreadable:  # what an engine answers is its own fault, not the run's
            error, found = unreadable, []
        file.unlink(missing_ok=True)
        if error is None:
            return attributed(task, found)
        outcome, summary = self._failure(error)
        done = {0: "nothing", 1: "1 check"}.get(len(found), f"{len(found)} checks")
        stopped = fault(task, outcome, f"{summary} It had answered {done}.")
        return [*attributed(task, found), stopped] if found else [stopped]

    def _failure(self, error: BaseException) -> tuple[Outcome, str]:
        from pebble import ProcessExpired

        match error:
            case FutureTimeout():
                return Outcome.INCONCLUSIVE, f"Stopped after {self.seconds:g} s (--time-limit)."
            case MemoryError():
                limit = f"more than {self.memory >> 20} MiB of memory"
                return Outcome.INCONCLUSIVE, f"Stopped: it wanted {limit} (--memory)."
            case ProcessExpired():
                message = f"The engine's process died (exit code {error.exitcode})."
                return Outcome.ERROR, message
            case _:
                reason = f"{type(error).__name__}: {error}".rstrip(".")
                return Outcome.ERROR, f"The engine failed: {reason}."

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
        self._folder.cleanup()
