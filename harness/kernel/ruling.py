"""What the kernel says of a declaration, and how it stops."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.kernel.terms import Name


class Verdict(StrEnum):
    """What becomes of a declaration. There is nothing between these."""

    ACCEPTED = "accepted"
    """It was checked, and all that it rests on was accepted or is trusted."""
    TRUSTED = "trusted"
    """It was taken over without being checked, as the caller asked."""
    REFUSED = "refused"
    """It breaks a rule, or rests on what does."""
    DECLINED = "declined"
    """The kernel gave up, or does not do what is asked, or the declaration rests on such a one."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one declaration: `names` are all that it declares."""

    names: tuple[Name, ...]
    verdict: Verdict
    reason: str = ""
    seconds: float = 0.0

    @property
    def name(self) -> Name:
        return self.names[0] if self.names else ()


class Refused(Exception):
    """The declaration breaks a rule; says which."""


class Declined(Exception):
    """The kernel cannot tell; says why."""
