"""Terminals that cannot show every character: what is printed has an ASCII spelling there."""

from __future__ import annotations

import codecs
import sys
from io import TextIOWrapper

_ASCII = "harness-ascii"

_SPELLING = str.maketrans(
    {
        **{"✓": "+", "✗": "x", "○": "o", "–": "-", "—": "-", "×": "x", "·": ".", "…": "..."},
        **{"∀": "forall", "Σ": "sum", "↦": "|->", "→": "->", "ᵀ": ".T", "≤": "<=", "≠": "!="},
        **{"\u00a0": " ", "‘": "'", "’": "'", "“": '"', "”": '"', "−": "-"},
    }
)
"""Those of the claim language, and one sign for each outcome."""


def speak_plainly() -> None:
    """Print what the terminal's encoding lacks in ASCII, or as a code point; nothing fails."""
    codecs.register_error(_ASCII, _spelled)
    codecs.register(_codec)
    for stream in (sys.stdout, sys.stderr):
        encoding = stream.encoding or "ascii"
        if isinstance(stream, TextIOWrapper) and not is_unicode(encoding):
            # Under its own name click takes ASCII for a mistake, and prints UTF-8 instead.
            is_ascii = codecs.lookup(encoding).name == "ascii"
            stream.reconfigure(encoding=_ASCII if is_ascii else encoding, errors=_ASCII)


def is_unicode(encoding: str | None) -> bool:
    """Whether an encoding has every character."""
    return (encoding or "").lower().replace("-", "").startswith("utf")


def _codec(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != _ASCII:
        return None
    found = codecs.lookup("ascii")
    return codecs.CodecInfo(
        found.encode,
        found.decode,
        found.streamreader,
        found.streamwriter,
        found.incrementalencoder,
        found.incrementaldecoder,
        name=_ASCII,
    )


def _spelled(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end].translate(_SPELLING)
    return text.encode("ascii", "backslashreplace").decode(), error.end
