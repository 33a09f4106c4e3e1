"""The program that a file names: found, loaded, and called with what the file gives it."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, reduce
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from harness.claims.programs import Given, Program
from harness.language.types import dim_value
from harness.programs.arrays import Namespace
from harness.programs.untouched import untouched


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
    """The function, or the class whose instance is called, or a module of PyTorch."""
    is_class: bool
    """Whether it is a class, or a module, whose tensors are given by their names."""
    library: str
    """Whose arrays it takes: `numpy` or `torch`."""
    versions: Mapping[str, str]


def load(program: Program, *, formulas: bool) -> Target:
    """Find the program of a file, or the callable that it was made of.

    For `formulas`, NumPy in the program's own file is one that can hold them. Raises `Missing`
    where a library is not installed, and `Unusable` where nothing has this name.
    """
    if program.call is not None:
        return at_hand(program.call)
    where, _, name = program.target.rpartition(":")
    if program.target.endswith(".onnx"):
        return _onnx(Path(program.root) / program.target, formulas)
    with untouched(Unusable):
        module = _file(program.root, where) if where.endswith(".py") else _module(where)
    try:
        found: Any = reduce(getattr, name.split("."), module)
    except AttributeError:
        raise Unusable(f"{where} has nothing called {name}") from None
    if not callable(found):
        raise Unusable(f"{name} cannot be called")
    return at_hand(found, where.partition(".")[0])


def at_hand(found: Any, package: str = "") -> Target:
    """A callable as it is."""
    torch: Any = sys.modules.get("torch")
    is_class = isinstance(found, type)
    is_module = torch is not None and (
        issubclass(found, torch.nn.Module) if is_class else isinstance(found, torch.nn.Module)
    )
    speaks = {*_libraries(found), _library_of(type(found))}  # a compiled function by its class
    library = "torch" if is_module or "torch" in speaks else "numpy"
    names = {library, package} & {"numpy", "torch", "transformers"}
    versions = {key: str(sys.modules[key].__version__) for key in sorted(names)}
    return Target(found, is_class or is_module, library, versions)


def _libraries(found: Any, seen: frozenset[Any] = frozenset()) -> set[str]:
    """Of NumPy and PyTorch those that a function speaks of; where of none, those of its file."""
    call = _function(found)
    code: Any = getattr(call, "__code__", None)
    if code is None or code in seen:
        return set()
    known: dict[str, Any] = call.__globals__
    spoken, waiting = set(), [code]
    while waiting:
        code = waiting.pop()
        spoken |= {name for name in code.co_names if name in known or name in ("numpy", "torch")}
        waiting += [part for part in code.co_consts if isinstance(part, type(code))]
    values = [known.get(name, name) for name in spoken]
    values += [cell.cell_contents for cell in call.__closure__ or ()]
    names = set(map(_library_of, values))
    for value in values:
        if inspect.isfunction(value):
            names |= _libraries(value, seen | {call.__code__})
    names &= {"numpy", "torch"}
    return names or ({_library_of(value) for value in known.values()} if not seen else set())


def _function(found: Any) -> Any:
    """The function that runs when this is called."""
    found = inspect.unwrap(found.func if isinstance(found, partial) else found)
    if not inspect.isroutine(found):
        called: Any = found if isinstance(found, type) else type(found)
        found = called.__call__
    return getattr(found, "__func__", found)


def _library_of(value: Any) -> str:
    """The library that a module, a function or a class comes from."""
    if isinstance(value, str | Namespace):
        return value if isinstance(value, str) else "numpy"
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
    return str(name).partition(".")[0]


@contextmanager
def holding_formulas(call: Any) -> Iterator[None]:
    """For a while, NumPy in a function's own file is one whose new arrays can hold formulas."""
    known = getattr(_function(call), "__globals__", {})
    names = [name for name, value in known.items() if value is np]
    known.update(dict.fromkeys(names, Namespace()))
    try:
        yield
    finally:
        known.update(dict.fromkeys(names, np))


def _onnx(path: Path, formulas: bool) -> Target:
    try:
        from harness.programs.onnx import Graph
    except ModuleNotFoundError as error:
        raise Missing(f"{error.name} is not installed here") from None
    try:
        graph = Graph(path, formulas)
    except Exception as error:
        raise Unusable(f"{path.name} is no graph of ONNX: {error}") from None
    return Target(graph, False, "numpy", graph.versions)


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Missing(f"{error.name} is not installed here") from None


class _AsWritten(SourceFileLoader):
    """Compiles a file anew: what lies compiled beside it goes by its length and second alone."""

    def path_stats(self, path: Any) -> Any:
        raise OSError("what was compiled before is not asked for")


def _file(root: str, name: str) -> ModuleType:
    path = Path(root) / name
    key = f"harness_program_{path.stem}"
    loader = _AsWritten(key, str(path))
    spec = importlib.util.spec_from_loader(key, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    folder = str(path.parent)
    sys.path.insert(0, folder)
    sys.modules[key] = module
    try:
        loader.exec_module(module)
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
    if isinstance(given := getattr(call, "inputs", None), tuple):  # of a graph
        return {name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in given}
    try:
        found = dict(inspect.signature(call).parameters)
    except (TypeError, ValueError):
        return {}
    if target.is_class:
        found.pop("self", None)
    return found
