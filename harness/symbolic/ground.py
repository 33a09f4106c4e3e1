"""Claims as polynomial identities at given sizes, without the rewriter.

The variables that hypotheses mention are exact instances of them (solutions of linear hypotheses
with a symbol for each dimension of the solution space), every other entry is a symbol, and open
functions give new symbols for new arguments. Both sides are then polynomials, and compared.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Value
from harness.claims.model import Claim, Library
from harness.instances.models import Model, Models
from harness.instances.tables import Table, arithmetic, sizes_of, values_of
from harness.symbolic.numbers import Ring, Work

MAX_WORK = {"sympy": 50_000, "flint": 1_000_000}
"""How many products of monomials a comparison may take, by whose polynomials are used."""


class TooLarge(Exception):
    """A comparison that would take too many products; says how many."""


ATTEMPTS = 6
"""How often an instance of the hypotheses is looked for."""


@dataclass(frozen=True)
class Ground:
    """What one comparison came to."""

    sizes: Mapping[str, int]
    symbols: int
    families: Mapping[str, str]
    """Where the variables of the hypotheses were taken from."""
    is_equal: bool


def compare(
    claim: Claim,
    library: Library,
    dims: Sequence[int],
    *,
    backend: str = "sympy",
) -> Ground | None:
    """Compare both sides at sizes taken from `dims` in turn; nothing where no instance was found.

    Raises `harness.arrays.Unsupported` for what arrays cannot hold, and `TooLarge`.
    """
    sizes = sizes_of(claim.parameters, dims)
    rng = random.Random(f"0 {dims}")
    models = list(Models(claim, library, sizes, rng).models(ATTEMPTS))
    if not models:
        return None
    model = max(models, key=_variety)
    counts = Work()
    counted = Table(counts.symbol, counts.key)
    _sides(claim, library, sizes, model, counted, counts.of)
    if counts.products > MAX_WORK[backend]:
        raise TooLarge(f"{counts.products:,} products of monomials")
    divides = claim.scalars.has_characteristic_0
    ring = Ring(counted.symbols, backend, is_rational=True, divides=divides)
    table = Table.over(ring)
    left, right = _sides(claim, library, sizes, model, table, ring.of)
    return Ground(sizes, ring.used, model.families, not np.any(left - right))


def _sides(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    model: Model,
    table: Table,
    of: Callable[[Any], Any],
) -> tuple[Any, Any]:
    numbers = np.frompyfunc(of, 1, 1)
    free = tuple(p for p in claim.parameters if p.name not in model.values)
    values: dict[str, Value[Any]] = dict(values_of(free, sizes, table))
    for name, value in model.values.items():
        if name in model.bases:
            point, basis = model.bases[name]
            array = np.asarray(numbers(point), dtype=object)
            for direction in basis:
                array = array + numbers(direction) * table.symbol(name)
            values[name] = Data(np.asarray(array, dtype=object)[None])
        else:
            values[name] = Data(numbers(value.array)) if isinstance(value, Data) else value
    return Evaluator(library, arithmetic(of, table), sizes).equation(claim.conclusion, values)


def _variety(model: Model) -> tuple[int, int]:
    """How little of a special case an instance is: the numbers other than 0 and 1, and the free
    symbols, of its poorest variable, and of all."""
    found = [
        10 * len(model.bases[name][1])
        if name in model.bases
        else sum(number not in (0, 1) for number in value.array.reshape(-1))
        for name, value in model.values.items()
        if isinstance(value, Data)
    ]
    return min(found, default=0), sum(found)
