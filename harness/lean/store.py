"""What was built, on disk: a module's outputs, and a record by which they can be trusted again.

The record names the key that the outputs were built for and the hash of each of them, so that one
that was cut short, edited or mixed with another build's is found and built anew.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from harness.files import write_atomically
from harness.lean.messages import Message

FORMAT = 1


@dataclass(frozen=True)
class Record:
    """What is known of a module that was built."""

    key: str
    outputs: dict[str, str]
    """sha256 of each output, by its ending."""
    messages: tuple[Message, ...]
    seconds: float


class Store:
    """The build folder: `lib` for Lean to import from, `records` beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "lib"
        self.records = folder / "records"
        self.library.mkdir(parents=True, exist_ok=True)
        self.records.mkdir(exist_ok=True)

    def tidy(self) -> None:
        """Remove what a build that was killed left. Only for who holds the folder's lock."""
        for path in self.folder.glob(".building-*"):
            shutil.rmtree(path, ignore_errors=True)

    def output(self, module: str, ending: str = ".olean") -> Path:
        """Where an output of `module` lies."""
        *folders, last = module.split(".")
        return self.library.joinpath(*folders, last + ending)

    def load(self, module: str, key: str) -> Record | None:
        """The record of `module`, if it was built for `key` and its outputs are still that."""
        try:
            data = json.loads(self._record(module).read_text(encoding="utf-8"))
            checksum = data.pop("checksum")
            if checksum != _checksum(data) or data["format"] != FORMAT or data["key"] != key:
                return None
            messages = tuple(map(Message.from_json, data["messages"]))
            record = Record(key, dict(data["outputs"]), messages, float(data["seconds"]))
            if ".olean" not in record.outputs:
                return None
            for ending, digest in record.outputs.items():
                if _digest(self.output(module, ending)) != digest:
                    return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return record

    def workplace(self) -> tempfile.TemporaryDirectory[str]:
        """A folder on the same file system, to build in; it goes when the block ends."""
        return tempfile.TemporaryDirectory(prefix=".building-", dir=self.folder)

    def keep(
        self,
        module: str,
        key: str,
        built: Path,
        messages: Sequence[Message],
        seconds: float,
    ) -> Record:
        """Take over the outputs `built`.olean and so on, each whole.

        Raises OSError when they cannot be written; then the module counts as not built.
        """
        self.forget(module)
        outputs: dict[str, str] = {}
        for path in sorted(built.parent.glob(f"{built.name}.*")):
            ending = path.name.removeprefix(built.name)
            target = self.output(module, ending)
            target.parent.mkdir(parents=True, exist_ok=True)
            outputs[ending] = _digest(path)
            os.replace(path, target)
        record = Record(key, outputs, tuple(messages), seconds)
        data = {
            "format": FORMAT,
            "key": key,
            "outputs": outputs,
            "messages": [message.to_json() for message in messages],
            "seconds": seconds,
        }
        # Last: outputs without their record do not count.
        write_atomically(self._record(module), json.dumps({**data, "checksum": _checksum(data)}))
        return record

    def forget(self, module: str) -> None:
        """Remove what is there of `module`, so that nothing can import it."""
        self._record(module).unlink(missing_ok=True)
        stem = self.output(module, "")
        for path in stem.parent.glob(f"{stem.name}.*"):
            if path.is_file():
                path.unlink()

    def forget_others(self, modules: Collection[str]) -> None:
        """Remove what belongs to none of `modules`: Lean would import what the package lost."""
        for path in sorted(self.library.rglob("*"), reverse=True):
            *folders, last = path.relative_to(self.library).parts
            if path.is_dir():
                with suppress(OSError):  # there is something in it
                    path.rmdir()
            elif ".".join([*folders, last.split(".")[0]]) not in modules:
                path.unlink()

    def _record(self, module: str) -> Path:
        return self.records / f"{module}.json"


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return file_digest(source, "sha256").hexdigest()


def _checksum(data: dict[str, Any]) -> str:
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
