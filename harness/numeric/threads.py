"""How a process computes with many small matrices: on one thread, and keeping its memory.

A second BLAS thread gains nothing there, and two processes whose threads wait for each other's
cores were measured to be six times as slow as with one thread each. Memory that is given back
after each batch has to be cleared by the system before the next.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """A context in which NumPy's matrix products and factorisations use one thread."""
    return threads(1)


def threads(count: int) -> AbstractContextManager[Any]:
    """A context in which they use so many threads: several pay for large matrices alone."""
    return _controller().limit(limits=count, user_api="blas")  # type: ignore[no-any-return]


@cache
def _controller() -> Any:
    import numpy as np
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    np.ones((2, 2)) @ np.ones((2, 2))
    return ThreadpoolController()


def keep_memory() -> None:
    """Ask the C library not to give freed memory back, where it takes such advice (glibc)."""
    import ctypes

    try:
        advise = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option, value in ((_TRIM_THRESHOLD, 1 << 30), (_MMAP_THRESHOLD, 1 << 28)):
        advise(option, value)


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Options of mallopt, as malloc.h numbers them."""
