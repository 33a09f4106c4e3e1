"""Everything that the mirror puts to the kernel: each specification beside what Lean has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.claims.model import Claim, Library
from harness.lean import expression as lean
from harness.lean.audit.answer import Answer
from harness.lean.audit.comparison import Comparison, Identity, Plan, at
from harness.lean.expression import Constant, Local, TypeOf, arrow
from harness.lean.mirror import keys
from harness.lean.mirror.meaning import meaning
from harness.lean.printer import Printer, applied, levels_of
from harness.lean.reach import NOTATION
from harness.lean.scope import CannotPrint


def plan(library: Library, claims: tuple[Claim, ...]) -> Plan:
    """All comparisons for these claims, and for every primitive and definition of the library."""
    printer = Printer(library)
    faults: dict[str, str] = {}
    statements: dict[str, str] = {}
    found: list[Comparison] = []

    def add(key: str, comparisons: Iterable[tuple[str, Comparison]]) -> None:
        """Comparisons, each with the constant that it is about."""
        try:
            found.extend(comparison.of(subject, library) for subject, comparison in comparisons)
        except CannotPrint as error:
            faults[key] = str(error)

    for key, own in identities(printer):
        add(key, ((i.bridge or i.subject, i.comparison()) for i in own))
    for claim in claims:
        theorem = library.qualified(claim.theorem)
        add(keys.claim(claim.theorem), ((theorem, item) for item in _claim(printer, claim)))
        try:
            statements[claim.theorem] = lean.source(printer.claim(claim)[1])
        except CannotPrint:
            statements[claim.theorem] = ""
    return Plan(tuple(found), faults, statements)


def doubtful(asked: Plan, answer: Answer) -> list[str]:
    """The keys of the primitives and definitions of which the kernel refuses a comparison."""
    found: dict[str, None] = {}
    for comparison in asked.comparisons:
        kind, name, *_ = comparison.key.split(":")
        ruling = answer.compared.get(comparison.key)
        if kind != "claim" and ruling is not None and not ruling.accepted:
            found[f"{kind}:{name}"] = None
    return list(found)


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


def identities(printer: Printer) -> Iterator[tuple[str, Iterator[Identity]]]:
    """What is to be equal for each primitive and definition of the library, by its key."""
    for operator in printer.library.primitives:
        if operator not in NOTATION:
            yield keys.primitive(operator), meaning(printer, operator)
    for name in printer.library.definitions:
        yield keys.definition(name), text_of_definition(printer, name)


def text_of_definition(printer: Printer, name: str) -> Iterator[Identity]:
    """That a definition of the library is Lean's of its name. Raises CannotPrint."""
    definition = printer.library.definitions[name]
    [bridge] = printer.library.bridges.get(name) or ("",)
    arrangement, scope, binders = printer.definition(definition, bridge)
    subject = printer.library.constant(name)
    yield Identity(
        keys.definition(name),
        subject,
        arrangement,
        definition.parameters,
        scope,
        binders,
        definition.body.type,
        scope.term(applied(definition))
        if bridge
        else at(Constant(subject, levels_of(scope)), binders),
        scope.term(definition.body),
        bridge,
        printer.needs[name],
    )
