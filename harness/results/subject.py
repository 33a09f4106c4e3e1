"""A claim or a definition, with everything that was found out about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Leg, Outcome
from harness.folds.model import Cost, Picture
from harness.language.notation.formula import Statement
from harness.verdict import Status


class Kind(StrEnum):
    """What evidence can be about."""

    THEOREM = "theorem"
    DEFINITION = "definition"


def word(leg: Leg, outcome: Outcome) -> str:
    """An outcome as readers are told it.

    What is wrong with a proof says nothing against the theorem, which is unproved and no more.
    """
    is_unproved = leg is Leg.PROOF and outcome is Outcome.REFUTED
    return UNPROVED if is_unproved else outcome.value


UNPROVED = "unproved"


@dataclass(frozen=True)
class LegResult:
    """What one leg found out, and the evidence for it."""

    leg: Leg
    outcome: Outcome
    checks: tuple[Evidence, ...] = ()
    waived: str | None = None
    """The reason for which the specification waives this leg."""

    @property
    def word(self) -> str:
        """The outcome as readers are told it."""
        return word(self.leg, self.outcome)


def verdict_word(status: Status, legs: Iterable[LegResult]) -> str:
    """A status as readers are told it: *unproved* where nothing but the proof is against it."""
    words = {result.word for result in legs if result.outcome is Outcome.REFUTED}
    return UNPROVED if status is Status.REFUTED and words == {UNPROVED} else status.value


@dataclass(frozen=True)
class LeanSource:
    """What Lean's side says of a theorem or definition, as far as the evidence tells."""

    file: str = ""
    line: int = 0
    source: str = ""
    docstring: str = ""
    axioms: tuple[str, ...] | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A claim or a definition, with everything that was found out about it."""

    name: str
    kind: Kind
    says: str
    file: str
    line: int
    specification: str
    """The text that it was read from."""
    statement: Statement
    status: Status
    legs: tuple[LegResult, ...]
    source: str = ""
    """Where the claim comes from, as the specification says."""
    doubts: tuple[Diagnostic, ...] = ()
    """What a reader may mistake in the specification, such as names that look alike."""
    calls: tuple[str, ...] = ()
    """The definitions that the statement speaks of."""
    picture: Picture | None = None
    """What is folded where, for a claim of that form."""
    cost: Cost | None = None
    """What the fold costs, for a claim that is about one."""

    @property
    def word(self) -> str:
        """The status as readers are told it."""
        return verdict_word(self.status, self.legs)

    @property
    def evidence(self) -> Iterator[Evidence]:
        return (check for leg in self.legs for check in leg.checks)

    @property
    def lean(self) -> LeanSource:
        """Lean's own text, from whichever check brought it along."""
        found: dict[str, Any] = {}
        for check in self.evidence:
            for key in ("file", "line", "source", "statement", "docstring", "axioms", "uses"):
                if key in check.data and check.leg in (Leg.PROOF, Leg.MIRROR):
                    found.setdefault(key, check.data[key])
        axioms = found.get("axioms")
        line = found.get("line")
        return LeanSource(
            file=str(found.get("file") or ""),
            line=line if isinstance(line, int) else 0,
            source=str(found.get("source") or found.get("statement") or ""),
            docstring=str(found.get("docstring") or ""),
            axioms=tuple(map(str, axioms)) if isinstance(axioms, list | tuple) else None,
            uses=tuple(map(str, found.get("uses") or ())),
        )
