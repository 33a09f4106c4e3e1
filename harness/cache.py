"""Evidence that need not be found again: what was asked and all that could change the answer.

The key covers the claim, the definitions, the settings, every line of the harness itself, the
versions of Python and of the libraries that compute, and the kind of processor. So a cached answer
is the answer that a new run would give, and an interrupted run goes on where it was.

Cached evidence is keyed by the claim, the definitions, the settings, all of the harness's own
source, the versions of Python and of the computing libraries, and the kind of processor. What
failed, was stopped, or gave up when its time was over is not kept. It lies in a folder of the
user's for each project, one JSON file an entry, each with the hash of its own text; a project's
own files are never taken for answers, since whoever hands over a project hands over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine, python_version

from harness.evidence import Evidence
from harness.keeping import keep, recall

MAX_BYTES = 2**28
"""How much evidence is kept of one project."""

COMPUTING_LIBRARIES = (
    "numpy",
    "sympy",
    "python-flint",
    "torch",
    "transformers",
    "cupy-cuda12x",
    "array-api-compat",
    "array-api-strict",
)


@cache
def code_fingerprint() -> str:
    """A fingerprint of the harness's own source and of all that computes for it."""
    found = sha256(f"Python {python_version()} on {machine()}".encode())
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        found.update(path.relative_to(root).as_posix().encode())
        found.update(path.read_bytes())
    for library in COMPUTING_LIBRARIES:
        try:
            found.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            found.update(f"{library} absent".encode())
    return found.hexdigest()


class EvidenceCache:
    """Evidence by key, one file each, kept in a folder between runs.

    An optimisation and no more: an entry that cannot be read does not count, and where none can be
    written the run goes on without, which `trouble` says. Each entry carries the hash of its own
    text, so that one which was cut short or edited is found anew instead of being believed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble = ""
        """Why nothing more is kept, once that is so."""
        self._written = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._give_up(error)

    def get(self, key: str) -> list[Evidence] | None:
        """The evidence that was kept under `key`, or nothing."""
        return recall(self._entry(key), key, list[Evidence])

    def put(self, key: str, evidence: Sequence[Evidence]) -> None:
        """Keep `evidence` under `key`, if that is possible."""
        if self.trouble:
            return
        path = self._entry(key)
        try:
            path.parent.mkdir(exist_ok=True)
            # The disk is not waited for: an entry that a crash cuts short has another checksum.
            keep(path, key, list(evidence), is_durable=False)
            self._written = True
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Make room where too much is kept: what was written first goes first."""
        if not self._written:
            return
        found = []
        for path in self.folder.rglob("*.json"):
            with suppress(OSError):
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
        excess = sum(size for _, size, _ in found) - MAX_BYTES
        for _, size, path in sorted(found):
            if excess <= 0:
                break
            excess -= size
            with suppress(OSError):
                path.unlink()

    def _entry(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _give_up(self, error: OSError) -> None:
        self.trouble = f"answers are not kept for the next run: {error.strerror}: {self.folder}"
