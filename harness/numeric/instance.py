"""What samplers draw: values for all variables of a claim, for many instances at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays import Data, Places, Value
from harness.arrays.floats import Floats
from harness.numeric.families import Style
from harness.numeric.laws import Constants


@dataclass
class Instance:
    """Values for all variables of a claim, for `lanes` instances at once."""

    sizes: Mapping[str, int]
    lanes: int
    values: dict[str, Value[Floats]] = field(default_factory=dict)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """The open functions among the values."""
    styles: tuple[Style, ...] = ()
    """The styles of families, which the lanes take in turn; none without families."""
    commutants: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    """The dimensions of the algebras that variables were drawn from."""
    constants: Constants | None = None
    """What the functions that hypotheses speak of have in common."""

    def first(self, lanes: int) -> Instance:
        """The first lanes alone."""
        found = replace(self, lanes=lanes, values={})
        for name, value in self.values.items():
            match value:
                case Data(array):
                    found.values[name] = Data(array[:lanes])
                case Places(array):
                    found.values[name] = Places(array[:lanes])
                case _:
                    found.values[name] = value
        return found

    def array(self, name: str) -> Floats:
        """The numbers of a variable that is not a function."""
        value = self.values[name]
        if not isinstance(value, Data):
            raise TypeError(f"{name} has no numbers")
        return value.array
