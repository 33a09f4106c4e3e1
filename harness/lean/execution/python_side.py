"""What Python makes of the same inputs, in fractions and in doubles with error bounds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from operator import le
from typing import Any

from harness.arrays import Data, Evaluator, ObjectArithmetic, Places, Value, open_function
from harness.arrays.evaluate import shape_of, size_of
from harness.arrays.floats import Bounded, BoundedFloat64
from harness.arrays.functions import exponential
from harness.claims.model import Library
from harness.language.terms import Equation, Term, Variable
from harness.language.types import Parameter, Type
from harness.lean.execution.inputs import Instance, open_kind, open_numbers


class Exact:
    """Fractions."""

    def __init__(self) -> None:
        self.arithmetic = ObjectArithmetic(Fraction, lambda x: 1 / x, le)

    def number(self, table: Any) -> Any:
        return table[None]

    def power(self, mode: int, factor: Any, x: Any) -> Any:
        """x² + c, which is positive; or c x, which may be 0."""
        c = self.arithmetic.add(self.arithmetic.constant(0), _fractions(factor))
        a = self.arithmetic
        return a.multiply(c, x) if mode == 1 else a.add(a.multiply(x, x), c)


class _LeanDoubles(BoundedFloat64):
    """Doubles as Lean has them: what divides by 0 is no number there, so nothing bounds it."""

    def divide(self, left: Bounded, right: Bounded) -> Bounded:
        found = super().divide(left, right)
        error = self.xp.where(right.value == 0, float("inf"), found.error)
        return Bounded(found.value, self.xp.asarray(error))


class Doubles:
    """Doubles with bounds on their errors."""

    def __init__(self) -> None:
        self.arithmetic = _LeanDoubles()

    def number(self, table: Any) -> Any:
        import numpy as np

        value = np.asarray(table.astype(np.float64))[None]
        return Bounded(value, np.zeros_like(value))

    def power(self, mode: int, factor: Any, x: Any) -> Any:
        import numpy as np

        return exponential(np, x)


def sides(
    kind: Exact | Doubles,
    library: Library,
    parameters: Sequence[Parameter],
    subject: Term | Equation,
    instance: Instance,
) -> list[Any]:
    """The value of a definition's body, or of both sides of an equation, without batch axis."""
    walk: Evaluator[Any] = Evaluator(library, kind.arithmetic, instance.sizes)
    variables: dict[str, Value[Any]] = {}
    numbers = open_numbers(parameters)
    for parameter in parameters:
        if not parameter.is_explicit:
            continue
        name = parameter.name
        if name in numbers:
            variables[name] = _opened(kind, parameter.type, instance.mode, numbers[name])
        elif name in instance.places:
            variables[name] = Places(instance.places[name][None])
        else:
            variables[name] = Data(kind.number(instance.numbers[name]))
    if isinstance(subject, Equation):
        bound, terms = subject.parameters, [subject.left, subject.right]
    else:
        bound, terms = (), [subject]
    return [_value(kind, walk, bound, term, variables, instance) for term in terms]


def _value(
    kind: Exact | Doubles,
    walk: Evaluator[Any],
    bound: tuple[Variable, ...],
    term: Term,
    variables: dict[str, Value[Any]],
    instance: Instance,
) -> Any:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):  # what is too large decides nothing
        found = walk.family(bound, term, variables)
    sizes = tuple(size_of(variable.type, instance.sizes) for variable in bound)
    shape = (1, *sizes, *shape_of(term.type, instance.sizes))
    return kind.arithmetic.lay(lambda a: np.broadcast_to(a, shape).reshape(shape[1:]), found)


def _opened(kind: Exact | Doubles, type_: Type, mode: int, number: int) -> Value[Any]:
    import numpy as np

    arithmetic: Any = kind.arithmetic

    def call(arguments: Sequence[Any]) -> Any:
        *places, x = arguments
        factor: Any = number + sum(places)
        if open_kind(type_) == "power":
            return kind.power(mode, factor, x)
        powers = kind.power(mode, np.asarray(factor)[..., None], x)
        total = arithmetic.lay(lambda a: a[..., None], arithmetic.total(powers))
        return arithmetic.divide(powers, total)

    return open_function(type_, call)


def _fractions(numbers: Any) -> Any:
    import numpy as np

    numbers = np.asarray(numbers)
    found = np.empty(numbers.shape, dtype=object)
    for place, number in np.ndenumerate(numbers):
        found[place] = Fraction(int(number))
    return found
