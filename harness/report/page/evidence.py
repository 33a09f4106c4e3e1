"""What the data of evidence is, so that the templates can show it well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.evidence import Evidence
from harness.report.model import Subject

ELSEWHERE = frozenset(
    {
        *(
            "source",
            "statement",
            "docstring",
            "file",
            "line",
            "end_line",
            "uses",
            "lemmas",
            "axioms",
        ),
        *("sketch", "ratio_histogram", "versions"),
    }
)
"""Data that the page shows at a place of its own."""

MAX_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    mathml: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    steps: tuple[Step, ...]


def facts(check: Evidence) -> list[tuple[str, Any]]:
    """The data of a check that is shown as a table."""
    return [(key, value) for key, value in check.data.items() if key not in ELSEWHERE]


def shape(value: Any) -> str:
    """How a value is best shown."""
    match value:
        case None:
            return "nothing"
        case bool() | int() | float():
            return "number"
        case str():
            return "block" if "\n" in value else "text"
        case Mapping():
            return "mapping" if value else "nothing"
        case []:
            return "nothing"
        case list() | tuple():
            return _shape_of_list(value)
        case _:
            return "other"


def _shape_of_list(items: Any) -> str:
    if all(_plain(item) for item in items):
        return "list"
    if all(isinstance(item, Mapping) for item in items):
        keys = list(items[0])
        same = all(list(item) == keys for item in items)
        flat = all(_plain(cell) for item in items for cell in item.values())
        return "records" if same and flat and 0 < len(keys) <= MAX_COLUMNS else "series"
    lengths = {len(item) if isinstance(item, list | tuple) else -1 for item in items}
    if len(lengths) == 1 and -1 not in lengths and all(_plain(c) for item in items for c in item):
        return "matrix"
    return "series"


def _plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str) and not (
        isinstance(value, str) and len(value) > 60
    )


def compact(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


def sketch(subject: Subject) -> list[Group]:
    """The proof sketch that a check brought along; empty where none did, or none of this form."""
    for check in subject.evidence:
        groups = check.data.get("sketch")
        if isinstance(groups, list | tuple):
            return [_group(group) for group in groups if isinstance(group, Mapping)]
    return []


def _group(group: Mapping[str, Any]) -> Group:
    steps = group.get("steps") or ()
    return Group(
        str(group.get("title", "")),
        tuple(
            Step(str(s.get("text") or ""), str(s.get("mathml") or ""), str(s.get("reason") or ""))
            for s in steps
            if isinstance(s, Mapping)
        ),
    )
