"""What the data of evidence is, so that the templates can show it well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.evidence import Evidence
from harness.report.compared import MOST, Words, compared
from harness.report.shapes import shape

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


def compact(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)
