"""What a comparison of two checkpoints found, as a page: every head, and its numbers."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.checkpoints.findings import VERDICTS, Head, Report
from harness.report.page.chart import Histogram, histogram
from harness.report.page.render import filled
from harness.report.page.words import number

STEPS = 5
"""Shades between a residual of nothing and the largest that rounding explains."""
_CELL = 22
_WIDTH = 900
_BINS = 36
_FINE = 10
"""Bins to a power of ten."""
_LEAST, _MOST = -8, 4
"""Exponents of ten, within which residuals are drawn."""


@dataclass(frozen=True, slots=True)
class Cell:
    x: int
    y: int
    shade: str
    title: str


@dataclass(frozen=True, slots=True)
class Map:
    """The heads of one role: layers from left to right, heads from top to bottom."""

    title: str
    cells: tuple[Cell, ...]
    layers: tuple[int, ...]
    heads: int

    @property
    def width(self) -> int:
        """In pixels, where there is room."""
        return len(self.layers) * min(_CELL, max(4, _WIDTH // len(self.layers)))


def to_html(report: Report, others: Sequence[str] = ()) -> str:
    """The page; `others` are faults that are not of heads, as of a certificate."""
    code = 1 if others else report.exit_code
    drawn = [z for head in report.heads if head.is_turned for z in head.turn]
    angles = [math.degrees(cmath.phase(z)) for z in drawn]
    scales = [abs(z) for z in drawn]
    residuals = [head.residual for head in report.heads]
    residuals += [stream.residual for stream in report.streams]
    charts = [
        (_linear(angles, -180, 180), "Angles of the pairs of keys, in degrees", "pairs"),
        (_linear(scales, min(scales, default=0), max(scales, default=0)), "Their scales", "pairs"),
        (_powers(residuals), "Residuals over what rounding explains", "heads and tensors"),
        (_powers((h.product for h in report.heads), False), "|AᵀB − 1| of a group", "groups"),
    ]
    return filled(
        "checkpoint.html.j2",
        report=report,
        names=[Path(path).name or path for path in (report.old, report.new)],
        others=others,
        tone={0: "confirmed", 1: "refuted", 3: "undecided"}[code],
        verdict=VERDICTS[code].partition(": ")[::2],
        maps=_maps(report.heads),
        worst=max(report.heads, key=_badness, default=None),
        wrong=sum(not head.holds for head in report.heads),
        follow=sum(stream.holds for stream in report.streams),
        charts=[chart for chart in charts if chart[0] is not None],
    )


def _badness(head: Head) -> tuple[bool, float]:
    residual = head.residual
    return not head.holds, math.inf if math.isnan(residual) else residual


def _maps(heads: Sequence[Head]) -> list[Map]:
    found = []
    for role in dict.fromkeys(head.role for head in heads):
        own = [head for head in heads if head.role == role]
        layers = tuple(sorted({head.layer for head in own}))
        place = {layer: x for x, layer in enumerate(layers)}
        is_value = role[0] == "v"
        what = "Values and the output that undoes them" if is_value else "Keys and their queries"
        cells = tuple(Cell(place[h.layer], h.head, _shade(h), _told(h)) for h in own)
        found.append(Map(what, cells, layers, 1 + max(head.head for head in own)))
    return found


def _shade(head: Head) -> str:
    if not head.holds:
        return "wrong"
    if not head.is_turned:
        return "left"
    return f"shade-{min(STEPS - 1, max(0, int(head.residual * STEPS)))}"


def _told(head: Head) -> str:
    where = f"layer {head.layer}, {'value' if head.role[0] == 'v' else 'key'} head {head.head}"
    if not head.is_turned and head.holds:
        return f"{where}: as it was"
    wrong = "" if head.holds else "wrong, "
    return f"{where}: {wrong}{number(head.residual)} times what rounding explains"


def _linear(values: Sequence[float], first: float, last: float) -> Histogram | None:
    if not values:
        return None
    if last - first < 1e-6 * max(abs(first), abs(last)):  # all alike
        first, last = first - 0.5, last + 0.5
    step = (last - first) / _BINS
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, max(0, int((value - first) / step)))] += 1
    edges = [first + step * k for k in range(_BINS + 1)]
    return histogram({"edges": edges, "counts": counts}, has_bound=False)


def _powers(values: Iterable[float], has_bound: bool = True) -> Histogram | None:
    """Of what is not 0; exact ones have no place on a scale of powers."""
    counts = [0] * (_FINE * (_MOST - _LEAST))
    for value in values:
        if value > 0:
            at = _FINE * (math.log10(min(value, 10.0**_MOST)) - _LEAST)
            counts[min(len(counts) - 1, max(0, int(at)))] += 1
        elif math.isnan(value):
            counts[-1] += 1
    edges = [_LEAST + k / _FINE for k in range(len(counts) + 1)]
    return histogram({"edges": edges, "counts": counts, "scale": "log10"}, has_bound=has_bound)
