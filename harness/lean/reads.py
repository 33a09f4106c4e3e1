"""What a build looked for in the package's folder, and whether it would find the same again.

A proof can depend on any file that the package's code reads while it is checked. The embedded Lean
reads through one place, which writes down each path that is looked for and each folder that is
listed, with what was found. Where nobody sees what is read, all of the folder counts.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from hashlib import file_digest, sha256
from pathlib import Path

Reads = Mapping[str, str]
"""What was found, by `path` or `list` and where, from the package's folder."""

_MADE = frozenset({".git", ".hg", ".jj", ".svn", ".venv", "__pycache__", "node_modules"})
"""Folders that hold no sources."""


def parse_reads(text: str, root: Path) -> dict[str, str] | None:
    """What the embedded Lean wrote down; None for what it did not write."""
    reads: dict[str, str] = {}
    try:
        for line in text.split("\n")[:-1]:
            kind, path, found = json.loads(line)
            if kind not in _FOUND or not isinstance(found, str):
                return None
            reads.setdefault(f"{kind} {os.path.relpath(path, root)}", found)
    except (ValueError, TypeError):
        return None
    return reads if text.endswith("\n") else None


def unchanged(reads: Reads, root: Path) -> bool:
    """Whether whoever looks for the same finds the same."""
    for key, found in reads.items():
        kind, _, path = key.partition(" ")
        if kind not in _FOUND or _FOUND[kind](root / path) != found:
            return False
    return True


def folder_digest(root: Path) -> str:
    """A fingerprint of every file below `root`, less what tools put there."""
    return sha256("\0".join(_contents(root)).encode("utf-8", "surrogateescape")).hexdigest()


def _contents(root: Path) -> Iterator[str]:
    for place, folders, names in os.walk(root):
        here = Path(place)
        # What is fetched for a package is pinned in its manifest; what was built follows from it.
        made = {"build", "packages"} if here.name == ".lake" else _MADE
        folders[:] = sorted(set(folders) - made)
        for name in sorted(names):
            path = here / name
            yield f"{path.relative_to(root).as_posix()} {_at(path)}"


def _at(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return f"link {os.readlink(path)}"
        if stat.S_ISDIR(mode):
            return "folder"
        if not stat.S_ISREG(mode):
            return "other"
        with path.open("rb") as source:
            return file_digest(source, "sha256").hexdigest()
    except OSError:
        return "absent"


def _list(path: Path) -> str:
    try:
        names = sorted(map(os.fsencode, os.listdir(path)))
    except OSError:
        return "absent"
    return sha256(b"".join(name + b"\0" for name in names)).hexdigest()


_FOUND = {"path": _at, "list": _list}
