"""Characters that a reader cannot see or cannot tell apart, as data.

What a specification says is what a person reads in it. Whatever makes a text differ from what it
looks like is refused, or is warned of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from unicodedata import category, normalize

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"})
"""Commands, formats (directions among them), surrogates, private use, separators of lines and
paragraphs, and the many widths of white space."""

_UNSEEN_RANGES = (
    (0x034F, 0x034F),  # joins what stands beside it
    (0x115F, 0x1160),  # fillers, which are letters by their category
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x2800, 0x2800),  # a pattern without dots
    (0x3164, 0x3164),
    (0xFDD0, 0xFDEF),  # no characters
    (0xFE00, 0xFE0F),  # selectors of a variant
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)

_SEEN = frozenset("\t\n ")

TURNING = frozenset(
    map(chr, (0x0D, 0x85, 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)))
)
"""Those of them that begin a line, or turn the direction, for a reader and for no program."""

_SAME = {
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϜϹϒϺοϲϳ", "ABEZHIKMNOPTYXFCYMocj", strict=True)),
    **dict(zip("АВЕЅІЈКМНОРСТУХаеорсухѕіј", "ABESIJKMHOPCTYXaeopcyxsij", strict=True)),
    **dict(zip("ϴĐ", "ΘÐ", strict=True)),
    **{"Ĳ": "IJ", "ĳ": "ij"},
}
"""Letters that cannot be told from others, mostly Latin ones, in the fonts of editors."""

_ALIKE = {
    **dict(zip("νυκρχωιϰϱĸıſ", "vukpxwikpkif", strict=True)),
    **dict(zip("ϑϕϵϐßℓℎℹ℮ℯⅇⅆⅅⅈⅉ", "θφεββlhieeedDij", strict=True)),
}
"""Those that a careful reader can tell apart, and a hasty one does not; α beside a, which every
mathematician writes, is not among them."""

_SAME_LOOKS = str.maketrans(_SAME)
_SIMILAR_LOOKS = str.maketrans(_ALIKE)


@lru_cache(maxsize=4096)
def is_unseen(character: str) -> bool:
    """Whether a character shows nothing, or turns what is around it into something else."""
    code = ord(character)
    if character in _SEEN:
        return False
    if category(character) in _UNSEEN_CATEGORIES or code & 0xFFFE == 0xFFFE:
        return True
    return any(first <= code <= last for first, last in _UNSEEN_RANGES)


def unseen(text: str) -> Iterator[int]:
    """The offsets in `text` of characters that are not used in a specification."""
    found = "".join(filter(is_unseen, set(text)))
    if found:
        yield from (match.start() for match in re.finditer(f"[{re.escape(found)}]", text))


def named(character: str) -> str:
    """What a message calls a character that cannot be seen."""
    return f"the character U+{ord(character):04X} cannot be seen, and is not used here"


@lru_cache(maxsize=4096)
def same_looks(name: str) -> str:
    """What `name` looks like: two names with one such text cannot be told apart."""
    return normalize("NFC", name).translate(_SAME_LOOKS)


@lru_cache(maxsize=4096)
def similar_looks(name: str) -> str:
    """What `name` looks like at a glance."""
    return same_looks(name).translate(_SIMILAR_LOOKS)


def is_disguised(name: str) -> bool:
    """Whether `name` has letters of another script that a reader takes for Latin ones."""
    looks = same_looks(name)
    return looks != name and (looks.isascii() or any(c.isascii() and c.isalpha() for c in name))


def look_alikes(
    names: Iterable[str], others: Iterable[str] = ()
) -> Iterator[tuple[str, str, bool]]:
    """Pairs of different names that look alike, each with whether they look the very same.

    The first is one of `names`, and so is the second, or one of `others`.
    """
    known: dict[str, list[str]] = {}
    for other in dict.fromkeys(others):
        known.setdefault(similar_looks(other), []).append(other)
    for name in dict.fromkeys(names):
        group = known.setdefault(similar_looks(name), [])
        for other in group:
            if other != name:
                yield name, other, same_looks(other) == same_looks(name)
        if name not in group:
            group.append(name)
