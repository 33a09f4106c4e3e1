"""Lean's terms as terms of the claim language.

Lean's functions from `Fin n` are vectors, matrices, or families, as they are used. A name whose
type can be read in several ways gets the plainest reading first; where it is used in another way,
`Misread` says so, and the statement is read again with that one.

Instances are not looked at: whether the draft says what the theorem says is for the mirror.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

from harness.claims.model import ARGUMENT, SCALARS, Arrangement, Library, ScalarKind
from harness.claims.needs import definition_needs, needs_of, term_needs
from harness.language.primitives import BY_NAME, MAX_EXPONENT, MAX_NUMERAL, signatures
from harness.language.syntax import CONDITIONS
from harness.language.terms import (
    Apply,
    Call,
    Equation,
    Lambda,
    Primitive,
    Relation,
    Term,
    Variable,
)
from harness.language.tokens import is_identifier
from harness.language.transform import free_variables, fresh
from harness.language.types import (
    SCALAR,
    Dim,
    DimLit,
    Function,
    Index,
    Matrix,
    Parameter,
    Scalar,
    Sort,
    Type,
    Vector,
    function_parts,
    substitute_type,
)
from harness.lean import expression as lean
from harness.lean.draft.conversions import MOST, Unreadable, arrows_of, converted, row
from harness.lean.draft.pattern import Pattern
from harness.lean.draft.remedies import (
    CONSTANTS,
    EXPONENTS,
    FIELDS_ALONE,
    INDICES,
    STATEMENTS,
    WIDER,
)
from harness.lean.draft.types import Names, TypeReader, numeral_of
from harness.lean.expression import Constant, Expression, ForAll, Literal, Local, spine
from harness.lean.stored import base_name, beta, names, outgrows, short, unfolded


class Misread(Exception):
    """A name is used as something else than its type was taken for."""

    def __init__(self, name: str, type_: Type) -> None:
        super().__init__(name)
        self.name = name
        self.type = type_


_RELATIONS: Mapping[str, Relation] = {
    "Eq": Relation.EQUAL,
    "Ne": Relation.UNEQUAL,
    **dict.fromkeys(("LE.le", "GE.ge"), Relation.AT_MOST),
    **dict.fromkeys(("LT.lt", "GT.gt"), Relation.LESS),
}

_OPERATORS = {
    "HAdd.hAdd": "add",
    "HSub.hSub": "subtract",
    "HMul.hMul": "multiply",
    "HDiv.hDiv": "divide",
}
_NUMERALS: Mapping[int, tuple[str, tuple[Dim, ...]]] = {0: ("zero", ()), 1: ("one", ())}
NO_NUMBERS = "numbers other than 0 and 1, of which its scalars have none that are known"

_CONDITIONS = {name: CONDITIONS[_RELATIONS[name]] for name in ("LE.le", "LT.lt", "Eq")}


@dataclass(frozen=True)
class Reader(TypeReader):
    """Reads terms over one library."""

    library: Library
    readings: Mapping[str, Type] = field(default_factory=dict)
    """The types of names that were misread before."""
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    """What operators say that are terms."""
    helpers: Mapping[str, Expression] = field(default_factory=dict)
    """The values of definitions that no specification can name, and that are read through."""

    def bounded(self, expression: Expression) -> None:
        """Raises `Unreadable` of what could not be read in good time."""
        if outgrows(expression, {**self.helpers, **self.abbreviations}, MOST):
            raise Unreadable(
                f"more than {MOST:,} parts once each `let` is read as its value; with a "
                "definition in the place of each, it can be claimed"
            )

    def lawful(self, terms: Iterable[Term], kind: ScalarKind) -> None:
        """Raises `Unreadable` of an operation that these scalars have by no law of numbers."""
        if lacking := sorted(term_needs(terms, self.library) - kind.operations.keys()):
            laws = f"the laws of {kind.lean_name} are not those of numbers for {lacking[0]!r}"
            raise Unreadable(f"{laws}; {FIELDS_ALONE if lacking[0] == 'divide' else WIDER}")

    # -- statements ------------------------------------------------------------------------------

    def equation(self, expression: Expression, scope: Names) -> Equation:
        """A hypothesis or conclusion, `∀ …, left = right`. Raises `Unreadable` and `Misread`."""
        bound: list[Variable] = []
        while isinstance(expression, ForAll):
            variable = self.variable(expression.name, expression.type, scope, expression.body)
            scope = scope.with_variable(expression.name, variable)
            bound.append(variable)
            expression = expression.body
        head, given = spine(expression)
        if head == Constant("Not") and given and spine(given[0])[0] == Constant("Eq"):
            head, given = Constant("Ne"), spine(given[0])[1]  # `a ≠ b` abbreviates `¬ a = b`
        match head, given:
            case Constant("Eq" | "Ne" as name), [type_, left, right]:
                pass
            case Constant("LE.le" | "LT.lt" as name), [type_, _, left, right]:
                pass
            case Constant("GE.ge" | "GT.gt" as name), [type_, _, right, left]:
                pass
            case _:
                said = short(head)
                other = f"{said}: the claim language has no such relation"
                raise Unreadable(STATEMENTS.get(said, other))
        relation = _RELATIONS[name]
        wanted = self.type(type_, scope) if isinstance(left, lean.Function) else None
        first = self.term(left, scope, wanted)
        if isinstance(first.type, Function):
            # The same entries, as a vector or a matrix; the type says which.
            first = self.term(left, scope, self.type(type_, scope))
        if isinstance(first.type, Function):
            raise Unreadable("an equation between functions; `∀ x, f x = g x` can be claimed")
        if relation is not Relation.EQUAL and not isinstance(first.type, Scalar):
            raise Unreadable(f"{relation} between what are no scalars")
        second = self.term(right, scope, first.type)
        return Equation(tuple(bound), first, second, relation=relation)

    def variable(
        self, name: str, type_: Expression, scope: Names, body: Expression | None = None
    ) -> Variable:
        """A variable for one of Lean's binders, with a name that hides nothing used in `body`."""
        found = self.readings.get(name) or self.type(type_, scope)
        used = set(names(body)) if body is not None else set(scope.variables)
        taken = {v.name for key, v in scope.variables.items() if key in used}
        return Variable(self.name(name, found, scope, taken), found)

    def name(self, name: str, type_: Type | None, scope: Names, taken: set[str]) -> str:
        """A name of the claim language for one of Lean's."""
        reserved = {*self.library.definitions, *BY_NAME, *scope.dims.values()}
        reserved |= {*scope.types.values(), "scalar", "vector", "matrix", "index"}
        base = base_name(name)
        if not is_identifier(base):
            base = "i" if isinstance(type_, Index) else "x"
        return fresh(base, taken | reserved) if base in taken | reserved else base

    # -- terms -----------------------------------------------------------------------------------

    def term(self, expression: Expression, scope: Names, expected: Type | None = None) -> Term:
        """The term that `expression` stands for. Raises `Unreadable` and `Misread`."""
        head, arguments = spine(expression)
        match head:
            case Local(name) if name in scope.variables:
                found: Term = scope.variables[name]
                if not arguments:
                    return self._fit(found, expected, name)
                return self._fit(self._applied(found, arguments, scope, name), expected)
            case Local(name):
                raise Unreadable(f"it speaks of {base_name(name)}, which has no counterpart")
            case Constant(name) if name in self.helpers:
                return self.term(beta(self.helpers[name], arguments), scope, expected)
            case Constant(name):
                if (operation := self._operation(head, arguments, scope)) is not None:
                    found, rest = operation
                else:
                    found, rest = self._constant(name, arguments, scope)
                return self._fit(self._applied(found, rest, scope), expected)
            case lean.Function() if not arguments:
                return self._fit(self._function(head, scope, expected), expected)
            case lean.Function():
                # `let` and `have` give a name to a value.
                return self.term(beta(head, arguments), scope, expected)
            case _:
                raise Unreadable(f"{short(expression)} is no term of the claim language")

    def _function(self, function: lean.Function, scope: Names, expected: Type | None) -> Term:
        variable = self.variable(function.name, function.type, scope, function.body)
        inner = scope.with_variable(function.name, variable)
        match expected:
            case Matrix():
                body = function.body
                if isinstance(body, lean.Application) and body.argument == Local(function.name):
                    return self.term(body.function, scope, expected)
                return self._tabulated(function, scope, expected)
            case Vector(size):
                family = Lambda(variable, self.term(function.body, inner, SCALAR))
                return Primitive("vector", (size,), (family,), expected)
            case Function(_, target):
                return Lambda(variable, self.term(function.body, inner, target))
            case _:
                return Lambda(variable, self.term(function.body, inner))

    def _tabulated(self, function: lean.Function, scope: Names, expected: Matrix) -> Term:
        """A matrix that is given by its entries, or by its rows."""
        i = self.variable(function.name, function.type, scope, function.body)
        inner = scope.with_variable(function.name, i)
        body = function.body
        if isinstance(body, lean.Function):
            j = self.variable(body.name, body.type, inner, body.body)
            entry = self.term(body.body, inner.with_variable(body.name, j), SCALAR)
        else:
            found = self.term(body, inner, Vector(expected.columns))
            j = Variable(self.name("j·", None, inner, {i.name}), Index(expected.columns))
            entry = Primitive("entry", (expected.columns,), (found, j), SCALAR)
        sizes = expected.rows, expected.columns
        return Primitive("tabulate", sizes, (Lambda(i, Lambda(j, entry)),), expected)

    def _applied(
        self, term: Term, arguments: Sequence[Expression], scope: Names, name: str = ""
    ) -> Term:
        """`term` at further arguments: a function's value, or an entry."""
        rest = list(arguments)
        while rest:
            match term.type:
                case Function(source, target):
                    term = Apply(term, self.term(rest.pop(0), scope, source), target)
                case Vector(size):
                    index = self.term(rest.pop(0), scope, Index(size))
                    term = Primitive("entry", (size,), (term, index), SCALAR)
                case Matrix(rows, columns) if len(rest) > 1:
                    i = self.term(rest.pop(0), scope, Index(rows))
                    j = self.term(rest.pop(0), scope, Index(columns))
                    term = Primitive("matrix_entry", (rows, columns), (term, i, j), SCALAR)
                case Matrix(rows, columns):
                    if name and name not in self.readings:
                        raise Misread(name, Function(Index(rows), Vector(columns)))
                    i = self.term(rest.pop(0), scope, Index(rows))
                    term = row(term, rows, columns, i)
                case other:
                    raise Unreadable(f"a value of type {other}, applied")
        return term

    def _operation(
        self, head: Constant, arguments: list[Expression], scope: Names
    ) -> tuple[Term, list[Expression]] | None:
        """An operator that is a term, where this is one, and the arguments that are left."""
        if not any(spine(pattern.body)[0] == head for pattern in self.patterns.values()):
            return None
        plain = [unfolded(argument, self.abbreviations) for argument in arguments]
        for operator, pattern in self.patterns.items():
            # What stands for a name is taken as it was written, abbreviations and all.
            match = pattern.found(head, plain)
            if match is None:
                continue
            holes, rest = match
            own = holes.get(pattern.scalars)
            if own is not None and not self._is_scalars(own, scope):
                continue
            sizes = [self.dim(holes[name], scope) for name in pattern.sizes]
            given = [*(holes[name] for name in pattern.arguments), *rest]
            return self._at(operator, sizes, given, scope)
        return None

    def _constant(
        self, name: str, arguments: list[Expression], scope: Names
    ) -> tuple[Term, list[Expression]]:
        """A constant at as many arguments as it takes, and the rest of them."""
        match name, arguments:
            case "OfNat.ofNat", [type_, Literal(value), _, *rest] if self._is_scalars(type_, scope):
                if value > MAX_NUMERAL:
                    raise Unreadable(f"a number beyond {MAX_NUMERAL:,}")
                operator, sizes = _NUMERALS.get(value, ("numeral", (DimLit(value),)))
                return Primitive(operator, sizes, (), SCALAR), rest
            case "Neg.neg", [type_, _, operand, *rest] if self._is_scalars(type_, scope):
                return Primitive("negate", (), (self.term(operand, scope, SCALAR),), SCALAR), rest
            case _, [a, b, c, _, left, right, *rest] if name in _OPERATORS and all(
                self._is_scalars(type_, scope) for type_ in (a, b, c)
            ):
                sides = self.term(left, scope, SCALAR), self.term(right, scope, SCALAR)
                return Primitive(_OPERATORS[name], (), sides, SCALAR), rest
            case "HPow.hPow", [a, b, c, _, base, exponent, *rest] if (
                b == Constant("Nat") and self._is_scalars(a, scope) and self._is_scalars(c, scope)
            ):
                return self._power(base, exponent, scope), rest
            case "ite", [type_, condition, _, yes, no, *rest] if self._is_scalars(type_, scope):
                values = self.term(yes, scope, SCALAR), self.term(no, scope, SCALAR)
                return self._choice(condition, values, scope), rest
            case "Max.max" | "Min.min", [Constant(type_), _, a, b, *rest] if type_ == scope.scalars:
                # The package's operator is of one type alone; of others a choice says the same.
                first, second = self.term(a, scope, SCALAR), self.term(b, scope, SCALAR)
                values = (second, first) if name == "Max.max" else (first, second)
                _, at_most = CONDITIONS[Relation.AT_MOST]
                return Primitive(at_most, (), (first, second, *values), SCALAR), rest
        faults: list[Unreadable] = []
        for operator in (o for o, c in self.library.primitives.items() if c == name):
            try:
                return self._primitive(operator, arguments, scope)
            except Unreadable as fault:
                faults.append(fault)
        own = next((d for d in self.library.definitions if self.library.constant(d) == name), "")
        if own:
            return self._call(own, arguments, scope)
        if faults:
            raise faults[0]
        if name == "OfNat.ofNat":
            raise Unreadable(f"a number that is no scalar: {INDICES}")
        if name in CONSTANTS:
            raise Unreadable(f"{name}: {CONSTANTS[name]}")
        raise Unreadable(f"definitions.yaml names nothing for Lean's {name}", name)

    def _power(self, base: Expression, exponent: Expression, scope: Names) -> Term:
        value = numeral_of(exponent)
        if value is None:
            raise Unreadable(f"a power by {short(exponent)}: {EXPONENTS}")
        if value > MAX_EXPONENT:
            raise Unreadable(f"a power beyond {MAX_EXPONENT}")
        return Primitive("power", (DimLit(value),), (self.term(base, scope, SCALAR),), SCALAR)

    def _choice(self, condition: Expression, values: tuple[Term, Term], scope: Names) -> Term:
        """One of two scalars, by a relation of two others, or of two indices or their numbers."""
        match spine(condition):
            case Constant(name), [type_, *_, left, right] if name in _CONDITIONS:
                of_indices, of_scalars = _CONDITIONS[name]
                if self._is_scalars(type_, scope):
                    terms = *(self.term(side, scope, SCALAR) for side in (left, right)), *values
                    return Primitive(of_scalars, (), terms, SCALAR)
                sides = [spine(side) for side in (left, right)]
                if all(head == Constant("Fin.val") for head, _ in sides):
                    left, right = (arguments[-1] for _, arguments in sides)
                i = self.term(left, scope)
                if isinstance(i.type, Index):
                    terms = i, self.term(right, scope, i.type), *values
                    return Primitive(of_indices, (i.type.size,), terms, SCALAR)
        message = "conditions are ≤, < and = of two indices or scalars"
        raise Unreadable(f"`if {short(condition)}`: {message}")

    def _primitive(
        self, operator: str, arguments: list[Expression], scope: Names
    ) -> tuple[Term, list[Expression]]:
        constant = self.library.primitives[operator]
        given = self._given(arguments, constant, needs_of(operator), scope)
        count = len(signatures()[operator].dims)
        if len(given) < count:
            raise Unreadable(f"the operator {operator} without its sizes")
        dims = [self.dim(size, scope) for size in given[:count]]
        return self._at(operator, dims, given[count:], scope)

    def _at(
        self, operator: str, dims: list[Dim], given: list[Expression], scope: Names
    ) -> tuple[Term, list[Expression]]:
        """An operator at its sizes and arguments, and the arguments that are left."""
        signature = signatures()[operator]
        types, result = function_parts(
            substitute_type(signature.type, dict(zip(signature.dims, dims, strict=True)), {})
        )

        def build(terms: tuple[Term, ...]) -> Term:
            return Primitive(operator, tuple(dims), terms, result)

        return self._filled(build, types, ["x"] * len(types), given, scope)

    def _call(
        self, definition: str, arguments: list[Expression], scope: Names
    ) -> tuple[Term, list[Expression]]:
        parameters = self.library.definitions[definition].parameters
        needs = definition_needs(self.library.definitions)[definition]
        given = self._given(arguments, self.library.constant(definition), needs, scope)
        dims: dict[str, Dim] = {}
        types: dict[str, Type] = {}
        implicit: list[Dim | Type] = []
        explicit: list[Parameter] = []
        values: list[Expression] = []
        for place, parameter in enumerate(parameters):
            if parameter.is_explicit:
                explicit.append(parameter)
                values += given[place : place + 1]
            elif place >= len(given):
                raise Unreadable(f"{definition} without its sizes")
            elif parameter.sort is Sort.DIMENSION:
                dims[parameter.name] = self.dim(given[place], scope)
                implicit.append(dims[parameter.name])
            else:
                types[parameter.name] = self.type(given[place], scope)
                implicit.append(types[parameter.name])
        expected = [substitute_type(p.type, dims, types) for p in explicit]
        result = substitute_type(self.library.definitions[definition].body.type, dims, types)

        def build(terms: tuple[Term, ...]) -> Term:
            return Call(definition, tuple(implicit), terms, result)

        called = [p.name for p in explicit]
        rest = given[len(parameters) :]
        return self._filled(build, expected, called, values + rest, scope)

    def _given(
        self, arguments: list[Expression], constant: str, needs: tuple[str, ...], scope: Names
    ) -> list[Expression]:
        """The arguments of a constant less its scalars and their instances."""
        own = self.library.arrangements.get(constant) or Arrangement((SCALARS, *needs))
        if own.kind:
            is_there = self.library.scalars[own.kind].lean_name == scope.scalars
        else:
            leading = list(zip(own.items, arguments, strict=False))
            types = [a for item, a in leading if item == SCALARS]
            is_there = len(leading) == len(own.items)
            is_there = is_there and all(self._is_scalars(a, scope) for a in types)
        if not is_there:
            raise Unreadable("an operation on something else than the scalars")
        items = chain(own.items, repeat(ARGUMENT))
        return [a for item, a in zip(items, arguments, strict=False) if item == ARGUMENT]

    def _filled(
        self,
        build: Callable[[tuple[Term, ...]], Term],
        types: Sequence[Type],
        called: Sequence[str],
        given: list[Expression],
        scope: Names,
    ) -> tuple[Term, list[Expression]]:
        """What `build` makes of the arguments; a map of those that are missing."""
        terms = [self.term(e, scope, t) for e, t in zip(given, types, strict=False)]
        missing: list[Variable] = []
        taken = set().union(*(free_variables(term) for term in terms))
        for name, type_ in zip(called[len(terms) :], types[len(terms) :], strict=True):
            variable = Variable(self.name(name, type_, scope, taken), type_)
            taken.add(variable.name)
            missing.append(variable)
        found = build((*terms, *missing))
        for variable in reversed(missing):
            found = Lambda(variable, found)
        return found, given[len(types) :]

    # -- the readings of a type ------------------------------------------------------------------

    def _fit(self, term: Term, expected: Type | None, name: str = "") -> Term:
        """`term` as a term of the type that its place asks for."""
        if expected is None or term.type == expected:
            return term
        if arrows_of(term.type) != arrows_of(expected):
            raise Unreadable(f"expected {expected}, found {term.type}")
        # Rows of a matrix can be written as a family, and not the other way round.
        if name and (name not in self.readings or isinstance(expected, Matrix)):
            raise Misread(name, expected)
        return converted(term, expected)

    def _is_scalars(self, expression: Expression, scope: Names) -> bool:
        head, _ = spine(expression)
        if isinstance(head, Constant) and head.name in self.abbreviations:
            expression = unfolded(expression, self.abbreviations)
        return expression in (Local(scope.scalars), Constant(scope.scalars))
