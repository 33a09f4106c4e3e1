"""What is asked in one check, and the evidence that answers it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome


@dataclass(frozen=True)
class Question:
    """A claim in one check."""

    claim: Claim
    library: Library
    check: str
    deadline: float | None
    """A time of `time.monotonic`, after which no more is begun."""

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def answer(
        self,
        outcome: Outcome,
        summary: str,
        data: Mapping[str, Json] | None = None,
        counterexample: Counterexample | None = None,
    ) -> Evidence:
        """The evidence."""
        return Evidence(
            subject=self.claim.theorem,
            leg=Leg.SYMBOLIC,
            check=self.check,
            outcome=outcome,
            summary=summary,
            data=data or {},
            counterexample=counterexample,
        )


def sets(count: int) -> str:
    """So many sets of sizes, in words."""
    return f"{count} set{'s' * (count != 1)} of sizes"
