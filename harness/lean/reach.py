"""What a statement rests on, to the bottom: all of it is compared as well."""

from __future__ import annotations

from itertools import chain

from harness.claims.model import Library
from harness.language.prelude import derived, made_of
from harness.language.primitives import OPERATIONS
from harness.language.syntax import CONDITIONS
from harness.language.terms import Equation, Term
from harness.language.transform import calls, primitives

NOTATION = frozenset(
    {
        *OPERATIONS,
        *chain(*CONDITIONS.values()),
        "numeral",
        "vector",
        "tabulate",
        "entry",
        "matrix_entry",
    }
)
"""Primitives that are Lean's own operators and functions, and so need no constant."""


def is_spelt_out(library: Library, operator: str) -> bool:
    """Whether an operator is written as its meaning, since the package has no constant for it."""
    return operator in derived() and operator not in {*library.primitives, *NOTATION}


def handed(operator: str) -> frozenset[str]:
    """The operators whose Lean constants the meaning of a derived operator is written with.

    It says nothing of a constant that is not compared as well.
    """
    return made_of(operator) - NOTATION


def reached(library: Library, *texts: Term | Equation) -> tuple[set[str], set[str]]:
    """The definitions that terms and equations rest on, and the operators with a constant.

    An operator whose meaning takes another, as `dot` takes the package's sum, reaches that one.
    """
    terms: list[Term] = []
    for text in texts:
        terms += [text.left, text.right] if isinstance(text, Equation) else [text]
    definitions: set[str] = set()
    operators: set[str] = set()
    while terms:
        term = terms.pop()
        operators |= primitives(term) - NOTATION
        new = calls(term) - definitions
        definitions |= new
        terms += [library.definitions[name].body for name in new]
    found = list(operators)
    for operator in found:
        more = handed(operator) - operators
        operators |= more
        found += more
    return definitions, {o for o in operators if not is_spelt_out(library, o)}


def bridged(
    library: Library, definitions: set[str], operators: set[str]
) -> dict[str, tuple[str, ...]]:
    """What of these is compared by theorems of the project, and not by definition."""
    names = sorted(definitions | operators)
    return {name: library.bridges[name] for name in names if name in library.bridges}
