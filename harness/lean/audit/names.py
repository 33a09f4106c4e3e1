"""Lean's names as one text each, and back.

A name is a list of parts, texts and numbers. `T.dot` is the text of two parts; a part that could be
taken for more than one, for a number, or for something else on a screen stands in guillemets, with
what cannot be seen written as its number. So two names never have one text.
"""

from __future__ import annotations

import re
from functools import cache

from harness.kernel.terms import Name
from harness.language.characters import is_unseen

_PART = re.compile(r"(?:«((?:[^«»\\]|\\u\{[0-9a-f]+\})*)»|([^.«»\\]+))(\.|\Z)")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


@cache
def shown(name: Name) -> str:
    """The text of a name."""
    return ".".join(str(part) if isinstance(part, int) else _part(part) for part in name)


@cache
def parsed(text: str) -> Name:
    """The name that has this text. Raises `ValueError` for what `shown` does not write."""
    parts: list[str | int] = []
    place = 0
    while text:
        found = _PART.match(text, place)
        if found is None:
            raise ValueError(f"{text!r:.200} is no name")
        quoted, bare, end = found.groups()
        if quoted is not None:
            parts.append(_ESCAPE.sub(lambda m: chr(int(m[1], 16)), quoted))
        else:
            parts.append(int(bare) if bare.isascii() and bare.isdigit() else bare)
        if not end:
            break
        place = found.end()
    return tuple(parts)


def visible(text: str) -> str:
    """A text for people, in one line: what cannot be seen in it is written as its number."""
    return "".join(f"\\u{{{ord(c):x}}}" if _is_hidden(c) else c for c in text)


def public(name: Name) -> Name:
    """A name without the module that it is private to."""
    if name[:1] == ("_private",) and 0 in name:
        return name[name.index(0) + 1 :]
    return name


def _part(part: str) -> str:
    if _is_plain(part):
        return part
    return f"«{''.join(map(_character, part))}»"


def _is_plain(part: str) -> bool:
    return (
        part != ""
        and not any(map(_is_hidden, part))
        and not part[0].isdigit()
        and not any(character.isspace() or character in ".«»\\" for character in part)
    )


def _character(character: str) -> str:
    if character == " " or not (_is_hidden(character) or character in "«»\\"):
        return character
    return f"\\u{{{ord(character):x}}}"


def _is_hidden(character: str) -> bool:
    return not character.isprintable() or is_unseen(character)
