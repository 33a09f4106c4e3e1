"""Instances computed again from their identifiers, and shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.arrays import Unsupported
from harness.arrays.backend import Backend, BackendMissing
from harness.claims.model import Claim, Library, Project
from harness.evidence import Counterexample, Json
from harness.language.types import Sort
from harness.numeric.bounded import Float64Check
from harness.numeric.check import Check, Compared, remark, shown
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.hypotheses import Unmet
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
    names = [p.name for p in claim.parameters if isinstance(p.sort, Sort)]
    if wanted.sizes and set(wanted.sizes) != set(names):
        raise ValueError(f"expected sizes for {', '.join(names)}, found {', '.join(wanted.sizes)}")
    backend = Backend(wanted.backend, wanted.device)
    return kinds[wanted.check](claim, library, wanted.seed, wanted.lanes, backend, wanted.sizes)


def replay(identifier: str, claim: Claim, library: Library) -> Counterexample:
    """The instance that `identifier` names, drawn anew: its inputs and both sides.

    Raises `ValueError` where it is not an identifier, or not one of this claim, and where it
    cannot be computed here.
    """
    wanted = ReplayId.parse(identifier)
    if wanted.theorem != claim.theorem:
        raise ValueError(f"expected an instance of {claim.theorem}, found {identifier!r}")
    if wanted.lane >= wanted.lanes:
        raise ValueError(f"a batch has {wanted.lanes} lanes, found {identifier!r}")
    try:
        tester: Check = tester_of(wanted, claim, library)
        with one_thread():
            drawn = tester.draw(wanted.batch)
            found = tester.compare(drawn, claim.conclusion)
            text = f"difference over bound {float(found.ratio[wanted.lane]):.3g}"
            if wanted.check in NARROW and isinstance(tester, Float64Check):
                narrow = measure(tester, drawn, wanted.check)
                none = np.zeros_like(found.wrong)
                found = Compared(narrow.left, narrow.right, none, none, narrow.ratio)
                text = f"{wanted.check}; difference over noise {found.ratio[wanted.lane]:.3g}"
    except (Unmet, Unsupported, BackendMissing) as error:
        raise ValueError(str(error)) from None
    return shown(tester.plans, drawn, found, wanted.lane, f"{remark(drawn, wanted.lane)}; {text}")


def describe(project: Project, identifier: str) -> str:
    """The instance that `identifier` names, as text: sizes, inputs and both sides.

    Raises `ValueError` where it names no instance of a claim of the project.
    """
    theorem = ReplayId.parse(identifier).theorem
    claim = next((c for c in project.claims if c.theorem == theorem), None)
    if claim is None:
        raise ValueError(f"{theorem} is not a claim of this project")
    found = replay(identifier, claim, project.library)
    sizes = ", ".join(f"{name} = {size}" for name, size in found.sizes.items())
    lines = [f"{theorem} ({found.remark})", *([sizes] if sizes else [])]
    lines += [f"{name} = {_text(value)}" for name, value in found.values.items()]
    lines += ["", claim.conclusion_text, f"left  = {_text(found.left)}"]
    lines += [f"right = {_text(found.right)}"]
    return "\n".join(lines)


def _text(value: Json) -> str:
    """Numbers so that they can be read back to the last bit."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, Mapping):
        raise TypeError("expected numbers, lists or text")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)
