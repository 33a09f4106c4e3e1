"""What the data of evidence is, so that the templates can show it well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.evidence import Evidence
from harness.report.compared import MOST, Words, compared

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
        *("sketch", "ratio_histogram", "ratios_by_shape", "versions", "side_by_side"),
    }
)
"""Data that the page shows at a place of its own."""

RECORD = frozenset(
    {
        *("fingerprint", "definitions", "constant", "module", "toolchain", "commit"),
        *("lean_statement", "printed_statement", "method", "seed"),
        *("believed theorems", "believed others"),  # a wall of names before what was found
    }
)
"""Data that is kept for tools and for those who look twice."""

MAX_COLUMNS = 8


def facts(check: Evidence) -> list[tuple[str, Any]]:
    """The data of a check that is shown as a table."""
    return [
        (k, _told(v)) for k, v in check.data.items() if not (k in ELSEWHERE or _is_record(k, v))
    ]


def _told(value: Any) -> Any:
    """A value without the columns in which no record says anything."""
    if not isinstance(value, list | tuple) or not all(isinstance(v, Mapping) for v in value):
        return value
    silent = [key for key in (value[0] if value else ()) if all(v.get(key) == "" for v in value)]
    return [{k: v for k, v in item.items() if k not in silent} for item in value]


def record(check: Evidence) -> list[tuple[str, Any]]:
    """The data of a check that is shown where somebody asks for it."""
    return [(k, v) for k, v in check.data.items() if _is_record(k, v)]


def side_by_side(check: Evidence) -> tuple[Words, Words] | None:
    """The specification and Lean's theorem in one notation, with what differs marked."""
    found = check.data.get("side_by_side")
    if not isinstance(found, Mapping):
        return None
    ours, theirs = (str(found.get(key) or "") for key in ("specification", "lean"))
    return compared(ours, theirs) if max(len(ours), len(theirs)) < MOST else None


def _is_record(key: str, value: Any) -> bool:
    return key in RECORD and not (key == "definitions" and shape(value) == "list")


def shape(value: Any) -> str:
    """How a value is best shown."""
    match value:
        case None:
            return "nothing"
        case bool() | int() | float():
            return "number"
        case str():
            return "block" if "\n" in value else "text"
        case Mapping() if set(value) == {"text", "latex", "mathml"}:
            return "formula"
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
        if all(set(item) == {"at", "is"} for item in items):
            return "function"
        same = all(list(item) == keys for item in items)
        flat = all(_plain(cell) for item in items for cell in item.values())
        if same and 0 < len(keys) <= MAX_COLUMNS and all(map(_counts, items)):
            return "sizes"
        return "records" if same and flat and 0 < len(keys) <= MAX_COLUMNS else "series"
    lengths = {len(item) if isinstance(item, list | tuple) else -1 for item in items}
    if len(lengths) == 1 and -1 not in lengths and all(_plain(c) for item in items for c in item):
        return "matrix"
    return "series"


def _counts(item: Mapping[str, Any]) -> bool:
    return all(type(value) is int for value in item.values())


def is_short(value: Any) -> bool:
    """Whether a value takes no more room than a number."""
    return shape(value) in ("number", "nothing") or (isinstance(value, str) and len(value) <= 24)


def _plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str) and not (
        isinstance(value, str) and len(value) > 60
    )


def compact(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)
