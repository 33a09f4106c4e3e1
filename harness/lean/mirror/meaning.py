"""What each operator means: a package's constant for it, beside the reference definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.language.primitives import OPERATIONS, signatures
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
from harness.lean.expression import Constant, Expression, apply
from harness.lean.mirror import keys
from harness.lean.mirror.comparison import REFERENCE, Comparison, at, same
from harness.lean.needs import NEEDS
from harness.lean.printer import Printer, levels_of
from harness.lean.scope import CannotPrint, LeanScope

NOTATION = frozenset({*OPERATIONS, "vector", "entry", "matrix_entry"})
"""Primitives that are Lean's own operators and functions, and so need no constant."""

OVER_SUMS = {
    "sum_vector": (),
    "dot": ("multiply",),
    "matvec": ("multiply",),
    "matmul": ("multiply",),
}
"""Primitives whose meaning rests on `sum`, with the other operations that they use."""

HANDED: Mapping[str, frozenset[str]] = dict.fromkeys(OVER_SUMS, frozenset({"sum"}))
"""The primitives whose Lean constants are handed into the meaning of another, by that other: it
says nothing of a constant that is not compared as well."""


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
    name = printer.library.primitives[operator]
    own = printer.arrangement(name, NEEDS[operator])
    scope, binders = printer.signature([*dims, *given], own)
    levels = levels_of(scope)
    over = OVER_SUMS.get(operator)
    instances = [scope.instance(op) for op in (NEEDS[operator] if over is None else over)]
    sums = [] if over is None else [_package_sum(printer, scope)]
    reference = Constant(f"{REFERENCE}.{operator}", (scope.universe,))
    yield same(
        keys.primitive(operator),
        levels,
        binders,
        scope.type(result),
        at(Constant(name, levels), binders),
        apply(apply(reference, scope.alpha, *instances, *sums), *map(scope.local, [*dims, *given])),
    )


def _sum(
    printer: Printer, case: str, sizes: list[Parameter], size: Dim, operation: str
) -> Comparison:
    """One of the two cases of a sum: of nothing, and of one term more."""
    family = Parameter("f", Function(Index(size), SCALAR))
    constant = printer.library.primitives["sum"]
    own = printer.arrangement(constant, NEEDS["sum"])
    scope, binders = printer.signature([*sizes, family], own)
    total = _package_sum(printer, scope, scope.dimension(size), scope.local(family))
    shorter = [_package_sum(printer, scope)] if sizes else []
    value = apply(
        Constant(f"{REFERENCE}.sum_{case}", (scope.universe,)),
        scope.alpha,
        scope.instance(operation),
        *shorter,
        *map(scope.local, (*sizes, family)),
    )
    key = f"{keys.primitive('sum')}:{case}"
    return same(key, levels_of(scope), binders, scope.alpha, total, value)


def _package_sum(printer: Printer, scope: LeanScope, *given: Expression) -> Expression:
    """The package's sum at the scalars of `scope`: a function of the size and the terms."""
    if "sum" not in printer.library.primitives:
        raise CannotPrint("definitions.yaml names no Lean constant for the primitive 'sum'")
    return scope.constant(printer.library.primitives["sum"], (), NEEDS["sum"], list(given))
