"""What judges a program stays as it was while the program is loaded and run.

It runs in the process that judges it. One that exchanges a function of NumPy, of Python or of the
harness, on purpose or because a library of its own does, would be judged by what it put there, and
so would be whatever the process is asked next. The same holds of the numbers, words and tables of
the harness: by how much two answers may differ, what an outcome is called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import EnumType
from operator import attrgetter, is_
from types import FunctionType, ModuleType
from typing import Any

JUDGES = ("harness", "numpy", "builtins", "fractions", "math", "operator", "itertools")
"""Packages and modules whose functions and classes judge."""

PARTS = ("__code__", "__defaults__", "__kwdefaults__")
"""What a function does, and what it takes where it is not told."""

Table = tuple[str, dict[Any, Any], dict[Any, Any]]


class _Kept:
    """What judges, as it was when it was first seen."""

    def __init__(self) -> None:
        self.modules: dict[str, Any] = {}
        self.held: list[tuple[Any, dict[str, Any], list[Table]]] = []
        """Modules and classes, what they hold, and their tables with what these hold."""
        self.functions: dict[FunctionType, Any] = {}
        """All functions, each with the first that holds it."""
        self.parts: list[list[Any]] = [[] for _ in PARTS]
        """`PARTS` of each."""

    def look(self) -> None:
        """Take in the modules that were not there before."""
        new = {n: m for n, m in sys.modules.items() if n.partition(".")[0] in JUDGES}
        new = {name: module for name, module in new.items() if name not in self.modules}
        held = [(o, dict(vars(o)), _contents(o)) for o in _owners(new)]
        self.modules |= new
        self.held += held
        had = len(self.functions)
        for owner, values, _ in held:
            for value in values.values():
                if type(value) is FunctionType:
                    self.functions.setdefault(value, owner)
        functions = list(self.functions)[had:]
        for part, kept in zip(PARTS, self.parts, strict=True):
            kept += map(attrgetter(part), functions)


_outermost: _Kept | None = None
"""What is kept by the `untouched` that all others are within: they look for what it has seen."""


@contextmanager
def untouched(refuse: type[Exception]) -> Iterator[None]:
    """Raises `refuse` where what is done meanwhile changes what judges; it is put back."""
    global _outermost
    outer, kept = _outermost, _outermost or _Kept()
    _outermost = kept
    kept.look()
    watchers = [(name, look(), put) for name, look, put in WATCHERS]
    mend, unwatch = _mended, _unwatched  # as they are now, whatever is done meanwhile
    try:
        yield
    finally:
        changed = [*unwatch(watchers), *mend(kept)]
        _outermost = outer
        if changed:
            raise refuse(f"it exchanges {', '.join(sorted(changed)[:3])}, by which it is judged")


Watcher = tuple[str, Callable[[], Any], Callable[[Any], None]]

WATCHERS: tuple[Watcher, ...] = (
    ("sys.settrace", sys.gettrace, sys.settrace),
    ("sys.setprofile", sys.getprofile, sys.setprofile),
)
"""What is called at each line or call that Python runs, and may write into what is judged."""


def _unwatched(before: list[tuple[str, Any, Callable[[Any], None]]]) -> list[str]:
    """The names of those that are another now; they are put back."""
    changed = []
    now = {name: look() for name, look, _ in WATCHERS}
    for name, kept, put in before:
        if now[name] is not kept:
            put(kept)
            changed.append(name)
    return changed


def _owners(modules: dict[str, Any]) -> Iterator[Any]:
    """Modules that judge, and the classes that are written in Python in them."""
    for name, module in modules.items():
        if isinstance(module, ModuleType):
            yield module
            if name.partition(".")[0] in ("harness", "fractions"):
                classes = [value for value in vars(module).values() if isinstance(value, type)]
                yield from (each for each in classes if each.__module__ == name)


def _contents(owner: Any) -> list[Table]:
    """Tables of the harness, and the members of what it enumerates, each with what it holds."""
    found: Iterable[tuple[str, Any]] = ()
    if isinstance(owner, EnumType):
        members: dict[str, Any] = dict(owner.__members__)
        found = ((name, vars(member)) for name, member in members.items())
    elif isinstance(owner, ModuleType) and _is_ours(owner):
        found = vars(owner).items()
    return [(k, v, dict(v)) for k, v in found if type(v) is dict and k.isupper()]


def _mended(kept: _Kept) -> Iterator[str]:
    """The names of what was exchanged, which is put back."""
    for name, module in kept.modules.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module
            yield f"the module {name}"
    for part, before in zip(PARTS, kept.parts, strict=True):
        if not all(map(is_, map(attrgetter(part), kept.functions), before)):
            for (function, owner), value in zip(kept.functions.items(), before, strict=True):
                if getattr(function, part) is not value:
                    setattr(function, part, value)
                    yield f"{owner.__name__}.{function.__name__}"
    for owner, values, contents in kept.held:
        now = vars(owner)
        if len(now) != len(values) or not all(map(is_, now.values(), values.values())):
            yield from _put_back(owner, values, _is_ours(owner))
        for name, table, held in contents:
            if len(table) != len(held) or not all(map(is_, table.values(), held.values())):
                table.clear()
                table.update(held)
                yield f"{owner.__name__}.{name}"


def _put_back(owner: Any, before: dict[str, Any], is_ours: bool) -> Iterator[str]:
    now = vars(owner)
    for name, value in before.items():
        if (is_ours or _acts(value)) and now.get(name) is not value:
            setattr(owner, name, value)
            yield f"{owner.__name__}.{name}"
    for name in [name for name in now if is_ours and name not in before]:
        if _acts(now[name]) and not isinstance(now[name], ModuleType):
            delattr(owner, name)
            yield f"{owner.__name__}.{name}"


def _is_ours(owner: Any) -> bool:
    found: bool = getattr(owner, "__module__", owner.__name__).startswith("harness")
    return found


def _acts(value: Any) -> bool:
    is_known = isinstance(value, ModuleType | property | classmethod | staticmethod)
    return is_known or callable(value)
