"""Where a package's declarations stand in its files, and the text that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from harness.lean.build import Build


@dataclass(frozen=True, slots=True)
class Place:
    """A declaration in a Lean file. `file` is relative to the package; lines count from 1."""

    file: str
    line: int
    """Where its own text begins, after the docstring."""
    end_line: int
    docstring: str
    statement: str
    """Its text up to `:=`."""
    text: str = ""
    """All of its text."""


class Places:
    """Finds the text of declarations in the files of a build."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.source = cache(self._source)

    def at(self, module: str, place: Sequence[int]) -> Place | None:
        """What stands in `module` from a line and column to another; lines count from 1.

        Nothing where the file has no such lines, or is not the package's.
        """
        first, _, last, column = place
        if module not in self.build.package.modules or first < 1:
            return None
        lines = self.source(module)[first - 1 : last]
        if not lines:
            return None
        if len(lines) == last - first + 1:
            lines[-1] = lines[-1][:column]
        text = "\n".join(lines)
        docstring, offset = _docstring(text)
        body = text[offset:]
        line = first + text[:offset].count("\n")
        return Place(self.file(module), line, last, docstring, statement(body), body.rstrip())

    def file(self, module: str) -> str:
        """The file of a module, relative to the package."""
        return self.build.package.modules[module].file

    def _source(self, module: str) -> list[str]:
        try:
            source = self.build.package.modules[module].source
        except (OSError, KeyError, UnicodeDecodeError):
            return []
        # As Lean counts lines and columns.
        return source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def _docstring(text: str) -> tuple[str, int]:
    """The docstring at the beginning of a declaration, and where what follows it begins."""
    found = re.match(r"\s*/--(.*?)-/\s*", text, re.DOTALL)
    if found is None:
        return "", 0
    return " ".join(found[1].split()), found.end()


def statement(text: str) -> str:
    """A declaration's text up to the `:=`, `where` or `|` with which its value begins."""
    for _, end, mark in _outermost(text, r":=|\n\s*\||\bwhere\b"):
        if mark:
            return text[:end].rstrip()
    return text.rstrip()


def binder_text(statement: str, name: str) -> str:
    """The brackets of a Lean statement that bind `name`, such as `(h : 0 < n)`."""
    for start, end, _ in _outermost(statement):
        group = statement[start:end]
        names = group[1:].split(":", 1)[0].split()
        if ":" in group and name in names:
            return " ".join(group.split())
    return ""


def conclusion_text(statement: str) -> str:
    """What a Lean statement says after its binders."""
    after = 0
    for _, end, mark in _outermost(statement, ":"):
        if mark:
            break
        after = end
    _, colon, text = statement[after:].partition(":")
    return " ".join(text.split()) if colon else ""


def _outermost(text: str, marks: str = r"(?!)") -> Iterator[tuple[int, int, str]]:
    """Where the outermost brackets begin and end, and the marks that stand outside of them.

    A mark comes with where it stands, twice; a bracket that nothing opens counts for nothing.
    """
    depth = start = 0
    for match in re.finditer(rf"[(\[{{⟨]|[)\]}}⟩]|{marks}", text):
        if match[0] in "([{⟨":
            start = start if depth else match.start()
            depth += 1
        elif match[0] in ")]}⟩":
            depth = max(depth - 1, 0)
            if not depth:
                yield start, match.end(), ""
        elif not depth:
            yield match.start(), match.start(), match[0]
