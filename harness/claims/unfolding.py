"""Terms without calls of definitions."""

from __future__ import annotations

import math

from harness.claims.model import Library
from harness.language.terms import Call, Equation, Term
from harness.language.transform import instantiate, rewrite


class TooLarge(Exception):
    """More comes of unfolding than was allowed."""


def unfolded(term: Term, library: Library, most: float = math.inf) -> Term:
    """`term` with every definition unfolded. Raises `TooLarge` beyond `most` parts."""
    count = 0

    def unfold(part: Term) -> Term | None:
        nonlocal count
        count += 1
        if count > most:
            raise TooLarge
        if not isinstance(part, Call):
            return None
        definition = library.definitions[part.definition]
        return rewrite(instantiate(definition.parameters, definition.body, part), unfold)

    return rewrite(term, unfold)


def unfolded_equation(equation: Equation, library: Library, most: float = math.inf) -> Equation:
    """Both sides with every definition unfolded. Raises `TooLarge` beyond `most` parts of one."""
    return equation.changed(lambda side: unfolded(side, library, most))
