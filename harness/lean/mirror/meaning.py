"""What each operator means: a package's constant for it, beside the reference definition."""

from __future__ import annotations

from collections.abc import Iterator

from harness.language.prelude import derived, made_of
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
from harness.lean.needs import needs_of
from harness.lean.printer import Printer, levels_of
from harness.lean.scope import CannotPrint, LeanScope

NOTATION = frozenset({*OPERATIONS, "vector", "tabulate", "entry", "matrix_entry"})
"""Primitives that are Lean's own operators and functions, and so need no constant."""


def handed(operator: str) -> frozenset[str]:
    """The operators whose Lean constants the meaning of a derived operator is written with.

    It says nothing of a constant that is not compared as well.
    """
    return made_of(operator) - NOTATION


def meaning(printer: Printer, operator: str) -> Iterator[Comparison]:
    """That the package's constant for an operator is what the operator means.

    A derived operator means what the claim language defines it as, printed as any term is; the
    others have a reference in `Reference.lean`. Raises CannotPrint.
    """
    if operator == "sum":
        yield _sum(printer, "empty", [], DimLit(0), "zero")
        size = Parameter("n", Sort.DIMENSION)
        yield _sum(printer, "next", [size], DimSum(DimVar("n"), DimLit(1)), "add")
        return
    signature = signatures()[operator]
    own = derived().get(operator)
    arguments, result = function_parts(signature.type)
    dims = [Parameter(dim, Sort.DIMENSION) for dim in signature.dims]
    names = [p.name for p in own.parameters] if own else [f"x_{i}" for i in range(len(arguments))]
    given = [*map(Parameter, names, arguments)]
    name = printer.library.primitives[operator]
    needs = needs_of(operator)
    scope, binders = printer.signature([*dims, *given], printer.arrangement(name, needs))
    levels = levels_of(scope)
    if own:
        meant = scope.term(own.body)
    else:
        head = Constant(f"{REFERENCE}.{operator}", (scope.universe,))
        found = [*map(scope.instance, needs), *map(scope.local, [*dims, *given])]
        meant = apply(head, scope.alpha, *found)
    value = at(Constant(name, levels), binders)
    yield same(keys.primitive(operator), levels, binders, scope.type(result), value, meant)


def _sum(
    printer: Printer, case: str, sizes: list[Parameter], size: Dim, operation: str
) -> Comparison:
    """One of the two cases of a sum: of nothing, and of one term more."""
    family = Parameter("f", Function(Index(size), SCALAR))
    constant = printer.library.primitives["sum"]
    own = printer.arrangement(constant, needs_of("sum"))
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
    return scope.constant(printer.library.primitives["sum"], (), needs_of("sum"), list(given))
