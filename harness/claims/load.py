"""YAML to claims. Every mistake of every file is found in one pass and reported at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from harness.claims.document import (
    Document,
    YamlPath,
    read_all,
    read_checked,
    read_document,
    schema_faults,
)
from harness.claims.looks import disguise, judged, places_of_names
from harness.claims.model import (
    ANY_TYPE,
    OPERATORS,
    OWN_NAMES,
    ROOT,
    TO_BE_SAID,
    Claim,
    Definition,
    Hypothesis,
    Library,
    Place,
    Sample,
    ScalarKind,
)
from harness.diagnostics import Diagnostic, InputError
from harness.language.characters import is_disguised
from harness.language.elaborate import elaborate_as, elaborate_statement, elaborate_term
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.prelude import made_of
from harness.language.primitives import BY_NAME, OPERATIONS, signatures
from harness.language.scope import Scope, check_type
from harness.language.syntax import LanguageError, names_in
from harness.language.terms import Equation, Lambda, Relation, Term
from harness.language.tokens import IDENTIFIER, is_identifier
from harness.language.transform import calls, free_variables, primitives, subterms
from harness.language.types import Parameter, Sort, Type, is_place

T = TypeVar("T")

DEFINITIONS_FILE = "definitions.yaml"


class Faults(list[Diagnostic]):
    """Collects the faults of one file, so that reading goes on after the first."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document

    def add(self, path: YamlPath, message: str, *, key: bool = False) -> None:
        """A fault at the value (or the key) that `path` leads to."""
        self.append(self.document.fault(path, message, key=key))

    def text(self, path: YamlPath, read: Callable[..., T], *given: Any) -> T | None:
        """What `read` makes of the given; nothing, and a fault within the text at `path`."""
        try:
            return read(*given)
        except LanguageError as error:
            self.append(self.document.fault_within(path, error.span[0], error.message))
        except RecursionError:
            self.add(path, "nested too deeply")
        return None

    def type(self, path: YamlPath, text: str, parameters: Iterable[Parameter]) -> Type | None:
        """The type that a text stands for, whether or not all of its names are declared."""
        type_ = self.text(path, parse_type, text)
        if type_ is not None:
            self.text(path, check_type, type_, Scope({}, tuple(parameters)), (0, len(text)))
        return type_

    def term(self, path: YamlPath, text: str, scope: Scope) -> Term | None:
        """The term that a text stands for."""
        return self.text(path, lambda: elaborate_term(parse_term(text), scope))

    def constant(self, path: YamlPath, name: str) -> bool:
        """Whether `name` can be a Lean constant that all definitions rest on."""
        if not is_lean_name(name):
            self.add(path, f"{name!r} is not a Lean name")
        elif is_disguised(name):
            self.add(path, disguise(name))
        elif name.removeprefix(ROOT).split(".")[0] in OWN_NAMES:
            self.add(path, f"expected a name of the package, found the harness's own {name}")
        else:
            return True
        return False


def load_library(path: Path, name: str) -> Library:
    """Read `definitions.yaml`. Raises `InputError` with all its faults."""
    document = read_checked(path, name, "definitions")
    faults = Faults(document)
    data = document.data
    namespace = data["namespace"]
    if namespace:
        faults.constant(("namespace",), namespace)
    shipped = profile(data["extends"]) if "extends" in data else Library("", {}, {}, {})
    empty = Library(namespace, {}, {}, {})
    said = data.get("primitives", {})
    terms = {name: text for name, text in shipped.terms.items() if name not in said}
    borrowed = frozenset(terms)
    shapes = {**shipped.shapes, **(data.get("types") or {})}
    for shape, text in (data.get("types") or {}).items():
        _one_term(("types", shape), text, faults)
    primitives = {name: shipped.primitives[name] for name in terms}
    for primitive, constant in said.items():
        path_ = ("primitives", primitive)
        if primitive not in signatures():
            known = ", ".join(signatures())
            message = f"unknown primitive {primitive!r}; known: {known}"
            faults.add(path_, message, key=True)
        elif _is_term(constant):
            if primitive in OPERATIONS or primitive in _FUNCTIONS:
                message = f"{primitive} is Lean's own, and needs no constant"
                faults.add(path_, message)
            elif _one_term(path_, constant, faults):
                terms[primitive] = constant
                primitives[primitive] = f"{OPERATORS}.{primitive}"
        elif faults.constant(path_, constant):
            primitives[primitive] = empty.qualified(constant)
    scalars = {**_kinds(faults)}
    scalars |= {kind: own for kind, own in shipped.scalars.items() if kind not in scalars}
    # A claim that does not say is of the kind that stands first.
    scalars |= {kind: own for kind, own in core_scalars().items() if kind not in scalars}
    types = {kind: own for kind, own in profile("mathlib").scalars.items() if own.is_type}
    for kind, own in {**types, **core_scalars()}.items():
        found = scalars.get(kind, own)
        # Mathlib's `Field` may stand for that of Lean's core, and no other class or type.
        if found.lean_name.split(".")[-1] != own.lean_name.split(".")[-1]:
            message = f"{kind!r} is the name of {own.lean_name}, and not of {found.lean_name}"
            faults.add(("scalars", kind), message, key=True)
    definitions = _definitions(faults)
    bridges = {name: own for name, own in shipped.bridges.items() if name in borrowed}
    bridges |= _bridges(namespace, {*primitives, *definitions}, faults)
    if faults:
        raise InputError(faults)
    return Library(
        namespace,
        scalars,
        primitives,
        definitions,
        bridges,
        terms,
        shapes,
        document=document,
        means=_means(data.get("means") or {}),
        extends=data.get("extends", ""),
        borrowed=borrowed,
        believed=shipped.believed,
    )


def _definitions(faults: Faults) -> dict[str, Definition]:
    """The definitions, each of which may speak of those before it."""
    document = faults.document
    definitions: dict[str, Definition] = {}
    for definition_name, entry in document.data["definitions"].items():
        base: YamlPath = ("definitions", definition_name)
        if not is_identifier(definition_name):
            message = f"{definition_name!r} cannot name a definition"
            faults.add(base, message, key=True)
            continue
        if definition_name in signatures():
            message = (
                "expected a name that no operator of the language has, "
                f"found {definition_name!r}; Lean's own is named in 'primitives'"
            )
            faults.add(base, message, key=True)
            continue
        lean_name = entry.get("lean", "")
        if lean_name:
            faults.constant((*base, "lean"), lean_name)
        parameters = read_parameters((*base, "for"), faults)
        if parameters is None:
            continue
        scope = Scope({n: d.type for n, d in definitions.items()}, parameters)
        body = faults.term((*base, "is"), entry["is"], scope)
        names = places_of_names(document, keys=[(*base, "for")], texts=[(*base, "is")])
        names[definition_name] = partial(document.fault, base, key=True)
        same, doubts = judged(names, [*definitions, *BY_NAME])
        faults.extend(same)
        if body is not None:
            definitions[definition_name] = Definition(
                definition_name,
                entry["says"],
                parameters,
                body,
                entry["is"],
                lean_name,
                vacuous=entry.get("vacuous", ""),
                place=Place(document, base),
                doubts=tuple(doubts),
            )
    return definitions


def _bridges(namespace: str, known: set[str], faults: Faults) -> dict[str, tuple[str, ...]]:
    """The theorems that stand where a constant is not by definition what it is meant to be."""
    found: dict[str, tuple[str, ...]] = {}
    for name, given in (faults.document.data.get("bridges") or {}).items():
        at: YamlPath = ("bridges", name)
        theorems = [given] if isinstance(given, str) else given
        wanted = 2 if name == "sum" else 1
        if name not in known:
            message = f"expected a primitive or a definition of this file, found {name!r}"
            faults.add(at, message, key=True)
            continue
        if len(theorems) != wanted:
            what = (
                "two theorems, of the sum of nothing and of one term more"
                if wanted == 2
                else "one theorem"
            )
            faults.add(at, f"expected {what}, found {len(theorems)}")
            continue
        if all(faults.constant(at, theorem) for theorem in theorems):
            found[name] = tuple(map(Library(namespace, {}, {}, {}).qualified, theorems))
    return found


def _is_term(text: str) -> bool:
    """Whether an operator is said as a term of Lean, and not by a name."""
    return re.search(r"[\s()]", text.strip()) is not None


def _one_term(path: YamlPath, text: str, faults: Faults) -> bool:
    """Whether a text for Lean can be one term: its brackets close, and nothing is hidden in it.

    What it says does not depend on this; it is so that Lean's messages are about the term.
    """
    opened: list[tuple[str, int]] = []
    for match in re.finditer(r'--|/-|"|«|[(\[{⟨]|[)\]}⟩]', text):
        mark, offset = match[0], match.start()
        if mark in _BRACKETS:
            opened.append((_BRACKETS[mark], offset))
        elif mark not in _BRACKETS.values():
            message = f"expected one term of Lean, without comments, texts and quoted names: {mark}"
            faults.append(faults.document.fault_within(path, offset, message))
            return False
        elif not opened or opened.pop()[0] != mark:
            message = f"expected one term of Lean, found {mark!r}, which closes nothing"
            faults.append(faults.document.fault_within(path, offset, message))
            return False
    for mark, offset in opened:
        message = f"expected one term of Lean: {mark!r} is missing for what opens here"
        faults.append(faults.document.fault_within(path, offset, message))
    return not opened


_BRACKETS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
_FUNCTIONS = frozenset({"vector", "tabulate", "entry", "matrix_entry", "numeral"})
"""Operators that are Lean's own functions, and its numerals."""


@cache
def core_scalars() -> Mapping[str, ScalarKind]:
    """The kinds of scalars that Lean's core has, by name."""
    return {**_kinds(Faults(_shipped("core"))), ANY_TYPE.name: ANY_TYPE}


PROFILES = ("mathlib",)
"""The profiles that a `definitions.yaml` may extend."""


@cache
def profile(name: str) -> Library:
    """What a shipped profile says of scalars and operators, none of it the project's own."""
    document = _shipped(name)
    data = document.data
    terms = dict(data["primitives"])
    return Library(
        "",
        {**core_scalars(), **_kinds(Faults(document))},
        {operator: f"{OPERATORS}.{operator}" for operator in terms},
        {},
        {operator: tuple(theorems) for operator, theorems in data["bridges"].items()},
        terms,
        data["types"],
        extends=name,
        borrowed=frozenset(terms),
        believed=tuple(data["believed"]),
    )


def _shipped(name: str) -> Document:
    """A file of `profiles/`."""
    file = resources.files("harness.claims") / "profiles" / f"{name}.yaml"
    with resources.as_file(file) as path:
        return read_document(path, path.name)


_NUMERALS = {"zero": ("Zero.toOfNat0",), "one": ("One.toOfNat1",)}
"""What leads from the instance that Lean finds for 0 or 1 to that of the numeral."""


def _kinds(faults: Faults) -> dict[str, ScalarKind]:
    """The kinds of scalars that a file declares."""
    scalars: dict[str, ScalarKind] = {}
    for kind, entry in faults.document.data.get("scalars", {}).items():
        at: YamlPath = ("scalars", kind)
        if "ordered" in entry:
            base = scalars.get(entry["ordered"])
            if base is None or base.is_type:
                faults.add(
                    (*at, "ordered"),
                    f"no kind of a class stands above by this name: {entry['ordered']!r}",
                )
            else:
                scalars[kind] = replace(base, name=kind, is_ordered=True)
            continue
        lean_name = entry["type"] if "type" in entry else entry["class"]
        classes, given = entry.get("instances", {}), entry["operations"]
        said = classes if isinstance(classes, list) else chain(*classes.items())
        more = [] if isinstance(given, list) else chain(*given.values())
        for constant in (lean_name, *said, *more):
            faults.constant(at, constant)
        own = f"{OPERATORS}.{lean_name}"
        if isinstance(classes, list):
            classes = {name: f"{own}.{name}" for name in classes}
        if isinstance(given, list):
            given = {op: [f"{own}.{op}", *_NUMERALS.get(op, ())] for op in given}
        operations = {op: tuple(names) for op, names in given.items()}
        is_type = "type" in entry
        scalars[kind] = ScalarKind(kind, lean_name, operations, is_type, classes)
        if kind in OPERATIONS:
            message = f"{kind!r} is the name of an operation"
            faults.add(at, message, key=True)
    return scalars


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
    means = _means(data.get("means") or {})
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
        late=len(late),
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


def read_parameters(path: YamlPath, faults: Faults) -> tuple[Parameter, ...] | None:
    """The parameters under `for`, or nothing where one of them has a fault."""
    entries: Mapping[str, str] = faults.document.data
    for key in path:
        entries = entries[key]  # type: ignore[assignment, index]
    before = len(faults)
    found: list[Parameter] = []
    for key, text in entries.items():
        inner = (*path, key)
        for name in (part.strip() for part in key.split(",")):
            if not is_identifier(name):
                faults.add(inner, f"{name!r} cannot name a variable", key=True)
            elif any(p.name == name for p in found):
                faults.add(inner, f"{name} is declared twice", key=True)
            elif text in ("dimension", "type"):
                found.append(Parameter(name, Sort(text)))
            else:
                type_ = faults.type(inner, text, found)
                if type_ is None:
                    break
                found.append(Parameter(name, type_))
    return tuple(found) if len(faults) == before else None


def _means(entries: Mapping[str, str]) -> dict[str, str]:
    """What each variable stands for; a key may list several, as under `for`."""
    return {
        name.strip(): " ".join(text.split())
        for key, text in entries.items()
        for name in key.split(",")
    }


def is_lean_name(text: str) -> bool:
    """Whether `text` can name a theorem, a definition, a class or a namespace of Lean here."""
    return re.fullmatch(rf"{IDENTIFIER}(\.{IDENTIFIER})*", text) is not None
