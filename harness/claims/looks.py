"""Names that look like others: refused where nobody can tell them apart, else warned of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from harness.claims.document import Document, YamlPath
from harness.diagnostics import Diagnostic
from harness.language.characters import is_disguised, look_alikes
from harness.language.syntax import LanguageError
from harness.language.tokens import tokens

At = Callable[[str], Diagnostic]
"""Makes a diagnostic of a message, at the place of a name."""


def places_of_names(
    document: Document, *, keys: Iterable[YamlPath] = (), texts: Iterable[YamlPath] = ()
) -> dict[str, At]:
    """Where each name stands first: as a key below `keys`, or in one of `texts`."""
    found: dict[str, At] = {}
    for path in keys:
        for place in document.keys:
            if place[:-1] == path:
                for name in str(place[-1]).split(","):
                    found.setdefault(name.strip(), partial(document.fault, place, key=True))
    for path in texts:
        try:
            words = tokens(getattr(document.nodes.get(path), "value", ""))
        except LanguageError:  # which is reported where the text is read
            continue
        for token in words:
            if token.kind == "name":
                at = partial(document.fault_within, path, token.span[0])
                found.setdefault(token.text, at)
    return found


def judged(
    names: Mapping[str, At], others: Iterable[str]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What is wrong with `names` beside each other and beside `others`, and what is doubtful."""
    faults: list[Diagnostic] = []
    doubts: list[Diagnostic] = []
    for name, other, is_same in look_alikes(names, others):
        if is_same:
            message = f"expected names that look different, found {_spelled(name, other)}"
            faults.append(names[name](message))
        else:
            doubts.append(names[name](f"these names look alike: {_spelled(name, other)}"))
    known = set(others)
    for name, at in names.items():
        if is_disguised(name) and name not in known:
            doubts.append(at(disguise(name)))
    return faults, doubts


def disguise(name: str) -> str:
    """What is said of a name that `is_disguised`."""
    return f"not all letters of this name are Latin ones: {_spelled(name)}"


def _spelled(*names: str) -> str:
    """Names with the code points that tell them from what they look like."""
    return " and ".join(f"{name} ({_codes(name)})" if _codes(name) else name for name in names)


def _codes(name: str) -> str:
    return ", ".join(f"{c} is U+{ord(c):04X}" for c in dict.fromkeys(name) if not c.isascii())
