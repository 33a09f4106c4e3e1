"""What judges a program stays as it was while the program is loaded and run.

It runs in the process that judges it. One that exchanges a function of NumPy, of Python or of the
harness, on purpose or because a library of its own does, would be judged by what it put there, and
so would be whatever the process is asked next. The same holds of the numbers, words and tables of
the harness: by how much two answers may differ, what an outcome is called.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from enum import EnumType
from operator import attrgetter, is_
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

JUDGES = ("harness", "numpy", "builtins", "fractions", "math", "operator", "itertools")
"""Packages and modules whose functions and classes judge."""


class State(NamedTuple):
    """What judges, as it is at one moment. What it compares with, nobody can write into."""

    modules: tuple[tuple[str, ModuleType], ...]
    owners: tuple[Owner, ...]
    functions: tuple[FunctionType, ...]
    codes: tuple[tuple[Any, ...], ...]
    """A tuple for each of `CODE`: what each function does, and takes where it is not told."""
    tables: tuple[Table, ...]


class Owner(NamedTuple):
    """A module, or a class that is written in Python in it, and all that it has."""

    owner: Any
    is_ours: bool
    names: tuple[str, ...]
    values: tuple[Any, ...]


class Table(NamedTuple):
    """A table of the harness, or a member of what it enumerates, and what it holds."""

    name: str
    table: dict[Any, Any]
    keys: tuple[Any, ...]
    values: tuple[Any, ...]


CODE = ("__code__", "__defaults__", "__kwdefaults__")

_in_force: list[State] = []
"""What is to hold now. Within one use another need not look anew: all that changes is told."""


@contextmanager
def untouched(refuse: type[Exception]) -> Iterator[None]:
    """Raises `refuse` where what is done meanwhile changes what judges; it is put back."""
    outer = tuple(_in_force)
    state = outer[-1] if outer and outer[-1].modules == _modules() else _taken()
    _in_force.append(state)
    watchers = [(name, look(), put) for name, look, put in WATCHERS]
    # What looks in the end is here as it is now. Nobody can exchange the code of this frame.
    spaces = [(space, dict(space)) for space in (vars(builtins), globals())]
    tools = [(tool, tool.__code__) for tool in globals().values() if type(tool) is FunctionType]
    try:
        yield
    finally:
        changed = []
        for space, kept in spaces:
            for name in kept:
                if space.get(name) is not kept[name]:
                    space[name] = kept[name]
                    changed.append(f"{space['__name__']}.{name}")
        for name in [*space]:  # of this module, where a new name would hide Python's own
            if name not in kept:
                del space[name]
                changed.append(f"{space['__name__']}.{name}")
        for tool, code in tools:
            if tool.__code__ is not code:
                tool.__code__ = code
                changed.append(f"{tool.__module__}.{tool.__name__}")
        changed += _unwatched(watchers)
        if not _holds(state):
            changed += _mended(state)
        _in_force[:] = outer
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


def _taken() -> State:
    modules = _modules()
    owners = tuple(
        Owner(o, _is_ours(o), (*vars(o),), (*vars(o).values(),)) for o in _owners(modules)
    )
    every = (v for each in owners for v in each.values if type(v) is FunctionType)
    functions = tuple(dict.fromkeys(every))
    codes = tuple(tuple(map(attrgetter(name), functions)) for name in CODE)
    tables = tuple(
        Table(f"{each.owner.__name__}.{name}", table, (*table,), (*table.values(),))
        for each in owners
        for name, table in _contents(each.owner)
    )
    return State(modules, owners, functions, codes, tables)


def _modules() -> tuple[tuple[str, ModuleType], ...]:
    """The modules that judge, by name."""
    # Only names are gone through: thousands of pairs would be made anew at each look.
    names = [name for name in list(sys.modules) if name.startswith(JUDGES)]
    found = ((n, sys.modules.get(n)) for n in names if n.partition(".")[0] in JUDGES)
    return tuple((name, module) for name, module in found if isinstance(module, ModuleType))


def _owners(modules: tuple[tuple[str, ModuleType], ...]) -> Iterator[Any]:
    """The modules, and the classes that are written in Python in them."""
    for name, module in modules:
        yield module
        if name.partition(".")[0] in ("harness", "fractions"):
            classes = [value for value in vars(module).values() if isinstance(value, type)]
            yield from (each for each in classes if each.__module__ == name)


def _contents(owner: Any) -> Iterator[tuple[str, dict[Any, Any]]]:
    """Tables of the harness, and what the members of its enumerations have."""
    found: Iterable[tuple[str, Any]] = ()
    if isinstance(owner, EnumType):
        members: dict[str, Any] = dict(owner.__members__)
        found = ((name, vars(member)) for name, member in members.items())
    elif isinstance(owner, ModuleType) and _is_ours(owner):
        found = vars(owner).items()
    return ((k, v) for k, v in found if type(v) is dict and k.isupper())


def _holds(state: State) -> bool:
    """Whether nothing has changed, and no module that judges has come."""
    return (
        _modules() == state.modules
        and all(_same(vars(each.owner).values(), each.values) for each in state.owners)
        and all(
            all(map(is_, map(attrgetter(name), state.functions), kept))
            for name, kept in zip(CODE, state.codes, strict=True)
        )
        and all(map(_same_table, state.tables))
    )


def _same(now: Collection[Any], before: tuple[Any, ...]) -> bool:
    return len(now) == len(before) and all(map(is_, now, before))


def _same_table(kept: Table) -> bool:
    return _same(kept.table, kept.keys) and _same(kept.table.values(), kept.values)


def _mended(state: State) -> list[str]:
    """The names of what was exchanged, which are put back."""
    changed = []
    for name, module in state.modules:
        if sys.modules.get(name) is not module:
            sys.modules[name] = module
            changed.append(f"the module {name}")
    for function, *kept in zip(state.functions, *state.codes, strict=True):
        for name, value in zip(CODE, kept, strict=True):
            if getattr(function, name) is not value:
                setattr(function, name, value)
                changed.append(f"{function.__module__}.{function.__name__}")
    for owner in state.owners:
        if not _same(vars(owner.owner).values(), owner.values):
            changed += _put_back(owner)
    for table in state.tables:
        if not _same_table(table):
            table.table.clear()
            table.table.update(zip(table.keys, table.values, strict=True))
            changed.append(table.name)
    return changed


def _put_back(kept: Owner) -> Iterator[str]:
    owner, now = kept.owner, vars(kept.owner)
    for name, value in zip(kept.names, kept.values, strict=True):
        if (kept.is_ours or _acts(value)) and now.get(name) is not value:
            setattr(owner, name, value)
            yield f"{owner.__name__}.{name}"
    for name in [name for name in now if kept.is_ours and name not in kept.names]:
        if _acts(now[name]) and not isinstance(now[name], ModuleType):
            delattr(owner, name)
            yield f"{owner.__name__}.{name}"


def _is_ours(owner: Any) -> bool:
    found: bool = getattr(owner, "__module__", owner.__name__).startswith("harness")
    return found


def _acts(value: Any) -> bool:
    is_known = isinstance(value, ModuleType | property | classmethod | staticmethod)
    return is_known or callable(value)
