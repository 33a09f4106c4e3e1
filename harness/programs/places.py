"""Where formulas are kept: an array of its own, or a view, which writes to what it is a view of.

Of some arrays only their layout in memory says whether they are views: of those that are reshaped.
Such a one is as good as a copy until one of the two is overwritten and the other read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.programs import graph
from harness.programs.graph import Node, NotApplicable


class Place:
    """What an array or a tensor of a program holds, and may be overwritten with."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._base: Place | None = None
        self._how: Callable[[Any], Any] = lambda a: a
        self._seen: Node | None = None
        self._is_sure = True
        self._lost = ""

    def view(self, name: str, how: Callable[[Any], Any], *, is_sure: bool = True) -> Place:
        """A rearrangement that shares its entries with this; or may, where that is not sure."""
        found = Place(graph.rearrange(name, how, self.read()))
        found._base, found._how, found._seen = self, how, self.read()
        found._is_sure = is_sure
        return found

    def read(self) -> Node:
        """The formulas that are here now."""
        if self._base is not None and (self._base._lost or self._base.read() is not self._seen):
            if not self._is_sure:
                self._lost = "it may share its memory with what was overwritten"
            else:
                self._seen = self._base.read()
                self._node = graph.rearrange("view", self._how, self._seen)
        if self._lost:
            raise NotApplicable("view", self._lost)
        return self._node

    def lose(self, why: str) -> None:
        """Nothing is known any more of what is here, nor where this is a view of."""
        place: Place | None = self
        while place is not None:
            place._lost, place = why, place._base

    def write(self, node: Node) -> None:
        """Put other formulas here; where this is a view, in what it is a view of."""
        whole = self.read().shape
        if node.shape != whole:
            node = graph.rearrange("broadcast", lambda a: np.broadcast_to(a, whole), node)
        if not self._is_sure and self._base is not None:
            self._base.lose("what may share its memory was overwritten")
            self._base, self._is_sure = None, True
        if self._base is None:
            self._node = node
            return
        shape = self._base.read().shape
        places = self._how(np.arange(math.prod(shape)).reshape(shape)).ravel()
        if len(np.unique(places)) < len(places):
            raise NotApplicable("view", "entries that are one in memory are overwritten")

        def put(array: Any, given: Any) -> Any:
            found = np.array(array).ravel()
            found[places] = given.ravel()
            return found.reshape(shape)

        self._base.write(graph.rearrange("copy", put, self._base.read(), node))
