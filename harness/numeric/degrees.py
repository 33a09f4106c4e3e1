"""How large the degrees of a claim's two sides can be: what bounds the chance of a false pass.

A side is a rational function of the numbers that are drawn. Degrees are kept as (numerator,
denominator); sums take a common denominator. By Schwartz and Zippel, a numerator of degree k that
is not 0 vanishes at a random point modulo p with probability at most k/p.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from harness.arrays.evaluate import rank, size_of
from harness.claims.model import Library
from harness.language.prelude import meaning
from harness.language.primitives import ARRANGING
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import free_variables, implicit_arguments
from harness.language.types import (
    DimLit,
    Function,
    Index,
    Named,
    Type,
    dim_value,
    is_place,
    resolve,
)


@dataclass(frozen=True)
class Degree:
    """Bounds for any entry of an array: the degree of its numerator, and its denominator.

    The denominator is a product of named factors, with multiplicities; the entries of one array
    have one denominator in common.
    """

    above: int
    below: tuple[tuple[Factor, int], ...] = ()

    @property
    def under(self) -> int:
        """The degree of the denominator."""
        return sum(factor.degree * times for factor, times in self.below)

    def product(self, other: Degree) -> Degree:
        """Of a product with `other`."""
        below = dict(self.below)
        for factor, times in other.below:
            below[factor] = below.get(factor, 0) + times
        return Degree(self.above + other.above, tuple(below.items()))

    def power(self, exponent: int) -> Degree:
        """Of a product with itself, so many factors in all."""
        below = tuple((factor, times * exponent) for factor, times in self.below)
        return Degree(self.above * exponent, below if exponent else ())

    def raised(self, above: int) -> Degree:
        """With the numerator's degree put at `above`."""
        return Degree(above, self.below)

    def sum(self, other: Degree) -> Degree:
        """Of a sum with `other`, or of an array that holds entries of both."""
        below = dict(self.below)
        for factor, times in other.below:
            below[factor] = max(below.get(factor, 0), times)
        common = Degree(0, tuple(below.items()))
        missing = (common.under - self.under, common.under - other.under)
        above = max(self.above + missing[0], other.above + missing[1])
        return Degree(above, common.below)


@dataclass(frozen=True)
class Factor:
    """A factor of a denominator."""

    name: str
    degree: int


def entries(name: str, above: int, below: int, members: int = 1) -> Degree:
    """Of a variable whose entries are quotients; a family has one denominator for all members."""
    factor = Factor(name, below * members)
    return Degree(above + below * (members - 1), ((factor, 1),) if below else ())


_NUMBER = Degree(0)

Rule = Callable[..., Degree]


def _joined(*degrees: Degree) -> Degree:
    """Of an array that holds entries of these, and sums of such."""
    return reduce(Degree.sum, degrees) if degrees else _NUMBER


RULES: Mapping[str, Rule] = {
    **dict.fromkeys((*ARRANGING, "add", "subtract", "negate", "sum"), _joined),
    "multiply": Degree.product,
}
"""The degree of each primitive that no others define, given those of its arguments that are
numbers; `divide`, which needs to know how many divisors there are, stands in the walk."""


@dataclass(frozen=True)
class _Data:
    """A degree, and the bound indices (by number, with their sizes) that the value depends on."""

    degree: Degree
    depends: frozenset[tuple[int, int]] = frozenset()

    @property
    def copies(self) -> int:
        """How many values there are."""
        return math.prod(size for _, size in self.depends)


@dataclass(frozen=True)
class _Function:
    """A λ, or a function that the claim leaves open."""

    call: Callable[[_Value], _Value]


_Value = _Data | _Function


@dataclass(frozen=True)
class _Scope:
    variables: Mapping[str, _Value]
    sizes: Mapping[str, int]


@dataclass
class Degrees:
    """A walk over terms.

    `leaves` are the degrees of the entries of variables in the numbers that are drawn; what an
    open function gives counts as a number drawn afresh. `applications` collects what open
    functions are given: degrees, and how many such there are.
    """

    library: Library
    leaves: Mapping[str, Degree]
    applications: list[tuple[Degree, int]] = field(default_factory=list)
    names: int = 0
    """Counts binders and divisors, to tell them apart."""

    def equation(self, equation: Equation, sizes: Mapping[str, int]) -> Degree:
        """The degrees of the difference of both sides, in any entry."""
        variables: dict[str, _Value] = {name: _Data(d) for name, d in self.leaves.items()}
        for variable in equation.parameters:
            variables[variable.name] = self._binder(size_of(variable.type, sizes))
        scope = _Scope(variables, sizes)
        return self._data(equation.left, scope).degree.sum(self._data(equation.right, scope).degree)

    def term(self, term: Term, sizes: Mapping[str, int]) -> Degree:
        """The degrees of any entry of a term; its other variables are bound indices."""
        variables = {name: _Data(_NUMBER) for name in free_variables(term)}
        variables |= {name: _Data(degree) for name, degree in self.leaves.items()}
        return self._data(term, _Scope(variables, sizes)).degree

    def _binder(self, size: int) -> _Data:
        self.names += 1
        return _Data(_NUMBER, frozenset([(self.names, size)]))

    def _data(self, term: Term, scope: _Scope) -> _Data:
        found = self._walk(term, scope)
        return found if isinstance(found, _Data) else _Data(_NUMBER)

    def _walk(self, term: Term, scope: _Scope) -> _Value:
        match term:
            case Variable(name, type_):
                found = scope.variables.get(name)
                return self._open(type_, frozenset()) if found is None else found
            case Apply(function, argument):
                inner = self._walk(function, scope)
                given = self._walk(argument, scope)
                if isinstance(inner, _Function):
                    return inner.call(given)
                at = given.depends if isinstance(given, _Data) else frozenset()
                return _Data(inner.degree, inner.depends | at)
            case Lambda(parameter, body) if rank(term.type) is not None:
                binder = self._binder(size_of(parameter.type, scope.sizes))
                variables = {**scope.variables, parameter.name: binder}
                data = self._data(body, _Scope(variables, scope.sizes))
                return _Data(data.degree, data.depends - binder.depends)
            case Lambda(parameter, body):
                return _Function(
                    lambda given: self._walk(
                        body, _Scope({**scope.variables, parameter.name: given}, scope.sizes)
                    )
                )
            case Call(name, implicit, arguments):
                definition = self.library.definitions[name]
                dims, types = implicit_arguments(definition.parameters, implicit)
                sizes = {n: dim_value(d, scope.sizes) for n, d in dims.items()}
                sizes |= {n: size_of(t, scope.sizes) for n, t in types.items()}
                names = [p.name for p in definition.parameters if p.is_explicit]
                values = [self._walk(argument, scope) for argument in arguments]
                inside = _Scope(dict(zip(names, values, strict=True)), sizes)
                return self._walk(definition.body, inside)
            case Primitive("power", (DimLit(exponent),), (base,)):
                data = self._data(base, scope)
                return _Data(data.degree.power(exponent), data.depends)
            case Primitive(operator) if operator not in RULES and operator != "divide":
                return self._walk(meaning(term, "the bound on degrees"), scope)
            case Primitive(operator, _, arguments):
                given_ = [self._data(argument, scope) for argument in arguments]
                depends = frozenset[tuple[int, int]]().union(*(g.depends for g in given_))
                if operator == "divide":
                    return _Data(self._quotient(*given_), depends)
                numbers = [
                    g.degree for g, a in zip(given_, arguments, strict=True) if not is_place(a.type)
                ]
                return _Data(RULES[operator](*numbers), depends)

    def _quotient(self, left: _Data, right: _Data) -> Degree:
        """The divisors for all values of the bound indices make a common denominator."""
        self.names += 1
        divisor, copies = right.degree, right.copies
        factor = Factor(f"divisor {self.names}", divisor.above * copies)
        above = left.degree.above + divisor.under + divisor.above * (copies - 1)
        return left.degree.product(Degree(0, ((factor, 1),))).raised(above)

    def _open(self, type_: Type, depends: frozenset[tuple[int, int]]) -> _Value:
        type_ = resolve(type_)
        if not isinstance(type_, Function):
            return _Data(Degree(1), depends)
        source, target = resolve(type_.source), type_.target

        def call(given: _Value) -> _Value:
            data = given if isinstance(given, _Data) else _Data(_NUMBER)
            found = _Data(data.degree, depends | data.depends)
            if not isinstance(source, Index | Named):
                self.applications.append((found.degree, found.copies))
            return self._open(target, found.depends)

        return _Function(call)
