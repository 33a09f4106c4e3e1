"""A whole theorem as the draft of a claim; what cannot be read is kept in Lean's own text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.claims.model import ANY_TYPE, Library, ScalarKind
from harness.language.terms import Equation
from harness.language.tokens import is_identifier
from harness.language.transform import fresh, primitives
from harness.language.types import Parameter, Sort, Type
from harness.lean import expression as lean
from harness.lean.draft.conversions import Unreadable
from harness.lean.draft.pattern import Pattern
from harness.lean.draft.reader import NO_NUMBERS, Misread, Reader
from harness.lean.draft.remedies import WIDER
from harness.lean.draft.signature import is_size
from harness.lean.draft.types import Names, numeral_of
from harness.lean.expression import Constant, Expression, ForAll, Local, constants, spine
from harness.lean.orders import ORDERING
from harness.lean.scope import CLASSES, POINTED
from harness.lean.stored import base_name, names, short, shown, spoken_name, unfolded

_OPERATIONS = {*CLASSES.values(), *POINTED}
"""The classes of one operation each."""

_OF_INDICES = frozenset({"Fintype", "Finite", "DecidableEq"})
"""Classes of Lean's and Mathlib's that say that a type is one of indices."""


@dataclass(frozen=True)
class Untranslated:
    """A part of a theorem that the claim language cannot say, or that was not understood."""

    name: str
    """The parameter or hypothesis; empty for the conclusion."""
    text: str
    """Lean's own text of it."""
    reason: str
    unnamed: str = ""
    """The constant of Lean's for which definitions.yaml has no name, where that is the reason."""


@dataclass(frozen=True)
class Draft:
    """What a theorem says, as far as it could be read."""

    theorem: str
    scalars: ScalarKind
    parameters: tuple[Parameter, ...]
    hypotheses: tuple[tuple[str, Equation], ...]
    conclusion: Equation | None
    untranslated: tuple[Untranslated, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return not self.untranslated


def draft(
    theorem: str,
    statement: Expression,
    library: Library,
    values: Mapping[str, Expression],
    patterns: Mapping[str, Pattern] | None = None,
    helpers: Mapping[str, Expression] | None = None,
) -> Draft:
    """The draft of a claim about `theorem`, whose type in Lean is `statement`.

    `values` are those of Lean definitions that stand for types and propositions, `helpers` those
    of private ones, and `patterns` what operators say that are terms.
    """
    propositions = {k: v for k, v in values.items() if _is_proposition(v)}
    plain = Reader(library, patterns=patterns or {}, helpers=helpers or {}, abbreviations=values)
    try:
        plain.bounded(statement)
    except Unreadable as fault:
        kind = next(iter(library.scalars.values()))
        told = Untranslated("", shown(statement), str(fault))
        return Draft(theorem, kind, (), (), None, (told,))
    statement = unfolded(statement, propositions)

    def read(own: _Scalars) -> Draft:
        reader = plain
        while True:
            try:
                return _Telescope(theorem, statement, reader, own).draft()
            except Misread as misread:
                readings = {**reader.readings, misread.name: misread.type}
                reader = replace(reader, readings=readings)

    own = _scalars(statement, library, values)
    if own.kind.lean_name == "Nat" or not own.name:
        # Natural numbers are sizes first of all, so scalars may be of a type that is any.
        any_type = _any_type(statement)
        found = read(any_type) if any_type.name and ANY_TYPE.name in library.scalars else None
        if found and (found.is_whole or any_type.instances):
            return found
    return read(own)


def _is_proposition(value: Expression) -> bool:
    while isinstance(value, lean.Function):
        value = value.body
    while isinstance(value, ForAll):
        value = value.body
    head, _ = spine(value)
    return isinstance(head, Constant) and head.name in ("Eq", "And", "Ne", "Exists", "Or", "Not")


@dataclass
class _Telescope:
    """Reads the binders of a theorem from the outside in."""

    theorem: str
    statement: Expression
    reader: Reader
    scalars: _Scalars
    parameters: list[Parameter] = field(default_factory=list)
    hypotheses: list[tuple[str, Equation]] = field(default_factory=list)
    untranslated: list[Untranslated] = field(default_factory=list)

    def draft(self) -> Draft:
        library = self.reader.library
        kind, scalars = self.scalars.kind, self.scalars.name
        scope = Names(scalars)
        rest = self.statement
        if not scalars:
            kinds = library.scalars.values()
            known = ", ".join(dict.fromkeys(filter(None, (k.lean_name for k in kinds))))
            reason = f"no scalars: no instance of a known class, and no known type, of {known}"
            self.untranslated.append(Untranslated("", shown(rest), reason))
            return Draft(self.theorem, kind, (), (), None, tuple(self.untranslated))
        while isinstance(rest, ForAll) and not self._ends(rest, scope):
            if rest.name not in (scalars, *self.scalars.instances):
                scope = self._binder(rest, scope)
            rest = rest.body
        conclusion = None
        try:
            conclusion = self._equation(rest, scope)
        except Unreadable as fault:
            self.untranslated.append(Untranslated("", shown(rest), str(fault), fault.unnamed))
        return Draft(
            self.theorem,
            kind,
            tuple(self.parameters),
            tuple(self.hypotheses),
            conclusion,
            tuple(self.untranslated),
        )

    def _ends(self, rest: ForAll, scope: Names) -> bool:
        """Whether what is left is the conclusion: `∀ …, left = right`, after some hypothesis."""
        if not self.hypotheses:
            return False
        try:
            self._equation(rest, scope)
        except Unreadable:
            return False
        return True

    def _equation(self, expression: Expression, scope: Names) -> Equation:
        """A hypothesis or the conclusion. Raises `Unreadable` and `Misread`."""
        found = self.reader.equation(expression, scope)
        used = primitives(found.left) | primitives(found.right)
        kind = self.scalars.kind
        if "numeral" in used and not kind.has_numbers:
            raise Unreadable(NO_NUMBERS)
        # Where operations are taken one by one, Lean says which there are.
        if kind != ANY_TYPE:
            self.reader.lawful((found.left, found.right), kind)
        if found.relation.is_order and found.relation not in kind.order:
            name = kind.lean_name or kind.name
            raise Unreadable(f"no {found.relation} is known of scalars of {name}; {WIDER}")
        return found

    def _binder(self, binder: ForAll, scope: Names) -> Names:
        """Take one parameter or hypothesis; the names that are known after it."""
        match binder.type:
            case lean.Sort(level) if level:
                name = self._declare(binder.name, Sort.TYPE, scope)
                return replace(scope, types={**scope.types, binder.name: name})
            case Constant("Nat") if is_size(binder, self.reader, scope):
                name = self._declare(binder.name, Sort.DIMENSION, scope)
                return replace(scope, dims={**scope.dims, binder.name: name})
        try:
            variable = self.reader.variable(binder.name, binder.type, scope)
        except Unreadable as fault:
            return self._hypothesis(binder, scope, fault)
        self.parameters.append(Parameter(variable.name, variable.type))
        return scope.with_variable(binder.name, variable)

    def _declare(self, name: str, sort: Sort | Type, scope: Names) -> str:
        taken = {parameter.name for parameter in self.parameters}
        found = self.reader.name(name, None, scope, taken)
        self.parameters.append(Parameter(found, sort))
        return found

    def _hypothesis(self, binder: ForAll, scope: Names, fault: Unreadable) -> Names:
        try:
            equation = self._equation(binder.type, scope)
        except Unreadable as other:
            told = fault if binder.name in names(binder.body) else other
            reason, unnamed = str(told), told.unnamed
            text, name = shown(binder.type), spoken_name(binder.name)
            if name == "inst":
                head, _ = spine(binder.type)
                unnamed = ""
                reason = (
                    "an instance that the language cannot ask for; a theorem that takes what it "
                    "needs of it as variables and hypotheses can be claimed"
                )
                if isinstance(head, Constant) and head.name in _OF_INDICES:
                    reason = (
                        "a type of indices, where the language has sizes; a theorem that is this "
                        "one at `Fin n` can be claimed"
                    )
                name = f"[{short(binder.type)}]"
            self.untranslated.append(Untranslated(name, text, reason, unnamed))
            return scope
        taken = {name for name, _ in self.hypotheses}
        name = base_name(binder.name)
        name = name if is_identifier(name) else "h"
        self.hypotheses.append((fresh(name, taken) if name in taken else name, equation))
        return scope


@dataclass(frozen=True)
class _Scalars:
    """A kind of scalars, and the binders of their type and of its instances."""

    kind: ScalarKind
    name: str = ""
    instances: frozenset[str] = frozenset()


def _any_type(statement: Expression) -> _Scalars:
    """A type of which operations are taken one by one, or else the first, without any."""
    types: list[str] = []
    instances: list[tuple[str, str]] = []
    rest = statement
    while isinstance(rest, ForAll):
        match spine(rest.type):
            case lean.Sort(level), [] if level:
                types.append(rest.name)
            case Constant("OfNat"), [Local(of), number, *_] if numeral_of(number) in (0, 1):
                instances.append((of, rest.name))
            case Constant("HPow"), [Local(of), Constant("Nat"), Local(to)] if of == to:
                instances.append((of, rest.name))
            case Constant(name), [Local(of)] if name in _OPERATIONS:
                instances.append((of, rest.name))
        rest = rest.body
    name = next((of for of, _ in instances), next(iter(types), ""))
    return _Scalars(ANY_TYPE, name, frozenset(own for of, own in instances if of == name))


def _order(statement: Expression, scalars: str) -> list[str]:
    """The binders of instances by which a theorem asks for an order of its scalars."""
    found: list[str] = []
    while isinstance(statement, ForAll):
        match spine(statement.type):
            case Constant(name), [Local(of), *_] if name in ORDERING and of == scalars:
                found.append(statement.name)
        statement = statement.body
    return found


def _scalars(
    statement: Expression, library: Library, abbreviations: Mapping[str, Expression]
) -> _Scalars:
    """The kind of scalars that a theorem names by a class or a type."""
    rest = statement
    while isinstance(rest, ForAll):
        for kind in library.scalars.values():
            match rest.type:
                case lean.Application(Constant(name), Local(scalars)) if (
                    name == kind.lean_name and not kind.is_type
                ):
                    order = _order(statement, scalars)
                    like = (k for k in library.scalars.values() if k.lean_name == name)
                    own = next((k for k in like if k.is_ordered == bool(order)), kind)
                    return _Scalars(own, scalars, frozenset({rest.name, *order}))
        rest = rest.body
    spoken_of = set(constants(statement)) | set(constants(unfolded(statement, abbreviations)))
    types = [k for k in library.scalars.values() if k.is_type and k.lean_name in spoken_of]
    # Natural numbers are sizes first of all, so they count where there is no other.
    if types:
        concrete = min(types, key=lambda kind: kind.lean_name == "Nat")
        return _Scalars(concrete, concrete.lean_name)
    return _Scalars(next(iter(library.scalars.values())))
