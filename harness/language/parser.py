"""Text to syntax: the one grammar of the claim language.

    statement   ::= ("∀" binders ",")? expression ("=" | "≤" | "<" | "≠") expression
    expression  ::= "Σ" binder "," expression | binder "↦" expression | sum
                  | "if" postfix ("≤" | "<" | "=") postfix "then" expression "else" expression
    sum         ::= product (("+" | "-") product)*
    product     ::= factor (("@" | "*" | "/") factor)*
    factor      ::= "-" factor | postfix ("^" number)?
    postfix     ::= atom ("ᵀ" | "(" expression, … ")" | "[" expression, … "]")*
    atom        ::= name | number | "(" expression ")" | "[" binder "↦" expression "]"
    binder      ::= name (":" type)?             several after ∀:  h p  or  (h: index(H)) (p: P)
    type        ::= simple ("->" type)?
    simple      ::= "scalar" | "vector(" dim ")" | "matrix(" dim "," dim ")"
                  | "index(" dim ")" | name | "(" type ")"

Each symbol has an ASCII spelling: `forall`, `sum`, `|->`, `.T`, `->`, `<=`, `!=`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from harness.language import syntax as s
from harness.language.cursor import Cursor
from harness.language.syntax import CONDITIONS, LanguageError
from harness.language.terms import Relation
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


class _Parser(Cursor):
    # -- statements and expressions -------------------------------------------------------------

    def statement(self) -> s.Statement:
        start = self.token.span[0]
        binders = self.closed(self.binders, ",") if self.skip("∀") else ()
        left = self.expression()
        if not self.peek(*Relation):
            raise self.unexpected(f"{', '.join(map(repr, map(str, Relation)))}")
        relation = Relation(self.take().text)
        return s.Statement(binders, left, self.expression(), self.span_from(start), relation)

    def binders(self) -> tuple[s.Binder, ...]:
        if self.token.kind == "name" and self.peek(":", ahead=1):
            return (self.binder(),)
        found: list[s.Binder] = []
        while self.token.kind == "name" or self.peek("("):
            if self.skip("("):
                found.append(self.closed(self.binder))
            else:
                token = self.take()
                found.append(s.Binder(token.text, None, token.span))
        if not found:
            raise self.unexpected("a name to range over")
        return tuple(found)

    def binder(self) -> s.Binder:
        token = self.name("a name to bind")
        return s.Binder(token.text, self.type() if self.skip(":") else None, token.span)

    def expression(self) -> s.Syntax:
        return self.nested(self.map_or_sum)

    def map_or_sum(self) -> s.Syntax:
        start = self.token.span[0]
        if self.skip("Σ"):
            binder = self.closed(self.binder, ",")
            return s.Summation(binder, self.expression(), self.span_from(start))
        if self.skip("if"):
            return self.choice(start)
        if self.at_abstraction():
            is_enclosed = self.skip("(")
            binder = self.closed(self.binder) if is_enclosed else self.binder()
            self.expect("↦")
            return s.Abstraction(binder, self.expression(), self.span_from(start))
        return self.sum()

    def choice(self, start: int) -> s.Syntax:
        left = self.sum()
        if not self.peek(*CONDITIONS):
            raise self.unexpected(f"{', '.join(CONDITIONS)} between two indices or scalars")
        relation = self.take().text
        right = self.closed(self.sum, "then")
        yes = self.closed(self.expression, "else")
        no = self.expression()
        return s.Choice(relation, left, right, yes, no, self.span_from(start))

    def at_abstraction(self) -> bool:
        if self.token.kind == "name":
            return self.peek("↦", ahead=1)
        if not (self.peek("(") and self.peek(":", ahead=2)):
            return False
        return self.tokens[self.position + 1].kind == "name"

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
        while self.skip("-"):
            negations += 1
        operand = self.expression() if self.peek("Σ", "if") else self.power()
        for _ in range(negations):
            operand = s.Negation(operand, self.span_from(start))
        return operand

    def power(self) -> s.Syntax:
        start = self.token.span[0]
        base = self.postfix()
        if not self.skip("^"):
            return base
        if self.token.kind != "number":
            raise self.unexpected("a number, such as the 2 of x ^ 2")
        token = self.take()
        exponent = s.Number(int(token.text), token.span)
        if self.peek("^"):
            raise self.unexpected("parentheses, as in (x ^ 2) ^ 3")
        return s.Power(base, exponent, self.span_from(start))

    def postfix(self) -> s.Syntax:
        start = self.token.span[0]
        term = self.atom()
        while True:
            if self.skip("ᵀ"):
                term = s.Transposition(term, self.span_from(start))
            elif self.skip("("):
                arguments = self.closed(self.arguments)
                term = s.Application(term, arguments, self.span_from(start))
            elif self.skip("["):
                indices = self.closed(self.arguments, "]")
                term = s.Entry(term, indices, self.span_from(start))
            else:
                return term

    def arguments(self) -> tuple[s.Syntax, ...]:
        found = [self.expression()]
        while self.skip(","):
            found.append(self.expression())
        return tuple(found)

    def atom(self) -> s.Syntax:
        start = self.token.span[0]
        if self.token.kind == "name":
            token = self.take()
            return s.Name(token.text, token.span)
        if self.token.kind == "number":
            token = self.take()
            return s.Number(int(token.text), token.span)
        if self.skip("("):
            return self.closed(self.expression)
        if self.skip("["):
            binder = self.closed(self.binder, "↦")
            body = self.closed(self.expression, "]")
            return s.Tabulation(binder, body, self.span_from(start))
        raise self.unexpected("a term")

    # -- types -------------------------------------------------------------------------------

    def type(self) -> Type:
        return self.nested(self.function_type)

    def function_type(self) -> Type:
        source = self.simple_type()
        return Function(source, self.type()) if self.skip("->") else source

    def simple_type(self) -> Type:
        if self.skip("("):
            return self.closed(self.type)
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
        return [self.closed(self.dim, ")" if i == count - 1 else ",") for i in range(count)]

    def dim(self) -> Dim:
        left = self.dim_product()
        while self.skip("+"):
            left = DimSum(left, self.dim_product())
        return left

    def dim_product(self) -> Dim:
        left = self.dim_atom()
        while self.skip("*"):
            left = DimProduct(left, self.dim_atom())
        return left

    def dim_atom(self) -> Dim:
        if self.skip("("):
            return self.closed(self.dim)
        if self.token.kind == "number":
            return DimLit(int(self.take().text))
        return DimVar(self.name("a dimension").text)


MAX_HEIGHT = 100
"""How many levels a text may have. Chains (a sum of many terms, Rᵀᵀᵀ…) are read without recursion
and become as many levels as they have links, which interpreters walk down one by one."""

_Tree = TypeVar("_Tree", s.Statement, s.Syntax, Type, Dim)


def parse_statement(text: str) -> s.Statement:
    """Read a hypothesis or a conclusion. Raises `LanguageError`."""
    parser = _Parser(text)
    return _bounded(parser.whole(parser.statement), text)


def parse_term(text: str) -> s.Syntax:
    """Read a term. Raises `LanguageError`."""
    parser = _Parser(text)
    return _bounded(parser.whole(parser.expression), text)


def parse_type(text: str) -> Type:
    """Read a type. Raises `LanguageError`."""
    parser = _Parser(text)
    return _bounded(parser.whole(parser.type), text)


def parse_dim(text: str) -> Dim:
    """Read a dimension. Raises `LanguageError`."""
    parser = _Parser(text)
    return _bounded(parser.whole(parser.dim), text)


def _bounded(tree: _Tree, text: str) -> _Tree:
    """`tree`, if it is no higher than `MAX_HEIGHT`."""
    level: list[object] = [tree]
    for _ in range(MAX_HEIGHT):
        level = [part for node in level for part in s.parts_of(node)]
        if not level:
            return tree
    span = next((node.span for node in level if hasattr(node, "span")), (0, len(text)))
    raise LanguageError(f"more than {MAX_HEIGHT} levels (a chain has one for each link)", span)
