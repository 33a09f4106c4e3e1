"""What judges a program stays as it was while the program is loaded and run.

It runs in the process that judges it. One that exchanges a function of NumPy, of Python or of the
harness, on purpose or because a library of its own does, would be judged by what it put there, and
so would be whatever the process is asked next.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from operator import is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

JUDGES = ("harness", "numpy", "builtins", "fractions", "math", "operator", "itertools")
"""Packages and modules whose functions and classes judge."""


@contextmanager
def untouched(refuse: type[Exception]) -> Iterator[None]:
    """Raises `refuse` where what is done meanwhile changes what judges; it is put back."""
    before = [(owner, dict(vars(owner)), _codes(owner)) for owner in _owners()]
    mend = _mended  # as it is now, whatever is done meanwhile
    try:
        yield
    finally:
        changed = [name for owner, parts, codes in before for name in mend(owner, parts, codes)]
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


def _codes(owner: Any) -> dict[FunctionType, CodeType]:
    return {v: v.__code__ for v in vars(owner).values() if type(v) is FunctionType}


def _mended(
    owner: Any, before: dict[str, Any], codes: dict[FunctionType, CodeType]
) -> Iterator[str]:
    """The names of what was exchanged, which are put back."""
    for function, code in codes.items():
        if function.__code__ is not code:
            function.__code__ = code
            yield f"{owner.__name__}.{function.__name__}"
    now = vars(owner)
    if len(now) == len(before) and all(map(is_, now.values(), before.values())):
        return
    for name, value in before.items():
        if _acts(value) and now.get(name) is not value:
            setattr(owner, name, value)
            yield f"{owner.__name__}.{name}"
    is_ours = getattr(owner, "__module__", owner.__name__).startswith("harness")
    for name in [name for name in now if is_ours and name not in before]:
        if _acts(now[name]) and not isinstance(now[name], ModuleType):
            delattr(owner, name)
            yield f"{owner.__name__}.{name}"


def _acts(value: Any) -> bool:
    is_known = isinstance(value, ModuleType | property | classmethod | staticmethod)
    return is_known or callable(value)
