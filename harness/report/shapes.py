"""How a value of evidence is best shown, on the page as in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_COLUMNS = 8


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
