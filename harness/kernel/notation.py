"""Expressions that the kernel knows beforehand, in a little of Lean's notation.

`(a : α) → β`, `α → β`, applications and brackets; a constant's levels stand in braces, as in
`Eq{1} Prop a b`. It is for texts of the kernel's own, which are known to be right.
"""

from __future__ import annotations

import re

from harness.kernel.terms import ZERO, App, Bound, Const, Expr, Level, Name, Param, Pi, Sort, Succ


def read(text: str, variables: tuple[str, ...] = (), space: Name = ()) -> Expr:
    """The expression, in bound variables, the last innermost.

    Constants without a dot in their names are those of the name space.
    """
    words = re.findall(r"[()→:]|[^\s()→:]+", text)[::-1]

    def term(scope: tuple[str, ...]) -> Expr:
        """What comes up to the end, or to a bracket that closes, which is taken away too."""
        if words[-1] == "(" and words[-3] == ":":
            _, name, _ = words.pop(), words.pop(), words.pop()
            type_ = term(scope)
            words.pop()  # the arrow
            return Pi(type_, term((*scope, name)))
        left = atom(scope)
        while words and words[-1] not in ")→":
            left = App(left, atom(scope))
        if not words or words.pop() == ")":
            return left
        return Pi(left, term((*scope, "")))

    def atom(scope: tuple[str, ...]) -> Expr:
        word = words.pop()
        if word == "(":
            return term(scope)
        if word in scope:
            return Bound(scope[::-1].index(word))
        if word in ("Prop", "Sort"):
            return Sort(ZERO if word == "Prop" else _level(words.pop()))
        name, *levels = word.strip("}").split("{")
        path = tuple(name.split("."))
        return Const(path if len(path) > 1 else (*space, name), tuple(map(_level, levels)))

    return term(variables)


def _level(word: str) -> Level:
    return Succ(ZERO) if word == "1" else Param((word,))
