"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_atomically(path: Path, text: str, *, is_durable: bool = True) -> None:
    """Write `text` to `path`, all of it or nothing; what stood there stays whole on failure.

    A link is followed: the file that it leads to is written. What is no regular file (a device, a
    pipe) is written to, and stays what it is. With `is_durable`, the disk has the text on return.
    Raises `OSError` where the folder is missing, full or read-only, or `path` is a folder.
    """
    write_together({path: text}, is_durable=is_durable)


def write_together(texts: Mapping[Path, str | bytes], *, is_durable: bool = True) -> None:
    """Write files that belong together as `write_atomically` does: all of them, or none."""
    encoded = {
        path: text.encode("utf-8") if isinstance(text, str) else text
        for path, text in texts.items()
    }
    streams = {path: data for path, data in encoded.items() if is_stream(path)}
    staged: dict[Path, Path] = {}
    try:
        for path, data in encoded.items():
            if path not in streams:
                target = Path(os.path.realpath(path))
                staged[target] = _beside(target, data, is_durable)
        for path, data in streams.items():  # first, since these can still fail
            with path.open("ab") as stream:
                stream.write(data)
        for target, temporary in staged.items():
            os.replace(temporary, target)
    except BaseException:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        raise


def _beside(path: Path, data: bytes, is_durable: bool) -> Path:
    """A new file in the folder of `path`, with all of `data`, that can take its place."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.is_symlink():  # to itself, or it would have been followed
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def is_stream(path: Path) -> bool:
    """Whether what is written there goes on to somebody else, or is a file that is open already."""
    is_open_elsewhere = path.is_absolute() and path.parts[1] in ("dev", "proc")
    return path.exists() and (is_open_elsewhere or not path.is_file())


def _mode(path: Path) -> int:
    """The permissions of the file that is there, or what the user's mask leaves of a new one's.

    `mkstemp` gives fewer.
    """
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
