"""Executors for sweeps: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from harness.extras import remedy
from harness.lifetime import be_child, interrupts_held, keep_safe_path
from harness.sweep.work import limit
from harness.threads import ONE_THREAD

MEMORY = 4 << 30
SECONDS = 120.0
"""What an engine has for one claim in a run, a chunk has in a sweep."""

PATIENCE = 30.0
"""Seconds to wait for a cluster's scheduler, and then for its first worker."""


class ClusterMissing(Exception):
    """There is no cluster to ask; says why."""


@contextmanager
def processes(count: int, memory: int = MEMORY, seconds: float = SECONDS) -> Iterator[Executor]:
    """A pool of fresh interpreters, which end with it. What has not begun then is cancelled.

    Each has `memory` bytes of addresses, and ends where one piece of work takes `seconds`; 0 sets
    no limit.
    """
    keep_safe_path()
    # Whatever a process loads, it is born with the limit.
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    others = multiprocessing.active_children()
    context = multiprocessing.get_context("spawn")
    executor = _Deaf(count, mp_context=context, initializer=_begin, initargs=(memory, seconds))
    try:
        yield executor
    except BaseException:
        # What is under way will not be counted: there is nothing to wait for.
        for child in multiprocessing.active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        for name, known in before.items():
            if known is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = known


@contextmanager
def dask(address: str) -> Iterator[Executor]:
    """The cluster whose scheduler is at `address`, such as tcp://127.0.0.1:8786.

    Raises `ClusterMissing` where Dask is not installed, or nothing answers there in time.
    """
    try:
        import distributed
    except ImportError as error:
        message = f"Dask is not installed; {remedy('dask')} ({error})"
        raise ClusterMissing(message) from None
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterMissing(f"no Dask scheduler answers at {address}: {error}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ClusterMissing(f"the scheduler at {address} has no workers") from None
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close()


class _Deaf(ProcessPoolExecutor):
    """Its processes, which begin when there is work, leave interrupts to us.

    All of them begin at once, before any is watched. One that began while another died would not be
    ended with the others, and the pool would wait for it for ever.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._safe_to_dynamically_spawn_children = False

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        with interrupts_held():
            return super().submit(*args, **kwargs)


def _begin(memory: int, seconds: float) -> None:
    # Where it was not born deaf: the one that writes the file ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    be_child(memory)
    limit(seconds)
