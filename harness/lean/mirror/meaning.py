"""What each operator means: a package's constant for it, beside the reference definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.claims.model import ARGUMENT, REFERENCE, SCALARS, Arrangement
from harness.claims.needs import needs_of
from harness.language.prelude import derived
from harness.language.primitives import signatures
from harness.language.transform import fresh
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
from harness.lean import expression as lean
from harness.lean.audit.comparison import Identity, at
from harness.lean.certificate.numbers import place
from harness.lean.expression import Constant, Expression, Local, apply, arrow
from harness.lean.mirror import keys
from harness.lean.printer import Printer, levels_of
from harness.lean.scope import CannotPrint, LeanScope


def meaning(printer: Printer, operator: str) -> Iterator[Identity]:
    """That the package's constant for an operator is what the operator means.

    A derived operator means what the claim language defines it as, printed as any term is; the
    others have a reference in `Reference.lean`. Raises CannotPrint.
    """
    bridges = printer.library.bridges.get(operator, ())
    if operator == "sum":
        empty, next_ = bridges or ("", "")
        yield _sum(printer, "empty", [], DimLit(0), "zero", empty)
        size = Parameter("n", Sort.DIMENSION)
        yield _sum(printer, "next", [size], DimSum(DimVar("n"), DimLit(1)), "add", next_)
        return
    signature = signatures()[operator]
    own = derived().get(operator)
    arguments, result = function_parts(signature.type)
    dims = [Parameter(dim, Sort.DIMENSION) for dim in signature.dims]
    names = [p.name for p in own.parameters] if own else [f"x_{i}" for i in range(len(arguments))]
    given = [*map(Parameter, names, arguments)]
    needs = needs_of(operator)
    [bridge] = bridges or ("",)
    name = printer.library.primitives[operator]
    arrangement = printer.arrangement(bridge or name, needs)
    scope, binders = printer.signature([*dims, *given], arrangement)
    if own:
        meant = scope.term(own.body)
    else:
        head = Constant(f"{REFERENCE}.{operator}", (scope.universe,))
        found = [*map(scope.instance, needs), *map(scope.local, [*dims, *given])]
        meant = apply(head, scope.alpha, *found)
    # A bridge may ask for other instances, or in another order, than the constant.
    value = (
        scope.constant(name, (), needs, [*map(scope.local, [*dims, *given])])
        if bridge
        else at(Constant(name, levels_of(scope)), binders)
    )
    yield Identity(
        keys.primitive(operator),
        name,
        arrangement,
        (*dims, *given),
        scope,
        binders,
        result,
        value,
        meant,
        bridge,
        needs,
    )


def _sum(
    printer: Printer,
    case: str,
    sizes: list[Parameter],
    size: Dim,
    operation: str,
    bridge: str,
) -> Identity:
    """One of the two cases of a sum: of nothing, and of one term more."""
    family = Parameter("f", Function(Index(size), SCALAR))
    constant = printer.library.primitives["sum"]
    needs = needs_of("sum")
    own = _scalars_first(printer.arrangement(bridge or constant, needs))
    scope, binders = printer.signature([*sizes, family], own)
    total = _package_sum(printer, scope, scope.dimension(size), scope.local(family))
    shorter = [_any_sum(printer, scope)] if sizes else []
    value = apply(
        Constant(f"{REFERENCE}.sum_{case}", (scope.universe,)),
        scope.alpha,
        scope.instance(operation),
        *shorter,
        *map(scope.local, (*sizes, family)),
    )
    return Identity(
        f"{keys.primitive('sum')}:{case}",
        constant,
        own,
        (*sizes, family),
        scope,
        binders,
        SCALAR,
        total,
        value,
        bridge,
        needs,
    )


def sums(printer: Printer) -> Iterator[Identity]:
    """That the package's constant adds up families of no term, of one, two and three."""
    needs = needs_of("sum")
    constant = printer.library.primitives["sum"]
    own = _scalars_first(printer.arrangement(constant, needs))
    for number in range(4):
        size = DimLit(number)
        family = Parameter("f", Function(Index(size), SCALAR))
        scope, binders = printer.signature([family], own)
        total = _package_sum(printer, scope, scope.dimension(size), scope.local(family))
        value = scope.operate("zero")
        for i in range(number):
            value = scope.operate("add", value, apply(scope.local(family), place(i, number)))
        yield Identity(
            keys.primitive("sum"), constant, own, (family,), scope, binders, SCALAR, total, value
        )


def _scalars_first(own: Arrangement) -> Arrangement:
    """An arrangement for statements about sums, which may have no size to stand before."""
    items = (item for item in own.items if item not in (SCALARS, ARGUMENT))
    return own if own.kind else replace(own, items=(SCALARS, *items))


def _any_sum(printer: Printer, scope: LeanScope) -> Expression:
    """The package's sum at the scalars of `scope`, as a function of the size and the terms."""
    taken = {*printer.reserved, *scope.taken, *scope.sorts.values(), *scope.variables.values()}
    size, terms = fresh("k", taken), fresh("g", taken)
    binders = [
        (size, lean.NAT),
        (terms, arrow(apply(Constant("Fin"), Local(size)), scope.alpha)),
    ]
    return lean.function(binders, _package_sum(printer, scope, Local(size), Local(terms)))


def _package_sum(printer: Printer, scope: LeanScope, *given: Expression) -> Expression:
    """The package's sum of given terms, of which the number comes first."""
    if "sum" not in printer.library.primitives:
        raise CannotPrint("definitions.yaml names no Lean constant for the primitive 'sum'")
    return scope.constant(printer.library.primitives["sum"], (), needs_of("sum"), list(given))
