"""The numbers of a counterexample, at each place of a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.language.terms import Term, Variable

LARGEST = 24
"""More entries than these are not read in a picture."""


class Figures:
    """What terms of a claim come to in one counterexample, in exact fractions."""

    def __init__(self, walk: Any, values: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self._walk = walk
        self._values = values

    @staticmethod
    def of(example: Counterexample, claim: Claim, library: Library) -> Figures | None:
        """The figures of `example`; nothing where it cannot be computed again.

        Both sides must come out as the evidence has them: a picture shows what was found.
        """
        from harness.arrays import Evaluator
        from harness.instances.exact import EXACT, UNREADABLE, breaks, read

        found = breaks(example, claim, library)
        if found is None or (found.left, found.right) != (example.left, example.right):
            return None
        try:
            values = read(example.values, claim, example.sizes)
        except UNREADABLE:
            return None
        return Figures(Evaluator(library, EXACT, example.sizes), values, example.sizes)

    def pair(
        self, before: Term, after: Term, scope: Sequence[Variable]
    ) -> tuple[Json, Json] | None:
        """Two terms; nothing where one of them cannot be shown."""
        found = self.value(before, scope), self.value(after, scope)
        return None if None in found else found

    def value(self, term: Term, scope: Sequence[Variable]) -> Json:
        """A term as numbers; one under binders as the list of what it is at each index."""
        from harness.arrays import Unsupported
        from harness.language.types import Index, Named, resolve

        if any(not isinstance(resolve(binder.type), Index | Named) for binder in scope):
            return None
        try:
            found = self._at(term, scope, self._values)
        except Unsupported:
            return None
        return found if len(_entries(found)) <= LARGEST else None

    def _at(self, term: Term, scope: Sequence[Variable], values: Mapping[str, Any]) -> Json:
        import numpy as np

        from harness.arrays import Places, Unsupported
        from harness.arrays.evaluate import size_of
        from harness.instances.exact import shown_value

        if scope:
            binder, *rest = scope
            return [
                self._at(term, rest, {**values, binder.name: Places(np.array([i]))})
                for i in range(size_of(binder.type, self.sizes))
            ]
        found = shown_value(term, self._walk, values)
        if found is None:
            raise Unsupported("no number, vector or matrix")
        return found


def _entries(value: Json) -> list[Json]:
    if not isinstance(value, list):
        return [value]
    return list(chain.from_iterable(map(_entries, value)))
