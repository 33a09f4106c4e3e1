"""How a fold travels through what a claim is about, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.evidence import Json
from harness.language.notation.formula import Formula


@dataclass(frozen=True)
class Port:
    """What goes into a stage of a picture: a parameter of its definition, before and after."""

    name: str
    before: Formula
    after: Formula
    is_changed: bool
    each: str = ""
    """The range of the index, where a family is shown by one of its members."""
    numbers: tuple[Json, Json] | None = None
    """What both are in the counterexample, where the claim has one."""


@dataclass(frozen=True)
class Stage:
    """A definition of a picture: what goes in, and what comes out."""

    definition: str
    each: str
    """The ranges of the indices for each of which the stage stands, such as `k < h`."""
    inputs: tuple[Port, ...]
    outcome: Formula
    """The name of what comes out before."""
    before: Formula | None
    """What comes out before, in terms of what came out of the stage within."""
    after: Formula | None
    becomes: Formula | None
    """What comes out after, in terms of what came out before, where a claim says so."""
    is_same: bool
    """Whether that is no change at all."""
    claim: str = ""
    """The claim that says so, where it is another one."""
    numbers: tuple[Json, Json] | None = None
    """What comes out before and after in the counterexample, where the claim has one."""


@dataclass(frozen=True)
class Picture:
    """How a change of the inputs travels through what a claim is about, innermost first."""

    stages: tuple[Stage, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Of the counterexample whose numbers the stages show."""
    claimed: Json = None
    """What comes out of the last stage by the claim, in that counterexample."""


@dataclass(frozen=True)
class CostRow:
    """What one way to compute takes: each a polynomial in the sizes, as text."""

    what: str
    parameters: str
    multiplications: str
    additions: str
    divisions: str
    calls: str


@dataclass(frozen=True)
class Cost:
    """What a fold costs, counted on the terms of the claim."""

    rows: tuple[CostRow, ...]
    is_free: bool
    """Whether folding leaves the numbers of parameters and of operations as they were."""
    changed: tuple[str, ...]
    """The matrices that the fold changes, and the vectors for which one output is computed."""
    inputs: tuple[str, ...]
