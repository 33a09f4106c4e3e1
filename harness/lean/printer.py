"""Claims and definitions as Lean expressions, with every argument explicit.

Types are printed as Lean's core has them (`Fin m → Fin n → α` for a matrix), so that nothing
rests on a package's abbreviations; operators on scalars with their instances in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.claims.model import Claim, Definition, Library, ScalarKind
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
    along,
    at_numeral,
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
        constants += [kind.lean_name for kind in library.scalars.values()]
        self.reserved = CORE_NAMES | {name.split(".")[0] for name in constants}

    def claim(self, claim: Claim) -> tuple[tuple[str, ...], Expression]:
        """The universe levels of a claim, and its statement. Raises `CannotPrint`."""
        scope, binders = self.claim_scope(claim)
        body = scope.equation(claim.conclusion)
        for hypothesis in reversed(claim.hypotheses):
            body = arrow(scope.equation(hypothesis.equation), body)
        return levels_of(scope), lean.for_all(binders, body)

    def claim_scope(self, claim: Claim) -> tuple[LeanScope, Binders]:
        """The scope of a claim's hypotheses and conclusion, and the binders of its parameters."""
        return self.signature(
            claim.parameters, [claim.scalars.name], set(_names_of_claim(claim)), instance="inst"
        )

    def definition(self, definition: Definition) -> tuple[LeanScope, Binders]:
        """The scope of a definition's body, and the binders of all that it takes."""
        names = set(_names_of_term(definition.body))
        takes = self.takes(self.library.qualified(definition.name), self.needs[definition.name])
        return self.signature(definition.parameters, takes, names)

    def takes(self, constant: str, needs: tuple[str, ...]) -> tuple[str, ...]:
        """What a constant takes instances of, in order: operations and kinds of scalars."""
        return self.library.takes.get(constant, needs)

    def signature(
        self,
        parameters: Sequence[Parameter],
        takes: Sequence[str],
        taken: set[str] | frozenset[str] = frozenset(),
        instance: str = "inst_class",
    ) -> tuple[LeanScope, Binders]:
        """The scope below a constant over `parameters`, and the binders of all that it takes.

        `takes` are operations and kinds of scalars; an operation is that of the first that has it.
        Over scalars of one type, there is no binder for them.
        """
        kinds = [kind for item in takes if (kind := self.library.scalars.get(item))]
        if kinds and kinds[0].is_type:
            return self._of_type(kinds[0]).bind_all(parameters)
        names = {*taken, *(parameter.name for parameter in parameters)}
        alpha = fresh("α", names)
        own = {alpha}
        binders: Binders = [(alpha, lean.Sort(SCALAR_LEVEL))]
        instances: dict[str, Expression] = {}
        classes: dict[str, Expression] = {}
        for item in takes:
            kind = self.library.scalars.get(item)
            name = fresh(f"inst_{item}" if kind is None else instance, names | own)
            own.add(name)
            if kind is None:
                binders.append((name, instance_type(item, Local(alpha))))
                instances.setdefault(item, Local(name))
                continue
            binders.append((name, self._class(kind, Local(alpha))))
            operations, others = self.of_class(kind, Local(alpha), Local(name))
            instances = operations | instances
            classes = others | classes
        scope, more = self.concrete(Local(alpha), instances, classes, own).bind_all(parameters)
        return scope, binders + more

    def _of_type(self, kind: ScalarKind) -> LeanScope:
        """The scope of a text about one type of scalars, each instance a constant."""
        instances = {
            operation: at_numeral(operation, Constant(path[0]))
            for operation, path in kind.operations.items()
        }
        alpha = Constant(kind.lean_name)
        scope = self.concrete(alpha, instances, {kind.name: alpha}, set())
        return replace(scope, universe="0")

    def concrete(
        self,
        scalars: Expression,
        instances: Mapping[str, Expression],
        classes: Mapping[str, Expression],
        own: set[str],
    ) -> LeanScope:
        """The scope of a text about scalars of one given type; `own` are names to keep off."""
        return LeanScope(
            library=self.library,
            needs=self.needs,
            alpha=scalars,
            universe=SCALAR_LEVEL,
            instances=instances,
            classes=classes,
            taken=frozenset(self.reserved | own),
            levels={},
            sorts={},
            variables={},
        )

    def _class(self, kind: ScalarKind, alpha: Expression) -> Expression:
        return apply(Constant(kind.lean_name, (SCALAR_LEVEL,)), alpha)

    def of_class(
        self, kind: ScalarKind, alpha: Expression, instance: Expression
    ) -> tuple[dict[str, Expression], dict[str, Expression]]:
        """What an instance of a kind's class gives: operations, and instances of other classes."""
        operations = {
            operation: projection(path, operation, alpha, instance)
            for operation, path in kind.operations.items()
        }
        classes = {
            other.name: along(path, alpha, instance)
            for other in self.library.scalars.values()
            if (path := kind.path_to(other)) is not None
        }
        return operations, classes


def levels_of(scope: LeanScope) -> tuple[str, ...]:
    """The universes that a text in this scope ranges over."""
    own = () if scope.universe == "0" else (scope.universe,)
    return (*own, *scope.levels.values())


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
