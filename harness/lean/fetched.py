"""Which modules of other packages are believed as they were fetched, and not replayed.

A project says itself what it requires and from where, so that `lake` has fetched something does not
tell whose it is: that is read off the checkout, which no repository can ship.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from harness.lean.package import Package

_URL = re.compile(r"^\s*url\s*=\s*(.*?)\s*$", re.MULTILINE)
_MATHLIB = re.compile(r"(?:https://|ssh://git@|git@)github\.com[/:]leanprover-community/[\w.-]+/?")
"""Where Mathlib and what it requires are fetched from."""


def believed(package: Package, names: Iterable[str]) -> frozenset[str]:
    """Those of these first names of modules that are believed, as Lean's own are.

    None that has a module in the package itself, or in a folder that is not what `lake` fetched
    under this name from the people who make Mathlib.
    """
    elsewhere = {name.split(".")[0] for name, m in package.modules.items() if not m.package}
    for folder, tops in package.tops.items():
        elsewhere |= {name for name in tops if not _is_fetched(package.root, folder, name)}
    return frozenset(names) - elsewhere


def _is_fetched(root: Path, folder: Path, name: str) -> bool:
    packages = root / ".lake" / "packages"
    place = next((p for p in (folder, *folder.parents) if p.parent == packages), None)
    if place is None or place.name.lower() != name.lower():
        return False
    try:
        urls = _URL.findall((place / ".git" / "config").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return False
    return bool(urls) and all(_MATHLIB.fullmatch(url) for url in urls)
