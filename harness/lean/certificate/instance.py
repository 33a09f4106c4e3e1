"""A claim at given values, in Lean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.claims.model import Claim
from harness.evidence import Json
from harness.language.elaborate import elaborate_as
from harness.language.parser import parse_term
from harness.language.scope import Scope
from harness.language.syntax import LanguageError
from harness.language.terms import Equation
from harness.language.types import (
    SCALAR,
    Function,
    Index,
    Matrix,
    Named,
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
from harness.lean.certificate.numbers import (
    CannotCertify,
    Numbers,
    numbers_of,
    place,
    table,
    whole,
)
from harness.lean.expression import (
    Constant,
    Expression,
    Local,
    apply,
    substitute,
)
from harness.lean.printer import Printer
from harness.lean.scope import arrange, numeral


class Instance:
    """A claim at given values, in Lean. Raises `CannotCertify` and `CannotPrint`."""

    def __init__(
        self,
        printer: Printer,
        claim: Claim,
        sizes: Mapping[str, int],
        values: Mapping[str, Json],
        modulus: int = 0,
    ) -> None:
        self.claim = claim
        self.sizes = sizes
        self.numbers: Numbers = numbers_of(claim.scalars.lean_name, printer.library, modulus)
        self.arrangement = printer.arrangement_of(claim)
        if claim.scalars.is_type:
            scope = printer.of_type(claim.scalars)
        else:
            given = printer.of_class(claim.scalars, self.numbers.type, self.numbers.instance)
            scope = printer.concrete(self.numbers.type, *given, set())
        self.scope, binders = scope.bind_all(claim.parameters)
        self.arguments: list[Expression] = []
        known: dict[str, Expression] = {}
        for parameter, (name, _) in zip(claim.parameters, binders, strict=True):
            match parameter.sort:
                case Sort.DIMENSION:
                    known[name] = numeral(self._size(parameter.name))
                case Sort.TYPE:
                    known[name] = apply(Constant("Fin"), numeral(self._size(parameter.name)))
                case type_:
                    if parameter.name not in values:
                        raise CannotCertify(f"the instance has no {parameter.name}")
                    known[name] = self._value(type_, values[parameter.name], known)
            self.arguments.append(known[name])
        self.known = known

    def applied(self, *proofs: Expression) -> Expression:
        """The claim, as a premise of this name, at this instance and proofs of its hypotheses."""
        if self.arrangement.kind:
            return apply(Local("claim"), *self.arguments, *proofs)
        instance = self.numbers.instance
        given = arrange(self.arrangement, self.numbers.type, lambda _: instance, self.arguments)
        return apply(Local("claim"), *given, *proofs)

    def _size(self, name: str) -> int:
        if not isinstance(self.sizes.get(name), int) or self.sizes[name] < 1:
            raise CannotCertify(f"the instance has no size for {name}")
        return self.sizes[name]

    # -- values ----------------------------------------------------------------------------------

    def _value(self, type_: Type, value: Json, known: Mapping[str, Expression]) -> Expression:
        match resolve(type_):
            case Scalar():
                return self.numbers.of(value)
            case Index() | Named() as target:
                return place(whole(value), self.count(target))
            case Vector(size):
                return self._table(Index(size), SCALAR, value, known)
            case Matrix(rows, columns):
                return self._table(Index(rows), Vector(columns), value, known)
            case Function(source, target) if (
                isinstance(resolve(source), Index | Named)
                and not isinstance(value, str)
                and not _is_tabulated(value)
            ):
                return self._table(source, target, value, known)
            case Function(source, target) if isinstance(value, list | tuple):
                return self._tabulated(source, target, value, known)
            case Function() as open_:
                return self._function(open_, value, known)
            case other:
                raise CannotCertify(f"a value of {other}")

    def _table(
        self, source: Type, target: Type, value: Json, known: Mapping[str, Expression]
    ) -> Expression:
        size = self.count(source)
        if not isinstance(value, list | tuple) or len(value) != size:
            raise CannotCertify(f"{value!r} are not {size} values")
        entries = [self._value(target, item, known) for item in value]
        return table(entries, self._type(target, known))

    def _tabulated(
        self, source: Type, target: Type, value: Sequence[Json], known: Mapping[str, Expression]
    ) -> Expression:
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
            entries.append(self._value(target, inner, known))
        return table(entries, self._type(target, known))

    def _function(
        self, type_: Function, value: Json, known: Mapping[str, Expression]
    ) -> Expression:
        """A function of scalars in the claim language, taken at each entry of the last argument."""
        arguments, result = function_parts(type_)
        try:
            one = elaborate_as(parse_term(str(value)), Function(SCALAR, SCALAR), Scope({}, ()))
        except LanguageError as error:
            raise CannotCertify(f"{value} is not a function of scalars") from error
        if arguments[-1] != result:
            raise CannotCertify("an open function to another type than its last argument's")
        each: Sequence[Type] = {
            Scalar: (),
            Vector: (Index(result.size),) if isinstance(result, Vector) else (),
            Matrix: (Index(result.rows), Index(result.columns))
            if isinstance(result, Matrix)
            else (),
        }[type(result)]
        names = [f"x_{i}" for i in range(len(arguments))]
        places = [f"i_{i}" for i in range(len(each))]
        entry = apply(Local(names[-1]), *map(Local, places))
        binders = [
            *((name, self._type(t, known)) for name, t in zip(names, arguments, strict=True)),
            *((name, self._type(t, known)) for name, t in zip(places, each, strict=True)),
        ]
        return lean.function(binders, apply(self.scope.term(one), entry))

    def _type(self, type_: Type, known: Mapping[str, Expression]) -> Expression:
        return substitute(self.scope.type(type_), known)

    def count(self, type_: Type) -> int:
        """How many values a type of indices or positions has."""
        match resolve(type_):
            case Index(size):
                return dim_value(size, self.sizes)
            case Named(name):
                return self._size(name)
            case Scalar() if self.numbers.modulus:
                return self.numbers.modulus
            case other:
                raise CannotCertify(f"it ranges over all of {other}, which is not finite")

    # -- equations -------------------------------------------------------------------------------

    def at(self, expression: Expression) -> Expression:
        """An expression in the scope of the claim, with the values put in."""
        return substitute(expression, self.known)

    def sides(self, equation: Equation) -> Sides:
        """An equation with everything that its proofs need."""
        scope = self.scope
        bound: list[tuple[str, Expression]] = []
        sizes: list[int] = []
        for variable in equation.parameters:
            scope, (name, printed) = scope.bind(variable.name, variable.type)
            bound.append((name, self.at(printed)))
            sizes.append(self.count(variable.type))
        type_ = resolve(equation.left.type)
        match type_:
            case Scalar() | Index() | Named():
                entries: list[Type] = []
            case Vector(size):
                entries = [Index(size)]
            case Matrix(rows, columns):
                entries = [Index(rows), Index(columns)]
            case other:
                raise CannotCertify(f"an equation of {other}")
        target = type_ if isinstance(type_, Index | Named) else SCALAR
        if isinstance(target, Scalar):
            equality = self.numbers.decision(equation.relation)
        else:
            equality = apply(Constant("instDecidableEqFin"), numeral(self.count(target)))
        taken = {name for name, _ in bound} | set(self.known)
        places = fresh_indices(len(entries), taken)
        # What the equation binds may be called as a parameter is; then it hides it.
        known = {k: v for k, v in self.known.items() if k not in {name for name, _ in bound}}
        return Sides(
            bound,
            sizes,
            [(n, self.at(scope.type(t))) for n, t in zip(places, entries, strict=True)],
            [self.count(t) for t in entries],
            self.at(scope.type(target)),
            equality,
            substitute(scope.term(equation.left), known),
            substitute(scope.term(equation.right), known),
            None if equation.is_equation else scope.relation(equation.relation, SCALAR),
        )


def _is_tabulated(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def fresh_indices(count: int, taken: set[str]) -> list[str]:
    """Names for `count` indices."""
    every = (f"i_{number}" for number in range(count + len(taken)))
    return [name for name in every if name not in taken][:count]
