"""Programs that are started, watched, and never left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_PATIENCE = 0.1
"""Seconds between two looks at whether to stop."""


CANNOT_START = 126
"""The exit code of a tether whose program does not exist or is none."""


class Signal(Protocol):
    """Whether to stop, as `threading.Event` tells it."""

    def is_set(self) -> bool: ...


class Stopped(Exception):
    """The program was killed before its end: its time was over, or the run was called off."""

    def __init__(self, program: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{program} was stopped: {reason}")


class StoodStill(Stopped):
    """The program was killed since it had computed nothing for long: it waited for itself."""


@contextmanager
def one_at_a_time(
    path: Path,
    stop: Signal | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Holds the lock at `path`, and waits while another process does, which it says.

    Raises Stopped once `stop` is set.
    """
    from filelock import FileLock, Timeout

    lock, said = FileLock(path), False
    while True:
        try:
            lock.acquire(timeout=0.5)
            break
        except Timeout:
            if on_progress is not None and not said:
                on_progress(f"Waiting for another run, which holds {path}")
                said = True
            if stop is not None and stop.is_set():
                raise Stopped("Lean", "the run was called off") from None
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Finished:
    """A program that came to its own end."""

    exit_code: int
    output: str
    errors: str
    seconds: float


def execute(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float | None = None,
    still: float | None = None,
    stop: Signal | None = None,
) -> Finished:
    """Run `command` to its end, and everything that it starts.

    Raises Stopped when `timeout` seconds are over or `stop` is set, StoodStill when for `still`
    seconds it has hardly computed, and OSError when the program cannot be started. However it is
    left, by an interrupt as well, nothing of it goes on running.
    """
    started = time.monotonic()
    tie = _Tie()
    try:
        # A file, since `communicate` cannot go on writing to a pipe after a timeout.
        with tempfile.TemporaryFile() as source:
            source.write((stdin or "").encode())
            source.seek(0)
            process = subprocess.Popen(
                [*tie.command, *map(str, command)],
                cwd=cwd,
                env=None if environment is None else dict(environment),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                # A group of its own, so that one signal reaches all that it starts.
                start_new_session=sys.platform != "win32",
                pass_fds=tie.passed,
            )
        pulse = None if still is None else _Pulse(process.pid, still)
        try:
            while True:
                try:
                    output, errors = process.communicate(timeout=_PATIENCE)
                    break
                except subprocess.TimeoutExpired:
                    if stop is not None and stop.is_set():
                        raise Stopped(str(command[0]), "the run was called off") from None
                    if timeout is not None and time.monotonic() - started > timeout:
                        raise Stopped(str(command[0]), f"it took more than {timeout:g} s") from None
                    if pulse is not None and pulse.stopped():
                        reason = f"it stood still for {still:g} s"
                        raise StoodStill(str(command[0]), reason) from None
                    if process.poll() is not None:
                        _kill(process)  # what it started holds on to its output
        finally:
            if process.poll() is None:
                _kill(process)
                process.communicate()
    finally:
        tie.cut()
    if process.returncode == CANNOT_START:
        raise OSError(errno.ENOENT, "it cannot be started", str(command[0]))
    return Finished(process.returncode, output, errors, time.monotonic() - started)


class _Tie:
    """A pipe by which a program notices that this process has ended; see `tether.py`.

    Windows has no process groups that this could end: there a program goes on to its own end.
    """

    def __init__(self) -> None:
        self.command: list[str] = []
        self.passed: tuple[int, ...] = ()
        self._ends: tuple[int, ...] = ()
        if sys.platform != "win32" and sys.executable:
            here, there = os.pipe()
            self._ends, self.passed = (here, there), (here,)
            tether = str(Path(__file__).with_name("tether.py"))
            self.command = [sys.executable, "-I", "-S", tether, str(here)]

    def cut(self) -> None:
        for end in self._ends:
            os.close(end)


class _Pulse:
    """Whether a process group still computes, as Linux tells it; elsewhere it is never said not to.

    Threads that wait for each other may look for a message now and then: Lean for WebAssembly takes
    2 % of a core for that. A program that shares its core with ten others has five times as much.
    """

    SHARE = 0.04

    def __init__(self, group: int, seconds: float) -> None:
        self._group = group
        self._seconds = seconds
        self._since = time.monotonic()
        self._then = self._used()

    def stopped(self) -> bool:
        passed = time.monotonic() - self._since
        if passed < self._seconds:
            return False
        used, before = self._used(), self._then
        self._since, self._then = time.monotonic(), used
        return used is not None and before is not None and used - before < self.SHARE * passed

    def _used(self) -> float | None:
        """Seconds of computing that the group has used; see proc(5), /proc/pid/stat."""
        if sys.platform != "linux":
            return None
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended meanwhile
                after_name = stat.read_text(errors="replace").rpartition(")")[2].split()
                if int(after_name[2]) == self._group:
                    ticks += int(after_name[11]) + int(after_name[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
