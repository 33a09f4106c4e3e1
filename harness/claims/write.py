"""Claims as the text of a specification, so that reading it gives the same claim back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent, wrap

import yaml

from harness.claims.document import StrictLoader
from harness.claims.model import TO_BE_SAID, Definition, Library
from harness.language.elaborate import elaborate_statement
from harness.language.notation import context, to_text
from harness.language.parser import parse_statement
from harness.language.scope import Scope
from harness.language.syntax import LanguageError
from harness.language.terms import Equation
from harness.language.types import Parameter

WIDTH = 96


def specification(
    *,
    theorem: str,
    says: str,
    scalars: str,
    parameters: Sequence[Parameter],
    hypotheses: Sequence[tuple[str, Equation]],
    conclusion: Equation | None,
    scope: Scope,
) -> str:
    """The YAML text of a claim; `scope` is what its texts may speak of.

    `scalars` is empty for the kind that is declared first; without a conclusion, the text has
    none, and is not a whole specification.
    """
    lines = [_entry("theorem", theorem), _entry("says", says)]
    if scalars:
        lines.append(_entry("scalars", scalars))
    declared = (str(declaration).split(": ", 1) for declaration in context(parameters))
    lines.append(as_yaml({"for": dict(declared)}))
    if hypotheses:
        lines.append(as_yaml({"assume": {n: statement_text(e, scope) for n, e in hypotheses}}))
    if conclusion is not None:
        lines.append(_entry("then", *_sides(conclusion, statement_text(conclusion, scope))))
    return "".join(lines)


def definitions(library: Library) -> str:
    """The YAML text of a library that declares no scalars of its own."""
    return as_yaml(
        {
            **({"extends": library.extends} if library.extends else {}),
            "namespace": library.namespace,
            **({"types": shapes} if (shapes := _own_shapes(library)) else {}),
            "primitives": {
                operator: library.terms.get(operator, library.relative(constant))
                for operator, constant in library.primitives.items()
                if operator not in library.borrowed
            },
            **({"bridges": bridges} if (bridges := _bridges(library)) else {}),
            "definitions": _entries(library.definitions),
        }
    )


def with_definitions(text: str, more: Mapping[str, Definition]) -> str:
    """The text of a `definitions.yaml` with these further definitions, all else as it was.

    They follow those that are there. An author's list in braces becomes one in lines.
    """
    return _with_entries(text, "definitions", _entries(more))


def with_operators(text: str, library: Library, operators: Iterable[str]) -> str:
    """The same with what the library names for these operators, and the theorems that say so."""
    own = [operator for operator in library.primitives if operator in set(operators)]
    named = {operator: library.relative(library.primitives[operator]) for operator in own}
    bridges = {name: said for name, said in _bridges(library).items() if name in named}
    for key, entries in (("primitives", named), ("bridges", bridges)):
        text = _with_entries(text, key, entries) if entries else text
    return text


def _with_entries(text: str, part: str, entries: Mapping[str, object]) -> str:
    root = StrictLoader(text).get_single_node()
    assert isinstance(root, yaml.MappingNode)
    old = next((value for key, value in root.value if key.value == part), None)
    if old is None:
        return f"{text.rstrip()}\n{as_yaml({part: entries})}"
    if not isinstance(old, yaml.MappingNode) or old.flow_style:
        kept = yaml.safe_load(text)[part] or {}
        block = indent(as_yaml({**kept, **entries}), "  ").rstrip()
        return f"{text[: old.start_mark.index].rstrip()}\n{block}{text[old.end_mark.index :]}"
    last: yaml.Node = old
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    lines = text.splitlines(keepends=True)
    # A block of text ends on the line after it, anything else on its own.
    end = last.end_mark.line + (last.end_mark.column > 0)
    before = "".join(lines[:end]).rstrip() + "\n"
    return before + indent(as_yaml(entries), " " * old.start_mark.column) + "".join(lines[end:])


def _entries(definitions: Mapping[str, Definition]) -> dict[str, object]:
    return {
        name: {
            "says": definition.says or TO_BE_SAID,
            **({"lean": definition.lean_name} if definition.lean_name else {}),
            "for": dict(str(line).split(": ", 1) for line in context(definition.parameters)),
            "is": definition.text,
        }
        for name, definition in definitions.items()
    }


def _own_shapes(library: Library) -> dict[str, str]:
    return {} if library.extends else dict(library.shapes)


def _bridges(library: Library) -> dict[str, str | list[str]]:
    found = {
        name: [*map(library.relative, own)]
        for name, own in library.bridges.items()
        if name not in library.borrowed
    }
    return {name: own[0] if len(own) == 1 else own for name, own in found.items()}


def statement_text(equation: Equation, scope: Scope) -> str:
    """`equation` as people write it, with the types of bound names only where they are needed."""
    text = to_text(equation)
    try:
        same = elaborate_statement(parse_statement(text), scope) == equation
    except LanguageError:
        same = False
    return text if same else to_text(equation, typed=True)


def _sides(equation: Equation, text: str) -> tuple[str, ...]:
    """The text cut before the sign between the two sides; other signs may stand within them."""
    for typed in (False, True):
        end = f"{equation.relation} {to_text(equation.right, typed=typed)}"
        if text.endswith(f" {end}"):
            return text.removesuffix(f" {end}"), end
    return (text,)


def _entry(key: str, *parts: str) -> str:
    """A key with a text; one too long for a line is folded, its parts beginning lines."""
    text = " ".join(parts)
    if len(key) + len(text) + 2 <= WIDTH or not text.isprintable() or text != text.strip():
        return as_yaml({key: text})
    lines = [
        line
        for part in parts
        for line in wrap(part, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    ]
    return "\n  ".join([f"{key}: >-", *lines]) + "\n"


def as_yaml(data: Mapping[str, object]) -> str:
    """`data` as YAML, in its own order; words are quoted only where our own loader needs it."""
    return str(
        yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    )


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = StrictLoader.yaml_implicit_resolvers
