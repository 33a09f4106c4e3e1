"""The lock: which statements and definitions somebody has reviewed, as a file in the repository.

It holds fingerprints of Lean's terms, and the text that a reviewer reads beside them: Lean's own,
and of the specifications what no other leg answers for. All of it must be as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.claims.document import Document, read_checked
from harness.language.characters import is_unseen

LOCK_FILE = "lock.yaml"
"""The file's name, in the folder of the specifications."""

_MAX_BYTES = 20_000_000
_HEAD = """\
# Written by `harness lock`. What stands here has been reviewed: when Lean's statement of a claim,
# a definition that it reaches, or what the specification says in words, is no longer this, the
# claim is not confirmed.
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
class Spoken:
    """What a specification says that the theorem or definition of its name in Lean does not."""

    says: str
    """In words."""
    text: str = ""
    """A definition's own text."""
    uses: tuple[str, ...] = ()
    """The definitions of the specifications that it reaches, through each other."""
    operators: Mapping[str, str] = field(default_factory=dict)
    """The operators that it reaches, and the Lean constant that each stands for."""
    waived: Mapping[str, str] = field(default_factory=dict)
    """The legs that are not asked for, and why."""
    vacuous: str = ""
    """Why it may say nothing, or ignore what it ignores."""


@dataclass(frozen=True)
class Lock:
    """Everything that is locked, by Lean's names."""

    lean: str
    """The version of Lean that spoke."""
    theorems: Mapping[str, Locked]
    definitions: Mapping[str, Locked]
    specifications: Mapping[str, Spoken] = field(default_factory=dict)
    """Claims and definitions of the specifications, by their own names."""
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
    document = read_checked(path, name, "lock", limit=_MAX_BYTES)
    data = document.data
    return Lock(
        data["lean"],
        {theorem: _locked(item) for theorem, item in data["theorems"].items()},
        {definition: _locked(item) for definition, item in data["definitions"].items()},
        {name: _spoken(item) for name, item in data.get("specifications", {}).items()},
        document,
    )


def _locked(item: Mapping[str, Any]) -> Locked:
    return Locked(item["fingerprint"], tuple(item["unfolds to"]), item["lean"])


def _spoken(item: Mapping[str, Any]) -> Spoken:
    return Spoken(
        item["says"],
        item.get("is", ""),
        tuple(item.get("uses", ())),
        item.get("operators", {}),
        item.get("waive", {}),
        item.get("vacuous", ""),
    )


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
        "theorems": {name: _entry(item) for name, item in sorted(lock.theorems.items())},
        "definitions": {name: _entry(item) for name, item in sorted(lock.definitions.items())},
        "specifications": {
            name: _entry(item) for name, item in sorted(lock.specifications.items())
        },
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


def visible(text: str) -> str:
    """A text as it stands in the file: what cannot be seen in it is written as its number."""
    lines = [line.rstrip() for line in text.expandtabs().split("\n")]
    return "\n".join(
        "".join(f"\\u{{{ord(c):x}}}" if is_unseen(c) else c for c in line) for line in lines
    ).strip("\n")


def same(one: Locked | Spoken, other: Locked | Spoken) -> bool:
    """Whether two entries would stand in the file as one: fingerprints, lists and texts."""
    return _entry(one) == _entry(other)


def _entry(item: Locked | Spoken) -> dict[str, Any]:
    """An entry of the file; what a specification does not say is left out."""
    if isinstance(item, Locked):
        unfolds_to, lean = list(item.unfolds_to), visible(item.lean)
        return {"fingerprint": item.fingerprint, "unfolds to": unfolds_to, "lean": lean}
    found: dict[str, Any] = {
        "says": visible(item.says),
        "is": visible(item.text),
        "uses": list(item.uses),
        "operators": dict(sorted(item.operators.items())),
        "waive": {leg: visible(why) for leg, why in sorted(item.waived.items())},
        "vacuous": visible(item.vacuous),
    }
    return {key: value for key, value in found.items() if value or key == "says"}
