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
from operator import is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

JUDGES = ("harness", "numpy", "builtins", "fractions", "math", "operator", "itertools")
"""Packages and modules whose functions and classes judge."""


@contextmanager
def untouched(refuse: type[Exception]) -> Iterator[None]:
    """Raises `refuse` where what is done meanwhile changes what judges; it is put back."""
    before = [(owner, dict(vars(owner)), _codes(owner), _contents(owner)) for owner in _owners()]
    modules = {n: m for n, m in sys.modules.items() if n.partition(".")[0] in JUDGES}
    watchers = [(name, look(), put) for name, look, put in WATCHERS]
    mend, unwatch = _mended, _unwatched  # as they are now, whatever is done meanwhile
    try:
        yield
    finally:
        changed = unwatch(watchers)
        for name, module in modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
                changed.append(f"the module {name}")
        changed += [name for kept in before for name in mend(*kept)]
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


def _owners() -> Iterator[Any]:
    """The modules that judge, and the classes that are written in Python in them."""
    for name, module in list(sys.modules.items()):
        root = name.partition(".")[0]
        if root in JUDGES and isinstance(module, ModuleType):
            yield module
            if root in ("harness", "fractions"):
                classes = [value for value in vars(module).values() if isinstance(value, type)]
                yield from (each for each in classes if each.__module__ == name)


def _codes(owner: Any) -> dict[FunctionType, tuple[CodeType, Any, Any]]:
    """What each function does, and what it takes where it is not told."""
    return {
        v: (v.__code__, v.__defaults__, v.__kwdefaults__)
        for v in vars(owner).values()
        if type(v) is FunctionType
    }


def _contents(owner: Any) -> list[tuple[str, dict[Any, Any], dict[Any, Any]]]:
    """Tables of the harness, and the members of what it enumerates, each with what it holds."""
    found: Iterable[tuple[str, Any]] = ()
    if isinstance(owner, EnumType):
        members: dict[str, Any] = dict(owner.__members__)
        found = ((name, vars(member)) for name, member in members.items())
    elif isinstance(owner, ModuleType) and _is_ours(owner):
        found = vars(owner).items()
    return [(k, v, dict(v)) for k, v in found if type(v) is dict and k.isupper()]


def _mended(
    owner: Any,
    before: dict[str, Any],
    codes: dict[FunctionType, tuple[CodeType, Any, Any]],
    contents: list[tuple[str, dict[Any, Any], dict[Any, Any]]],
) -> Iterator[str]:
    """The names of what was exchanged, which are put back."""
    for function, kept in codes.items():
        code, defaults, named = kept
        if (
            function.__code__ is not code
            or function.__defaults__ is not defaults
            or function.__kwdefaults__ is not named
        ):
            function.__code__, function.__defaults__, function.__kwdefaults__ = kept
            yield f"{owner.__name__}.{function.__name__}"
    now = vars(owner)
    if len(now) != len(before) or not all(map(is_, now.values(), before.values())):
        yield from _put_back(owner, before, _is_ours(owner))
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
