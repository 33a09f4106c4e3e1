"""Counterexamples checked with the plain meaning of terms, and nothing of the engine."""

from fractions import Fraction
from typing import Any

from harness.claims.model import Claim, Library
from harness.evidence import Counterexample
from harness.language.terms import Equation
from harness.language.types import Function, Index, Matrix, Named, Type, Vector
from tests.arrays.language import LIBRARY
from tests.arrays.naive import evaluate, function, size, tabulate

OPEN = {"x ↦ x": lambda x: x, "the identity": lambda x: x, "x ↦ x*x + 1": lambda x: x * x + 1}


def shape(type_: Type, sizes: dict[str, int]) -> tuple[int, ...]:
    match type_:
        case Vector(n):
            return (size(n, sizes),)
        case Matrix(m, n):
            return (size(m, sizes), size(n, sizes))
        case Function(Index(n), target):
            return (size(n, sizes), *shape(target, sizes))
        case Function(Named(name), target):
            return (sizes[name], *shape(target, sizes))
        case _:
            return ()


def number(value: Any, integer: bool) -> Any:
    if isinstance(value, list | tuple):
        return [number(item, integer) for item in value]
    return int(value) if integer else Fraction(value)


def open_function(type_: Type, name: str) -> Any:
    """Entry by entry, whatever indices come first."""
    assert isinstance(type_, Function)
    if isinstance(type_.source, Index | Named):
        return lambda _: open_function(type_.target, name)
    if isinstance(type_.source, Vector):
        return lambda vector: lambda i: OPEN[name](vector(i))
    return OPEN[name]


def is_open(type_: Type) -> bool:
    """Whether some argument is neither an index nor a position."""
    if not isinstance(type_, Function):
        return False
    return not isinstance(type_.source, Index | Named) or is_open(type_.target)


def tabled_function(type_: Type, table: Any, sizes: dict[str, int], *given: Any) -> Any:
    """A function by a table of its values, whose arguments come one at a time."""
    if isinstance(type_, Function):
        source = type_.source
        integer = isinstance(source, Index | Named)
        return lambda x: tabled_function(
            type_.target, table, sizes, *given, x if integer else tabulate(x, shape(source, sizes))
        )
    for entry in table:
        if [number(a, isinstance(a, int)) for a in entry["at"]] == list(given):
            return function(number(entry["is"], False), len(shape(type_, sizes)))
    raise AssertionError(f"the table has no value at {given}")


def target(type_: Type) -> Type:
    return target(type_.target) if isinstance(type_, Function) else type_


def sides(
    equation: Equation, values: dict[str, Any], sizes: dict[str, int], library: Library
) -> list[tuple[Any, Any]]:
    """Both sides for all values of the ∀, tabulated."""
    found: list[tuple[Any, Any]] = []

    def walk(rest: tuple[Any, ...], values: dict[str, Any]) -> None:
        if rest:
            variable = rest[0]
            count = (
                sizes[variable.type.name]
                if isinstance(variable.type, Named)
                else size(variable.type.size, sizes)
            )
            for i in range(count):
                walk(rest[1:], {**values, variable.name: i})
            return
        axes = shape(equation.left.type, sizes)
        one, other = (
            tabulate(evaluate(side, values, sizes, library), axes)
            for side in (equation.left, equation.right)
        )
        found.append((one, other))

    walk(equation.parameters, values)
    return found


def assert_breaks(claim: Claim, example: Counterexample, library: Library = LIBRARY) -> None:
    """The example meets every hypothesis exactly and breaks the conclusion as it says."""
    sizes = dict(example.sizes)
    values: dict[str, Any] = {}
    for parameter in claim.parameters:
        if not parameter.is_explicit:
            continue
        given = example.values[parameter.name]
        if isinstance(given, str) and given in OPEN:
            values[parameter.name] = open_function(parameter.type, given)
        elif is_open(parameter.type):
            values[parameter.name] = tabled_function(parameter.type, given, sizes)
        else:
            integer = isinstance(target(parameter.type), Index | Named)
            axes = shape(parameter.type, sizes)
            values[parameter.name] = function(number(given, integer), len(axes))
    for hypothesis in claim.hypotheses:
        for left, right in sides(hypothesis.equation, values, sizes, library):
            assert left == right, hypothesis.name
    found = sides(claim.conclusion, values, sizes, library)
    assert any(left != right for left, right in found)
    if not claim.conclusion.parameters:
        assert found == [(number(example.left, False), number(example.right, False))]
