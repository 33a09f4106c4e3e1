"""Two things shown equal by definition: a statement for the kernel, and its proof.

The statement is `∀ P, P this → P that`, with the proof `fun P h => h`, which the kernel accepts if
and only if they are equal by definition; no tactic, and no proof in between, could make two true
statements pass for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.claims.model import Library, Universes
from harness.lean import expression as lean
from harness.lean.expression import (
    Expression,
    Local,
    apply,
    arrow,
    at_levels,
    constants,
    postfix,
    raised,
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

        It is about all types of all universes that this constant has, and about no others.
        """
        own = {name: a.universes for name, a in library.arrangements.items() if a.universes}
        if not own:
            return self

        def chosen(name: str, levels: tuple[str, ...]) -> tuple[str, ...]:
            return _chosen(own[name], levels) if name in own else levels

        mine, new, levels = own.get(subject), self.levels, {}
        if mine is not None and len(mine.types) == len(new):
            new = tuple(map(_parameter, range(mine.parameters)))
            levels = {
                level: raised("0" if number is None else new[number], added - 1)
                for level, (number, added) in zip(self.levels, mine.types, strict=True)
            }
        statement, proof = (at_levels(e, levels, chosen) for e in (self.statement, self.proof))
        return replace(self, levels=new, statement=statement, proof=proof)

    def line(self) -> str:
        """The request to the inspector."""
        fields = [self.key, " ".join(self.levels), postfix(self.statement), postfix(self.proof)]
        return "\t".join(["compare", *fields])


def _parameter(number: int) -> str:
    return "u" if number == 0 else "v" if number == 1 else f"v_{number - 1}"


def _chosen(own: Universes, levels: tuple[str, ...]) -> tuple[str, ...]:
    """A constant's universes where its types lie in `Type` of these levels.

    Where no choice will do the kernel refuses what comes of it.
    """
    found = ["0"] * own.parameters
    for level, (number, added) in zip(levels, own.types, strict=False):
        if number is not None:
            found[number] = raised(level, 1 - added)
    return tuple(found)


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
