"""A source as the embedded Lean is handed it, which takes every file for a module.

What is added stands in lines that are there already, so that every line keeps its number; a
message of Lean is put back to where the author has what it speaks of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from harness.lean.header import Header, parse_header
from harness.lean.messages import Message

MARK = "\ufeff"

PLAIN_OPTIONS = (
    # In a file without `module`, what is private may stand in the statement of what is not, and a
    # definition may be used by a macro without a word about it.
    "-Dbackward.privateInPublic=true",
    "-Dbackward.privateInPublic.warn=false",
    "-Dcompiler.checkMeta=false",
)

# Named, or it would take the author's first word for its name, and his `end` for its own.
_NAME = "«this file»"
_SECTION = f"section {_NAME}"

QUIET = "#guard_msgs (drop all) in "
"""Before a command that only prints, what it prints does not count."""

Place = tuple[int, int]
"""A line and a column, both from 1."""


@dataclass(frozen=True)
class Adapted:
    """The text for Lean, and what was put where into the author's."""

    text: str
    insertions: tuple[tuple[int, int, int], ...]
    """Line, column and length of each, in the author's lines and columns, in their order."""

    def back(self, message: Message) -> Message:
        """A message about the text, as one about the author's."""
        if _NAME in message.text:
            # Only a word that closes too much meets the section that all stands in.
            message = replace(message, text="invalid `end`: there is nothing left that it closes")
        column = self._column(message.line, message.column)
        end = message.end_column
        if end is not None:
            end = self._column(message.end_line or message.line, end)
        return replace(message, column=column, end_column=end)

    def _column(self, line: int, column: int) -> int:
        for at, start, length in self.insertions:
            if at == line and column > start:
                column = max(start, column - length)
        return column


def adapted(
    source: str, *, private: Iterable[str] = (), code: bool = True, quiet: Collection[Place] = ()
) -> Adapted:
    """`source` for the embedded Lean.

    A plain file becomes a module that keeps nothing to itself and imports likewise, from `private`
    also what these keep to themselves. Without `code`, definitions for which Lean can generate none
    are accepted. At the places `quiet` stand commands that only print.
    """
    header = parse_header(source)
    lines = source.removeprefix(MARK).split("\n")
    added: list[tuple[Place, str]] = []
    if not header.is_module:
        shift = len(source) - len(source.removeprefix(MARK))
        spans = [(start - shift, end - shift) for start, end in header.statements]
        lines = _blanked("\n".join(lines), spans).split("\n")
        added.append(((1, 1), _module(header, private)))
    elif not code:
        line = source.count("\n", 0, header.end) + 1
        column = header.end - source.rfind("\n", 0, header.end)
        column -= line == 1 and source.startswith(MARK)
        added.append(((line, column), f" noncomputable {_SECTION} "))
    added += [(place, QUIET) for place in quiet]
    added.sort(key=lambda item: item[0])
    # The last first: what stands before it in its line keeps its place.
    for (line, column), text in reversed(added):
        old = lines[line - 1]
        lines[line - 1] = old[: column - 1] + text + old[column - 1 :]
    insertions = tuple((line, column, len(text)) for (line, column), text in added)
    return Adapted("\n".join(lines), insertions)


def _module(header: Header, private: Iterable[str]) -> str:
    words = ["module", *["prelude"] * header.is_prelude]
    for item in header.imports:
        name = written(item.module)
        words += [f"public import {name}", f"public meta import {name}"]
    words += [f"import all {written(module)}" for module in private]
    return " ".join([*words, f"@[expose] public noncomputable {_SECTION} "])


def written(module: str) -> str:
    """The name of a module as it can stand in a Lean file."""
    return ".".join(part if part.startswith("«") else f"«{part}»" for part in _parts(module))


def _parts(module: str) -> list[str]:
    parts: list[str] = []
    for part in module.split("."):
        if parts and parts[-1].startswith("«") and not parts[-1].endswith("»"):
            parts[-1] += f".{part}"
        else:
            parts.append(part)
    return parts


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        blank = "".join(c if c in "\r\n" else " " for c in text[start:end])
        text = text[:start] + blank + text[end:]
    return text
