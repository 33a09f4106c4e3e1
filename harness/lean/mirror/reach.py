"""What a statement rests on, through definitions: all of it is compared as well."""

from __future__ import annotations

from harness.claims.model import Library
from harness.language.terms import Equation, Term
from harness.language.transform import calls, primitives
from harness.lean.mirror.meaning import NOTATION


def reached(library: Library, *texts: Term | Equation) -> tuple[set[str], set[str]]:
    """The definitions that terms and equations rest on, and the operators with a constant."""
    terms: list[Term] = []
    for text in texts:
        terms += [text.left, text.right] if isinstance(text, Equation) else [text]
    definitions: set[str] = set()
    operators: set[str] = set()
    while terms:
        term = terms.pop()
        operators |= primitives(term)
        new = calls(term) - definitions
        definitions |= new
        terms += [library.definitions[name].body for name in new]
    return definitions, operators - NOTATION
