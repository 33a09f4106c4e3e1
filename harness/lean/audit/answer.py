"""What the inspector found in a built package, read from the lines of its answer.

A line is one JSON object: of the format of lean4export, or one that begins with the key `harness`.
The inspector escapes whatever it quotes, so no name, text or message of a package can end a line
or look like another. Nothing that cannot be read is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar

from harness.kernel.declarations import (
    Axiom,
    Constant,
    Constructor,
    Definition,
    Export,
    InductiveType,
    Opaque,
    Quotient,
    Recursor,
    Theorem,
    constants,
)
from harness.kernel.export import ExportError, read_export
from harness.kernel.strict import (
    Wrong,
    fields_of,
    list_of,
    natural_of,
    object_of,
    text_of,
)
from harness.kernel.terms import Name
from harness.lean.audit.names import shown, visible

T = TypeVar("T")

KINDS: Mapping[type[Constant], str] = {
    Theorem: "theorem",
    Definition: "definition",
    Axiom: "axiom",
    Opaque: "opaque",
    Quotient: "quotient",
    InductiveType: "inductive",
    Constructor: "constructor",
    Recursor: "recursor",
}
MARKS = frozenset({"field", "unsafe", "partial", "implemented_by", "extern", "part"})
"""`part` is one of a theorem that ∧ or ↔ makes: the inspector declares it, not the package."""
END = '{"harness":{"end":{}}}\n'
"""The last line of an answer that was not cut short."""
_OURS = b'{"harness":'
_STEP = '{"harness":{"step":'


@dataclass(frozen=True, slots=True)
class Declaration:
    """One constant of the package, as it is stored."""

    name: str
    kind: str
    """One of `KINDS`."""
    module: str
    marks: frozenset[str] = frozenset()
    """Of `MARKS`, those that hold."""
    place: tuple[int, ...] = ()
    """First line and column, last line and column, as far as Lean tells; lines count from 1."""
    term: Constant | None = None
    """What it says; nothing where that could not be written down, and was refused."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the kernel said to one declaration or one comparison."""

    verdict: str
    """`accepted`, `refused`, `skipped` or `malformed`; `undecided` where Lean came to the end of
    its own means."""
    reason: str = ""

    @property
    def accepted(self) -> bool:
        return self.verdict == "accepted"

    @property
    def undecided(self) -> bool:
        return self.verdict == "undecided"


@dataclass(frozen=True)
class Answer:
    """Everything that one inspection found. Names are the texts that `shown` gives them."""

    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    replayed: Mapping[str, Ruling] = field(default_factory=dict)
    compared: Mapping[str, Ruling] = field(default_factory=dict)
    export: Export = field(default_factory=lambda: Export(()))
    """The package's declarations and all of Lean's library that they rest on."""
    constants: Mapping[str, Constant] = field(default_factory=dict)
    """Everything that the export declares."""
    axioms: frozenset[str] = frozenset()
    """The axioms outside the package; not theorems whose proof is not shipped."""
    assumptions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The axioms, and the compiled code, behind a theorem that is believed, where there are any."""
    replacements: Mapping[str, str] = field(default_factory=dict)
    """Theorems marked `csimp`, each with the function in whose place the compiler runs another."""
    digest: str = ""
    """Of the whole answer."""


class Malformed(Exception):
    """The answer has a line that the inspector does not write."""


def read_answer(text: str) -> Answer:
    """Read what the inspector wrote. Raises `Malformed`."""
    if not text.isascii():
        raise Malformed("it holds what the inspector escapes")
    if not text.endswith(END):
        raise Malformed("it was cut short")
    lines = text.encode("ascii").split(b"\n")
    reader = _Reader()
    for line in lines[:-2]:
        if line.startswith(_OURS):
            try:
                reader.read(line)
            except Wrong as wrong:
                raise Malformed(f"{line[:200]!r}: {wrong}") from None
    try:
        export = read_export([line + b"\n" for line in lines[:-1] if not line.startswith(_OURS)])
    except ExportError as error:
        raise Malformed(error.reason) from None
    return reader.answer(export, sha256(text.encode("ascii")).hexdigest())


class _Reader:
    """Gathers what the harness's own lines say."""

    def __init__(self) -> None:
        self.found: dict[str, Declaration] = {}
        self.replayed: dict[str, Ruling] = {}
        self.compared: dict[str, Ruling] = {}
        self.axioms: set[str] = set()
        self.assumptions: dict[str, frozenset[str]] = {}
        self.replacements: dict[str, str] = {}

    def read(self, line: bytes) -> None:
        (item,) = fields_of(object_of(line + b"\n"), "harness")
        if not isinstance(item, dict) or len(item) != 1:
            raise Wrong(f"{item!r:.200}")
        ((what, fields),) = item.items()
        match what:
            case "constant":
                name, kind, module, marks, place = fields_of(
                    fields, "name", "kind", "module", "marks", "place"
                )
                found = frozenset(map(text_of, list_of(marks)))
                if kind not in KINDS.values() or not found <= MARKS:
                    raise Wrong(f"{item!r:.200}")
                home = ".".join(map(str, _name(module)))
                declaration = Declaration(shown(_name(name)), kind, home, found, _place(place))
                _once(self.found, declaration.name, declaration)
            case "ruling":
                name, *ruling = fields_of(fields, "name", "verdict", "reason")
                _once(self.replayed, shown(_name(name)), _ruling(*ruling))
            case "compared":
                key, *ruling = fields_of(fields, "key", "verdict", "reason")
                _once(self.compared, text_of(key), _ruling(*ruling))
            case "axiom":
                (name,) = fields_of(fields, "name")
                self.axioms.add(shown(_name(name)))
            case "assumes":
                theorem, name = (shown(_name(n)) for n in fields_of(fields, "theorem", "axiom"))
                self.assumptions[theorem] = self.assumptions.get(theorem, frozenset()) | {name}
            case "csimp":
                theorem, replaced = fields_of(fields, "theorem", "replaces")
                self.replacements[shown(_name(theorem))] = shown(_name(replaced))
            case "step":
                _step(fields)
            case _:
                raise Wrong(f"{item!r:.200}")

    def answer(self, export: Export, digest: str) -> Answer:
        every = {shown(c.name): c for item in export.declarations for c in constants(item)}
        if self.found.keys() != self.replayed.keys():
            odd = min(self.found.keys() ^ self.replayed.keys())
            raise Malformed(f"{odd} is declared without a ruling, or ruled on and not declared")
        declarations = {}
        for name, item in self.found.items():
            term = every.get(name)
            ruling = self.replayed[name]
            if term is None and ruling.accepted:
                raise Malformed(f"{name} was accepted and not written down")
            if term is not None and not ruling.reason and KINDS[type(term)] != item.kind:
                raise Malformed(f"{name} is {KINDS[type(term)]} and {item.kind}")
            declarations[name] = replace(item, term=term)
        return Answer(
            declarations,
            self.replayed,
            self.compared,
            export,
            every,
            frozenset(self.axioms),
            self.assumptions,
            self.replacements,
            digest,
        )


def last_step(text: str) -> int | None:
    """The number of the piece of work in which an answer breaks off; `None` of one without any."""
    for line in reversed(text.split("\n")[:-1]):
        if line.startswith(_STEP):
            try:
                return _step(json.loads(line)["harness"]["step"])
            except (ValueError, Wrong):
                return None
    return None


def _step(fields: Any) -> int:
    (number,) = fields_of(fields, "number")
    return natural_of(number)


def _name(data: Any) -> Name:
    if not all(type(part) in (str, int) for part in list_of(data)):
        raise Wrong(f"{data!r:.200}")
    return tuple(data)


def _place(data: Any) -> tuple[int, ...]:
    if not all(type(n) is int and n >= 0 for n in list_of(data)) or len(data) not in (0, 4):
        raise Wrong(f"{data!r:.200}")
    return tuple(data)


def _ruling(verdict: Any, reason: Any) -> Ruling:
    if verdict not in ("accepted", "refused", "skipped", "malformed", "undecided"):
        raise Wrong(f"{verdict!r:.200}")
    return Ruling(verdict, visible(text_of(reason)))


def _once(table: dict[str, T], key: str, value: T) -> None:
    if key in table:
        raise Malformed(f"{key} stands there twice")
    table[key] = value
