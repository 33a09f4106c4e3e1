"""Source text in pieces, each of a kind that the style knows; the template escapes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Piece = tuple[str, str]
"""The kind of a piece (empty for plain text), and its text."""

_LEAN = re.compile(
    r"""(?P<comment>/-[\s\S]*?-/|--[^\n]*)
    | (?P<keyword>\b(?:theorem|lemma|def|abbrev|example|instance|structure|class|variable|by|fun
        |let|in|if|then|else|where|match|with|do|open|namespace|end|section|universe|axiom
        |noncomputable|private|protected|public|Type|Prop|Sort)\b)
    | (?P<symbol>:=|[∀∃λΣ→↦↔∧∨¬=≠≤≥←])
    | (?P<word>[^\W\d][\w'.]*)""",
    re.VERBOSE,
)
_YAML = re.compile(
    r"""(?P<comment>^\s*\#[^\n]*)
    | (?P<keyword>^\s*(?:theorem|says|for|assume|then|scalars|source|waive|is)(?=\s*:))
    | (?P<symbol>↦|∀|Σ|ᵀ|->|>-|[@=])
    | (?P<word>[^\W\d][\w']*)""",
    re.VERBOSE | re.MULTILINE,
)
MARKS = 6
"""How many names the style can tell apart."""


def lean(text: str, marked: Sequence[str] = ()) -> Iterator[Piece]:
    """Lean source; `marked` are the names that the specification uses too."""
    return _pieces(_LEAN, text, marked)


def yaml(text: str, marked: Sequence[str] = ()) -> Iterator[Piece]:
    """A specification; `marked` are the names that Lean's statement uses too."""
    return _pieces(_YAML, text, marked)


def _pieces(pattern: re.Pattern[str], text: str, marked: Sequence[str]) -> Iterator[Piece]:
    marks = {name: f"mark mark-{i % MARKS}" for i, name in enumerate(marked)}
    position = 0
    for match in pattern.finditer(text):
        kind = match.lastgroup or ""
        if kind == "word":
            kind = marks.get(match.group(), "")
        if not kind:
            continue
        if match.start() > position:
            yield "", text[position : match.start()]
        yield kind, match.group()
        position = match.end()
    if position < len(text):
        yield "", text[position:]
