"""Chunks through an executor: a bounded number at a time, and one record for each.

A process that dies takes a whole pool of the standard library with it. What was under way is then
tried again, each chunk alone, so that the one that kills its process is told from those that were
lost with it. Dask tries again by itself, and gives a chunk up after some deaths.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import AbstractContextManager

from harness.sweep.chunks import Chunk, Key
from harness.sweep.work import Record, compute, fault

Start = Callable[[], AbstractContextManager[Executor]]
"""Gives an executor that is ready; called again where one has broken."""

TRIES = 2
"""How often a chunk may end its process while it is alone there."""

BREAKS = 20
"""How often executors may break before the sweep gives up."""


class Lost(Exception):
    """The executor is gone; what was written stays valid, and the sweep can be resumed."""


def execute(
    chunks: Iterator[Chunk],
    start: Start,
    in_flight: int,
    work: Callable[[Chunk], Record] = compute,
) -> Generator[Record]:
    """One record for each chunk, in the order in which they come.

    At most `in_flight` chunks are under way at any time; closing the iterator ends them. Raises
    `Lost` where the executor forgets what it was given, or breaks again and again.
    """
    suspects: deque[Chunk] = deque()
    deaths: Counter[Key] = Counter()
    for _ in range(BREAKS):
        with start() as executor:
            pending: dict[Future[Record], Chunk] = {}
            whole, alone = True, False
            while True:
                while whole and len(pending) < (1 if suspects or alone else in_flight):
                    alone = bool(suspects)
                    chunk = suspects.popleft() if suspects else next(chunks, None)
                    if chunk is None:
                        break
                    try:
                        pending[executor.submit(work, chunk)] = chunk
                    except BrokenExecutor:
                        suspects.append(chunk)
                        whole = False
                if not pending:
                    break
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    chunk = pending.pop(future)
                    try:
                        yield future.result()
                    except BrokenExecutor:
                        whole = False
                        deaths[chunk.key] += alone
                        if deaths[chunk.key] < TRIES:
                            suspects.append(chunk)
                        else:
                            yield fault(chunk, "error", f"its process died {TRIES} times")
                    except CancelledError:
                        raise Lost("the executor gave up what it was given") from None
                    except Exception as error:  # what the executor itself says of a chunk
                        yield fault(chunk, "error", f"{type(error).__name__}: {error}")
        if whole:
            return
    raise Lost(f"processes died again and again ({BREAKS} times)")
