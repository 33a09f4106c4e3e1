"""Text to tokens: names, numbers, and symbols, each of which has an ASCII spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.language.syntax import LanguageError
from harness.language.terms import Span

# Lean's own identifiers, less what would need escaping there: λ, Π and Σ are its tokens.
IDENTIFIER = r"[A-Za-z_α-κμ-ωΑ-ΟΡΤ-Ω][A-Za-z0-9_'α-κμ-ωΑ-ΟΡΤ-Ω₀-₉]*"

_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<name>{IDENTIFIER})
    | (?P<number>\d+)
    | (?P<symbol>\|->|->|\.T\b|[↦→ᵀ∀Σ@*/+\-=,:()\[\]])
    )""",
    re.VERBOSE,
)
_SPELLING = {"|->": "↦", "→": "->", ".T": "ᵀ", "forall": "∀", "sum": "Σ"}


@dataclass(frozen=True, slots=True)
class Token:
    """A name, a number, a symbol in its first spelling, or the end."""

    kind: str
    text: str
    span: Span


def tokens(text: str) -> list[Token]:
    """The tokens of a text, the end included. Raises `LanguageError`."""
    found: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise LanguageError(
                f"{text[start]!r} has no meaning in the claim language", (start, start + 1)
            )
        kind = match.lastgroup or "symbol"
        spelled = _SPELLING.get(match[kind], match[kind])
        if kind == "name" and spelled != match[kind]:
            kind = "symbol"
        found.append(Token(kind, spelled, match.span(kind)))
        position = match.end()
    found.append(Token("end", "the end of the text", (end, end)))
    return found


def is_identifier(text: str) -> bool:
    """Whether `text` can name a variable, a dimension, a type or a definition."""
    return re.fullmatch(IDENTIFIER, text) is not None and text not in _SPELLING
