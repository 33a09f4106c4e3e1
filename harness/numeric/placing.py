"""Instances are drawn in NumPy, so that every backend gets the same bits; here they go there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.arrays import Data, Places, Value, open_function
from harness.arrays.backend import NUMPY, Backend
from harness.claims.model import Claim


@dataclass(frozen=True)
class Placing:
    """A backend, and the format that floating-point numbers take there."""

    backend: Backend = NUMPY
    dtype: str = "float64"

    @property
    def xp(self) -> Any:
        return self.backend.xp

    def array(self, array: Any) -> Any:
        """An array of NumPy or of the backend, converted; integers and masks keep their types."""
        placed = self.backend.place(array) if isinstance(array, np.ndarray) else array
        if "float" not in str(placed.dtype):
            return placed
        return self.xp.astype(placed, self.backend.dtype(self.dtype), copy=False)


def placed(
    claim: Claim, values: Mapping[str, Value[Any]], functions: Mapping[str, Any], placing: Placing
) -> tuple[Mapping[str, Value[Any]], Mapping[str, Any]]:
    """An instance as it was drawn, and its open functions, on a backend."""
    if placing.xp is np:
        return values, functions
    return moved(claim, values, functions, placing)


def moved(
    claim: Claim, values: Mapping[str, Value[Any]], functions: Mapping[str, Any], placing: Placing
) -> tuple[dict[str, Value[Any]], dict[str, Any]]:
    """The values of an instance and its open functions, on other arrays."""
    types = {p.name: p.type for p in claim.explicit}
    converted = {name: function.on(placing) for name, function in functions.items()}
    found: dict[str, Value[Any]] = {}
    for name, value in values.items():
        match value:
            case Data(array):
                found[name] = Data(placing.array(array))
            case Places(array):
                found[name] = Places(placing.array(array))
            case _:
                found[name] = open_function(types[name], converted[name])
    return found, converted
