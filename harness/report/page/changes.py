"""What changed since an earlier run, in the order in which a reader wants to know it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.results.changes import Change, ChangeKind, Since

_ORDER = (
    ChangeKind.REGRESSED,
    ChangeKind.NO_LONGER_RUN,
    ChangeKind.GONE,
    ChangeKind.DRIFTED,
    ChangeKind.CHANGED,
    ChangeKind.FIXED,
    ChangeKind.NEW,
)


def by_kind(since: Since) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """Each kind of change that there is, what got worse first, with the changes of that kind."""
    for kind in _ORDER:
        found = tuple(change for change in since.changes if change.kind is kind)
        if found:
            yield kind.value, found
