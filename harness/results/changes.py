"""What changed from an earlier run to a later one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.evidence import Leg


class ChangeKind(StrEnum):
    """The ways in which a claim can change from one run to the next."""

    NEW = "new"
    GONE = "no longer claimed"
    FIXED = "fixed"
    REGRESSED = "regressed"
    NO_LONGER_RUN = "no longer run"
    CHANGED = "changed"
    DRIFTED = "drifted"


@dataclass(frozen=True)
class Change:
    """One claim or definition that is not as it was."""

    subject: str
    kind: ChangeKind
    what: str

    @property
    def is_worse(self) -> bool:
        """Whether somebody should look before going on."""
        return self.kind in (ChangeKind.GONE, ChangeKind.REGRESSED, ChangeKind.NO_LONGER_RUN)

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.subject}: {self.what}"


@dataclass(frozen=True)
class Since:
    """What changed since an earlier run."""

    started: str
    """When the earlier run was, as ISO 8601 has it."""
    commit: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Past:
    """How an earlier run ended, as a folder of runs keeps it."""

    started: str
    """When, as ISO 8601 has it."""
    commit: str
    legs: tuple[Leg, ...]
    """Those that were asked."""
    words: Mapping[str, str]
    """What each claim, definition and checker came to, as readers are told it."""
