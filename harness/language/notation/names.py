"""How a name is set in print: a letter with marks below and primes above, or a word.

The rule is general. A single letter followed by digits, a capital followed by one or two small
letters, and whatever follows an underscore after one letter stand below that letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SUBSCRIPT_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_LETTER = "A-Za-zα-ωΑ-Ω"
_PARTS = re.compile(
    rf"""(?P<base>[{_LETTER}])
    (?: _(?P<after>[{_LETTER}0-9₀-₉]+) | (?P<digits>[0-9₀-₉]+) )?""",
    re.VERBOSE,
)
_CAPITAL = re.compile(r"(?P<base>[A-ZΑ-Ω])(?P<after>[a-zα-ω]{1,2}[0-9₀-₉]*)")


@dataclass(frozen=True, slots=True)
class PrintedName:
    base: str
    subscript: str
    primes: int


def printed(name: str) -> PrintedName:
    """The parts of `name`; a word that the rule does not split is its own base."""
    body = name.rstrip("'")
    primes = len(name) - len(body)
    match = _CAPITAL.fullmatch(body) or _PARTS.fullmatch(body)
    if match is None:
        return PrintedName(body, "", primes)
    parts = match.groupdict()
    subscript = parts.get("after") or parts.get("digits") or ""
    return PrintedName(parts["base"], subscript.translate(_SUBSCRIPT_DIGITS), primes)
