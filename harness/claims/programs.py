"""Files that bind a program to a definition; every mistake of every file at its place, all at once.

A file gives an equation: the program, given certain terms, returns the definition at certain
terms. What is not written is taken from the definition: its variables, and arguments by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from harness.claims.document import YamlPath, read_all, read_checked
from harness.claims.faults import Faults, read_parameters
from harness.claims.model import Library, Place
from harness.diagnostics import Diagnostic, InputError
from harness.language.elaborate import elaborate_term
from harness.language.parser import parse_dim, parse_term, parse_type
from harness.language.scope import Scope, check_type
from harness.language.syntax import LanguageError, NotInferred
from harness.language.terms import Call, Term, Variable
from harness.language.types import Dim, DimLit, Parameter, Sort, Type


@dataclass(frozen=True)
class Given:
    """What an argument or a tensor of the program is made of."""

    kind: str
    """`terms`, `list`, `number`, `value`, `mask` or `call`."""
    terms: tuple[Term, ...] = ()
    axis: int = 0
    shape: tuple[Dim, ...] | None = None
    size: Dim | None = None
    value: Any = None
    with_: tuple[tuple[str, Given], ...] = ()
    path: YamlPath = ()


@dataclass(frozen=True)
class Program:
    """A program, and the term of the claim language that it is to compute."""

    name: str
    says: str
    target: str
    """`path/to/file.py:function` or `module:Class`."""
    definition: str
    parameters: tuple[Parameter, ...]
    each: tuple[Variable, ...]
    term: Call
    """The definition at its arguments; it speaks of the variables and of `each`."""
    where: frozenset[str]
    """The arguments of the definition that are terms; the others are variables of their name."""
    open: Mapping[str, str]
    make: tuple[tuple[str, Given], ...]
    give: tuple[tuple[str, Given], ...] | None
    at: tuple[Mapping[str, Any], ...]
    result: int | str | None
    lacks: str
    """Why no definition is known that it computes, where none is."""
    precision: str
    """The narrowest format that it computes in."""
    root: str
    """The folder that a path of a file is relative to."""
    call: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    """The program itself, where it was not found by its name."""
    place: Place | None = field(default=None, compare=False, repr=False)

    def detached(self) -> Program:
        """The program without the file that binds it."""
        return replace(self, place=None)

    def fault(self, path: YamlPath, message: str) -> tuple[Diagnostic, ...]:
        """A fault at a place of the file that binds it."""
        return () if self.place is None else (self.place.document.fault(path, message),)


@dataclass(frozen=True)
class Model:
    """A whole model, with a part in each layer that a file binds to a definition."""

    name: str
    target: str
    """`module:Class`."""
    part: Program
    within: str
    """The part of a layer, with {} for the layer's number."""
    layers: int
    make: tuple[tuple[str, Given], ...]
    give: tuple[tuple[str, Given], ...]
    result: int | str


def load_model(path: Path, name: str, library: Library, root: Path) -> Model:
    """Read a file of a whole model. Raises `InputError` with all its faults."""
    document = read_checked(path, name, "model")
    faults = Faults(document)
    data = document.data
    file = path.parent / data["part"]
    if not os.path.isfile(file):  # nor is there one where no file can have the name
        message = f"expected the file of a program, found none at {data['part']}"
        raise InputError([document.fault(("part",), message)])
    part = load_program(file, data["part"], library, root)
    reader = _Reader(library, faults)
    reader.scope = library.scope(part.parameters)
    make = reader.makings(data["make"], ("make",))
    give = reader.makings(data["give"], ("give",))
    if faults:
        raise InputError(faults)
    return Model(
        name=path.stem,
        target=data["model"],
        part=part,
        within=data["within"],
        layers=data["layers"],
        make=make,
        give=give,
        result=data["result"],
    )


def load_programs(
    paths: Iterable[tuple[Path, str]], library: Library, root: Path
) -> tuple[Program, ...]:
    """Read files of programs, each with the name that messages call it. Raises `InputError`."""
    found, faults = read_all(paths, lambda path, name: load_program(path, name, library, root))
    if faults:
        raise InputError(faults)
    return tuple(found)


def load_program(path: Path, name: str, library: Library, root: Path) -> Program:
    """Read one file. Raises `InputError` with all its faults."""
    document = read_checked(path, name, "program")
    faults = Faults(document)
    data = document.data
    _look_for_file(root, faults)
    definition = library.definitions.get(data["implements"])
    if definition is None:
        message = f"there is no definition {data['implements']!r}"
        faults.add(("implements",), message)
    reader = _Reader(library, faults)
    where = data.get("where", {})
    parameters = None if definition is None else definition.parameters
    if "for" in data:
        parameters = read_parameters(("for",), faults)
    if parameters is None:  # what names stand for is not known, and faults of form are
        reader.all_read(where)
        raise InputError(faults)
    each = reader.each(data.get("each", {}), parameters)
    scope = library.scope((*parameters, *each))
    if definition is None:
        term = None
        reader.look(where, scope)
    else:
        explicit = [p.name for p in definition.parameters if p.is_explicit]
        for key in where:
            if key not in explicit:
                message = f"{definition.name} has no argument {key!r}; it has {', '.join(explicit)}"
                faults.add(("where", key), message, key=True)
        term = reader.call(definition.name, explicit, where, scope)
    reader.scope = library.scope(parameters)
    variables = {p.name for p in parameters if p.is_explicit}
    for key in data.get("open", {}):
        if key not in variables:
            faults.add(("open", key), f"there is no variable {key!r}", key=True)
    make = reader.makings(data.get("make", {}), ("make",))
    give = None
    if "give" in data:
        give = tuple((k, reader.given(v, ("give", k))) for k, v in data["give"].items())
    at = reader.sizes(data.get("at"), parameters)
    if faults or term is None:
        raise InputError(faults)
    return Program(
        name=path.stem,
        says=data.get("says", "").strip(),
        target=data["program"],
        definition=data["implements"],
        parameters=parameters,
        each=tuple(Variable(p.name, p.type) for p in each),
        term=term,
        where=frozenset(where),
        open=dict(data.get("open", {})),
        make=make,
        give=give,
        at=at,
        result=data.get("result"),
        lacks=data.get("lacks", "").strip(),
        precision=data.get("precision", "float64"),
        root=str(root),
        place=Place(document, ()),
    )


def _look_for_file(root: Path, faults: Faults) -> None:
    """Whether the program's file is there, if it is one."""
    name = faults.document.data["program"].partition(":")[0]
    if name.endswith((".py", ".onnx")) and not os.path.isfile(root / name):
        kind = "Python" if name.endswith(".py") else "ONNX"
        faults.add(("program",), f"expected a file of {kind}, found none at {name}")


class _Reader:
    """Reads the parts of one file."""

    def __init__(self, library: Library, faults: Faults) -> None:
        self.library = library
        self.faults = faults
        self.scope = Scope()

    def each(
        self, entries: Mapping[str, str], parameters: tuple[Parameter, ...]
    ) -> tuple[Parameter, ...]:
        found = []
        scope = self.library.scope(parameters)
        for name, text in entries.items():
            path = ("each", name)
            type_ = self.faults.text(path, _known_type, text, scope)
            if any(p.name == name for p in parameters):
                message = f"{name} is declared twice"
                self.faults.add(path, message, key=True)
            if type_ is not None:
                found.append(Parameter(name, type_))
        return tuple(found)

    def call(
        self, definition: str, explicit: list[str], where: Mapping[str, str], scope: Scope
    ) -> Call | None:
        """The definition at its arguments, read as one text whose faults lie in its parts."""
        if not self.all_read(where):
            return None
        text, parts = f"{definition}(", []
        for i, name in enumerate(explicit):
            written = where.get(name, name)
            text += ", " if i else ""
            parts.append((len(text), len(text) + len(written) + 2, name))
            text += f"({written})"
        text += ")"
        try:
            term = elaborate_term(parse_term(text), scope)
        except LanguageError as error:
            for start, end, name in parts:
                if start <= error.span[0] < end and name in where:
                    offset = max(0, error.span[0] - start - 1)
                    path: YamlPath = ("where", name)
                    fault = self.faults.document.fault_within(path, offset, error.message)
                    break
            else:
                message = error.message
                if lost := [n for _, _, n in parts if n not in {*scope.variables, *where}]:
                    expected = "expected each as a variable of `for`, or as a term under `where`"
                    message = f"{definition} takes {', '.join(lost)}: {expected}"
                fault = self.faults.document.fault(("implements",), message)
            self.faults.append(fault)
            return None
        assert isinstance(term, Call)
        return term

    def all_read(self, where: Mapping[str, str]) -> bool:
        """Whether the form of each term is right."""
        found = [self.faults.text(("where", n), parse_term, text) for n, text in where.items()]
        return None not in found

    def look(self, where: Mapping[str, str], scope: Scope) -> None:
        """Find what is wrong with terms whose types are not known."""

        def read(text: str) -> None:
            with suppress(NotInferred):
                elaborate_term(parse_term(text), scope)

        for name, text in where.items():
            self.faults.text(("where", name), read, text)

    def makings(self, data: Mapping[str, Any], path: YamlPath) -> tuple[tuple[str, Given], ...]:
        return tuple((key, self.made(value, (*path, key))) for key, value in data.items())

    def made(self, data: Any, path: YamlPath) -> Given:
        """What a class is made with: texts are dimensions, all else is as it stands."""
        match data:
            case "true" | "false":
                return Given("value", value=_plain(data), path=path)
            case str():
                return Given("number", size=self.dim(data, path), path=path)
            case {"call": target}:
                inner = self.makings(data.get("with", {}), (*path, "with"))
                return Given("call", value=target, with_=inner, path=path)
            case dict():
                return self.given(data, path)
            case _:
                return Given("value", value=data, path=path)

    def given(self, data: Any, path: YamlPath) -> Given:
        if isinstance(data, str):
            return Given("terms", self._terms([(path, data)]), path=path)
        shape = None
        if "shape" in data:
            sizes = enumerate(data["shape"])
            shape = tuple(self.dim(item, (*path, "shape", i)) for i, item in sizes)
        match data:
            case {"is": text}:
                terms = self._terms([((*path, "is"), text)])
                return Given("terms", terms, shape=shape, path=path)
            case {"join": list(texts)}:
                terms = self._terms([((*path, "join", i), t) for i, t in enumerate(texts)])
                axis = int(data.get("axis", 0))
                return Given("terms", terms, axis=axis, shape=shape, path=path)
            case {"list": list(items)}:
                parts = tuple(
                    (str(i), self.given(item, (*path, "list", i))) for i, item in enumerate(items)
                )
                return Given("list", with_=parts, path=path)
            case {"number": number}:
                return Given("number", size=self.dim(number, (*path, "number")), path=path)
            case {"mask": kind, "size": size}:
                dim = self.dim(size, (*path, "size"))
                return Given("mask", value=kind, size=dim, shape=shape, path=path)
            case {"value": value}:
                return Given("value", value=_plain(value), path=path)
            case _:
                message = (
                    "expected `is`, `join`, `list`, `number`, `value`, or `mask` with its `size`"
                )
                self.faults.add(path, message)
                return Given("value", path=path)

    def _terms(self, texts: list[tuple[YamlPath, str]]) -> tuple[Term, ...]:
        found = [self.faults.term(path, text, self.scope) for path, text in texts]
        return tuple(term for term in found if term is not None)

    def dim(self, text: str | int, path: YamlPath) -> Dim:
        """A dimension as it is written: `h*d`."""
        if isinstance(text, int):
            return DimLit(text)

        def read() -> Dim:
            dim = parse_dim(text)
            check_type(dim, self.scope, (0, len(text)))
            return dim

        return self.faults.text(path, read) or DimLit(0)

    def sizes(
        self, data: list[Mapping[str, Any]] | None, parameters: tuple[Parameter, ...]
    ) -> tuple[Mapping[str, Any], ...]:
        wanted = [p.name for p in parameters if isinstance(p.sort, Sort)]
        if data is None:
            return tuple(
                dict(zip(wanted, turn, strict=False)) for turn in _default_sizes(len(wanted))
            )
        names = {p.name for p in parameters}
        found = []
        for i, entry in enumerate(data):
            for key in entry:
                if key not in names:
                    message = f"there is no variable {key!r}; known: {', '.join(sorted(names))}"
                    self.faults.add(("at", i, key), message, key=True)
            for name in wanted:
                size = entry.get(name)
                if not isinstance(size, int) or size < 1:
                    message = f"expected a size of {name} from 1 upward, found {size!r}"
                    self.faults.add(("at", i, name), message)
            values = {key: self._value(value, ("at", i, key)) for key, value in entry.items()}
            found.append(values)
        return tuple(found)

    def _value(self, value: Any, path: YamlPath) -> Any:
        if isinstance(value, list):
            return tuple(self._value(v, (*path, i)) for i, v in enumerate(value))
        if isinstance(value, int):
            return value
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            message = f"expected a number such as 3 or 1/2, found {value!r}"
            self.faults.add(path, message)
            return 0


def _known_type(text: str, scope: Scope) -> Type:
    """The type that a text stands for, whose names are in scope. Raises `LanguageError`."""
    type_ = parse_type(text)
    check_type(type_, scope, (0, len(text)))
    return type_


def _default_sizes(count: int) -> list[tuple[int, ...]]:
    """Sizes that differ from each other, small ones first."""
    numbers = [3, 4, 2, 5, 6, 7, 8, 9, 10, 11]
    cycle = [numbers[i % len(numbers)] for i in range(2 * count + 1)]
    return [tuple(cycle[:count]), tuple(cycle[1 : count + 1])]


def _plain(value: Any) -> Any:
    """YAML's `true` and `false`, which are texts elsewhere."""
    if isinstance(value, list):
        return tuple(_plain(v) for v in value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"-?[0-9]+\.[0-9]+(e-?[0-9]+)?", value):
        return float(value)
    return {"true": True, "false": False}.get(value, value)
