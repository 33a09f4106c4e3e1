"""A library of definitions as the text of `definitions.yaml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.claims.model import Library
from harness.claims.write import as_yaml
from harness.language.notation import context


def definitions_text(library: Library, usual: Mapping[str, Sequence[str]]) -> str:
    """The YAML text of a library that declares no scalars of its own.

    `usual` are the instances that each constant takes where a file does not say, by its name.
    """
    constants = [*library.primitives.values(), *map(library.qualified, library.definitions)]
    takes = {name: library.takes.get(name, usual[name]) for name in constants}
    kinds = Counter(t for t in takes.values() if any(item in library.scalars for item in t))
    most = kinds.most_common(1)[0] if kinds else ((), 0)
    common = most[0] if 2 * most[1] > len(constants) else None

    def own(name: str) -> Mapping[str, Any]:
        """What a constant takes, where it is not what one would think."""
        expected = usual[name] if common is None else common
        return {} if tuple(takes[name]) == tuple(expected) else {"takes": list(takes[name])}

    prefix = library.qualified("")
    data: dict[str, Any] = {"namespace": library.namespace}
    if not library.is_polymorphic:
        data["universe"] = "Type"
    if common is not None:
        data["takes"] = list(common)
    data["primitives"] = {
        operator: {"constant": constant.removeprefix(prefix), **found}
        if (found := own(constant))
        else constant.removeprefix(prefix)
        for operator, constant in library.primitives.items()
    }
    data["definitions"] = {
        name: {
            "says": definition.says or "TODO, in a sentence of plain English.",
            **own(library.qualified(name)),
            "for": dict(str(line).split(": ", 1) for line in context(definition.parameters)),
            "is": definition.text,
        }
        for name, definition in library.definitions.items()
    }
    return as_yaml(data)
