"""Where a package's declarations stand in its files, and the text that stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    depth = 0
    for match in re.finditer(r"[(\[{⟨]|[)\]}⟩]|:=|\n\s*\||\bwhere\b", text):
        mark = match[0]
        if mark in "([{⟨":
            depth += 1
        elif mark in ")]}⟩":
            depth -= 1
        elif depth == 0:
            return text[: match.start()].rstrip()
    return text.rstrip()
