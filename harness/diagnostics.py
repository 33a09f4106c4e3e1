"""Faults of what a user wrote, each at its place; every layer reports through these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One fault: where it stands (`line` and `column` count from 1), and what is wrong.

    `message` says what was expected and what was found, in the user's notation. What was typed as
    an option or an argument stands in no line of a file: there `file` is that, and `line` is 0.
    """

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a message about a name that is not known: which one may have been meant."""
    from difflib import get_close_matches

    small = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), list(small), n=1)
    # A part of a name is a better guess than letters in common.
    close = close or [each for each in small if len(name) > 2 and name.lower() in each][:1]
    return f"; did you mean {small[close[0]]}?" if close else ""


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
