"""What bounds a build: how it is called off, and how much is done at once."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

from harness.lean.process import Signal


class Cancel:
    """Set when the caller calls the run off, or when one module's failure to run ends it."""

    def __init__(self, caller: Signal | None) -> None:
        self._caller = caller
        self._own = Event()

    def is_set(self) -> bool:
        return self._own.is_set() or (self._caller is not None and self._caller.is_set())

    def all(self) -> None:
        """Have every process of this build end."""
        self._own.set()


def jobs_at_once(memory: int) -> int:
    """How many runs of `memory` bytes this machine bears at once; at least one, at most four."""
    return max(1, min(4, os.cpu_count() or 1, _available(2 * memory) // memory))


def _available(unknown: int) -> int:
    """How many bytes of memory are to be had; `unknown` where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return unknown
    told = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return int(next(told, unknown >> 10)) << 10
