"""Two things shown equal: a statement for the kernel, and its proof.

The statement is `∀ P, P this → P that`, with the proof `fun P h => h`, which the kernel accepts if
and only if they are equal by definition; no tactic, and no proof in between, could make two true
statements pass for one. Where an operator or a definition is not so by definition, the project may
name a theorem that proves it; then the proof hands `h` on along that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.claims.model import REFERENCE, Arrangement, Library, Universes
from harness.language.types import Parameter, Sort, Type
from harness.lean import expression as lean
from harness.lean.expression import (
    Constant,
    Expression,
    Local,
    apply,
    arrow,
    at_levels,
    constants,
    postfix,
)
from harness.lean.levels import is_one, parameter, put, raised, solved
from harness.lean.printer import Binders, levels_of
from harness.lean.scope import LeanScope


@dataclass(frozen=True)
class Comparison:
    """One statement for the kernel, with its proof."""

    key: str
    levels: tuple[str, ...]
    statement: Expression
    proof: Expression
    unsettled: tuple[str, ...] = ()
    """The constants for which no universes were found in which they take what they are given: what
    the kernel refuses then, it may refuse for that alone."""

    def of(self, subject: str, library: Library) -> Comparison:
        """The same in the universes of the constant that it is about, and of those that it cites.

        It is about all types of all universes that this constant has, and about no others.
        """
        own = {name: a.universes for name, a in library.arrangements.items() if a.universes}
        if not own:
            return self
        unsettled: dict[str, None] = {}

        def chosen(constant: Constant) -> Constant:
            if constant.name not in own:
                return constant
            found, is_settled = _chosen(own[constant.name], constant.levels)
            if not is_settled:
                unsettled[constant.name] = None
            return Constant(constant.name, found, is_declared_order=True)

        mine, new, levels = own.get(subject), self.levels, {}
        if mine is not None and len(mine.types) == len(new):
            new = tuple(map(parameter, range(mine.parameters)))
            levels = {
                level: raised(own_level, -1)
                for level, own_level in zip(self.levels, mine.types, strict=True)
            }
        statement, proof = (at_levels(e, levels, chosen) for e in (self.statement, self.proof))
        return replace(
            self, levels=new, statement=statement, proof=proof, unsettled=tuple(unsettled)
        )

    def line(self) -> str:
        """The request to the inspector."""
        fields = [self.key, " ".join(self.levels), postfix(self.statement), postfix(self.proof)]
        return "\t".join(["compare", *fields])


def _chosen(own: Universes, levels: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """A constant's universes where its types lie in `Type` of these levels, and whether they do."""
    wanted = [(type_, raised(level, 1)) for type_, level in zip(own.types, levels, strict=False)]
    found = solved(wanted, own.parameters)
    is_settled = len(own.types) == len(levels) and not any(
        l.startswith("-") for l in found.values()
    )
    is_settled = is_settled and all(is_one(put(type_, found), level) for type_, level in wanted)
    return tuple(found.values()), is_settled


@dataclass(frozen=True)
class Plan:
    """Everything to compare, and what could not be printed."""

    comparisons: tuple[Comparison, ...]
    faults: dict[str, str]
    """Why a comparison could not be written down, by its key."""
    statements: dict[str, str]
    """The printed statement of each claim."""

    def about(self, key: str) -> list[Comparison]:
        """The comparisons of this key; of some subjects there are several, whose keys begin so."""
        return [c for c in self.comparisons if c.key == key or c.key.startswith(f"{key}:")]


@dataclass(frozen=True)
class Trial:
    """One instance, and the statement that the two terms differ there, with its proof."""

    comparison: Comparison
    at: str
    """Where that is, in words."""


def cited_by(comparisons: Iterable[Comparison]) -> list[str]:
    """The names of the constants that these comparisons cite."""
    texts = (text for c in comparisons for text in (c.statement, c.proof))
    return sorted({name for text in texts for name in constants(text)})


def references(comparisons: Iterable[Comparison]) -> list[str]:
    """The reference definitions that these comparisons cite."""
    return [name for name in cited_by(comparisons) if name.startswith(f"{REFERENCE}.")]


@dataclass(frozen=True)
class Identity:
    """That two terms are one, whatever they are given."""

    key: str
    subject: str
    """The constant that it is about."""
    arrangement: Arrangement
    """How what states it takes its scalars."""
    parameters: tuple[Parameter, ...]
    scope: LeanScope
    binders: Binders
    result: Type
    this: Expression
    that: Expression
    bridge: str = ""
    """The theorem that proves it; without one they are equal by definition, or not."""
    needs: tuple[str, ...] = ()
    """The operations that the theorem takes in the usual arrangement."""

    def comparison(self) -> Comparison:
        """`∀ P, P this → P that`, with the proof that hands on the premise. Raises CannotPrint."""
        taken = {name for name, _ in self.binders}
        prop = next(p for p in ("P", "P'", "P''", "P'''", "P''''") if p not in taken)
        type_ = self.scope.type(self.result)
        here, there = apply(Local(prop), self.this), apply(Local(prop), self.that)
        binders = [*self.binders, (prop, arrow(type_, lean.Sort()))]
        proof: Expression = Local("premise")
        if self.bridge:
            # Its levels stand in the order in which Lean declares them.
            head = Constant("Eq.ndrec", ("0", f"+{self.scope.level(self.result)}"))
            given = (type_, self.this, Local(prop), proof, self.that, self._proof())
            proof = apply(head, *given)
        return Comparison(
            self.key,
            levels_of(self.scope),
            lean.for_all(binders, arrow(here, there)),
            lean.function([*binders, ("premise", here)], proof),
        )

    def _proof(self) -> Expression:
        """The theorem at all that the two terms are given."""
        types = [p for p in self.parameters if p.sort is Sort.TYPE]
        levels = [self.scope.levels[p.name] for p in types]
        return self.scope.constant(
            self.bridge, levels, self.needs, [self.scope.local(p) for p in self.parameters]
        )


def at(head: Expression, binders: Binders) -> Expression:
    """A function at all of its parameters."""
    return apply(head, *(Local(name) for name, _ in binders))
