"""The graph of what rests on what: its nodes, from the terms and from Lean's own account."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from harness.report.page.drawing import PAGE, Box, Curve, box_width, draw
from harness.report.page.layers import Edges, acyclic, reduced
from harness.report.page.uses import used
from harness.report.page.words import anchor, joints
from harness.results.run import Run
from harness.results.subject import Subject

LIMIT = 150
"""More nodes than this are no picture any more."""
LONGEST = 24
"""Letters of a word that boxes are made wide for; a longer one is broken."""
LETTER, BESIDE = 6.62, 32.0
"""How wide a letter is in a box, and what else stands in its line: the symbol and the margins."""


@dataclass(frozen=True, slots=True)
class Node:
    """A theorem, a definition, or a lemma that no specification speaks of."""

    name: str
    kind: str
    status: str
    anchor: str
    lines: tuple[str, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    curve: Curve


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float

    @property
    def fits(self) -> bool:
        """Whether a wide screen shows all of it at once."""
        return self.width <= PAGE


def graph(run: Run) -> Graph | int | None:
    """The graph of `run`; how many nodes it would have where they are too many, or nothing."""
    edges = _edges(run)
    if len(edges) > LIMIT:
        return len(edges)
    if not any(edges.values()):
        return None
    edges = reduced(acyclic(edges))
    longest = max(len(piece) for name in edges for piece in joints(name))
    width = max(box_width(edges), min(longest, LONGEST) * LETTER + BESIDE)
    letters = int((width - BESIDE) / LETTER + 1e-6)
    lines = {name: _lines(name, letters) for name in edges}
    drawing = draw(edges, {name: len(found) for name, found in lines.items()}, width)
    return Graph(
        nodes=tuple(
            _node(name, run.by_name.get(name), lines[name], box) for name, box in drawing.boxes
        ),
        edges=tuple(Edge(*ends, curve) for ends, curve in drawing.curves),
        width=drawing.width,
        height=drawing.height,
    )


def _node(name: str, subject: Subject | None, lines: tuple[str, ...], box: Box) -> Node:
    if subject is None:
        return Node(name, "lemma", "", "", lines, box)
    return Node(name, subject.kind.value, subject.status.value, anchor(subject), lines, box)


def _lines(name: str, letters: int) -> tuple[str, ...]:
    """A name in lines of so many letters, broken at its joints."""
    lines = [""]
    for piece in joints(name):
        for part in textwrap.wrap(piece, letters) or [""]:
            if lines[-1] and len(lines[-1]) + len(part) > letters:
                lines.append("")
            lines[-1] += part
    return tuple(lines)


def _edges(run: Run) -> Edges:
    """What each subject and each lemma rests on, directly: by its proof, or by what it says."""
    found = {subject.name: set(subject.calls) & run.by_name.keys() for subject in run.subjects}
    for name, below in used(run).items():
        found.setdefault(name, set()).update(below)
    return {name: frozenset(below - {name}) for name, below in sorted(found.items())}
