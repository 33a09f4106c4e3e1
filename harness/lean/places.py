"""Where a package's declarations stand in its files, and the text that stands there."""

from __future__ import annotations

import json
import re
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
    """Looks up declarations in the `.ilean` files of a build."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.module = cache(self._module)
        self.source = cache(self._source)

    def find(self, name: str, module: str) -> Place | None:
        """The place of the declaration `name` of `module`, if Lean recorded one."""
        span = self.module(module).get(name)
        if span is None:
            return None
        lines = self.source(module)[span[0] : span[2] + 1]
        if lines:
            lines[-1] = lines[-1][: span[3]]
        text = "\n".join(lines)
        docstring, offset = _docstring(text)
        body = text[offset:]
        line = span[0] + 1 + text[:offset].count("\n")
        file = self.build.package.modules[module].file
        return Place(file, line, span[2] + 1, docstring, statement(body), body.rstrip())

    def file(self, module: str) -> str:
        """The file of a module, relative to the package."""
        return self.build.package.modules[module].file

    def _module(self, module: str) -> dict[str, list[int]]:
        *folders, last = module.split(".")
        path = self.build.library.joinpath(*folders, last + ".ilean")
        try:
            found = json.loads(path.read_text("utf-8"))["decls"]
            return {name: span for name, span in found.items() if _is_span(span)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def _source(self, module: str) -> list[str]:
        try:
            source = self.build.package.modules[module].source
        except (OSError, KeyError, UnicodeDecodeError):
            return []
        # As Lean counts lines and columns.
        return source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def _is_span(span: object) -> bool:
    """Whether this is first line, first column, last line and last column of a declaration."""
    if not isinstance(span, list) or len(span) < 4:
        return False
    numbers = span[:4]
    return all(type(n) is int and n >= 0 for n in numbers) and numbers[0] <= numbers[2]


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
