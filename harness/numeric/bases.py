"""The bases of one draw: families that one matrix commutes with have theirs in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from harness.arrays.evaluate import size_of
from harness.arrays.floats import Floats
from harness.claims.forms import Atom, Commutes, CommutesWithItself, Orthogonal
from harness.claims.hypotheses import Assignment
from harness.claims.model import Claim
from harness.language.terms import Term, Variable
from harness.language.transform import children, free_variables, spine
from harness.language.types import Parameter, function_parts
from harness.numeric.families import Basis, Style, draw_basis, draw_family
from harness.numeric.instance import Instance
from harness.numeric.reals import Field

_OWN = "axis "
"""Names an axis of a family along which each member has a basis of its own."""


class Bases:
    """The bases of one draw: families that one matrix commutes with have theirs in common."""

    def __init__(
        self,
        claim: Claim,
        assignment: Assignment,
        field: Field,
        rng: np.random.Generator,
        instance: Instance,
        styles: Sequence[Style],
    ) -> None:
        self.types = {p.name: p.type for p in claim.explicit}
        self.assignment = assignment
        self.field = field
        self.rng = rng
        self.instance = instance
        self.styles = styles
        self.lanes = min(len(styles), instance.lanes)
        """How many families are distinct."""
        self.found: dict[str, tuple[Basis, tuple[str, ...]]] = {}

    def family(self, parameter: Parameter, shape: Sequence[int]) -> Floats:
        """The family `parameter` (lanes, *indices, d, d); of one lane where all share it."""
        shape, wanted = (self.lanes, *shape[1:]), shape[0]
        commuting = self.assignment.structured[parameter.name]
        forms = self.assignment.forms[parameter.name]
        orthogonal = any(isinstance(f, Orthogonal) for f in forms)
        itself = any(isinstance(f, CommutesWithItself) for f in forms)
        if commuting:
            form = commuting[0]
            basis, shared = self._component(form.owner, shape[-1])
            indices = self._axes(form, parameter.name)
        else:
            basis = self._draw(shape[:1], shape[-1], orthogonal)
            shared, indices = (), ()
        # U has the axes of the shared indices; it is the same along the others.
        sizes = [shape[1 + i] if a in shared else 1 for i, a in enumerate(indices)]
        sizes += [1] * (len(shape) - 3 - len(sizes))
        order = [1 + shared.index(a) for a in indices if a in shared]

        def spread(matrix: Floats) -> Floats:
            matrix = matrix.transpose(0, *order, matrix.ndim - 2, matrix.ndim - 1)
            return matrix.reshape(shape[0], *sizes, *shape[-2:])

        local = Basis(basis.styles, spread(basis.matrix), spread(basis.inverse), basis.signs)
        found = draw_family(
            self.field,
            self.rng,
            local,
            shape[:-2],
            shape[-1],
            orthogonal=orthogonal,
            commuting=itself,
        )
        if self.lanes == 1:
            return found
        return np.take(found, np.arange(wanted) % max(self.lanes, 1), axis=0)

    def signs(self, name: str, owner: Atom, shape: Sequence[int]) -> Floats | None:
        """The involution for the matrix that commutes, where its families have a basis."""
        if name not in self.found:
            return None
        basis, shared = self.found[name]
        if not set(shared) <= set(owner.arguments):
            return None
        sizes = [shape[1 + i] if a in shared else 1 for i, a in enumerate(owner.arguments)]
        whole = basis.signs[np.arange(shape[0]) % max(self.lanes, 1)]
        return whole.reshape(shape[0], *sizes, *shape[-2:])

    def _component(self, owner: Atom, d: int) -> tuple[Basis, tuple[str, ...]]:
        if owner.name not in self.found:
            assignment, types = self.assignment, self.types
            shared = list(owner.arguments)
            families: list[str] = []
            own: list[str] = []
            sources, _ = function_parts(types[owner.name])
            sizes = {
                a: size_of(s, self.instance.sizes)
                for a, s in zip(owner.arguments, sources, strict=True)
            }
            for name, forms in assignment.structured.items():
                for form in forms:
                    if form.owner.name == owner.name:
                        families.append(name)
                        indices = self._axes(form, name)
                        shared = [a for a in shared if a in indices]
                        own = [a for a in indices if a.startswith(_OWN)]
                        axes = function_parts(types[name])[0]
                        sizes |= {
                            a: size_of(axes[int(a[len(_OWN) :])], self.instance.sizes) for a in own
                        }
            if len(families) == 1:
                shared += own
            closed = any(
                isinstance(f, Orthogonal) or (isinstance(f, Commutes) and f.is_closed)
                for name in (owner.name, *families)
                for f in assignment.forms[name]
            )
            frame = (self.lanes, *(sizes[a] for a in shared))
            self.found[owner.name] = (self._draw(frame, d, closed), tuple(shared))
        return self.found[owner.name]

    @staticmethod
    def _axes(form: Commutes, name: str) -> tuple[str, ...]:
        """What each axis of the family is in the hypothesis, by names.

        A bound index by its own; an index that is given, or computed of what the owner is taken
        at, by the axis: no two of its values concern one matrix.
        """
        bound = {p.name for p in form.parameters}
        found: list[str] = []
        for axis, index in enumerate(next(occurrences(form.other, name), ())):
            if isinstance(index, Variable) and index.name in bound - set(found):
                found.append(index.name)
            elif free_variables(index) & bound <= set(form.owner.arguments):
                found.append(f"{_OWN}{axis}")
            else:
                found.append("")
        return tuple(found)

    def _draw(self, frame: Sequence[int], d: int, closed: bool) -> Basis:
        """A generic basis leaves nothing orthogonal to commute but multiples of 1."""
        styles = tuple(
            Style(s.family, "orthogonal basis") if closed and s.basis == "generic basis" else s
            for s in self.styles
        )
        self.instance.styles = styles
        return draw_basis(self.field, self.rng, styles, frame, d)


def occurrences(term: Term, name: str) -> Iterator[tuple[Term, ...]]:
    """The indices that `term` takes the family `name` at, wherever it does."""
    inner, indices = spine(term)
    if isinstance(inner, Variable):
        if inner.name == name:
            yield tuple(indices)
    else:
        for part in children(inner):
            yield from occurrences(part, name)
    for index in indices:
        yield from occurrences(index, name)
