"""Values of the claim language at given sizes, in Lean, and equations between such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.evidence import Json
from harness.language.elaborate import elaborate_as
from harness.language.parser import parse_term
from harness.language.scope import Scope
from harness.language.syntax import LanguageError
from harness.language.terms import Relation
from harness.language.types import (
    SCALAR,
    Function,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Sort,
    Type,
    Vector,
    dim_value,
    function_parts,
    resolve,
)
from harness.lean import expression as lean
from harness.lean.certificate.equation import Sides
from harness.lean.certificate.numbers import CannotCertify, Numbers, place, table, whole
from harness.lean.expression import Constant, Expression, Local, apply, substitute
from harness.lean.scope import LeanScope, numeral

Binder = tuple[str, Expression]


class Values:
    """What the variables of a text are at an instance. Raises `CannotCertify` and `CannotPrint`.

    `scope` is where the text stands, `arithmetic` a scope in which its scalars are `numbers`.
    """

    least = 1
    """The smallest size of which there are instances."""

    def __init__(
        self, numbers: Numbers, scope: LeanScope, arithmetic: LeanScope, sizes: Mapping[str, int]
    ) -> None:
        self.numbers = numbers
        self.scope = scope
        self.arithmetic = arithmetic
        self.sizes = sizes
        self.known: dict[str, Expression] = {}

    def put(
        self, parameters: Sequence[Parameter], given: Callable[[Parameter], Json]
    ) -> list[Expression]:
        """All parameters with their sizes and `given` values, in their order."""
        found: list[Expression] = []
        for parameter in parameters:
            match parameter.sort:
                case Sort.DIMENSION:
                    found.append(numeral(self.size(parameter.name)))
                case Sort.TYPE:
                    found.append(apply(Constant("Fin"), numeral(self.size(parameter.name))))
                case type_:
                    found.append(self.value(type_, given(parameter)))
            self.known[self.scope.local(parameter).name] = found[-1]
        return found

    def size(self, name: str) -> int:
        """The size of a dimension or a type."""
        size = self.sizes.get(name)
        if not isinstance(size, int) or size < self.least:
            raise CannotCertify(f"the instance has no size for {name}")
        return size

    def count(self, type_: Type) -> int:
        """How many values a type of indices or positions has."""
        match resolve(type_):
            case Index(size):
                return dim_value(size, self.sizes)
            case Named(name):
                return self.size(name)
            case Scalar() if self.numbers.modulus:
                return self.numbers.modulus
            case other:
                raise CannotCertify(f"it ranges over all of {other}, which is not finite")

    def at(self, expression: Expression) -> Expression:
        """An expression in the scope of the text, with the values put in."""
        return substitute(expression, self.known)

    def type(self, type_: Type) -> Expression:
        """A type, with the sizes put in."""
        return self.at(self.scope.type(type_))

    # -- values ----------------------------------------------------------------------------------

    def value(self, type_: Type, value: Json) -> Expression:
        """A value of a type: numbers, nested lists, tables of functions, or their text."""
        match resolve(type_):
            case Scalar():
                return self.numbers.of(value)
            case Index() | Named() as target:
                return place(whole(value), self.count(target))
            case Vector(size):
                return self._table(Index(size), SCALAR, value)
            case Matrix(rows, columns):
                return self._table(Index(rows), Vector(columns), value)
            case Function(source, target) if (
                isinstance(resolve(source), Index | Named)
                and not isinstance(value, str)
                and not _is_tabulated(value)
            ):
                return self._table(source, target, value)
            case Function(source, target) if isinstance(value, list | tuple):
                return self._tabulated(source, target, value)
            case Function() as open_:
                return self._function(open_, value)
            case other:
                raise CannotCertify(f"a value of {other}")

    def nothing(self, type_: Type) -> Expression:
        """Any value of a type, for a table of no entries."""
        raise CannotCertify("a dimension of size 0")

    def _table(self, source: Type, target: Type, value: Json) -> Expression:
        size = self.count(source)
        if not isinstance(value, list | tuple) or len(value) != size:
            raise CannotCertify(f"{value!r} are not {size} values")
        if not size:
            return lean.Function("i", self.type(source), self.nothing(target))
        return table([self.value(target, item) for item in value], self.type(target))

    def _tabulated(self, source: Type, target: Type, value: Sequence[Json]) -> Expression:
        """A function by its values, `{"at": [arguments], "is": value}`, at all that there are."""
        at: dict[int, list[Json]] = {}
        for row in value:
            if (
                not isinstance(row, Mapping)
                or not isinstance(given := row.get("at"), list)
                or (not given)
            ):
                raise CannotCertify("a function that is no table")
            at.setdefault(whole(given[0]), []).append({"at": given[1:], "is": row.get("is")})
        if sorted(at) != list(range(self.count(source))):
            raise CannotCertify("a table that leaves something out")
        entries: list[Expression] = []
        for _, rows in sorted(at.items()):
            inner: Json = rows
            if not isinstance(resolve(target), Function):
                [row] = rows
                assert isinstance(row, Mapping)
                inner = row["is"]
            entries.append(self.value(target, inner))
        return table(entries, self.type(target))

    def _function(self, type_: Function, value: Json) -> Expression:
        """A function of scalars in the claim language, taken at each entry of the last argument."""
        arguments, result = function_parts(type_)
        try:
            one = elaborate_as(parse_term(str(value)), Function(SCALAR, SCALAR), Scope({}, ()))
        except LanguageError as error:
            raise CannotCertify(f"{value} is not a function of scalars") from error
        if arguments[-1] != result:
            raise CannotCertify("an open function to another type than its last argument's")
        names = [f"x_{i}" for i in range(len(arguments))]
        places, _ = entries_of(result)
        binders = [(name, self.type(t)) for name, t in zip(names, arguments, strict=True)]
        binders += [(f"i_{i}", self.type(t)) for i, t in enumerate(places)]
        entry = apply(Local(names[-1]), *(Local(f"i_{i}") for i in range(len(places))))
        return lean.function(binders, apply(self.arithmetic.term(one), entry))

    # -- equations -------------------------------------------------------------------------------

    def compared(
        self,
        type_: Type,
        left: Expression,
        right: Expression,
        bound: Sequence[tuple[Binder, int]] = (),
        relation: Relation = Relation.EQUAL,
    ) -> Sides:
        """Two values of a type, of which a relation is to be shown or refuted everywhere."""
        entries, target = entries_of(type_)
        match target:
            case Scalar():
                decision = self.numbers.decision(relation)
            case Index() | Named():
                decision = apply(Constant("instDecidableEqFin"), numeral(self.count(target)))
            case other:
                raise CannotCertify(f"an equation of {other}")
        taken = {name for (name, _), _ in bound} | set(self.known)
        names = fresh_indices(len(entries), taken)
        said = None if relation is Relation.EQUAL else self.scope.relation(relation, SCALAR)
        return Sides(
            [binder for binder, _ in bound],
            [size for _, size in bound],
            [(name, self.type(t)) for name, t in zip(names, entries, strict=True)],
            [self.count(t) for t in entries],
            self.type(target),
            decision,
            left,
            right,
            said,
        )


def entries_of(type_: Type) -> tuple[list[Type], Type]:
    """The types of the indices at which a value has an entry, and that of an entry."""
    entries: list[Type] = []
    while True:
        match resolve(type_):
            case Function(source, target) if isinstance(resolve(source), Index | Named):
                entries.append(source)
                type_ = target
            case Vector(size):
                return [*entries, Index(size)], SCALAR
            case Matrix(rows, columns):
                return [*entries, Index(rows), Index(columns)], SCALAR
            case other:
                return entries, other


def fresh_indices(count: int, taken: set[str]) -> list[str]:
    """Names for `count` indices."""
    every = (f"i_{number}" for number in range(count + len(taken)))
    return [name for name in every if name not in taken][:count]


def _is_tabulated(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
