"""The claims that license a fold, with the fingerprints of what Lean's kernel has of them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from harness.claims.lock import read_lock


def licences(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each claim with its fingerprint, or None where the lock has none of that name."""
    inside = Path(str(files("harness.checkpoints"))) / "lock.yaml"
    path = inside if inside.is_file() else Path(__file__).parents[2] / "specs" / "lock.yaml"
    lock = read_lock(path, path.name)
    known = {name.rpartition(".")[2]: item for name, item in lock.theorems.items()} if lock else {}
    return [
        {"claim": name, "statement": known[name].fingerprint if name in known else None}
        for name in names
    ]
