"""Keeping freed memory, which the system would else have to clear before each batch."""

from __future__ import annotations


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
