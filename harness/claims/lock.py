"""The lock: which statements and definitions of Lean somebody has reviewed, as a file in the repo.

It holds fingerprints, which decide, and Lean's own text beside them, so that a change of the file
shows a reviewer what became of what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.claims.document import Document, read_document, schema_faults
from harness.diagnostics import InputError

LOCK_FILE = "lock.yaml"
"""The file's name, in the folder of the specifications."""

_MAX_BYTES = 20_000_000
_HEAD = """\
# Written by `harness lock`. What stands here has been reviewed: when Lean's statement of a claim,
# or a definition that it reaches, is no longer this, the claim is not confirmed.
"""


@dataclass(frozen=True)
class Locked:
    """A theorem's statement or a definition, as it was when it was locked."""

    fingerprint: str
    """Of its own term, without what it unfolds to."""
    unfolds_to: tuple[str, ...]
    """The definitions of the package that it reaches, through each other."""
    lean: str
    """Lean's text; for people, since notation can make it mean anything."""


@dataclass(frozen=True)
class Lock:
    """Everything that is locked, by Lean's names."""

    lean: str
    """The version of Lean that spoke."""
    theorems: Mapping[str, Locked]
    definitions: Mapping[str, Locked]
    document: Document | None = None
    """What it was read from."""

    @cached_property
    def everything(self) -> Mapping[str, Locked]:
        """Theorems and definitions together."""
        return {**self.definitions, **self.theorems}


def read_lock(path: Path, name: str) -> Lock | None:
    """The lock in the file `path`, which messages call `name`; nothing where there is no file.

    Raises `InputError` for a file that `harness lock` does not write.
    """
    if not path.exists():
        return None
    document = read_document(path, name, limit=_MAX_BYTES)
    faults = list(schema_faults(document, "lock"))
    if faults:
        raise InputError(faults)
    data = document.data
    return Lock(
        data["lean"],
        {theorem: _locked(item) for theorem, item in data["theorems"].items()},
        {definition: _locked(item) for definition, item in data["definitions"].items()},
        document,
    )


def _locked(item: Mapping[str, Any]) -> Locked:
    return Locked(item["fingerprint"], tuple(item["unfolds to"]), item["lean"])


def lock_text(lock: Lock) -> str:
    """The text of the file, in an order that does not change by itself."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Text of several lines as such, so that a change shows line by line."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    data = {
        "lean": lock.lean,
        "theorems": {name: _plain(item) for name, item in sorted(lock.theorems.items())},
        "definitions": {name: _plain(item) for name, item in sorted(lock.definitions.items())},
    }
    dumped: str = yaml.dump(
        data,
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None,  # lists of names in one line
    )
    return _HEAD + dumped


def _plain(item: Locked) -> dict[str, Any]:
    lines = [line.rstrip() for line in item.lean.expandtabs().split("\n")]
    return {
        "fingerprint": item.fingerprint,
        "unfolds to": list(item.unfolds_to),
        "lean": "\n".join(lines),
    }
