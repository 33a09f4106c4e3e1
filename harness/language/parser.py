"""Text to syntax: the one grammar of the claim language.

    statement   ::= ("∀" binders ",")? expression "=" expression
    expression  ::= "Σ" binder "," expression | binder "↦" expression | sum
    sum         ::= product (("+" | "-") product)*
    product     ::= factor (("@" | "*" | "/") factor)*
    factor      ::= "-" factor | postfix
    postfix     ::= atom ("ᵀ" | "(" expression, … ")" | "[" expression, … "]")*
    atom        ::= name | number | "(" expression ")" | "[" binder "↦" expression "]"
    binder      ::= name (":" type)?             several after ∀:  h p  or  (h: index(H)) (p: P)
    type        ::= simple ("->" type)?
    simple      ::= "scalar" | "vector(" dim ")" | "matrix(" dim "," dim ")"
                  | "index(" dim ")" | name | "(" type ")"

Each symbol has an ASCII spelling: `forall`, `sum`, `|->`, `.T`, `->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from harness.language import syntax as s
from harness.language.terms import Span
from harness.language.types import (
    SCALAR,
    Dim,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Named,
    Type,
    Vector,
)

# Lean's own identifiers, less what would need escaping there: λ, Π and Σ are its tokens.
IDENTIFIER = r"[A-Za-z_α-κμ-ωΑ-ΟΡΤ-Ω][A-Za-z0-9_'α-κμ-ωΑ-ΟΡΤ-Ω₀-₉]*"

_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<name>{IDENTIFIER})
    | (?P<number>\d+)
    | (?P<symbol>\|->|->|\.T\b|[↦→ᵀ∀Σ@*/+\-=,:()\[\]])
    )""",
    re.VERBOSE,
)
_SPELLING = {"|->": "↦", "→": "->", ".T": "ᵀ", "forall": "∀", "sum": "Σ"}

MAX_DEPTH = 50
"""Deeper nesting than any mathematician writes; keeps the parser's recursion in bounds."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    span: Span


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise s.LanguageError(
                f"{text[start]!r} has no meaning in the claim language", (start, start + 1)
            )
        kind = match.lastgroup or "symbol"
        spelled = _SPELLING.get(match[kind], match[kind])
        if kind == "name" and spelled != match[kind]:
            kind = "symbol"
        tokens.append(_Token(kind, spelled, match.span(kind)))
        position = match.end()
    tokens.append(_Token("end", "the end of the text", (end, end)))
    return tokens


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.position = 0
        self.depth = 0

    # -- tokens ------------------------------------------------------------------------------

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def peek(self, *texts: str, ahead: int = 0) -> bool:
        position = min(self.position + ahead, len(self.tokens) - 1)
        token = self.tokens[position]
        return token.kind == "symbol" and token.text in texts

    def take(self) -> _Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def expect(self, text: str) -> _Token:
        if not self.peek(text):
            raise self.unexpected(f"{text!r}")
        return self.take()

    def unexpected(self, expected: str) -> s.LanguageError:
        found = self.token.text if self.token.kind == "end" else repr(self.token.text)
        return s.LanguageError(f"expected {expected}, found {found}", self.token.span)

    def name(self, what: str) -> _Token:
        if self.token.kind != "name":
            raise self.unexpected(what)
        return self.take()

    def end(self) -> None:
        if self.token.kind != "end":
            raise self.unexpected("the end of the text")

    def span_from(self, start: int) -> Span:
        return (start, self.tokens[self.position - 1].span[1])

    # -- statements and expressions -------------------------------------------------------------

    def statement(self) -> s.Statement:
        start = self.token.span[0]
        binders: tuple[s.Binder, ...] = ()
        if self.peek("∀"):
            self.take()
            binders = self.binders()
            self.expect(",")
        left = self.expression()
        self.expect("=")
        right = self.expression()
        self.end()
        return s.Statement(binders, left, right, self.span_from(start))

    def binders(self) -> tuple[s.Binder, ...]:
        if self.token.kind == "name" and self.peek(":", ahead=1):
            return (self.binder(),)
        found: list[s.Binder] = []
        while self.token.kind == "name" or self.peek("("):
            if self.peek("("):
                self.take()
                found.append(self.binder())
                self.expect(")")
            else:
                token = self.take()
                found.append(s.Binder(token.text, None, token.span))
        if not found:
            raise self.unexpected("a name to range over")
        return tuple(found)

    def binder(self) -> s.Binder:
        token = self.name("a name to bind")
        if self.peek(":"):
            self.take()
            return s.Binder(token.text, self.type(), token.span)
        return s.Binder(token.text, None, token.span)

    def expression(self) -> s.Syntax:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise s.LanguageError(f"nested deeper than {MAX_DEPTH} levels", self.token.span)
        try:
            start = self.token.span[0]
            if self.peek("Σ"):
                self.take()
                binder = self.binder()
                self.expect(",")
                return s.Summation(binder, self.expression(), self.span_from(start))
            if self.at_abstraction():
                return s.Abstraction(
                    self.abstraction_head(), self.expression(), self.span_from(start)
                )
            return self.sum()
        finally:
            self.depth -= 1

    def at_abstraction(self) -> bool:
        if self.token.kind == "name":
            return self.peek("↦", ahead=1)
        if not (self.peek("(") and self.peek(":", ahead=2)):
            return False
        return self.tokens[self.position + 1].kind == "name"

    def abstraction_head(self) -> s.Binder:
        parenthesised = self.peek("(")
        if parenthesised:
            self.take()
        binder = self.binder()
        if parenthesised:
            self.expect(")")
        self.expect("↦")
        return binder

    def sum(self) -> s.Syntax:
        return self.operations(("+", "-"), self.product)

    def product(self) -> s.Syntax:
        return self.operations(("@", "*", "/"), self.factor)

    def operations(self, operators: tuple[str, ...], operand: Callable[[], s.Syntax]) -> s.Syntax:
        start = self.token.span[0]
        left = operand()
        while self.peek(*operators):
            operator = self.take().text
            left = s.Binary(operator, left, operand(), self.span_from(start))
        return left

    def factor(self) -> s.Syntax:
        start = self.token.span[0]
        negations = 0
        while self.peek("-"):
            self.take()
            negations += 1
        operand = self.expression() if self.peek("Σ") else self.postfix()
        for _ in range(negations):
            operand = s.Negation(operand, self.span_from(start))
        return operand

    def postfix(self) -> s.Syntax:
        start = self.token.span[0]
        term = self.atom()
        while True:
            if self.peek("ᵀ"):
                self.take()
                term = s.Transposition(term, self.span_from(start))
            elif self.peek("("):
                arguments = self.arguments("(", ")")
                term = s.Application(term, arguments, self.span_from(start))
            elif self.peek("["):
                indices = self.arguments("[", "]")
                term = s.Entry(term, indices, self.span_from(start))
            else:
                return term

    def arguments(self, opening: str, closing: str) -> tuple[s.Syntax, ...]:
        self.expect(opening)
        found = [self.expression()]
        while self.peek(","):
            self.take()
            found.append(self.expression())
        self.expect(closing)
        return tuple(found)

    def atom(self) -> s.Syntax:
        start = self.token.span[0]
        if self.token.kind == "name":
            token = self.take()
            return s.Name(token.text, token.span)
        if self.token.kind == "number":
            token = self.take()
            return s.Number(int(token.text), token.span)
        if self.peek("("):
            self.take()
            inner = self.expression()
            self.expect(")")
            return inner
        if self.peek("["):
            self.take()
            binder = self.binder()
            self.expect("↦")
            body = self.expression()
            self.expect("]")
            return s.Tabulation(binder, body, self.span_from(start))
        raise self.unexpected("a term")

    # -- types -------------------------------------------------------------------------------

    def type(self) -> Type:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise s.LanguageError(f"nested deeper than {MAX_DEPTH} levels", self.token.span)
        try:
            source = self.simple_type()
            if self.peek("->"):
                self.take()
                return Function(source, self.type())
            return source
        finally:
            self.depth -= 1

    def simple_type(self) -> Type:
        if self.peek("("):
            self.take()
            inner = self.type()
            self.expect(")")
            return inner
        token = self.name("a type")
        match token.text:
            case "scalar":
                return SCALAR
            case "vector":
                return Vector(*self.dims(1))
            case "matrix":
                return Matrix(*self.dims(2))
            case "index":
                return Index(*self.dims(1))
            case name:
                return Named(name)

    def dims(self, count: int) -> list[Dim]:
        self.expect("(")
        found = [self.dim()]
        for _ in range(count - 1):
            self.expect(",")
            found.append(self.dim())
        self.expect(")")
        return found

    def dim(self) -> Dim:
        left = self.dim_product()
        while self.peek("+"):
            self.take()
            left = DimSum(left, self.dim_product())
        return left

    def dim_product(self) -> Dim:
        left = self.dim_atom()
        while self.peek("*"):
            self.take()
            left = DimProduct(left, self.dim_atom())
        return left

    def dim_atom(self) -> Dim:
        if self.peek("("):
            self.take()
            inner = self.dim()
            self.expect(")")
            return inner
        if self.token.kind == "number":
            return DimLit(int(self.take().text))
        return DimVar(self.name("a dimension").text)


def parse_statement(text: str) -> s.Statement:
    """Read a hypothesis or a conclusion. Raises `LanguageError`."""
    return _Parser(text).statement()


def parse_term(text: str) -> s.Syntax:
    """Read a term. Raises `LanguageError`."""
    parser = _Parser(text)
    term = parser.expression()
    parser.end()
    return term


def parse_type(text: str) -> Type:
    """Read a type. Raises `LanguageError`."""
    parser = _Parser(text)
    type_ = parser.type()
    parser.end()
    return type_


def is_identifier(text: str) -> bool:
    """Whether `text` can name a variable, a dimension, a type or a definition."""
    return re.fullmatch(IDENTIFIER, text) is not None and text not in _SPELLING
