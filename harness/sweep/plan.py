"""What a sweep is to do, read from strict YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.claims.document import Document, read_checked
from harness.claims.hypotheses import Unmet, assign
from harness.claims.model import Claim, Library
from harness.claims.project import Project
from harness.diagnostics import Diagnostic, InputError
from harness.evidence import Json
from harness.numeric.identifier import LANES
from harness.numeric.sizing import misfits


@dataclass(frozen=True)
class Cell:
    """One combination: its batches are numbered from 0."""

    claim: str
    shape: str
    sizes: Mapping[str, int] | None
    """A size for each dimension and type of the claim; nothing where batches draw their own."""
    seed: int
    dtype: str
    lanes: int
    batches: int

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What tells it from the other cells of its sweep."""
        return self.claim, self.shape, self.seed, self.dtype


@dataclass(frozen=True)
class SweepPlan:
    """Claims, each at every shape, from every seed, in every format."""

    says: str
    library: Library
    claims: tuple[Claim, ...]
    shapes: Mapping[str, Mapping[str, int] | None]
    seeds: tuple[int, ...]
    dtypes: tuple[str, ...]
    instances: int
    """Of each combination, before rounding up to whole batches."""
    lanes: int = LANES

    def cells(self) -> Iterator[Cell]:
        """Every combination, claims first."""
        batches = -(-self.instances // self.lanes)
        for claim in self.claims:
            names = claim.sized
            for shape, sizes in self.shapes.items():
                own = None if sizes is None else {n: sizes[n] for n in names}
                for seed in self.seeds:
                    for dtype in self.dtypes:
                        yield Cell(claim.theorem, shape, own, seed, dtype, self.lanes, batches)

    def to_json(self) -> dict[str, Json]:
        """The plan as a file's header holds it."""
        return {
            "claims": [claim.theorem for claim in self.claims],
            "shapes": {k: "drawn" if v is None else dict(v) for k, v in self.shapes.items()},
            "seeds": list(self.seeds),
            "dtypes": list(self.dtypes),
            "instances": self.instances,
            "lanes": self.lanes,
        }


def load_plan(path: Path, name: str, project: Project) -> SweepPlan:
    """Read a plan over the claims of a project; `name` is how messages call the file.

    Raises `InputError` with all its faults.
    """
    document = read_checked(path, name, "sweep")
    faults: list[Diagnostic] = []
    data = document.data
    known = {claim.theorem: claim for claim in project.claims}
    wanted = list(known) if data["claims"] == "all" else data["claims"]
    for i, theorem in enumerate(wanted):
        if theorem not in known:
            message = f"expected a claim of this project, found {theorem!r}"
            faults.append(document.fault(("claims", i), message))
    claims = tuple(known[theorem] for theorem in wanted if theorem in known)
    shapes: dict[str, Mapping[str, int] | None] = {}
    for shape, sizes in data["shapes"].items():
        shapes[shape] = None if sizes == "drawn" else sizes
        if sizes != "drawn":
            faults.extend(_shape_faults(document, shape, sizes, claims, project.library))
    if faults:
        raise InputError(faults)
    return SweepPlan(
        data["says"],
        project.library,
        claims,
        shapes,
        tuple(data["seeds"]),
        tuple(data["dtypes"]),
        data["instances"],
        data.get("lanes", LANES),
    )


def _shape_faults(
    document: Document,
    shape: str,
    sizes: Mapping[str, int],
    claims: tuple[Claim, ...],
    library: Library,
) -> Iterator[Diagnostic]:
    """Sizes that a claim lacks or cannot have, and those that none of the claims has."""
    place: tuple[Any, ...] = ("shapes", shape)
    used: set[str] = set()
    for claim in claims:
        names = claim.sized
        used.update(names)
        missing = [name for name in names if name not in sizes]
        if missing:
            message = f"expected a size for {', '.join(missing)} of {claim.theorem}, found none"
            yield document.fault(place, message, key=True)
            continue
        try:
            found = misfits(claim, assign(claim, library), sizes)
        except Unmet:
            continue
        for reason in found:
            yield document.fault(place, f"{claim.theorem}: {reason}")
    for name in sizes:
        if claims and name not in used:
            message = f"no claim of this plan has a dimension or type {name!r}"
            yield document.fault((*place, name), message, key=True)
