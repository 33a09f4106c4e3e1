"""Terms to normal forms: one rule for each primitive, definitions unfolded.

Of the hypotheses nothing is known here, so whatever two terms of one normal form are, they are
equal over every commutative ring and at every size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.claims.model import Definition
from harness.language.prelude import meaning
from harness.language.terms import Apply, Call, Lambda, Primitive, Term, Variable
from harness.language.transform import implicit_arguments
from harness.language.types import (
    Dim,
    Function,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Type,
    Vector,
    resolve,
    substitute_dim,
    substitute_type,
)
from harness.symbolic import words as w
from harness.symbolic.codes import dim_code, type_code


class UnsupportedTerm(Exception):
    """A term that normal forms have no place for; says which."""


Meaning = w.Poly | w.Atom | Callable[["Meaning"], "Meaning"]
"""A scalar, vector or matrix; an index; or a function."""


@dataclass(frozen=True)
class Environment:
    """What names stand for."""

    definitions: Mapping[str, Definition]
    values: Mapping[str, Meaning] = field(default_factory=dict)
    dims: Mapping[str, Dim] = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)

    def bind(self, name: str, value: Meaning) -> Environment:
        return Environment(self.definitions, {**self.values, name: value}, self.dims, self.types)

    def dim(self, dim: Dim) -> str:
        return dim_code(substitute_dim(dim, self.dims))

    def type(self, type_: Type) -> Type:
        return substitute_type(type_, self.dims, self.types)


def environment(
    definitions: Mapping[str, Definition], parameters: tuple[Parameter, ...]
) -> Environment:
    """The parameters of a claim, each standing for itself."""
    values = {p.name: symbol(p.name, p.type) for p in parameters if p.is_explicit}
    return Environment(definitions, values)


def symbol(name: str, type_: Type, kind: str = "a", args: tuple[w.Value, ...] = ()) -> Meaning:
    """A name that stands for itself, at the arguments given so far."""
    match resolve(type_):
        case Scalar():
            return w.of_factor(w.Atom(kind, name, args, "scalar"))
        case Vector(size):
            return w.of_letter(w.Letter(kind, name, args, dim_code(size), w.UNIT, False))
        case Matrix(rows, columns):
            letter = w.Letter(kind, name, args, dim_code(rows), dim_code(columns), False)
            return w.of_letter(letter)
        case Function(source, target):
            return lambda value: symbol(name, target, kind, (*args, reify(value, source)))
        case Index() if type_code(type_) == w.ONLY.type:
            return w.ONLY
        case Index() | Named():
            return w.Atom(kind, name, args, type_code(type_))
        case _:
            raise UnsupportedTerm(f"{name} has no type")


def reify(value: Meaning, type_: Type) -> w.Value:
    """A meaning as data, so that it can be compared."""
    type_ = resolve(type_)
    if isinstance(type_, Function):
        if not isinstance(resolve(type_.source), Index | Named):
            raise UnsupportedTerm(f"a function of {type_.source} as an argument")
        index = w.local(type_code(type_.source))
        assert callable(value)
        place = w.ONLY if index.type == w.ONLY.type else index
        return w.close_abstraction(index, index.type, reify(value(place), type_.target))
    assert isinstance(value, w.Poly | w.Atom)
    return value


def interpret(term: Term, env: Environment) -> Meaning:
    """The normal form that `term` stands for. Raises `UnsupportedTerm`."""
    match term:
        case Variable(name):
            return env.values[name]
        case Apply(function, argument):
            found = interpret(function, env)
            assert callable(found)
            return found(interpret(argument, env))
        case Lambda(parameter, body):
            return lambda value: interpret(body, env.bind(parameter.name, value))
        case Call(name, implicit, arguments):
            definition = env.definitions[name]
            dims, types = implicit_arguments(definition.parameters, implicit)
            names = [p.name for p in definition.parameters if p.is_explicit]
            values = (interpret(argument, env) for argument in arguments)
            inner = Environment(
                env.definitions,
                dict(zip(names, values, strict=True)),
                {k: substitute_dim(v, env.dims) for k, v in dims.items()},
                {k: env.type(v) for k, v in types.items()},
            )
            return interpret(definition.body, inner)
        case Primitive(operator, dims, arguments):
            rule = RULES.get(operator)
            if rule is None:
                return interpret(meaning(term, "the rewriting of words"), env)
            return rule([env.dim(dim) for dim in dims], *(interpret(a, env) for a in arguments))


def interpret_poly(term: Term, env: Environment) -> w.Poly:
    """`interpret` of a term that is a scalar, vector or matrix."""
    found = interpret(term, env)
    if not isinstance(found, w.Poly):
        raise UnsupportedTerm(f"an equation between terms of type {term.type}")
    return found


# -- one rule for each primitive ------------------------------------------------------------

Rule = Callable[..., w.Poly]


def _at(function: Meaning, index: w.Atom) -> w.Poly:
    assert callable(function)
    found = function(index)
    assert isinstance(found, w.Poly)
    return found


def _sum(dims: list[str], family: Meaning) -> w.Poly:
    index = w.local(f"index {dims[0]}")
    return w.sum_over((index,), _at(family, index))


def _embed(whole: str, block: str, size: str, family: Meaning, *, both: str | None) -> w.Poly:
    """Σₖ ιₖ family(k), or Σₖ ιₖ family(k) ιₖᵀ with the injection into `both`."""
    index = w.local(f"index {size}")
    parts = [w.of_letter(w.injection(index, whole, block)), _at(family, index)]
    if both is not None:
        columns, inner = both.split("|")
        parts.append(w.of_letter(w.injection(index, columns, inner).transposed))
    return w.sum_over((index,), w.multiply(*parts))


def _chosen(mask: w.Poly, yes: w.Poly, no: w.Poly) -> w.Poly:
    return w.add(no, w.multiply(mask, w.subtract(yes, no)))


def _if_le(dims: list[str], i: w.Atom, j: w.Atom, yes: w.Poly, no: w.Poly) -> w.Poly:
    return _chosen(w.assemble((), (w.mask(i, j),)), yes, no)


def _if_lt(dims: list[str], i: w.Atom, j: w.Atom, yes: w.Poly, no: w.Poly) -> w.Poly:
    """Below is at most, and not equal; so sums over j ≤ i take their last term out."""
    equal = w.assemble((), w.delta(i, j))
    return _chosen(w.subtract(w.assemble((), (w.mask(i, j),)), equal), yes, no)


def _if_eq(dims: list[str], i: w.Atom, j: w.Atom, yes: w.Poly, no: w.Poly) -> w.Poly:
    return _chosen(w.assemble((), w.delta(i, j)), yes, no)


def _if_at_most(dims: list[str], *arguments: w.Poly) -> w.Poly:
    raise UnsupportedTerm("a choice by an order of scalars, which words do not have")


def _vector(dims: list[str], family: Meaning) -> w.Poly:
    return _embed(dims[0], w.UNIT, dims[0], family, both=None)


def _tabulate(dims: list[str], family: Meaning) -> w.Poly:
    """Σᵢ Σⱼ ιᵢ family(i)(j) ιⱼᵀ."""
    m, n = dims
    row, column = w.local(f"index {m}"), w.local(f"index {n}")
    assert callable(family)
    entry = _at(family(row), column)
    left, right = w.injection(row, m), w.injection(column, n).transposed
    term = w.multiply(w.of_letter(left), entry, w.of_letter(right))
    return w.sum_over((row,), w.sum_over((column,), term))


def _diagonal(dims: list[str], vector: w.Poly) -> w.Poly:
    (n,) = dims
    return _embed(n, w.UNIT, n, lambda i: _entry(dims, vector, i), both=f"{n}|")


def _concat(dims: list[str], family: Meaning) -> w.Poly:
    h, d = dims
    return _embed(f"({d}*{h})", d, h, family, both=None)


def _blockdiag(dims: list[str], family: Meaning) -> w.Poly:
    h, d, e = dims
    return _embed(f"({d}*{h})", d, h, family, both=f"({e}*{h})|{e}")


def _entry(dims: list[str], vector: w.Poly, index: Meaning) -> w.Poly:
    assert isinstance(index, w.Atom)
    return w.multiply(w.of_letter(w.injection(index, dims[0]).transposed), vector)


def _matrix_entry(dims: list[str], matrix: w.Poly, row: Meaning, column: Meaning) -> w.Poly:
    assert isinstance(column, w.Atom)
    return _entry(dims, w.multiply(matrix, w.of_letter(w.injection(column, dims[1]))), row)


def _append(dims: list[str], first: w.Poly, second: w.Poly) -> w.Poly:
    m, n = dims
    whole = f"({m}+{n})"
    return w.add(
        w.multiply(w.of_letter(w.part("1", whole, m)), first),
        w.multiply(w.of_letter(w.part("2", whole, n)), second),
    )


def _blocks(dims: list[str], *entries: w.Poly) -> w.Poly:
    m, n, k, l = dims
    rows, columns = f"({m}+{n})", f"({k}+{l})"
    left = [w.of_letter(w.part("1", rows, m)), w.of_letter(w.part("2", rows, n))]
    right = [
        w.of_letter(w.part("1", columns, k).transposed),
        w.of_letter(w.part("2", columns, l).transposed),
    ]
    places = [(i, j) for i in range(2) for j in range(2)]
    return w.add(
        *(
            w.multiply(left[i], entry, right[j])
            for (i, j), entry in zip(places, entries, strict=True)
        )
    )


def _matrix2(dims: list[str], a: w.Poly, b: w.Poly, c: w.Poly, d: w.Poly) -> w.Poly:
    """The unit with its 1 at the end is 1 less the first: d + (a − d) e₀₀ + b e₀₁ + c e₁₀."""
    places = (("00", w.subtract(a, d)), ("01", b), ("10", c))
    units = ((p, w.of_letter(w.Letter("e", name, (), "2", "2", False))) for name, p in places)
    return w.add(d, *(w.multiply(p, unit) for p, unit in units))


def _plain(operation: Callable[..., w.Poly]) -> Rule:
    """An operation on normal forms that needs no dimensions."""
    return lambda dims, *arguments: operation(*arguments)


_ADD, _SUBTRACT, _MULTIPLY = _plain(w.add), _plain(w.subtract), _plain(w.multiply)
_NEGATE = _plain(lambda item: w.scale(-1, item))
_ZERO, _ONE = _plain(lambda: w.ZERO), _plain(lambda: w.ONE)

_LINEAR = {"zero": _ZERO, "add": _ADD, "subtract": _SUBTRACT, "negate": _NEGATE}

RULES: Mapping[str, Rule] = {
    **_LINEAR,
    **{f"{name}_{shape}": rule for name, rule in _LINEAR.items() for shape in ("vector", "matrix")},
    **dict.fromkeys(("scale_vector", "scale_matrix"), _MULTIPLY),
    "one": _ONE,
    "multiply": _MULTIPLY,
    "power": lambda dims, base: w.multiply(*[base] * int(dims[0])),
    "divide": _plain(lambda a, b: w.multiply(a, w.invert(b))),
    "sum": _sum,
    "if_le": _if_le,
    "if_lt": _if_lt,
    "if_eq": _if_eq,
    "if_at_most": _if_at_most,
    "vector": _vector,
    "tabulate": _tabulate,
    "entry": _entry,
    "dot": _plain(lambda u, v: w.multiply(w.transpose(u), v)),
    "sum_vector": _sum,
    "append": _append,
    "concat": _concat,
    "identity": _ONE,
    "matrix_entry": _matrix_entry,
    "matvec": _MULTIPLY,
    "matmul": _MULTIPLY,
    "transpose": _plain(w.transpose),
    "diagonal": _diagonal,
    "matrix2": _matrix2,
    "blocks": _blocks,
    "blockdiag": _blockdiag,
}
"""What each primitive is in words; what has no entry is what the prelude makes of it."""
