"""The text form of declarations: lean4export's NDJSON format, version 3.1.0, read strictly.

The format is described in lean4export's `format_ndjson.md`. Whatever a line holds beyond what the
format gives it, or lacks, or points at without its having been there, is an error with the number
of the line; nothing is skipped. `mdata` is read and dropped, and so is whether a `let` is `nondep`:
neither has a meaning to a kernel.

A file cut between two lines cannot be told from a whole one, since the format has no end mark: ask
whether the names that you came for are in `Export.by_name`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn, TypeVar, cast

from harness.kernel.declarations import (
    Axiom,
    Constructor,
    Declaration,
    Definition,
    Export,
    Hints,
    Inductive,
    InductiveType,
    Opaque,
    Quotient,
    Recursor,
    Rule,
    Theorem,
    constants,
    expressions,
)
from harness.kernel.terms import (
    ZERO,
    App,
    Binder,
    Bound,
    Const,
    Expr,
    IMax,
    Lam,
    Let,
    Level,
    Max,
    Name,
    NatLit,
    Param,
    Pi,
    Proj,
    Sort,
    StrLit,
    Succ,
    level_parts,
    name_text,
    parts,
)

T = TypeVar("T")

VERSION = "3.1.0"
BINDER_INFOS = ("default", "implicit", "strictImplicit", "instImplicit")


class ExportError(Exception):
    """What is wrong with an export, and on which line, counted from 1."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"line {line}: {reason}")


class Wrong(Exception):
    """What is wrong with the line that is being read, or with a part of it."""


def read_export(lines: Iterable[bytes]) -> Export:
    """The declarations in the lines of a file opened in binary. Raises ExportError."""
    reader = _Reader()
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            reader.read(object_of(line), number)
        except Wrong as wrong:
            raise ExportError(number, str(wrong)) from None
    if number == 0:
        raise ExportError(1, "expected an export, found nothing")
    return Export(tuple(reader.declarations), reader.exporter, reader.lean)


# Text to JSON


def object_of(line: bytes) -> dict[str, Any]:
    """The JSON object that a whole line is, in which no key stands twice. Raises Wrong."""
    if not line.endswith(b"\n"):
        raise Wrong("the line does not end: the file was cut short")
    try:
        data = json.loads(
            line.decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise Wrong("expected UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Wrong(f"expected one JSON object, found something else: {error}") from None
    if type(data) is not dict:
        raise Wrong(f"expected a JSON object, found {_kind(data)}")
    return data


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise Wrong("a key stands twice in one object")
    return data


def _no_constant(text: str) -> NoReturn:
    raise Wrong(f"expected JSON, found {text}")


def _kind(value: object) -> str:
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
        int: "a number",
    }
    return kinds.get(type(value), "something else")


def fields_of(data: object, *keys: str) -> list[Any]:
    """The values of exactly these keys, in this order."""
    if type(data) is not dict:
        raise Wrong(f"expected an object with {', '.join(keys)}, found {_kind(data)}")
    if len(data) != len(keys) or any(key not in data for key in keys):
        unknown = [repr(key) for key in data if key not in keys]
        missing = [repr(key) for key in keys if key not in data]
        found = [*(f"unknown {key}" for key in unknown), *(f"missing {key}" for key in missing)]
        raise Wrong("; ".join(found))
    return [data[key] for key in keys]


def natural_of(value: object) -> int:
    # A truth value is an `int` to Python, and is none here.
    if type(value) is not int or value < 0:
        raise Wrong(f"expected a natural number, found {value!r:.50}")
    return value


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise Wrong(f"expected true or false, found {value!r:.50}")
    return value


def text_of(value: object) -> str:
    if type(value) is not str:
        raise Wrong(f"expected a text, found {_kind(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Wrong("a text holds half of a surrogate pair, which is no character") from None
    return value


def _one_of(value: object, *words: str) -> str:
    if type(value) is not str or value not in words:
        raise Wrong(f"expected one of {', '.join(words)}, found {value!r:.50}")
    return value


def list_of(value: object) -> list[Any]:
    if type(value) is not list:
        raise Wrong(f"expected a list, found {_kind(value)}")
    return value


# Python limits the digits of one conversion (and is right to: it takes quadratic time).
_CHUNK = 4000
_MOST_DIGITS = 1_000_000


def _digits(value: object) -> int:
    text = text_of(value)
    if not text or not text.isascii() or not text.isdigit():
        raise Wrong(f"expected decimal digits, found {text!r:.50}")
    if len(text) > _MOST_DIGITS:
        raise Wrong(f"expected at most {_MOST_DIGITS} digits, found {len(text)}")
    number = 0
    for start in range(0, len(text), _CHUNK):
        chunk = text[start : start + _CHUNK]
        number = int(chunk) if start == 0 else number * 10 ** len(chunk) + int(chunk)
    return number


def _decimal(number: int) -> str:
    chunks = []
    while number >= 10**_CHUNK:
        number, chunk = divmod(number, 10**_CHUNK)
        chunks.append(str(chunk).zfill(_CHUNK))
    return "".join([str(number), *reversed(chunks)])


# JSON to declarations


class _Reader:
    def __init__(self) -> None:
        self.names: dict[int, Name] = {0: ()}
        self.levels: dict[int, Level] = {0: ZERO}
        self.exprs: dict[int, Expr] = {}
        self.declared: set[Name] = set()
        self.declarations: list[Declaration] = []
        self.exporter = ("", "")
        self.lean = ("", "")
        self.expr_makers: dict[str, Callable[[Any], Expr]] = {
            "bvar": lambda data: Bound(natural_of(data)),
            "sort": lambda data: Sort(self.level(data)),
            "const": self.read_const,
            "app": self.read_app,
            "lam": lambda data: Lam(*self.binder(data)),
            "forallE": lambda data: Pi(*self.binder(data)),
            "letE": self.read_let,
            "proj": self.read_proj,
            "natVal": lambda data: NatLit(_digits(data)),
            "strVal": lambda data: StrLit(text_of(data)),
            "mdata": self.read_mdata,
        }
        self.level_makers: dict[str, Callable[[Any], Level]] = {
            "succ": lambda data: Succ(self.level(data)),
            "max": lambda data: Max(*self.pair(data)),
            "imax": lambda data: IMax(*self.pair(data)),
            "param": lambda data: Param(self.name(data)),
        }

    def read(self, data: dict[str, Any], number: int) -> None:
        if number == 1:
            self.read_meta(data)
        elif "ie" in data:
            _add(self.exprs, self.expr_makers, data, "ie")
        elif "in" in data:
            _add(self.names, {"str": self.read_str, "num": self.read_num}, data, "in")
        elif "il" in data:
            _add(self.levels, self.level_makers, data, "il")
        else:
            key, value = _only(data)
            if key not in DECLARATIONS:
                raise Wrong(f"unknown {key!r:.50}")
            declaration: Declaration = self.item(DECLARATIONS[key], value)
            for constant in constants(declaration):
                if constant.name in self.declared:
                    raise Wrong(f"{name_text(constant.name)} is declared twice")
                self.declared.add(constant.name)
            self.declarations.append(declaration)

    def read_meta(self, data: dict[str, Any]) -> None:
        (meta,) = fields_of(data, "meta")
        exporter, lean, form = fields_of(meta, "exporter", "lean", "format")
        name, version = fields_of(exporter, "name", "version")
        self.exporter = (text_of(name), text_of(version))
        commit, version = fields_of(lean, "githash", "version")
        self.lean = (text_of(commit), text_of(version))
        (version,) = fields_of(form, "version")
        if version != VERSION:
            raise Wrong(f"expected version {VERSION} of the format, found {version!r:.50}")

    # Names, levels, expressions

    def name(self, index: object) -> Name:
        return _look_up(self.names, index, "name")

    def level(self, index: object) -> Level:
        return _look_up(self.levels, index, "level")

    def expr(self, index: object) -> Expr:
        return _look_up(self.exprs, index, "expression")

    def name_list(self, data: object) -> tuple[Name, ...]:
        return tuple([self.name(index) for index in list_of(data)])

    def pair(self, data: object) -> tuple[Level, Level]:
        indices = list_of(data)
        if len(indices) != 2:
            raise Wrong(f"expected two levels, found {len(indices)}")
        return self.level(indices[0]), self.level(indices[1])

    def read_str(self, data: object) -> Name:
        before, text = fields_of(data, "pre", "str")
        return (*self.name(before), text_of(text))

    def read_num(self, data: object) -> Name:
        before, number = fields_of(data, "pre", "i")
        return (*self.name(before), natural_of(number))

    def read_const(self, data: object) -> Expr:
        name, levels = fields_of(data, "name", "us")
        return Const(self.name(name), tuple([self.level(index) for index in list_of(levels)]))

    def read_app(self, data: object) -> Expr:
        fn, arg = fields_of(data, "fn", "arg")
        return App(self.expr(fn), self.expr(arg))

    def binder(self, data: object) -> tuple[Expr, Expr, Name, str]:
        name, type_, body, info = fields_of(data, "name", "type", "body", "binderInfo")
        return (
            self.expr(type_),
            self.expr(body),
            self.name(name),
            _one_of(info, *BINDER_INFOS),
        )

    def read_let(self, data: object) -> Expr:
        name, type_, value, body, nondep = fields_of(
            data, "name", "type", "value", "body", "nondep"
        )
        _truth(nondep)
        return Let(self.expr(type_), self.expr(value), self.expr(body), self.name(name))

    def read_proj(self, data: object) -> Expr:
        name, index, struct = fields_of(data, "typeName", "idx", "struct")
        return Proj(self.name(name), natural_of(index), self.expr(struct))

    def read_mdata(self, data: object) -> Expr:
        inner, extra = fields_of(data, "expr", "data")
        if type(extra) is not dict:
            raise Wrong(f"expected an object, found {_kind(extra)}")
        return self.expr(inner)

    # Declarations

    def closed(self, index: object) -> Expr:
        e = self.expr(index)
        if e.loose:
            raise Wrong("a bound variable stands outside all binders")
        return e

    def item(self, kind: type[Any], data: object) -> Any:
        """A declaration, or a part of one, from its fields as `FIELDS` lists them."""
        fields = FIELDS[kind]
        values = fields_of(data, *(key for key, _, _ in fields))
        made = {}
        for (_, attribute, codec), value in zip(fields, values, strict=True):
            made[attribute] = codec[0](self, value)
        return kind(**made)


def _hints(data: object) -> Hints:
    if type(data) is dict:
        (height,) = fields_of(data, "regular")
        if natural_of(height) >= 2**32:
            raise Wrong(f"expected a height below 2^32, found {height}")
        return cast(int, height)
    return cast(Hints, _one_of(data, "opaque", "abbrev"))


def _add(table: dict[int, Any], makers: dict[str, Any], data: dict[str, Any], key: str) -> None:
    index = natural_of(data.pop(key))
    kind, value = _only(data)
    if kind not in makers:
        raise Wrong(f"unknown {kind!r:.50} beside {key!r}")
    if index in table:
        raise Wrong(f"{key} {index} stands here a second time")
    table[index] = makers[kind](value)


def _only(data: dict[str, Any]) -> tuple[str, Any]:
    if len(data) != 1:
        raise Wrong(f"expected one kind of thing on a line, found {', '.join(map(repr, data))}")
    return next(iter(data.items()))


def _look_up(table: dict[int, T], index: object, what: str) -> T:
    # A truth value would find the entry 0 or 1.
    if type(index) is not int or index not in table:
        raise Wrong(f"there is no {what} {index!r:.50} above this line")
    return table[index]


# Declarations to text


def reach(export: Export, names: Iterable[Name]) -> Export:
    """What these names rest on, with them, and nothing else. Raises KeyError for an unknown one."""
    wanted: set[int] = set()
    stack = [export.by_name[name] for name in names]
    while stack:
        declaration = stack.pop()
        if id(declaration) in wanted:
            continue
        wanted.add(id(declaration))
        below = (export.by_name.get(name) for name in mentioned(declaration))
        stack.extend(found for found in below if found is not None)
        if isinstance(declaration, Quotient):
            stack.extend(item for item in export.declarations if isinstance(item, Quotient))
    kept = tuple(item for item in export.declarations if id(item) in wanted)
    return Export(kept, export.exporter, export.lean)


def mentioned(declaration: Declaration) -> set[Name]:
    """The names that its expressions speak of; what a literal stands for is among them."""
    found: set[Name] = set()
    for e in parts(expressions(declaration)):
        if isinstance(e, Const):
            found.add(e.name)
        elif isinstance(e, Proj):
            found.add(e.structure)
        elif isinstance(e, NatLit):
            found.add(("Nat",))
        elif isinstance(e, StrLit):
            found |= {("String",), ("String", "ofList"), ("Char", "ofNat")}
            found |= {("Nat",), ("List",), ("Char",)}
    if isinstance(declaration, Quotient):
        found.add(("Eq",))
    return found


def write_export(export: Export) -> Iterator[str]:
    """The lines of the export, each with its end; `read_export` gives back what was written."""
    name, version = export.exporter
    commit, lean = export.lean
    yield _line(
        {
            "meta": {
                "exporter": {"name": name, "version": version},
                "lean": {"githash": commit, "version": lean},
                "format": {"version": VERSION},
            }
        }
    )
    writer = _Writer()
    for declaration in export.declarations:
        last = {_KEYS[type(declaration)]: writer.item(declaration)}
        yield from map(_line, writer.take())
        yield _line(last)


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


class _Writer:
    def __init__(self) -> None:
        self.names: dict[Name, int] = {(): 0}
        self.levels: dict[Level, int] = {ZERO: 0}
        self.exprs: dict[Expr, int] = {}
        self.rows: list[dict[str, Any]] = []

    def take(self) -> list[dict[str, Any]]:
        """The rows that were not taken yet."""
        rows, self.rows = self.rows, []
        return rows

    def name(self, name: Name) -> int:
        for length in range(1, len(name) + 1):
            front, last = name[:length], name[length - 1]
            if front in self.names:
                continue
            before = self.names[front[:-1]]
            if isinstance(last, str):
                row: dict[str, Any] = {"str": {"pre": before, "str": last}}
            else:
                row = {"num": {"pre": before, "i": last}}
            self.names[front] = len(self.names)
            self.rows.append({**row, "in": self.names[front]})
        return self.names[name]

    def name_list(self, names: Iterable[Name]) -> list[int]:
        return [self.name(name) for name in names]

    def level(self, level: Level) -> int:
        for part in level_parts([level]) if level not in self.levels else ():
            if part in self.levels:
                continue
            if isinstance(part, Succ):
                row: dict[str, Any] = {"succ": self.levels[part.of]}
            elif isinstance(part, Max):
                row = {"max": [self.levels[part.left], self.levels[part.right]]}
            elif isinstance(part, IMax):
                row = {"imax": [self.levels[part.left], self.levels[part.right]]}
            else:
                assert isinstance(part, Param)
                row = {"param": self.name(part.name)}
            self.levels[part] = len(self.levels)
            self.rows.append({**row, "il": self.levels[part]})
        return self.levels[level]

    def expr(self, e: Expr) -> int:
        for part in parts([e]) if e not in self.exprs else ():
            if part not in self.exprs:
                row = self.expr_row(part)
                self.exprs[part] = len(self.exprs)
                self.rows.append({**row, "ie": self.exprs[part]})
        return self.exprs[e]

    def expr_row(self, e: Expr) -> dict[str, Any]:
        at = self.exprs
        if isinstance(e, Bound):
            return {"bvar": e.index}
        if isinstance(e, Sort):
            return {"sort": self.level(e.level)}
        if isinstance(e, Const):
            levels = [self.level(level) for level in e.levels]
            return {"const": {"name": self.name(e.name), "us": levels}}
        if isinstance(e, App):
            return {"app": {"fn": at[e.fn], "arg": at[e.arg]}}
        if isinstance(e, Binder):
            content = {"name": self.name(e.name), "type": at[e.type], "body": at[e.body]}
            key = "lam" if isinstance(e, Lam) else "forallE"
            return {key: {**content, "binderInfo": e.info}}
        if isinstance(e, Let):
            content = {"name": self.name(e.name), "type": at[e.type], "value": at[e.value]}
            return {"letE": {**content, "body": at[e.body], "nondep": False}}
        if isinstance(e, Proj):
            name = self.name(e.structure)
            return {"proj": {"typeName": name, "idx": e.index, "struct": at[e.struct]}}
        if isinstance(e, NatLit):
            return {"natVal": _decimal(e.value)}
        if isinstance(e, StrLit):
            return {"strVal": e.value}
        raise AssertionError("a local variable of the kernel cannot be written")

    def item(self, item: Any) -> dict[str, Any]:
        """The fields of a declaration, or of a part of one, as `FIELDS` lists them."""
        return {
            key: codec[1](self, getattr(item, attribute))
            for key, attribute, codec in FIELDS[type(item)]
        }


# The fields of declarations: the format's name, ours, and how the value is read and written.

Codec = tuple[Callable[[_Reader, object], Any], Callable[[_Writer, Any], Any]]


def _plain_codec(read: Callable[[object], Any]) -> Codec:
    return lambda _, data: read(data), lambda _, value: value


def _word(*words: str) -> Codec:
    return _plain_codec(lambda data: _one_of(data, *words))


def _items(kind: type[Any]) -> Codec:
    return (
        lambda reader, data: tuple([reader.item(kind, item) for item in list_of(data)]),
        lambda writer, items: [writer.item(item) for item in items],
    )


_NAME: Codec = (_Reader.name, _Writer.name)
_NAMES: Codec = (_Reader.name_list, _Writer.name_list)
_EXPR: Codec = (_Reader.closed, _Writer.expr)
_NATURAL, _TRUTH = _plain_codec(natural_of), _plain_codec(_truth)
_HINTS: Codec = (
    lambda _, data: _hints(data),
    lambda _, hints: {"regular": hints} if isinstance(hints, int) else hints,
)

Field = tuple[str, str, Codec]
_CONSTANT: tuple[Field, ...] = (
    ("name", "name", _NAME),
    ("levelParams", "level_params", _NAMES),
    ("type", "type", _EXPR),
)
_VALUE: Field = ("value", "value", _EXPR)
_ALL: Field = ("all", "all", _NAMES)
_UNSAFE: Field = ("isUnsafe", "is_unsafe", _TRUTH)
_PARAMS: Field = ("numParams", "num_params", _NATURAL)
_INDICES: Field = ("numIndices", "num_indices", _NATURAL)

FIELDS: dict[type[Any], tuple[Field, ...]] = {
    Axiom: (*_CONSTANT, _UNSAFE),
    Definition: (
        *(*_CONSTANT, _VALUE, _ALL),
        ("hints", "hints", _HINTS),
        ("safety", "safety", _word("unsafe", "safe", "partial")),
    ),
    Theorem: (*_CONSTANT, _VALUE, _ALL),
    Opaque: (*_CONSTANT, _VALUE, _ALL, _UNSAFE),
    Quotient: (*_CONSTANT, ("kind", "kind", _word("type", "ctor", "lift", "ind"))),
    InductiveType: (
        *(*_CONSTANT, _PARAMS, _INDICES, _ALL, _UNSAFE),
        ("ctors", "constructors", _NAMES),
        ("numNested", "num_nested", _NATURAL),
        ("isRec", "is_recursive", _TRUTH),
        ("isReflexive", "is_reflexive", _TRUTH),
    ),
    Constructor: (
        *(*_CONSTANT, _PARAMS, _UNSAFE),
        ("induct", "inductive", _NAME),
        ("cidx", "index", _NATURAL),
        ("numFields", "num_fields", _NATURAL),
    ),
    Rule: (
        ("ctor", "constructor", _NAME),
        ("nfields", "num_fields", _NATURAL),
        ("rhs", "rhs", _EXPR),
    ),
    Recursor: (
        *(*_CONSTANT, _PARAMS, _INDICES, _ALL, _UNSAFE),
        ("numMotives", "num_motives", _NATURAL),
        ("numMinors", "num_minors", _NATURAL),
        ("rules", "rules", _items(Rule)),
        ("k", "k", _TRUTH),
    ),
    Inductive: (
        ("types", "types", _items(InductiveType)),
        ("ctors", "constructors", _items(Constructor)),
        ("recs", "recursors", _items(Recursor)),
    ),
}
DECLARATIONS: dict[str, type[Any]] = {
    "axiom": Axiom,
    "def": Definition,
    "thm": Theorem,
    "opaque": Opaque,
    "quot": Quotient,
    "inductive": Inductive,
}
_KEYS = {kind: key for key, kind in DECLARATIONS.items()}
