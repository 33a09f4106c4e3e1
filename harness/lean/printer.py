"""Claims and definitions as Lean expressions, with every argument explicit.

Types are printed as Lean's core has them (`Fin m → Fin n → α` for a matrix), so that nothing
rests on a package's abbreviations; operators on scalars with their instances in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.claims.model import Claim, Definition, Library
from harness.language.terms import Equation, Lambda, Term, Variable
from harness.language.transform import fresh, subterms
from harness.language.types import Parameter
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, Local, apply, arrow
from harness.lean.instances import definition_needs
from harness.lean.scope import (
    CORE_NAMES,
    SCALAR_LEVEL,
    LeanScope,
    instance_type,
    projection,
)

Binders = list[tuple[str, Expression]]


class Printer:
    """Prints what the specifications of one library say."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.needs = definition_needs(library.definitions)
        constants = [*library.primitives.values(), *map(library.qualified, library.definitions)]
        constants += [kind.lean_class for kind in library.scalars.values()]
        self.reserved = CORE_NAMES | {name.split(".")[0] for name in constants}

    def claim(self, claim: Claim) -> tuple[tuple[str, ...], Expression]:
        """The universe levels of a claim, and its statement. Raises `CannotPrint`."""
        scope, binders = self.claim_scope(claim)
        body = scope.equation(claim.conclusion)
        for hypothesis in reversed(claim.hypotheses):
            body = arrow(scope.equation(hypothesis.equation), body)
        return (SCALAR_LEVEL, *scope.levels.values()), lean.for_all(binders, body)

    def claim_scope(self, claim: Claim) -> tuple[LeanScope, Binders]:
        """The scope of a claim's hypotheses and conclusion, and the binders of its parameters."""
        taken = set(_names_of_claim(claim))
        alpha = fresh("α", taken)
        instance = fresh("inst", taken | {alpha})
        operations = claim.scalars.operations
        instances = {
            operation: projection(path, operation, Local(alpha), Local(instance))
            for operation, path in operations.items()
        }
        scope = self._scope(alpha, instances, {alpha, instance})
        scope, binders = scope.bind_all(claim.parameters)
        class_ = apply(Constant(claim.scalars.lean_class, (SCALAR_LEVEL,)), Local(alpha))
        first: Binders = [(alpha, lean.Sort(SCALAR_LEVEL)), (instance, class_)]
        return scope, [*first, *binders]

    def definition(self, definition: Definition) -> tuple[LeanScope, Binders]:
        """The scope of a definition's body, and the binders of all that it takes."""
        names = set(_names_of_term(definition.body))
        return self.signature(definition.parameters, self.needs[definition.name], names)

    def signature(
        self,
        parameters: Sequence[Parameter],
        operations: Sequence[str],
        taken: set[str] | frozenset[str] = frozenset(),
    ) -> tuple[LeanScope, Binders]:
        """The scope below a constant over `parameters`, and the binders of all that it takes."""
        names = {*taken, *(parameter.name for parameter in parameters)}
        alpha = fresh("α", names)
        own = {alpha}
        binders: Binders = [(alpha, lean.Sort(SCALAR_LEVEL))]
        instances: dict[str, Expression] = {}
        for operation in operations:
            name = fresh(f"inst_{operation}", names | own)
            own.add(name)
            binders.append((name, instance_type(operation, Local(alpha))))
            instances[operation] = Local(name)
        scope, more = self._scope(alpha, instances, own).bind_all(parameters)
        return scope, binders + more

    def concrete(
        self, scalars: Expression, instances: Mapping[str, Expression], own: set[str]
    ) -> LeanScope:
        """The scope of a text about scalars of one given type; `own` are names to keep off."""
        taken = frozenset(self.reserved | own)
        return LeanScope(self.library, self.needs, scalars, instances, taken, {}, {}, {})

    def _scope(self, alpha: str, instances: dict[str, Expression], own: set[str]) -> LeanScope:
        return self.concrete(Local(alpha), instances, own)


def _names_of_term(term: Term) -> Iterator[str]:
    for part in subterms(term):
        match part:
            case Variable(name):
                yield name
            case Lambda(parameter):
                yield parameter.name


def _names_of_equation(equation: Equation) -> Iterator[str]:
    yield from (variable.name for variable in equation.parameters)
    yield from _names_of_term(equation.left)
    yield from _names_of_term(equation.right)


def _names_of_claim(claim: Claim) -> Iterator[str]:
    yield from (parameter.name for parameter in claim.parameters)
    for hypothesis in claim.hypotheses:
        yield from _names_of_equation(hypothesis.equation)
    yield from _names_of_equation(claim.conclusion)
