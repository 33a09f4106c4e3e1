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
from typing import Any, TypeVar

from harness.kernel.declarations import (
    Declaration,
    Export,
    constants,
)
from harness.kernel.format import DECLARATIONS, FIELDS, KEYS, KINDS, LINES, FormatFields
from harness.kernel.strict import (
    Wrong,
    fields_of,
    list_of,
    natural_of,
    object_of,
    text_of,
)
from harness.kernel.terms import (
    ZERO,
    Expr,
    Level,
    Name,
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
    reader = ExportReader()
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            reader.read(object_of(line), number)
        except Wrong as wrong:
            raise ExportError(number, str(wrong)) from None
    if number == 0:
        raise ExportError(1, "expected an export, found nothing")
    return Export(tuple(reader.declarations), reader.exporter, reader.lean)


class ExportReader:
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
        key = next((key for key in LINES if key in data), None)
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
        if kind not in LINES[key]:
            raise Wrong(f"unknown {kind!r:.50} beside {key!r}")
        if index in self.made[key]:
            raise Wrong(f"{key} {index} stands here a second time")
        make, fields = LINES[key][kind]
        self.made[key][index] = make(*self.values(fields, value))

    def values(self, fields: FormatFields, data: object) -> list[Any]:
        """The values of these fields, in their order."""
        found = fields_of(data, *fields.keys) if fields.keys[0] else [data]
        return [codec.read(self, each) for codec, each in zip(fields.codecs, found, strict=True)]

    def item(self, kind: type[Any], data: object) -> Any:
        """A declaration, or a part of one."""
        fields = FIELDS[kind]
        return kind(**dict(zip(fields.own, self.values(fields, data), strict=True)))

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
    writer = ExportWriter()
    for declaration in export.declarations:
        last = {KEYS[type(declaration)]: writer.item(declaration)}
        yield from map(_line, writer.rows)
        writer.rows.clear()
        yield _line(last)


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


class ExportWriter:
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
                kind = KINDS.get(type(each))
                assert kind is not None, "a local variable of the kernel cannot be written"
                self.add(key, each, kind, self.row(each, LINES[key][kind][1]))
        return known[whole]

    def row(self, whole: object, fields: FormatFields) -> Any:
        found = {
            key: codec.write(self, getattr(whole, own) if own else whole)
            for key, own, codec in zip(*fields, strict=True)
        }
        return found.get("", found)

    def item(self, item: object) -> Any:
        """The fields of a declaration, or of a part of one."""
        return self.row(item, FIELDS[type(item)])
