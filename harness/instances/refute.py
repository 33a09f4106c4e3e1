"""Counterexamples: small exact instances that satisfy the hypotheses and break the conclusion."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Places, Unsupported, Value, open_function
from harness.arrays.evaluate import shape_of
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.instances.exact import EXACT, plain
from harness.instances.models import Model, Models, place_value
from harness.instances.tables import Table, is_array, sizes_of
from harness.language.types import Parameter, Sort, function_parts, is_place

SIZES = ((1,), (2,), (2, 1), (1, 2), (2, 3), (3, 2))
"""Dimensions that are tried, the small ones first; taken in turn."""

ATTEMPTS = 12
"""How often an instance of the hypotheses is looked for at each of these."""

ENTRIES = ((0, 1), (-1, 1, 2))
"""What the entries of variables without hypotheses are drawn from."""


def find_counterexample(
    claim: Claim,
    library: Library,
    *,
    deadline: float | None = None,
) -> Counterexample | None:
    """The first counterexample found, the smallest sizes first; `None` where there was none."""
    for dims in SIZES:
        rng = random.Random(f"0 {dims}")
        try:
            sizes = sizes_of(claim.parameters, dims)
            if any(sizes[p.name] < 2 for p in claim.parameters if p.sort is Sort.TYPE):
                sizes |= {p.name: 2 for p in claim.parameters if p.sort is Sort.TYPE}
            for model in Models(claim, library, sizes, rng).models(ATTEMPTS):
                for is_table, entries in ((i, e) for e in ENTRIES for i in (False, True)):
                    found = _try(claim, library, sizes, model, rng, entries, is_table=is_table)
                    if found is not None:
                        return found
                    if deadline is not None and time.monotonic() > deadline:
                        return None
        except Unsupported:
            return None
    return None


def _try(
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    model: Model,
    rng: random.Random,
    choices: Sequence[int],
    *,
    is_table: bool,
) -> Counterexample | None:
    def symbol(name: str) -> Fraction:
        return Fraction(rng.choice((-1, 1, 2, 3)))

    table = Table(symbol)
    values: dict[str, Value[Any]] = dict(model.values)
    functions: list[tuple[Parameter, bool]] = []
    for p in claim.parameters:
        if isinstance(p.sort, Sort) or p.name in values:
            continue
        if not is_array(p.type):
            values[p.name], is_identity = _function(p, sizes, table, is_table=is_table)
            functions.append((p, is_identity))
        elif is_place(p.type):
            values[p.name] = place_value(p, sizes, rng)
        else:
            array = np.empty((1, *shape_of(p.type, sizes)), dtype=object)
            for place in np.ndindex(*array.shape):
                array[place] = Fraction(rng.choice(choices))
            values[p.name] = Data(array)
    left, right = Evaluator(library, EXACT, sizes).equation(claim.conclusion, values)
    if not np.any(left - right):
        return None
    shown: dict[str, Json] = {}
    for p in claim.parameters:
        match values.get(p.name):
            case Data(array) | Places(array):
                shown[p.name] = plain(array[0])
            case _:
                pass
    for p, is_identity in functions:
        shown[p.name] = "the identity" if is_identity else _table(table, p.name)
    remark = "; ".join(f"{name}: {kind}" for name, kind in model.families.items())
    return Counterexample(sizes, shown, plain(left[0]), plain(right[0]), remark)


def _function(
    p: Parameter, sizes: Mapping[str, int], table: Table, *, is_table: bool
) -> tuple[Value[Any], bool]:
    """The identity where the types allow it, or a table of random values."""
    sources, target = function_parts(p.type)
    if is_table or sources[-1] != target:
        return table.function(p.name, p.type, sizes), False
    return open_function(p.type, lambda arguments: arguments[-1]), True


def _table(table: Table, name: str) -> Json:
    return [
        {"at": [plain(argument) for argument in arguments], "is": plain(value)}
        for arguments, value in table.entries.get(name, [])
    ]
