"""Source text in pieces, each of a kind that the style knows; the template escapes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.report.page.parts import Part

Piece = tuple[str, str]
"""The kind of a piece (empty for plain text), and its text."""

_LEAN = re.compile(
    r"""(?P<comment>/-[\s\S]*?-/|--[^\n]*)
    | (?P<keyword>\b(?:theorem|lemma|def|abbrev|example|instance|structure|class|variable|by|fun
        |let|in|if|then|else|where|match|with|do|open|namespace|end|section|universe|axiom
        |noncomputable|private|protected|public|Type|Prop|Sort)\b)
    | (?P<symbol>:=|[∀∃λΣ→↦↔∧∨¬=≠≤≥←])""",
    re.VERBOSE,
)
_YAML = re.compile(
    r"""(?P<comment>^\s*\#[^\n]*)
    | (?P<keyword>^\s*(?:theorem|says|for|assume|then|scalars|source|waive|is)(?=\s*:))
    | (?P<symbol>↦|∀|Σ|ᵀ|->|>-|[@=])""",
    re.VERBOSE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pieces that follow each other, and the part that they are together; mostly none."""

    part: str
    pieces: tuple[Piece, ...]


def lean(text: str, parts: Sequence[Part] = ()) -> Iterator[Stretch]:
    """Lean source, and where its parts stand."""
    return _stretches(_LEAN, text, parts)


def yaml(text: str, parts: Sequence[Part] = ()) -> Iterator[Stretch]:
    """A specification, and where its parts stand."""
    return _stretches(_YAML, text, parts)


def _stretches(pattern: re.Pattern[str], text: str, parts: Sequence[Part]) -> Iterator[Stretch]:
    pieces = list(_pieces(pattern, text))
    position = 0
    for part in sorted(parts, key=lambda part: part.start):
        yield Stretch("", tuple(_between(pieces, position, part.start)))
        yield Stretch(part.name, tuple(_between(pieces, part.start, part.end)))
        position = part.end
    yield Stretch("", tuple(_between(pieces, position, len(text))))


def _between(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    position = 0
    for kind, text in pieces:
        cut = text[max(0, start - position) : max(0, end - position)]
        position += len(text)
        if cut:
            yield kind, cut


def _pieces(pattern: re.Pattern[str], text: str) -> Iterator[Piece]:
    position = 0
    for match in pattern.finditer(text):
        if match.start() > position:
            yield "", text[position : match.start()]
        yield match.lastgroup or "", match.group()
        position = match.end()
    if position < len(text):
        yield "", text[position:]
