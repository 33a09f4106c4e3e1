"""A claim or a definition, with everything that was found out about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any, SupportsIndex, overload

from harness.diagnostics import Diagnostic
from harness.evidence import VACUITY, Evidence, Leg, Outcome
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


UNANSWERED = "No check answered for this leg."
UNPROVED = "unproved"
VACUOUS = "vacuous"
"""Words for two kinds of status that tell a reader more."""


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

    @property
    def is_waived(self) -> bool:
        """Whether the specification waives it, and nothing refutes it."""
        return self.waived is not None and self.outcome is not Outcome.REFUTED

    @property
    def is_against(self) -> bool:
        """Whether it stands against its subject: not confirmed, and not waived."""
        return not (self.outcome.is_fine or self.is_waived)

    @property
    def telling(self) -> tuple[Evidence, ...]:
        """The checks that came to what the leg did; one that says so where none answered."""
        found = tuple(check for check in self.checks if check.outcome is self.outcome)
        return found or (Evidence("", self.leg, "", self.outcome, UNANSWERED),)


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
        if self.status is Status.UNDECIDED and self.is_vacuous:
            return VACUOUS
        return verdict_word(self.status, self.legs)

    @property
    def is_vacuous(self) -> bool:
        """Whether a check found that it says nothing, be that intended or not."""
        return any(c.check == VACUITY and c.data.get("is_known", True) for c in self.evidence)

    def __getitem__(self, leg: Leg | str) -> LegResult:
        """What one leg found out. Raises `KeyError` where it was not asked."""
        for result in self.legs:
            if result.leg == leg:
                return result
        raise KeyError(leg)

    def _repr_html_(self) -> str:
        """The claim in a notebook: what it says, its formula, and what each leg found out."""
        legs = ", ".join(f"{result.leg.value}: {result.word}" for result in self.legs)
        return (
            f"<p><strong>{escape(self.name)}</strong>: {escape(self.word)}</p>"
            f"<p>{escape(self.says)}</p><p><code>{escape(self.statement.conclusion.text)}</code>"
            f"</p><p>{escape(legs)}</p>"
        )

    def _repr_latex_(self) -> str:
        """The conclusion in a notebook or a paper."""
        return f"$\\displaystyle {self.statement.conclusion.latex}$"

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


class Subjects(tuple[Subject, ...]):
    """Claims or definitions in their order, which are found by their names as well."""

    __slots__ = ()

    @overload
    def __getitem__(self, key: str | SupportsIndex, /) -> Subject: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[Subject, ...]: ...
    def __getitem__(self, key: str | SupportsIndex | slice, /) -> Subject | tuple[Subject, ...]:
        """One by its name or number. Raises `KeyError` for a name that is not there."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        for subject in self:
            if subject.name == key:
                return subject
        raise KeyError(key)
