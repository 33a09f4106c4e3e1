"""What a claim or a definition ranges over, as the lines of a small table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.language.types import Parameter, Sort, Type


@dataclass(frozen=True, slots=True)
class Declaration:
    """Parameters that stand next to each other and are of one sort."""

    names: tuple[str, ...]
    sort: Sort | Type

    def __str__(self) -> str:
        sort = self.sort.value if isinstance(self.sort, Sort) else str(self.sort)
        return f"{', '.join(self.names)}: {sort}"


def context(parameters: Sequence[Parameter]) -> tuple[Declaration, ...]:
    """The declarations of `parameters`, in order."""
    return tuple(
        Declaration(tuple(p.name for p in group), sort)
        for sort, group in groupby(parameters, key=lambda p: p.sort)
    )
