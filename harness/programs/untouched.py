"""What judges a program stays as it was while the program is loaded and run.

It runs in the process that judges it. One that exchanges a function of NumPy, of Python or of the
harness, on purpose or because a library of its own does, would be judged by what it put there, and
so would be whatever the process is asked next. The same holds of the numbers, words and tables of
the harness: by how much two answers may differ, what an outcome is called.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
    mend = _mended  # as it is now, whatever is done meanwhile
    try:
        yield
    finally:
        changed = [name for kept in before for name in mend(*kept)]
        if changed:
            raise refuse(f"it exchanges {', '.join(sorted(changed)[:3])}, by which it is judged")


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
    """What each function does, with what it takes where it is not told."""
    return {
        v: (v.__code__, v.__defaults__, v.__kwdefaults__ and dict(v.__kwdefaults__))
        for v in vars(owner).values()
        if type(v) is FunctionType
    }


def _contents(owner: Any) -> dict[str, Any]:
    """What the tables of the harness hold, and the members of what it enumerates."""
    if not _is_ours(owner):
        return {}
    return {k: dict(v) for k, v in _tables(owner).items()}


def _tables(owner: Any) -> dict[str, dict[Any, Any]]:
    if isinstance(owner, EnumType):
        return {name: vars(member) for name, member in owner.__members__.items()}
    return {k: v for k, v in vars(owner).items() if k.isupper() and type(v) is dict}


def _mended(
    owner: Any,
    before: dict[str, Any],
    codes: dict[FunctionType, tuple[CodeType, Any, Any]],
    contents: dict[str, Any],
) -> Iterator[str]:
    """The names of what was exchanged, which are put back."""
    for function, kept in codes.items():
        if (function.__code__, function.__defaults__, function.__kwdefaults__) != kept:
            function.__code__, function.__defaults__, function.__kwdefaults__ = kept
            yield f"{owner.__name__}.{function.__name__}"
    is_ours = _is_ours(owner)
    now = vars(owner)
    if len(now) != len(before) or not all(map(is_, now.values(), before.values())):
        yield from _put_back(owner, before, is_ours)
    for name, kept in contents.items():
        table = _tables(owner)[name]
        if len(table) != len(kept) or not all(table.get(k, table) is v for k, v in kept.items()):
            table.clear()
            table.update(kept)
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
