"""JSON read strictly, for what nobody is believed about: no value is taken for another kind's.

Everything here raises `Wrong`, which says what was expected and what was found.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


class Wrong(Exception):
    """What is wrong with the line that is being read, or with a part of it."""


def object_of(line: bytes) -> dict[str, Any]:
    """The JSON object that a whole line is, in which no key stands twice. Raises Wrong."""
    if not line.endswith(b"\n"):
        raise Wrong("the line does not end: the file was cut short")
    try:
        data = json.loads(
            line.decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise Wrong("expected UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Wrong(f"expected one JSON object, found something else: {error}") from None
    if type(data) is not dict:
        raise Wrong(f"expected a JSON object, found {kind_of(data)}")
    return data


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise Wrong("a key stands twice in one object")
    return data


def _no_constant(text: str) -> NoReturn:
    raise Wrong(f"expected JSON, found {text}")


def kind_of(value: object) -> str:
    """What JSON calls a value of this kind."""
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
        int: "a number",
    }
    return kinds.get(type(value), "something else")


def fields_of(data: object, *keys: str) -> list[Any]:
    """The values of exactly these keys, in this order."""
    if type(data) is not dict:
        raise Wrong(f"expected an object with {', '.join(keys)}, found {kind_of(data)}")
    if len(data) != len(keys) or any(key not in data for key in keys):
        unknown = [repr(key) for key in data if key not in keys]
        missing = [repr(key) for key in keys if key not in data]
        found = [*(f"unknown {key}" for key in unknown), *(f"missing {key}" for key in missing)]
        raise Wrong("; ".join(found))
    return [data[key] for key in keys]


def natural_of(value: object) -> int:
    # A truth value is an `int` to Python, and is none here.
    if type(value) is not int or value < 0:
        raise Wrong(f"expected a natural number, found {value!r:.50}")
    return value


def truth_of(value: object) -> bool:
    if type(value) is not bool:
        raise Wrong(f"expected true or false, found {value!r:.50}")
    return value


def text_of(value: object) -> str:
    if type(value) is not str:
        raise Wrong(f"expected a text, found {kind_of(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Wrong("a text holds half of a surrogate pair, which is no character") from None
    return value


def one_of(value: object, *words: str) -> str:
    if type(value) is not str or value not in words:
        raise Wrong(f"expected one of {', '.join(words)}, found {value!r:.50}")
    return value


def list_of(value: object) -> list[Any]:
    if type(value) is not list:
        raise Wrong(f"expected a list, found {kind_of(value)}")
    return value


# Python limits the digits of one conversion (and is right to: it takes quadratic time).
_CHUNK = 4000
_MOST_DIGITS = 1_000_000


def digits_of(value: object) -> int:
    text = text_of(value)
    if not text or not text.isascii() or not text.isdigit():
        raise Wrong(f"expected decimal digits, found {text!r:.50}")
    if len(text) > _MOST_DIGITS:
        raise Wrong(f"expected at most {_MOST_DIGITS} digits, found {len(text)}")
    number = 0
    for start in range(0, len(text), _CHUNK):
        chunk = text[start : start + _CHUNK]
        number = int(chunk) if start == 0 else number * 10 ** len(chunk) + int(chunk)
    return number


def decimal(number: int) -> str:
    chunks = []
    while number >= 10**_CHUNK:
        number, chunk = divmod(number, 10**_CHUNK)
        chunks.append(str(chunk).zfill(_CHUNK))
    return "".join([str(number), *reversed(chunks)])
