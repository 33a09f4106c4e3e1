"""A layered graph in coordinates: boxes of text, and curves from each to what rests on it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.report.page.layers import Edges, Place, Rows, layers, paths, rows

PAGE = 1384.0
"""The room that a screen of 1440 pixels leaves; a drawing keeps to it as long as it can be read."""
WIDEST, NARROWEST = 198.0, 120.0
"""Of a box, how wide it may be."""
LINE, MARGIN = 13.5, 15.0
"""Of a box: how high a line of its text is, and what is added above and below."""
GAP, ASIDE, THREAD = 12.0, 0.2, 6.0
"""Between boxes below each other, and beside each other as a share of their width; and what an
edge that passes takes."""
SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


Curve = str
"""The `d` of an SVG path."""


@dataclass(frozen=True, slots=True)
class Drawing:
    boxes: tuple[tuple[str, Box], ...]
    curves: tuple[tuple[tuple[str, str], Curve], ...]
    width: float
    height: float


def box_width(edges: Edges) -> float:
    """How wide boxes may be for the layers of a graph without circles to stand side by side."""
    columns = 1 + max(layers(edges).values(), default=0)
    fitting = PAGE / (columns + ASIDE * (columns - 1))
    return float(int(min(WIDEST, max(NARROWEST, fitting))))


def draw(edges: Edges, lines: Mapping[str, int], width: float) -> Drawing:
    """Places for the nodes of a graph without circles, each with so many lines of text.

    Their boxes are `width` wide.
    """
    layer = layers(edges)
    routes = paths(edges, layer)
    order = rows(layer, routes.values())

    def height(place: Place) -> float:
        return lines[place] * LINE + MARGIN if isinstance(place, str) else THREAD

    centre = _centres(order, list(routes.values()), {p: height(p) for row in order for p in row})
    column = {
        place: round(i * (1 + ASIDE) * width, 1) for i, row in enumerate(order) for place in row
    }
    boxes = {
        name: Box(column[name], round(centre[name] - height(name) / 2, 1), width, height(name))
        for row in order
        for name in row
        if isinstance(name, str)
    }
    curves = {
        ends: _curve([(column[p], centre[p]) for p in route], width)
        for ends, route in routes.items()
    }
    return Drawing(
        tuple(boxes.items()),
        tuple(curves.items()),
        max(box.x + box.width for box in boxes.values()),
        max(box.y + box.height for box in boxes.values()),
    )


def _curve(points: Sequence[tuple[float, float]], width: float) -> Curve:
    """From the right side of the first box to the left side of the last; boxes are so wide."""
    (x, y), *rest = points
    parts = [f"M{x + width:g} {y:.1f}"]
    x += width
    for i, (left, middle) in enumerate(rest):
        bend = (left - x) / 2
        parts.append(f"C{x + bend:g} {y:.1f} {left - bend:g} {middle:.1f} {left:g} {middle:.1f}")
        x, y = left, middle
        if i < len(rest) - 1:
            x += width
            parts.append(f"H{x:g}")
    return "".join(parts)


def _centres(
    order: Rows, routes: Sequence[Sequence[Place]], height: Mapping[Place, float]
) -> dict[Place, float]:
    """Heights at which places stand near their neighbours, in their order and apart."""
    near: dict[Place, list[Place]] = {place: [] for row in order for place in row}
    for route in routes:
        for one, other in itertools.pairwise(route):
            near[one].append(other)
            near[other].append(one)
    centre: dict[Place, float] = {}
    for row in order:
        _stack(row, dict.fromkeys(row, 0.0), height, centre)
    for sweep in range(SWEEPS):
        for row in order if sweep % 2 else order[::-1]:
            wanted = {
                place: sum(centre[other] for other in near[place]) / len(near[place])
                if near[place]
                else centre[place]
                for place in row
            }
            _stack(row, wanted, height, centre)
    top = min(centre[place] - height[place] / 2 for place in centre)
    return {place: value - top for place, value in centre.items()}


def _stack(
    row: Sequence[Place],
    wanted: Mapping[Place, float],
    height: Mapping[Place, float],
    centre: dict[Place, float],
) -> None:
    """Give each place of a row what it wants, as far as its neighbours leave room.

    Places that would overlap move together, to where they are right on average.
    """
    groups: list[tuple[list[Place], float, float]] = []
    for place in row:
        members, top, size = [place], wanted[place] - height[place] / 2, height[place]
        while groups and groups[-1][1] + groups[-1][2] + GAP > top:
            others, other_top, other_size = groups.pop()
            shifted = top - other_size - GAP
            share = len(others) / (len(others) + len(members))
            top = other_top * share + shifted * (1 - share)
            members, size = others + members, other_size + GAP + size
        groups.append((members, top, size))
    for members, top, _ in groups:
        for place in members:
            centre[place] = top + height[place] / 2
            top += height[place] + GAP
