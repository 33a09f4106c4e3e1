"""Programs run, on formulas and on doubles."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.claims.programs import Program
from harness.programs.arrays import Array
from harness.programs.binding import picked
from harness.programs.graph import Node, NotApplicable
from harness.programs.target import Fails, Target, Unusable, arguments, holding_formulas, made
from harness.programs.untouched import untouched


def run(
    program: Program, target: Target, given: Mapping[str, Any], sizes: Mapping[str, int]
) -> Any:
    """What the program returns for `given`: a formula for formulas, an array of doubles for these.

    Raises `NotApplicable` for what has no meaning in a field, and `Unusable` where it fails.
    """

    def ask(values: Mapping[str, Any]) -> Any:
        if not target.is_class:
            return picked(target.call(**values), program.result)
        options = {key: made(value, sizes) for key, value in program.make}
        return picked(_instance(program, target, options, values), program.result)

    return called(target, given, ask)


def called(
    target: Target, given: Mapping[str, Any], ask: Callable[[Mapping[str, Any]], Any]
) -> Any:
    """What `ask` returns for `given` in the arrays that the program takes. Raises as `run` does."""
    is_numbers = not _has_formulas(tuple(given.values()))  # a mask is numbers beside formulas
    try:
        wrap, unwrap = (_numpy, _of_numpy) if target.library == "numpy" else _torch()
        values = {name: _wrapped(wrap, value) for name, value in given.items()}
        with untouched(Unusable), nullcontext() if is_numbers else _tracing(target):
            found = unwrap(ask(values))
        if is_numbers and isinstance(found, Node):
            raise Unusable("it returns what it has kept of another call")
        for name, value in given.items():
            if not _is_left(value, values[name], unwrap):
                raise Unusable(f"it writes into {name}, which is its caller's")
        return found
    except Unusable:
        raise
    except NotApplicable as error:
        if is_numbers:  # which have a meaning everywhere: it says so itself
            raise Fails(f"it fails: {error}") from None
        raise
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # one that ends the process, or skips a test, is no answer
        raise Fails(f"it fails: {_said(error)}") from None


@contextmanager
def _tracing(target: Target) -> Iterator[None]:
    """Formulas go through what was compiled as it was before that."""
    with ExitStack() as stack:
        stack.enter_context(holding_formulas(target.call))
        if "torch._dynamo" in sys.modules:  # seconds to import; what was compiled has done so
            import torch

            stack.enter_context(torch.compiler.set_stance("force_eager"))
        yield


def _has_formulas(value: Any) -> bool:
    return isinstance(value, Node) or (isinstance(value, tuple) and any(map(_has_formulas, value)))


def _is_left(given: Any, value: Any, unwrap: Callable[[Any], Any]) -> bool:
    """Whether a value of the program is still what it was given."""
    if isinstance(given, tuple):
        return all(_is_left(*pair, unwrap) for pair in zip(given, value, strict=True))
    if isinstance(given, Node):
        return unwrap(value) is given
    return not isinstance(given, np.ndarray) or np.array_equal(unwrap(value), given)


def _said(error: BaseException) -> str:
    """The error, and the innermost line of it that is not ours."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "harness/" not in f.filename]
    where = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def _wrapped(wrap: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_wrapped(wrap, part) for part in value)
    return wrap(value)


def _numpy(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()  # it may write into its own
    return Array(value) if isinstance(value, Node) else value


def _of_numpy(value: Any) -> Any:
    if isinstance(value, Array):
        return value.node
    if isinstance(value, np.ndarray | float | list):
        found = np.asarray(value)
        if found.dtype.kind in "fiub" and not isinstance(value, np.ma.MaskedArray):
            return found
        raise Unusable(f"it returns {_what(value, found)}, expected an array of real numbers")
    raise Unusable(f"it returns {type(value).__name__}, expected an array")


def _what(value: Any, found: NDArray[Any]) -> str:
    masked = "a masked " if isinstance(value, np.ma.MaskedArray) else ""
    return masked + f"array of {found.dtype}"


def _torch() -> Any:
    import torch

    from harness.programs.tensors import Formula

    def wrap(value: Any) -> Any:
        if isinstance(value, Node):
            return Formula(value, torch.float64)
        if isinstance(value, np.ndarray):
            return torch.tensor(value)
        return value

    def unwrap(value: Any) -> Any:
        if isinstance(value, Formula):
            return value.node
        if isinstance(value, torch.Tensor):
            if value.is_complex():
                raise Unusable(f"it returns a tensor of {value.dtype}, expected real numbers")
            return value.detach().double().numpy()
        raise Unusable(f"it returns {type(value).__name__}, expected a tensor")

    return wrap, unwrap


def _instance(
    program: Program, target: Target, options: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    """An instance of a class, with what is given for its tensors, called with the rest."""
    if target.library == "numpy":
        return target.call(**options)(**values)
    import torch

    module: Any = target.call
    if isinstance(module, type):
        module = module(**options).double().eval()
    state = dict(module.named_parameters())
    known = arguments(target)
    tensors = {name: value for name, value in values.items() if name in state}
    for name in values:
        if name not in state and name not in known and not _takes_any(known):
            message = f"the program has no tensor and no argument {name!r}; it has the tensors "
            raise Unusable(message + ", ".join(state), ("give", name))
    for name, parameter in state.items():
        if name not in tensors:
            message = f"`give` says nothing of its tensor {name}, of shape {tuple(parameter.shape)}"
            raise Unusable(message, ("give",))
        if tensors[name].numel() != parameter.numel():
            had, wanted = tuple(tensors[name].shape), tuple(parameter.shape)
            raise Unusable(f"it is of shape {wanted}, found {had}", ("give", name))
        tensors[name] = tensors[name].reshape(parameter.shape)
    rest = {name: value for name, value in values.items() if name not in tensors}
    places, named = in_order(module, rest)
    with torch.no_grad():
        return torch.func.functional_call(module, tensors, places, named)


def in_order(call: Any, values: Mapping[str, Any]) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """An exported graph takes no argument by its name: those to give in order, and the others."""
    if not hasattr(getattr(call, "graph", None), "find_nodes"):
        return (), values
    names = list(inspect.signature(call.forward).parameters)
    if missing := [name for name in names if name not in values]:
        raise Unusable(f"`give` says nothing of its input {missing[0]}", ("give",))
    return tuple(values[name] for name in names), {}


def _takes_any(known: Mapping[str, Any]) -> bool:
    return any(argument.kind is argument.VAR_KEYWORD for argument in known.values())
