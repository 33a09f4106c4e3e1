"""Executors for sweeps: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

from harness.extras import remedy
from harness.isolation import pool
from harness.lifetime import interrupts_held

T = TypeVar("T")

MEMORY = 4 << 30
SECONDS = 120.0
"""What an engine has for one claim in a run, a chunk has in a sweep."""

PATIENCE = 30.0
"""Seconds to wait for a cluster's scheduler, and then for its first worker."""


class ClusterMissing(Exception):
    """There is no cluster to ask; says why."""


@contextmanager
def processes(count: int, memory: int = MEMORY, seconds: float = SECONDS) -> Iterator[Executor]:
    """The pool of processes that engines run in, which ends with all that is under way in it.

    Each has `memory` bytes of addresses, and ends where one piece of work takes `seconds`; 0 sets
    no limit.
    """
    executor = _Pool(count, memory, seconds)
    try:
        yield executor
    finally:
        executor.shutdown()


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


class _Pool(Executor):
    """The pool by the protocol of `concurrent.futures`."""

    def __init__(self, count: int, memory: int, seconds: float) -> None:
        self._pool = pool(count, memory)
        self._seconds = seconds or None

    def submit(self, work: Callable[..., T], /, *given: Any, **more: Any) -> Future[T]:
        with interrupts_held():  # with the first task begin the threads that start processes
            found: Future[T] = self._pool.schedule(
                work, args=given, kwargs=more, timeout=self._seconds
            )
        return found

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What has no answer yet will not be counted: there is nothing to wait for."""
        self._pool.stop()
        self._pool.join()
