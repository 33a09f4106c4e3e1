"""The graph of what rests on what: its nodes, from the terms and from Lean's own account."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.evidence import Leg
from harness.report.model import Kind, Run, Subject
from harness.report.page.drawing import Box, Curve, draw
from harness.report.page.layers import Edges, acyclic, reduced
from harness.report.page.words import anchor, joints

LIMIT = 150
"""More nodes than this are no picture any more."""
LETTERS = 25
"""How many letters of a name stand in a line of its box."""


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


def graph(run: Run) -> Graph | int | None:
    """The graph of `run`; how many nodes it would have where they are too many, or nothing."""
    edges = _edges(run)
    if len(edges) > LIMIT:
        return len(edges)
    if not any(edges.values()):
        return None
    edges = reduced(acyclic(edges))
    subjects = {subject.name: subject for subject in run.subjects}
    lines = {name: _lines(name) for name in edges}
    drawing = draw(edges, {name: len(found) for name, found in lines.items()})
    return Graph(
        nodes=tuple(
            _node(name, subjects.get(name), lines[name], box) for name, box in drawing.boxes
        ),
        edges=tuple(Edge(*ends, curve) for ends, curve in drawing.curves),
        width=drawing.width,
        height=drawing.height,
    )


def _node(name: str, subject: Subject | None, lines: tuple[str, ...], box: Box) -> Node:
    if subject is None:
        return Node(name, "lemma", "", "", lines, box)
    return Node(name, subject.kind.value, subject.status.value, anchor(subject), lines, box)


def _lines(name: str) -> tuple[str, ...]:
    """A name in lines, broken at its joints."""
    lines = [""]
    for piece in joints(name):
        for part in textwrap.wrap(piece, LETTERS) or [""]:
            if lines[-1] and len(lines[-1]) + len(part) > LETTERS:
                lines.append("")
            lines[-1] += part
    return tuple(lines)


def _edges(run: Run) -> Edges:
    """What each subject and each lemma rests on, directly."""
    subjects = {subject.name for subject in run.subjects}
    lemmas = {short: uses for full, uses in _lemmas(run) if (short := _short(full, run))}
    found: dict[str, set[str]] = {name: set() for name in subjects}
    for subject in run.subjects:
        found[subject.name].update(name for name in subject.calls if name in subjects)
        if subject.kind is Kind.THEOREM:
            found[subject.name].update(_known(subject.lean.uses, run, subjects | lemmas.keys()))
    waiting = [name for below in found.values() for name in below if name not in found]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _known(lemmas.get(name, ()), run, subjects | lemmas.keys())
            waiting += found[name]
    return {name: frozenset(below - {name}) for name, below in sorted(found.items())}


def _known(names: tuple[str, ...], run: Run, listed: set[str]) -> set[str]:
    """Of Lean's names, those of subjects, of lemmas that Lean describes, and of the package."""
    found = {_short(name, run) for name in names}
    return {name for name in found if name and (name in listed or not _is_made_up(name))}


def _short(full: str, run: Run) -> str:
    """A name of the package without its namespace; empty for any other name."""
    return full.removeprefix(f"{run.project}.") if full.startswith(f"{run.project}.") else ""


def _is_made_up(name: str) -> bool:
    """Whether Lean, and nobody else, gave the name."""
    return any(part.startswith(("_", "match_", "eq_", "proof_")) for part in name.split("."))


def _lemmas(run: Run) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What proofs brought along about the lemmas below them: full name, and what each uses."""
    for subject in run.claims:
        for check in subject.evidence:
            lemmas = check.data.get("lemmas") if check.leg is Leg.PROOF else None
            if isinstance(lemmas, Mapping):
                for name, uses in lemmas.items():
                    if isinstance(uses, list | tuple):
                        yield str(name), tuple(map(str, uses))
