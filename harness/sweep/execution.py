"""Chunks through an executor: a bounded number at a time, and one record for each.

A chunk that ends its process is tried once more; no other is lost with it. Dask tries again by
itself, and gives a chunk up after some deaths.
"""

from __future__ import annotations

from collections import Counter
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
from itertools import islice

from harness.sweep.chunks import Chunk, Key
from harness.sweep.work import Record, compute, fault

Start = Callable[[], AbstractContextManager[Executor]]
"""Gives an executor that is ready."""

TRIES = 2
"""How often a chunk may end its process."""


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
    `Lost` where the executor forgets what it was given, or is broken itself.
    """
    deaths: Counter[Key] = Counter()
    pending: dict[Future[Record], Chunk] = {}
    with start() as executor:
        try:
            while True:
                for chunk in islice(chunks, in_flight - len(pending)):
                    pending[executor.submit(work, chunk)] = chunk
                if not pending:
                    return
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    chunk = pending.pop(future)
                    record = _record(chunk, future)
                    deaths[chunk.key] += record is None
                    if record is not None:
                        yield record
                    elif deaths[chunk.key] < TRIES:
                        pending[executor.submit(work, chunk)] = chunk
                    else:
                        yield fault(chunk, "error", f"its process died {TRIES} times")
        except BrokenExecutor as error:
            raise Lost(f"the executor broke: {error}") from None
        except CancelledError:
            raise Lost("the executor gave up what it was given") from None


def _record(chunk: Chunk, future: Future[Record]) -> Record | None:
    """What came of a chunk; nothing where its process died."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except ProcessExpired:
        return None
    except (BrokenExecutor, CancelledError):
        raise
    except TimeoutError as error:
        seconds = f" after {error.args[1]:g} s" if len(error.args) > 1 else ""
        return fault(chunk, "error", f"stopped{seconds}")
    except Exception as error:  # what the executor itself says of a chunk
        return fault(chunk, "error", f"{type(error).__name__}: {error}")
