"""What the lines of an export hold: lean4export's format as tables, for `export.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, NamedTuple, cast, get_args

from harness.kernel.declarations import (
    Axiom,
    Constructor,
    Definition,
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
)
from harness.kernel.strict import (
    Wrong,
    decimal,
    digits_of,
    fields_of,
    kind_of,
    list_of,
    natural_of,
    one_of,
    text_of,
    truth_of,
)
from harness.kernel.terms import (
    App,
    Bound,
    Const,
    Expr,
    IMax,
    Lam,
    Let,
    Max,
    NatLit,
    Param,
    Pi,
    Proj,
    Sort,
    StrLit,
    Succ,
)


class Codec(NamedTuple):
    """How an `ExportReader` reads a value, raising Wrong, and an `ExportWriter` writes it."""

    read: Callable[[Any, Any], Any]
    write: Callable[[Any, Any], Any] = lambda _, value: value


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
    return _list_of(
        Codec(lambda reader, data: reader.item(kind, data), lambda writer, item: writer.item(item))
    )


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


def _write_expr(writer: Any, e: Expr) -> int:
    number: int = writer.expr(e)
    return number


_NAME = Codec(
    lambda reader, data: reader.look_up("in", data, "name"), lambda writer, name: writer.name(name)
)
_LEVEL = Codec(
    lambda reader, data: reader.look_up("il", data, "level"),
    lambda writer, level: writer.level(level),
)

CODECS: dict[str, Codec] = {
    # Of the parts of terms.
    "name": _NAME,
    "level": _LEVEL,
    "levels": _list_of(_LEVEL),
    "pair": Codec(
        lambda reader, data: reader.pair(data),
        lambda writer, l: [writer.level(l.left), writer.level(l.right)],
    ),
    "expr": Codec(lambda reader, data: reader.look_up("ie", data, "expression"), _write_expr),
    "info": _word("default", "implicit", "strictImplicit", "instImplicit"),
    "text": _plain(text_of),
    "natural": _plain(natural_of),
    "digits": Codec(lambda _, data: digits_of(data), lambda _, number: decimal(number)),
    "nondep": Codec(lambda _, data: truth_of(data), lambda *_: False),
    "object": _plain(_object),
    # Of declarations, by the types of their fields.
    "Name": _NAME,
    "tuple[Name, ...]": _list_of(_NAME),
    "Expr": Codec(lambda reader, data: reader.closed(data), _write_expr),
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


class FormatFields(NamedTuple):
    """The fields of a line. The key is empty where there is but one, which is the line itself."""

    keys: tuple[str, ...]
    own: tuple[str, ...]
    """Our names of them; empty for what is made of the whole."""
    codecs: tuple[Codec, ...]


# Names, levels and expressions: the kind of a line, what it makes, and of what. `us=levels` is the
# format's field `us`, our attribute `levels`; what its values are stands after a colon, unless it
# is called like that.


def _fields_in(text: str) -> FormatFields:
    found = []
    for word in text.split():
        names, _, codec = word.partition(":")
        key, is_renamed, own = names.partition("=")
        own = own if is_renamed else key
        found.append((key, own, CODECS[codec or own]))
    return FormatFields(*zip(*found, strict=True))


_BINDER = "name type:expr body:expr binderInfo=info"
_TEXTS: dict[str, dict[str, tuple[Callable[..., Any], str]]] = {
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
}
LINES = {
    key: {kind: (make, _fields_in(text)) for kind, (make, text) in table.items()}
    for key, table in _TEXTS.items()
}
KINDS: dict[Any, str] = {make: kind for each in LINES.values() for kind, (make, _) in each.items()}
KINDS |= {Max: "max", IMax: "imax", Lam: "lam", Pi: "forallE", Let: "letE"}

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


def _fields_of(kind: type[Any]) -> FormatFields:
    own = {field.name: CODECS[cast(str, field.type)] for field in fields(kind)}
    order = [*filter(own.__contains__, _FIRST), *(name for name in own if name not in _FIRST)]
    keys = tuple(_key(kind, name) for name in order)
    return FormatFields(keys, tuple(order), tuple(own[name] for name in order))


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
KEYS = {kind: key for key, kind in DECLARATIONS.items()}
FIELDS = {
    kind: _fields_of(kind)
    for kind in (*DECLARATIONS.values(), InductiveType, Constructor, Rule, Recursor)
}
