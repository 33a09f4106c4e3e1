"""Programs that people run: the definition that each computes, and the claims asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.evidence import Evidence, Leg
from harness.results.run import Run
from harness.results.subject import Subject

_OWN = ("exact", "float64", "float32")
"""Checks of the program itself; the others are named by claims."""


@dataclass(frozen=True)
class Row:
    """One program."""

    name: str
    target: str
    definition: Subject
    checks: Mapping[str, Evidence]

    @property
    def own(self) -> list[tuple[str, Evidence]]:
        return [(name, check) for name, check in self.checks.items() if name in _OWN]

    @property
    def claims(self) -> list[tuple[str, Evidence]]:
        """By the names of the claims, those that speak of it first."""
        found = [(name, check) for name, check in self.checks.items() if name not in _OWN]
        return sorted(found, key=lambda item: item[1].outcome.value == "not applicable")

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What its tensors are in the definition's letters, what it calls, and of which version."""
        data = {k: v for check in self.checks.values() for k, v in check.data.items()}
        found = []
        for key in ("tensors", "operators", "versions"):
            match data.get(key):
                case Mapping() as given if given:
                    sign = " = " if key == "tensors" else " "
                    found.append((key, ", ".join(f"{k}{sign}{v}" for k, v in given.items())))
                case list() | tuple() as listed if listed:
                    found.append((key, ", ".join(map(str, listed))))
        return found


def programs(run: Run) -> list[Row]:
    """The programs that were asked in this run, those of one definition together."""
    found = []
    for definition in run.definitions:
        checks: dict[str, dict[str, Evidence]] = {}
        for check in definition.evidence:
            name, colon, what = check.check.partition(": ")
            if check.leg is Leg.IMPLEMENTATION and colon and "program" in check.data:
                checks.setdefault(name, {})[what] = check
        for name, own in checks.items():
            target = str(next(iter(own.values())).data["program"])
            found.append(Row(name, target, definition, own))
    return found
