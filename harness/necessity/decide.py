"""Does a claim hold? A proof, a counterexample, or neither: never a guess."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from harness.arrays import Unsupported
from harness.claims.given import with_places_given, with_units
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample
from harness.instances.exact import Trials
from harness.instances.finite import find_finite
from harness.lattice import Answer
from harness.numeric.leg import find_counterexample
from harness.symbolic.bounds import bounded
from harness.symbolic.cases import proved_by_cases
from harness.symbolic.interpret import UnsupportedTerm
from harness.symbolic.prove import prove

MODULUS = 3
"""What instances are looked for modulo, where a law is to hold for all numbers: there are few."""


@dataclass(frozen=True)
class Decision:
    """An answer with what it rests on."""

    answer: Answer
    reason: str
    counterexample: Counterexample | None = None
    used: tuple[str, ...] = ()
    """The hypotheses that the proof used."""
    seconds: float = 0.0
    modulus: int = 0
    """The counterexample is over the integers modulo this number, where it is not 0."""


def decide(
    claim: Claim,
    library: Library,
    *,
    known: Sequence[Counterexample] = (),
    trials: Trials | None = None,
    seconds: float = 3.0,
) -> Decision:
    """Prove the claim for every size, or find an instance that breaks it.

    `known` are counterexamples to similar claims, tried first: an instance that meets more
    hypotheses than are asked for breaks the weaker claim too. `trials` is by whom they are held
    to it, where he has held them to others before. Searches end by their work: `seconds` is about
    what the longest takes on an idle machine.
    """
    start = time.monotonic()
    claim = with_units(claim)

    def decision(
        answer: Answer,
        reason: str,
        example: Counterexample | None = None,
        used: tuple[str, ...] = (),
    ) -> Decision:
        return Decision(answer, reason, example, used, time.monotonic() - start)

    conclusion = claim.conclusion
    if conclusion.relation.is_reflexive and conclusion.left == conclusion.right:
        return decision(Answer.TRIVIAL, "Nothing is turned: both sides are the same term.")
    trials = trials or Trials(library)
    for example in known:
        found = trials.breaks(example, claim)
        if found is not None:
            return decision(Answer.FAILS, "A counterexample breaks it.", found)
    try:
        plain, settling = with_places_given(claim)
        proof = prove(plain, library.definitions)
    except UnsupportedTerm as error:
        settling = ()
        proof, why = None, f"rewriting does not reach it ({error})"
    else:
        why = "rewriting leaves two different normal forms"
    if proof is not None and proof.is_proved:
        used = tuple(sorted(proof.used | set(settling)))
        by = f"from {', '.join(used)}" if used else "from no hypothesis"
        return decision(Answer.HOLDS, f"Proved for every size {by}.", used=used)
    if proof is not None and (cases := proved_by_cases(plain, library.definitions)) is not None:
        used = tuple(sorted({*cases, *settling}))
        reason = f"Proved for every size from {', '.join(used)}, by cases: a number is 0 or 1."
        return decision(Answer.HOLDS, reason, used=used)
    if claim.has_relations and not claim.has_sizes:
        with suppress(Unsupported):
            if (bound := bounded(claim, library, ())) is not None:
                reason = "Proved: a sum of what is not negative."
                return decision(Answer.HOLDS, reason, used=tuple(sorted(bound.used)))
    found = find_finite(claim, library, moduli=(MODULUS,))
    if found is not None:
        broken = decision(Answer.FAILS, "A counterexample breaks it.", found)
        return replace(broken, modulus=MODULUS)
    for is_small in (True, False):
        found = find_counterexample(claim, library, small=is_small, seconds=seconds)
        if found is not None:
            return decision(Answer.FAILS, "A counterexample breaks it.", found)
    return decision(Answer.UNKNOWN, f"Not proved ({why}), and no counterexample was found.")
