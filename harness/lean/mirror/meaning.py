"""What each operator means: a package's constant for it, beside the reference definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.language.primitives import signatures
from harness.language.types import (
    SCALAR,
    Dim,
    DimLit,
    DimSum,
    DimVar,
    Function,
    Index,
    Parameter,
    Sort,
    function_parts,
)
from harness.lean.expression import Constant, Expression, Local, apply
from harness.lean.instances import NEEDS, OPERATIONS
from harness.lean.mirror import keys
from harness.lean.mirror.comparison import REFERENCE, Comparison, at, same
from harness.lean.printer import Printer
from harness.lean.scope import SCALAR_LEVEL, CannotPrint, LeanScope

NOTATION = frozenset({*OPERATIONS, "vector", "entry", "matrix_entry"})
"""Primitives that are Lean's own operators and functions, and so need no constant."""

_OVER_SUMS = {
    "sum_vector": (),
    "dot": ("multiply",),
    "matvec": ("multiply",),
    "matmul": ("multiply",),
}
"""Primitives whose meaning rests on `sum`, with the other operations that they use."""

HANDED: Mapping[str, frozenset[str]] = dict.fromkeys(_OVER_SUMS, frozenset({"sum"}))
"""The primitives whose Lean constants are handed into the meaning of another, by that other: it
says nothing of a constant that is not compared as well."""

_LEVELS = (SCALAR_LEVEL,)


def meaning(printer: Printer, operator: str) -> Iterator[Comparison]:
    """That the package's constant for an operator is what the operator means.

    Raises CannotPrint.
    """
    if operator == "sum":
        yield _sum(printer, "empty", [], DimLit(0), "zero")
        size = Parameter("n", Sort.DIMENSION)
        yield _sum(printer, "next", [size], DimSum(DimVar("n"), DimLit(1)), "add")
        return
    signature = signatures()[operator]
    arguments, result = function_parts(signature.type)
    dims = [Parameter(dim, Sort.DIMENSION) for dim in signature.dims]
    given = [Parameter(f"x_{i}", type_) for i, type_ in enumerate(arguments)]
    scope, binders = printer.signature([*dims, *given], NEEDS[operator])
    constant = Constant(printer.library.primitives[operator], _LEVELS)
    names = binders[len(binders) - len(dims) - len(given) :]
    own = _OVER_SUMS.get(operator)
    instances = [scope.instances[op] for op in (NEEDS[operator] if own is None else own)]
    sums = [] if own is None else [_package_sum(printer, scope)]
    reference = Constant(f"{REFERENCE}.{operator}", _LEVELS)
    yield same(
        keys.primitive(operator),
        _LEVELS,
        binders,
        scope.type(result),
        at(constant, binders),
        at(apply(reference, scope.alpha, *instances, *sums), names),
    )


def _sum(
    printer: Printer, case: str, sizes: list[Parameter], size: Dim, operation: str
) -> Comparison:
    """One of the two cases of a sum: of nothing, and of one term more."""
    family = Parameter("f", Function(Index(size), SCALAR))
    scope, binders = printer.signature([*sizes, family], NEEDS["sum"])
    total = _package_sum(printer, scope, scope.dimension(size), Local("f"))
    shorter = [_package_sum(printer, scope)] if sizes else []
    value = apply(
        Constant(f"{REFERENCE}.sum_{case}", _LEVELS),
        scope.alpha,
        scope.instances[operation],
        *shorter,
        *(Local(parameter.name) for parameter in (*sizes, family)),
    )
    key = f"{keys.primitive('sum')}:{case}"
    return same(key, _LEVELS, binders, scope.alpha, total, value)


def _package_sum(printer: Printer, scope: LeanScope, *given: Expression) -> Expression:
    """The package's sum at the scalars of `scope`: a function of the size and the terms."""
    if "sum" not in printer.library.primitives:
        raise CannotPrint("definitions.yaml names no Lean constant for the primitive 'sum'")
    return scope.constant(printer.library.primitives["sum"], (), NEEDS["sum"], list(given))
