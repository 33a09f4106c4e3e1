"""`definitions.yaml` to a library: kinds of scalars, operators as Lean has them, definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from itertools import chain
from pathlib import Path

from harness.claims.document import (
    Document,
    YamlPath,
    read_checked,
    read_document,
)
from harness.claims.faults import Faults, read_means, read_parameters
from harness.claims.looks import judged, places_of_names
from harness.claims.model import ANY_TYPE, OPERATORS, Definition, Library, Place, ScalarKind
from harness.diagnostics import InputError
from harness.language.primitives import BY_NAME, OPERATIONS, signatures
from harness.language.scope import Scope
from harness.language.tokens import is_identifier

DEFINITIONS_FILE = "definitions.yaml"


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
    usual = profile("mathlib").scalars
    for kind, found in scalars.items():
        own = usual.get(kind)
        # Mathlib's `Field` may stand for that of Lean's core, and no other class or type.
        if own is None or found.lean_name.split(".")[-1] != own.lean_name.split(".")[-1]:
            scalars[kind] = replace(found, is_named_here=True)
            if own is not None and (own.is_type or kind in core_scalars()):
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
        means=read_means(data.get("means") or {}),
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


@cache
def known_instances() -> frozenset[str]:
    """The constants that give an operation, or an instance of a class, its usual meaning.

    Of any other, such as `Add.mk`, its type alone does not tell what it gives.
    """
    kinds = core_scalars().values()
    paths = chain.from_iterable(kind.operations.values() for kind in kinds)
    classes = (kind.classes.values() for kind in kinds)
    return frozenset(chain(*paths, *classes, *_NUMERALS.values()))


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
