"""The program that a file names: found, loaded, and called with what the file gives it."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from harness.claims.programs import Given, Program
from harness.language.types import dim_value
from harness.programs.arrays import Namespace


class Missing(Exception):
    """A library that the program needs is not installed here."""


class Unusable(Exception):
    """The program cannot be called as its file says; `given` is the part of the file at fault."""

    def __init__(self, message: str, given: tuple[str | int, ...] = ("program",)) -> None:
        super().__init__(message)
        self.given = given


class Fails(Unusable):
    """The program raised an exception."""


@dataclass(frozen=True)
class Target:
    """A program, ready to be called."""

    call: Callable[..., Any]
    """The function, or the class whose instance is called."""
    is_class: bool
    library: str
    """Whose arrays it takes: `numpy` or `torch`."""
    versions: Mapping[str, str]


def load(program: Program, *, formulas: bool) -> Target:
    """Find the program of a file; see `locate`."""
    return locate(program.target, program.root, formulas=formulas)


def locate(target: str, root: str, *, formulas: bool) -> Target:
    """Find a program; for `formulas`, NumPy in its own file is one that can hold them.

    Raises `Missing` where a library is not installed, and `Unusable` where nothing has this name.
    """
    where, _, name = target.rpartition(":")
    module = _file(root, where) if where.endswith(".py") else _module(where)
    if formulas and where.endswith(".py"):
        for key, value in list(vars(module).items()):
            if value is np:
                setattr(module, key, Namespace())
    try:
        found: Any = reduce(getattr, name.split("."), module)
    except AttributeError:
        raise Unusable(f"{where} has nothing called {name}") from None
    if not callable(found):
        raise Unusable(f"{name} cannot be called")
    torch: Any = sys.modules.get("torch")
    is_class = isinstance(found, type)
    of_torch = torch is not None and (
        (is_class and issubclass(found, torch.nn.Module))
        or torch in vars(inspect.getmodule(found) or module).values()
    )
    library = "torch" if of_torch else "numpy"
    names = {library, where.partition(".")[0]} & {"numpy", "torch", "transformers"}
    versions = {key: str(sys.modules[key].__version__) for key in sorted(names)}
    return Target(found, is_class, library, versions)


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Missing(f"{error.name} is not installed here") from None


def _file(root: str, name: str) -> ModuleType:
    path = Path(root) / name
    key = f"harness_program_{path.stem}"
    spec = importlib.util.spec_from_file_location(key, path)
    if spec is None or spec.loader is None:
        raise Unusable(f"{name} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    folder = str(path.parent)
    sys.path.insert(0, folder)
    sys.modules[key] = module
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise Missing(f"{error.name} is not installed here") from None
    except Exception as error:
        raise Unusable(f"{name} fails when it is loaded: {type(error).__name__}: {error}") from None
    finally:
        sys.path.remove(folder)
        del sys.modules[key]
    return module


def made(given: Given, sizes: Mapping[str, int]) -> Any:
    """What a class is made with, at these sizes; and whatever else is no array of numbers."""
    match given.kind:
        case "value":
            return list(given.value) if isinstance(given.value, tuple) else given.value
        case "number":
            assert given.size is not None
            return dim_value(given.size, sizes)
        case "mask":
            assert given.size is not None
            size = dim_value(given.size, sizes)
            later = np.triu(np.ones((size, size), dtype=bool), 1)
            mask = ~later if given.value == "causal booleans" else np.where(later, -np.inf, 0.0)
            shape = given.shape
            return mask if shape is None else mask.reshape([dim_value(n, sizes) for n in shape])
        case "call":
            module, _, name = given.value.partition(":")
            options = {key: made(value, sizes) for key, value in given.with_}
            called: Any = reduce(getattr, name.split("."), _module(module))
            return called(**options)
        case _:
            raise Unusable("expected a value, found a term", given.path)


def arguments(target: Target) -> dict[str, inspect.Parameter]:
    """The arguments that the program takes."""
    call = getattr(target.call, "forward", target.call) if target.is_class else target.call
    try:
        found = dict(inspect.signature(call).parameters)
    except (TypeError, ValueError):
        return {}
    if target.is_class:
        found.pop("self", None)
    return found
