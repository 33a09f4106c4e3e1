"""Everything that the mirror puts to the kernel: each specification beside what Lean has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.claims.model import Claim, Library
from harness.lean import expression as lean
from harness.lean.expression import Constant, Local, TypeOf, arrow
from harness.lean.mirror import keys
from harness.lean.mirror.comparison import Comparison, at, references, same
from harness.lean.mirror.meaning import NOTATION, meaning
from harness.lean.printer import Printer, levels_of
from harness.lean.scope import CannotPrint


@dataclass(frozen=True)
class Plan:
    """Everything to compare, and what could not be printed."""

    comparisons: tuple[Comparison, ...]
    faults: dict[str, str]
    """Why a comparison could not be written down, by its key."""
    statements: dict[str, str]
    """The printed statement of each claim."""

    def references(self) -> list[str]:
        """The reference definitions that are cited."""
        return references(self.comparisons)


def plan(library: Library, claims: tuple[Claim, ...]) -> Plan:
    """All comparisons for these claims, and for every primitive and definition of the library."""
    printer = Printer(library)
    faults: dict[str, str] = {}
    statements: dict[str, str] = {}
    found: list[Comparison] = []

    def add(key: str, subject: str, comparisons: Iterator[Comparison]) -> None:
        try:
            found.extend(comparison.of(subject, library) for comparison in comparisons)
        except CannotPrint as error:
            faults[key] = str(error)

    for operator in library.primitives:
        if operator not in NOTATION:
            add(
                keys.primitive(operator),
                library.primitives[operator],
                meaning(printer, operator),
            )
    for name in library.definitions:
        add(keys.definition(name), library.constant(name), text_of_definition(printer, name))
    for claim in claims:
        add(keys.claim(claim.theorem), library.qualified(claim.theorem), _claim(printer, claim))
        try:
            statements[claim.theorem] = lean.source(printer.claim(claim)[1])
        except CannotPrint:
            statements[claim.theorem] = ""
    return Plan(tuple(found), faults, statements)


# -- the comparisons -----------------------------------------------------------------------------


def text_of_claim(printer: Printer, claim: Claim) -> Iterator[Comparison]:
    """That a claim says what the theorem of its name says, and that this says what the claim says.

    Raises CannotPrint.
    """
    levels, statement = printer.claim(claim)
    theorem = Constant(printer.library.qualified(claim.theorem), levels)
    yield Comparison(keys.forward(claim.theorem), levels, statement, theorem)
    yield Comparison(
        keys.backward(claim.theorem),
        levels,
        arrow(statement, TypeOf(theorem)),
        lean.Function("h", statement, Local("h")),
    )


def _claim(printer: Printer, claim: Claim) -> Iterator[Comparison]:
    yield from text_of_claim(printer, claim)
    levels, _ = printer.claim(claim)
    theorem = Constant(printer.library.qualified(claim.theorem), levels)
    for hypothesis in claim.hypotheses:
        rest = tuple(h for h in claim.hypotheses if h is not hypothesis)
        _, weaker = printer.claim(replace(claim, hypotheses=rest))
        yield Comparison(keys.without(claim.theorem, hypothesis.name), levels, weaker, theorem)


def text_of_definition(printer: Printer, name: str) -> Iterator[Comparison]:
    """That a definition of the library is Lean's of its name. Raises CannotPrint."""
    definition = printer.library.definitions[name]
    scope, binders = printer.definition(definition)
    constant = Constant(printer.library.constant(name), levels_of(scope))
    yield same(
        keys.definition(name),
        levels_of(scope),
        binders,
        scope.type(definition.body.type),
        at(constant, binders),
        scope.term(definition.body),
    )
