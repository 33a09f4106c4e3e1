"""What a term takes when it is computed as it is written.

The rule: every subterm is computed once for each value of the indices that it depends on, however
often it is used; a product counts all its entries, except that zeros of block diagonal, diagonal
and identity matrices are not multiplied. What depends on an index `k` by `group(k)` alone is
computed once for each group. Looking up an entry, a member of a family or the RoPE
operator of a position, and setting things side by side, is no operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sympy

from harness.claims.model import Library
from harness.claims.unfolding import unfolded
from harness.cost.counts import Counts, Polynomial, Uncountable, polynomial
from harness.language.prelude import meaning
from harness.language.primitives import ARRANGING
from harness.language.terms import Apply, Lambda, Primitive, Term, Variable
from harness.language.transform import (
    BOUND,
    canonical,
    children,
    rewrite,
    spine,
    substitute,
    subterms,
)
from harness.language.types import Dim, Index, Matrix, Named, Vector

Rule = Callable[[tuple[Polynomial, ...], tuple[Term, ...]], Counts]


def count(term: Term, library: Library) -> Counts:
    """The operations that computing `term` takes. Raises `Uncountable`."""
    return count_all([term], library)


def count_all(terms: Iterable[Term], library: Library) -> Counts:
    """The operations that computing all of `terms` together takes. Raises `Uncountable`."""
    seen: set[Term] = set()
    total = Counts()
    todo = [_looked_up(canonical(_written_out(unfolded(term, library)))) for term in terms]
    while todo:
        term = todo.pop()
        table = _table(term)
        if table in seen:
            continue
        seen.add(table)
        total += _own(term).times(_repetitions(term))
        todo += children(term)
    return total


def reassociated(term: Term) -> Term:
    """`term` with `(A @ B) @ v` as `A @ (B @ v)`: matrices act one after the other."""

    def apart(part: Term) -> Term | None:
        match part:
            case Primitive("matvec", _, (Primitive("matmul", (m, k, n), (a, b)), v)):
                inner = Primitive("matvec", (k, n), (b, v), Vector(k))
                within = apart(inner)
                vector = inner if within is None else within
                outer = Primitive("matvec", (m, k), (a, vector), Vector(m))
                return apart(outer) or outer
            case _:
                return None

    return rewrite(term, apart)


def _written_out(term: Term) -> Term:
    """`term` with each operator that has no rule here as what it is made of."""

    def rule(part: Term) -> Term | None:
        if not isinstance(part, Primitive) or part.operator in RULES:
            return None
        return _written_out(meaning(part, "the count of operations"))

    return rewrite(term, rule)


# -- subterms that are one and the same ----------------------------------------------------------


LOOKED_UP = "@"


def _looked_up(term: Term) -> Term:
    """`term` with each `group(k)`, for a bound `k`, as one bound index that is named after both."""

    def rule(part: Term) -> Term | None:
        match part:
            case Apply(Variable(function), Variable(index)) if index.startswith(BOUND):
                if isinstance(part.type, Index):
                    return Variable(f"{index}{LOOKED_UP}{function}", part.type)
        return None

    return rewrite(term, rule)


def _source(variable: Variable) -> str:
    """The name of the index that a bound index was looked up by; its own where it was not."""
    return variable.name.partition(LOOKED_UP)[0]


def _table(term: Term) -> Term:
    """`term` with its bound indices numbered as they come: all that it is computed for."""
    bound = _bound(term)
    variables = (part for part in subterms(term) if isinstance(part, Variable))
    order = dict.fromkeys(variable for variable in variables if variable in bound)
    numbers = {v.name: f"{BOUND}#{i}" for i, v in enumerate(order)}
    names: dict[str, Term] = {}
    for v in order:
        source = _source(v)
        is_own = source == v.name or source not in numbers
        name = numbers[v.name] if is_own else numbers[source] + v.name.removeprefix(source)
        names[v.name] = Variable(name, v.type)
    return substitute(term, names)


def _repetitions(term: Term) -> Polynomial:
    """For how many values of bound indices `term` is computed."""
    total: Polynomial = sympy.Integer(1)
    bound = _bound(term)
    names = {variable.name for variable in bound}
    for variable in bound:
        if _source(variable) != variable.name and _source(variable) in names:
            continue  # one value for each of its source
        if not isinstance(variable.type, Index):
            raise Uncountable(f"a function of a {variable.type} that is handed over as a whole")
        total *= polynomial(variable.type.size)
    return total


def _bound(term: Term) -> set[Variable]:
    """The bound variables on which `term` depends."""
    match term:
        case Variable(name):
            return {term} if name.startswith(BOUND) else set()
        case Lambda(parameter, body):
            return {v for v in _bound(body) if _source(v) != parameter.name}
        case _:
            return set().union(*map(_bound, children(term)))


# -- the rules -----------------------------------------------------------------------------------


def _own(term: Term) -> Counts:
    """What `term` takes beyond the terms that it is made of."""
    match term:
        case Apply(function, argument):
            if isinstance(argument.type, Index | Named):
                return Counts()
            return Counts(calls={_head(function): sympy.Integer(1)})
        case Primitive(operator, dims, arguments):
            return RULES[operator](tuple(map(polynomial, dims)), arguments)
        case _:
            return Counts()


def _head(function: Term) -> str:
    """What is called, less the indices by which it was chosen."""
    head, _ = spine(function)
    if not isinstance(head, Variable):
        raise Uncountable("a function that is no variable, where one is called")
    return head.name


def _nonzero(matrix: Term) -> Polynomial:
    """How many entries of a matrix may be other than zero, as it is written."""
    match matrix:
        case Primitive("blockdiag", (h, d, e)):
            return _product(h, d, e)
        case Primitive("diagonal" | "identity", (n,)):
            return polynomial(n)
        case Primitive("transpose", _, (inner,)):
            return _nonzero(inner)
    assert isinstance(matrix.type, Matrix)
    return _product(matrix.type.rows, matrix.type.columns)


def _product(*dims: Dim) -> Polynomial:
    total: Polynomial = sympy.Integer(1)
    for dim in dims:
        total *= polynomial(dim)
    return total


def _none(dims: tuple[Polynomial, ...], arguments: tuple[Term, ...]) -> Counts:
    return Counts()


def _additions(dims: tuple[Polynomial, ...], arguments: tuple[Term, ...]) -> Counts:
    return Counts(additions=sympy.Integer(1))


def _matvec(dims: tuple[Polynomial, ...], arguments: tuple[Term, ...]) -> Counts:
    nonzero = _nonzero(arguments[0])
    return Counts(nonzero, nonzero - dims[0])


def _matmul(dims: tuple[Polynomial, ...], arguments: tuple[Term, ...]) -> Counts:
    m, k, n = dims
    left, right = arguments
    if _nonzero(left) != m * k:
        return Counts(_nonzero(left) * n, (_nonzero(left) - m) * n)
    return Counts(m * _nonzero(right), m * (_nonzero(right) - n))


RULES: Mapping[str, Rule] = {
    **dict.fromkeys((*ARRANGING, "numeral", "transpose"), _none),
    **dict.fromkeys(("add", "subtract", "negate"), _additions),
    "multiply": lambda dims, arguments: Counts(multiplications=sympy.Integer(1)),
    "power": lambda dims, arguments: Counts(multiplications=sympy.Max(dims[0] - 1, 0)),
    "divide": lambda dims, arguments: Counts(divisions=sympy.Integer(1)),
    "sum": lambda dims, arguments: Counts(additions=dims[0] - 1),
    "matvec": _matvec,
    "matmul": _matmul,
}
"""Of each operator that no others define, and of products, what it takes for its sizes, in the
order of its signature, and arguments."""
