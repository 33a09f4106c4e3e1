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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar, cast, get_args

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
    QuotientKind,
    Recursor,
    Rule,
    Safety,
    Theorem,
    constants,
)
from harness.kernel.strict import (
    Wrong,
    decimal,
    digits_of,
    fields_of,
    kind_of,
    list_of,
    natural_of,
    object_of,
    one_of,
    text_of,
    truth_of,
)
from harness.kernel.terms import (
    ZERO,
    App,
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


class ExportError(Exception):
    """What is wrong with an export, and on which line, counted from 1."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"line {line}: {reason}")


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


class _Reader:
    def __init__(self) -> None:
        self.made: dict[str, dict[int, Any]] = {"in": {0: ()}, "il": {0: ZERO}, "ie": {}}
        self.declared: set[Name] = set()
        self.declarations: list[Declaration] = []
        self.exporter = ("", "")
        self.lean = ("", "")

    def read(self, data: dict[str, Any], number: int) -> None:
        if number == 1:
            self.read_meta(data)
            return
        key = next((key for key in _LINES if key in data), None)
        if key is not None:
            self.read_part(data, key)
            return
        kind, value = _only(data)
        if kind not in DECLARATIONS:
            raise Wrong(f"unknown {kind!r:.50}")
        declaration: Declaration = self.item(DECLARATIONS[kind], value)
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

    def read_part(self, data: dict[str, Any], key: str) -> None:
        """A name, a level or an expression, under the number that stands beside `key`."""
        index = natural_of(data.pop(key))
        kind, value = _only(data)
        if kind not in _LINES[key]:
            raise Wrong(f"unknown {kind!r:.50} beside {key!r}")
        if index in self.made[key]:
            raise Wrong(f"{key} {index} stands here a second time")
        make, fields = _LINES[key][kind]
        self.made[key][index] = make(*self.values(fields, value))

    def values(self, fields: Sequence[Field], data: object) -> list[Any]:
        """The values of these fields, in their order."""
        if not fields[0].key:
            return [fields[0].codec.read(self, data)]
        found = fields_of(data, *[field.key for field in fields])
        return [field.codec.read(self, each) for field, each in zip(fields, found, strict=True)]

    def item(self, kind: type[Any], data: object) -> Any:
        """A declaration, or a part of one."""
        fields = FIELDS[kind]
        made = zip([field.own for field in fields], self.values(fields, data), strict=True)
        return kind(**dict(made))

    def look_up(self, key: str, index: object, what: str) -> Any:
        # A truth value would find the entry 0 or 1.
        if type(index) is not int or index not in self.made[key]:
            raise Wrong(f"there is no {what} {index!r:.50} above this line")
        return self.made[key][index]

    def closed(self, index: object) -> Expr:
        e: Expr = self.look_up("ie", index, "expression")
        if e.loose:
            raise Wrong("a bound variable stands outside all binders")
        return e

    def pair(self, data: object) -> list[Level]:
        indices = list_of(data)
        if len(indices) != 2:
            raise Wrong(f"expected two levels, found {len(indices)}")
        return [self.look_up("il", index, "level") for index in indices]


def _only(data: dict[str, Any]) -> tuple[str, Any]:
    if len(data) != 1:
        raise Wrong(f"expected one kind of thing on a line, found {', '.join(map(repr, data))}")
    return next(iter(data.items()))


def write_export(export: Export) -> Iterator[str]:
    """The lines of the export, each with its end; `read_export` gives back what was written."""
    name, version = export.exporter
    commit, lean = export.lean
    meta = {
        "exporter": {"name": name, "version": version},
        "lean": {"githash": commit, "version": lean},
        "format": {"version": VERSION},
    }
    yield _line({"meta": meta})
    writer = _Writer()
    for declaration in export.declarations:
        last = {_KEYS[type(declaration)]: writer.item(declaration)}
        yield from map(_line, writer.rows)
        writer.rows.clear()
        yield _line(last)


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


class _Writer:
    """`rows` are the lines that are to be written before what cites them."""

    def __init__(self) -> None:
        self.written: dict[str, dict[Any, int]] = {"in": {(): 0}, "il": {ZERO: 0}, "ie": {}}
        self.rows: list[dict[str, Any]] = []

    def add(self, key: str, part: object, kind: str, row: object) -> None:
        table = self.written[key]
        table[part] = len(table)
        self.rows.append({kind: row, key: table[part]})

    def name(self, name: Name) -> int:
        names = self.written["in"]
        for length in range(1, len(name) + 1):
            front, last = name[:length], name[length - 1]
            if front in names:
                continue
            before = {"pre": names[front[:-1]]}
            if isinstance(last, str):
                self.add("in", front, "str", {**before, "str": last})
            else:
                self.add("in", front, "num", {**before, "i": last})
        return names[name]

    def level(self, level: Level) -> int:
        return self.part("il", level, level_parts)

    def expr(self, e: Expr) -> int:
        return self.part("ie", e, parts)

    def part(self, key: str, whole: T, below: Callable[[list[T]], list[T]]) -> int:
        """The number of a level or an expression, whose parts are written before it."""
        known = self.written[key]
        for each in below([whole]) if whole not in known else ():
            if each not in known:
                kind = _KINDS.get(type(each))
                assert kind is not None, "a local variable of the kernel cannot be written"
                self.add(key, each, kind, self.row(each, _LINES[key][kind][1]))
        return known[whole]

    def row(self, whole: object, fields: Sequence[Field]) -> Any:
        found = {
            field.key: field.codec.write(self, getattr(whole, field.own) if field.own else whole)
            for field in fields
        }
        return found.get("", found)

    def item(self, item: object) -> Any:
        """The fields of a declaration, or of a part of one."""
        return self.row(item, FIELDS[type(item)])


# How single values are read and written. To read raises Wrong.


class Codec(NamedTuple):
    """Both ways of a value."""

    read: Callable[[_Reader, Any], Any]
    write: Callable[[_Writer, Any], Any] = lambda _, value: value


def _plain(read: Callable[[object], Any]) -> Codec:
    return Codec(lambda _, data: read(data))


def _word(*words: str) -> Codec:
    return _plain(lambda data: one_of(data, *words))


def _list_of(codec: Codec) -> Codec:
    return Codec(
        lambda reader, data: tuple([codec.read(reader, item) for item in list_of(data)]),
        lambda writer, items: [codec.write(writer, item) for item in items],
    )


def _items(kind: type[Any]) -> Codec:
    return _list_of(Codec(lambda reader, data: reader.item(kind, data), _Writer.item))


def _object(data: object) -> None:
    if type(data) is not dict:
        raise Wrong(f"expected an object, found {kind_of(data)}")


def _hints(data: object) -> Hints:
    if type(data) is dict:
        (height,) = fields_of(data, "regular")
        if natural_of(height) >= 2**32:
            raise Wrong(f"expected a height below 2^32, found {height}")
        return cast(int, height)
    return cast(Hints, one_of(data, "opaque", "abbrev"))


_NAME = Codec(lambda reader, data: reader.look_up("in", data, "name"), _Writer.name)
_LEVEL = Codec(lambda reader, data: reader.look_up("il", data, "level"), _Writer.level)

CODECS: dict[str, Codec] = {
    # Of the parts of terms.
    "name": _NAME,
    "level": _LEVEL,
    "levels": _list_of(_LEVEL),
    "pair": Codec(_Reader.pair, lambda writer, l: [writer.level(l.left), writer.level(l.right)]),
    "expr": Codec(lambda reader, data: reader.look_up("ie", data, "expression"), _Writer.expr),
    "info": _word("default", "implicit", "strictImplicit", "instImplicit"),
    "text": _plain(text_of),
    "natural": _plain(natural_of),
    "digits": Codec(lambda _, data: digits_of(data), lambda _, number: decimal(number)),
    "nondep": Codec(lambda _, data: truth_of(data), lambda *_: False),
    "object": _plain(_object),
    # Of declarations, by the types of their fields.
    "Name": _NAME,
    "tuple[Name, ...]": _list_of(_NAME),
    "Expr": Codec(_Reader.closed, _Writer.expr),
    "int": _plain(natural_of),
    "bool": _plain(truth_of),
    "Hints": Codec(
        lambda _, data: _hints(data),
        lambda _, hints: {"regular": hints} if isinstance(hints, int) else hints,
    ),
    "Safety": _word(*get_args(Safety)),
    "QuotientKind": _word(*get_args(QuotientKind)),
    "tuple[Rule, ...]": _items(Rule),
    "tuple[InductiveType, ...]": _items(InductiveType),
    "tuple[Constructor, ...]": _items(Constructor),
    "tuple[Recursor, ...]": _items(Recursor),
}


class Field(NamedTuple):
    """A field of a line. `key` is empty where the line has no others, and is the value itself."""

    key: str
    own: str
    """Our name of it; empty where it is made of the whole."""
    codec: Codec


# Names, levels and expressions: the kind of a line, what it makes, and of what. `us=levels` is the
# format's field `us`, our attribute `levels`; what its values are stands after a colon, unless it
# is called like that.


def _fields_in(text: str) -> tuple[Field, ...]:
    found = []
    for word in text.split():
        names, _, codec = word.partition(":")
        key, is_renamed, own = names.partition("=")
        own = own if is_renamed else key
        found.append(Field(key, own, CODECS[codec or own]))
    return tuple(found)


_BINDER = "name type:expr body:expr binderInfo=info"
_TEXTS: dict[str, dict[str, tuple[Callable[..., Any], str]]] = {
    "in": {
        "str": (lambda before, last: (*before, last), "pre:name str:text"),
        "num": (lambda before, last: (*before, last), "pre:name i:natural"),
    },
    "il": {
        "succ": (Succ, "=of:level"),
        "max": (lambda pair: Max(*pair), "=:pair"),
        "imax": (lambda pair: IMax(*pair), "=:pair"),
        "param": (Param, "=name"),
    },
    "ie": {
        "bvar": (Bound, "=index:natural"),
        "sort": (Sort, "=level"),
        "const": (Const, "name us=levels"),
        "app": (App, "fn:expr arg:expr"),
        "lam": (lambda name, type, body, info: Lam(type, body, name, info), _BINDER),
        "forallE": (lambda name, type, body, info: Pi(type, body, name, info), _BINDER),
        "letE": (
            lambda name, type, value, body, _: Let(type, value, body, name),
            "name type:expr value:expr body:expr nondep=:nondep",
        ),
        "proj": (Proj, "typeName=structure:name idx=index:natural struct:expr"),
        "natVal": (NatLit, "=value:digits"),
        "strVal": (StrLit, "=value:text"),
        "mdata": (lambda inner, _: inner, "expr data:object"),
    },
}
_LINES = {
    key: {kind: (make, _fields_in(text)) for kind, (make, text) in table.items()}
    for key, table in _TEXTS.items()
}
_KINDS: dict[Any, str] = {
    make: kind for each in _LINES.values() for kind, (make, _) in each.items()
}
_KINDS |= {Max: "max", IMax: "imax", Lam: "lam", Pi: "forallE", Let: "letE"}

# Declarations: their fields follow from those of the classes.

_SHORT = {
    "constructor": "ctor",
    "constructors": "ctors",
    "recursors": "recs",
    "inductive": "induct",
    "index": "cidx",
    "is_recursive": "isRec",
}
"""What the format shortens; the rest it writes as `numParams` for `num_params`."""
_FIRST = ("name", "level_params", "type", "value", "num_params", "num_indices", "all", "is_unsafe")
"""What several kinds have in common stands first, in this order."""


def _fields_of(kind: type[Any]) -> tuple[Field, ...]:
    own = {field.name: CODECS[cast(str, field.type)] for field in fields(kind)}
    order = [*filter(own.__contains__, _FIRST), *(name for name in own if name not in _FIRST)]
    return tuple(Field(_key(kind, name), name, own[name]) for name in order)


def _key(kind: type[Any], name: str) -> str:
    if kind is Rule and name == "num_fields":
        return "nfields"
    first, *rest = name.split("_")
    return _SHORT.get(name, first + "".join(map(str.capitalize, rest)))


DECLARATIONS: dict[str, type[Any]] = {
    "axiom": Axiom,
    "def": Definition,
    "thm": Theorem,
    "opaque": Opaque,
    "quot": Quotient,
    "inductive": Inductive,
}
_KEYS = {kind: key for key, kind in DECLARATIONS.items()}
FIELDS = {
    kind: _fields_of(kind)
    for kind in (*DECLARATIONS.values(), InductiveType, Constructor, Rule, Recursor)
}
