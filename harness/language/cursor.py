"""Reading tokens one after the other: what every rule of a grammar is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from harness.language.syntax import LanguageError
from harness.language.terms import Span
from harness.language.tokens import Token, tokens

MAX_DEPTH = 50
"""Deeper nesting than any mathematician writes; keeps the parser's recursion in bounds."""

_Read = TypeVar("_Read")


class Cursor:
    """A place among the tokens of a text. What it reads raises `LanguageError`."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """What comes next."""
        return self.tokens[self.position]

    def peek(self, *texts: str, ahead: int = 0) -> bool:
        """Whether one of these symbols comes next, or so many tokens later."""
        position = min(self.position + ahead, len(self.tokens) - 1)
        token = self.tokens[position]
        return token.kind == "symbol" and token.text in texts

    def take(self) -> Token:
        """The next token, which is then behind; the end stays."""
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def skip(self, text: str) -> bool:
        """Take a symbol if it comes next, and say whether it did."""
        found = self.peek(text)
        if found:
            self.take()
        return found

    def expect(self, text: str) -> None:
        """Take this symbol."""
        if not self.skip(text):
            raise self.unexpected(f"{text!r}")

    def unexpected(self, expected: str) -> LanguageError:
        """The complaint that something else comes next."""
        found = self.token.text if self.token.kind == "end" else repr(self.token.text)
        return LanguageError(f"expected {expected}, found {found}", self.token.span)

    def name(self, what: str) -> Token:
        """Take a name, which is to be `what`."""
        if self.token.kind != "name":
            raise self.unexpected(what)
        return self.take()

    def whole(self, read: Callable[[], _Read]) -> _Read:
        """All of the text."""
        found = read()
        if self.token.kind != "end":
            raise self.unexpected("the end of the text")
        return found

    def closed(self, read: Callable[[], _Read], closing: str = ")") -> _Read:
        """What stands before a closing bracket, or another symbol that ends it."""
        found = read()
        self.expect(closing)
        return found

    def span_from(self, start: int) -> Span:
        """From an offset to where the last token ends."""
        return (start, self.tokens[self.position - 1].span[1])

    def nested(self, read: Callable[[], _Read]) -> _Read:
        """What stands one level further down."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LanguageError(f"nested deeper than {MAX_DEPTH} levels", self.token.span)
        found = read()
        self.depth -= 1
        return found
