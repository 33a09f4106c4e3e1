"""A checker with the lattice of its toggles, and what that was found to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.evidence import Evidence, Leg
from harness.lattice import Lattice
from harness.results.subject import LegResult
from harness.verdict import Status, leg_outcome


@dataclass(frozen=True)
class CheckerResult:
    """A file of toggles, with the lattice that it spans."""

    name: str
    title: str
    says: str
    file: str
    status: Status
    check: Evidence | None
    """How the lattice was found; nothing where it was not."""
    lattice: Lattice | None
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Combinations that a reader may ask about, by name: the toggles that are off."""

    @property
    def line(self) -> int:
        """Where it begins in its file."""
        return 1

    @property
    def legs(self) -> tuple[LegResult, ...]:
        """The one leg that answers for it."""
        checks = () if self.check is None else (self.check,)
        return (LegResult(Leg.NECESSITY, leg_outcome(checks), checks),)

    @property
    def word(self) -> str:
        """The status as readers are told it."""
        return self.status.value

    @property
    def evidence(self) -> Iterator[Evidence]:
        return (check for leg in self.legs for check in leg.checks)
