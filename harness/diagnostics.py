"""Faults of what a user wrote, each at its place; every layer reports through these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One fault: where it stands (`line` and `column` count from 1), and what is wrong.

    `message` says what was expected and what was found, in the user's notation.
    """

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


def shortened(text: str, most: int = 200) -> str:
    """`text` as part of a message: a file may hold a megabyte where a word was expected."""
    return text if len(text) <= most else f"{text[:most]}…"


class InputError(Exception):
    """A specification or a configuration cannot be used; carries all its faults at once.

    The command line prints them and ends with exit code 2.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        super().__init__("\n".join(map(str, self.diagnostics)))
