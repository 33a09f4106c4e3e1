"""The same for many heads, a thread for each core: NumPy computes outside Python's lock."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
_MOST = 8
_KEPT = 1 << 25
"""Arrays of fewer bytes lie in memory that is used again."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(_MOST, os.cpu_count() or 1))


@cache
def keep_memory() -> None:
    """Have the C library use freed memory again, instead of handing it back.

    What the system hands out is cleared page by page, and that takes longer than a product of the
    matrices of a head. Where the C library has no such settings nothing is done.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        for option in (-3, -1):  # M_MMAP_THRESHOLD and M_TRIM_THRESHOLD
            set_option(option, _KEPT)


def each(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """What `work` makes of each, in their order. Raises what the first to fail raises.

    To be called where products of matrices have one thread: theirs and these would wait for each
    other.
    """
    keep_memory()
    return list(_pool().map(work, items))
