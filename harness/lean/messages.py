"""What Lean says: its messages, read from the JSON lines of `lean --json` or the text of `lake`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

Severity = Literal["error", "warning", "information"]

_SEVERITIES = ("error", "warning", "information")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of Lean at its place.

    `file` is as Lean was given it. Lines and columns count from 1 (Lean itself counts columns from
    0) and columns count characters. The end is None where Lean gives none.
    """

    file: str
    line: int
    column: int
    severity: Severity
    text: str
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.text}"

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


def parse_output(output: str) -> tuple[tuple[Message, ...], str]:
    """The messages in what `lean --json` printed, and every other line of it."""
    messages: list[Message] = []
    others: list[str] = []
    for line in output.splitlines(keepends=True):
        message = _from_line(line)
        if message is None:
            others.append(line)
        else:
            messages.append(message)
    return tuple(messages), "".join(others)


def _from_line(line: str) -> Message | None:
    if not line.startswith("{"):
        return None
    try:
        data = json.loads(line)
        severity, start, end = data["severity"], data["pos"], data.get("endPos")
        if severity not in _SEVERITIES:
            return None
        return Message(
            file=str(data["fileName"]),
            line=int(start["line"]),
            column=int(start["column"]) + 1,
            severity=cast(Severity, severity),
            text=str(data["data"]).rstrip("\n"),
            end_line=int(end["line"]) if end else None,
            end_column=int(end["column"]) + 1 if end else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


_NOISE = re.compile(r"\[DEBUG:|  - /.*\.olean|  mainModule\? = ")


def without_noise(errors: str) -> str:
    """What was written to standard error, less the tracing that the embedded build prints."""
    return "".join(line for line in errors.splitlines(keepends=True) if not _NOISE.match(line))


# `lake` heads a message with severity and place; the lines after it belong to it until the next
# head or one of its own progress marks.
_LAKE_HEAD = re.compile(
    r"(?P<severity>error|warning|info|trace): (?:(?P<file>[^:\n]+\.lean):(?P<line>\d+):"
    r"(?P<column>\d+): )?(?P<text>.*)"
)
_LAKE_MARK = re.compile(r"[✔✖⚠ℹ] \[|Build completed|Some required|- ")


def parse_lake(output: str) -> tuple[Message, ...]:
    """The errors, warnings and notes in what `lake build` printed.

    A message without a place has file "" and line 0.
    """
    return tuple(_lake_messages(output.splitlines()))


def _lake_messages(lines: Iterable[str]) -> Iterator[Message]:
    current: Message | None = None
    tail: list[str] = []
    for line in lines:
        head = _LAKE_HEAD.match(line)
        if head or _LAKE_MARK.match(line):
            if current is not None:
                yield _joined(current, tail)
            current, tail = (_lake_head(head) if head else None), []
        else:
            tail.append(line)
    if current is not None:
        yield _joined(current, tail)


def _lake_head(head: re.Match[str]) -> Message | None:
    severity = {"info": "information", "trace": None}.get(head["severity"], head["severity"])
    if severity is None:
        return None
    file = head["file"] or ""
    while file.startswith("./"):
        file = file[2:]
    return Message(
        file=file,
        line=int(head["line"] or 0),
        column=int(head["column"]) + 1 if head["column"] else 0,
        severity=cast(Severity, severity),
        text=head["text"],
    )


def _joined(message: Message, tail: list[str]) -> Message:
    text = "\n".join([message.text, *tail]).rstrip()
    return Message(message.file, message.line, message.column, message.severity, text)
