"""The header of a Lean file: whether it is a module, and what it imports."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One import; `line` and `column` (from 1) are where the imported name stands."""

    module: str
    line: int
    column: int
    public: bool = False
    meta: bool = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before a Lean file's first command."""

    is_module: bool
    imports: tuple[Import, ...]


_ATOM = r"(?:[^\W\d][\w'!?₀-₉]*|«[^»\n]+»)"
_NAME = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_SPACE = re.compile(r"\s+")


def parse_header(source: str) -> Header:
    """Read the header of `source`.

    What Lean would not accept as a header ends it without an error: Lean itself reports that.
    """
    return _Reader(source.removeprefix("\ufeff")).header()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0

    def header(self) -> Header:
        is_module = self.take("module")
        self.take("prelude")
        imports: list[Import] = []
        while (found := self.one_import()) is not None:
            imports.append(found)
        return Header(is_module, tuple(imports))

    def one_import(self) -> Import | None:
        public = self.take("public")
        meta = self.take("meta")
        if not self.take("import"):
            return None
        # A module may itself be called `all`; then no name follows the word.
        whole = self.take("all") and self.peek() not in ("", "public", "meta", "import")
        self.skip_blank()
        name = _NAME.match(self.source, self.position)
        if name is None:
            return None
        line = self.source.count("\n", 0, name.start()) + 1
        column = name.start() - (self.source.rfind("\n", 0, name.start()) + 1) + 1
        self.position = name.end()
        return Import(name[0].replace("«", "").replace("»", ""), line, column, public, meta, whole)

    def peek(self) -> str:
        self.skip_blank()
        name = _NAME.match(self.source, self.position)
        return name[0] if name else ""

    def take(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self.position += len(word)
        return True

    def skip_blank(self) -> None:
        while True:
            if space := _SPACE.match(self.source, self.position):
                self.position = space.end()
            elif self.source.startswith("--", self.position):
                end = self.source.find("\n", self.position)
                self.position = len(self.source) if end < 0 else end
            elif self.source.startswith("/-", self.position) and (
                self.source[self.position + 2 : self.position + 3] not in ("-", "!")
                # `/--/` is an empty comment, not the beginning of a docstring.
                or self.source.startswith("/--/", self.position)
            ):
                self.position = _end_of_comment(self.source, self.position)
            else:
                return


_COMMENT_MARK = re.compile(r"/-|-/")


def _end_of_comment(source: str, start: int) -> int:
    depth, position = 1, start + 2
    while depth:
        mark = _COMMENT_MARK.search(source, position)
        if mark is None:
            return len(source)
        depth += 1 if mark[0] == "/-" else -1
        position = mark.end()
    return position
