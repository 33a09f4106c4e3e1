"""Instances computed again from their identifiers, and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from harness.arrays import Unsupported
from harness.arrays.backend import Backend, BackendMissing
from harness.claims.hypotheses import Unmet
from harness.claims.model import Claim, Library
from harness.claims.project import Project
from harness.evidence import Counterexample, Json
from harness.instances.search import Found, draw_small
from harness.numeric import rational
from harness.numeric.bounded import Float64Check
from harness.numeric.check import Check, Compared, remark, shown
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.identifier import ReplayId
from harness.numeric.precisions import NARROW, measure
from harness.numeric.threads import one_thread

CHECKS: tuple[type[PrimeFieldCheck] | type[Float64Check], ...] = (PrimeFieldCheck, Float64Check)


def tester_of(wanted: ReplayId, claim: Claim, library: Library) -> PrimeFieldCheck | Float64Check:
    """The check that drew an instance; narrow formats are measured on what doubles draw.

    Raises `ValueError` for a check or sizes that there are not, `BackendMissing`, `Unmet`.
    """
    kinds = {kind.name: kind for kind in CHECKS} | dict.fromkeys(NARROW, Float64Check)
    if wanted.check not in kinds:
        raise ValueError(f"expected one of {', '.join(kinds)}, found {wanted.check!r}")
    names = claim.sized
    if wanted.sizes and set(wanted.sizes) != set(names):
        raise ValueError(f"expected sizes for {', '.join(names)}, found {', '.join(wanted.sizes)}")
    backend = Backend(wanted.backend, wanted.device)
    settings = (wanted.seed, wanted.lanes, backend, wanted.sizes, wanted.is_free)
    return kinds[wanted.check](claim, library, *settings)


SMALL = "small"
"""The check of counterexamples that were searched for among small numbers: exact, and no lane of
a batch. Of their identifiers the seed is the kind of numbers, and the batch the open function."""


@dataclass(frozen=True)
class Replayed:
    """An instance computed again."""

    claim: Claim
    example: Counterexample
    differs: bool | None
    """Whether the sides differ; nothing in a format in which that is measured and not judged."""


def small_id(claim: Claim, found: Found) -> ReplayId:
    """What names a small counterexample."""
    place = (found.numbers, found.function, found.lane)
    return ReplayId(claim.theorem, SMALL, *place, found.example.sizes)


def replay(identifier: str, claim: Claim, library: Library) -> Counterexample:
    """The instance that `identifier` names; see `recompute`."""
    return recompute(identifier, claim, library).example


def recompute(identifier: str, claim: Claim, library: Library) -> Replayed:
    """The instance that `identifier` names, drawn anew: its inputs and both sides.

    Raises `ValueError` where it is not an identifier, or not one of this claim, and where it
    cannot be computed here.
    """
    wanted = ReplayId.parse(identifier)
    if wanted.theorem != claim.theorem:
        raise ValueError(f"expected an instance of {claim.theorem}, found {identifier!r}")
    if wanted.check == SMALL:
        names = claim.sized
        sizes = dict(wanted.sizes or {})
        if set(sizes) != set(names):
            raise ValueError(f"expected sizes for {', '.join(names)}, found {', '.join(sizes)}")
        place = (wanted.seed, wanted.batch, wanted.lane)
        return Replayed(claim, draw_small(claim, library, sizes, place), True)
    if wanted.check == rational.RATIONAL and rational.applies(claim):
        try:
            return Replayed(claim, *rational.replayed(claim, library, wanted))
        except Unsupported as error:
            raise ValueError(str(error)) from None
    if wanted.lane >= wanted.lanes:
        raise ValueError(f"a batch has {wanted.lanes} lanes, found {identifier!r}")
    try:
        tester: Check = tester_of(wanted, claim, library)
        with one_thread():
            drawn = tester.draw(wanted.batch)
            found = tester.compare(drawn, claim.conclusion)
            differs: bool | None = bool(found.wrong[wanted.lane])
            text = f"difference over bound {float(found.ratio[wanted.lane]):.3g}"
            if wanted.check in NARROW and isinstance(tester, Float64Check):
                narrow = measure(tester, drawn, wanted.check)
                none = np.zeros_like(found.wrong)
                found = Compared(narrow.left, narrow.right, none, none, narrow.ratio)
                text = f"{wanted.check}; difference over noise {found.ratio[wanted.lane]:.3g}"
                differs = None
    except (Unmet, Unsupported, BackendMissing) as error:
        raise ValueError(str(error)) from None
    about = f"{remark(drawn, wanted.lane)}; {text}"
    return Replayed(claim, shown(tester.plans, drawn, found, wanted.lane, about), differs)


def find(project: Project, identifier: str) -> Replayed:
    """The instance of a claim of the project that `identifier` names. Raises `ValueError`."""
    theorem = ReplayId.parse(identifier).theorem
    claim = next((c for c in project.claims if c.theorem == theorem), None)
    if claim is None:
        raise ValueError(f"{theorem} is not a claim of this project")
    return recompute(identifier, claim, project.library)


def described(replayed: Replayed) -> str:
    """An instance as text: sizes, inputs, both sides, and whether they differ."""
    found = replayed.example
    sizes = ", ".join(f"{name} = {size}" for name, size in found.sizes.items())
    lines = [f"{replayed.claim.theorem} ({found.remark})", *([sizes] if sizes else [])]
    lines += [f"{name} = {_text(value)}" for name, value in found.values.items()]
    lines += ["", replayed.claim.conclusion_text, f"left  = {_text(found.left)}"]
    lines += [f"right = {_text(found.right)}", ""]
    lines += [_VERDICTS[replayed.differs]]
    return "\n".join(lines)


_VERDICTS = {
    True: "The sides differ: this instance breaks the claim.",
    False: "The sides agree on this instance.",
    None: "Measured in a narrow format, which decides nothing.",
}


def arrays(replayed: Replayed) -> dict[str, Any]:
    """The numbers of an instance as arrays of doubles; functions, which are text, are left out."""
    found = replayed.example
    values = {**found.values, "left": found.left, "right": found.right}
    return {name: _array(value) for name, value in values.items() if not _is_text(value)}


def _array(value: Json) -> Any:
    if isinstance(value, list | tuple):
        return np.array([_array(item) for item in value], dtype=np.float64)
    return np.float64(Fraction(str(value)))


def _is_text(value: Json) -> bool:
    """Whether a value is text that is no number, as the name of a function is."""
    if not isinstance(value, str):
        return False
    try:
        Fraction(value)
    except ValueError:
        return True
    return False


def _text(value: Json) -> str:
    """Numbers so that they can be read back to the last bit."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, Mapping):
        raise TypeError("expected numbers, lists or text")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)
