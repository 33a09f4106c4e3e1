"""Where a Lean term is an operator at some arguments, for operators that are terms themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.claims.model import ARGUMENT, SCALARS, Arrangement
from harness.lean.expression import (
    Application,
    Constant,
    Expression,
    ForAll,
    Function,
    Local,
    spine,
    substitute,
)
from harness.lean.stored import names, unfolded


@dataclass(frozen=True)
class Pattern:
    """What an operator's definition says, and what of its names stands for what."""

    body: Expression
    scalars: str
    """The name of the type of scalars; empty where they are of one type."""
    instances: frozenset[str]
    """Names of instances, for which anything may stand: the kernel compares them."""
    sizes: tuple[str, ...]
    arguments: tuple[str, ...]

    def found(
        self, head: Expression, arguments: list[Expression]
    ) -> tuple[dict[str, Expression], list[Expression]] | None:
        """What stands for each name in an application, and what it is applied to beyond."""
        own, parts = spine(self.body)
        if not isinstance(own, Constant) or own != head or len(parts) > len(arguments):
            return None
        holes: dict[str, Expression] = {}
        given = zip(parts, arguments, strict=False)
        if not all(self._is_instance(p, self.sizes) or self._match(p, a, holes) for p, a in given):
            return None
        wanted = {*self.sizes, *self.arguments}
        return (holes, arguments[len(parts) :]) if wanted <= holes.keys() else None

    def _match(self, pattern: Expression, term: Expression, holes: dict[str, Expression]) -> bool:
        match pattern, term:
            case Local(name), _ if name in self.instances:
                return True
            case Local(name), _ if name in {self.scalars, *self.sizes, *self.arguments}:
                return holes.setdefault(name, term) == term
            case Application(), _ if self._is_instance(pattern):
                return True
            case Application(f, a), Application(g, b):
                return self._match(f, g, holes) and self._match(a, b, holes)
            case (Function(n, t, b), Function(m, s, c)) | (ForAll(n, t, b), ForAll(m, s, c)):
                # Names are unique, so that one may stand for the other.
                return self._match(t, s, holes) and self._match(b, _renamed(c, m, n), holes)
            case _:
                return pattern == term

    def _is_instance(self, pattern: Expression, sizes: tuple[str, ...] = ()) -> bool:
        """Whether it is made of instances, so that nothing else can stand in its place.

        Those of vectors and matrices have `sizes` in them.
        """
        free = set(names(pattern))
        return bool(free & self.instances) and free <= {*self.instances, self.scalars, *sizes}


def pattern(
    value: Expression,
    arrangement: Arrangement,
    sizes: int,
    abbreviations: Mapping[str, Expression],
) -> Pattern:
    """The pattern of an operator whose definition has this value, and so many sizes."""
    bound: list[str] = []
    while isinstance(value, Function):
        bound.append(value.name)
        value = value.body
    items = [*arrangement.items, *[ARGUMENT] * len(bound)]
    roles = list(zip(items, bound, strict=False))
    given = [name for item, name in roles if item == ARGUMENT]
    return Pattern(
        unfolded(value, abbreviations),
        next((name for item, name in roles if item == SCALARS), ""),
        frozenset(name for item, name in roles if item not in (SCALARS, ARGUMENT)),
        tuple(given[:sizes]),
        tuple(given[sizes:]),
    )


def _renamed(expression: Expression, old: str, new: str) -> Expression:
    return substitute(expression, {old: Local(new)})
