"""Where the harness keeps what it need not find again: in the user's cache folder, alone.

Nothing is kept below a project, and nothing that lies there is believed: whoever hands over a
project hands over all of its files.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from harness.files import write_atomically
from harness.lifetime import temporary_folder
from harness.plain import from_plain, to_plain

T = TypeVar("T")

CACHE_VARIABLE = "HARNESS_CACHE_DIR"


def cache_folder() -> Path:
    """Where everything is kept: `HARNESS_CACHE_DIR` if set, else the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("lean-harness", appauthor=False)


def kept_for(project: Path) -> Path:
    """The folder for what is kept of the project whose folder is `project`; made if need be.

    Each place on disk has a folder of its own, which this user alone can read and write. Raises
    OSError where there can be none, or where it is somebody else's.
    """
    place = str(project.resolve())
    name = sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    folder = cache_folder() / "projects" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    _make_private(folder)
    return folder


@contextmanager
def kept_or_not(
    project: Path, say: Callable[[str], None], *, is_wanted: bool = True
) -> Iterator[Path]:
    """The folder for what is kept of a project; one that goes at the end where none is wanted.

    Nor does a run depend on one: where nothing can be kept, that is said, and the run goes on.
    """
    if is_wanted:
        try:
            folder = kept_for(project)
            tempfile.TemporaryFile(dir=folder).close()
            _sign(folder, project)
        except OSError as error:
            say(f"nothing is kept for the next run: {error}")
        else:
            yield folder
            return
    with temporary_folder() as place:
        yield Path(place)


def _sign(folder: Path, project: Path) -> None:
    """Write down whose folder it is; a new one takes the place of those whose project is gone."""
    signature = folder / "project"
    if signature.exists():
        return
    signature.write_bytes(os.fsencode(project.resolve()))
    for other in folder.parent.iterdir():
        with suppress(OSError):
            place = (other / "project").read_bytes()
            if place and not os.path.lexists(place):  # empty: another run is just writing it
                shutil.rmtree(other, ignore_errors=True)


def _make_private(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(f"{folder} is not a folder of its own.")
    if os.name == "posix":
        if found.st_uid != os.geteuid():
            raise PermissionError(f"{folder} belongs to another user.")
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)


def digest(*parts: object) -> str:
    """A fingerprint of plain data and of the language's own frozen dataclasses.

    Their `repr` holds all that distinguishes them; where a term was read from is left out of it.
    """
    return sha256("\0".join(map(repr, parts)).encode("utf-8", "surrogateescape")).hexdigest()


def keep(path: Path, key: str, value: Any, *, is_durable: bool = True) -> None:
    """Write down what `recall` gives back for the same key. Raises OSError."""
    text = json.dumps(to_plain(value))
    data = {"key": key, "value": text, "checksum": digest(key, text)}
    write_atomically(path, json.dumps(data), is_durable=is_durable)


def recall(path: Path, key: str, kind: type[T]) -> T | None:
    """What was kept there under this key; nothing for what was cut short, edited or is another."""
    try:
        data = json.loads(path.read_bytes())
        if data["key"] != key or data["checksum"] != digest(key, data["value"]):
            return None
        return from_plain(json.loads(data["value"]), kind)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
