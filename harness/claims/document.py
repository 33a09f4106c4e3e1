"""Strict YAML: no duplicate keys, no guessed booleans, and the place of everything it holds.

PyYAML by itself reads `no` as false and `07` as seven, lets the last of two equal keys win and
drops line numbers. Here every plain scalar but integers and `null` is text; what one reader of
YAML takes for a number and another for text is refused; and each value remembers the file, line
and column at which it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import yaml
from yaml.composer import Composer, ComposerError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from harness.diagnostics import Diagnostic, InputError, shortened
from harness.language.characters import named, unseen

T = TypeVar("T")

MAX_BYTES = 1_000_000
"""A specification is read by people; anything larger is a mistake."""

MAX_DIGITS = 18
"""Of an integer; no size, seed or count has more."""

_MOST_UNSEEN = 20
"""How many characters that cannot be seen are listed of one file, which may be none of ours."""

_MOST_DEEP = 100
"""How deep the parts of a file lie within each other."""

_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)\Z")
_DIFFERENTLY_READ = re.compile(
    r"[+-]?(0[0-9_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+"  # octal or not, other bases
    r"|[0-9]+_[0-9_]*|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)\Z"  # underlines, base sixty
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?\Z"  # a date
)
"""Plain words that readers of YAML 1.1 and 1.2 do not agree about."""

_INT = "tag:yaml.org,2002:int"

YamlPath = tuple[str | int, ...]


if yaml.__with_libyaml__:  # as in all its wheels: ten times as quick
    from yaml._yaml import CParser as _Parser
else:

    class _Parser(Reader, Scanner, Parser):  # type: ignore[no-redef]
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)


class StrictLoader(Composer, _Parser, Resolver):
    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        Composer.__init__(self)
        Resolver.__init__(self)
        self.depth = 0

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own protocol
        first: [found for found in resolvers if found[0] == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()
            raise ComposerError(None, None, "aliases (*name) are not used here", event.start_mark)
        if self.depth == _MOST_DEEP:
            event = self.peek_event()
            raise ComposerError(None, None, "nested too deeply", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


for _pattern in (_INTEGER, _DIFFERENTLY_READ):
    StrictLoader.add_implicit_resolver(_INT, _pattern, list("+-0123456789"))


@dataclass
class Document:
    """A YAML file: its data, and where each part of it stands."""

    name: str
    text: str
    data: Any
    nodes: dict[YamlPath, yaml.Node] = field(default_factory=dict)
    keys: dict[YamlPath, yaml.Node] = field(default_factory=dict)

    def fault(self, path: YamlPath, message: str, *, key: bool = False) -> Diagnostic:
        """A diagnostic at the value (or the key) that `path` leads to."""
        node = (self.keys if key else self.nodes).get(path)
        while node is None and path:
            path = path[:-1]
            node = self.nodes.get(path)
        message = shortened(message)
        if node is None:
            return Diagnostic(self.name, 1, 1, message)
        mark = node.start_mark
        return Diagnostic(self.name, mark.line + 1, mark.column + 1, message)

    def fault_within(self, path: YamlPath, offset: int, message: str) -> Diagnostic:
        """A diagnostic at one character of the text that `path` leads to.

        Quotes, folding and indentation are skipped by matching what is not white space.
        """
        node = self.nodes[path]
        if not isinstance(node, yaml.ScalarNode):
            return self.fault(path, message)
        position = node.start_mark.index
        if node.style in ("|", ">"):
            position = self.text.find("\n", position) + 1
        elif node.style in ('"', "'"):
            position += 1
        at_end = offset >= len(node.value.rstrip())
        to_pass = sum(not c.isspace() for c in node.value[:offset])
        while position < len(self.text):
            blank = self.text[position].isspace()
            if not to_pass and (at_end or not blank):
                break
            to_pass -= not blank
            position += 1
        line = self.text.count("\n", 0, position) + 1
        column = position - (self.text.rfind("\n", 0, position) + 1) + 1
        return Diagnostic(self.name, line, column, shortened(message))

    def line(self, path: YamlPath) -> int:
        """The line, from 1, at which the value at `path` begins."""
        return self.fault(path, "").line


def read_text(path: Path, name: str, limit: int = MAX_BYTES) -> str:
    """The text of a file in UTF-8, with the line ends of Unix; `name` is how messages call it.

    Raises `InputError` for what is no file, no text, or more than `limit` bytes.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would have us wait for ever
            raise InputError([Diagnostic(name, 1, 1, "expected a file, found something else")])
        with path.open("rb") as file:
            raw = file.read(limit + 1)
        if len(raw) > limit:
            raise InputError([Diagnostic(name, 1, 1, f"larger than {limit} bytes")])
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputError([Diagnostic(name, 1, 1, error.strerror or str(error))]) from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Diagnostic(name, line, 1, "not UTF-8 text")]) from None


def read_document(path: Path, name: str, limit: int = MAX_BYTES) -> Document:
    """Read one YAML file; `name` is how messages call it.

    Raises `InputError` with every fault of form that it finds, and for more than `limit` bytes.
    """
    if (offset := next(unseen(name), None)) is not None:
        shown = name.encode("unicode_escape").decode()
        message = f"in the file's name, {named(name[offset])}"
        raise InputError([Diagnostic(shown, 1, 1, message)])
    text = read_text(path, name, limit)
    if faults := list(islice(unseen_in(text, name), _MOST_UNSEEN)):
        raise InputError(faults)
    loader = StrictLoader(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = text.split("\n")
        if line > len(lines):  # libyaml ends a last line that has no end
            line, column = len(lines), len(lines[-1]) + 1
        message = error.problem or error.context or "not YAML"
        raise InputError([Diagnostic(name, line, column, message)]) from None
    except yaml.YAMLError as error:
        raise InputError([Diagnostic(name, 1, 1, str(error))]) from None
    finally:
        loader.dispose()
    document = Document(name, text, None)
    if root is None:
        raise InputError([Diagnostic(name, 1, 1, "the file is empty")])
    document.data = _convert(root, (), document, faults)
    if faults:
        raise InputError(faults)
    return document


def read_checked(path: Path, name: str, kind: str, limit: int = MAX_BYTES) -> Document:
    """`read_document` of a file that meets the schema of its kind. Raises `InputError`."""
    document = read_document(path, name, limit)
    if faults := list(schema_faults(document, kind)):
        raise InputError(faults)
    return document


def read_all(
    files: Iterable[tuple[Path, str]], read: Callable[[Path, str], T]
) -> tuple[list[T], list[Diagnostic]]:
    """What is read of files, each with the name that messages call it; and the faults of all."""
    found: list[T] = []
    faults: list[Diagnostic] = []
    for path, name in files:
        try:
            found.append(read(path, name))
        except InputError as error:
            faults.extend(error.diagnostics)
    return found, faults


def _convert(node: yaml.Node, path: YamlPath, document: Document, faults: list[Diagnostic]) -> Any:
    document.nodes[path] = node
    if isinstance(node, yaml.SequenceNode):
        return [_convert(child, (*path, i), document, faults) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            inner = (*path, key)
            if not isinstance(key_node, yaml.ScalarNode):
                faults.append(document.fault(path, "a key must be a word"))
                continue
            document.keys.setdefault(inner, key_node)
            for offset in islice(unseen(key), 1):
                faults.append(document.fault(inner, named(key[offset]), key=True))
            if key in found:
                first = document.keys[inner].start_mark.line + 1
                document.keys[inner] = key_node
                message = f"{key!r} is here twice (first in line {first})"
                faults.append(document.fault(inner, message, key=True))
                continue
            found[key] = _convert(value_node, inner, document, faults)
        return found
    match node.tag:
        case "tag:yaml.org,2002:int" if _INTEGER.match(node.value):
            if len(node.value) <= MAX_DIGITS:
                return int(node.value)
            message = f"expected at most {MAX_DIGITS} digits, found {len(node.value)}"
            faults.append(document.fault(path, message))
            return 0
        case "tag:yaml.org,2002:int":
            message = f"{node.value} is a number to some readers of YAML and text to others"
            faults.append(document.fault(path, f"{message}; put it in quotes, or write it plainly"))
            return node.value
        case "tag:yaml.org,2002:null":
            return None
        case "tag:yaml.org,2002:str" | "!":
            for offset in islice(unseen(node.value), 1):
                faults.append(document.fault(path, named(node.value[offset])))
            return node.value
        case tag:
            faults.append(document.fault(path, f"the tag {tag} is not used here"))
            return node.value


def unseen_in(text: str, name: str) -> Iterator[Diagnostic]:
    """A fault for each character of a file's text that cannot be seen."""
    for offset in unseen(text):
        line = text.count("\n", 0, offset) + 1
        column = offset - text.rfind("\n", 0, offset)
        yield Diagnostic(name, line, column, named(text[offset]))


@cache
def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file of this kind: `claim` or `definitions`."""
    text = (files("harness.claims") / "schema" / f"{kind}.json").read_text("utf-8")
    return dict(json.loads(text))


def schema_faults(document: Document, kind: str) -> Iterator[Diagnostic]:
    """Where `document` departs from the schema of its kind."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    for found in Draft202012Validator(schema(kind)).iter_errors(document.data):
        error = best_match([found])  # of alternatives, what is wrong with the one that was meant
        path: YamlPath = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = sorted(error.schema.get("properties", {}))
            for key in sorted(set(error.instance) - set(known)):
                message = f"unknown key {key!r}; known here: {', '.join(known)}"
                yield document.fault((*path, key), message, key=True)
        elif error.validator == "type":
            value = error.validator_value
            types = [value] if isinstance(value, str) else value
            expected = " or ".join(_TYPE_WORDS.get(type_, type_) for type_ in types)
            yield document.fault(path, f"expected {expected}, found {error.instance!r}")
        else:
            yield document.fault(path, error.message)


_TYPE_WORDS = {"string": "text", "object": "a mapping", "array": "a list"}
