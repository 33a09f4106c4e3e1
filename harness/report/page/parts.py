"""Which part of Lean's text and which part of the specification are the same thing.

A part is marked only where both texts show it beyond doubt: a parameter or a hypothesis by its
name, which Lean's statement binds and the specification lists; the conclusion by where it stands.
What is not found on both sides is not marked on either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.results.subject import Kind, Subject

_SILENT = re.compile(r"/-[\s\S]*?-/|--[^\n]*|\"(?:\\.|[^\"\\])*\"")
_OPENING, _CLOSING = "([{⦃⟨", ")]}⦄⟩"
CONCLUSION = "conclusion"


@dataclass(frozen=True, slots=True)
class Part:
    """`text[start:end]` is the parameter or hypothesis of this name, or the conclusion."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The parts of both texts, each part of the one with its like in the other."""

    lean: tuple[Part, ...]
    specification: tuple[Part, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(part.name for part in self.lean)


def pair(subject: Subject) -> Pair:
    """The parts that are certain on both sides."""
    statement = subject.statement
    names = [hypothesis.name for hypothesis in statement.hypotheses]
    names += [name for line in statement.context for name in line.name.split(", ")]
    is_theorem = subject.kind is Kind.THEOREM
    lean = lean_parts(subject.lean.source, subject.name, names, is_theorem)
    yaml = yaml_parts(subject.specification, names, is_theorem)
    both = {part.name for part in lean} & {part.name for part in yaml}
    return Pair(*(tuple(p for p in found if p.name in both) for found in (lean, yaml)))


def lean_parts(source: str, name: str, bound: Sequence[str], theorem: bool) -> list[Part]:
    """Parts of a declaration: its binders by name; what is claimed, or what a definition is."""
    text = _SILENT.sub(lambda found: " " * len(found[0]), source)
    words = "theorem|lemma" if theorem else "def|abbrev"
    head = list(re.finditer(rf"(?<!\S)(?:{words})\s+(?:[\w'«»]+\.)*{re.escape(name)}(?!\S)", text))
    if len(head) != 1:
        return []
    found: list[Part] = []
    depth, opened, colon = 0, 0, -1
    i = head[0].end()
    while i < len(text):
        if text[i] in _OPENING:
            opened = i if depth == 0 else opened
            depth += 1
        elif text[i] in _CLOSING:
            depth -= 1
            if depth < 0:
                return []
            if depth == 0 and colon < 0:
                found += _binder(text, opened, i + 1, bound)
        elif depth == 0 and text.startswith(":=", i):
            break
        elif depth == 0 and text[i] == ":" and colon < 0:
            colon = i
        i += 1
    if depth != 0 or colon < 0:
        return []
    start, end = (colon + 1, i) if theorem else (i + 2, len(text))
    return [*_once(found), *_trimmed(text, start, end, CONCLUSION)]


def _binder(text: str, start: int, end: int, bound: Sequence[str]) -> list[Part]:
    """The group of binders between brackets: as a whole, where it binds a single name."""
    match = re.match(r"\s*((?:[^\s:()]+\s+)*[^\s:()]+)\s*:(?!=)", text[start + 1 : end - 1])
    if match is None:
        return []
    names = match[1].split()
    if len(names) == 1:
        return [Part(start, end, names[0])] if names[0] in bound else []
    return _words(match[1], start + 1 + match.start(1), bound)


def _words(text: str, start: int, bound: Sequence[str]) -> list[Part]:
    """The names in `text`, which stands at `start`, each marked alone."""
    return [
        Part(start + word.start(), start + word.end(), word[0])
        for word in re.finditer(r"[^\s,]+", text)
        if word[0] in bound
    ]


def yaml_parts(text: str, bound: Sequence[str], theorem: bool) -> list[Part]:
    """Parts of a specification in block style: what is below `for` and `assume`; `then` or `is`."""
    found: list[Part] = []
    body = text if theorem else _dedented(text)
    if body is None:
        return []
    for key, start, end in _entries(body):
        if key in ("for", "assume"):
            found += _listed(body, start, end, bound)
        elif key == ("then" if theorem else "is"):
            found += _trimmed(body, start, end, CONCLUSION)
    offset = len(text) - len(body)
    return [Part(p.start + offset, p.end + offset, p.name) for p in _once(found)]


def _listed(text: str, start: int, end: int, bound: Sequence[str]) -> list[Part]:
    """The entries below a key: as a whole, where they name one thing."""
    head, newline, rest = text[start:end].partition("\n")
    if not newline or not re.fullmatch(r"\w+ *: *(#.*)?", head):
        return []
    lines = start + len(head) + 1
    found: list[Part] = []
    for key, first, last in _entries(rest, len(rest) - len(rest.lstrip(" "))):
        if key in bound:
            found += _trimmed(text, lines + first, lines + last, key)
        elif "," in key:
            found += _words(key, lines + first, bound)
    return found


def _dedented(text: str) -> str | None:
    """A definition's entry without the line of its name; the margin stays as it is."""
    _, newline, rest = text.partition("\n")
    return rest if newline else None


def _entries(text: str, margin: int | None = None) -> list[tuple[str, int, int]]:
    """The keys that stand at the margin, each with where its entry begins and ends."""
    if margin is None:
        margin = len(text) - len(text.lstrip(" "))
    starts = list(
        re.finditer(rf"^ {{{margin}}}([\w'\"][\w'\", ]*?) *:(?=\s|$)", text, re.MULTILINE)
    )
    ends = [match.start() for match in starts[1:]] + [len(text)] * bool(starts)
    return [
        (match[1].strip("'\""), match.start() + margin, end)
        for match, end in zip(starts, ends, strict=True)
    ]


def _trimmed(text: str, start: int, end: int, name: str) -> list[Part]:
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    return [Part(start, end, name)] if start < end else []


def _once(parts: list[Part]) -> list[Part]:
    """Those whose name belongs to one part only."""
    names = [part.name for part in parts]
    return [part for part in parts if names.count(part.name) == 1]
