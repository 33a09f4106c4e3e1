"""What a sweep comes to: an outcome for each cell that decides, and one exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from harness.evidence import Json, Outcome
from harness.numeric.precisions import NARROW, Precision
from harness.numeric.tally import Spread, Tally
from harness.sweep.chunks import Key
from harness.sweep.plan import Cell
from harness.verdict import ExitCode

NAMED = 20
"""Failing instances that a cell remembers by name."""


@dataclass
class Result:
    """What is known of one cell."""

    cell: Cell
    batches: int = 0
    seen: set[int] = field(default_factory=set)
    """The first batches of the chunks that were counted."""
    tally: Tally = field(default_factory=Tally)
    ratios: Spread = field(default_factory=Spread)
    precision: Precision = field(default_factory=Precision)
    failures: list[str] = field(default_factory=list)
    reasons: Counter[tuple[Outcome, str]] = field(default_factory=Counter)
    """Why chunks came to nothing, with how many did."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one chunk."""
        self.seen.add(record["first"])
        self.batches += record["batches"]
        for kind, outcome in (("error", Outcome.ERROR), ("not_run", Outcome.NOT_RUN)):
            if kind in record:
                self.reasons[outcome, record[kind]] += 1
                return
        self.tally.merge(Tally(**{f.name: record[f.name] for f in fields(Tally)}))
        if "precision" in record:
            self.precision.merge(Precision.from_json(record["precision"]))
        else:
            self.ratios.merge(Spread.from_json(record["ratios"]))
        self.failures += record.get("failures", [])[: NAMED - len(self.failures)]

    @property
    def decides(self) -> bool:
        """Narrow formats are measured, and decide nothing."""
        return self.cell.dtype not in NARROW

    @property
    def is_whole(self) -> bool:
        return self.batches == self.cell.batches

    def outcome(self) -> tuple[Outcome, str]:
        """The worst of what came of its chunks; one that is missing was not run."""
        if self.decides and self.tally.refuted:
            return self.tally.judge()
        for (outcome, reason), chunks in sorted(self.reasons.items()):
            return outcome, f"{reason} ({chunks} {'chunk' if chunks == 1 else 'chunks'})"
        if not self.is_whole:
            missing = self.cell.batches - self.batches
            return Outcome.NOT_RUN, f"{missing} of {self.cell.batches} batches are missing"
        return self.tally.judge() if self.decides else (Outcome.NOT_APPLICABLE, "")

    def says(self) -> str:
        """The outcome as a word; `measured` where nothing was to be decided, and all was done."""
        outcome, _ = self.outcome()
        return "measured" if outcome is Outcome.NOT_APPLICABLE else str(outcome)

    def to_json(self) -> dict[str, Json]:
        cell = self.cell
        found: dict[str, Json] = {
            "claim": cell.claim,
            "shape": cell.shape,
            "seed": cell.seed,
            "dtype": cell.dtype,
            "outcome": self.says(),
            "reason": self.outcome()[1],
            **asdict(self.tally),
        }
        if self.decides:
            return {**found, "largest_ratio": self.ratios.largest, "failures": list(self.failures)}
        return {**found, **self.precision.row(cell.dtype)}


class Summary:
    """All cells of a sweep; each chunk is counted once, and one that failed may be replaced."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self.results = {cell.key: Result(cell) for cell in cells}

    def is_done(self, key: Key) -> bool:
        return key[-1] in self.results[key[:-1]].seen

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a chunk, once. Raises `KeyError` for one of another sweep."""
        cell = (record["claim"], record["shape"], record["seed"], record["dtype"])
        if record["first"] not in self.results[cell].seen:
            self.results[cell].add(record)

    @property
    def planned(self) -> int:
        """The instances of the whole sweep."""
        return sum(r.cell.batches * r.cell.lanes for r in self.results.values())

    @property
    def instances(self) -> int:
        """Those that were computed."""
        return sum(result.tally.instances for result in self.results.values())

    def exit_code(self) -> ExitCode:
        """As for any run: refuted counts most; only what decides can confirm, when all is done."""
        deciding = [r.outcome()[0] for r in self.results.values() if r.decides]
        open_ = any(r.reasons or not r.is_whole for r in self.results.values())
        if Outcome.REFUTED in deciding:
            return ExitCode.REFUTED
        if not deciding or open_ or set(deciding) != {Outcome.CONFIRMED}:
            return ExitCode.UNDECIDED
        return ExitCode.CONFIRMED

    def to_json(self) -> dict[str, Json]:
        return {
            "instances": self.instances,
            "chunks": sum(len(result.seen) for result in self.results.values()),
            "exit_code": int(self.exit_code()),
            "cells": [result.to_json() for result in self.results.values()],
        }
