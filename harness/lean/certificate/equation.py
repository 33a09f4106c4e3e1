"""An equation or another relation at an instance, proved or refuted by computing; entry by entry.

Lean's core decides equality of numbers, and not of functions: so an equation of vectors or
matrices is stated for each index, and put together by extensionality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.lean import expression as lean
from harness.lean.certificate.numbers import (
    BOOL,
    FALSE,
    ONE,
    TRUE,
    CannotCertify,
    place,
)
from harness.lean.expression import (
    Constant,
    Expression,
    Local,
    apply,
    substitute,
)
from harness.lean.scope import numeral

Point = tuple[int, ...]
"""Values of bound indices, then indices of an entry."""


@dataclass(frozen=True)
class Sides:
    """An equation at an instance: `∀ bound, left = right`, between functions of `entries`.

    Another relation in its place is one of scalars, which are functions of no entries.
    """

    bound: list[tuple[str, Expression]]
    bound_sizes: list[int]
    entries: list[tuple[str, Expression]]
    entry_sizes: list[int]
    target: Expression
    """The type of one entry."""
    equality: Expression
    """Decides equality of two entries, or the other relation."""
    left: Expression
    right: Expression
    relation: Expression | None = None
    """What is said of two entries, where it is not that they are equal."""

    def proof(self) -> Expression:
        """A proof of the equation, by `decide` at every index at once."""
        indices = [*self.bound, *self.entries]
        proposition, decision = self.everywhere()
        decided = apply(Constant("of_decide_eq_true"), proposition, decision, _computed(TRUE))
        found = apply(decided, *(Local(name) for name, _ in indices))
        for depth in reversed(range(len(self.entries))):
            outer = [Local(name) for name, _ in self.entries[:depth]]
            name, type_ = self.entries[depth]
            rest = self._rest(depth + 1)
            found = apply(
                Constant("funext", (ONE, ONE)),
                *(type_, lean.Function(name, type_, rest)),
                *(apply(self.left, *outer), apply(self.right, *outer)),
                lean.Function(name, type_, found),
            )
        return lean.function(self.bound, found)

    def everywhere(self) -> tuple[Expression, Expression]:
        """That all entries are equal, everywhere, and how that is decided."""
        indices = [*self.bound, *self.entries]
        sizes = [*self.bound_sizes, *self.entry_sizes]
        return self._everywhere(list(zip(indices, sizes, strict=True)))

    def contradiction(self, proof: Expression, point: Point) -> Expression:
        """A proof of `False` from one of the equation, at a point where the sides differ."""
        if len(point) != len(self.bound) + len(self.entries):
            raise CannotCertify("the sides are not of the shape that the claim has")
        given = [
            place(value, size)
            for value, size in zip(point, [*self.bound_sizes, *self.entry_sizes], strict=True)
        ]
        outer, inner = given[: len(self.bound)], given[len(self.bound) :]
        names = {name: value for (name, _), value in zip(self.bound, outer, strict=True)}
        left, right = substitute(self.left, names), substitute(self.right, names)
        found = apply(proof, *outer)
        for depth, index in enumerate(inner):
            name, type_ = self.entries[depth]
            family = lean.Function(name, type_, self._rest(depth + 1))
            found = apply(
                Constant("congrFun", (ONE, ONE)), type_, family, left, right, found, index
            )
            left, right = apply(left, index), apply(right, index)
        return apply(refuted(*self._said(left, right)), found)

    def _said(self, left: Expression, right: Expression) -> tuple[Expression, Expression]:
        """What is said of two entries, and how that is decided."""
        relation = self.relation or apply(Constant("Eq", (ONE,)), self.target)
        return apply(relation, left, right), apply(self.equality, left, right)

    def _rest(self, depth: int) -> Expression:
        """The type of a side after `depth` of its indices."""
        found = self.target
        for name, type_ in reversed(self.entries[depth:]):
            found = lean.ForAll(name, type_, found)
        return found

    def _everywhere(
        self, indices: Sequence[tuple[tuple[str, Expression], int]]
    ) -> tuple[Expression, Expression]:
        """That the sides are equal at all further indices, and how that is decided."""
        if not indices:
            places = [Local(name) for name, _ in self.entries]
            return self._said(apply(self.left, *places), apply(self.right, *places))
        ((name, type_), size), *rest = indices
        proposition, decision = self._everywhere(rest)
        every = apply(
            Constant("Nat.decidableForallFin"),
            numeral(size),
            lean.Function(name, type_, proposition),
            lean.Function(name, type_, decision),
        )
        return lean.ForAll(name, type_, proposition), every


def refuted(proposition: Expression, decision: Expression) -> Expression:
    """A proof of the negation, by computing what is decided."""
    return apply(Constant("of_decide_eq_false"), proposition, decision, _computed(FALSE))


def _computed(value: Expression) -> Expression:
    """That a truth value is `value`, which the kernel finds by computing it."""
    return apply(Constant("Eq.refl", (ONE,)), BOOL, value)
