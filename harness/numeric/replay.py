"""Instances computed again from their identifiers, and shown."""

from __future__ import annotations

from collections.abc import Mapping

from harness.arrays import Unsupported
from harness.claims.model import Claim, Library, Project
from harness.evidence import Counterexample, Json
from harness.numeric.bounded import Float64Check
from harness.numeric.check import Check, ReplayId, remark, shown
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.hypotheses import Unmet
from harness.numeric.threads import one_thread

CHECKS: tuple[type[PrimeFieldCheck] | type[Float64Check], ...] = (PrimeFieldCheck, Float64Check)


def replay(identifier: str, claim: Claim, library: Library) -> Counterexample:
    """The instance that `identifier` names, drawn anew: its inputs and both sides.

    Raises `ValueError` where it is not an identifier, or not one of this claim.
    """
    wanted = ReplayId.parse(identifier)
    kinds = {kind.name: kind for kind in CHECKS}
    if wanted.theorem != claim.theorem or wanted.check not in kinds:
        raise ValueError(f"expected an instance of {claim.theorem}, found {identifier!r}")
    try:
        tester: Check = kinds[wanted.check](claim, library, wanted.seed)
        with one_thread():
            drawn = tester.draw(wanted.batch)
            found = tester.compare(drawn, claim.conclusion)
    except (Unmet, Unsupported) as error:
        raise ValueError(str(error)) from None
    if wanted.lane >= drawn.instance.lanes:
        raise ValueError(f"a batch has {drawn.instance.lanes} lanes, found {identifier!r}")
    ratio = float(found.ratio[wanted.lane])
    says = f"{remark(drawn, wanted.lane)}; difference over bound {ratio:.3g}"
    return shown(tester.plans, drawn, found, wanted.lane, says)


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
