"""Terms, equations and types to layouts."""

from __future__ import annotations

from harness.language.notation import tree as t
from harness.language.notation.operators import FAMILIES, notation, raised
from harness.language.notation.precedence import Level, at_least
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import free_variables, fresh, spine
from harness.language.types import (
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
    Scalar,
    Type,
    TypeHole,
    Vector,
    resolve,
)


def as_layout(item: Term | Equation | Type | t.Layout) -> t.Layout:
    """The layout of whatever has one."""
    match item:
        case Variable() | Apply() | Lambda() | Call() | Primitive() | Equation():
            return layout(item)
        case Scalar() | Vector() | Matrix() | Index() | Named() | Function() | TypeHole():
            return layout_type(item)
        case _:
            return item


def layout(item: Term | Equation) -> t.Layout:
    """How `item` is written, with parentheses where they are needed."""
    match item:
        case Variable(name):
            return t.Identifier(name)
        case Apply():
            return _applied(item)
        case Lambda(parameter, body):
            return t.Mapped(_binder(parameter), layout(body))
        case Call(definition, _, arguments):
            return t.Invoked(definition, tuple(map(layout, arguments)))
        case Primitive("numeral", (number,)):
            return t.Constant(str(number), str(number))
        case Primitive("power", (number,), (base,)):
            return raised(layout(base), str(number))
        case Primitive(operator, _, arguments):
            if operator in FAMILIES:
                arguments = tuple(map(_expanded, arguments))
            return notation(operator)(*map(layout, arguments))
        case Equation(parameters, left, right, relation=relation):
            sides = (at_least(Level.SUM, layout(left)), at_least(Level.SUM, layout(right)))
            return t.Related(tuple(map(_binder, parameters)), *sides, relation)


def _binder(variable: Variable) -> t.Binder:
    return t.Binder(variable.name, variable.type)


def _applied(term: Term) -> t.Layout:
    function, arguments = spine(term)
    shown = (t.Argument(layout(a), isinstance(resolve(a.type), Index)) for a in arguments)
    return t.Applied(at_least(Level.TIGHT, layout(function)), tuple(shown))


def _expanded(family: Term) -> Lambda:
    """`family` as a map that names its argument."""
    if isinstance(family, Lambda):
        return family
    type_ = resolve(family.type)
    assert isinstance(type_, Function), type_
    variable = Variable(fresh("i", free_variables(family)), type_.source)
    return Lambda(variable, Apply(family, variable, type_.target))


def layout_type(type_: Type) -> t.Layout:
    """How a type is written in print; the claim language's spelling is `str(type_)`."""
    match resolve(type_):
        case Scalar():
            return t.Space(())
        case Vector(size):
            return t.Space((layout_dim(size),))
        case Matrix(rows, columns):
            return t.Space((layout_dim(rows), layout_dim(columns)))
        case Index(size):
            return t.Range(layout_dim(size))
        case Named(name):
            return t.Identifier(name)
        case Function(source, target):
            return t.Arrow(at_least(Level.SUM, layout_type(source)), layout_type(target))
        case TypeHole():
            return t.Constant("?", "?")


def layout_dim(dim: Dim) -> t.Layout:
    """How a dimension is written in print."""
    match resolve(dim):
        case DimVar(name):
            return t.Identifier(name)
        case DimLit(value):
            return t.Constant(str(value), str(value))
        case DimSum(left, right):
            return t.Infix("+", layout_dim(left), at_least(Level.PRODUCT, layout_dim(right)))
        case DimProduct(left, right):
            first = at_least(Level.PRODUCT, layout_dim(left))
            return t.Infix("*", first, at_least(Level.TIGHT, layout_dim(right)))
        case DimHole():
            return t.Constant("?", "?")
