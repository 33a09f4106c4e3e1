"""When processes end, and what they may use: none outlives its parent, or leaves a folder behind.

A parent that is killed (SIGKILL, out of memory) cannot tell its children; they see it themselves.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from harness.threads import ONE_THREAD

ENDINGS = ("SIGTERM", "SIGHUP")
"""How `timeout`, a cancelled job or a closed terminal ask a program to end."""


def end_as_interrupted() -> None:
    """From now on those who ask this program to end are heard as an interrupt is, once."""
    if threading.current_thread() is not threading.main_thread():
        return  # no other thread may say so
    for name in ENDINGS:
        number = getattr(signal, name, None)
        # Who starts a program deaf to one of them (`nohup`) wants it so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    for name in ENDINGS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # it is cleaning up
    raise KeyboardInterrupt


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Processes that are started within are deaf to interrupts, from their first instruction on.

    A terminal interrupts all of its processes; the one that started the others ends them, and one
    that is just beginning would answer with a traceback. What comes meanwhile is heard at the end.
    """
    if sys.platform == "win32":  # there is no such mask
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def be_child(memory: int = 0) -> None:
    """Called first in a process that `multiprocessing` has made: limits it, and ties it to us.

    `memory` is in bytes of addresses; 0 sets no limit. A lower limit of the machine's stands.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if memory:
        _limit(memory)


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit still holds
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    least = min(x for x in (memory, soft, hard) if x != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (least, least))


def keep_safe_path() -> None:
    """From now on no Python that this one starts imports what lies in the current folder.

    A file `signal.py` beside somebody's specifications is data.
    """
    os.environ["PYTHONSAFEPATH"] = "1"


def temporary_folder() -> TemporaryDirectory[str]:
    """A folder for this process. Those whose processes were killed are removed first."""
    for path in Path(gettempdir()).glob("harness-*-*"):
        owner = path.name.split("-")[1]
        with suppress(OSError):
            if owner.isdigit() and _is_mine(path) and not _runs(int(owner)):
                shutil.rmtree(path, ignore_errors=True)
    return TemporaryDirectory(prefix=f"harness-{os.getpid()}-")


def _is_mine(path: Path) -> bool:
    if sys.platform == "win32":
        return True
    found = path.lstat()
    return found.st_uid == os.getuid() and not path.is_symlink()


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # there `kill` ends it; such a folder stays
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
