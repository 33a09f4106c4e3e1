"""Evidence that need not be found again: what was asked and all that could change the answer.

The key covers the claim, the definitions, the settings, every line of the harness itself, the
versions of Python and of the libraries that compute, and the kind of processor. So a cached answer
is the answer that a new run would give, and an interrupted run goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine, python_version
from typing import Any

from harness.evidence import Evidence

COMPUTING_LIBRARIES = (
    "numpy",
    "sympy",
    "python-flint",
    "diskcache",
    "torch",
    "transformers",
    "cupy-cuda12x",
    "array-api-compat",
    "array-api-strict",
)


def digest(*parts: object) -> str:
    """A fingerprint of plain data and of the language's own frozen dataclasses.

    Their `repr` holds all that distinguishes them; where a term was read from is left out of it.
    """
    return sha256("\0".join(map(repr, parts)).encode()).hexdigest()


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
    """Evidence by key, kept in a folder between runs; entries that cannot be read do not count.

    Each entry carries the hash of its own text, so that one which was cut short or edited is
    found anew instead of being believed.
    """

    def __init__(self, folder: Path) -> None:
        from diskcache import Cache, JSONDisk

        folder.mkdir(parents=True, exist_ok=True)
        # JSON, not pickle: a cache folder may come from somebody else's CI run.
        self._entries: Any = Cache(str(folder), disk=JSONDisk, size_limit=2**28)

    def get(self, key: str) -> list[Evidence] | None:
        """The evidence that was kept under `key`, or nothing."""
        try:
            text, checksum = self._entries[key]
            if sha256(text.encode()).hexdigest() != checksum:
                return None
            return [Evidence.from_json(item) for item in json.loads(text)]
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        except Exception as error:  # zlib and sqlite errors of a damaged file, by any name
            if type(error).__module__ in ("zlib", "sqlite3"):
                return None
            raise

    def put(self, key: str, evidence: Sequence[Evidence]) -> None:
        """Keep `evidence` under `key`."""
        text = json.dumps([item.to_json() for item in evidence])
        self._entries[key] = [text, sha256(text.encode()).hexdigest()]

    def close(self) -> None:
        self._entries.close()
