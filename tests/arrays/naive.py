"""The meaning of terms, written out entry by entry as Lean's definitions have it.

Plain on purpose, to hold the array interpreter to: no arrays, no axes, one instance. A vector is a
function of an index with a length, as `Fin n → α` is; it remembers what it gave at an index.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from harness.claims.model import Library
from harness.language.prelude import meaning
from harness.language.terms import Apply, Call, Lambda, Primitive, Term, Variable
from harness.language.transform import implicit_arguments
from harness.language.types import Dim, DimLit, DimProduct, DimSum, DimVar, Index, Named


def size(dim: Dim, sizes: dict[str, int]) -> int:
    match dim:
        case DimVar(name):
            return sizes[name]
        case DimLit(value):
            return value
        case DimSum(a, b):
            return size(a, sizes) + size(b, sizes)
        case DimProduct(a, b):
            return size(a, sizes) * size(b, sizes)
    raise AssertionError(dim)


def total(n: int, f: Callable[[int], Any]) -> Any:
    found = Fraction(0)
    for i in range(n):
        found = found + f(i)
    return found


def kept(value: Any) -> Any:
    """A function that works each entry out once; else a product of matrices asks for all entries
    of its factors at each of its own.
    """
    if not callable(value):
        return value
    known: dict[int, Any] = {}

    def entry(x: Any) -> Any:
        if not isinstance(x, int):
            return value(x)
        if x not in known:
            known[x] = kept(value(x))
        return known[x]

    return entry


def evaluate(term: Term, values: dict[str, Any], sizes: dict[str, int], library: Library) -> Any:
    """Scalars are numbers; vectors and families are functions; matrices functions of two."""
    match term:
        case Variable(name):
            return values[name]
        case Apply(function, argument):
            f = evaluate(function, values, sizes, library)
            return f(evaluate(argument, values, sizes, library))
        case Lambda(parameter, body):
            return kept(lambda x: evaluate(body, {**values, parameter.name: x}, sizes, library))
        case Call(name, implicit, arguments):
            definition = library.definitions[name]
            dims, types = implicit_arguments(definition.parameters, implicit)
            inner = {n: size(d, sizes) for n, d in dims.items()}
            for n, type_ in types.items():
                if isinstance(type_, Named):
                    inner[n] = sizes[type_.name]
                else:
                    assert isinstance(type_, Index)
                    inner[n] = size(type_.size, sizes)
            names = [p.name for p in definition.parameters if p.is_explicit]
            found = [evaluate(a, values, sizes, library) for a in arguments]
            return evaluate(definition.body, dict(zip(names, found, strict=True)), inner, library)
        case Primitive(operator, dims_, arguments):
            numbers = [size(d, sizes) for d in dims_]
            if operator not in MEANING:
                return evaluate(meaning(term, "the naive meaning"), values, sizes, library)
            found = [evaluate(a, values, sizes, library) for a in arguments]
            return kept(MEANING[operator](*numbers, *found))


def cut(a: int, first: Any, second: Any) -> Callable[[int], Any]:
    return lambda i: first(i) if i < a else second(i - a)


MEANING: dict[str, Callable[..., Any]] = {
    "zero": lambda: Fraction(0),
    "one": lambda: Fraction(1),
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "negate": lambda a: -a,
    "multiply": lambda a, b: a * b,
    "power": lambda n, a: a**n,
    "divide": lambda a, b: a / b if b != 0 else Fraction(0),
    "sum": total,
    "if_le": lambda n, i, j, a, b: a if i <= j else b,
    "if_lt": lambda n, i, j, a, b: a if i < j else b,
    "if_eq": lambda n, i, j, a, b: a if i == j else b,
    "if_at_most": lambda x, y, a, b: a if x <= y else b,
    "if_less": lambda x, y, a, b: a if x < y else b,
    "if_equal": lambda x, y, a, b: a if x == y else b,
    "max": max,
    "min": min,
    "zero_vector": lambda n: lambda i: Fraction(0),
    "vector": lambda n, f: f,
    "tabulate": lambda m, n, f: f,
    "entry": lambda n, v, i: v(i),
    "add_vector": lambda n, u, v: lambda i: u(i) + v(i),
    "subtract_vector": lambda n, u, v: lambda i: u(i) - v(i),
    "negate_vector": lambda n, u: lambda i: -u(i),
    "scale_vector": lambda n, a, v: lambda i: a * v(i),
    "dot": lambda n, u, v: total(n, lambda i: u(i) * v(i)),
    "sum_vector": lambda n, m, f: lambda i: total(n, lambda j: f(j)(i)),
    "append": lambda m, n, u, v: cut(m, u, v),
    "concat": lambda h, d, v: lambda i: v(i // d)(i % d),
    "zero_matrix": lambda m, n: lambda i: lambda j: Fraction(0),
    "identity": lambda n: lambda i: lambda j: Fraction(int(i == j)),
    "matrix_entry": lambda m, n, a, i, j: a(i)(j),
    "add_matrix": lambda m, n, a, b: lambda i: lambda j: a(i)(j) + b(i)(j),
    "subtract_matrix": lambda m, n, a, b: lambda i: lambda j: a(i)(j) - b(i)(j),
    "negate_matrix": lambda m, n, a: lambda i: lambda j: -a(i)(j),
    "scale_matrix": lambda m, n, c, a: lambda i: lambda j: c * a(i)(j),
    "matvec": lambda m, n, a, v: lambda i: total(n, lambda j: a(i)(j) * v(j)),
    "matmul": lambda m, k, n, a, b: lambda i: lambda j: total(k, lambda x: a(i)(x) * b(x)(j)),
    "transpose": lambda m, n, a: lambda i: lambda j: a(j)(i),
    "diagonal": lambda n, v: lambda i: lambda j: v(i) if i == j else Fraction(0),
    "matrix2": lambda a, b, c, d: lambda i: lambda j: ((a, b), (c, d))[i][j],
    "blocks": lambda m, n, k, x, a, b, c, d: (
        lambda i: cut(k, a(i), b(i)) if i < m else cut(k, c(i - m), d(i - m))
    ),
    "blockdiag": lambda h, d, e, a: (
        lambda i: lambda j: a(i // d)(i % d)(j % e) if i // d == j // e else Fraction(0)
    ),
}


def tabulate(value: Any, shape: tuple[int, ...]) -> Any:
    """A function of indices as nested lists."""
    if not shape:
        return value
    return [tabulate(value(i), shape[1:]) for i in range(shape[0])]


def function(nested: Any, depth: int) -> Any:
    """Nested lists as a function of indices."""
    return nested if depth == 0 else lambda i: function(nested[i], depth - 1)
