"""The symbolic leg: does a claim follow from its hypotheses, for every size and all values?

Three checks answer. `dimension-free` is the proof by rewriting; `certificate` expands that proof
as polynomial identities with a symbol in every entry; `ground` compares both sides at small sizes
without the rewriter, once it has looked in vain for a counterexample to what is not proved.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.claims.model import Claim, Library
from harness.evidence import Evidence, Outcome
from harness.symbolic.interpret import UnsupportedTerm
from harness.symbolic.leg.certified import certificate
from harness.symbolic.leg.given_sizes import ground
from harness.symbolic.leg.proved import dimension_free
from harness.symbolic.leg.question import Question
from harness.symbolic.prove import prove


def check(claim: Claim, library: Library, *, deadline: float | None = None) -> Iterator[Evidence]:
    """Ask the symbolic leg's question. `deadline` is a time of `time.monotonic`."""
    question = Question(claim, library, "dimension-free", deadline)
    is_proved = False
    try:
        proof = prove(claim, library.definitions)
    except UnsupportedTerm as error:
        yield question.answer(Outcome.INCONCLUSIVE, f"Not tried: {error}.")
    else:
        is_proved = proof.is_proved
        yield dimension_free(question, proof)
        if is_proved:
            yield certificate(Question(claim, library, "certificate", deadline), proof)
    yield ground(Question(claim, library, "ground", deadline), is_proved)
