"""A definition's value beside an implementation's, entry by entry, within the rounding bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluator, Places, Unsupported
from harness.arrays.evaluate import shape_of
from harness.arrays.floats import Bounded, BoundedFloat64
from harness.claims.model import Definition, Library
from harness.evidence import Counterexample, Json, Outcome
from harness.implementations.bindings import SHOWN, shape, values
from harness.implementations.layers import Instance

SHARP = 1e-6
"""A bound below this part of the largest entry tells right from wrong."""

_BOTH = 2
"""The implementation may err as much as the definition does."""


def evaluated(definition: Definition, library: Library, instance: Instance) -> Bounded:
    """What the claim language makes of a known definition, with the bound on its error."""
    arithmetic = BoundedFloat64()
    walk = Evaluator(library, arithmetic, instance.sizes)
    with np.errstate(over="ignore", invalid="ignore"):
        found = walk.term(definition.body, values(definition, instance))
    if not isinstance(found, Data):
        raise Unsupported(f"expected numbers, found {definition.body.type}")
    core = shape_of(definition.body.type, instance.sizes)
    return arithmetic.lay(
        lambda a: np.broadcast_to(a, (1, *core)).reshape(core),
        found.array,
    )


@dataclass
class Tally:
    """What came of the instances so far."""

    definition: Definition
    says: str
    """What it is compared with."""
    instances: int = 0
    sharp: int = 0
    """Instances in which every bound tells right from wrong."""
    entries: int = 0
    largest: float = 0.0
    """The largest part of the bound that a difference took up."""
    farthest: int = 0
    layouts: dict[str, None] = field(default_factory=dict)
    shapes: list[dict[str, int]] = field(default_factory=list)
    wrong: tuple[Instance, Bounded, Any] | None = None

    def add(self, instance: Instance, found: Bounded, expected: Any) -> None:
        """Compare one instance, entry by entry; a value without a bound decides nothing."""
        sizes = self.sizes(instance)
        if sizes not in self.shapes:
            self.shapes.append(sizes)
        self.instances += 1
        self.entries += expected.size
        if shape(self.definition.name).turns:
            places = (instance.p, *instance.pos)
            self.layouts[instance.layout] = None
            self.farthest = max(self.farthest, *(instance.positions[i] for i in places))
        if found.value.shape != expected.shape:
            self.wrong = (instance, found, expected)
            return
        bound = _BOTH * found.error
        scale = max(np.abs(expected).max(initial=0.0), np.abs(found.value).max(initial=0.0))
        difference = np.abs(found.value - expected)
        self.sharp += bool((bound <= SHARP * scale).all())
        if not (difference <= bound).all():  # also where an entry is not a number
            self.wrong = (instance, found, expected)
            return
        used = difference[bound > 0] / bound[bound > 0]
        self.largest = max(self.largest, float(used.max(initial=0.0)))

    def outcome(self) -> tuple[Outcome, str]:
        """What the instances come to, and a sentence that says so."""
        if self.wrong is not None:
            sizes = ", ".join(f"{k} = {v}" for k, v in self.sizes(self.wrong[0]).items())
            at = f" at sizes {sizes}" if sizes else ""
            return Outcome.REFUTED, f"It differs from {self.says}{at}."
        if 2 * self.sharp < self.instances or self.entries == 0:
            few = f"{self.sharp} of {self.instances} instances"
            return Outcome.INCONCLUSIVE, f"The rounding bound says enough on {few} only."
        where = f", at positions up to {self.farthest:,}" if self.layouts else ""
        shapes = "one shape" if len(self.shapes) == 1 else f"{len(self.shapes)} shapes"
        return Outcome.CONFIRMED, (
            f"Equal to {self.says} within the rounding bound on {self.instances} instances of "
            f"{shapes}{where}; the largest difference is {self.largest:.2g} of its bound."
        )

    def data(self) -> dict[str, Json]:
        """The numbers behind it."""
        found: dict[str, Json] = {
            "instances": self.instances,
            "entries": self.entries,
            "sharp": self.sharp,
            "largest_ratio": self.largest,
            "shapes": list(self.shapes),
        }
        if self.layouts:
            found |= {"layouts": list(self.layouts), "farthest_position": self.farthest}
        return found

    def counterexample(self) -> Counterexample | None:
        """The instance in which they differ, where there is one."""
        if self.wrong is None:
            return None
        instance, found, expected = self.wrong
        shown: dict[str, Json] = {}
        if shape(self.definition.name).turns:
            shown = {"layout": instance.layout, "positions": list(instance.positions)}
        for name, value in values(self.definition, instance).items():
            match value:
                case Data(array):
                    shown[name] = array.value[0].tolist()
                case Places(places):
                    shown[name] = places[0].tolist()
                case _:
                    shown[name] = SHOWN[name]
        return Counterexample(
            self.sizes(instance),
            shown,
            found.value.tolist(),
            expected.tolist(),
            f"left: the definition; right: {self.says}",
        )

    def sizes(self, instance: Instance) -> dict[str, int]:
        """Those of the definition's own dimensions and types."""
        implicit = (p.name for p in self.definition.parameters if not p.is_explicit)
        return {name: instance.sizes[name] for name in implicit}
