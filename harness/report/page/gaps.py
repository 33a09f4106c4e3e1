"""What of a package no claim is about, in the groups that a page shows."""

from __future__ import annotations

from collections.abc import Iterable

from harness.evidence import Gap, GapKind


def by_kind(gaps: Iterable[Gap]) -> list[tuple[str, bool, list[Gap]]]:
    """The gaps of each kind, those first on which no claim rests; with whether one does."""
    found = list(gaps)
    groups = [
        (kind.value, is_used, [g for g in found if g.kind is kind and g.is_used is is_used])
        for kind in GapKind
        for is_used in (False, True)
    ]
    return [group for group in groups if group[2]]
