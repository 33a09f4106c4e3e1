"""Operators that `definitions.yaml` says as Lean terms, such as `fun A B => A * B`.

Lean elaborates each once, as a definition in a module of ours on top of the package; from then on
it is a constant as any other. What it means is for the kernel to say, which compares it, from its
stored term, with what the operator means: no text given to Lean can make a wrong one right.

The instances of scalars that Lean is to find (`operations: [add, …]`) are constants as well. They
are compared with nothing: both sides of a comparison are printed with them. So they stand in a
module that imports Lean's library and what is believed, and nothing of the package, whose macros
could make `inferInstance` anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from harness.claims.model import (
    ANY_TYPE,
    INSTANCES,
    OPERATORS,
    SCALARS,
    SHAPES,
    Arrangement,
    Library,
    Universes,
)
from harness.claims.needs import needs_of
from harness.diagnostics import Diagnostic, InputError
from harness.files import write_atomically
from harness.language.primitives import signatures
from harness.language.types import (
    Dim,
    Function,
    Index,
    Matrix,
    Scalar,
    Type,
    Vector,
    resolve,
)
from harness.lean.adapted import adapted, written
from harness.lean.audit.inspection import library_of
from harness.lean.build import Build, ModuleBuild, build
from harness.lean.errand import Errand, ErrandFailed, tell
from harness.lean.header import parse_header
from harness.lean.messages import Message
from harness.lean.package import Module, Package
from harness.lean.scope import CLASSES, NUMERALS
from harness.lean.toolchain import Caller

_HOLE = Message("", 0, 0, "error", "it is left open with `sorry`")

Terms = Mapping[str, tuple[str, str]]
"""Operators and their terms, each under a key of its own."""


@dataclass(frozen=True)
class Way:
    """One way to elaborate a term: over scalars with these instances, or about one type."""

    key: str
    operator: str
    """What its constant is called."""
    text: str
    arrangement: Arrangement
    binders: str
    type: str
    """Its type, as the specifications have it."""
    written: str
    """The same, as the package writes it."""
    module: str = OPERATORS
    """The module that it stands in."""


@dataclass
class _Text:
    """A Lean file on its way, and what stands in which of its lines."""

    lines: list[str] = field(default_factory=list)
    owners: list[Way | None] = field(default_factory=list)
    terms: dict[Way, int] = field(default_factory=dict)
    """The line, from 1, at which the term begins."""

    def add(self, text: str, owner: Way | None = None) -> None:
        new = text.split("\n")
        self.lines += new
        self.owners += [owner] * len(new)

    def owner(self, message: Message) -> Way | None:
        line = message.line - 1
        return self.owners[line] if 0 <= line < len(self.owners) else None


def with_operators(
    library: Library,
    package: Package,
    caller: Caller,
) -> Build:
    """The package as built, with a module of the operators that are terms.

    Where the package is not built whole, some of them may be missing. Raises `InputError` where
    Lean refuses a term, at its place, and `ErrandFailed`.
    """
    for name in (OPERATORS, INSTANCES):
        if name in package.modules:
            message = f"the package has a module {name}, a name of the harness's own"
            raise InputError([Diagnostic(package.modules[name].file, 1, 1, message)])
    is_asked = library.terms or any(_instances(library))
    built = _build(package, caller, kept=(OPERATORS, INSTANCES) if is_asked else ())
    built = replace(built, believed=library.believed)
    if not is_asked or not any(module.ok for module in built.modules.values()):
        return built
    terms = {operator: (operator, text) for operator, text in library.terms.items()}
    found, refused = tried(library, terms, built, caller, explain=built.ok)
    if refused and built.ok:
        raise InputError([_fault(library, *item) for item in refused.items()])
    return extended(library, built, list(found.values()), caller)


def _build(
    package: Package,
    caller: Caller,
    kept: Collection[str] = (),
    known: Collection[ModuleBuild] = (),
) -> Build:
    return build(
        package,
        caller.lean,
        build_dir=caller.cache / "build",
        kept=kept,
        known=known,
        on_progress=caller.say,
        stop=caller.stop,
    )


def tried(
    library: Library, terms: Terms, built: Build, caller: Caller, *, explain: bool = False
) -> tuple[dict[str, Way], dict[str, Message]]:
    """The first way in which Lean elaborates each term, and what it says of those with none.

    That only to `explain`. Lines and columns of a message count from the first of the term; line 0
    is outside of it.
    """
    ways = {key: list(_ways(library, key, *item)) for key, item in terms.items()}
    ask = partial(_asked, library, built, caller)
    said = ask([way for found in ways.values() for way in found], quiet=True)
    instances = {way.key: [way] for way in _instances(library)}
    said |= ask([way for found in instances.values() for way in found], quiet=True)
    ways |= instances
    chosen = {
        key: way
        for key, found in ways.items()
        if (way := next((w for w in found if w not in said), None)) is not None
    }
    # Most is known of the scalars where they are those that a claim is about.
    kind = next(iter(library.scalars))
    telling = [
        next((w for w in ways[key] if kind in w.arrangement.items), ways[key][0])
        for key in terms
        if key not in chosen and key not in library.borrowed
    ]
    if not telling or not explain:
        return chosen, {}
    errors = ask(telling, quiet=False)
    return chosen, {way.key: errors.get(way, _HOLE) for way in telling}


def _asked(
    library: Library,
    built: Build,
    caller: Caller,
    ways: Sequence[Way],
    *,
    quiet: bool,
) -> dict[Way, Message]:
    """What Lean first says of the ways that do not work; with `quiet`, hardly more than that.

    They are of one module. Of one that works it says nothing. Where the error lies outside of a
    term its line is 0.
    """
    if not ways:
        return {}
    [module] = {way.module for way in ways}
    text = _opening(library, built, module)
    for number, way in enumerate(ways):
        _define(text, library, way, f"_{number}", quiet=quiet)
    text.add("end")
    text.add('#eval show IO Unit from IO.FS.writeFile "answer.txt" "end\\n"')
    source = "\n".join(text.lines)
    if caller.lean.takes_all_for_modules:
        source = adapted(source).text
    errand = Errand("Operators", source, {}, bears_errors=True)
    folder = f"operators/{'trial' if quiet else 'faults'}"
    what = f"elaborating {len({way.key for way in ways})} terms of operators"
    if module == INSTANCES:
        folder, what = "instances", f"finding {len(ways)} instances"
    told = tell(errand, built, caller, folder=folder, what=what)
    if told.complaint:
        raise ErrandFailed(told.complaint)
    found: dict[Way, Message] = {}
    for message in told.messages:
        owner = text.owner(message)
        if owner is None and message.is_error:
            raise ErrandFailed(f"the terms of operators cannot be asked about: {message.text}")
        if owner is not None and (message.is_error or (quiet and "sorry" in message.text)):
            line = message.line - text.terms[owner] + 1
            inside = 1 <= line <= len(owner.text.split("\n"))
            found.setdefault(owner, replace(message, line=line if inside else 0))
    return found


def extended(
    library: Library,
    built: Build,
    ways: Sequence[Way],
    caller: Caller,
) -> Build:
    """The build with the modules of these operators on top. Raises `ErrandFailed`."""
    own = {
        name: _module(name, [way for way in ways if way.module == name], library, built, caller)
        for name in dict.fromkeys(way.module for way in ways)
    }
    whole = replace(
        built.package,
        modules={**built.package.modules, **own},
        roots=(*built.package.roots, *own),
    )
    found = _build(whole, caller, known=built.modules.values())
    found = replace(found, believed=built.believed)
    for module in (found.modules[name] for name in own):
        if not module.ok:
            said = "; ".join(message.text for message in module.messages if message.is_error)
            what = f"the terms of operators could not be built: {said or module.reason}"
            raise ErrandFailed(what)
    return found


def _module(
    name: str, ways: Sequence[Way], library: Library, built: Build, caller: Caller
) -> Module:
    """A module of operators, written down."""
    text = _opening(library, built, name)
    for way in ways:
        _define(text, library, way, "")
    source = "\n".join([*text.lines, "end", ""])
    path = caller.cache / "operators" / f"{name}.lean"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, source)
    digest, home = sha256(source.encode()).hexdigest(), path.parent.resolve()
    return Module(name, path, path.name, parse_header(source), digest, home=home)


def _fault(library: Library, operator: str, message: Message) -> Diagnostic:
    assert library.document is not None
    said = f"Lean does not take this term: {' '.join(message.text.split())}"
    path = ("primitives", operator)
    if message.line < 1:
        return library.document.fault(path, said)
    lines = library.terms[operator].split("\n")
    before = sum(len(line) + 1 for line in lines[: message.line - 1])
    return library.document.fault_within(path, before + max(message.column - 1, 0), said)


def _opening(library: Library, built: Build, module: str) -> _Text:
    text = _Text()
    own = [
        name
        for name, found in built.modules.items()
        if found.ok and name != OPERATORS and not built.package.modules[name].package
    ]
    if module == INSTANCES:
        # No scalars are among what Lean and Lake are made of; where that is imported, the embedded
        # Lean passes `#eval` over.
        own = [n for n in library_of(built) if n.split(".")[0] not in ("Lean", "Lake")]
    for name in own:
        text.add(f"import {written(name)}")
    text.add("set_option autoImplicit false")
    text.add("noncomputable section")
    text.add("universe u")
    if library.namespace and module != INSTANCES:
        text.add(f"open {library.namespace}")
    return text


def _define(text: _Text, library: Library, way: Way, mark: str, *, quiet: bool = False) -> None:
    """A definition of an operator, whose term stands in lines of its own.

    One that is `quiet` is admitted where the term does not fit, which Lean warns of: it stops after
    a hundred errors. It is protected: a term that says `max` means Lean's, not the operator's own.
    """
    name = f"{OPERATORS}.{way.operator}{mark}"
    text.add(f"protected def {name} {way.binders} : {way.type} :=", way)
    text.add(" by\n  first\n  | exact ((" if quiet else " ((", way)
    text.terms[way] = len(text.lines) + 1
    text.add(way.text, way)
    text.add(f") : {way.written})", way)
    if quiet:
        text.add("  | exact sorry", way)


def _ways(library: Library, key: str, operator: str, term: str) -> Iterator[Way]:
    """From what asks least of the scalars to what says which they are."""
    needs = needs_of(operator)
    signature = signatures()[operator]
    sizes = f" {{{' '.join(signature.dims)} : Nat}}" if signature.dims else ""
    pointed = tuple(need.capitalize() if need in NUMERALS else need for need in needs)
    kinds = sorted(library.scalars.values(), key=lambda kind: len(kind.operations))
    classes = [
        (kind.name,) for kind in kinds if not (kind.is_type or kind.is_ordered or kind == ANY_TYPE)
    ]
    is_borrowed = operator in library.borrowed

    def way(arrangement: Arrangement, binders: str, alpha: str) -> Way:
        types = (_type(signature.type, alpha, shapes) for shapes in ({}, library.shapes))
        return Way(key, operator, term, arrangement, binders + sizes, *types)

    anywhere = ("Type u", None)
    for universe, own in (anywhere, *([] if is_borrowed else [("Type", Universes(0, ("+0",)))])):
        for items in dict.fromkeys((*([] if is_borrowed else [needs, pointed]), *classes)):
            instances = " ".join(f"[{_class(library, item)}]" for item in items)
            arrangement = Arrangement((SCALARS, *items), "", own)
            yield way(arrangement, f"{{α : {universe}}} {instances}", "α")
    for kind in library.scalars.values():
        if kind.is_type and not is_borrowed:
            yield way(Arrangement((), kind.name), "", kind.lean_name)


def _instances(library: Library) -> Iterator[Way]:
    """The instances that Lean is to find: of operations on scalars, and of their other classes."""
    for kind in library.scalars.values():
        alpha = kind.lean_name if kind.is_type else "α"
        binders = "" if kind.is_type else f"{{α : Type u}} [_root_.{kind.lean_name} α]"
        own = Arrangement((), kind.name) if kind.is_type else Arrangement((SCALARS, kind.name))
        wanted = {
            path[0]: _found_for(operation, alpha) for operation, path in kind.operations.items()
        }
        wanted |= {constant: f"{name} {alpha}" for name, constant in kind.classes.items()}
        for constant, class_ in wanted.items():
            if constant.startswith(f"{OPERATORS}."):
                name = constant.removeprefix(f"{OPERATORS}.")
                # In the namespace of this constant there may be others of the classes' names.
                type_ = f"_root_.{class_}"
                yield Way(name, name, "inferInstance", own, binders, type_, type_, INSTANCES)


def _found_for(operation: str, alpha: str) -> str:
    """The class of which Lean finds an instance for an operation, at the scalars."""
    if operation == "power":
        return f"{CLASSES[operation]} {alpha} _root_.Nat {alpha}"
    return f"{operation.capitalize() if operation in NUMERALS else CLASSES[operation]} {alpha}"


def _class(library: Library, item: str) -> str:
    if item in NUMERALS:
        return f"{CLASSES[item]} α {NUMERALS[item]}"
    kind = library.scalars.get(item)
    return f"{kind.lean_name if kind else CLASSES.get(item, item)} α"


def _type(type_: Type, alpha: str, shapes: Mapping[str, str]) -> str:
    """The Lean text of a type, in which vectors and matrices are written as in `shapes`."""

    def shape(name: str, **sizes: str) -> str:
        values = {**sizes, "α": alpha}
        text = shapes.get(name, SHAPES[name])
        found = re.sub(r"(?<![\w'.])(m|n|α)(?![\w'])", lambda m: values.get(m[0], m[0]), text)
        return f"({found})"

    match resolve(type_):
        case Scalar():
            return alpha
        case Vector(size):
            return shape("vector", n=_dim(size))
        case Matrix(rows, columns):
            return shape("matrix", m=_dim(rows), n=_dim(columns))
        case Index(size):
            return f"Fin {_dim(size)}"
        case Function(source, target):
            return f"({_type(source, alpha, shapes)} → {_type(target, alpha, shapes)})"
        case other:
            raise AssertionError(f"no operator has the type {other}")


def _dim(dim: Dim) -> str:
    text = str(dim)
    return text if text.isidentifier() or text.isdigit() else f"({text})"
