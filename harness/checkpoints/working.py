"""The same for many heads, a thread for each core: NumPy computes outside Python's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
_MOST = 8


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(_MOST, os.cpu_count() or 1))


def each(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """What `work` makes of each, in their order. Raises what the first to fail raises.

    To be called where products of matrices have one thread: theirs and these would wait for each
    other.
    """
    return list(_pool().map(work, items))
