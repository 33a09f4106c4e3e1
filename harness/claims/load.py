"""Files of claims to claims. Every mistake of every file is found in one pass, at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from harness.claims.document import (
    YamlPath,
    read_all,
    read_checked,
    read_document,
    schema_faults,
)
from harness.claims.faults import Faults, is_lean_name, read_means, read_parameters
from harness.claims.library import DEFINITIONS_FILE
from harness.claims.looks import judged, places_of_names
from harness.claims.model import TO_BE_SAID, Claim, Definition, Hypothesis, Library, Place, Sample
from harness.diagnostics import Diagnostic, InputError
from harness.language.elaborate import elaborate_as, elaborate_statement
from harness.language.parser import parse_statement, parse_term
from harness.language.prelude import made_of
from harness.language.primitives import BY_NAME
from harness.language.scope import Scope
from harness.language.syntax import names_in
from harness.language.terms import Equation, Lambda, Relation, Term
from harness.language.tokens import is_identifier
from harness.language.transform import calls, free_variables, primitives, subterms
from harness.language.types import Parameter, is_place


def compares(terms: Iterable[Term], definitions: Mapping[str, Definition]) -> bool:
    """Whether anything in terms, or in what they call, is chosen by an order of scalars."""
    return any(
        any("if_at_most" in {operator, *made_of(operator)} for operator in primitives(term))
        or compares((definitions[name].body for name in calls(term)), definitions)
        for term in terms
    )


def load_claim(path: Path, name: str, library: Library) -> Claim:
    """Read one claim. Raises `InputError` with all its faults."""
    document = read_checked(path, name, "claim")
    faults = Faults(document)
    data = document.data
    theorem = data["theorem"]
    if not is_lean_name(theorem):
        faults.add(("theorem",), f"{theorem!r} is not a Lean name")
    kind = data.get("scalars", next(iter(library.scalars)))
    if kind not in library.scalars:
        known = ", ".join(library.scalars)
        message = f"unknown kind of scalars {kind!r}; declared in {DEFINITIONS_FILE}: {known}"
        faults.add(("scalars",), message)
    parameters = read_parameters(("for",), faults)
    if parameters is None:
        raise InputError(faults)
    scope = library.scope(parameters)
    hypotheses = []
    for hypothesis, text in (data.get("assume") or {}).items():
        path_: YamlPath = ("assume", hypothesis)
        if not is_identifier(hypothesis):
            message = f"{hypothesis!r} cannot name a hypothesis"
            faults.add(path_, message, key=True)
        equation = _statement(path_, text, scope, faults)
        if equation is not None:
            hypotheses.append(Hypothesis(hypothesis, equation, text, Place(document, path_)))
    conclusion = _statement(("then",), data["then"], scope, faults)
    late = _late(conclusion, parameters, hypotheses) if conclusion else ()
    if conclusion and late:
        hypotheses = [replace(h, after=len(parameters)) for h in hypotheses]
        parameters = (*parameters, *late)
        conclusion = replace(conclusion, parameters=())
    samples = _samples(parameters, library, faults)
    stated = [(h.place.path, h.equation) for h in hypotheses if h.place]
    chosen = False
    for path_, equation in [*stated, (("then",), conclusion)]:
        sign = equation.relation if equation else Relation.EQUAL
        if equation and compares((equation.left, equation.right), library.definitions):
            chosen, sign = True, sign if sign.is_order else Relation.AT_MOST
        if sign.is_order and kind in library.scalars and sign not in library.scalars[kind].order:
            ordered = ", ".join(k for k, known in library.scalars.items() if sign in known.order)
            message = f"expected scalars that {sign} orders ({ordered}), found the kind {kind!r}"
            faults.add(path_, message)
    means = read_means(data.get("means") or {})
    for name in means.keys() - {parameter.name for parameter in parameters}:
        faults.add(("means",), f"the claim has no variable {name}")
    texts: list[YamlPath] = [("then",), *(("assume", name) for name in data.get("assume") or {})]
    names = places_of_names(document, keys=[("for",), ("assume",)], texts=texts)
    same, doubts = judged(names, [*library.definitions, *BY_NAME])
    faults.extend(same)
    if faults or conclusion is None:
        raise InputError(faults)
    if data["says"].strip() == TO_BE_SAID:
        message = "it says nothing to a reader yet: a sentence of plain English is to stand here"
        doubts.append(document.fault(("says",), message))
    return Claim(
        theorem=theorem,
        says=data["says"].strip(),
        scalars=library.scalars[kind],
        parameters=parameters,
        hypotheses=tuple(hypotheses),
        conclusion=conclusion,
        conclusion_text=data["then"],
        source=data.get("source", ""),
        samples=samples,
        waived=dict(data.get("waive") or {}),
        means=means,
        compares=chosen,
        vacuous=data.get("vacuous", ""),
        place=Place(document, ()),
        doubts=tuple(doubts),
    )


def load_claims(paths: Iterable[tuple[Path, str]], library: Library) -> tuple[Claim, ...]:
    """Read claims from (path, name in messages) pairs; no theorem may be claimed twice.

    Raises `InputError` with the faults of all files together.
    """
    found, faults = read_all(paths, lambda path, name: load_claim(path, name, library))
    claims: dict[str, Claim] = {}
    for claim in found:
        if claim.theorem in library.definitions and claim.place:
            message = f"{claim.theorem} is the name of a definition; `lean` there gives it another"
            faults.append(claim.place.document.fault(("theorem",), message))
        first = claims.setdefault(claim.theorem, claim)
        if first is not claim and first.place and claim.place:
            message = f"{claim.theorem} is already claimed in {first.place.file}"
            faults.append(claim.place.document.fault(("theorem",), message))
    places = {
        name: partial(claim.place.document.fault, ("theorem",))
        for name, claim in claims.items()
        if claim.place
    }
    same, doubts = judged(places, library.definitions)
    if faults or same:
        raise InputError([*faults, *same])
    return tuple(
        replace(c, doubts=(*c.doubts, *(d for d in doubts if c.place and d.file == c.place.file)))
        for c in claims.values()
    )


def form_faults(paths: Iterable[tuple[Path, str]]) -> Iterator[Diagnostic]:
    """What is wrong with claims before anything is known of definitions."""
    for path, name in paths:
        try:
            yield from schema_faults(read_document(path, name), "claim")
        except InputError as error:
            yield from error.diagnostics


def _late(
    conclusion: Equation, before: tuple[Parameter, ...], hypotheses: list[Hypothesis]
) -> tuple[Parameter, ...]:
    """What the conclusion ranges over, where that is more than places: variables as the others.

    None where a hypothesis, or another variable, has one of these names for something else.
    """
    bound = conclusion.parameters
    taken = {p.name for p in before}
    for equation in (h.equation for h in hypotheses):
        taken |= {v.name for v in equation.parameters}
        parts = (*subterms(equation.left), *subterms(equation.right))
        taken |= {part.parameter.name for part in parts if isinstance(part, Lambda)}
    names = {v.name for v in bound}
    if all(is_place(v.type) for v in bound) or names & taken or len(names) < len(bound):
        return ()
    return tuple(Parameter(v.name, v.type) for v in bound)


def _statement(path: YamlPath, text: str, scope: Scope, faults: Faults) -> Equation | None:
    return faults.text(path, lambda: elaborate_statement(parse_statement(text), scope))


def _samples(
    parameters: tuple[Parameter, ...], library: Library, faults: Faults
) -> tuple[Sample, ...]:
    """What stands under `sample`: variables with what they are, and types of other names."""
    texts: Mapping[str, str] = faults.document.data.get("sample") or {}
    types = {p.name: p.type for p in parameters if p.is_explicit}
    drawn: list[Parameter] = []
    for name, text in texts.items():
        path: YamlPath = ("sample", name)
        if not is_identifier(name) or any(p.name == name for p in parameters if not p.is_explicit):
            faults.add(path, f"{name!r} cannot name a variable", key=True)
        elif name not in types and (type_ := faults.type(path, text, parameters)) is not None:
            drawn.append(Parameter(name, type_))
    found = []
    for name in (n for n in texts if n in types):
        text, path, wanted = texts[name], ("sample", name), types[name]
        syntax = faults.text(path, parse_term, text)
        if syntax is None:
            continue
        taken = {*types, *(p.name for p in (*parameters, *drawn)), *library.definitions, *BY_NAME}
        own = [p for p in drawn if p.name in names_in(syntax)]
        own += [Parameter(n, wanted) for n in sorted(names_in(syntax) - taken)]
        scope = library.scope((*parameters, *own))
        term = faults.text(path, elaborate_as, syntax, wanted, scope)
        if term is not None and name in free_variables(term):
            faults.add(path, f"{name} is told by itself")
        elif term is not None:
            found.append(Sample(name, term, text, tuple(own)))
    return tuple(found)
