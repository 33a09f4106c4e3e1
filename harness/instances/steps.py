"""Both sides of a counterexample worked out, definition by definition, for a reader to follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.arrays import Evaluator, Places, Unsupported, Value
from harness.arrays.evaluate import size_of
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.instances.exact import EXACT, UNREADABLE, read, shown_value
from harness.language.notation import to_text
from harness.language.terms import Call, Lambda, Primitive, Term
from harness.language.transform import children, free_variables, instantiate
from harness.language.types import Index, Named


@dataclass(frozen=True)
class Line:
    """`text = value`, on the left or the right side of the conclusion."""

    side: str
    text: str
    value: Json


def worked(example: Counterexample, claim: Claim, library: Library) -> list[Line]:
    """What each definition comes to on the way to both sides, the innermost first.

    Nothing where the instance cannot be read, or the conclusion is for all values of something.
    """
    if claim.conclusion.parameters:
        return []
    try:
        work = _Work(library, example.sizes, read(example.values, claim, example.sizes))
        return [
            *work.side("left", claim.conclusion.left),
            *work.side("right", claim.conclusion.right),
        ]
    except UNREADABLE:
        return []


class _Work:
    def __init__(
        self, library: Library, sizes: Mapping[str, int], values: Mapping[str, Value[Any]]
    ) -> None:
        self.library = library
        self.sizes = sizes
        self.values = values
        self.walk: Evaluator[Any] = Evaluator(library, EXACT, sizes)

    def side(self, name: str, term: Term) -> Iterator[Line]:
        """The steps of one side, each once."""
        seen: set[tuple[Term, tuple[tuple[str, int], ...]]] = set()
        texts: Counter[str] = Counter()
        for part, bound in self.steps(term, {}):
            free = free_variables(part)
            where = {k: i for k, i in bound.items() if k in free}
            if (part, tuple(where.items())) in seen:
                continue
            seen.add((part, tuple(where.items())))
            text, value = _brief(part), self.value(part, where)
            if text and value is not None:
                at = ", ".join(f"{k} = {i}" for k, i in where.items())
                text = f"{text} at {at}" if at else text
                texts[text] += 1
                # Two calls that are too long to be told apart by their text are numbered.
                yield Line(name, f"{text} ({texts[text]})" if texts[text] > 1 else text, value)

    def steps(
        self, term: Term, bound: Mapping[str, int]
    ) -> Iterator[tuple[Term, Mapping[str, int]]]:
        """What is within a term, and then it; `bound` are values of indices bound outside."""
        yield from self.within(term, bound)
        if isinstance(term, Call) or (isinstance(term, Primitive) and term.operator not in _PLAIN):
            yield term, bound

    def within(
        self, term: Term, bound: Mapping[str, int]
    ) -> Iterator[tuple[Term, Mapping[str, int]]]:
        """The steps before that of the term itself; a definition's body is the same as its call."""
        if isinstance(term, Lambda):
            if isinstance(term.parameter.type, Index | Named):
                for i in range(size_of(term.parameter.type, self.sizes)):
                    yield from self.steps(term.body, {**bound, term.parameter.name: i})
            return
        for child in children(term):
            yield from self.steps(child, bound)
        if isinstance(term, Call):
            definition = self.library.definitions[term.definition]
            body = instantiate(definition.parameters, definition.body, term)
            yield from self.within(body, bound)

    def value(self, term: Term, bound: Mapping[str, int]) -> Json | None:
        """What a term comes to; nothing where it is no number, vector or matrix."""
        places = {name: Places(np.array([i])) for name, i in bound.items()}
        try:
            return shown_value(term, self.walk, {**self.values, **places})
        except Unsupported:
            return None


_PLAIN = frozenset({"vector", "entry", "matrix_entry", "zero", "one"})
"""What only takes an entry, or puts entries together, is no step."""

WIDTH = 60


def _brief(term: Term) -> str:
    """A term as text; a call that is long, by its definition; nothing for another that is long."""
    text = to_text(term)
    if len(text) <= WIDTH:
        return text
    return f"{term.definition}(…)" if isinstance(term, Call) else ""
