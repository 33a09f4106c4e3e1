"""Places for the nodes of a graph: layer by layer, from left to right.

A node stands one layer to the right of the rightmost node that it rests on; edges that pass a
layer hold a place in it, so that they run between the nodes and not across them; within a layer,
nodes are sorted by where their neighbours stand.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

Edges = Mapping[str, frozenset[str]]
"""For each node, the nodes that it rests on; every one of these is a node too."""
Place = Hashable
Rows = list[list[Place]]

SWEEPS = 12


def acyclic(edges: Edges) -> Edges:
    """`edges` without those that close a circle."""
    found = {node: set(below) - {node} for node, below in edges.items()}
    while True:
        try:
            TopologicalSorter(found).prepare()
        except CycleError as error:
            circle = error.args[1]
            found[circle[1]].discard(circle[0])
            continue
        return {node: frozenset(below) for node, below in found.items()}


def reduced(edges: Edges) -> Edges:
    """`edges` without those that follow from others; they must have no circle."""
    reached: dict[str, frozenset[str]] = {}
    for node in TopologicalSorter(edges).static_order():
        reached[node] = frozenset().union(*({b} | reached[b] for b in edges[node]))
    return {
        node: frozenset(b for b in below if not any(b in reached[other] for other in below))
        for node, below in edges.items()
    }


def layers(edges: Edges) -> dict[str, int]:
    """The layer of each node; what rests on nothing stands just left of what needs it first."""
    found: dict[str, int] = {}
    order = list(TopologicalSorter(edges).static_order())
    for node in order:
        found[node] = 1 + max((found[b] for b in edges[node]), default=-1)
    above: dict[str, list[str]] = {node: [] for node in order}
    for node, below in edges.items():
        for other in below:
            above[other].append(node)
    for node in order:
        if not edges[node] and above[node]:
            found[node] = min(found[other] for other in above[node]) - 1
    return found


def paths(edges: Edges, layer: Mapping[str, int]) -> dict[tuple[str, str], list[Place]]:
    """For each edge, the places that it touches, one in each layer from left to right."""
    return {
        (below, node): [below, *((below, i) for i in range(layer[below] + 1, layer[node])), node]
        for node, found in edges.items()
        for below in sorted(found)
    }


def rows(layer: Mapping[str, int], routes: Iterable[Sequence[Place]], sweeps: int = SWEEPS) -> Rows:
    """The places of each layer from top to bottom, sorted to have few crossings.

    Edges that leave one node share their places until they part.
    """
    found: Rows = [[] for _ in range(1 + max(layer.values(), default=-1))]
    for node, i in layer.items():
        found[i].append(node)
    left: dict[Place, set[Place]] = {}
    right: dict[Place, set[Place]] = {}
    held: set[Place] = set(layer)
    for route in routes:
        for place in route:
            if place not in held and isinstance(place, tuple):
                held.add(place)
                found[place[1]].append(place)
        for one, other in itertools.pairwise(route):
            left.setdefault(other, set()).add(one)
            right.setdefault(one, set()).add(other)
    best, fewest = [list(row) for row in found], crossings(found, right)
    for sweep in range(sweeps):
        backwards = bool(sweep % 2)
        neighbours = right if backwards else left
        for row in reversed(found[:-1]) if backwards else found[1:]:
            rank = {place: i for other in found for i, place in enumerate(other)}
            _sort(row, rank, neighbours)
        count = crossings(found, right)
        if count < fewest:
            best, fewest = [list(row) for row in found], count
    return best


def _sort(row: list[Place], rank: Mapping[Place, int], near: Mapping[Place, set[Place]]) -> None:
    def middle(place: Place) -> float:
        ranks = [rank[other] for other in near.get(place, ())]
        return sum(ranks) / len(ranks) if ranks else rank[place]

    row.sort(key=middle)


def crossings(rows: Sequence[Sequence[Place]], right: Mapping[Place, set[Place]]) -> int:
    """How often edges between neighbouring layers cross."""
    total = 0
    for row, following in itertools.pairwise(rows):
        rank = {place: i for i, place in enumerate(following)}
        ends = [sorted(rank[other] for other in right.get(place, ())) for place in row]
        seen: list[int] = []
        for group in ends:
            total += sum(1 for end in group for other in seen if other > end)
            seen += group
    return total
