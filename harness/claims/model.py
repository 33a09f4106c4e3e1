"""What the rest of the harness works on: claims, the library of definitions, a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from harness.claims.document import Document, YamlPath
from harness.diagnostics import Diagnostic
from harness.language.scope import DefinitionType, Scope
from harness.language.terms import Equation, Relation, Span, Term
from harness.language.transform import equation_variables
from harness.language.types import Parameter


@dataclass(frozen=True)
class Place:
    """The part of a file that something was read from."""

    document: Document
    path: YamlPath

    @property
    def file(self) -> str:
        return self.document.name

    @property
    def line(self) -> int:
        return self.document.line(self.path)

    def span(self, span: Span | None) -> tuple[int, int]:
        """Line and column, from 1, of a part of the text at this place."""
        found = self.document.fault_within(self.path, span[0] if span else 0, "")
        return found.line, found.column


@dataclass(frozen=True)
class Hypothesis:
    """A named assumption of a claim."""

    name: str
    equation: Equation
    text: str
    place: Place | None = field(default=None, compare=False, repr=False)
    after: int | None = field(default=None, compare=False)
    """How many of the claim's parameters Lean's theorem takes before it; `None` of all."""


@dataclass(frozen=True)
class Sample:
    """How the author makes instances: a variable of the claim, and what it is."""

    name: str
    term: Term
    text: str
    drawn: tuple[Parameter, ...]
    """What stands in it that is no variable of the claim: drawn freely."""


@dataclass(frozen=True)
class Definition:
    """A named term: `name(arguments) = body`."""

    name: str
    says: str
    parameters: tuple[Parameter, ...]
    body: Term
    text: str
    lean_name: str = ""
    """What Lean calls it within the namespace, where that is not its name here."""
    vacuous: str = ""
    """Why it is meant to ignore what it ignores, as the specification says."""
    place: Place | None = field(default=None, compare=False, repr=False)
    doubts: tuple[Diagnostic, ...] = field(default=(), compare=False, repr=False)
    """What a reader may mistake in it; shown with every answer about it."""

    @property
    def type(self) -> DefinitionType:
        return DefinitionType(self.parameters, self.body.type)

    def detached(self) -> Definition:
        """The definition without the file that it was read from."""
        return replace(self, place=None, doubts=())


_RING = frozenset({"zero", "one", "add", "multiply", "power", "negate", "subtract"})
_FIELD = _RING | {"divide"}
LAWFUL: Mapping[str, frozenset[str]] = {
    "Nat": _RING - {"negate", "subtract"},
    "Int": _RING,
    **dict.fromkeys(("Lean.Grind.CommRing", "CommRing"), _RING),
    **dict.fromkeys(("Rat", "Real", "Complex", "Lean.Grind.Field", "Field"), _FIELD),
}
"""Of each type and class that the engines know, the operations by the laws of a ring or field.

Others may go by the same sign: `Nat` has a subtraction that stops at 0, `Int` a division that
rounds, and the multiplication of a ring need not commute.
"""


ORDERS: Mapping[str, str] = {Relation.AT_MOST: "LE", Relation.LESS: "LT"}
"""The Lean class of each relation of an order."""


@dataclass(frozen=True)
class ScalarKind:
    """A kind of scalars: those of a Lean class, or one Lean type such as `Int`.

    Of a class, an operation is a chain of projections, applied to its instance; of a type, the
    constant that is the instance of that operation, and what leads on from there.
    """

    name: str
    lean_name: str
    """The full name of the class or the type."""
    operations: Mapping[str, tuple[str, ...]]
    is_type: bool = False
    classes: Mapping[str, str] = field(default_factory=dict)
    """The constants that are a type's instances of classes, by the classes' full names; of a class,
    those that make one of its instances an instance of another."""
    is_ordered: bool = False
    """Of a class, whether its scalars have an order beside it, by classes of its own."""
    is_named_here: bool = False
    """Whether its name is one of the project's own, which may be anything."""

    @property
    def title(self) -> str:
        """What a reader is told of it: beside a name of the project's own, which scalars it is."""
        return f"{self.name} ({self.lean_name} in Lean)" if self.is_named_here else self.name

    @property
    def order(self) -> frozenset[str]:
        """Which of `≤` and `<` its scalars have."""
        return frozenset(
            sign for sign, name in ORDERS.items() if self.is_ordered or name in self.classes
        )

    @property
    def is_any(self) -> bool:
        """Whether claims are about every ring or field, numbers modulo a prime among them."""
        return not self.is_type and not self.is_ordered

    @property
    def has_laws(self) -> bool:
        """Whether all operations of these scalars have the laws that the engines compute by."""
        known = LAWFUL.get(self.lean_name)
        return known is not None and self.operations.keys() <= known

    @property
    def has_characteristic_0(self) -> bool:
        """Whether no sum 1 + … + 1 is 0, so that what follows over the fractions holds."""
        is_field = "divide" in self.operations
        return (self.is_type and self.has_laws) or (self.is_ordered and is_field)

    @property
    def has_numbers(self) -> bool:
        """Whether what gives 0 gives all other numbers as well, as `OfNat α 0` alone does not."""
        zero = self.operations.get("zero", ())
        return bool(zero) and zero[-1] != "Zero.toOfNat0"

    def path_to(self, other: ScalarKind) -> tuple[str, ...] | None:
        """The projections from an instance of this class to one of `other`'s; `None` without any.

        They are what every operation of `other` has before it here: a field gives `zero` by
        `toCommRing, ofNat` and a ring by `ofNat`, so `toCommRing` leads from the one to the other.
        """
        if other.is_type != self.is_type or self.is_type:
            return () if other == self else None
        if other.lean_name == self.lean_name:
            return ()
        if other.lean_name in self.classes:
            return (self.classes[other.lean_name],)
        found: set[tuple[str, ...]] = set()
        for operation, path in other.operations.items():
            if operation == "power" and operation not in self.operations:
                continue  # whoever wrote down a class need not have spoken of powers
            own = self.operations.get(operation, ())
            if own[-len(path) :] != path:
                return None
            found.add(own[: -len(path)])
        # No step leads from a class to another one.
        return found.pop() if len(found) == 1 and () not in found else None


ANY_TYPE = ScalarKind("any type", "", {})
"""Scalars of which nothing is known: a theorem takes an instance of each operation, or of none."""

TO_BE_SAID = "TODO, in a sentence of plain English."
"""What a draft says until somebody says it."""

OPERATORS = "HarnessOperators"
"""The module and namespace of the operators that are said as Lean terms."""

INSTANCES = "HarnessInstances"
"""The module of the instances that Lean finds: it imports nothing of the package, whose notation
and macros could make them anything."""

REFERENCE = "HarnessReference"
"""The namespace of the definitions that say what each operator means."""

OWN_NAMES = frozenset({OPERATORS, INSTANCES, REFERENCE})
"""Namespaces of the harness's own: no package declares a name in them, and no project says one."""

SHAPES = {"vector": "Fin n → α", "matrix": "Fin m → Fin n → α"}
"""How a package writes the types of vectors and matrices, unless it says otherwise."""

ROOT = "_root_."
"""Before a name of Lean's that does not lie in the namespace."""

SCALARS, ARGUMENT = "scalars", "argument"
"""The type of scalars, and whatever a specification lists, in an `Arrangement`."""


@dataclass(frozen=True)
class Universes:
    """In which universes the types lie that a Lean constant ranges over.

    Of `theorem t.{u} {α P : Type u} {Q : Type} {R : Sort v}` they are `Sort` of `u + 1`, `u + 1`,
    1 and `v`.
    """

    parameters: int
    """How many there are to choose; the first is called `u` here, then `v`, `v_1` and so on, in
    the order in which the constant declares them."""
    types: tuple[str, ...]
    """The `Sort` of the scalars, where they are one of the types, then of each other: a level such
    as `+u`, `+0`, `v` or `+(u|v)`, which is `max u v + 1` (`lean/levels.py`)."""


@dataclass(frozen=True)
class Arrangement:
    """How a Lean constant takes its scalars and the operations on them.

    `dot {n : Nat} {α : Type u} [Mul α] [CommRing α] (u v : …)` has the items `argument, scalars,
    multiply, commutative ring`; what comes after the last instance are arguments.
    """

    items: tuple[str, ...]
    """`SCALARS`, `ARGUMENT`, operations, and kinds of scalars for an instance of their class."""
    kind: str = ""
    """The kind of scalars that it is about alone, such as the integers; it takes none then."""
    universes: Universes | None = None
    """`None` where each type lies in a universe of its own, `Type u`, `Type v` and so on."""


@dataclass(frozen=True)
class Library:
    """Everything in `definitions.yaml`."""

    namespace: str
    scalars: Mapping[str, ScalarKind]
    primitives: Mapping[str, str]
    """The Lean constant, in full, of each primitive that the project's claims may use."""
    definitions: Mapping[str, Definition]
    bridges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The theorems, in full, that prove a constant to be what an operator or a definition is, where
    it is not by definition: two of a sum, of nothing and of one term more; one of any other."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """The Lean terms of operators that have no constant of the package's; they get one of ours."""
    shapes: Mapping[str, str] = field(default_factory=dict)
    """How Lean text writes the types in `SHAPES`, where not so."""
    arrangements: Mapping[str, Arrangement] = field(default_factory=dict)
    """How Lean constants take their scalars, by full name, where it is not the usual way.

    Nobody writes this down: Lean is asked (`lean/arrangement`).
    """
    document: Document | None = field(default=None, compare=False, repr=False)
    means: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What variables stand for in all claims, for readers; nothing that is checked."""
    extends: str = ""
    """The shipped profile that it builds on, such as that for Mathlib."""
    borrowed: frozenset[str] = frozenset()
    """The operators whose terms are the profile's; one that Lean does not take is left out."""
    believed: tuple[str, ...] = ()
    """The first names of modules that are believed where they were fetched, as Lean's own are."""

    def scope(self, parameters: tuple[Parameter, ...]) -> Scope:
        """What a text over these parameters may speak of."""
        return Scope({name: d.type for name, d in self.definitions.items()}, parameters)

    def qualified(self, name: str) -> str:
        """The full Lean name of what is called `name` within the namespace.

        `_root_.A.b` is `A.b`, wherever the namespace is, as in Lean.
        """
        if name.startswith(ROOT):
            return name.removeprefix(ROOT)
        return f"{self.namespace}.{name}" if self.namespace else name

    def relative(self, constant: str) -> str:
        """What a Lean constant is called within the namespace: `qualified` gives it back."""
        if constant.startswith(prefix := self.qualified("")):
            return constant.removeprefix(prefix)
        return f"{ROOT}{constant}"

    def constant(self, definition: str) -> str:
        """The full Lean name of a definition of the library."""
        return self.qualified(self.definitions[definition].lean_name or definition)

    def constants(self) -> list[str]:
        """The full Lean names of all definitions of the library."""
        return list(map(self.constant, self.definitions))

    def detached(self) -> Library:
        """The library without the files that it was read from."""
        definitions = {name: d.detached() for name, d in self.definitions.items()}
        return replace(self, document=None, definitions=definitions)


@dataclass(frozen=True)
class Claim:
    """A theorem's statement: for all parameters, hypotheses imply the conclusion."""

    theorem: str
    says: str
    scalars: ScalarKind
    parameters: tuple[Parameter, ...]
    hypotheses: tuple[Hypothesis, ...]
    conclusion: Equation
    conclusion_text: str
    source: str = ""
    samples: tuple[Sample, ...] = ()
    """What random instances are made of where their author says so; no part of the statement."""
    waived: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What its variables stand for where the library does not say so, or otherwise."""
    compares: bool = False
    """Whether something in it, or in what it calls, is chosen by an order of scalars."""
    vacuous: str = ""
    """Why a claim that says nothing is claimed all the same, as the specification says."""
    place: Place | None = field(default=None, compare=False, repr=False)
    doubts: tuple[Diagnostic, ...] = field(default=(), compare=False, repr=False)
    """What a reader may mistake in it; shown with every answer about it."""

    @property
    def has_relations(self) -> bool:
        """Whether anything in it is no equation, or chosen by what is none."""
        equations = (self.conclusion, *self.assumed)
        return self.compares or not all(e.is_equation for e in equations)

    @property
    def has_order(self) -> bool:
        """Whether anything in it is ordered."""
        return self.compares or any(e.relation.is_order for e in (self.conclusion, *self.assumed))

    @property
    def has_sizes(self) -> bool:
        """Whether it is about all dimensions, or types."""
        return any(not p.is_explicit for p in self.parameters)

    @property
    def assumed(self) -> tuple[Equation, ...]:
        """What the hypotheses say."""
        return tuple(h.equation for h in self.hypotheses)

    @property
    def explicit(self) -> tuple[Parameter, ...]:
        """Its variables: what it ranges over less dimensions and types."""
        return tuple(p for p in self.parameters if p.is_explicit)

    @property
    def sized(self) -> list[str]:
        """Its dimensions and types, by name: what an instance has a size for."""
        return [p.name for p in self.parameters if not p.is_explicit]

    @property
    def spoken(self) -> set[str]:
        """The variables that hypotheses speak of, by name."""
        return set[str]().union(*map(equation_variables, self.assumed))

    def without(self, hypothesis: str) -> Claim:
        """The claim with one hypothesis less."""
        kept = tuple(h for h in self.hypotheses if h.name != hypothesis)
        return replace(self, hypotheses=kept)

    def changed(self, change: Callable[[Equation], Equation]) -> Claim:
        """The claim with what becomes of its hypotheses and its conclusion in their place."""
        hypotheses = tuple(replace(h, equation=change(h.equation)) for h in self.hypotheses)
        return replace(self, hypotheses=hypotheses, conclusion=change(self.conclusion))

    def detached(self) -> Claim:
        """The claim without the file that it was read from."""
        hypotheses = tuple(replace(h, place=None) for h in self.hypotheses)
        return replace(self, place=None, doubts=(), hypotheses=hypotheses)
