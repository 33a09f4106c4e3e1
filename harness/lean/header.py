"""The header of a Lean file: whether it is a module, and what it imports."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


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
    is_prelude: bool = False
    statements: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """Where `prelude` and the imports stand, each from its first letter to after its last."""
    end: int = field(default=0, compare=False)
    """Where the last word of the header ends; 0 where there is none."""


# What Lean takes for blanks: no other space, and no other line end.
_SPACE = re.compile(r"[ \t\r\n]+")
_ATOM = r"(?:[^\W\d][\w'!?₀-₉]*|«[^»\n]+»)"
_NAME = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_PART = re.compile(_ATOM)


def parse_header(source: str) -> Header:
    """Read the header of `source`; positions in it count from the first character of `source`.

    What Lean would not accept as a header ends it without an error: Lean itself reports that.
    """
    return _Reader(source).header()


def module_name(text: str) -> str:
    """A name as Lean has it in a file, as the packages here have it: `A.«b c»` is `A.b c`.

    A part that itself has a dot keeps its marks, so that no two modules have one name.
    """
    parts = (match[0] for match in _PART.finditer(text))
    return ".".join(part if "." in part else part.strip("«»") for part in parts)


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 1 if source.startswith("\ufeff") else 0
        self.end = 0

    def header(self) -> Header:
        is_module = self.take("module")
        statements: list[tuple[int, int]] = []
        is_prelude = self.take("prelude")
        if is_prelude:
            statements.append((self.end - len("prelude"), self.end))
        imports: list[Import] = []
        while True:
            self.skip_blank()
            start, before = self.position, self.end
            found = self.one_import()
            if found is None:
                return Header(is_module, tuple(imports), is_prelude, tuple(statements), before)
            imports.append(found)
            statements.append((start, self.end))

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
        if line == 1 and self.source.startswith("\ufeff"):
            column -= 1
        self.position = self.end = name.end()
        return Import(module_name(name[0]), line, column, public, meta, whole)

    def peek(self) -> str:
        self.skip_blank()
        name = _NAME.match(self.source, self.position)
        return name[0] if name else ""

    def take(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self.position += len(word)
        self.end = self.position
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
