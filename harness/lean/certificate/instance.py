"""A claim at given values, in Lean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from harness.claims.library import core_scalars
from harness.claims.model import Claim
from harness.evidence import Json
from harness.language.terms import Equation
from harness.language.types import Parameter
from harness.lean.certificate.equation import Sides
from harness.lean.certificate.numbers import CannotCertify, numbers_of
from harness.lean.certificate.values import Binder, Values
from harness.lean.expression import Expression, Local, apply, substitute
from harness.lean.printer import Printer
from harness.lean.scope import arrange


class Instance(Values):
    """A claim at given values, in Lean. Raises `CannotCertify` and `CannotPrint`."""

    def __init__(
        self,
        printer: Printer,
        claim: Claim,
        sizes: Mapping[str, int],
        values: Mapping[str, Json],
        modulus: int = 0,
    ) -> None:
        kind = claim.scalars
        numbers = numbers_of(kind, printer.library, modulus)
        self.arrangement = printer.arrangement_of(claim)
        if kind.is_ordered:
            kind = core_scalars()["rational numbers"]
        if kind.is_type:
            scope = printer.of_type(kind)
        else:
            given = printer.of_class(claim.scalars, numbers.type, numbers.instance)
            scope = printer.concrete(numbers.type, *given, set())
        scope, _ = scope.bind_all(claim.parameters)
        super().__init__(numbers, scope, scope, sizes)

        def given_value(parameter: Parameter) -> Json:
            if parameter.name not in values:
                raise CannotCertify(f"the instance has no {parameter.name}")
            return values[parameter.name]

        self.arguments = self.put(claim.parameters, given_value)
        self.in_order: Callable[..., list[Expression]] = partial(printer.in_order, claim)
        self.assumed = len(claim.hypotheses)

    def applied(self, *proofs: Expression) -> Expression:
        """The claim, as a premise of this name, at this instance and proofs of its hypotheses.

        What follows these proofs, the premise takes last.
        """
        given = self.arguments
        if not self.arrangement.kind:
            given = arrange(self.arrangement, self.numbers.type, self.scope.instance, given)
        assumed, further = proofs[: self.assumed], proofs[self.assumed :]
        return apply(Local("claim"), *self.in_order(given, assumed), *further)

    def sides(self, equation: Equation) -> Sides:
        """An equation with everything that its proofs need."""
        scope = self.scope
        bound: list[tuple[Binder, int]] = []
        for variable in equation.parameters:
            scope, (name, printed) = scope.bind(variable.name, variable.type)
            bound.append(((name, self.at(printed)), self.count(variable.type)))
        # What the equation binds may be called as a parameter is; then it hides it.
        hidden = {name for (name, _), _ in bound}
        known = {name: value for name, value in self.known.items() if name not in hidden}
        left, right = (substitute(scope.term(t), known) for t in (equation.left, equation.right))
        return self.compared(equation.left.type, left, right, bound, equation.relation)
