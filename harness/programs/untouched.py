"""What judges a program stays as it was while the program is loaded and run.

It runs in the process that judges it. One that exchanges a function of NumPy, of Python or of the
harness, on purpose or because a library of its own does, would be judged by what it put there, and
so would be whatever the process is asked next.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

JUDGES = ("harness", "numpy", "builtins", "fractions", "math", "operator", "itertools")
"""Packages and modules whose functions and classes judge."""


@contextmanager
def untouched(refuse: type[Exception]) -> Iterator[None]:
    """Raises `refuse` where what is done meanwhile changes what judges; it is put back."""
    before = {owner: _parts(owner) for owner in _owners()}
    try:
        yield
    finally:
        changed = [name for owner, parts in before.items() for name in _mended(owner, parts)]
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


def _parts(owner: Any) -> dict[str, tuple[Any, Any]]:
    """What can be called of it, and modules, each with the code that runs."""
    return {
        name: (value, getattr(value, "__code__", None))
        for name, value in vars(owner).items()
        if callable(value) or isinstance(value, ModuleType | property | classmethod | staticmethod)
    }


def _mended(owner: Any, before: dict[str, tuple[Any, Any]]) -> Iterator[str]:
    """The names of what was exchanged, which are put back."""
    after = _parts(owner)
    for name, (value, code) in before.items():
        now, now_code = after.get(name, (None, None))
        if now is not value or now_code is not code:
            setattr(owner, name, value)
            if code is not None:
                value.__code__ = code
            yield f"{owner.__name__}.{name}"
    for name in after.keys() - before.keys():
        is_ours = getattr(owner, "__module__", owner.__name__).startswith("harness")
        if is_ours and not isinstance(after[name][0], ModuleType):
            delattr(owner, name)
            yield f"{owner.__name__}.{name}"
