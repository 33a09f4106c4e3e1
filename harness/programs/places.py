"""Where formulas are kept: an array of its own, or a view, which writes to what it is a view of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.programs import graph
from harness.programs.graph import Node


class Place:
    """What an array or a tensor of a program holds, and may be overwritten with."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._base: Place | None = None
        self._how: Callable[[Any], Any] = lambda a: a
        self._seen: Node | None = None

    def view(self, name: str, how: Callable[[Any], Any]) -> Place:
        """A rearrangement that shares its entries with this."""
        found = Place(graph.rearrange(name, how, self.read()))
        found._base, found._how, found._seen = self, how, self.read()
        return found

    def read(self) -> Node:
        """The formulas that are here now."""
        if self._base is not None and self._base.read() is not self._seen:
            self._seen = self._base.read()
            self._node = graph.rearrange("view", self._how, self._seen)
        return self._node

    def write(self, node: Node) -> None:
        """Put other formulas here; where this is a view, in what it is a view of."""
        whole = self.read().shape
        if node.shape != whole:
            node = graph.rearrange("broadcast", lambda a: np.broadcast_to(a, whole), node)
        if self._base is None:
            self._node = node
            return
        shape = self._base.read().shape
        places = self._how(np.arange(math.prod(shape)).reshape(shape)).ravel()

        def put(array: Any, given: Any) -> Any:
            found = np.array(array).ravel()
            found[places] = given.ravel()
            return found.reshape(shape)

        self._base.write(graph.rearrange("copy", put, self._base.read(), node))
