"""Syntax to terms: finds every type, dimension and operator, or says where they do not fit."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from harness.diagnostics import meant
from harness.language import syntax as s
from harness.language.holes import finish, finish_variable, unify
from harness.language.operators import MEANING, by_shape, operator_of
from harness.language.primitives import BY_NAME, MAX_EXPONENT, MAX_NUMERAL, signatures
from harness.language.scope import Scope, check_type
from harness.language.terms import (
    Apply,
    Call,
    Equation,
    Lambda,
    Primitive,
    Relation,
    Span,
    Term,
    Variable,
)
from harness.language.types import (
    SCALAR,
    Dim,
    DimHole,
    DimLit,
    Function,
    Index,
    Matrix,
    Scalar,
    Sort,
    Type,
    TypeHole,
    Vector,
    function_parts,
    resolve,
    substitute_type,
)

Bound = Mapping[str, Variable]


def elaborate_term(text: s.Syntax, scope: Scope) -> Term:
    """The typed term that `text` stands for. Raises `LanguageError`."""
    elaborator = _Elaborator(scope)
    return finish(elaborator.infer(text, {}))


def elaborate_as(text: s.Syntax, type_: Type, scope: Scope) -> Term:
    """The term of this type that `text` stands for. Raises `LanguageError`."""
    return finish(_Elaborator(scope).check(text, type_, {}))


def elaborate_statement(text: s.Statement, scope: Scope) -> Equation:
    """The typed statement that `text` stands for. Raises `LanguageError`."""
    elaborator = _Elaborator(scope)
    bound: dict[str, Variable] = {}
    for binder in text.binders:
        if binder.name in bound:
            raise s.LanguageError(f"{binder.name} is bound twice", binder.span)
        bound[binder.name] = elaborator.bind(binder)
    if isinstance(text.left, s.Number):
        right = elaborator.infer(text.right, bound)
        left = elaborator.check(text.left, right.type, bound)
    else:
        left = elaborator.infer(text.left, bound)
        right = elaborator.check(text.right, left.type, bound)
    if text.relation is not Relation.EQUAL and not isinstance(resolve(left.type), Scalar):
        raise s.LanguageError(
            f"expected scalars beside {text.relation}, found {left.type}", text.left.span
        )
    parameters = tuple(finish_variable(variable) for variable in bound.values())
    return Equation(parameters, finish(left), finish(right), text.span, text.relation)


class _Elaborator:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.variables = scope.variables

    def expect(self, term: Term, type_: Type, span: Span) -> Term:
        expected, found = str(type_), str(term.type)
        if not unify(term.type, type_):
            raise s.LanguageError(f"expected {expected}, found {found}", span)
        return term

    # -- binders -----------------------------------------------------------------------------

    def bind(self, binder: s.Binder, type_: Type | None = None) -> Variable:
        if binder.type is not None:
            check_type(binder.type, self.scope, binder.span)
            if type_ is not None and not unify(binder.type, type_):
                raise s.LanguageError(f"expected {type_}, found {binder.type}", binder.span)
        return Variable(binder.name, binder.type or type_ or TypeHole(), binder.span)

    # -- terms -------------------------------------------------------------------------------

    def check(self, text: s.Syntax, type_: Type, bound: Bound) -> Term:
        expected = resolve(type_)
        match text, expected:
            case s.Abstraction(binder, body, span), Function(source, target):
                variable = self.bind(binder, source)
                inner = self.check(body, target, {**bound, binder.name: variable})
                return Lambda(variable, inner, span)
            case s.Abstraction(span=span), TypeHole():
                return self.expect(self.infer(text, bound), expected, span)
            case s.Abstraction(span=span), _:
                hint = "; a vector is written [j ↦ …]" if isinstance(expected, Vector) else ""
                raise s.LanguageError(f"expected {expected}, found a function{hint}", span)
            case s.Number(value, span), _:
                return self.numeral(value, expected, span)
            case _:
                return self.expect(self.infer(text, bound), expected, text.span)

    def numeral(self, value: int, type_: Type, span: Span) -> Term:
        match value, type_:
            case 0, Scalar():
                return Primitive("zero", (), (), SCALAR, span)
            case 1, Scalar():
                return Primitive("one", (), (), SCALAR, span)
            case _, Scalar() if value <= MAX_NUMERAL:
                return Primitive("numeral", (DimLit(value),), (), SCALAR, span)
            case _, Scalar():
                raise s.LanguageError(f"the numbers of a text end at {MAX_NUMERAL:,}", span)
            case 0, Vector(size):
                return Primitive("zero_vector", (size,), (), type_, span)
            case 0, Matrix(rows, columns):
                return Primitive("zero_matrix", (rows, columns), (), type_, span)
            case 1, Matrix(rows, columns):
                if not unify(rows, columns):
                    raise s.LanguageError(f"1 is a square matrix, expected {type_}", span)
                return Primitive("identity", (rows,), (), type_, span)
            case _:
                raise s.LanguageError(f"there is no {type_} written {value}", span)

    def infer(self, text: s.Syntax, bound: Bound) -> Term:
        defined = self.scope.definitions
        match text:
            case s.Name(name, span):
                return self.variable(name, bound, span)
            case s.Number(value, span):
                return self.numeral(value, SCALAR, span)
            case s.Application(s.Name(name), arguments, span) if self.is_in(BY_NAME, name, bound):
                return self.primitive(name, arguments, bound, span)
            case s.Application(s.Name(name), arguments, span) if self.is_in(defined, name, bound):
                return self.call(name, arguments, bound, span)
            case s.Application(function, arguments, span):
                return self.application(function, arguments, bound, span)
            case s.Entry(array, indices, span):
                return self.entry(array, indices, bound, span)
            case s.Binary(operator, left, right, span):
                return self.binary(operator, left, right, bound, span)
            case s.Negation(operand, span):
                term = self.infer(operand, bound)
                negation = by_shape("negate", term.type)
                if negation is None:
                    raise s.LanguageError(f"cannot negate {term.type}", span)
                return self.build(negation, (term,), span)
            case s.Transposition(operand, span):
                term = self.infer(operand, bound)
                if not isinstance(resolve(term.type), Matrix):
                    raise s.LanguageError(f"ᵀ transposes a matrix, found {term.type}", span)
                return self.build("transpose", (term,), span)
            case s.Power(base, exponent, span):
                return self.power(base, exponent, bound, span)
            case s.Abstraction(binder, body, span):
                variable = self.bind(binder)
                inner = self.infer(body, {**bound, binder.name: variable})
                return Lambda(variable, inner, span)
            case s.Choice(relation, left, right, yes, no, span):
                two = self.infer(left, bound), self.infer(right, bound)
                values = self.check(yes, SCALAR, bound), self.check(no, SCALAR, bound)
                of_indices, of_scalars = s.CONDITIONS[relation]
                is_scalar = isinstance(resolve(two[0].type), Scalar)
                return self.build(of_scalars if is_scalar else of_indices, (*two, *values), span)
            case s.Summation(binder, body, span):
                family = self.family(binder, body, bound, span)
                addition = by_shape("Σ", family.body.type)
                if addition is None:
                    raise s.LanguageError(
                        f"Σ adds scalars or vectors, found {family.body.type}", body.span
                    )
                return self.build(addition, (family,), span)
            case s.Tabulation(binder, body, span):
                family = self.family(binder, body, bound, span)
                self.expect(family.body, SCALAR, body.span)
                return self.build("vector", (family,), span)

    def family(self, binder: s.Binder, body: s.Syntax, bound: Bound, span: Span) -> Lambda:
        variable = self.bind(binder, Index(DimHole()))
        return Lambda(variable, self.infer(body, {**bound, binder.name: variable}), span)

    def is_in(self, known: Container[str], name: str, bound: Bound) -> bool:
        """Whether a name is one of these, and no variable hides it."""
        return name in known and name not in bound and name not in self.variables

    def variable(self, name: str, bound: Bound, span: Span) -> Term:
        if name in bound:
            return Variable(name, bound[name].type, span)
        if name in self.variables:
            return Variable(name, self.variables[name], span)
        if name in self.scope.dims | self.scope.types:
            raise s.LanguageError(f"{name} is a dimension or a type, expected a term", span)
        if name in self.scope.definitions or name in BY_NAME:
            raise s.LanguageError(f"{name} needs its arguments: {name}(…)", span)
        known = [*self.variables, *self.scope.definitions, *sorted(BY_NAME)]
        raise s.LanguageError(f"nothing is called {name} here{meant(name, known)}", span)

    def application(
        self, function: s.Syntax, arguments: Sequence[s.Syntax], bound: Bound, span: Span
    ) -> Term:
        term = self.infer(function, bound)
        for argument in arguments:
            type_ = resolve(term.type)
            if not isinstance(type_, Function):
                raise s.LanguageError(f"expected a function to apply, found {type_}", span)
            term = Apply(term, self.check(argument, type_.source, bound), type_.target, span)
        return term

    def entry(self, array: s.Syntax, indices: Sequence[s.Syntax], bound: Bound, span: Span) -> Term:
        term = self.infer(array, bound)
        match resolve(term.type):
            case Vector(size):
                operator, sizes = "entry", [size]
            case Matrix(rows, columns):
                operator, sizes = "matrix_entry", [rows, columns]
            case other:
                raise s.LanguageError(
                    f"[…] takes an entry of a vector or matrix, found {other}", span
                )
        if len(indices) != len(sizes):
            raise s.LanguageError(f"expected {len(sizes)} indices, found {len(indices)}", span)
        checked = [
            self.check(index, Index(size), bound)
            for index, size in zip(indices, sizes, strict=True)
        ]
        return self.build(operator, (term, *checked), span)

    def binary(
        self, operator: str, left: s.Syntax, right: s.Syntax, bound: Bound, span: Span
    ) -> Term:
        if operator in "+-" and isinstance(left, s.Number):
            second = self.infer(right, bound)
            first = self.check(left, second.type, bound)
        elif operator == "@" and _is_one(left):
            second = self.infer(right, bound)
            first = self.check(left, _identity(second.type, 0), bound)
        else:
            first = self.infer(left, bound)
            if operator in "+-" and isinstance(right, s.Number):
                second = self.check(right, first.type, bound)
            elif operator == "@" and _is_one(right):
                second = self.check(right, _identity(first.type, -1), bound)
            else:
                second = self.infer(right, bound)
        found = operator_of(operator, resolve(first.type), resolve(second.type))
        if found is None:
            raise s.LanguageError(
                f"{MEANING[operator]}, found {first.type} {operator} {second.type}", span
            )
        return self.build(found, (first, second), span)

    def power(self, base: s.Syntax, exponent: s.Number, bound: Bound, span: Span) -> Term:
        term = self.infer(base, bound)
        if not isinstance(resolve(term.type), Scalar):
            raise s.LanguageError(f"^ takes a power of a scalar, found {term.type}", base.span)
        if exponent.value > MAX_EXPONENT:
            message = f"the exponents of a text end at {MAX_EXPONENT}, found {exponent.value}"
            raise s.LanguageError(message, exponent.span)
        return Primitive("power", (DimLit(exponent.value),), (term,), SCALAR, span)

    def call(self, name: str, arguments: Sequence[s.Syntax], bound: Bound, span: Span) -> Term:
        definition = self.scope.definitions[name]
        dims: dict[str, Dim] = {}
        types: dict[str, Type] = {}
        for parameter in definition.parameters:
            if parameter.sort is Sort.DIMENSION:
                dims[parameter.name] = DimHole()
            elif parameter.sort is Sort.TYPE:
                types[parameter.name] = TypeHole()
        holes = dims | types
        implicit = tuple(holes[p.name] for p in definition.parameters if not p.is_explicit)
        given = [p for p in definition.parameters if p.is_explicit]
        expected = [substitute_type(p.type, dims, types) for p in given]
        if len(arguments) != len(expected):
            raise s.LanguageError(
                f"{name}({', '.join(p.name for p in given)}) takes {len(expected)} arguments, "
                f"found {len(arguments)}",
                span,
            )
        terms = self.arguments(arguments, expected, bound)
        result = substitute_type(definition.result, dims, types)
        return Call(name, implicit, terms, result, span)

    def primitive(self, name: str, arguments: Sequence[s.Syntax], bound: Bound, span: Span) -> Term:
        found, *others = BY_NAME[name]
        arity = signatures()[found].arity
        if len(arguments) != arity:
            raise s.LanguageError(f"{name} takes {arity} arguments, found {len(arguments)}", span)
        if others:
            last = self.infer(arguments[-1], bound)
            by_type = by_shape(name, last.type)
            if by_type is None:
                raise s.LanguageError(
                    f"{name} takes vectors or matrices, found {last.type}", arguments[-1].span
                )
            found = by_type
        dims, expected, result = _signature(found)
        terms = self.arguments(arguments, expected, bound)
        return Primitive(found, dims, terms, result, span)

    def arguments(
        self, arguments: Sequence[s.Syntax], expected: Sequence[Type], bound: Bound
    ) -> tuple[Term, ...]:
        """Check each argument; functions and numerals last, when more of their type is known."""
        found: dict[int, Term] = {}
        later = [isinstance(argument, s.Abstraction | s.Number) for argument in arguments]
        for turn in (False, True):
            for i, argument in enumerate(arguments):
                if later[i] is turn:
                    found[i] = self.check(argument, expected[i], bound)
        return tuple(found[i] for i in range(len(arguments)))

    def build(self, operator: str, arguments: tuple[Term, ...], span: Span) -> Primitive:
        dims, expected, result = _signature(operator)
        for argument, type_ in zip(arguments, expected, strict=True):
            found = str(argument.type)
            if not unify(argument.type, type_):
                raise s.LanguageError(
                    f"expected {substitute_type(type_, {}, {})}, found {found}",
                    argument.span or span,
                )
        return Primitive(operator, dims, arguments, result, span)


def _is_one(text: s.Syntax) -> bool:
    return isinstance(text, s.Number) and text.value == 1


def _identity(beside: Type, side: int) -> Type:
    """The type of 1 as a factor on this side of another: of a matrix or vector the identity."""
    match resolve(beside):
        case Matrix(rows, columns):
            size = (rows, columns)[side]
        case Vector(size) if side == 0:
            pass
        case _:
            return SCALAR
    return Matrix(size, size)


def _signature(operator: str) -> tuple[tuple[Dim, ...], list[Type], Type]:
    """New holes for the dimensions of a primitive, and the types of its arguments and result."""
    signature = signatures()[operator]
    dims = {dim: DimHole() for dim in signature.dims}
    return tuple(dims.values()), *function_parts(substitute_type(signature.type, dims, {}))
