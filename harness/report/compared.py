"""Two texts laid beside each other: what of each the other has not."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Words = tuple[tuple[str, bool], ...]
"""A text in stretches, each with whether the other text has it not."""

MOST = 20_000
"""Letters of a text that is compared word by word."""


def compared(was: str, now: str) -> tuple[Words, Words]:
    """Both texts with what differs marked; nothing is where there is only one."""
    old, new = _words(was), _words(now)
    if not (old and new):
        return ((was, False),), ((now, False),)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return (
        tuple(("".join(old[i:j]), tag != "equal") for tag, i, j, _, _ in steps if i < j),
        tuple(("".join(new[i:j]), tag != "equal") for tag, _, _, i, j in steps if i < j),
    )


def parting(one: str, other: str, before: int = 2) -> tuple[str, str]:
    """The stretch of each text outside of which both are the same, with some words before it.

    Of `f (g x y)` and `f (g x (h y))` that is `g x y` and `g x (h y)`; of `f (g x) y` and
    `f (g x) (h y)`, `y` and `(h y)`.
    """
    old, new = _words(one), _words(other)
    shared = min(len(old), len(new))
    start = next((i for i in range(shared) if old[i] != new[i]), shared)
    rest = shared - start
    end = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    first, found = start, 0
    # Not across a line, nor from behind a bracket that closes, whose opening would be missing.
    while first and found < before and not set(old[first - 1]) & set("\n)]}"):
        first -= 1
        found += old[first].strip().isalnum()
    stretches = ("".join(text[first : len(text) - end]).strip() for text in (old, new))
    return next(stretches), next(stretches)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|\W", text)
