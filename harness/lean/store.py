"""What was built, on disk: a module's outputs, and a record by which they can be trusted again.

The record names the key that the outputs were built for and the hash of each of them, so that one
that was cut short, edited or mixed with another build's is found and built anew.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from harness.keeping import digest, keep, recall
from harness.lean.messages import Message

FORMAT = 2

ENDINGS = (".olean", ".olean.private", ".olean.server", ".ilean", ".ir")
"""What Lean writes of a module. Nothing else that lies beside these is anything to us."""


@dataclass(frozen=True)
class Record:
    """What is known of a module that was built."""

    key: str
    outputs: dict[str, str]
    """sha256 of each output, by its ending."""
    messages: tuple[Message, ...]
    seconds: float
    reads: dict[str, str]
    """What Lean looked for in the package's folder, and what it found."""
    without_code: bool = False
    """Whether Lean was told to go on where it can generate no code."""

    @property
    def fingerprint(self) -> str:
        """Of what was built, to the last byte."""
        return digest(self.key, sorted(self.outputs.items()))


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
        for path in self.records.glob(".*.part"):
            path.unlink(missing_ok=True)

    def output(self, module: str, ending: str = ".olean") -> Path:
        """Where an output of `module` lies."""
        *folders, last = module.split(".")
        return self.library.joinpath(*folders, last + ending)

    def load(self, module: str, key: str) -> Record | None:
        """The record of `module`, if it was built for `key` and its outputs are still that."""
        record = recall(self._record(module), key, Record)
        if record is None or ".olean" not in record.outputs:
            return None
        try:
            whole = all(
                _digest(self.output(module, ending)) == found
                for ending, found in record.outputs.items()
            )
        except OSError:
            return None
        return record if whole else None

    def workplace(self) -> tempfile.TemporaryDirectory[str]:
        """A folder on the same file system, to build in; it goes when the block ends."""
        return tempfile.TemporaryDirectory(
            prefix=".building-", dir=self.folder, ignore_cleanup_errors=True
        )

    def keep(self, module: str, built: Path, record: Record) -> Record:
        """Take over the outputs `built`.olean and so on, each whole; the record with them in it.

        Raises OSError when they cannot be written; then the module counts as not built.
        """
        self.forget(module)
        outputs: dict[str, str] = {}
        for ending in ENDINGS:
            path = built.with_name(built.name + ending)
            if path.is_symlink() or not path.is_file():
                continue
            target = self.output(module, ending)
            target.parent.mkdir(parents=True, exist_ok=True)
            outputs[ending] = _digest(path)
            os.replace(path, target)
        record = replace(record, outputs=outputs)
        # Last: outputs without their record do not count.
        keep(self._record(module), record.key, record)
        return record

    def forget(self, module: str) -> None:
        """Remove what is there of `module`, so that nothing can import it."""
        self._record(module).unlink(missing_ok=True)
        stem = self.output(module, "")
        for ending in ENDINGS:
            stem.with_name(stem.name + ending).unlink(missing_ok=True)

    def forget_others(self, modules: Collection[str]) -> None:
        """Remove what belongs to none of `modules`: Lean would import what the package lost."""
        expected = {self.output(module, ending) for module in modules for ending in ENDINGS}
        for path in sorted(self.library.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):  # there is something in it
                    path.rmdir()
            elif path not in expected:
                path.unlink()

    def _record(self, module: str) -> Path:
        return self.records / f"{module}.json"


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return file_digest(source, "sha256").hexdigest()
