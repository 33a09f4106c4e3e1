"""A claim or a definition, with everything that was found out about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Leg, Outcome
from harness.report.model.fold import Cost, Picture
from harness.report.model.statement import Statement
from harness.verdict import Status


class Kind(StrEnum):
    """What evidence can be about."""

    THEOREM = "theorem"
    DEFINITION = "definition"


@dataclass(frozen=True)
class LegResult:
    """What one leg found out, and the evidence for it."""

    leg: Leg
    outcome: Outcome
    checks: tuple[Evidence, ...] = ()
    waived: str | None = None
    """The reason for which the specification waives this leg."""


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
