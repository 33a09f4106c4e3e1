"""How a process computes with many small matrices: on one thread.

A second BLAS thread gains nothing there, and two processes whose threads wait for each other's
cores were measured to be six times as slow as with one thread each.
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
