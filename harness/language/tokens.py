"""Text to tokens: names, numbers, and symbols, each of which has an ASCII spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.language.syntax import LanguageError
from harness.language.terms import Span

MAX_TOKENS = 5_000
"""More than any formula has that a person reads."""

MAX_DIGITS = 18
"""Of a number; the language writes 0, 1 and sizes."""

# Lean's own identifiers, less what would need escaping there: λ, Π and Σ are its tokens. Letters
# of Western languages, Greek, Coptic, the letter-like symbols (ℝ) and mathematical script; behind
# the first also digits, ', !, ? and what can stand below the line.
_LETTER = (
    "A-Za-z_À-ÖØ-öø-\u017f\u0391-\u039f\u03a1\u03a4-\u03a9\u03b1-\u03ba\u03bc-\u03fb"
    "\u1f00-\u1ffe\u2100-\u214f\U0001d49c-\U0001d59f"
)
_BEHIND = "0-9'!?\u2080-\u2089\u2090-\u209c\u1d62-\u1d6a\u2c7c"
IDENTIFIER = f"[{_LETTER}][{_LETTER}{_BEHIND}]*"

_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<name>{IDENTIFIER})
    | (?P<number>[0-9]+)
    | (?P<symbol>\|->|->|<=|!=|\.T\b|[↦→ᵀ∀Σ@*/^+\-=≤<≠,:()\[\]])
    )""",
    re.VERBOSE,
)
_SPELLING = {"|->": "↦", "→": "->", ".T": "ᵀ", "forall": "∀", "sum": "Σ", "<=": "≤", "!=": "≠"}
_SPELLING |= {word: word for word in ("if", "then", "else")}


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
        span = match.span(kind)
        spelled = _SPELLING.get(match[kind], match[kind])
        if kind == "name" and match[kind] in _SPELLING:
            kind = "symbol"
        if kind == "number" and len(spelled) > MAX_DIGITS:
            message = f"expected a number of at most {MAX_DIGITS} digits, found {len(spelled)}"
            raise LanguageError(message, span)
        if len(found) == MAX_TOKENS:
            raise LanguageError(f"longer than {MAX_TOKENS} words and signs", span)
        found.append(Token(kind, spelled, span))
        position = match.end()
    found.append(Token("end", "the end of the text", (end, end)))
    return found


def is_identifier(text: str) -> bool:
    """Whether `text` can name a variable, a dimension, a type or a definition."""
    return re.fullmatch(IDENTIFIER, text) is not None and text not in _SPELLING
