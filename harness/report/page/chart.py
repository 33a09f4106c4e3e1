"""Charts as coordinates; the templates draw them as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.page.words import number
from harness.results.run import Run

WIDTH, HEIGHT = 480.0, 96.0
BOUND = 1.0
"""The ratio of error to bound at which the bound is reached."""

Ticks = tuple[tuple[float, str], ...]
"""Labels along an axis, each with its place."""


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
    ticks: Ticks
    bound: float | None
    """Where the bound is reached, if that is within the axis."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Scatter:
    dots: tuple[Dot, ...]
    across: Ticks
    upward: Ticks
    bound: float


def histogram(data: Any, *, has_bound: bool = True) -> Histogram | None:
    """The bars for `{"edges": […], "counts": […]}`; nothing where `data` is something else.

    With `"scale": "log10"` the edges are exponents of ten; then the axis has only the part that
    holds something, and reaches the bound.
    """
    if not isinstance(data, Mapping):
        return None
    edges, counts = _numbers(data.get("edges")), _numbers(data.get("counts"))
    if not counts or len(edges) != len(counts) + 1:
        return None
    if not (edges[-1] > edges[0] and max(counts) > 0 and min(counts) >= 0):
        return None
    powers = data.get("scale") == "log10"
    bins = list(zip(edges[:-1], edges[1:], counts, strict=True))
    if powers:
        first = float(math.floor(min(left for left, _, count in bins if count)))
        last = max(0.5, max(right for _, right, count in bins if count))
    else:
        first, last = edges[0], edges[-1]

    def place(value: float) -> float:
        return round((value - first) / (last - first) * WIDTH, 2)

    def label(value: float) -> str:
        return number(10**value) if powers else number(value)

    bars = []
    for left, right, count in bins:
        if left < first or right > last:
            continue
        height = max(round(count / max(counts) * HEIGHT, 2), 1.5) if count else 0.0
        title = f"{label(left)} to {label(right)}: {number(count)}"
        width = max(place(right) - place(left) - 1, 0.5)
        bars.append(Bar(place(left), HEIGHT - height, width, height, title))
    marks = range(int(first), 1) if powers else (edges[0], edges[len(edges) // 2], edges[-1])
    ticks = tuple((place(mark), label(mark)) for mark in marks)
    bound = 0.0 if powers else BOUND
    is_within = has_bound and first <= bound <= last
    return Histogram(tuple(bars), int(sum(counts)), ticks, place(bound) if is_within else None)


def growth(data: Any) -> Scatter | None:
    """The ratio of error to bound over the size of instances, both on scales of powers.

    From `[{"largest_ratio": …, size: …, …}]`; the size of an instance is the product of its
    sizes. Nothing where `data` is something else, or has fewer than three instances of two sizes.
    """
    if not isinstance(data, Sequence) or isinstance(data, str):
        return None
    found = [point for point in map(_point, data) if point is not None]
    if len(found) < 3 or len({size for size, _, _ in found}) < 2:
        return None
    right = math.log10(max(size for size, _, _ in found))
    left = math.log10(min(size for size, _, _ in found))
    low = math.floor(min(math.log10(ratio) for _, ratio, _ in found))
    top = max(0.25, *(math.log10(ratio) for _, ratio, _ in found))

    def across(size: float) -> float:
        return round((math.log10(size) - left) / (right - left) * WIDTH, 2)

    def upward(ratio: float) -> float:
        return round((top - math.log10(ratio)) / (top - low) * HEIGHT, 2)

    dots = tuple(Dot(across(size), upward(ratio), title) for size, ratio, title in found)
    sizes = [m * 10**k for k in range(int(left), int(right) + 1) for m in (1, 2, 5)]
    return Scatter(
        dots,
        tuple((across(s), number(s)) for s in sizes if 10**left <= s <= 10**right),
        tuple((upward(10.0**k), number(10.0**k)) for k in range(low, 1)),
        upward(BOUND),
    )


def _point(item: Any) -> tuple[float, float, str] | None:
    """The size of an instance, its ratio, and both in words."""
    if not isinstance(item, Mapping):
        return None
    ratio = item.get("largest_ratio")
    sizes = {k: v for k, v in item.items() if k != "largest_ratio"}
    numbers = _numbers([ratio, *sizes.values()])
    if len(numbers) < 2 or min(numbers) <= 0:
        return None
    words = ", ".join(f"{name} = {value}" for name, value in sizes.items())
    return math.prod(numbers[1:]), numbers[0], f"{words}: {number(numbers[0])}"


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
