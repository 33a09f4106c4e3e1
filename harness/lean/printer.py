"""Claims and definitions as Lean expressions, with every argument explicit.

Types are printed as Lean's core has them (`Fin m → Fin n → α` for a matrix), so that nothing
rests on a package's abbreviations; operators on scalars with their instances in full.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.claims.model import (
    ARGUMENT,
    SCALARS,
    Arrangement,
    Claim,
    Definition,
    Library,
    ScalarKind,
)
from harness.claims.needs import definition_needs, taken_by
from harness.language.terms import Call, Equation, Lambda, Term, Variable
from harness.language.transform import fresh, subterms
from harness.language.types import DimVar, Named, Parameter, Sort
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, Local, apply
from harness.lean.orders import ORDERING
from harness.lean.scope import (
    CORE_NAMES,
    POINTED,
    SCALAR_LEVEL,
    LeanScope,
    along,
    arrange,
    instance_type,
    pointed,
    projection,
)

Binders = list[tuple[str, Expression]]

T = TypeVar("T")


class Printer:
    """Prints what the specifications of one library say."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.needs = definition_needs(library.definitions)
        constants = [*library.primitives.values(), *library.constants()]
        constants += [kind.lean_name for kind in library.scalars.values()]
        self.reserved = CORE_NAMES | {name.split(".")[0] for name in constants}

    def claim(self, claim: Claim) -> tuple[tuple[str, ...], Expression]:
        """The universe levels of a claim, and its statement. Raises `CannotPrint`."""
        scope, binders = self.claim_scope(claim)
        assumed = [("", scope.equation(hypothesis.equation)) for hypothesis in claim.hypotheses]
        taken = self.in_order(claim, binders, assumed)
        return levels_of(scope), lean.for_all(taken, scope.equation(claim.conclusion))

    def in_order(self, claim: Claim, taken: Sequence[T], assumed: Sequence[T]) -> list[T]:
        """All that the theorem of a claim takes, in its order.

        `taken` are its scalars, instances and parameters as it takes them, `assumed` something for
        each hypothesis.
        """
        items = self.arrangement_of(claim).items
        places = [i for i in range(len(taken)) if items[i : i + 1] in ((), (ARGUMENT,))]
        found: list[T] = []
        done = 0
        for hypothesis, own in zip(claim.hypotheses, assumed, strict=True):
            before = len(places) if hypothesis.after is None else hypothesis.after
            end = places[before] if before < len(places) else len(taken)
            found += [*taken[done:end], own]
            done = max(done, end)
        return [*found, *taken[done:]]

    def claim_scope(self, claim: Claim) -> tuple[LeanScope, Binders]:
        """The scope of a claim's hypotheses and conclusion, and the binders of its parameters."""
        taken = set(_names_of_claim(claim))
        return self.signature(claim.parameters, self.arrangement_of(claim), taken, "inst")

    def arrangement_of(self, claim: Claim) -> Arrangement:
        """How the theorem of a claim takes its scalars."""
        if claim.scalars.is_type:
            return Arrangement((), claim.scalars.name)
        needs = taken_by(claim, self.library)
        return self.arrangement(self.library.qualified(claim.theorem), needs)

    def definition(
        self, definition: Definition, bridge: str = ""
    ) -> tuple[Arrangement, LeanScope, Binders]:
        """How a definition takes its scalars, the scope of its body, and the binders of all that
        it takes; as the theorem `bridge` does where one is given."""
        names = set(_names_of_term(definition.body))
        constant = bridge or self.library.constant(definition.name)
        own = self.arrangement(constant, self.needs[definition.name])
        return own, *self.signature(definition.parameters, own, names)

    def arrangement(self, constant: str, needs: tuple[str, ...]) -> Arrangement:
        """How a constant takes its scalars; without word of Lean's, in the usual order."""
        return self.library.arrangements.get(constant) or Arrangement((SCALARS, *needs))

    def signature(
        self,
        parameters: Sequence[Parameter],
        arrangement: Arrangement,
        taken: set[str] | frozenset[str] = frozenset(),
        instance: str = "inst_class",
    ) -> tuple[LeanScope, Binders]:
        """The scope below a constant over `parameters`, and the binders of all that it takes.

        An operation is that of its own instance, else of a class, and of two the last, as in Lean.
        """
        if arrangement.kind:
            return self.of_type(self.library.scalars[arrangement.kind]).bind_all(parameters)
        names = {*taken, *(parameter.name for parameter in parameters)}
        alpha = fresh("α", names)
        own = {alpha}
        binders: Binders = []
        instances: dict[str, Expression] = {}
        direct: dict[str, Expression] = {}
        classes: dict[str, Expression] = {}
        for item in (i for i in arrangement.items if i not in (SCALARS, ARGUMENT)):
            kind = self.library.scalars.get(item)
            word = item.replace(".", "_")
            name = fresh(f"inst_{word}" if kind is None else instance, names | own)
            own.add(name)
            if item in ORDERING:
                so_far = self.concrete(Local(alpha), instances | direct, classes, own)
                binders.append((name, so_far.ordering(item)))
                direct[item] = Local(name)
                continue
            if kind is None:
                binders.append((name, instance_type(item, Local(alpha))))
                if item in POINTED:
                    classes[item] = Local(name)
                    way = pointed(item, Local(alpha), SCALAR_LEVEL)
                    direct[POINTED[item][0]] = apply(way, Local(name))
                else:
                    direct[item] = Local(name)
                continue
            binders.append((name, self._class(kind, Local(alpha))))
            operations, others = self.of_class(kind, Local(alpha), Local(name))
            instances |= operations
            classes |= others
        instances |= direct
        scope, more = self.concrete(Local(alpha), instances, classes, own).bind_all(parameters)
        first: tuple[str, Expression] = (alpha, lean.Sort(SCALAR_LEVEL))
        # In their order, since an author may ask for one operation twice.
        rest = iter(binders)
        return scope, arrange(arrangement, first, lambda _: next(rest), more)

    def of_type(self, kind: ScalarKind, own: Collection[str] = ()) -> LeanScope:
        """The scope of a text about one type of scalars, each instance a constant.

        `own` are names to keep off.
        """
        alpha = Constant(kind.lean_name)
        instances = {
            operation: projection(path[1:], operation, alpha, Constant(path[0]), "0")
            for operation, path in kind.operations.items()
        }
        classes: dict[str, Expression] = {kind.name: alpha}
        for other in self.library.scalars.values():
            if other.lean_name in kind.classes:
                instance = Constant(kind.classes[other.lean_name])
                classes |= self.of_class(other, alpha, instance, "0")[1]
        instances |= {n: Constant(own) for n, own in kind.classes.items() if n in ORDERING}
        return replace(self.concrete(alpha, instances, classes, set(own)), universe="0")

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
        self,
        kind: ScalarKind,
        alpha: Expression,
        instance: Expression,
        universe: str = SCALAR_LEVEL,
    ) -> tuple[dict[str, Expression], dict[str, Expression]]:
        """What an instance of a kind's class gives: operations, and instances of other classes."""
        operations = {
            operation: projection(path, operation, alpha, instance, universe)
            for operation, path in kind.operations.items()
        }
        classes = {
            other.name: along(path, alpha, instance, universe)
            for other in self.library.scalars.values()
            if (path := kind.path_to(other)) is not None
        }
        return operations, classes


def applied(definition: Definition) -> Call:
    """A definition at its own parameters."""
    implicit = tuple(
        DimVar(p.name) if p.sort is Sort.DIMENSION else Named(p.name)
        for p in definition.parameters
        if not p.is_explicit
    )
    arguments = tuple(Variable(p.name, p.type) for p in definition.parameters if p.is_explicit)
    return Call(definition.name, implicit, arguments, definition.body.type)


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
