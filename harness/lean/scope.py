"""Terms as Lean expressions, within a scope that knows what each name is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harness.claims.model import ARGUMENT, ORDERS, SCALARS, Arrangement, Library
from harness.claims.needs import needs_of
from harness.language.prelude import meaning, sum_of_ones
from harness.language.primitives import OPERATIONS
from harness.language.syntax import CONDITIONS
from harness.language.terms import (
    Apply,
    Call,
    Equation,
    Lambda,
    Primitive,
    Relation,
    Term,
    Variable,
)
from harness.language.transform import fresh
from harness.language.types import (
    SCALAR,
    Dim,
    DimLit,
    DimProduct,
    DimSum,
    DimVar,
    Function,
    Index,
    Matrix,
    Named,
    Parameter,
    Scalar,
    Sort,
    Type,
    Vector,
    resolve,
)
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, Literal, Local, apply, arrow
from harness.lean.orders import DECIDING, ORDERING, WEAKER
from harness.lean.reach import is_spelt_out

T = TypeVar("T")

SCALAR_LEVEL = "u"
"""The universe of the scalars; the types that a text ranges over have one each, `v`, `v_1`, …"""

CLASSES = {
    "zero": "OfNat",
    "one": "OfNat",
    "add": "Add",
    "multiply": "Mul",
    "power": "HPow",
    "negate": "Neg",
    "subtract": "Sub",
    "divide": "Div",
}
NUMERALS = {"zero": 0, "one": 1}
POINTED = {
    "Zero": ("zero", "Zero.toOfNat0", "Zero.ofOfNat0"),
    "One": ("one", "One.toOfNat1", "One.ofOfNat1"),
}
"""Lean's other classes of 0 and 1: the operation, and the ways from the class to the numeral and
back."""
_BINARY = {
    "add": ("HAdd.hAdd", "instHAdd"),
    "multiply": ("HMul.hMul", "instHMul"),
    "subtract": ("HSub.hSub", "instHSub"),
    "divide": ("HDiv.hDiv", "instHDiv"),
}

_RELATIONS = {
    "if_le": ("LE.le", "instLENat", "Nat.decLe"),
    "if_lt": ("LT.lt", "instLTNat", "Nat.decLt"),
}

_OF_SCALARS = {of_scalars: Relation(sign) for sign, (_, of_scalars) in CONDITIONS.items()}
"""By which relation of two scalars an operator chooses."""

assert set(CLASSES) == set(OPERATIONS)

CORE_NAMES = frozenset(
    name.split(".")[0]
    for name in (
        *("Eq", "Fin", "Lean", "Nat", "Neg", "instOfNatNat", "instAddNat", "instMulNat"),
        *CLASSES.values(),
        *POINTED,
        *(name for pair in _BINARY.values() for name in pair),
        *(name for relation in _RELATIONS.values() for name in relation),
        *("ite", "instDecidableEqFin"),
    )
)
"""What the printed text cites; no variable in it may be called so."""


class CannotPrint(Exception):
    """A term has no Lean text in this library; says what is missing."""


def numeral(value: int) -> Expression:
    """A numeral of type `Nat`, as Lean elaborates it."""
    literal = Literal(value)
    instance = apply(Constant("instOfNatNat"), literal)
    return apply(Constant("OfNat.ofNat", ("0",)), lean.NAT, literal, instance)


def instance_type(operation: str, alpha: Expression) -> Expression:
    """The class of an operation on scalars, or one of `POINTED`, at the type `alpha`."""
    if operation in POINTED:
        return apply(Constant(operation, (SCALAR_LEVEL,)), alpha)
    if operation == "power":
        return apply(Constant("HPow", (SCALAR_LEVEL, "0", SCALAR_LEVEL)), alpha, lean.NAT, alpha)
    class_ = apply(Constant(CLASSES[operation], (SCALAR_LEVEL,)), alpha)
    return at_numeral(operation, class_)


def pointed(item: str, alpha: Expression, universe: str, *, back: bool = False) -> Expression:
    """The way from an instance of `Zero` to one of `OfNat α 0`, or back; so of `One`."""
    _, there, here = POINTED[item]
    return apply(Constant(here if back else there, (universe,)), alpha)


def at_numeral(operation: str, of_number: Expression) -> Expression:
    """What stands for an operation: of 0 and 1 the class and its instances ask which number."""
    if operation in NUMERALS:
        return apply(of_number, numeral(NUMERALS[operation]))
    return of_number


def along(
    path: Sequence[str], alpha: Expression, instance: Expression, universe: str = SCALAR_LEVEL
) -> Expression:
    """The instance to which these projections lead from the instance of a larger class."""
    for name in path:
        instance = apply(Constant(name, (universe,)), alpha, instance)
    return instance


def projection(
    path: Sequence[str],
    operation: str,
    alpha: Expression,
    instance: Expression,
    universe: str = SCALAR_LEVEL,
) -> Expression:
    """The instance of an operation that `path` finds in the instance of a larger class."""
    found = along(path, alpha, instance, universe)
    # From `Zero α` on it leads to an instance for 0 alone, and not for all numerals.
    is_pointed = bool(path) and path[-1] in {there for _, there, _ in POINTED.values()}
    return found if is_pointed else at_numeral(operation, found)


def arrange(
    arrangement: Arrangement, scalars: T, instance: Callable[[str], T], arguments: Sequence[T]
) -> list[T]:
    """All that a constant is applied to, in its order."""
    rest = iter(arguments)
    found = [
        scalars if item == SCALARS else next(rest) if item == ARGUMENT else instance(item)
        for item in arrangement.items
    ]
    return [*found, *rest]


@dataclass(frozen=True)
class LeanScope:
    """What is in scope where a term is printed, and how it is called there."""

    library: Library
    needs: Mapping[str, tuple[str, ...]]
    """The operations that each definition takes instances of."""
    alpha: Expression
    """The type of the scalars."""
    universe: str
    """The universe that it lies in."""
    instances: Mapping[str, Expression]
    """The instance of each operation."""
    classes: Mapping[str, Expression]
    """The instance of the class of each kind of scalars that these are."""
    taken: frozenset[str]
    """Names that a new binder must not take."""
    levels: Mapping[str, str]
    """The universe of each type that the text ranges over."""
    sorts: Mapping[str, str]
    """How dimensions and types are called."""
    variables: Mapping[str, str]
    """How variables are called."""

    # -- binders ---------------------------------------------------------------------------------

    def bind_all(
        self, parameters: Sequence[Parameter]
    ) -> tuple[LeanScope, list[tuple[str, Expression]]]:
        """The scope below `parameters`, and their binders."""
        scope = self
        binders: list[tuple[str, Expression]] = []
        for parameter in parameters:
            match parameter.sort:
                case Sort.DIMENSION:
                    name, scope = scope._named(parameter.name, sort=True)
                    binders.append((name, lean.NAT))
                case Sort.TYPE:
                    name, scope = scope._named(parameter.name, sort=True)
                    level = "v" if not scope.levels else f"v_{len(scope.levels)}"
                    levels = {**scope.levels, parameter.name: level}
                    scope = replace(scope, levels=levels)
                    binders.append((name, lean.Sort(level)))
                case type_:
                    scope, binder = scope.bind(parameter.name, type_)
                    binders.append(binder)
        return scope, binders

    def bind(self, name: str, type_: Type) -> tuple[LeanScope, tuple[str, Expression]]:
        """The scope below one variable, and its binder."""
        printed = self.type(type_)
        called, scope = self._named(name)
        return scope, (called, printed)

    def _named(self, name: str, *, sort: bool = False) -> tuple[str, LeanScope]:
        # A variable may hide another variable, as it does in the claim language; but dimensions
        # and types have names of their own there, and Lean's are all one.
        hidden = self.taken | set(self.sorts.values())
        if sort:
            hidden |= set(self.variables.values())
        called = fresh(name, set(hidden)) if name in hidden else name
        if sort:
            return called, replace(self, sorts={**self.sorts, name: called})
        return called, replace(self, variables={**self.variables, name: called})

    def local(self, parameter: Parameter) -> Local:
        """How a parameter in scope is called."""
        names = self.variables if parameter.is_explicit else self.sorts
        return Local(names[parameter.name])

    # -- types -----------------------------------------------------------------------------------

    def dimension(self, dim: Dim) -> Expression:
        """A dimension as a term of type `Nat`."""
        match resolve(dim):
            case DimVar(name):
                return Local(self.sorts[name])
            case DimLit(value):
                return numeral(value)
            case DimSum(left, right):
                return self._nat("HAdd.hAdd", "instHAdd", "instAddNat", left, right)
            case DimProduct(left, right):
                return self._nat("HMul.hMul", "instHMul", "instMulNat", left, right)
            case _:
                raise CannotPrint("a dimension that was never found")

    def _nat(self, operator: str, wrapper: str, own: str, left: Dim, right: Dim) -> Expression:
        nat = lean.NAT
        head = apply(Constant(operator, ("0", "0", "0")), nat, nat, nat)
        instance = apply(Constant(wrapper, ("0",)), nat, Constant(own))
        return apply(head, instance, self.dimension(left), self.dimension(right))

    def type(self, type_: Type) -> Expression:
        """A type of the claim language, as Lean's core has it."""
        match resolve(type_):
            case Scalar():
                return self.alpha
            case Vector(size):
                return arrow(self._index(size), self.alpha)
            case Matrix(rows, columns):
                return arrow(self._index(rows), arrow(self._index(columns), self.alpha))
            case Index(size):
                return self._index(size)
            case Named(name):
                return Local(self.sorts[name])
            case Function(source, target):
                return arrow(self.type(source), self.type(target))
            case _:
                raise CannotPrint("a type that was never found")

    def _index(self, size: Dim) -> Expression:
        return apply(Constant("Fin"), self.dimension(size))

    def level(self, type_: Type) -> str:
        """The universe of a type that is not one of functions."""
        match resolve(type_):
            case Index():
                return "0"
            case Named(name):
                return self.levels[name]
            case Function():
                raise CannotPrint("functions as values: an equation or a type argument of them")
            case _:
                return self.universe

    # -- terms -----------------------------------------------------------------------------------

    def equation(self, equation: Equation) -> Expression:
        """A hypothesis or a conclusion."""
        scope, binders = self, []
        for variable in equation.parameters:
            scope, binder = scope.bind(variable.name, variable.type)
            binders.append(binder)
        relation = scope.relation(equation.relation, equation.left.type)
        sides = scope.term(equation.left), scope.term(equation.right)
        return lean.for_all(binders, apply(relation, *sides))

    def relation(self, relation: Relation, type_: Type) -> Expression:
        """What holds of two terms of a type, as a function of them."""
        if relation.is_order:
            class_ = ORDERS[relation]
            head = Constant(f"{class_}.{class_.lower()}", (self.universe,))
            return apply(head, self.alpha, self.instance(class_))
        head = Constant("Eq" if relation is Relation.EQUAL else "Ne", (f"+{self.level(type_)}",))
        return apply(head, self.type(type_))

    def term(self, term: Term) -> Expression:
        """Any term of the claim language."""
        match term:
            case Variable(name):
                return Local(self.variables[name])
            case Apply(function, argument):
                return apply(self.term(function), self.term(argument))
            case Lambda(parameter, body):
                scope, binder = self.bind(parameter.name, parameter.type)
                return lean.function([binder], scope.term(body))
            case Call(definition, implicit, arguments):
                return self._call(definition, implicit, arguments)
            case Primitive("vector" | "tabulate", _, (family,)):
                return self.term(family)
            case Primitive("entry" | "matrix_entry", _, arguments):
                return apply(*map(self.term, arguments))
            case Primitive("numeral", (DimLit(value),)):
                return self._numeral(value)
            case Primitive("power", (DimLit(value),), (base,)):
                return self._power(self.term(base), value)
            case Primitive(operator, _, arguments) if operator in CLASSES:
                return self.operate(operator, *map(self.term, arguments))
            case Primitive("if_le" | "if_lt" | "if_eq" as operator, (size,), arguments):
                return self._choice(operator, size, *map(self.term, arguments))
            case Primitive(operator, _, arguments) if operator in _OF_SCALARS:
                return self._choice_of(_OF_SCALARS[operator], *map(self.term, arguments))
            case Primitive(operator) if is_spelt_out(self.library, operator):
                return self.term(meaning(term, "the mirror"))
            case Primitive(operator, dims, arguments):
                given = [*map(self.dimension, dims), *map(self.term, arguments)]
                return self.constant(self._primitive(operator), (), needs_of(operator), given)

    def operate(self, operation: str, *arguments: Expression) -> Expression:
        """An operation on scalars, at given ones."""
        u, instance = self.universe, self.instance(operation)
        if operation in NUMERALS:
            value = numeral(NUMERALS[operation])
            return apply(Constant("OfNat.ofNat", (u,)), self.alpha, value, instance)
        if operation == "negate":
            return apply(Constant("Neg.neg", (u,)), self.alpha, instance, *arguments)
        operator, wrapper = _BINARY[operation]
        homogeneous = apply(Constant(wrapper, (u,)), self.alpha, instance)
        head = apply(Constant(operator, (u, u, u)), self.alpha, self.alpha, self.alpha)
        return apply(head, homogeneous, *arguments)

    def _power(self, base: Expression, exponent: int) -> Expression:
        """`base ^ exponent`, where the exponent is a natural number."""
        u, alpha = self.universe, self.alpha
        head = apply(Constant("HPow.hPow", (u, "0", u)), alpha, lean.NAT, alpha)
        return apply(head, self.instance("power"), base, numeral(exponent))

    def _numeral(self, value: int) -> Expression:
        """A number, by what gives 0 where that gives the others as well."""
        match self.instance("zero"):
            case lean.Application(of_number, zero) if zero == numeral(0):
                instance = apply(of_number, numeral(value))
                return apply(
                    Constant("OfNat.ofNat", (self.universe,)), self.alpha, numeral(value), instance
                )
            case Constant():
                # What computes has an instance of each of 0 and 1, and no more.
                return self.term(sum_of_ones(value))
        raise CannotPrint(f"scalars of this kind have no number {value}, but 0 and 1")

    def _choice(
        self, operator: str, size: Dim, i: Expression, j: Expression, *values: Expression
    ) -> Expression:
        """`if i ≤ j then … else …`, where indices are compared as the numbers that they are."""
        if operator == "if_eq":
            condition = apply(Constant("Eq", ("+0",)), self._index(size), i, j)
            decided = apply(Constant("instDecidableEqFin"), self.dimension(size), i, j)
        else:
            value = apply(Constant("Fin.val"), self.dimension(size))
            numbers = apply(value, i), apply(value, j)
            relation, instance, decide = _RELATIONS[operator]
            condition = apply(Constant(relation, ("0",)), lean.NAT, Constant(instance), *numbers)
            decided = apply(Constant(decide), *numbers)
        head = Constant("ite", (f"+{self.universe}",))
        return apply(head, self.alpha, condition, decided, *values)

    def _choice_of(
        self, relation: Relation, x: Expression, y: Expression, *values: Expression
    ) -> Expression:
        """`if x ≤ y then … else …` of scalars."""
        condition = apply(self.relation(relation, SCALAR), x, y)
        decided = apply(self.instance(DECIDING[relation]), x, y)
        head = Constant("ite", (f"+{self.universe}",))
        return apply(head, self.alpha, condition, decided, *values)

    def instance(self, item: str) -> Expression:
        """The instance of an operation, a class of an order, or the class of a kind of scalars."""
        found = self._instance(item)
        if found is None:
            what = "are no" if item in self.library.scalars else "have no operation"
            what = "have no instance of" if item in ORDERING else what
            raise CannotPrint(f"scalars of this kind {what} {item!r}")
        return found

    def _instance(self, item: str) -> Expression | None:
        found = self.instances.get(item) or self.classes.get(item)
        if found is None and item in POINTED:
            way = pointed(item, self.alpha, self.universe, back=True)
            return apply(way, self.instance(POINTED[item][0]))
        for stronger, way_down in WEAKER.get(item, ()):
            if found is None and (own := self._instance(stronger)) is not None:
                head = apply(Constant(way_down, (self.universe,)), self.alpha)
                found = apply(head, *map(self.instance, ORDERING[stronger]), own)
        return found

    def ordering(self, item: str) -> Expression:
        """The type of an instance of a class of an order."""
        # `DecidableEq` is of any `Sort`, the others of a `Type`.
        level = f"+{self.universe}" if item == "DecidableEq" else self.universe
        head = apply(Constant(item, (level,)), self.alpha)
        return apply(head, *map(self.instance, ORDERING[item]))

    def _primitive(self, operator: str) -> str:
        if operator not in self.library.primitives:
            message = f"definitions.yaml names no Lean constant for the primitive {operator!r}"
            raise CannotPrint(message)
        return self.library.primitives[operator]

    def _call(
        self, name: str, implicit: tuple[Dim | Type, ...], arguments: tuple[Term, ...]
    ) -> Expression:
        levels: list[str] = []
        given: list[Expression] = []
        found, explicit = iter(implicit), iter(arguments)
        for parameter in self.library.definitions[name].parameters:
            if parameter.is_explicit:
                given.append(self.term(next(explicit)))
                continue
            item = next(found)
            if isinstance(item, Dim):
                given.append(self.dimension(item))
            else:
                given.append(self.type(item))
                levels.append(self.level(item))
        return self.constant(self.library.constant(name), levels, self.needs[name], given)

    def constant(
        self,
        name: str,
        levels: Sequence[str],
        operations: Sequence[str],
        arguments: Sequence[Expression],
    ) -> Expression:
        """A definition's constant at these scalars and all its arguments.

        It takes instances of `operations`, unless the library has another arrangement of it.
        `levels` are the universes of the types among the arguments.
        """
        own = self.library.arrangements.get(name) or Arrangement((SCALARS, *operations))
        if own.kind:
            self.instance(own.kind)
            return apply(Constant(name, tuple(levels)), *arguments)
        head = Constant(name, (self.universe, *levels))
        return apply(head, *arrange(own, self.alpha, self.instance, arguments))
