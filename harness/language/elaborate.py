"""Syntax to terms: finds every type, dimension and operator, or says where they do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.language import syntax as s
from harness.language.primitives import BY_NAME, signatures
from harness.language.terms import (
    Apply,
    Call,
    Equation,
    Lambda,
    Primitive,
    Span,
    Term,
    Variable,
)
from harness.language.types import (
    SCALAR,
    Dim,
    DimHole,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Sort,
    Type,
    TypeHole,
    Vector,
    function_parts,
    resolve,
    resolve_dim,
    substitute_dim,
    substitute_type,
)


@dataclass(frozen=True, slots=True)
class DefinitionType:
    """What elaboration knows of a definition: its parameters and the type of its result."""

    parameters: tuple[Parameter, ...]
    result: Type


@dataclass(frozen=True)
class Scope:
    """The names that a text may use."""

    definitions: Mapping[str, DefinitionType] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()

    @property
    def dims(self) -> set[str]:
        return {p.name for p in self.parameters if p.sort is Sort.DIMENSION}

    @property
    def types(self) -> set[str]:
        return {p.name for p in self.parameters if p.sort is Sort.TYPE}

    @property
    def variables(self) -> dict[str, Type]:
        return {p.name: p.type for p in self.parameters if p.is_explicit}


def elaborate_term(text: s.Syntax, scope: Scope) -> Term:
    """The typed term that `text` stands for. Raises `LanguageError`."""
    elaborator = _Elaborator(scope)
    return _finish(elaborator.infer(text, {}))


def elaborate_as(text: s.Syntax, type_: Type, scope: Scope) -> Term:
    """The term of this type that `text` stands for. Raises `LanguageError`."""
    return _finish(_Elaborator(scope).check(text, type_, {}))


def elaborate_statement(text: s.Statement, scope: Scope) -> Equation:
    """The typed equation that `text` stands for. Raises `LanguageError`."""
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
    parameters = tuple(_finish_variable(variable) for variable in bound.values())
    return Equation(parameters, _finish(left), _finish(right), text.span)


def check_type(type_: Type, scope: Scope, span: Span) -> None:
    """See that `type_` uses only names in scope. Raises `LanguageError`."""
    match resolve(type_):
        case Vector(size) | Index(size):
            _check_dim(size, scope, span)
        case Matrix(rows, columns):
            _check_dim(rows, scope, span)
            _check_dim(columns, scope, span)
        case Named(name):
            if name not in scope.types:
                raise s.LanguageError(f"{name} is not a type declared here", span)
        case Function(source, target):
            check_type(source, scope, span)
            check_type(target, scope, span)
        case _:
            pass


def _check_dim(dim: Dim, scope: Scope, span: Span) -> None:
    match resolve_dim(dim):
        case DimVar(name):
            if name not in scope.dims:
                raise s.LanguageError(f"{name} is not a dimension declared here", span)
        case DimSum(left, right) | DimProduct(left, right):
            _check_dim(left, scope, span)
            _check_dim(right, scope, span)
        case _:
            pass


Bound = Mapping[str, Variable]


class _Elaborator:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.variables = scope.variables

    # -- unification -------------------------------------------------------------------------

    def unify_dim(self, left: Dim, right: Dim) -> bool:
        left, right = resolve_dim(left), resolve_dim(right)
        if left is right:
            return True
        if isinstance(left, DimHole):
            left.value = right
            return True
        if isinstance(right, DimHole):
            right.value = left
            return True
        match left, right:
            case (DimSum(a, b), DimSum(c, d)) | (DimProduct(a, b), DimProduct(c, d)):
                return self.unify_dim(a, c) and self.unify_dim(b, d)
            case _:
                return left == right

    def unify(self, left: Type, right: Type) -> bool:
        left, right = resolve(left), resolve(right)
        if left is right:
            return True
        if isinstance(left, TypeHole):
            left.value = right
            return True
        if isinstance(right, TypeHole):
            right.value = left
            return True
        match left, right:
            case (Vector(a), Vector(b)) | (Index(a), Index(b)):
                return self.unify_dim(a, b)
            case Matrix(a, b), Matrix(c, d):
                return self.unify_dim(a, c) and self.unify_dim(b, d)
            case Function(a, b), Function(c, d):
                return self.unify(a, c) and self.unify(b, d)
            case _:
                return left == right

    def expect(self, term: Term, type_: Type, span: Span) -> Term:
        expected, found = str(type_), str(term.type)
        if not self.unify(term.type, type_):
            raise s.LanguageError(f"expected {expected}, found {found}", span)
        return term

    # -- binders -----------------------------------------------------------------------------

    def bind(self, binder: s.Binder, type_: Type | None = None) -> Variable:
        if binder.type is not None:
            check_type(binder.type, self.scope, binder.span)
            if type_ is not None and not self.unify(binder.type, type_):
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
                raise s.LanguageError(f"expected {expected}, found a function", span)
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
            case 0, Vector(size):
                return Primitive("zero_vector", (size,), (), type_, span)
            case 0, Matrix(rows, columns):
                return Primitive("zero_matrix", (rows, columns), (), type_, span)
            case 1, Matrix(rows, columns):
                if not self.unify_dim(rows, columns):
                    raise s.LanguageError(f"1 is a square matrix, expected {type_}", span)
                return Primitive("identity", (rows,), (), type_, span)
            case _:
                raise s.LanguageError(f"there is no {type_} written {value}", span)

    def infer(self, text: s.Syntax, bound: Bound) -> Term:
        match text:
            case s.Name(name, span):
                return self.variable(name, bound, span)
            case s.Number(value, span):
                return self.numeral(value, SCALAR, span)
            case s.Application(s.Name(name), arguments, span) if self.is_builtin(name, bound):
                return self.primitive(name, arguments, bound, span)
            case s.Application(s.Name(name), arguments, span) if self.is_definition(name, bound):
                return self.call(name, arguments, bound, span)
            case s.Application(function, arguments, span):
                return self.application(function, arguments, bound, span)
            case s.Entry(array, indices, span):
                return self.entry(array, indices, bound, span)
            case s.Binary(operator, left, right, span):
                return self.binary(operator, left, right, bound, span)
            case s.Negation(operand, span):
                term = self.infer(operand, bound)
                negation = _by_shape(term.type, "negate", "negate_vector", "negate_matrix")
                if negation is None:
                    raise s.LanguageError(f"cannot negate {term.type}", span)
                return self.build(negation, (term,), span)
            case s.Transposition(operand, span):
                term = self.infer(operand, bound)
                if not isinstance(resolve(term.type), Matrix):
                    raise s.LanguageError(f"ᵀ transposes a matrix, found {term.type}", span)
                return self.build("transpose", (term,), span)
            case s.Abstraction(binder, body, span):
                variable = self.bind(binder)
                inner = self.infer(body, {**bound, binder.name: variable})
                return Lambda(variable, inner, span)
            case s.Summation(binder, body, span):
                family = self.family(binder, body, bound, span)
                addition = _by_shape(family.body.type, "sum", "sum_vector", None)
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

    def is_builtin(self, name: str, bound: Bound) -> bool:
        return name in BY_NAME and name not in bound and name not in self.variables

    def is_definition(self, name: str, bound: Bound) -> bool:
        return name in self.scope.definitions and name not in bound and name not in self.variables

    def variable(self, name: str, bound: Bound, span: Span) -> Term:
        if name in bound:
            return Variable(name, bound[name].type, span)
        if name in self.variables:
            return Variable(name, self.variables[name], span)
        if name in self.scope.dims | self.scope.types:
            raise s.LanguageError(f"{name} is a dimension or a type, expected a term", span)
        if name in self.scope.definitions or name in BY_NAME:
            raise s.LanguageError(f"{name} needs its arguments: {name}(…)", span)
        raise s.LanguageError(f"nothing is called {name} here{_near(name, self.names())}", span)

    def names(self) -> list[str]:
        return [*self.variables, *self.scope.definitions, *sorted(BY_NAME)]

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
        else:
            first = self.infer(left, bound)
            second = (
                self.check(right, first.type, bound)
                if operator in "+-" and isinstance(right, s.Number)
                else self.infer(right, bound)
            )
        found = _operator(operator, resolve(first.type), resolve(second.type))
        if found is None:
            raise s.LanguageError(
                f"{_MEANING[operator]}, found {first.type} {operator} {second.type}", span
            )
        return self.build(found, (first, second), span)

    def call(self, name: str, arguments: Sequence[s.Syntax], bound: Bound, span: Span) -> Term:
        definition = self.scope.definitions[name]
        dims: dict[str, Dim] = {}
        types: dict[str, Type] = {}
        implicit: list[Dim | Type] = []
        for parameter in definition.parameters:
            if parameter.sort is Sort.DIMENSION:
                dims[parameter.name] = hole = DimHole()
                implicit.append(hole)
            elif parameter.sort is Sort.TYPE:
                types[parameter.name] = type_hole = TypeHole()
                implicit.append(type_hole)
        expected = [
            substitute_type(parameter.type, dims, types)
            for parameter in definition.parameters
            if parameter.is_explicit
        ]
        names = [p.name for p in definition.parameters if p.is_explicit]
        if len(arguments) != len(expected):
            raise s.LanguageError(
                f"{name}({', '.join(names)}) takes {len(expected)} arguments, "
                f"found {len(arguments)}",
                span,
            )
        terms = self.arguments(arguments, expected, bound)
        result = substitute_type(definition.result, dims, types)
        return Call(name, tuple(implicit), terms, result, span)

    def primitive(self, name: str, arguments: Sequence[s.Syntax], bound: Bound, span: Span) -> Term:
        signature = signatures()[name]
        if len(arguments) != signature.arity:
            raise s.LanguageError(
                f"{name} takes {signature.arity} arguments, found {len(arguments)}", span
            )
        dims = {dim: DimHole() for dim in signature.dims}
        expected, result = function_parts(substitute_type(signature.type, dims, {}))
        terms = self.arguments(arguments, expected, bound)
        return Primitive(name, tuple(dims.values()), terms, result, span)

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
        signature = signatures()[operator]
        dims = {dim: DimHole() for dim in signature.dims}
        expected, result = function_parts(substitute_type(signature.type, dims, {}))
        for argument, type_ in zip(arguments, expected, strict=True):
            found = str(argument.type)
            if not self.unify(argument.type, type_):
                raise s.LanguageError(
                    f"expected {substitute_type(type_, {}, {})}, found {found}",
                    argument.span or span,
                )
        return Primitive(operator, tuple(dims.values()), arguments, result, span)


_MEANING = {
    "+": "+ adds two scalars, vectors or matrices of one size",
    "-": "- subtracts two scalars, vectors or matrices of one size",
    "*": "* multiplies by a scalar (matrices are multiplied by @)",
    "/": "/ divides scalars",
    "@": "@ multiplies a matrix by a matrix or by a vector",
}


def _operator(operator: str, left: Type, right: Type) -> str | None:
    match operator, left, right:
        case "+", _, _:
            return _by_shape(left, "add", "add_vector", "add_matrix")
        case "-", _, _:
            return _by_shape(left, "subtract", "subtract_vector", "subtract_matrix")
        case "*", Scalar(), _:
            return _by_shape(right, "multiply", "scale_vector", "scale_matrix")
        case "/", Scalar(), Scalar():
            return "divide"
        case "@", Matrix(), Matrix():
            return "matmul"
        case "@", Matrix(), Vector():
            return "matvec"
        case _:
            return None


def _by_shape(
    type_: Type, scalar: str | None, vector: str | None, matrix: str | None
) -> str | None:
    match resolve(type_):
        case Scalar():
            return scalar
        case Vector():
            return vector
        case Matrix():
            return matrix
        case _:
            return None


def _near(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


# -- after elaboration: no holes ------------------------------------------------------------


def _finish_type(type_: Type, span: Span | None) -> Type:
    found = substitute_type(type_, {}, {})
    if _has_hole(found):
        raise s.LanguageError(
            f"cannot tell the type of this (so far: {found}); write it, as in (j: index(n))",
            span or (0, 0),
        )
    return found


def _has_hole(type_: Type) -> bool:
    match type_:
        case TypeHole():
            return True
        case Vector(size) | Index(size):
            return _dim_has_hole(size)
        case Matrix(rows, columns):
            return _dim_has_hole(rows) or _dim_has_hole(columns)
        case Function(source, target):
            return _has_hole(source) or _has_hole(target)
        case _:
            return False


def _dim_has_hole(dim: Dim) -> bool:
    match dim:
        case DimHole():
            return True
        case DimSum(left, right) | DimProduct(left, right):
            return _dim_has_hole(left) or _dim_has_hole(right)
        case DimVar() | DimLit():
            return False


def _finish_dim(dim: Dim, span: Span | None) -> Dim:
    found = substitute_dim(dim, {})
    if _dim_has_hole(found):
        raise s.LanguageError("cannot tell a dimension of this", span or (0, 0))
    return found


def _finish_variable(variable: Variable) -> Variable:
    return Variable(variable.name, _finish_type(variable.type, variable.span), variable.span)


def _finish(term: Term) -> Term:
    match term:
        case Variable():
            return _finish_variable(term)
        case Apply(function, argument, type_, span):
            return Apply(_finish(function), _finish(argument), _finish_type(type_, span), span)
        case Lambda(parameter, body, span):
            return Lambda(_finish_variable(parameter), _finish(body), span)
        case Call(name, implicit, arguments, type_, span):
            found = tuple(
                _finish_dim(item, span)
                if isinstance(item, DimVar | DimLit | DimSum | DimProduct | DimHole)
                else _finish_type(item, span)
                for item in implicit
            )
            finished = tuple(_finish(argument) for argument in arguments)
            return Call(name, found, finished, _finish_type(type_, span), span)
        case Primitive(operator, dims, arguments, type_, span):
            return Primitive(
                operator,
                tuple(_finish_dim(dim, span) for dim in dims),
                tuple(_finish(argument) for argument in arguments),
                _finish_type(type_, span),
                span,
            )
