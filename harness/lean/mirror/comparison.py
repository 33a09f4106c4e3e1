"""Two things shown equal by definition: a statement for the kernel, and its proof.

The statement is `∀ P, P this → P that`, with the proof `fun P h => h`, which the kernel accepts if
and only if they are equal by definition; no tactic, and no proof in between, could make two true
statements pass for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.claims.model import Library
from harness.lean import expression as lean
from harness.lean.expression import (
    Expression,
    Local,
    apply,
    arrow,
    at_levels,
    constants,
    postfix,
)
from harness.lean.printer import Binders

REFERENCE = "HarnessReference"
"""The namespace of the definitions that say what each operator means."""


@dataclass(frozen=True)
class Comparison:
    """One statement for the kernel, with its proof."""

    key: str
    levels: tuple[str, ...]
    statement: Expression
    proof: Expression

    def of(self, subject: str, library: Library) -> Comparison:
        """The same in the universes of the constant that it is about, and of those that it cites.

        Where that constant has none to choose, all types lie in `Type`.
        """
        fixed = {name for name, own in library.arrangements.items() if not own.is_polymorphic}
        if not fixed:
            return self
        levels = dict.fromkeys(self.levels, "0") if subject in fixed else {}
        return replace(
            self,
            levels=tuple(level for level in self.levels if level not in levels),
            statement=at_levels(self.statement, levels, fixed),
            proof=at_levels(self.proof, levels, fixed),
        )

    def line(self) -> str:
        """The request to the inspector."""
        fields = [self.key, " ".join(self.levels), postfix(self.statement), postfix(self.proof)]
        return "\t".join(["compare", *fields])

    def source(self) -> str:
        """The same as Lean text, for whoever wants to put it to Lean by hand."""
        return f"example : {lean.source(self.statement)} :=\n  {lean.source(self.proof)}"


def references(comparisons: Iterable[Comparison]) -> list[str]:
    """The reference definitions that these comparisons cite."""
    texts = (text for c in comparisons for text in (c.statement, c.proof))
    found = {name for text in texts for name in constants(text)}
    return sorted(name for name in found if name.startswith(f"{REFERENCE}."))


def at(head: Expression, binders: Binders) -> Expression:
    """A function at all of its parameters."""
    return apply(head, *(Local(name) for name, _ in binders))


def same(
    key: str,
    levels: tuple[str, ...],
    binders: Binders,
    type_: Expression,
    this: Expression,
    that: Expression,
) -> Comparison:
    """That `this` and `that`, both of type `type_`, are equal by definition."""
    taken = {name for name, _ in binders}
    prop = next(p for p in ("P", "P'", "P''", "P'''", "P''''") if p not in taken)
    about = (prop, arrow(type_, lean.Sort()))
    here, there = apply(Local(prop), this), apply(Local(prop), that)
    statement = lean.for_all([*binders, about], arrow(here, there))
    proof = lean.function([*binders, about, ("premise", here)], Local("premise"))
    return Comparison(key, levels, statement, proof)
