"""What terms come to: numbers and functions as they are given, and while they are evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from harness.arrays.products import Binder, Indices, Product

A = TypeVar("A")


class Unsupported(Exception):
    """A term that an array cannot hold, such as a `∀` over vectors; says why."""


@dataclass(frozen=True, slots=True)
class Data(Generic[A]):
    """Scalars, vectors, matrices, and families of these."""

    array: A


@dataclass(frozen=True, slots=True)
class Places:
    """Indices and positions, and families of these: integers counted from 0."""

    array: Any


@dataclass(frozen=True, slots=True)
class Open:
    """A function that the claim leaves open, at the first of its arguments."""

    function: Any
    """Called with one array for each argument, all at once."""
    arity: int
    given: tuple[tuple[Any, Any], ...] = ()
    """The arguments, and the sizes of their axes."""


@dataclass(slots=True)
class Closure:
    """A function of the claim."""

    call: Callable[[Any], Any]
    size: Callable[[], int]
    """How many arguments there are. Raises `Unsupported` where they have no end."""
    at: dict[int, Any] = field(default_factory=dict)
    """What it is at bound indices, by their axes."""
    table: Any = None
    """All that it is, once that was asked for."""


Value = Data[A] | Places | Open | Closure
"""What variables are, and what is found."""

Walked = Product | Binder | Indices | Closure | Open
"""What terms come to on the way."""
