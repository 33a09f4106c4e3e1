"""A program and its definition at one choice of sizes, over any kind of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.arrays import Arithmetic, Data, Evaluator, Evaluators, Places, Value, open_function
from harness.arrays.evaluate import rank, shape_of, size_of
from harness.claims.programs import Given, Program
from harness.language.terms import Term, Variable
from harness.language.types import Index, Named, Sort, dim_value, function_parts
from harness.programs.target import Target, Unusable, arguments, made

A = TypeVar("A")


@dataclass(frozen=True)
class Setting:
    """Sizes, the values that the file fixes, and the places that are the same in every field."""

    sizes: Mapping[str, int]
    fixed: Mapping[str, Any]
    places: Mapping[str, NDArray[np.int64]]
    leaves: Mapping[str, tuple[int, ...]]
    """The variables that are drawn, with their shapes."""

    @property
    def size(self) -> int:
        """How many numbers are drawn."""
        return sum(int(np.prod(shape, initial=1)) for shape in self.leaves.values())


def settings(program: Program, seed: int) -> Iterator[Setting]:
    """One setting for each entry of `at`, the smallest first.

    Raises `Unusable` for values that do not fit.
    """
    yield from sorted(_settings(program, seed), key=lambda setting: setting.size)


def _settings(program: Program, seed: int) -> Iterator[Setting]:
    rng = np.random.default_rng([seed, 18])
    for number, entry in enumerate(program.at):
        sizes = {p.name: entry[p.name] for p in program.parameters if isinstance(p.sort, Sort)}
        fixed: dict[str, Any] = {}
        places: dict[str, Any] = {}
        leaves: dict[str, tuple[int, ...]] = {}
        for parameter in program.parameters:
            name = parameter.name
            if not parameter.is_explicit or name in program.open:
                continue
            if rank(parameter.type) is None:
                message = f"{name} is a function: `open` is to say what the program makes of it"
                raise Unusable(message, ("implements",))
            shape = shape_of(parameter.type, sizes)
            target = function_parts(parameter.type)[1]
            if name in entry:
                found = np.array(entry[name], dtype=object)
                if found.shape != shape:
                    message = f"{name}: expected the shape {shape}, found {found.shape}"
                    raise Unusable(message, ("at", number, name))
                fixed[name] = found
            if isinstance(target, Index | Named):
                count = size_of(target, sizes)
                given = fixed.pop(name, None)
                chosen = rng.integers(0, count, shape) if given is None else given.astype(np.int64)
                if (chosen < 0).any() or (chosen >= count).any():
                    message = f"{name}: expected numbers from 0 to {count - 1}"
                    raise Unusable(message, ("at", number, name))
                places[name] = chosen
            elif name not in fixed:
                leaves[name] = shape
        yield Setting(sizes, fixed, places, leaves)


class Numbers(Generic[A]):
    """One kind of numbers: how variables, fixed values and open functions are made in it."""

    arithmetic: Arithmetic[A]

    def leaf(self, name: str, shape: tuple[int, ...]) -> A:
        """A variable, with an axis of size 1 for the batch."""
        raise NotImplementedError

    def fixed(self, values: NDArray[Any]) -> A:
        """Fractions, as they are."""
        raise NotImplementedError

    def open(self, word: str, arguments: Sequence[Any]) -> A:
        """A function that the definition leaves open: `exp`, `softmax`, `causal softmax`, …"""
        raise NotImplementedError


class Binding(Generic[A]):
    """Both sides of what a file says, over one kind of numbers.

    `evaluators` are to compute as it is written: where the two part is told by what each computes
    on its way. `extra` are values of more variables, and of variables that others stand for.
    """

    def __init__(
        self,
        program: Program,
        evaluators: Evaluators,
        setting: Setting,
        numbers: Numbers[A],
        extra: Mapping[str, Value[A]] | None = None,
    ) -> None:
        self.program = program
        self.evaluators = evaluators
        self.setting = setting
        self.numbers = numbers
        self.walk: Evaluator[A] = evaluators.at(numbers.arithmetic, setting.sizes)
        self.values: dict[str, Value[A]] = {}
        for parameter in program.parameters:
            if parameter.is_explicit:
                self.values[parameter.name] = self._value(parameter.name, parameter.type)
        self.values |= extra or {}

    def _value(self, name: str, type_: Any) -> Value[A]:
        setting, numbers = self.setting, self.numbers
        if name in self.program.open:
            word = self.program.open[name]
            return open_function(type_, lambda given: numbers.open(word, given))
        if name in setting.places:
            return Places(setting.places[name][None])
        if name in setting.fixed:
            return Data(numbers.fixed(setting.fixed[name][None]))
        return Data(numbers.leaf(name, setting.leaves[name]))

    def term(self, term: Term, parameters: Sequence[Variable] = ()) -> A:
        """A term as one array: (*sizes of the parameters, *axes of its type)."""
        a = self.numbers.arithmetic
        sizes = tuple(size_of(p.type, self.setting.sizes) for p in parameters)
        shape = (*sizes, *shape_of(term.type, self.setting.sizes))
        found = self.walk.family(parameters, term, self.values)
        return a.lay(lambda x: a.xp.reshape(a.xp.broadcast_to(x, (1, *shape)), shape), found)

    def definition(self) -> A:
        """What the definition gives."""
        return self.term(self.program.term, self.program.each)

    def given(self, target: Target) -> dict[str, A | Any]:
        """What the program gets, by the names of its arguments and tensors."""
        give = self.program.give
        if give is None:
            give = tuple(self._by_name(target))
        return {name: self._given(given) for name, given in give}

    def _by_name(self, target: Target) -> Iterator[tuple[str, Given]]:
        """Arguments that are called like a variable."""
        known = {p.name: p for p in self.program.parameters if p.is_explicit}
        for name, argument in arguments(target).items():
            if name in known and name not in self.program.open:
                yield name, Given("terms", (Variable(name, known[name].type),))
            elif argument.default is argument.empty and argument.kind not in (
                argument.VAR_POSITIONAL,
                argument.VAR_KEYWORD,
            ):
                message = f"`give` does not say what its argument {name} is"
                raise Unusable(message)

    def _given(self, given: Given) -> A | Any:
        if given.kind == "list":
            return tuple(self._given(part) for _, part in given.with_)
        if given.kind != "terms":
            return made(given, self.setting.sizes)
        a, sizes = self.numbers.arithmetic, self.setting.sizes
        parts = [self.term(term) for term in given.terms]
        if len(parts) > 1:
            try:
                parts = [a.lay(lambda *x: a.xp.concatenate(x, axis=given.axis), *parts)]
            except ValueError as error:
                raise Unusable(f"the terms cannot be joined: {error}", given.path) from None
        (found,) = parts
        if given.shape is None:
            return found
        shape = tuple(dim_value(n, sizes) for n in given.shape)
        try:
            return a.lay(lambda x: a.xp.reshape(x, shape), found)
        except ValueError:
            had = a.shape(found)
            message = f"expected as many entries as {shape} has, found {had}"
            raise Unusable(message, given.path) from None


def picked(result: Any, which: int | str | None) -> Any:
    """The item of what a program returns that its file calls the result."""
    if which is None:
        if isinstance(result, tuple | list | dict):
            message = (
                f"it returns several things; `result` is to say which: {type(result).__name__}"
            )
            raise Unusable(message)
        return result
    try:
        return result[which]
    except (KeyError, IndexError, TypeError) as error:
        raise Unusable(f"it returns no item {which!r}: {error}", ("result",)) from None
