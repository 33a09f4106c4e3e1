"""The file of a sweep: one JSON text a line, with a header, a record for each chunk, a footer.

Each line ends with a digest of itself and of all before it, so that whatever was damaged is told
by its line. A file without a footer was cut short. Its last line may then be half written: resuming
cuts it off, reads what is whole, and goes on behind it.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from harness.diagnostics import Diagnostic, InputError
from harness.sweep.work import Record

FORMAT = "lean-harness sweep 2"

_SAME = ("format", "plan", "claims", "code", "backend", "device")
"""The parts of the header that must agree for a sweep to go on."""


class Ledger:
    """Writes the file. A context manager; the file is valid after each line.

    Raises `InputError` where the file exists and is not to be resumed, holds another sweep, was
    altered, or is being written by someone else; `OSError` where it cannot be written.
    """

    def __init__(self, path: Path, header: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self.header = {"kind": "header", **header}
        self.resume = resume
        self.known: list[Record] = []
        """Records that were there already."""
        self._digest = sha256()

    def __enter__(self) -> Ledger:
        self._lock = FileLock(str(self.path.with_name(f".{self.path.name}.lock")), timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise self._fault(1, "another sweep is writing this file") from None
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._lock.release()

    def write(self, record: Mapping[str, Any]) -> None:
        """Add one line, and hand it to the operating system."""
        text = json.dumps(record, ensure_ascii=False, allow_nan=False).encode()
        self._digest.update(text)
        line = text[:-1] + _seal(self._digest.hexdigest())
        if self._file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def close(self, footer: Mapping[str, Any]) -> None:
        """Add the footer, and see it on the disk."""
        self.write({"kind": "footer", **footer})
        os.fsync(self._file.fileno())

    def _open(self) -> None:
        if not self.path.exists():
            self._file: FileIO = self.path.open("xb", buffering=0)
            self.write(self.header)
        elif not self.path.is_file():
            raise self._fault(1, "expected a file of results")
        elif not self.resume:
            raise self._fault(
                1, "this file exists: --resume goes on with it, --output names another"
            )
        else:
            end = self._read()
            self._file = self.path.open("r+b", buffering=0)
            self._file.truncate(end)
            self._file.seek(end)
            if end == 0:
                self.write(self.header)

    def _read(self) -> int:
        """Read what is whole; gives the place to go on at: before the footer, if there is one."""
        end = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                digest = self._digest.copy()
                if not line.endswith(b"\n"):
                    if number == 1 and not self._began(line):
                        raise self._fault(1, "expected a file of results")
                    break  # half written
                digest.update(line[:-_SEAL] + b"}")
                if line[-_SEAL:] != _seal(digest.hexdigest()):
                    if number == 1:
                        self._compare(_parse(line) or {})  # of another version, perhaps
                    raise self._fault(
                        number, "the digest is not that of the lines so far: the file was altered"
                    )
                data = _parse(line)
                if data is None:
                    raise self._fault(number, "expected a line of JSON")
                if number == 1:
                    self._compare(data)
                elif data.get("kind") == "footer":
                    if file.read(1):
                        raise self._fault(number + 1, "expected nothing behind the footer")
                    break
                elif data.get("kind") == "chunk":
                    self.known.append(data)
                else:
                    raise self._fault(number, "expected the record of a chunk")
                self._digest = digest
                end += len(line)
        return end

    def _began(self, line: bytes) -> bool:
        """Whether a line could be the header, half written; blocks that never came are zeros."""
        header = json.dumps(self.header, ensure_ascii=False).encode()[:-1]
        start = line.rstrip(b"\0")
        return start.startswith(header) or header.startswith(start)

    def _compare(self, there: Mapping[str, Any]) -> None:
        here = json.loads(json.dumps(self.header))
        words = {"claims": "other specifications", "code": "another version of the harness"}
        faults = []
        for name in _SAME:
            if there.get(name) == here[name]:
                continue
            message = f"this file was begun with {words.get(name, f'another {name}')}"
            if name == "plan" and isinstance(there.get(name), dict):
                other = there["plan"]
                parts = [key for key in here["plan"] if other.get(key) != here["plan"][key]]
                message += f" (different: {', '.join(parts)})"
            elif name in ("backend", "device"):
                message += f" ({there.get(name)!r}, now {here[name]!r})"
            faults.append(Diagnostic(str(self.path), 1, 1, message))
        if faults:
            raise InputError(faults)

    def _fault(self, line: int, message: str) -> InputError:
        return InputError([Diagnostic(str(self.path), line, 1, message)])


_DIGITS = 16


def _seal(digest: str) -> bytes:
    """The end of a line."""
    return f', "digest": "{digest[:_DIGITS]}"}}\n'.encode()


_SEAL = len(_seal("0" * _DIGITS))


def _parse(line: bytes) -> dict[str, Any] | None:
    """The object that a whole line holds; nothing for any other line."""
    if not line.endswith(b"\n"):
        return None
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line of a file, for readers that take what is there."""
    with path.open("rb") as file:
        for line in file:
            data = _parse(line)
            if data is not None:
                yield data
