"""What a comparison of two checkpoints found: heads, faults, and the verdict on them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

OUTCOMES = {0: "confirmed", 1: "refuted", 3: "inconclusive"}
VERDICTS = {
    0: "confirmed: one model in another frame",
    1: "refuted: not one model in another frame",
    3: "inconclusive: not everything could be decided",
}
"""By exit codes."""


@dataclass(frozen=True)
class Head:
    """One head of keys (with its queries) or of values (with its columns of the output)."""

    layer: int
    role: str
    head: int
    queries: tuple[int, ...]
    residual: float
    """The largest residual, over what rounding explains: at most 1 where all is right."""
    product: float
    """|AᵀB - 1| between queries and keys, in itself; 0 for values."""
    is_turned: bool
    holds: bool
    turn: Any = field(default=(), repr=False, compare=False)
    """Of keys: z of each pair, an angle and a scale. Drawn, and no part of what is stored."""


@dataclass(frozen=True)
class Stream:
    """A tensor that reads the residual stream or writes into it, where the stream is turned."""

    name: str
    layer: int | None
    residual: float
    holds: bool


@dataclass(frozen=True)
class Fault:
    """Something that a fold does not do; `layer` is None for what stands in no layer."""

    where: str
    what: str
    cause: str = ""
    layer: int | None = None
    role: str | None = None
    head: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"; {self.cause}" if self.cause else "")


@dataclass
class Report:
    """Everything found of two checkpoints."""

    old: str
    new: str
    family: str
    claims: tuple[str, ...]
    lacks: str
    context: int
    heads: list[Head] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    undecided: list[Fault] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    frame: str = ""
    """What turns the residual stream, where something does or gains were fused."""
    layout: str = ""
    """How a program is to pair coordinates to read the new one, where it is not as its family's."""
    equal: int = 0
    """Other tensors, equal bit by bit."""

    @property
    def turned(self) -> int:
        return sum(head.is_turned for head in self.heads)

    @property
    def exit_code(self) -> int:
        """0 one model in another frame, 1 not, 3 not decided; nothing looked at is not decided."""
        if self.faults:
            return 1
        return 3 if self.undecided or not self.heads else 0

    @property
    def worst(self) -> float:
        found = [head.residual for head in self.heads]
        return max([*found, *(stream.residual for stream in self.streams)], default=0.0)

    def to_json(self) -> dict[str, Any]:
        found = {"outcome": OUTCOMES[self.exit_code], **asdict(self)}
        for head in found["heads"]:
            del head["turn"]
        return {**found, "turned": self.turned, "worst": self.worst}
