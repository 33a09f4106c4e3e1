"""Charts as coordinates; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.model import Run
from harness.report.page.words import number

WIDTH, HEIGHT = 480.0, 96.0


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: tuple[Bar, ...]
    total: int
    ticks: tuple[tuple[float, str], ...]
    """Labels below the axis, each with its place."""


def histogram(data: Any) -> Histogram | None:
    """The bars for `{"edges": […], "counts": […]}`; nothing where `data` is something else."""
    if not isinstance(data, Mapping):
        return None
    edges, counts = _numbers(data.get("edges")), _numbers(data.get("counts"))
    if not counts or len(edges) != len(counts) + 1:
        return None
    first, last, top = edges[0], edges[-1], max(counts)
    if not (last > first and top > 0 and min(counts) >= 0):
        return None

    def place(value: float) -> float:
        return round((value - first) / (last - first) * WIDTH, 2)

    bars = []
    for left, right, count in zip(edges[:-1], edges[1:], counts, strict=True):
        height = max(round(count / top * HEIGHT, 2), 1.5) if count else 0.0
        title = f"{number(left)} to {number(right)}: {number(count)}"
        width = max(place(right) - place(left) - 1, 0.5)
        bars.append(Bar(place(left), HEIGHT - height, width, height, title))
    middle = edges[len(edges) // 2]
    ticks = tuple((place(value), number(value)) for value in (first, middle, last))
    return Histogram(tuple(bars), int(sum(counts)), ticks)


def _numbers(value: Any) -> list[float]:
    """The finite numbers of a list; nothing where it holds anything else."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    found = [item for item in value if isinstance(item, int | float) and item - item == 0]
    return found if len(found) == len(value) else []


def shares(run: Run) -> list[tuple[str, float, float]]:
    """Each status with where its part of a bar of length 100 begins, and how long it is."""
    found, start = [], 0.0
    for status, count in run.counts.items():
        length = 100 * count / max(1, len(run.claims))
        if count:
            found.append((status.value, round(start, 3), round(length, 3)))
        start += length
    return found
