"""Terms without calls of definitions."""

from __future__ import annotations

from dataclasses import replace

from harness.claims.model import Library
from harness.language.terms import Call, Equation, Term
from harness.language.transform import instantiate, rewrite


def unfolded(term: Term, library: Library) -> Term:
    """`term` with every definition unfolded."""

    def unfold(part: Term) -> Term | None:
        if not isinstance(part, Call):
            return None
        definition = library.definitions[part.definition]
        return unfolded(instantiate(definition.parameters, definition.body, part), library)

    return rewrite(term, unfold)


def unfolded_equation(equation: Equation, library: Library) -> Equation:
    """Both sides with every definition unfolded."""
    left, right = (unfolded(side, library) for side in (equation.left, equation.right))
    return replace(equation, left=left, right=right)
