"""Dataclasses as the plain data that JSON holds, back again, and the schema of that form.

    dataclass ──to_plain──▶ dicts, lists, text, numbers ──from_plain──▶ the same dataclass
        └──────schema_of──▶ the JSON Schema that `to_plain` writes to

The form follows from the annotations alone: a tuple is a list, an enum its value, a dataclass an
object that has each of its fields. Nobody writes a form down by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """`value` as JSON gives it back."""
    import msgspec

    return msgspec.to_builtins(value, str_keys=True, enc_hook=_bare)


def from_plain(data: Any, kind: type[T]) -> T:
    """What `to_plain` made `data` of. Raises `ValueError` that says what was expected where."""
    import msgspec

    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def schema_of(kind: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dataclass: of each object all fields, and no others."""
    import msgspec

    found: dict[str, Any] = msgspec.json.schema(kind)
    for definition in found["$defs"].values():
        if "properties" in definition:
            definition["required"] = list(definition["properties"])
            definition["additionalProperties"] = False
            for item in definition["properties"].values():
                item.pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _bare(value: object) -> object:
    """A number or text of a kind derived from Python's own, such as NumPy's float64."""
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise NotImplementedError(f"{type(value).__name__} is no plain data")


def finite(value: Any) -> Any:
    """`value` with text in place of numbers that JSON does not have."""
    match value:
        case float() if value - value != 0:
            return str(value)
        case Mapping():
            return {key: finite(item) for key, item in value.items()}
        case list() | tuple():
            return [finite(item) for item in value]
        case _:
            return value
